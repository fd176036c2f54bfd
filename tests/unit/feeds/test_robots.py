"""robots.txt for article pages, on a real server on loopback."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from pipelines.feeds.politeness import HostGate
from pipelines.feeds.robots import Robots
from tests.support.fault_server import RESET, reply


@pytest.fixture
def robots(client, clock):
    return Robots(client, clock)


def check(robots, server, path="/story/1"):
    return robots.check(server.url(path), allow_loopback=True)


RULES = b"""\xef\xbb\xbf# a comment
User-agent: OtherBot
Disallow: /

User-agent: *
Allow: /story/open
Disallow: /story
Disallow: /*.pdf$
"""


@pytest.mark.parametrize(
    ("path", "allowed"), [("/story/1", False), ("/story/open/2", True), ("/news", True), ("/a.pdf", False), ("/a.pdf?x", True)]
)
def test_rules_hold_for_article_pages(server, robots, path, allowed):
    server.on("/robots.txt", reply(200, RULES))
    verdict = check(robots, server, path)
    assert verdict.allowed is allowed
    assert (verdict.reason is None) is allowed


@pytest.mark.parametrize(
    ("agents", "allowed"), [("Parallax", False), ("parallax", False), ("PARALLAX*", False), ("tests", True), ("Googlebot", True)]
)
def test_groups_are_matched_by_the_product_token(server, robots, agents, allowed):
    server.on("/robots.txt", reply(200, f"User-agent: {agents}\nDisallow: /\n\nUser-agent: *\nAllow: /\n".encode()))
    assert check(robots, server).allowed is allowed


def test_a_group_for_several_agents_holds_for_us_too(server, robots):
    server.on("/robots.txt", reply(200, b"User-agent: A-Bot\nuser-agent : B-Bot # why\nUser-Agent: Parallax\nDisallow: /story\n"))
    assert not check(robots, server).allowed
    assert check(robots, server, "/news").allowed


def test_it_is_asked_once_a_day_and_host(server, robots, clock):
    server.on("/robots.txt", reply(200, b""), reply(200, RULES))
    assert check(robots, server).allowed
    clock.set(clock.now() + timedelta(hours=23))
    assert check(robots, server, "/story/2").allowed
    assert server.paths() == ["/robots.txt"]
    clock.set(clock.now() + timedelta(hours=2))
    assert not check(robots, server).allowed
    assert server.paths() == ["/robots.txt"] * 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 204])
def test_where_there_is_none_all_is_allowed(server, robots, status):
    server.on("/robots.txt", reply(status))
    assert check(robots, server).allowed


@pytest.mark.parametrize(
    "answer", [reply(500), reply(503), reply(503, headers={"Retry-After": "9"}), reply(429), lambda _: [RESET], b"no http"]
)
def test_where_it_cannot_be_had_nothing_is_allowed_and_it_is_tried_again_soon(server, robots, clock, answer):
    server.on("/robots.txt", answer, reply(404))
    verdict = check(robots, server)
    assert not verdict.allowed
    assert "could not be had" in verdict.reason
    assert not check(robots, server).allowed
    clock.set(clock.now() + timedelta(hours=1))
    assert check(robots, server).allowed


def test_rules_that_were_known_hold_while_the_server_is_in_trouble(server, robots, clock):
    server.on("/robots.txt", reply(200, RULES), reply(500))
    check(robots, server)
    clock.set(clock.now() + timedelta(hours=30))
    assert not check(robots, server).allowed
    assert check(robots, server, "/news").allowed


def test_redirects_are_followed_and_a_circle_counts_as_none(server, robots, clock):
    server.on("/robots.txt", reply(301, headers={"Location": "/rules"}), reply(301, headers={"Location": "/robots.txt"}))
    server.on("/rules", reply(200, RULES))
    assert not check(robots, server).allowed
    clock.set(clock.now() + timedelta(days=2))
    assert check(robots, server).allowed


def test_crawl_delay_is_kept_at_the_gate(server, client, clock):
    gate = HostGate(0.0)
    robots = Robots(client, clock, gate=gate)
    server.on("/robots.txt", reply(200, b"User-agent: *\nCrawl-delay: 0.3\n"))
    assert check(robots, server).crawl_delay_s == 0.3
    server.on("/story/1", reply(200, b"one"))
    started = time.monotonic()
    for _ in range(2):
        client.get(server.url("/story/1"), allow_loopback=True, gate=gate)
    assert 0.3 <= time.monotonic() - started < 1.5


def test_a_crawl_delay_beyond_our_patience_leaves_the_pages_alone(server, robots):
    server.on("/robots.txt", reply(200, b"User-agent: *\nCrawl-delay: 86400\n"))
    verdict = check(robots, server)
    assert not verdict.allowed
    assert "86400 s" in verdict.reason


@pytest.mark.parametrize("url", ["http://10.0.0.1/story", "file:///etc/passwd", "http://u:p@quay.example/", "", "http://169.254.169.254/"])
def test_a_feeds_own_links_get_the_same_address_rules(robots, client, url):
    assert not robots.check(url, allow_loopback=True).allowed
    assert client.get(url, allow_loopback=True).outcome in ("refused_address", "bad_url")


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html><html><body>no robots here</body></html>",
        b"\xff\xfe\0garbage\0" * 1000,
        b"User-agent: *\nCrawl-delay: nan\nCrawl-delay: -1\nDisallow: http://[\nRequest-rate: 1/0\n",
        b"".join(b"User-agent: a%d\n" % n for n in range(20_000)) + b"Disallow: /\n" * 2000,
        b"User-agent: *\nDisallow: /news" + b"/*a" * 100_000,
        b"x" * 2_000_000,
    ],
)  # fmt: skip
def test_hostile_robots_files_are_read_soon(server, robots, body):
    server.on("/robots.txt", reply(200, body))
    started = time.monotonic()
    assert check(robots, server).allowed
    assert time.monotonic() - started < 2


def test_what_follows_500_kib_is_not_read(server, robots):
    server.on("/robots.txt", reply(200, b"User-agent: *\n" + b"# filler\n" * 60_000 + b"Disallow: /\n"))
    assert check(robots, server).allowed
