"""Where requests may go: the reading of URLs, the check of addresses, and both as the client applies them at connect time."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.feeds.addresses import BadUrlError, Endpoint, RefusedAddressError, check_address, join_url, read_url, resolve
from pipelines.feeds.http import HttpClient, HttpPolicy
from tests.support.fault_server import FaultServer, reply

REFUSED = {
    "loopback": ["127.0.0.1", "127.8.9.10", "::1"],
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fc00::1", "fd12:3456::1", "fec0::1"],
    "link_local": ["169.254.169.254", "169.254.0.1", "fe80::1", "fe80::1%eth0"],
    "multicast": ["224.0.0.1", "239.255.255.250", "ff02::1", "ff0e::1"],
    "mapped": ["::ffff:8.8.8.8", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe"],
    "nat64": ["64:ff9b::8.8.8.8", "64:ff9b::7f00:1", "64:ff9b:1::1"],
    "six_to_four": ["2002:7f00:1::1", "2002:808:808::1", "192.88.99.1"],
    "reserved": ["0.0.0.0", "::", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1",
                 "2001:db8::1", "2001::1", "100::1", "::8.8.8.8"],
    "cloud": ["168.63.129.16", "fd00:ec2::254"],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "ip"), [(kind, ip) for kind, ips in REFUSED.items() for ip in ips])
def test_addresses_that_are_not_public_are_refused(kind, ip):
    with pytest.raises(RefusedAddressError, match="only public addresses"):
        check_address(ip)


@pytest.mark.parametrize("ip", ["8.8.8.8", "172.15.0.1", "172.32.0.1", "192.169.0.1", "2606:4700::1111", "2a00:1450::1", "1.1.1.1"])
def test_public_addresses_pass(ip):
    check_address(ip)


@pytest.mark.parametrize(("kind", "ip"), [(kind, ip) for kind, ips in REFUSED.items() for ip in ips])
def test_allowing_loopback_adds_loopback_only(kind, ip):
    if kind == "loopback":
        check_address(ip, allow_loopback=True)
    else:
        with pytest.raises(RefusedAddressError):
            check_address(ip, allow_loopback=True)


@pytest.mark.parametrize("kind", REFUSED)
def test_a_name_that_resolves_to_a_refused_address_is_refused_by_the_client(make_client, kind):
    ip = REFUSED[kind][0]
    response = make_client({"inner.example": [ip]}).get("http://inner.example/latest/meta-data")
    assert response.outcome == "refused_address"
    assert response.status is None
    assert "inner.example resolves to" in response.detail
    assert ip in response.detail


def test_169_254_169_254_by_number_is_refused(client):
    assert client.get("http://169.254.169.254/latest/meta-data", allow_loopback=True).outcome == "refused_address"


def test_one_refused_address_among_public_ones_refuses_the_name(make_client):
    client = make_client({"mixed.example": ["8.8.8.8", "10.0.0.1"]})
    assert client.get("http://mixed.example/").outcome == "refused_address"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f000001", "127.1", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "127%2e0.0.1"]
)
def test_loopback_in_every_spelling_is_refused_by_the_systems_resolver(server, host):
    server.on("/feed", reply(200, b"secret"))
    response = HttpClient(HttpPolicy(deadline_s=3)).get(f"http://{host}:{server.port}/feed")
    assert response.outcome in ("refused_address", "dns_error", "bad_url")
    assert server.asked == []


def test_localhost_is_refused_unless_allowed(server):
    server.on("/feed", reply(200, b"fine"))
    client = HttpClient(HttpPolicy(deadline_s=3))
    assert client.get(f"http://localhost:{server.port}/feed").outcome == "refused_address"
    assert client.get(f"http://localhost:{server.port}/feed", allow_loopback=True).body == b"fine"


def test_the_address_checked_is_the_address_connected_to(server):
    asked = []

    def rebinding(host: str, port: int) -> list[Endpoint]:
        asked.append(host)
        return [Endpoint(socket.AF_INET, ("127.0.0.1" if len(asked) == 1 else "10.0.0.1", port))]

    server.on("/feed", reply(200, b"fine"))
    client = HttpClient(HttpPolicy(deadline_s=3), resolver=rebinding)
    assert client.get(server.url("/feed", host="rebinding.example"), allow_loopback=True).body == b"fine"
    assert asked == ["rebinding.example"]
    assert client.get(server.url("/feed", host="rebinding.example"), allow_loopback=True).outcome == "refused_address"


def test_addresses_are_checked_at_every_hop(server, make_client):
    client = make_client({"outer.example": ["127.0.0.1"], "inner.example": ["192.168.0.1"]})
    server.on("/by-name", reply(302, headers={"Location": "http://inner.example/"}))
    server.on("/by-number", reply(302, headers={"Location": "http://169.254.169.254/"}))
    server.on("/by-scheme", reply(302, headers={"Location": "file:///etc/passwd"}))
    server.on("/with-user", reply(302, headers={"Location": "http://me:secret@outer.example/"}))
    for path in ("/by-name", "/by-number", "/by-scheme", "/with-user"):
        response = client.get(server.url(path, host="outer.example"), allow_loopback=True)
        assert (response.outcome, response.body) == ("refused_address", None), path
        assert "secret" not in response.detail


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://example.org/feed", "gopher://example.org/", "data:text/xml,<rss/>", "javascript:alert(1)", "FILE:/etc"],
)
def test_only_http_and_https(client, url):
    response = client.get(url)
    assert response.outcome == "refused_address"
    assert "only http: and https:" in response.detail


@pytest.mark.parametrize("url", ["http://user@example.org/", "https://user:word@example.org/", "http://:@example.org/"])
def test_no_user_and_password(client, url):
    response = client.get(url)
    assert response.outcome == "refused_address"
    assert "word@" not in response.detail


@pytest.mark.parametrize("url", ["", "example.org/feed", "http://", "http:///feed", "http://[::1", "http://a..b/", "http://x:0/", "http://x:99999/",
                                 "http://" + "a" * 64 + ".example/", "http://./", "http://example.org/" + "x" * 9000])  # fmt: skip
def test_what_is_no_address_is_an_outcome_too(client, url):
    response = client.get(url)
    assert response.outcome == "bad_url"
    assert len(response.detail) < 300


def test_a_url_is_normalised():
    assert read_url(" HTTPS://Example.ORG:443/a b/../c d/ü?q=ä#part ").url == "https://example.org/c%20d/%C3%BC?q=%C3%A4"
    assert read_url("http://bücher.example").url == "http://xn--bcher-kva.example/"
    assert read_url("http://[::1]:81/x").host == "::1"
    assert read_url("http://example.org?q=1").target == "/?q=1"


def test_links_are_joined_before_they_are_judged():
    assert join_url("https://example.org/news/feed", "../story?id=1#top").url == "https://example.org/story?id=1"
    assert join_url("https://example.org/feed", "//other.example/x").url == "https://other.example/x"
    with pytest.raises(RefusedAddressError):
        join_url("https://example.org/feed", "file:///etc/passwd")


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_makes_the_reading_of_urls_raise_anything_else(host, location):
    for text in (host, f"http://{host}", f"http://{host}/{location}"):
        try:
            read_url(text)
        except (BadUrlError, RefusedAddressError) as error:
            assert str(error).endswith(".")
    with contextlib.suppress(BadUrlError, RefusedAddressError):
        join_url("http://example.org/feed", location)


def test_a_resolver_that_hangs_is_cut_at_the_deadline():
    never = threading.Event()

    def hanging(host: str, port: int) -> list[Endpoint]:
        never.wait(2)
        return []

    client = HttpClient(HttpPolicy(deadline_s=0.2), resolver=hanging)
    started = time.monotonic()
    assert client.get("http://slow.example/").outcome == "timeout"
    assert time.monotonic() - started < 1
    never.set()


def test_a_defect_in_a_resolver_is_no_network_trouble():
    def broken(host: str, port: int) -> list[Endpoint]:
        raise KeyError(host)

    with pytest.raises(KeyError):
        resolve("x.example", 80, resolver=broken, timeout_s=1, allow_loopback=False)
    with pytest.raises(KeyError):
        HttpClient(HttpPolicy(), resolver=broken).get("http://x.example/")


def test_environment_proxies_are_not_used(server, client, monkeypatch):
    with FaultServer() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url())
        monkeypatch.setenv("HTTP_PROXY", proxy.url())
        server.on("/feed", reply(200, b"direct"))
        assert client.get(server.url("/feed"), allow_loopback=True).body == b"direct"
        assert proxy.asked == []
