"""Credits of news agencies, and what only looks like one."""

from __future__ import annotations

import pytest

from pipelines.articles import wire
from pipelines.core.errors import LexiconError


def credit(**fields: str | None) -> tuple[str, str] | None:
    given = {"title": "", "summary": "", "body": "", "author": None, "source_url": None, "source_title": None, **fields}
    found = wire.detect(wire.default(), **given)  # type: ignore[arg-type]
    return (found.wire, found.evidence.partition(":")[0]) if found else None


@pytest.mark.parametrize(
    ("text", "agency", "where"),
    [
        ("PORT LUNE, March 3 (Reuters) - The ferry sank.", "reuters", "dateline"),
        ("(Reuters) - The ferry sank.", "reuters", "dateline"),
        ("PORT LUNE (AP) — The ferry sank.", "ap", "dateline"),
        ("PORT LUNE — (AP) The ferry sank.", "ap", "dateline"),
        ("(CNN)The ferry sank.", "cnn", "dateline"),
        ("Port Lune [Lune], March 3 (ANI): The ferry sank.", "ani", "dateline"),
        ("ISTANBUL (AA) – The ferry sank.", "anadolu", "dateline"),
        ("PORT LUNE, March 3. /TASS/. The ferry sank.", "tass", "signature"),
        ("The ferry sank. (AFP)", "afp", "sign-off"),
        ("The ferry sank. — AFP", "afp", "sign-off"),
        ("The ferry sank. - with Reuters", "reuters", "sign-off"),
        ("The ferry sank.\nCopyright 2031 The Associated Press. All rights reserved.", "ap", "sign-off"),
        ("The ferry sank. (Reporting by Ann Ode; Editing by Bo Lee)", "reuters", "signature"),
        ("By RNZ\nThe ferry sank.", "rnz", "byline"),
        ("By Ann Ode, Associated Press\nThe ferry sank.", "ap", "byline"),
    ],
)
def test_credits_in_the_text(text: str, agency: str, where: str) -> None:
    assert credit(summary=text) == (agency, where)
    assert credit(body=text) == (agency, where)


@pytest.mark.parametrize(
    "text",
    [
        "Reuters reported that the ferry sank.",
        "The ferry sank, the minister told AFP.",
        "The ferry sank, according to Reuters.",
        "The ferry sank, Reuters said",
        "He told the (AP) newspaper that it sank.",
        "The ferry off Port Lune (AP Photo/Ann Ode)",
        "Photo: Reuters",
        "In the US (AP) courses are hard.",
        "By The Numbers: AP",
        "Sanaa and Sapna met in Ankara (AA) yesterday.",
        "The Associated Press contributed to this report.",
    ],
)
def test_a_source_of_a_statement_or_a_picture_is_no_credit(text: str) -> None:
    assert credit(summary=text) is None


@pytest.mark.parametrize(
    ("author", "agency"),
    [
        ("Associated Press", "ap"),
        ("AFP", "afp"),
        ("Reuters Staff", "reuters"),
        ("By The Associated Press", "ap"),
        ("Ann Ode, Associated Press", "ap"),
        ("ANN ODE/REUTERS", "reuters"),
        ("Ann Ode and AFP", "afp"),
    ],
)
def test_credits_in_the_author_field(author: str, agency: str) -> None:
    assert credit(author=author) == (agency, "author")


@pytest.mark.parametrize("author", ["Ann Ode", "Sapna", "desk@afp-not.example", "Apple", "Kyodonna"])
def test_other_authors_credit_nobody(author: str) -> None:
    assert credit(author=author) is None


def test_source_elements_name_an_agency_by_title_or_site() -> None:
    assert credit(source_title="Reuters") == ("reuters", "source")
    assert credit(source_url="https://www.reuters.com/rss/world") == ("reuters", "source")
    assert credit(source_url="https://notreuters.com/rss") is None


def test_an_agency_on_its_own_site_is_no_credit() -> None:
    assert credit(author="Reuters", own_host="reuters.com") is None
    assert credit(author="Reuters", own_host="lune.example") == ("reuters", "author")


def test_a_contribution_is_told_apart() -> None:
    assert wire.default().contributes("The ferry sank.\nThe Associated Press contributed to this report.")
    assert not wire.default().contributes("The crew contributed.")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("nothing", "not valid TOML"),
        ("", "names no agency"),
        ("[[agency]]\nid='Big'\nnames=['x']", "needs an id of lower-case"),
        ("[[agency]]\nid='x'\nhosts=['x.com']", "needs names, codes or dateline_only"),
        ("[[agency]]\nid='x'\nnames=['X']\nnick='y'", "unknown field nick"),
        ("[[agency]]\nid='x'\nnames=[1]", "must be a list of texts"),
        ("[[agency]]\nid='x'\nnames=['X']\n[[agency]]\nid='y'\ncodes=['X']", "already names x"),
        ("[[agency]]\nid='x'\nnames=['X']\nsignatures=['(']", "does not compile"),
    ],
)
def test_a_wrong_file_is_named_with_its_fault(data: str, message: str) -> None:
    with pytest.raises(LexiconError, match=message):
        wire.parse(data, "mine.toml")
