"""Tables that loading itself makes from the lake: what corrections replaced, and what two extractor versions made of one text.

What belongs here: their declared rows. What does not: how they are filled (load.py, recoding.py) and how mentions are paired (the
mart ``mentions_diff``).
"""

from __future__ import annotations

from datetime import date, datetime

from pipelines.core.records import column, table
from pipelines.extraction.records import Action, Figure, Party, Polarity, QuadClass, Reality, Unit, Voice


@table("recoded_version", grain="article version that two extractor versions coded", key=("version_id",), day="seen_at", derived=True)
class RecodedVersion:
    """An article version that both compared extractor versions have coded. Empty while the record knows one version only."""

    version_id: str = column("The article version.")
    outlet_id: str = column("The outlet.")
    seen_at: datetime = column("When the article version was first seen.")
    old_extractor_version: str = column("The earlier extractor version.")
    new_extractor_version: str = column("The later one.")
    old_status: str = column("How the earlier one ended: `coded`, `other_language`, `empty` or `capped`.")
    new_status: str = column("How the later one ended.")
    old_mentions: int = column("Mentions that the earlier one found.")
    new_mentions: int = column("Mentions that the later one found.")


@table("recoded_mention", grain="event mention of a compared extractor version", key=("mention_id",), day="seen_at", derived=True)
class RecodedMention:
    """A mention of one of the two compared extractor versions, as coded (corrections by people not applied)."""

    mention_id: str = column("Hash of version, unit, trigger span and extractor version.")
    version_id: str = column("The article version.")
    article_id: str = column("The article.")
    outlet_id: str = column("The outlet.")
    seen_at: datetime = column("When the article version was first seen.")
    extractor_version: str = column("The extractor version that coded it.")
    unit: Unit = column("`title`, `summary` or `body`.")
    sentence: str = column("The sentence, as stored.")
    trigger: str = column("The predicate: the word or words that name the deed.")
    trigger_start: int = column("First character of the trigger in the unit.")
    trigger_end: int = column("Character after the trigger.")
    action: Action = column("One of the 18 action types.")
    actors: list[Party] = column("Who does it; empty when the text names nobody.")
    targets: list[Party] = column("To whom, or with whom, it is done; empty when the text names nobody.")
    place: str | None = column("Place phrase of the deed.")
    place_id: str | None = column("Gazetteer id of the place; NULL when unknown.")
    place_country: str | None = column("Country, ISO 3166-1 alpha-3.")
    event_date_start: date | None = column("First day of the deed.")
    event_date_end: date | None = column("Last day of the deed.")
    voice: Voice = column("Who says so: the innermost source that is stated, or the outlet itself.")
    speaker: Party | None = column("The speaker, where the text names one.")
    polarity: Polarity = column("`positive`, `negated` or `denied`.")
    reality: Reality = column("`happened`, `ongoing`, `planned`, `threatened`, `demanded`, `possible` or `question`.")
    figures: list[Figure] = column("Figures given with the deed.")
    confidence: float = column("Calibrated probability in [0, 1] that the text has such a deed of this type.")


@table("replaced_mention", grain="mention that a correction changed or took out", key=("mention_id",), day="seen_at", derived=True)
class ReplacedMention:
    """A mention as coded, before people set it right: what tells from which rows it was taken."""

    mention_id: str = column("Hash of version, unit, trigger span and extractor version.")
    version_id: str = column("The article version.")
    article_id: str = column("The article.")
    outlet_id: str = column("The outlet.")
    seen_at: datetime = column("When the article version was first seen.")
    unit: Unit = column("`title`, `summary` or `body`.")
    action: Action = column("One of the 18 action types.")
    quad_class: QuadClass = column("Class of the action type.")
    actors: list[Party] = column("Who does it; empty when the text names nobody.")
    targets: list[Party] = column("To whom, or with whom, it is done; empty when the text names nobody.")
    place: str | None = column("Place phrase of the deed.")
    place_id: str | None = column("Gazetteer id of the place; NULL when unknown.")
    date_source: str | None = column("`stated`, `relative` or `publication`.")
    voice: Voice = column("Who says so: the innermost source that is stated, or the outlet itself.")
    speaker: Party | None = column("The speaker, where the text names one.")
    polarity: Polarity = column("`positive`, `negated` or `denied`.")
    reality: Reality = column("`happened`, `ongoing`, `planned`, `threatened`, `demanded`, `possible` or `question`.")
    figures: list[Figure] = column("Figures given with the deed.")
