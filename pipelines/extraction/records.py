"""Lake tables of the extractor: the event mention (codebook) and what was coded with which version."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pipelines.core.records import column, struct, table

Action = Literal[
    "AGREE",
    "CONSULT",
    "SUPPORT",
    "CONCEDE",
    "COOPERATE",
    "AID",
    "RETREAT",
    "REQUEST",
    "ACCUSE",
    "REJECT",
    "THREATEN",
    "PROTEST",
    "SANCTION",
    "MOBILIZE",
    "COERCE",
    "ASSAULT",
    "OFFICE",
    "INCIDENT",
]
QuadClass = Literal["verbal_cooperation", "material_cooperation", "verbal_conflict", "material_conflict", "none"]
Voice = Literal["outlet", "named_person", "named_org", "other_media", "document", "unnamed_official", "unnamed_other"]
Polarity = Literal["positive", "negated", "denied"]
Reality = Literal["happened", "ongoing", "planned", "threatened", "demanded", "possible", "question"]
Unit = Literal["title", "summary", "body"]


@struct
class Party:
    """An actor or target: the words as they stand in the text, and whom they name."""

    text: str = column("The phrase, letter for letter from the unit it stands in.")
    unit: Unit = column("Unit that the phrase stands in (a resolved pronoun's name may stand in another than the trigger).")
    start: int = column("First character of the phrase in that unit.")
    end: int = column("Character after the phrase.")
    id: str | None = column("Stable actor id such as `AFG.GOV` or `TALIBAN`; NULL when unknown.")
    country: str | None = column("Country, ISO 3166-1 alpha-3; NULL when of none or unknown.")
    sector: str | None = column("Sector code (GOV, MIL, REB …) at the event's date; NULL when unknown.")
    pronoun: str | None = column("The pronoun or bare definite that the text has in this place, when the name was resolved from it.")


@struct
class Figure:
    """A number that the text gives with the deed."""

    slot: str = column("`killed`, `injured`, `detained`, `displaced`, `troops` or `amount`.")
    low: float | None = column("Lower bound; NULL when the text gives none.")
    high: float | None = column("Upper bound; NULL when the text gives none.")
    qualifier: str = column("`at_least`, `up_to`, `about` or `exactly`.")
    currency: str | None = column("ISO 4217 code of an amount.")
    text: str = column("The words.")
    start: int = column("First character in the mention's unit.")
    end: int = column("Character after the words.")


@struct
class SourceLink:
    """One link in the chain of sources, outermost first."""

    voice: Voice = column("Kind of source.")
    text: str | None = column("The words that name it; NULL for an implied one (`reportedly`).")
    id: str | None = column("Actor id, where known.")
    cue: str | None = column("The words that mark the speech (`said`, `according to`).")


@table("mention", grain="event mention", key=("mention_id",), day="seen_at")
class Mention:
    """One claim in one sentence: an actor did, does, will do, might do or did not do something (codebook section 1)."""

    mention_id: str = column("Hash of version, unit, trigger span and extractor version.")
    version_id: str = column("The article version.")
    article_id: str = column("The article.")
    outlet_id: str = column("The outlet.")
    seen_at: datetime = column("When the article version was first seen.")
    unit: Unit = column("`title`, `summary` or `body`.")
    sentence_index: int = column("Number of the sentence in its unit, 0 first.")
    sentence_start: int = column("First character of the sentence in the unit.")
    sentence_end: int = column("Character after the sentence.")
    sentence: str = column("The sentence, as stored.")
    trigger: str = column("The predicate: the word or words that name the deed.")
    trigger_start: int = column("First character of the trigger in the unit.")
    trigger_end: int = column("Character after the trigger.")
    action: Action = column("One of the 18 action types.")
    quad_class: QuadClass = column("Quad class of the action.")
    mode: str | None = column("Sub-kind in one word, where clear (`arrest`, `aerial`, `deny` …).")
    actors: list[Party] = column("Who does it; empty when the text names nobody.")
    actor_omitted: bool = column("True for a passive or a noun without an agent: somebody did it, the text does not say who.")
    targets: list[Party] = column("To whom, or with whom, it is done; empty when the text names nobody.")
    place: str | None = column("Place phrase of the deed.")
    place_start: int | None = column("First character of the place in its unit.")
    place_end: int | None = column("Character after the place.")
    place_unit: Unit | None = column("Unit that the place phrase stands in.")
    place_id: str | None = column("Gazetteer id of the place; NULL when unknown.")
    place_name: str | None = column("Gazetteer name.")
    place_country: str | None = column("Country, ISO 3166-1 alpha-3.")
    place_admin1: str | None = column("First-level division, where known.")
    place_lat: float | None = column("Latitude in degrees.")
    place_lon: float | None = column("Longitude in degrees.")
    place_precision: str | None = column("`point`, `city`, `admin1` or `country`.")
    place_source: str | None = column("`argument`, `sentence` or `dateline`.")
    event_date_start: date | None = column("First day of the deed.")
    event_date_end: date | None = column("Last day of the deed.")
    date_precision: str | None = column("`day`, `week`, `month` or `year`.")
    date_source: str | None = column("`stated`, `relative` or `publication`.")
    date_text: str | None = column("The words that state the date; NULL for `publication`.")
    date_start: int | None = column("First character of those words in the unit.")
    date_end: int | None = column("Character after those words.")
    voice: Voice = column("Who says so: the innermost source that is stated, or the outlet itself.")
    speaker: Party | None = column("The speaker, where the text names one.")
    cue: str | None = column("The words that mark the speech.")
    cue_start: int | None = column("First character of the cue in the unit.")
    cue_end: int | None = column("Character after the cue.")
    in_quotes: bool = column("Whether the trigger stands in quotation marks.")
    source_chain: list[SourceLink] = column("All sources, outermost first; empty for the outlet's own voice.")
    polarity: Polarity = column("`positive`, `negated` (the text says it did not happen) or `denied` (a source says so).")
    reality: Reality = column("`happened`, `ongoing`, `planned`, `threatened`, `demanded`, `possible` or `question`.")
    figures: list[Figure] = column("Figures given with the deed.")
    rule: str = column("The rule or weight that made the mention.")
    extractor_version: str = column("Version of rules and lexicons: a hash is part of it.")
    model: str = column("spaCy pipeline, name and version.")
    confidence: float = column("Calibrated probability in [0, 1] that the text has such a deed of this type.")
    corrected_by: str | None = column("Ids of the corrections (table `correction`) that changed the row; NULL as coded.", default=None)


@table("extraction", grain="article version x extractor version", key=("version_id", "extractor_version"), day="seen_at")
class Extraction:
    """Marks that a version was coded, also when it gave no mention; written after its mentions."""

    version_id: str = column("The article version.")
    outlet_id: str = column("The outlet.")
    extractor_version: str = column("Version of rules and lexicons.")
    seen_at: datetime = column("When the article version was first seen.")
    status: str = column("`coded`, `other_language`, `empty`, `capped` (coded up to the cap) or `failed`.")
    detail: str | None = column("Why the status is not `coded`, in one sentence.")
    sentences: int = column("Sentences read.")
    words: int = column("Words read.")
    mentions: int = column("Mentions found.")
    quoted_words: int = column("Words inside quotation marks of any style.")
