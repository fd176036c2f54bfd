"""One poll of one feed: a conditional GET that follows from the feed's last fetch, and the row that says what came of it.

What belongs here: validators, hashes, moved addresses, outcomes. What does not: how a GET is made (``http``), when the next
is due (``planning``), what is in the body (``parse``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipelines.core.clock import Clock
from pipelines.core.ids import make_id
from pipelines.feeds.archive import Archive
from pipelines.feeds.encoding import decode
from pipelines.feeds.http import HttpClient, HttpResponse, Validators
from pipelines.feeds.planning import SUCCESSES, FeedTarget, PollPolicy, plan, read_retry_after, same_address
from pipelines.feeds.politeness import HostGate
from pipelines.feeds.records import Fetch, FetchOutcome
from pipelines.feeds.sniff import sniff

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, */*;q=0.5"
)
_PERMANENT = frozenset({301, 308})
_MAX_VALIDATOR = 1000
_MAX_TYPE = 200


@dataclass(frozen=True, slots=True)
class _Judged:
    """What a response means for the feed; ``is_feed`` is None where no body tells."""

    outcome: FetchOutcome
    detail: str | None
    sha: str | None = None
    is_feed: bool | None = None


@dataclass(frozen=True, slots=True)
class _Kept:
    """The validators that the row carries."""

    etag: str | None = None
    last_modified: str | None = None
    url: str | None = None
    since: datetime | None = None


def effective_url(target: FeedTarget, state: Fetch | None, policy: PollPolicy) -> str:
    """Return the address to ask: the target of a permanent redirect that enough polls have seen, else the registry's."""
    if state and state.moved_to and state.moved_count >= policy.moved_after and state.feed_url == target.url:
        return state.moved_to
    return target.url


def fetch_feed(
    target: FeedTarget,
    state: Fetch | None,
    *,
    client: HttpClient,
    archive: Archive,
    clock: Clock,
    policy: PollPolicy,
    gate: HostGate | None = None,
) -> Fetch:
    """Poll one feed; a new body is in the archive before the row that names it is returned."""
    now = clock.now()
    url = effective_url(target, state, policy)
    response = client.get(
        url,
        {"Accept": ACCEPT},
        allow_loopback=target.allow_loopback,
        validators=_validators(state, now, policy),
        gate=gate,
    )
    return _row(target, state, url, now, response, _judge(response, state, archive), policy)


def _row(
    target: FeedTarget, state: Fetch | None, url: str, now: datetime, response: HttpResponse, judged: _Judged, policy: PollPolicy
) -> Fetch:
    """Return the row of the log, which is also the state that the next poll starts from."""
    last = judged.sha or (state.last_body_sha256 if state else None)
    previous = state if state and same_address(target, state) else None
    failed = judged.outcome not in SUCCESSES
    retry_after_s = read_retry_after(response.headers.get("retry-after"), now, policy.retry_after_cap_s) if failed else None
    fresh = judged.outcome == "new_body" and judged.is_feed is True
    planned = plan(
        previous, feed_id=target.feed_id, outcome=judged.outcome, fresh=fresh, retry_after_s=retry_after_s, now=now, policy=policy
    )
    kept = _keep_validators(response, judged, state, now)
    moved_to, moved_count = _moved(response, judged, previous, url != target.url, planned.consecutive_failures, policy)
    return Fetch(
        fetch_id=make_id("fetch", target.feed_id, now),
        feed_id=target.feed_id,
        outlet_id=target.outlet_id,
        requested_at=now,
        url=url,
        feed_url=target.url,
        final_url=response.final_url,
        redirects=[f"{hop.status} {hop.url}" for hop in response.redirects],
        status=response.status,
        outcome=judged.outcome,
        detail=judged.detail,
        content_type=(response.content_type or "")[:_MAX_TYPE] or None,
        wire_bytes=response.wire_bytes,
        body_bytes=None if response.body is None else len(response.body),
        body_sha256=judged.sha,
        etag=kept.etag,
        last_modified=kept.last_modified,
        validators_url=kept.url,
        validators_since=kept.since,
        last_body_sha256=last,
        retry_after_s=retry_after_s,
        moved_to=moved_to,
        moved_count=moved_count,
        consecutive_failures=planned.consecutive_failures,
        interval_s=planned.interval_s,
        next_due_at=planned.next_due_at,
        muted=planned.muted,
        duration_ms=response.duration_ms,
    )


def _validators(state: Fetch | None, now: datetime, policy: PollPolicy) -> Validators | None:
    """Return what to send; after some days nothing, since servers are known to answer 304 to an old validator for weeks."""
    if state is None or state.validators_url is None or state.validators_since is None:
        return None
    age = (now - state.validators_since).total_seconds()
    if not 0 <= age < policy.validators_max_age_s:
        return None
    return Validators(state.validators_url, state.etag, state.last_modified)


def _judge(response: HttpResponse, state: Fetch | None, archive: Archive) -> _Judged:
    if response.body is not None:
        sha = archive.put(response.body)
        no_feed = _no_feed(response)
        detail = " ".join(part for part in (response.detail, no_feed) if part) or None
        known = state is not None and state.last_body_sha256 == sha
        return _Judged("same_body" if known else "new_body", detail, sha, is_feed=no_feed is None)
    if response.outcome == "not_modified":
        if response.validators_sent:
            return _Judged("not_modified", None)
        return _Judged("http_error", "It answered 304 Not Modified although nothing was asked conditionally, so there is no body.")
    if response.outcome == "gone":
        return _Judged("gone", f"{response.detail} The feed is muted: it is asked once a week only, until it answers again.")
    assert response.outcome != "ok"
    return _Judged(response.outcome, response.detail)


def _no_feed(response: HttpResponse) -> str | None:
    """Say what a body is that is plainly no feed; None for one that may be."""
    body = response.body or b""
    sniffed = sniff(decode(body, response.content_type).text)
    if sniffed.kind in ("feed", "json"):
        return None
    return "The body is empty." if sniffed.kind == "empty" else f"The body is no feed but {sniffed.page}."


def _keep_validators(response: HttpResponse, judged: _Judged, state: Fetch | None, now: datetime) -> _Kept:
    before = _Kept(state.etag, state.last_modified, state.validators_url, state.validators_since) if state else _Kept()
    if response.body is None:
        return before
    etag, modified = _field(response, "etag"), _field(response, "last-modified")
    # An error page's validators would let a later 304 pass for a healthy feed.
    if not judged.is_feed or not (etag or modified):
        return _Kept()
    same = (etag, modified, response.final_url) == (before.etag, before.last_modified, before.url)
    since = before.since if same and response.validators_sent else now
    return _Kept(etag, modified, response.final_url, since)


def _field(response: HttpResponse, name: str) -> str | None:
    value = response.headers.get(name, "").strip()
    return value if value and len(value) <= _MAX_VALIDATOR and value.isprintable() else None


def _moved(
    response: HttpResponse, judged: _Judged, previous: Fetch | None, asked_new: bool, failures: int, policy: PollPolicy
) -> tuple[str | None, int]:
    """Count polls in a row that saw one permanent target with a feed behind it."""
    before = (previous.moved_to, previous.moved_count) if previous else (None, 0)
    if judged.outcome not in SUCCESSES:
        return (None, 0) if asked_new and failures >= policy.moved_after else before
    if judged.is_feed is False:
        return None, 0
    if response.redirects and all(hop.status in _PERMANENT for hop in response.redirects):
        seen = response.final_url
        return seen, 1 + (before[1] if before[0] == seen else 0)
    return before if asked_new and not response.redirects else (None, 0)
