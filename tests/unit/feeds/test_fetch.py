"""A feed's polls one after the other, against a real server on loopback and a clock set by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipelines.core.ids import body_hash, make_id
from pipelines.feeds.fetch import effective_url, fetch_feed
from pipelines.feeds.planning import FeedTarget, PollPolicy
from tests.support.fault_server import reply

POLICY = PollPolicy(host_interval_s=0)
HTML = b"<!DOCTYPE html><html><head><title>Down for repairs</title></head><body><p>Back soon.</p></body></html>"


class Poller:
    """Polls one feed again and again, each poll following from the one before."""

    def __init__(self, server, client, archive, clock, path="/feed"):
        self.server, self.client, self.archive, self.clock = server, client, archive, clock
        self.target = FeedTarget("quay/main", "quay", server.url(path), allow_loopback=True)
        self.state = None

    def poll(self, **later):
        self.clock.set(self.clock.now() + timedelta(**later))
        self.state = fetch_feed(self.target, self.state, client=self.client, archive=self.archive, clock=self.clock, policy=POLICY)
        return self.state

    @property
    def sent(self):
        return self.server.asked[-1].headers


@pytest.fixture
def poller(server, client, archive, clock):
    return Poller(server, client, archive, clock)


def test_a_first_body_fills_the_whole_row(poller, server, archive, clock, rss):
    body = rss("Ferry late")
    server.on(
        "/feed", reply(200, body, {"ETag": '"1"', "Last-Modified": "Wed, 01 Sep 2021 11:00:00 GMT", "Content-Type": "application/xml"})
    )
    row = poller.poll()
    assert row.fetch_id == make_id("fetch", "quay/main", clock.now())
    assert (row.requested_at, row.outcome, row.status, row.detail) == (clock.now(), "new_body", 200, None)
    assert row.url == row.feed_url == row.final_url == row.validators_url == server.url("/feed")
    assert row.body_sha256 == row.last_body_sha256 == body_hash(body)
    assert archive.get(row.body_sha256) == body
    assert (row.wire_bytes, row.body_bytes, row.content_type) == (len(body), len(body), "application/xml")
    assert (row.etag, row.last_modified, row.validators_since) == ('"1"', "Wed, 01 Sep 2021 11:00:00 GMT", clock.now())
    assert (row.redirects, row.moved_to, row.moved_count, row.retry_after_s) == ([], None, 0, None)
    assert (row.consecutive_failures, row.muted) == (0, False)


def test_304_with_validators(poller, server, rss):
    server.on("/feed", reply(200, rss("a"), {"ETag": '"1"', "Last-Modified": "then"}), reply(304))
    first = poller.poll()
    second = poller.poll(hours=1)
    assert (poller.sent["if-none-match"], poller.sent["if-modified-since"]) == ('"1"', "then")
    assert (second.outcome, second.status, second.body_sha256) == ("not_modified", 304, None)
    assert second.last_body_sha256 == first.body_sha256
    assert (second.etag, second.validators_since) == ('"1"', first.validators_since)


def test_304_without_validators(poller, server, rss):
    server.on("/feed", reply(304), reply(304), reply(200, rss("a")))
    row = poller.poll()
    assert (row.outcome, row.status, row.consecutive_failures) == ("http_error", 304, 1)
    assert "304" in row.detail
    assert poller.poll(hours=1).consecutive_failures == 2
    assert poller.poll(hours=1).outcome == "new_body"


def test_200_with_the_same_etag_is_hashed(poller, server, rss):
    server.on("/feed", *(reply(200, body, {"ETag": '"1"'}) for body in (rss("a"), rss("a"), rss("b"))))
    assert [poller.poll(hours=1).outcome for _ in range(3)] == ["new_body", "same_body", "new_body"]
    assert poller.sent["if-none-match"] == '"1"'


def test_wrong_304_for_weeks_ends_after_8_days(poller, server, rss):
    def answer(asked):
        return reply(304) if "if-none-match" in asked.headers else reply(200, rss("fresh"), {"ETag": '"stuck"'})

    server.on("/feed", reply(200, rss("old"), {"ETag": '"stuck"'}), answer)
    first = poller.poll()
    outcomes = [poller.poll(days=1).outcome for _ in range(8)]
    assert outcomes == ["not_modified"] * 7 + ["new_body"]
    assert poller.state.validators_since == first.requested_at + timedelta(days=8)
    assert poller.poll(days=1).outcome == "not_modified"


def test_a_server_that_ignores_validators_still_has_them_dropped_after_8_days(poller, server, rss):
    server.on("/feed", reply(200, rss("a"), {"ETag": '"1"'}))
    poller.poll()
    for _ in range(8):
        poller.poll(days=1)
    assert "if-none-match" not in poller.sent


@pytest.mark.parametrize("value", ["", " ", "x" * 2000, "a\x01b"])
def test_validators_that_could_not_be_sent_back_are_not_kept(poller, server, rss, value):
    server.on("/feed", reply(200, rss("a"), {"ETag": value}))
    row = poller.poll()
    assert (row.etag, row.validators_url, row.validators_since) == (None, None, None)


def test_validators_go_to_the_address_that_gave_them(poller, server, rss):
    server.on(
        "/feed", reply(302, headers={"Location": "/a"}), reply(302, headers={"Location": "/a"}), reply(302, headers={"Location": "/b"})
    )
    server.on("/a", reply(200, rss("a"), {"ETag": '"a"'}), reply(304))
    server.on("/b", reply(200, rss("b")))
    assert poller.poll().validators_url == server.url("/a")
    assert poller.poll(hours=1).outcome == "not_modified"
    row = poller.poll(hours=1)
    assert server.paths()[-2:] == ["/feed", "/b"]
    assert "if-none-match" not in poller.sent
    assert (row.outcome, row.etag) == ("new_body", None)


def test_a_failure_keeps_what_is_known(poller, server, rss):
    server.on("/feed", reply(200, rss("a"), {"ETag": '"1"'}), reply(500), reply(304))
    first = poller.poll()
    failed = poller.poll(hours=1)
    assert (failed.outcome, failed.body_sha256) == ("http_error", None)
    assert (failed.last_body_sha256, failed.etag, failed.validators_since) == (first.body_sha256, '"1"', first.validators_since)
    assert poller.poll(hours=1).outcome == "not_modified"


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("value", "seconds"), [("300", 300), ("Wed, 01 Sep 2021 12:10:00 GMT", 600), ("-5", None), (str(88 * 3600), 86400)]
)
def test_429_and_503_with_retry_after(poller, server, status, value, seconds):
    server.on("/feed", reply(status, headers={"Retry-After": value}))
    row = poller.poll()
    assert (row.outcome, row.status, row.retry_after_s) == ("rate_limited", status, seconds)
    waits = (row.next_due_at - row.requested_at).total_seconds()
    assert waits == row.interval_s
    assert min(seconds or 0, 0.9 * 86400) <= waits <= 86400


def test_404_for_a_while_then_back(poller, server, rss):
    server.on("/feed", reply(200, rss("a")), *[reply(404)] * 12, reply(200, rss("a", "b")))
    poller.poll()
    for failures in range(1, 13):
        row = poller.poll(days=1)
        assert (row.outcome, row.consecutive_failures, row.muted) == ("http_error", failures, False)
        assert row.next_due_at <= row.requested_at + timedelta(days=1)
    back = poller.poll(days=1)
    assert (back.outcome, back.consecutive_failures) == ("new_body", 0)


def test_410_mutes_and_says_so(poller, server, rss):
    server.on("/feed", reply(410), reply(410), reply(200, rss("a")))
    row = poller.poll()
    assert (row.outcome, row.muted) == ("gone", True)
    assert "muted" in row.detail
    assert row.next_due_at == row.requested_at + timedelta(days=7)
    assert poller.poll(days=7).muted
    back = poller.poll(days=7)
    assert (back.outcome, back.muted) == ("new_body", False)


def test_an_html_page_instead_of_a_feed_is_kept_named_and_not_trusted(poller, server, rss):
    server.on("/feed", reply(200, rss("a"), {"ETag": '"1"'}), reply(200, HTML, {"ETag": '"page"'}), reply(200, HTML), reply(200, rss("a")))
    first = poller.poll()
    page = poller.poll(hours=1)
    assert (page.outcome, page.etag, page.validators_url) == ("new_body", None, None)
    assert "Down for repairs" in page.detail
    assert poller.archive.get(page.body_sha256) == HTML
    assert page.interval_s > first.interval_s
    again = poller.poll(hours=1)
    assert again.outcome == "same_body"
    assert "Down for repairs" in again.detail
    assert poller.archive.get(first.body_sha256) == rss("a")
    assert poller.poll(hours=1).detail is None


@pytest.mark.parametrize("status", [401, 403])
def test_401_and_403_challenge_page(poller, server, rss, status):
    server.on("/feed", reply(200, rss("a")), reply(status, HTML, {"Content-Type": "text/html"}))
    first = poller.poll()
    row = poller.poll(hours=1)
    assert (row.outcome, row.status, row.body_sha256) == ("http_error", status, None)
    assert "Down for repairs" in row.detail
    assert row.last_body_sha256 == first.body_sha256


def test_an_empty_body_is_said(poller, server):
    server.on("/feed", reply(200))
    row = poller.poll()
    assert (row.outcome, row.body_bytes, row.detail) == ("new_body", 0, "The body is empty.")


@pytest.mark.parametrize("status", [301, 308])
def test_a_permanent_redirect_is_used_after_five_polls(poller, server, rss, status):
    server.on("/feed", reply(status, headers={"Location": "/new"}))
    server.on("/new", reply(200, rss("a")))
    for count in range(1, 6):
        row = poller.poll(hours=1)
        assert (row.url, row.moved_to, row.moved_count) == (server.url("/feed"), server.url("/new"), count)
        assert row.redirects == [f"{status} {server.url('/feed')}"]
    row = poller.poll(hours=1)
    assert (row.url, row.redirects, row.moved_to, row.moved_count) == (server.url("/new"), [], server.url("/new"), 5)
    assert server.paths()[-1] == "/new"
    assert server.paths().count("/feed") == 5


@pytest.mark.parametrize(
    ("name", "hops"),
    [
        ("a temporary redirect", [302]),
        ("a permanent one after a temporary one", [302, 301]),
        ("a temporary one after a permanent one", [301, 307]),
    ],
)
def test_what_is_not_permanent_all_the_way_is_not_persisted(poller, server, rss, name, hops):
    for place, status in enumerate(hops):
        server.on(["/feed", "/hop"][place], reply(status, headers={"Location": "/new" if place == len(hops) - 1 else "/hop"}))
    server.on("/new", reply(200, rss("a")))
    for _ in range(7):
        row = poller.poll(hours=1)
    assert (row.url, row.moved_to, row.moved_count) == (server.url("/feed"), None, 0), name


def test_a_permanent_redirect_to_what_is_no_feed_is_not_persisted(poller, server):
    server.on("/feed", reply(301, headers={"Location": "/home"}))
    server.on("/home", reply(200, HTML))
    for _ in range(7):
        row = poller.poll(hours=1)
    assert (row.url, row.moved_to) == (server.url("/feed"), None)


def test_the_count_starts_over_when_the_target_changes(poller, server, rss):
    server.on("/feed", *[reply(301, headers={"Location": "/a"})] * 4, reply(301, headers={"Location": "/b"}))
    for path in ("/a", "/b"):
        server.on(path, reply(200, rss("a")))
    assert [poller.poll(hours=1).moved_count for _ in range(6)] == [1, 2, 3, 4, 1, 2]


def test_a_failure_between_does_not_start_the_count_over(poller, server, rss):
    server.on("/feed", reply(301, headers={"Location": "/a"}), reply(500), reply(301, headers={"Location": "/a"}))
    server.on("/a", reply(200, rss("a"), {"ETag": '"1"'}), reply(304))
    assert [poller.poll(hours=1).moved_count for _ in range(3)] == [1, 1, 2]


def test_a_moved_address_that_fails_is_given_up_for_the_old_one(poller, server, rss):
    server.on("/feed", *[reply(301, headers={"Location": "/new"})] * 5, reply(200, rss("back")))
    server.on("/new", *[reply(200, rss("a"))] * 5, reply(404))
    for _ in range(5):
        poller.poll(hours=1)
    failed = [poller.poll(days=1) for _ in range(5)]
    assert {row.url for row in failed} == {server.url("/new")}
    row = poller.poll(days=1)
    assert (row.url, row.outcome, row.moved_to) == (server.url("/feed"), "new_body", None)


def test_another_address_in_the_registry_starts_afresh(poller, server, rss, clock):
    server.on("/feed", reply(301, headers={"Location": "/new"}))
    server.on("/new", reply(200, rss("a")))
    for _ in range(5):
        poller.poll(hours=1)
    edited = FeedTarget("quay/main", "quay", server.url("/edited"), allow_loopback=True)
    assert effective_url(poller.target, poller.state, POLICY) == server.url("/new")
    assert effective_url(edited, poller.state, POLICY) == server.url("/edited")
    server.on("/edited", reply(500))
    poller.target = edited
    assert (poller.poll(hours=1).consecutive_failures, poller.state.moved_to) == (1, None)


def test_network_trouble_is_a_row(server, make_client, archive, clock):
    poller = Poller(server, make_client({}), archive, clock)
    poller.target = FeedTarget("quay/main", "quay", "https://gone.example/feed")
    row = poller.poll()
    assert (row.outcome, row.status, row.final_url) == ("dns_error", None, "https://gone.example/feed")
    assert row.consecutive_failures == 1
    poller.target = FeedTarget("quay/main", "quay", server.url("/feed"))
    assert poller.poll(hours=1).outcome == "refused_address"


def test_defects_are_not_swallowed(poller, server, archive, rss, monkeypatch):
    def full(body):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "put", full)
    server.on("/feed", reply(200, rss("a")))
    with pytest.raises(OSError, match="No space"):
        poller.poll()
