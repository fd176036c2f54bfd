"""When and where a deed was, as the rest of its text says: a headline names no day, the sentence below it does.

Only for comparison: what a mention itself says stays as it is in the record. Not here: whether two mentions match (``deeds``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from pipelines.extraction.records import Mention
from pipelines.stories.deeds import Deed, compare, kindred
from pipelines.stories.times import states_day

SAME_DEED = 0.5
"""Two mentions of one text are taken for one deed from this score on; what one of them leaves open, the other then says."""
_AGAINST = ("denied", "negated")
_DAY = ("event_date_start", "event_date_end", "date_precision", "date_source")
_PLACE = ("place", "place_id", "place_name", "place_country", "place_lat", "place_lon", "place_precision")


def with_bearings(deeds: Sequence[Deed], most: int) -> list[Deed]:
    """Return the deeds, in order, with day and place from other mentions of the same version, where those agree.

    Only the first ``most`` mentions of a version are read, since each is compared with each.
    """
    by_version: dict[str, list[Deed]] = defaultdict(list)
    for deed in deeds:
        by_version[deed.mention.version_id].append(deed)
    completed: dict[str, Deed] = {}
    for members in by_version.values():
        text = members[:most]
        completed.update((deed.mention.mention_id, _completed(deed, text)) for deed in text)
    return [completed.get(deed.mention.mention_id, deed) for deed in deeds]


def _completed(deed: Deed, text: Sequence[Deed]) -> Deed:
    dated, placed = states_day(deed.mention), deed.mention.place_id is not None
    if dated and placed:
        return deed
    others = [other.mention for other in text if other is not deed and _one_deed(deed, other)]
    said: dict[str, Any] = {}
    if not dated:
        said |= _agreed((other for other in others if states_day(other)), _DAY, ("event_date_start", "event_date_end"))
    if not placed:
        said |= _agreed((other for other in others if other.place_id is not None), _PLACE, ("place_id",))
    return replace(deed, mention=replace(deed.mention, **said)) if said else deed


def _one_deed(deed: Deed, other: Deed) -> bool:
    """Tell whether a mention may say of another of its text when and where that was.

    Verbs of one sentence do ("bombed a mill on Friday, and nine were killed"), and what is denied is what the text tells of; both as far as
    action and parties allow it.
    """
    match = compare(deed, other)
    if match.score >= SAME_DEED:
        return True
    one, two = deed.mention, other.mention
    sentence = (one.unit, one.sentence_index) == (two.unit, two.sentence_index)
    denial = one.polarity in _AGAINST and two.polarity not in _AGAINST and kindred(one.action, two.action)
    if match.vetoed or not (denial or (sentence and one.action == two.action)):
        return False
    turned = deed.actors & other.targets or other.actors & deed.targets
    return not turned and not (deed.actors and other.actors and not deed.actors & other.actors)


def _agreed(mentions: Iterable[Mention], fields: Sequence[str], deciding: Sequence[str]) -> dict[str, Any]:
    """Return the fields of the first mention if all say the same, in whatever words ("Osk", "Osk market"), else nothing."""
    found = list(mentions)
    if len({tuple(getattr(mention, name) for name in deciding) for mention in found}) != 1:
        return {}
    return {name: getattr(found[0], name) for name in fields}
