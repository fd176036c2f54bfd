"""Each planted behaviour of the demo's HTTP server, asked over a real connection."""

from __future__ import annotations

import gzip
import http.client
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from pipelines.demo import render
from pipelines.demo import world as sample
from pipelines.demo.server import DemoServer

QUIET = datetime(2025, 3, 29, 18, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> sample.World:
    return sample.load()


@pytest.fixture
def server(world: sample.World) -> Iterator[DemoServer]:
    with DemoServer(world) as running:
        running.set_time(QUIET)
        yield running


def ask(server: DemoServer, outlet_id: str, path: str | None = None, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
    outlet = server.world.outlet(outlet_id)
    host, port = server.connect_to[outlet.host]
    connection = http.client.HTTPConnection(host, port, timeout=5)
    asked = {"Host": outlet.host, **{name.replace("_", "-"): value for name, value in headers.items()}}
    connection.request(method, path or outlet.feeds[0].path, headers=asked)
    return connection.getresponse()


def at(server: DemoServer, day: int, hour: int) -> None:
    server.set_time(datetime(2025, 3, day, hour, tzinfo=UTC))


def test_every_feed_is_served_at_every_poll_with_its_bytes(server: DemoServer, world: sample.World) -> None:
    for moment in world.poll_times()[::5]:
        server.set_time(moment)
        for outlet in world.outlets:
            for feed in outlet.feeds:
                if world.fault(outlet.id, feed.name, moment) is None:
                    answer = ask(server, outlet.id, feed.path)
                    assert answer.status == 200
                    assert answer.read() == render.feed_bytes(world, outlet.id, feed.name, moment)


def test_the_loopback_address_itself_answers_by_outlet(server: DemoServer) -> None:
    host, port = server.base_url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=5)
    connection.request("GET", "/ledger/europe.rss")
    assert connection.getresponse().read() == ask(server, "ledger").read()


def test_an_etag_gives_304_until_the_feed_changes(server: DemoServer) -> None:
    first = ask(server, "standard")
    etag = first.headers["ETag"]
    assert first.read()
    again = ask(server, "standard", If_None_Match=etag)
    assert (again.status, again.read()) == (304, b"")
    at(server, 30, 12)
    later = ask(server, "standard", If_None_Match=etag)
    assert later.status == 200
    assert later.headers["ETag"] != etag


def test_some_poll_of_an_etag_feed_finds_nothing_new(world: sample.World) -> None:
    times = world.poll_times()
    bodies = [render.feed_bytes(world, "courier", "border", moment) for moment in times]
    assert any(one == other for one, other in pairwise(bodies))


def test_last_modified_gives_304(server: DemoServer) -> None:
    stamp = ask(server, "voice").headers["Last-Modified"]
    assert stamp.endswith(" GMT")
    assert ask(server, "voice", If_Modified_Since=stamp).status == 304
    at(server, 30, 18)
    assert ask(server, "voice", If_Modified_Since=stamp).status == 200


def test_an_outlet_without_validators_never_gives_304(server: DemoServer) -> None:
    answer = ask(server, "halvik-echo", If_None_Match="*", If_Modified_Since="Sat, 29 Mar 2025 18:00:00 GMT")
    assert answer.status == 200


def test_gzip_is_sent_to_those_who_accept_it(server: DemoServer, world: sample.World) -> None:
    packed = ask(server, "courier", Accept_Encoding="gzip, deflate")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.read()) == render.feed_bytes(world, "courier", "news", QUIET)
    assert ask(server, "courier", Accept_Encoding="identity").headers["Content-Encoding"] is None
    assert ask(server, "ledger", Accept_Encoding="gzip").headers["Content-Encoding"] is None


def test_the_503_comes_once_with_retry_after(server: DemoServer, world: sample.World) -> None:
    statuses = []
    for moment in world.poll_times():
        server.set_time(moment)
        answer = ask(server, "halvik-echo")
        statuses.append(answer.status)
        if answer.status == 503:
            assert answer.headers["Retry-After"] == "1800"
    assert statuses.count(503) == 1
    assert set(statuses) == {200, 503}


def test_the_error_page_is_html_with_status_200(server: DemoServer) -> None:
    at(server, 29, 9)
    answer = ask(server, "evening-mail")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.read().startswith(b"<!DOCTYPE html>")
    at(server, 29, 12)
    assert b"<rss" in ask(server, "evening-mail").read()


def test_the_truncated_feed_is_cut_before_it_is_packed(server: DemoServer, world: sample.World) -> None:
    at(server, 29, 6)
    answer = ask(server, "northern-mirror", Accept_Encoding="gzip")
    whole = render.feed_bytes(world, "northern-mirror", "north", server.time)
    assert gzip.decompress(answer.read()) == render.truncated(whole)


def test_the_feed_moves_for_good_on_the_second_day(server: DemoServer) -> None:
    at(server, 28, 21)
    assert ask(server, "harbour-post").status == 200
    at(server, 29, 6)
    moved = ask(server, "harbour-post")
    assert (moved.status, moved.headers["Location"]) == (301, "/feeds/all.xml")
    assert ask(server, "harbour-post", "/feeds/all.xml").status == 200


def test_the_move_stays_inside_the_outlet_for_a_client_of_the_loopback_address(server: DemoServer) -> None:
    at(server, 29, 6)
    reply = server.reply(f"127.0.0.1:{server.port}", "/harbour-post/rss.xml", {})
    assert (reply.status, reply.headers["Location"]) == (301, "/harbour-post/feeds/all.xml")


def test_a_feed_may_call_itself_html(server: DemoServer) -> None:
    answer = ask(server, "plain-truth")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.read().startswith(b"<?xml")


def test_the_front_page_names_the_feeds_and_robots_txt_is_there(server: DemoServer) -> None:
    page = ask(server, "courier", "/").read().decode()
    assert 'href="/feed.xml"' in page
    assert 'href="/border/feed.xml"' in page
    assert ask(server, "courier", "/robots.txt").read().startswith(b"User-agent: *")


def test_unknown_paths_and_hosts_are_404(server: DemoServer) -> None:
    assert ask(server, "courier", "/nothing-here").status == 404
    assert ask(server, "courier", Host="nobody.example").status == 404


def test_head_gives_the_headers_alone(server: DemoServer) -> None:
    answer = ask(server, "ledger", method="HEAD")
    assert int(answer.headers["Content-Length"]) > 0
    assert answer.read() == b""


def test_many_clients_at_once_get_whole_feeds(server: DemoServer, world: sample.World) -> None:
    got: list[bytes] = []
    threads = [threading.Thread(target=lambda: got.append(ask(server, "ledger").read())) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [render.feed_bytes(world, "ledger", "europe", QUIET)] * 16


def test_the_server_is_quiet_and_gone_after_its_block(world: sample.World, capfd: pytest.CaptureFixture[str]) -> None:
    with DemoServer(world) as running:
        address = ("127.0.0.1", running.port)
        assert ask(running, "ledger").status == 200
        assert ask(running, "ledger", "/none").status == 404
        with socket.create_connection(address, timeout=5) as client:
            client.send(b"GET / HT")
    assert capfd.readouterr() == ("", "")
    with pytest.raises(OSError):
        socket.create_connection(address, timeout=1)
    with pytest.raises(RuntimeError, match="not running"):
        _ = running.port


def test_a_defect_of_the_server_is_raised_when_it_closes(world: sample.World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bytes:
        raise ZeroDivisionError("planted")

    with pytest.raises(ZeroDivisionError), DemoServer(world) as running:
        monkeypatch.setattr(render, "feed_bytes", broken)
        with pytest.raises(http.client.HTTPException):
            ask(running, "ledger")


def test_the_time_needs_a_zone(server: DemoServer) -> None:
    with pytest.raises(ValueError, match="zone"):
        server.set_time(datetime(2025, 3, 29, 18))
    server.set_time(QUIET + timedelta(hours=3))
    assert server.time == QUIET + timedelta(hours=3)
