"""Single checks of the schema that the registry's tests do not reach."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from pipelines.outlets import schema


def test_unknown_is_a_value_for_every_fact() -> None:
    assert schema.check_country(schema.UNKNOWN_COUNTRY) == "XXX"
    assert schema.check_language(schema.UNKNOWN_LANGUAGE) == "und"
    assert schema.check_timezone(schema.UNKNOWN_TIMEZONE) == "UTC"
    assert schema.check_country("XKX") == "XKX"
    assert schema.check_country("XTV") == "XTV"


@pytest.mark.parametrize(
    ("tag", "code"), [("en-GB", "en"), ("pt_BR", "pt"), ("deu", "de"), ("French", "fr"), ("", None), ("klingon?", None)]
)
def test_language_codes_are_read_from_tags_and_names(tag: str, code: str | None) -> None:
    assert schema.language_code(tag) == code


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://a.example/x", "https://A.example:443/x#y", True),
        ("https://a.example", "https://a.example/", True),
        ("https://a.example/x?a=1", "https://a.example/x?a=2", False),
        ("https://a.example/x", "https://a.example/X", False),
        ("https://a.example:8080/x", "https://a.example/x", False),
    ],
)
def test_addresses_of_one_feed_are_recognised(one: str, other: str, same: bool) -> None:
    assert (schema.url_key(one) == schema.url_key(other)) is same


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost/", True), ("http://feeds.localhost:1/", True), ("http://127.8.9.1/", True), ("http://[::1]/", True),
        ("http://[::ffff:127.0.0.1]/", True), ("http://localhost.example/", False), ("http://10.0.0.1/", False),
    ],
)  # fmt: skip
def test_loopback_addresses_are_recognised(url: str, local: bool) -> None:
    assert schema.is_loopback(url) is local


def test_records_cannot_be_changed_after_the_check() -> None:
    feed = schema.FeedSource(name="a", url="https://a.example/")
    with pytest.raises(ValidationError):
        feed.url = "ftp://a.example/"  # type: ignore[misc]


def test_a_registry_built_in_code_is_checked_for_doubles() -> None:
    outlet = schema.Outlet.model_validate({
        "id": "a", "name": "A", "publisher": "A", "country": "GBR", "language": "en", "timezone": "UTC",
        "feeds": [{"name": "x", "url": "https://a.example/"}],
    })  # fmt: skip
    with pytest.raises(ValidationError, match="stands twice"):
        schema.Registry(outlets=(outlet, outlet))
