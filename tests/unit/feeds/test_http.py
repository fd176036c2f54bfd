"""Each line of the list of hostile inputs, HTTP part, that one request can meet, against a real server on loopback."""

from __future__ import annotations

import gzip
import ssl
import time
import zlib
from pathlib import Path

import pytest

from pipelines.feeds.http import HttpClient, HttpPolicy, Validators
from tests.support.fault_server import RESET, FaultServer, make_certificate, reply

FEED = b'<?xml version="1.0"?><rss version="2.0"><channel><title>Quay</title></channel></rss>'


def get(client, server, path="/feed", **more):
    return client.get(server.url(path), allow_loopback=True, **more)


def test_a_plain_answer_is_kept_byte_for_byte(server, client):
    server.on("/feed", reply(200, FEED, {"Content-Type": "application/rss+xml", "ETag": '"1"'}))
    response = get(client, server)
    assert (response.outcome, response.status, response.body, response.detail) == ("ok", 200, FEED, None)
    assert response.wire_bytes == len(FEED)
    assert response.headers["etag"] == '"1"'
    assert response.final_url == server.url("/feed")


def test_user_agent_is_honest_and_nothing_else_is_told(server, client):
    server.on("/feed", reply(200, FEED))
    get(client, server)
    sent = server.asked[0].headers
    assert sent["user-agent"] == "Parallax/test (+tests)"
    assert set(sent) == {"host", "user-agent", "accept-encoding", "connection"}


@pytest.mark.parametrize("content_type", [None, "text/html", "image/png", "", "nonsense;;;", "application/rss+xml; charset=klingon"])
def test_no_or_wrong_content_type_is_no_obstacle(server, client, content_type):
    server.on("/feed", reply(200, FEED, {} if content_type is None else {"Content-Type": content_type}))
    response = get(client, server)
    assert response.body == FEED
    assert response.content_type == content_type


@pytest.mark.parametrize("label", ["gzip", "x-gzip", "GZIP", None, "identity", "deflate"])
def test_gzip_is_unpacked_whatever_its_label(server, client, label):
    packed = gzip.compress(FEED)
    server.on("/feed", reply(200, packed, {"Content-Encoding": label} if label else {}))
    response = get(client, server)
    assert response.body == FEED
    assert response.wire_bytes == len(packed)
    assert (response.detail is None) == ((label or "").lower() in ("gzip", "x-gzip"))


@pytest.mark.parametrize("label", ["gzip", "deflate", "br", "gzip, gzip"])
def test_plain_text_labelled_compressed_is_kept_as_it_is(server, client, label):
    server.on("/feed", reply(200, FEED, {"Content-Encoding": label}))
    response = get(client, server)
    assert response.body == FEED
    assert "not compressed" in response.detail


@pytest.mark.parametrize("wbits", [zlib.MAX_WBITS, -zlib.MAX_WBITS])
def test_deflate_with_and_without_its_zlib_header(server, client, wbits):
    packer = zlib.compressobj(wbits=wbits)
    server.on("/feed", reply(200, packer.compress(FEED) + packer.flush(), {"Content-Encoding": "deflate"}))
    assert get(client, server).body == FEED


def test_truncated_gzip_is_not_kept(server, client):
    packed = gzip.compress(FEED * 100)
    for cut in (1, 9, len(packed) // 2, len(packed) - 4):
        server.on(f"/{cut}", reply(200, packed[:-cut], {"Content-Encoding": "gzip"}))
        response = get(client, server, f"/{cut}")
        assert (response.outcome, response.body) == ("bad_encoding", None)
        assert "cut short" in response.detail


def test_damaged_gzip_is_not_kept(server, client):
    packed = bytearray(gzip.compress(FEED * 100))
    packed[-8] ^= 0xFF
    server.on("/feed", reply(200, bytes(packed), {"Content-Encoding": "gzip"}))
    response = get(client, server)
    assert (response.outcome, response.body) == ("bad_encoding", None)


def test_a_coding_that_was_not_asked_for_is_named(server, client):
    server.on("/feed", reply(200, b"\x8b\x02\x80\x00\x01\x02", {"Content-Encoding": "br"}))
    response = get(client, server)
    assert response.outcome == "bad_encoding"
    assert "'br'" in response.detail


def test_a_length_of_the_unpacked_body_is_forgiven_when_the_gzip_is_whole(server, client):
    packed = gzip.compress(FEED)
    fields = {"Content-Encoding": "gzip", "Content-Length": str(len(FEED) + 500)}
    server.on("/feed", reply(200, packed, fields, length=False))
    assert get(client, server).body == FEED


def pack_zeros(mebibytes):
    packer = zlib.compressobj(1, wbits=31)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(mebibytes)) + packer.flush()


def test_gzip_bomb_is_stopped_early(server, client):
    bomb = pack_zeros(100)
    head = reply(200, headers={"Content-Encoding": "gzip"}, length=False)
    server.on("/feed", lambda _: [head, *(step for i in range(0, len(bomb), 8192) for step in (bomb[i : i + 8192], 0.02))])
    response = get(client, server)
    assert (response.outcome, response.body) == ("too_large", None)
    assert "15,728,640" in response.detail
    assert server.sent < len(bomb) / 2


def test_gzip_bomb_within_gzip_is_stopped(server, client):
    server.on("/feed", reply(200, gzip.compress(pack_zeros(20)), {"Content-Encoding": "gzip, gzip"}))
    assert get(client, server).outcome == "too_large"


@pytest.mark.parametrize("announced", [True, False])
def test_a_plain_body_over_the_cap_is_not_read_through(server, make_client, announced):
    client = make_client(max_body_bytes=100_000)
    body = b"x" * 5_000_000
    head = reply(200, headers={"Content-Length": str(len(body))} if announced else {}, length=False)
    server.on("/feed", lambda _: [head, *[body[:50_000]] * 100])
    response = get(client, server)
    assert (response.outcome, response.body) == ("too_large", None)


def test_a_body_of_just_the_cap_is_kept(server, make_client):
    server.on("/feed", reply(200, gzip.compress(b"y" * 1000)))
    assert get(make_client(max_body_bytes=1000), server).body == b"y" * 1000
    assert get(make_client(max_body_bytes=999), server).outcome == "too_large"


def trickle(first: bytes):
    return lambda _: [first, *(step for _ in range(200) for step in (b"a", 0.05))]


@pytest.mark.parametrize(
    "start", [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", reply(200, length=False), b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"]
)
def test_slow_trickle_is_cut_at_the_total_deadline(server, make_client, start):
    server.on("/feed", trickle(start))
    started = time.monotonic()
    response = get(make_client(deadline_s=0.4), server)
    assert (response.outcome, response.body) == ("timeout", None)
    assert 0.35 < time.monotonic() - started < 3


def test_the_deadline_spans_all_redirects(server, make_client):
    for hop in range(4):
        server.on(f"/{hop}", lambda _, hop=hop: [0.2, reply(302, headers={"Location": f"/{hop + 1}"})])
    server.on("/4", reply(200, FEED))
    assert get(make_client(deadline_s=0.5), server, "/0").outcome == "timeout"


def test_a_silent_server_times_out(server, make_client):
    server.on("/feed", lambda _: [3.0])
    assert get(make_client(deadline_s=0.3), server).outcome == "timeout"


@pytest.mark.parametrize("steps", [[RESET], [b"HTTP/1.1 200 OK\r\nContent-", RESET], [reply(200, FEED)[:-10], RESET]])
def test_connection_reset_half_way(server, client, steps):
    server.on("/feed", lambda _: steps)
    response = get(client, server)
    assert (response.outcome, response.body) == ("connection_error", None)


@pytest.mark.parametrize(
    "answer",
    [
        reply(200, FEED)[:-10],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n<rss>",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n<rss>",
        b"",
    ],
)
def test_a_body_that_ends_too_soon_is_not_kept(server, client, answer):
    server.on("/feed", answer)
    response = get(client, server)
    assert (response.outcome, response.body) == ("connection_error", None)


_LONG_LINE = b"HTTP/1.1 200 OK\r\n" + b"X" * 70_000


@pytest.mark.parametrize("answer", [b"\x00\x01\x02\r\n\r\n", b"SSH-2.0-x\r\n", b"HTTP/1.1 abc\r\n\r\n", _LONG_LINE])
def test_what_is_no_http_is_an_outcome(server, client, answer):
    server.on("/feed", answer)
    response = get(client, server)
    assert response.outcome == "connection_error"
    assert response.detail.endswith(".")


def test_nobody_listening(client):
    with FaultServer() as gone:
        url = gone.url("/feed")
    response = client.get(url, allow_loopback=True)
    assert response.outcome == "connection_error"
    assert "refuses connections" in response.detail


def test_dns_failure(client):
    response = client.get("https://no-such-host.example/feed")
    assert (response.outcome, response.status) == ("dns_error", None)
    assert "no-such-host.example" in response.detail


@pytest.mark.parametrize("count", [99, 150, 400])
def test_100_and_more_headers(server, client, count):
    server.on("/feed", reply(200, FEED, [(f"X-Field-{n}", "v" * 50) for n in range(count)]))
    response = get(client, server)
    assert response.body == FEED
    assert response.headers[f"x-field-{count - 1}"] == "v" * 50


def test_endless_headers_are_cut(server, client):
    server.on("/feed", lambda _: [b"HTTP/1.1 200 OK\r\n", *(b"X-Field: " + b"v" * 60_000 + b"\r\n" for _ in range(100))])
    response = get(client, server)
    assert response.outcome == "connection_error"
    assert "header fields" in response.detail


def test_ipv6_only(make_client):
    try:
        server = FaultServer(host="::1")
    except OSError:
        pytest.skip("no IPv6 loopback here")
    with server:
        server.on("/feed", reply(200, FEED))
        assert get(make_client(), server).body == FEED
        assert server.asked[0].headers["host"] == f"[::1]:{server.port}"
        named = make_client({"six.example": ["::1"]}).get(server.url("/feed", host="six.example"), allow_loopback=True)
        assert named.body == FEED


def test_a_dead_address_leaves_time_for_the_next(server, make_client):
    client = make_client({"two.example": ["127.0.0.2", "127.0.0.1"]})
    server.on("/feed", reply(200, FEED))
    assert client.get(server.url("/feed", host="two.example"), allow_loopback=True).body == FEED


@pytest.mark.parametrize(
    ("status", "outcome", "word"),
    [
        (401, "http_error", "login"), (403, "http_error", "refuses"), (404, "http_error", "nothing"), (410, "gone", "withdrawn"),
        (429, "rate_limited", "fewer"), (500, "http_error", "500"), (503, "http_error", "out of service"), (206, "http_error", "206"),
        (204, "http_error", "204"), (299, "http_error", "299"), (300, "http_error", "300"), (999, "http_error", "999"),
    ],
)  # fmt: skip
def test_each_status_has_its_outcome_and_a_sentence(server, client, status, outcome, word):
    server.on("/feed", reply(status, b"" if status == 204 else b"plain words"))
    response = get(client, server)
    assert (response.outcome, response.status, response.body) == (outcome, status, None)
    assert word in response.detail
    assert response.detail.endswith(".")


def test_503_with_retry_after_is_a_rate_limit(server, client):
    server.on("/feed", reply(503, b"later", {"Retry-After": "120"}))
    assert get(client, server).outcome == "rate_limited"


def test_403_challenge_page_is_described(server, client):
    page = b"<!DOCTYPE html><html><head><title>One moment</title></head><body>checking</body></html>"
    server.on("/feed", reply(403, gzip.compress(page), {"Content-Type": "text/html", "Content-Encoding": "gzip"}))
    response = get(client, server)
    assert response.outcome == "http_error"
    assert "One moment" in response.detail


def test_an_error_page_that_trickles_does_not_hold_up(server, make_client):
    server.on("/feed", lambda _: [reply(403, length=False), *(step for _ in range(100) for step in (b"a", 0.05))])
    response = get(make_client(deadline_s=0.5), server)
    assert (response.outcome, response.status) == ("http_error", 403)


def test_redirects_are_followed_and_logged(server, client):
    server.on("/a", reply(301, headers={"Location": "/b"}))
    server.on("/b", reply(302, headers={"Location": server.url("/c#part")}))
    server.on("/c", reply(307, headers={"Location": f"//127.0.0.1:{server.port}/\u00fc d".encode().decode("latin-1")}))
    server.on("/%C3%BC%20d", reply(200, FEED))
    response = get(client, server, "/a")
    assert response.body == FEED
    assert [hop.status for hop in response.redirects] == [301, 302, 307]
    assert [hop.url for hop in response.redirects] == [server.url("/a"), server.url("/b"), server.url("/c")]
    assert response.final_url == server.url("/%C3%BC%20d")


def test_redirect_loop(server, client):
    server.on("/a", reply(302, headers={"Location": "/b"}))
    server.on("/b", reply(301, headers={"Location": "/a"}))
    response = get(client, server, "/a")
    assert (response.outcome, response.status) == ("redirect_error", 301)
    assert "circle" in response.detail
    assert server.paths() == ["/a", "/b"]


def test_five_hops_are_followed_and_a_sixth_is_not(server, client):
    for hop in range(6):
        server.on(f"/{hop}", reply(302, headers={"Location": f"/{hop + 1}"}))
    server.on("/6", reply(200, FEED))
    assert get(client, server, "/1").body == FEED
    response = get(client, server, "/0")
    assert response.outcome == "redirect_error"
    assert "5 times" in response.detail


def test_redirect_without_a_location(server, client):
    server.on("/feed", reply(302))
    assert get(client, server).outcome == "redirect_error"


@pytest.mark.parametrize("location", ["http://exa mple.com:99999/", "https://[::1", "http://a..b/"])
def test_redirect_to_what_is_no_address(server, client, location):
    server.on("/feed", reply(302, headers={"Location": location}))
    response = get(client, server)
    assert response.outcome == "bad_url"
    assert server.url("/feed") in response.detail


def test_cross_host_redirect_carries_no_validators_and_no_other_fields(server, make_client):
    client = make_client({"one.example": ["127.0.0.1"], "two.example": ["127.0.0.1"]})
    here, there = server.url("/feed", host="one.example"), server.url("/moved", host="two.example")
    server.on("/feed", reply(302, headers={"Location": there}))
    server.on("/moved", reply(200, FEED))
    response = client.get(here, {"X-Own": "1"}, allow_loopback=True, validators=Validators(here, '"v1"', "Wed, 01 Sep 2021 00:00:00 GMT"))
    assert response.body == FEED
    first, second = (asked.headers for asked in server.asked)
    assert (first["x-own"], first["if-none-match"]) == ("1", '"v1"')
    assert not {"x-own", "if-none-match", "if-modified-since"} & set(second)
    assert not response.validators_sent


def test_validators_belong_to_the_final_address(server, client):
    server.on("/feed", reply(302, headers={"Location": "/final"}))
    server.on("/final", reply(304))
    response = get(client, server, validators=Validators(server.url("/final"), '"v1"', None))
    assert (response.outcome, response.validators_sent) == ("not_modified", True)
    assert "if-none-match" not in server.asked[0].headers
    assert server.asked[1].headers["if-none-match"] == '"v1"'


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    made = make_certificate(tmp_path_factory.mktemp("tls"), "DNS:secure.example", "IP:127.0.0.1")
    if made is None:
        pytest.skip("no openssl here")
    return made


@pytest.fixture
def secure(certificate: Path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with FaultServer(tls=context) as running:
        yield running


def test_tls_is_verified_for_the_name_not_the_address(secure, certificate, make_client):
    client = make_client({"secure.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]}, ca_file=certificate)
    secure.on("/feed", reply(200, FEED, {"ETag": '"t"'}))
    assert client.get(secure.url("/feed", host="secure.example"), allow_loopback=True).body == FEED
    assert client.get(secure.url("/feed"), allow_loopback=True).body == FEED
    wrong = client.get(secure.url("/feed", host="other.example"), allow_loopback=True)
    assert (wrong.outcome, wrong.body) == ("tls_error", None)
    assert "other.example" in wrong.detail


def test_tls_untrusted_certificate(secure, make_client):
    secure.on("/feed", reply(200, FEED))
    response = get(make_client(), secure)
    assert response.outcome == "tls_error"
    assert "certificate" in response.detail
    assert secure.asked == []


def test_tls_asked_of_a_plain_server(server, client):
    server.on("/feed", reply(200, FEED))
    response = client.get(server.url("/feed").replace("http:", "https:"), allow_loopback=True)
    assert response.outcome == "tls_error"
    assert response.detail.startswith("No secure connection to 127.0.0.1")


def test_tls_slow_trickle_is_cut_too(secure, certificate, make_client):
    secure.on("/feed", trickle(reply(200, length=False)))
    started = time.monotonic()
    assert get(make_client(ca_file=certificate, deadline_s=0.4), secure).outcome == "timeout"
    assert time.monotonic() - started < 3


def test_https_to_http_is_refused_unless_allowed(server, secure, certificate, make_client):
    secure.on("/feed", reply(301, headers={"Location": server.url("/plain")}))
    server.on("/plain", reply(200, FEED))
    refused = get(make_client(ca_file=certificate), secure)
    assert refused.outcome == "redirect_error"
    assert "https to http" in refused.detail
    assert server.asked == []
    assert get(make_client(ca_file=certificate, allow_downgrade=True), secure).body == FEED


def test_connect_to_answers_instead_of_dns(server):
    client = HttpClient(HttpPolicy(connect_to={"outlet.example": ("127.0.0.1", server.port)}))
    server.on("/feed", reply(200, FEED))
    assert client.get("http://outlet.example/feed", allow_loopback=True).final_url == "http://outlet.example/feed"
    assert server.asked[0].headers["host"] == "outlet.example"
    assert client.get("http://outlet.example/feed").outcome == "refused_address"
