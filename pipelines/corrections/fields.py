"""What the coded fields of a mention may be corrected to, and putting a value in place. Values are texts, as a person writes them.

Not here: which mention is meant (``mentions``) and the file (``schema``).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar, get_args

from pipelines.articles.records import ArticleVersion
from pipelines.core.errors import CorrectionError
from pipelines.extraction.lexicon_files import Sector
from pipelines.extraction.predicates import QUAD
from pipelines.extraction.records import Action, Figure, Mention, Party, Polarity, Reality, Unit, Voice
from pipelines.outlets.schema import check_country

R = TypeVar("R", Mention, Party)
Setter = Callable[[Mention, str, ArticleVersion], Mention]

NONE = ("", "none")
_SLOTS = ("killed", "injured", "detained", "displaced", "troops")
_ACTOR_ID = re.compile(r"[A-Z][A-Z0-9_]*(?:\.[A-Z]{3})?")
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_FIGURE = re.compile(r"(?:(?P<words>[^=]+?)\s*=\s*)?(?P<low>\d+)(?:\s*(?:-|–)\s*(?P<high>\d+)|(?P<more>\+))?")


def set_field(mention: Mention, field: str, value: str, version: ArticleVersion) -> Mention:
    """Return the mention with one field changed.

    Raises:
        CorrectionError: there is no such field, or the codebook or the article's text does not allow the value.
    """
    setter = SETTERS.get(field)
    if setter is None:
        raise CorrectionError(f"{field!r} is no coded field; the fields are {', '.join(SETTERS)}, or not_a_mention.")
    return setter(mention, value.strip(), version)


def get_field(mention: Mention, field: str) -> str:
    """Return what a field says, as a person would write it for :func:`set_field`."""
    base, _, part = field.partition("_")
    if field in ("actor", "target"):
        return "; ".join(p.text for p in _parties(mention, field))
    if base in ("actor", "target") and part in ("id", "country", "sector"):
        return "; ".join(getattr(p, part) or "" for p in _parties(mention, base))
    if base == "speaker":
        return str((getattr(mention.speaker, part or "text") if mention.speaker else None) or "")
    if field in _SLOTS:
        return "; ".join(_figure_words(f) for f in mention.figures if f.slot == field)
    if field == "date":
        return mention.event_date_start.isoformat() if mention.event_date_start else ""
    found = getattr(mention, field)
    return str(found).lower() if isinstance(found, bool) else str(found or "")


def check(mention: Mention) -> None:
    """Check what the fields of one mention owe each other (codebook, sections 3, 6 and 10).

    Raises:
        CorrectionError: they contradict each other.
    """
    if mention.action == "INCIDENT" and mention.actors:
        raise CorrectionError("An INCIDENT has no actor (codebook, section 10); correct actor to none first.")
    if mention.voice == "outlet" and mention.speaker:
        raise CorrectionError("In the outlet's own voice there is no speaker; correct voice first, such as to named_person.")
    if mention.actor_omitted and mention.actors:
        raise CorrectionError("actor_omitted is for deeds without a named actor; correct actor to none first.")


def _with(row: R, **values: Any) -> R:
    """Change a record; the names of the fields are only known when it runs."""
    return dataclasses.replace(row, **values)


def _one_of(field: str, allowed: Sequence[str]) -> Setter:
    def put(mention: Mention, value: str, version: ArticleVersion) -> Mention:
        if value not in allowed:
            raise CorrectionError(f"{field} cannot be {value!r}: the codebook has {', '.join(allowed)}.")
        return _with(mention, **{field: value})

    return put


def _action(mention: Mention, value: str, version: ArticleVersion) -> Mention:
    changed = _one_of("action", get_args(Action))(mention, value, version)
    return _with(changed, quad_class=QUAD[changed.action], mode=None)


def _mode(mention: Mention, value: str, version: ArticleVersion) -> Mention:
    if value not in NONE and not re.fullmatch(r"[a-z]+(-[a-z]+)*", value):
        raise CorrectionError(f"mode is one word in lower case, such as arrest, not {value!r}.")
    return _with(mention, mode=None if value in NONE else value)


def _truth(field: str) -> Setter:
    def put(mention: Mention, value: str, version: ArticleVersion) -> Mention:
        if value not in ("true", "false"):
            raise CorrectionError(f"{field} is true or false, not {value!r}.")
        return _with(mention, **{field: value == "true"})

    return put


def _party_words(side: str) -> Setter:
    def put(mention: Mention, value: str, version: ArticleVersion) -> Mention:
        words = [w.strip() for w in value.split(";") if w.strip()] if value not in NONE else []
        parties = [_party(mention, w, version) for w in words]
        changed = _with(mention, **{f"{side}s": parties})
        return _with(changed, actor_omitted=False) if side == "actor" and parties else changed

    return put


def _party_part(side: str, part: str) -> Setter:
    def put(mention: Mention, value: str, version: ArticleVersion) -> Mention:
        parties = _parties(mention, side)
        if not parties:
            raise CorrectionError(f"{side}_{part} needs a {side}; this mention has none: correct {side} first.")
        given = [v.strip() for v in value.split(";")] if value not in NONE else [""] * len(parties)
        if len(given) != len(parties):
            counted = f"{len(parties)} {side}s, but {len(given)} values were given"
            raise CorrectionError(f"{side}_{part}: the mention has {counted} (put `;` between them).")
        changed = [_with_part(p, part, v) for p, v in zip(parties, given, strict=True)]
        return _with(mention, speaker=changed[0]) if side == "speaker" else _with(mention, **{f"{side}s": changed})

    return put


def _with_part(party: Party, part: str, value: str) -> Party:
    if value in NONE:
        return _with(party, **{part: None})
    if part == "country":
        return _with(party, country=_country(value))
    if part == "sector":
        if value not in get_args(Sector):
            raise CorrectionError(f"{value!r} is no sector code; the codes are {', '.join(get_args(Sector))}.")
        return _with(party, sector=value)
    if not _ACTOR_ID.fullmatch(value):
        raise CorrectionError(f"{value!r} is no actor id; write it as AFG.GOV, TJK.MIL or TALIBAN.")
    country, _, sector = value.partition(".")
    if sector and sector not in get_args(Sector):
        raise CorrectionError(f"{value!r}: {sector!r} is no sector code; the codes are {', '.join(get_args(Sector))}.")
    return _with(party, id=value, country=_country(country), sector=sector) if sector else _with(party, id=value)


def _speaker(mention: Mention, value: str, version: ArticleVersion) -> Mention:
    return _with(mention, speaker=None if value in NONE else _party(mention, value, version))


def _voice(mention: Mention, value: str, version: ArticleVersion) -> Mention:
    changed = _one_of("voice", get_args(Voice))(mention, value, version)
    return _with(changed, speaker=None, source_chain=[]) if value == "outlet" else changed


def _place(mention: Mention, value: str, version: ArticleVersion) -> Mention:
    gone: dict[str, Any] = dict.fromkeys(
        ("place_id", "place_name", "place_country", "place_admin1", "place_lat", "place_lon", "place_precision", "place_source")
    )
    if value in NONE:
        return _with(mention, place=None, place_start=None, place_end=None, place_unit=None, **gone)
    unit, start = _find(mention, value, version)
    gone["place_source"] = "argument"
    return _with(mention, place=value, place_start=start, place_end=start + len(value), place_unit=unit, **gone)


def _place_country(mention: Mention, value: str, version: ArticleVersion) -> Mention:
    if mention.place is None:
        raise CorrectionError("place_country needs a place; this mention has none: correct place first.")
    return _with(mention, place_country=None if value in NONE else _country(value))


def _place_name(mention: Mention, value: str, version: ArticleVersion) -> Mention:
    if mention.place is None:
        raise CorrectionError("place_name needs a place; this mention has none: correct place first.")
    return _with(mention, place_name=None if value in NONE else value)


def _date(mention: Mention, value: str, version: ArticleVersion) -> Mention:
    match = _DATE.fullmatch(value)
    try:
        if match is None:
            raise ValueError
        year, month, day = (int(part) if part else None for part in match.groups())
        assert year is not None
        start = date(year, month or 1, day or 1)
    except ValueError:
        raise CorrectionError(f"date {value!r} is none; write YYYY-MM-DD, YYYY-MM or YYYY.") from None
    if day:
        end, precision = start, "day"
    elif month:
        end, precision = date.fromordinal(date(year + month // 12, month % 12 + 1, 1).toordinal() - 1), "month"
    else:
        end, precision = date(year, 12, 31), "year"
    source = mention.date_source or "stated"
    return _with(mention, event_date_start=start, event_date_end=end, date_precision=precision, date_source=source)


def _figure(slot: str) -> Setter:
    def put(mention: Mention, value: str, version: ArticleVersion) -> Mention:
        others = [f for f in mention.figures if f.slot != slot]
        if value in NONE:
            return _with(mention, figures=others)
        match = _FIGURE.fullmatch(value)
        if match is None:
            forms = "a number such as 9, a range 3-5, or 3+ for at least 3; with its words: nine=9"
            raise CorrectionError(f"{slot}: write {forms}. Not {value!r}.")
        low = float(match["low"])
        high = float(match["high"]) if match["high"] else None if match["more"] else low
        if high is not None and high < low:
            raise CorrectionError(f"{slot}: {value!r} ends below where it begins.")
        before = next((f.text for f in mention.figures if f.slot == slot), None)
        words = match["words"] or (match["low"] if match["low"] in mention.sentence else before)
        if not words or words not in mention.sentence:
            missing = words or match["low"]
            raise CorrectionError(f"{slot}: the sentence does not say {missing!r}; give its own words before the number: nine=9.")
        start = mention.sentence_start + mention.sentence.index(words)
        qualifier = "at_least" if high is None else "exactly" if high == low else "about"
        made = Figure(slot=slot, low=low, high=high, qualifier=qualifier, currency=None, text=words, start=start, end=start + len(words))
        return _with(mention, figures=[*others, made])

    return put


def _parties(mention: Mention, side: str) -> list[Party]:
    if side == "speaker":
        return [mention.speaker] if mention.speaker else []
    return mention.actors if side == "actor" else mention.targets


def _party(mention: Mention, words: str, version: ArticleVersion) -> Party:
    for known in (*mention.actors, *mention.targets, *([mention.speaker] if mention.speaker else [])):
        if known.text == words:
            return known
    unit, start = _find(mention, words, version)
    return Party(text=words, unit=unit, start=start, end=start + len(words), id=None, country=None, sector=None, pronoun=None)


def _find(mention: Mention, words: str, version: ArticleVersion) -> tuple[Unit, int]:
    """Return unit and start of words in the article: nearest to the trigger in its unit, else first in the other units."""
    texts: dict[Unit, str] = {"title": version.title, "summary": version.summary, "body": version.body}
    starts = [m.start() for m in re.finditer(re.escape(words), texts[mention.unit])]
    if starts:
        return mention.unit, min(starts, key=lambda s: (abs(s - mention.trigger_start), s))
    for unit, text in texts.items():
        if words in text:
            return unit, text.index(words)
    raise CorrectionError(f"The article does not say {words!r}; phrases are copied letter for letter from its title, summary or body.")


def _country(value: str) -> str:
    try:
        return check_country(value)
    except ValueError as error:
        raise CorrectionError(f"country: {error}.") from error


def _figure_words(figure: Figure) -> str:
    low = f"{figure.low:g}" if figure.low is not None else ""
    high = f"{figure.high:g}" if figure.high is not None else ""
    return low if low == high else f"{low}+" if not high else f"{low}-{high}"


_SIDES: Mapping[str, Setter] = {
    **{f"{side}": _party_words(side) for side in ("actor", "target")},
    **{f"{side}_{part}": _party_part(side, part) for side in ("actor", "target") for part in ("id", "country", "sector")},
}

# In the order in which several corrections of one mention are applied: what a field rests on comes before it.
SETTERS: Mapping[str, Setter] = {
    "action": _action,
    "mode": _mode,
    **_SIDES,
    "actor_omitted": _truth("actor_omitted"),
    "place": _place,
    "place_country": _place_country,
    "place_name": _place_name,
    "date": _date,
    "voice": _voice,
    "speaker": _speaker,
    **{f"speaker_{part}": _party_part("speaker", part) for part in ("id", "country", "sector")},
    "in_quotes": _truth("in_quotes"),
    "polarity": _one_of("polarity", get_args(Polarity)),
    "reality": _one_of("reality", get_args(Reality)),
    **{slot: _figure(slot) for slot in _SLOTS},
}
