"""Who had a shared text first: by what one credits, by first sightings, and by the outlets' own dates where these object.

Only whether the order is known; whether one took from the other, or both from a third, no order tells.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from pipelines.articles import wire
from pipelines.articles.records import ArticleVersion

_DEFAULT_INTERVAL_S = 6 * 3600
_GAP_INTERVALS = 6
_MIN_GAP = timedelta(hours=12)


def gives_credit(article: Sequence[ArticleVersion], other: Sequence[ArticleVersion]) -> bool:
    """Tell whether a version of an article credits the outlet of the other: as the agency, or as the source that its feed names."""
    host = wire.host_of(other[-1].url or "")
    agency = wire.default().agency_of_host(host)
    if article[0].outlet_id == other[0].outlet_id:
        return False
    return any((agency and v.wire == agency) or wire.same_site(wire.host_of(v.source_url or ""), host) for v in article)


class Polls:
    """How exactly the moment of a first sighting is known: not better than the poll interval, nor across a gap in the record."""

    def __init__(self, versions: Sequence[ArticleVersion], poll_interval_s: Mapping[str, int]) -> None:
        self._interval_s = poll_interval_s
        times: defaultdict[str, set[datetime]] = defaultdict(set)
        for version in versions:
            times[version.outlet_id].add(version.first_seen)
        self._times = {outlet: sorted(seen) for outlet, seen in times.items()}

    def _interval_of(self, outlet_id: str) -> timedelta:
        return timedelta(seconds=self._interval_s.get(outlet_id, _DEFAULT_INTERVAL_S))

    def interval(self, a: ArticleVersion, b: ArticleVersion) -> timedelta:
        """Return the longer poll interval of the two outlets."""
        return max(self._interval_of(a.outlet_id), self._interval_of(b.outlet_id))

    def is_clear(self, earlier: ArticleVersion, later: ArticleVersion, seen: datetime, seen_later: datetime) -> bool:
        """Tell whether the earlier article's text was surely out before the later one's.

        It is not when the lead is no longer than a poll interval, when the later outlet was not yet read, or not for
        long before (its text may have stood there all the time), or when the outlets' own dates speak against it.
        """
        lead = seen_later - seen
        if lead <= self.interval(earlier, later):
            return False
        if _dates_object(earlier, later, seen, seen_later):
            return False
        times = self._times[later.outlet_id]
        at = bisect_left(times, seen_later)
        if at == 0:
            return False
        gap = seen_later - times[at - 1]
        return gap <= max(_MIN_GAP, _GAP_INTERVALS * self._interval_of(later.outlet_id)) or lead > gap


def _dates_object(earlier: ArticleVersion, later: ArticleVersion, seen: datetime, seen_later: datetime) -> bool:
    """Tell whether dates speak against the order of sightings: one against the other's, or a lone one against the other's sighting."""
    date, date_later = earlier.published_at, later.published_at
    if date or date_later:
        return (date_later or seen_later) < (date or seen)
    return False
