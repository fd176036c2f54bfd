"""Dates as feeds write them, each with the moment it means, where its zone came from, and its flag."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.core.errors import LexiconError
from pipelines.feeds.date_words import load_months, load_zones
from pipelines.feeds.dates import offset_is_stale, read_date

FETCHED = datetime(2024, 5, 14, 12, 0, tzinfo=UTC)


def read(raw: str | None, zone: str = "UTC", fetched: datetime = FETCHED) -> tuple[str | None, str | None, str]:
    reading = read_date(raw, fetched_at=fetched, outlet_timezone=zone)
    return reading.at.strftime("%Y-%m-%dT%H:%M:%S") if reading.at else None, reading.zone, reading.quality


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("Tue, 14 May 2024 09:24:18 +0200", "2024-05-14T07:24:18"),
        ("Tue, 14 May 2024 09:24:18 -0330", "2024-05-14T12:54:18"),
        ("Tue, 14 May 2024 09:24:18 +5:30", "2024-05-14T03:54:18"),
        ("Tue, 14 May 2024 09:24:18 +05:45", "2024-05-14T03:39:18"),
        ("Tue, 14 May 2024 09:24:18 GMT+2", "2024-05-14T07:24:18"),
        ("Tue, 14 May 2024 09:24:18 -0000", "2024-05-14T09:24:18"),
        ("Tue May 14 2024 09:24:18 GMT+0200 (CEST)", "2024-05-14T07:24:18"),
        ("2024-05-14T09:24:18+02:00", "2024-05-14T07:24:18"),
        ("2024-05-14T09:24:18.250-05", "2024-05-14T14:24:18"),
        ("2024-05-14 09:24:18 +0000", "2024-05-14T09:24:18"),
        ("20240514T092418+0200", "2024-05-14T07:24:18"),
        ("Mon, 13 May 2024 24:00:00 +0000", "2024-05-14T00:00:00"),
        ("14 May 24 09:24 +0200", "2024-05-14T07:24:00"),
    ],
)
def test_numeric_offsets(raw: str, moment: str) -> None:
    assert read(raw, "Asia/Tokyo") == (moment, "offset", "ok")


@pytest.mark.parametrize(
    ("raw", "zone", "moment"),
    [
        ("Tue, 14 May 2024 09:24:18 CEST", "UTC", "2024-05-14T07:24:18"),
        ("Tue, 14 May 2024 09:24:18 BST", "Europe/London", "2024-05-14T08:24:18"),
        ("Tue, 14 May 2024 09:24:18 BST", "Asia/Dhaka", "2024-05-14T03:24:18"),
        ("Tue, 14 May 2024 09:24:18 AEST", "UTC", "2024-05-13T23:24:18"),
        ("Tue, 14 May 2024 09:24:18 EDT", "UTC", "2024-05-14T13:24:18"),
        ("Tue, 14 May 2024 09:24:18 EST", "Australia/Sydney", "2024-05-13T23:24:18"),
        ("Tue, 14 May 2024 09:24:18 IST", "Asia/Kolkata", "2024-05-14T03:54:18"),
        ("Tue, 14 May 2024 09:24:18 IST", "Asia/Jerusalem", "2024-05-14T07:24:18"),
        ("Tue, 14 May 2024 09:24:18 IST", "Europe/Dublin", "2024-05-14T08:24:18"),
        ("Tue, 14 May 2024 09:24:18 IST", "America/New_York", "2024-05-14T03:54:18"),
        ("Tue, 14 May 2024 09:24:18 CST", "Asia/Shanghai", "2024-05-14T01:24:18"),
        ("Tue, 14 May 2024 09:24:18 CST", "America/Chicago", "2024-05-14T15:24:18"),
        ("Tue, 14 May 2024 09:24:18 PST", "Asia/Manila", "2024-05-14T01:24:18"),
        ("May 14, 2024 5:24 AM EDT", "UTC", "2024-05-14T09:24:00"),
        ("Tue May 14 09:24:18 CEST 2024", "UTC", "2024-05-14T07:24:18"),
        ("Tue, 14 May 2024 09:24:18 Europe/Berlin", "UTC", "2024-05-14T07:24:18"),
    ],
)
def test_named_zones_mean_what_they_mean_to_the_outlet(raw: str, zone: str, moment: str) -> None:
    assert read(raw, zone) == (moment, "name", "ok")


@pytest.mark.parametrize("raw", ["Tue, 14 May 2024 09:24:18 GMT", "2024-05-14T09:24:18Z", "20240514T092418Z", "14 May 2024 09:24:18 UT"])
def test_utc_by_its_names(raw: str) -> None:
    assert read(raw, "Asia/Tokyo") == ("2024-05-14T09:24:18", "utc", "ok")


@pytest.mark.parametrize(
    ("raw", "zone", "moment"),
    [
        ("Tue, 14 May 2024 09:24:18", "America/New_York", "2024-05-14T13:24:18"),
        ("Sun, 14 Jan 2024 09:24:18", "America/New_York", "2024-01-14T14:24:18"),
        ("2024-05-14 09:24:18", "Asia/Kolkata", "2024-05-14T03:54:18"),
        ("14.05.2024 09:24", "Europe/Berlin", "2024-05-14T07:24:00"),
        ("05/14/2024 09:24", "America/New_York", "2024-05-14T13:24:00"),
        ("03/04/2024 09:24", "America/New_York", "2024-03-04T14:24:00"),
        ("03/04/2024 09:24", "Europe/London", "2024-04-03T08:24:00"),
        ("2024年5月14日 09:24", "Asia/Tokyo", "2024-05-14T00:24:00"),
        ("Tue, 14 May 2024 09:24:18 XQZ", "Asia/Tokyo", "2024-05-14T00:24:18"),
        ("Tue, 14 May 2024 09:24:18 +9900", "Asia/Tokyo", "2024-05-14T00:24:18"),
        ("Tuesday, May 14, 2024 - 09:24", "Asia/Tokyo", "2024-05-14T00:24:00"),
    ],
)
def test_without_a_zone_the_outlets_own_is_assumed(raw: str, zone: str, moment: str) -> None:
    assert read(raw, zone) == (moment, "outlet", "assumed_zone")


@pytest.mark.parametrize(
    "raw",
    [
        "Di, 14 Mai 2024 09:24:18 +0000",
        "Dienstag, 14. Mai 2024 09:24:18 +0000",
        "mar., 14 mai 2024 09:24:18 +0000",
        "mar, 14 mayo 2024 09:24:18 +0000",
        "14 de mayo de 2024, 09:24:18 +0000",
        "14 maggio 2024 09:24:18 +0000",
        "14 maja 2024 09:24:18 +0000",
        "вт, 14 мая 2024 09:24:18 +0000",
        "14 травня 2024 09:24:18 +0000",
        "14 Mayıs 2024 09:24:18 +0000",
        "14 مايو 2024 09:24:18 +0000",
        "14 Μαΐου 2024 09:24:18 +0000",
        "2024. május 14. 09:24:18 +0000",
    ],
)
def test_localised_months(raw: str) -> None:
    assert read(raw) == ("2024-05-14T09:24:18", "offset", "ok")


@pytest.mark.parametrize(("raw", "moment"), [("1715678658", "2024-05-14T09:24:18"), ("1715678658250", "2024-05-14T09:24:18")])
def test_epoch_seconds_and_milliseconds(raw: str, moment: str) -> None:
    assert read(raw) == (moment, "utc", "ok")


@pytest.mark.parametrize("raw", ["2024-05-14", "14 May 2024", "14.05.2024", "20240514", "May 14, 2024"])
def test_a_day_without_a_time(raw: str) -> None:
    assert read(raw, "Asia/Tokyo") == ("2024-05-13T15:00:00", "outlet", "date_only")


@pytest.mark.parametrize("raw", [None, "", "  \n"])
def test_missing(raw: str | None) -> None:
    assert read(raw) == (None, None, "missing")


@pytest.mark.parametrize(
    "raw",
    [
        "soon", "14:30", "May 14", "2024-05", "2024", "Mon, 01 Jan 0001 00:00:00 +0000", "-62135596800", "Tue, 32 May 2024 09:00:00 GMT",
        "2024-13-45T99:99:99Z", "0", "9" * 5000, "yesterday at noon", "{{ item.date }}", "1 2 3 4 5 6", "2024-135",
    ],
)  # fmt: skip
def test_unreadable(raw: str) -> None:
    assert read(raw) == (None, None, "unreadable")


def test_the_future_and_the_past_are_flagged_and_kept() -> None:
    assert read("2024-05-16T09:00:00Z") == ("2024-05-16T09:00:00", "utc", "future")
    assert read("2024-05-15T09:00:00Z") == ("2024-05-15T09:00:00", "utc", "ok")
    assert read("2019-05-14T09:00:00Z") == ("2019-05-14T09:00:00", "utc", "old")
    assert read("2023-06-14T09:00:00Z") == ("2023-06-14T09:00:00", "utc", "ok")
    assert read("Thu, 01 Jan 1970 00:00:00 GMT")[2] == "old"
    assert read("9999-12-31T23:59:59Z")[2] == "future"


def test_what_only_another_library_reads_is_marked_as_its_reading() -> None:
    assert read("14 พฤษภาคม 2024 09:24", "Asia/Bangkok") == ("2024-05-14T02:24:00", None, "fallback")


def test_the_reading_of_a_date_does_not_depend_on_the_machines_clock() -> None:
    later = FETCHED + timedelta(days=300)
    assert read("14 May 2024 09:24 CEST", fetched=FETCHED)[0] == read("14 May 2024 09:24 CEST", fetched=later)[0]


def test_an_unknown_outlet_zone_is_taken_for_utc() -> None:
    assert read("2024-05-14 09:24:18", "Nowhere/City") == ("2024-05-14T09:24:18", "outlet", "assumed_zone")


@pytest.mark.parametrize(
    ("raw", "zone", "stale"),
    [
        ("Tue, 14 May 2024 08:30:00 EST", "America/New_York", True),
        ("Tue, 14 May 2024 08:30:00 -0500", "America/New_York", True),
        ("Tue, 14 May 2024 08:30:00 -0400", "America/New_York", False),
        ("Tue, 14 May 2024 06:30:00 EST", "America/New_York", False),
        ("Tue, 14 May 2024 07:01:00 EST", "America/New_York", False),
        ("Tue, 14 May 2024 13:30:00 +0100", "Europe/London", False),
        ("Tue, 14 May 2024 12:30:00 GMT", "Europe/London", True),
        ("Tue, 14 May 2024 21:30:00 +0900", "Asia/Tokyo", False),
        ("no date", "Europe/London", False),
    ],
)
def test_a_winter_offset_in_summer_is_seen_by_entries_from_the_future(raw: str, zone: str, stale: bool) -> None:
    # 12:00 UTC is 08:00 in New York; an entry of 07:30 there, labelled EST, seems to come from 12:30 UTC.
    raw = raw.replace("08:30:00 EST", "07:30:00 EST").replace("08:30:00 -0500", "07:30:00 -0500")
    assert offset_is_stale([raw], fetched_at=FETCHED, outlet_timezone=zone) is stale


def test_without_trust_the_clock_time_is_local() -> None:
    reading = read_date("Tue, 14 May 2024 07:30:00 EST", fetched_at=FETCHED, outlet_timezone="America/New_York", trust_offset=False)
    assert (reading.at, reading.zone, reading.quality) == (datetime(2024, 5, 14, 11, 30, tzinfo=UTC), "outlet", "assumed_zone")


def test_data_files_are_checked(tmp_path: Path) -> None:
    assert load_months()["september"] == 9
    months = tmp_path / "months.toml"
    months.write_text('[months]\n1 = "jan"\n2 = "jan"\n', encoding="utf-8")
    with pytest.raises(LexiconError, match="more than one month"):
        load_months(months)
    zones = tmp_path / "zones.toml"
    zones.write_text('[zones]\n"CET" = "1:00"\n[local]\n', encoding="utf-8")
    with pytest.raises(LexiconError, match="CET"):
        load_zones(zones)
    with pytest.raises(LexiconError, match="absent"):
        load_months(tmp_path / "absent.toml")
