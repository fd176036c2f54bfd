"""Which news agency a text or its feed credits, and the words that do so.

A credit says where the text comes from: a dateline ``(Reuters) -``, a byline, a sign-off, the author field, ``<source>``.
"Reuters reported" names a source of one statement and is no credit; a photo credit is none either.

Schema of ``data/wires.toml``: ``[[agency]]`` tables with ``id`` and at least one of ``names`` (full names, any case in
author fields), ``codes`` (case-sensitive short forms), ``dateline_only`` (short forms that count in datelines alone),
``hosts`` (their sites) and ``signatures`` (regular expressions of sign-offs that name nobody).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

from pipelines.core.errors import LexiconError

_LISTS = ("names", "codes", "dateline_only", "hosts", "signatures")
_DASH = r"[-–—‒―]{1,2}"
_WINDOW = 400
_EVIDENCE_CHARS = 160


@dataclass(frozen=True, slots=True)
class Credit:
    """An agency's id and its evidence, as ``where: words``."""

    wire: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Wires:
    """The agencies, compiled: one pattern per place where a credit may stand."""

    by_word: Mapping[str, str]
    by_host: Mapping[str, str]
    quick: re.Pattern[str]
    text_patterns: tuple[tuple[str, re.Pattern[str]], ...]
    title: re.Pattern[str]
    contribution: re.Pattern[str]
    author: re.Pattern[str]
    signatures: tuple[tuple[str, re.Pattern[str]], ...]

    def agency_of_host(self, host: str) -> str | None:
        """Return the agency whose site ``host`` is, or is a part of."""
        parts = host.lower().split(".")
        for i in range(len(parts) - 1):
            if found := self.by_host.get(".".join(parts[i:])):
                return found
        return None

    def in_text(self, text: str) -> Credit | None:
        """Find a credit in one clean text (a summary or a body), looking at both its ends only."""
        head, tail = text[:_WINDOW], text[-_WINDOW:]
        if self.quick.search(head) or self.quick.search(tail):
            for where, pattern in self.text_patterns:
                match = pattern.search(head if where in {"dateline", "byline"} else tail)
                if match:
                    return Credit(self.by_word[match["agency"].lower()], _evidence(where, match[0]))
        for agency, pattern in self.signatures:
            if match := pattern.search(text if len(text) <= 2 * _WINDOW else head + tail):
                return Credit(agency, _evidence("signature", match[0]))
        return None

    def contributes(self, text: str) -> bool:
        """Tell whether a sign-off says that an agency contributed to the text, which makes it no copy."""
        return self.contribution.search(text[-_WINDOW:]) is not None


def detect(
    wires: Wires,
    *,
    title: str,
    summary: str,
    body: str,
    author: str | None,
    source_url: str | None,
    source_title: str | None,
    own_host: str = "",
) -> Credit | None:
    """Find the agency that an article credits, in the order author, ``<source>``, summary, body, title.

    An agency on its own site (``own_host``) is no credit: there it is the outlet. ``source_url`` and ``source_title``
    are those of another publisher; the outlet's own must not be passed.
    """
    credit = _first_credit(wires, title, summary, body, author, source_url, source_title)
    return None if credit and own_host and wires.agency_of_host(own_host) == credit.wire else credit


def _first_credit(
    wires: Wires, title: str, summary: str, body: str, author: str | None, source_url: str | None, source_title: str | None
) -> Credit | None:
    if author and (match := wires.author.search(author)):
        return Credit(wires.by_word[match["agency"].lower()], _evidence("author", author))
    if source_title and (match := wires.author.search(source_title)):
        return Credit(wires.by_word[match["agency"].lower()], _evidence("source", source_title))
    if source_url and (agency := wires.agency_of_host(host_of(source_url))):
        return Credit(agency, _evidence("source", source_url))
    for text in (summary, body):
        if text and (credit := wires.in_text(text)):
            return credit
    if match := wires.title.search(title):
        return Credit(wires.by_word[match["agency"].lower()], _evidence("title", match[0]))
    return None


def host_of(url: str) -> str:
    """Return the host of an address without ``www.``; the empty string where there is none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def same_site(host: str, other: str) -> bool:
    """Tell whether two hosts are one site: equal, or one a part of the other."""
    return bool(host and other) and (host == other or host.endswith("." + other) or other.endswith("." + host))


def _evidence(where: str, words: str) -> str:
    return f"{where}: {' '.join(words.split())[:_EVIDENCE_CHARS]}"


def parse(data: str, source: str) -> Wires:
    """Read the TOML text of a file of agencies.

    Raises:
        LexiconError: the file is not TOML, or an agency has an unknown field, no way to be credited, or a word of another.
    """
    try:
        rows: Sequence[dict[str, Any]] = tomllib.loads(data).get("agency", [])
    except tomllib.TOMLDecodeError as error:
        raise LexiconError(f"{source} is not valid TOML: {error}") from error
    by_word: dict[str, str] = {}
    by_host: dict[str, str] = {}
    for number, row in enumerate(rows, start=1):
        where = f"{source}, agency {number}"
        _check(row, where)
        for field in ("names", "codes", "dateline_only"):
            for word in row.get(field, []):
                if by_word.setdefault(word.lower(), row["id"]) != row["id"]:
                    raise LexiconError(f"{where}: {word!r} already names {by_word[word.lower()]}")
        by_host.update(dict.fromkeys(row.get("hosts", []), row["id"]))
    if not by_word:
        raise LexiconError(f"{source} names no agency")
    return _compile(rows, by_word, by_host)


def _check(row: Mapping[str, Any], where: str) -> None:
    if not isinstance(row.get("id"), str) or not re.fullmatch(r"[a-z][a-z0-9_]*", row["id"]):
        raise LexiconError(f"{where}: needs an id of lower-case letters, digits and underscores")
    if unknown := set(row) - {"id", *_LISTS}:
        raise LexiconError(f"{where}: unknown field {', '.join(sorted(unknown))}")
    for field in _LISTS:
        if not all(isinstance(v, str) and v for v in row.get(field, [])):
            raise LexiconError(f"{where}: {field} must be a list of texts")
    if not any(row.get(field) for field in ("names", "codes", "dateline_only")):
        raise LexiconError(f"{where}: needs names, codes or dateline_only")
    for pattern in row.get("signatures", []):
        try:
            re.compile(pattern)
        except re.error as error:
            raise LexiconError(f"{where}: a signature does not compile: {error}") from error


def _compile(rows: Sequence[Mapping[str, Any]], by_word: dict[str, str], by_host: dict[str, str]) -> Wires:
    words = _alternatives(rows, "names", "codes")
    anywhere = _alternatives(rows, "names", "codes", "dateline_only")
    agency = rf"(?P<agency>{words})"
    dateline = rf"(?P<agency>{anywhere})"
    staff = r"(?:,? (?:[Rr]eporters?|[Ss]taff|[Ww]riters?|[Cc]orrespondents?|News|Agency))*"
    text_patterns = (
        ("dateline", rf"\A\({dateline}\)\s*(?:{_DASH}|:|(?=[A-ZÀ-Þ“\"]))"),
        ("dateline", rf"\A[A-ZÀ-Þ][^\n!?]{{1,90}}?\s*(?:{_DASH}\s*)?\({dateline}\)\s*(?:{_DASH}|:)"),
        ("dateline", rf"\A[A-ZÀ-Þ][^\n!?]{{1,90}}?\s*{_DASH}\s*\({dateline}\)\s"),
        ("byline", rf"\A(?:[Bb]y|BY|[Ff]rom)\s+(?:[Tt]he\s+)?{agency}{staff}\s*(?:\n|\Z|{_DASH}\s|:)"),
        ("byline", rf"\A(?:[Bb]y|BY)\s[^\n]{{3,70}}[,/|(] ?(?:[Tt]he\s+)?{agency}{staff}\)?\s*(?:\n|\Z)"),
        ("sign-off", rf"[.!?…”\"’']\s*\((?:[Ww]ith (?:inputs? from |reports? from )?)?(?:[Tt]he )?{agency}\)\W*\Z"),
        ("sign-off", rf"(?:[.!?…”\"’']\s*|\n){_DASH}\s?(?:[Bb]y |[Ww]ith )?(?:[Tt]he )?{agency}{staff}\W*\Z"),
        (
            "sign-off",
            rf"(?:\A|\n)(?:(?:©|\([cC]\)|Copyright|Source:|Credit:)\s*)*(?:\d{{4}}\s+)?(?:[Tt]he )?{agency}"
            r"(?:\. All rights reserved\.?[^\n]*)?\s*\Z",
        ),
    )
    signatures = tuple((row["id"], re.compile(p, re.IGNORECASE)) for row in rows for p in row.get("signatures", []))
    return Wires(
        by_word=by_word,
        by_host=by_host,
        quick=re.compile(rf"\b(?:{anywhere})\b"),
        text_patterns=tuple((where, re.compile(pattern)) for where, pattern in text_patterns),
        title=re.compile(rf"\((?:[Tt]he )?{agency}\)\s*\Z"),
        contribution=re.compile(rf"\b(?:{words})\b[^\n.]{{0,60}}\bcontributed\b", re.IGNORECASE),
        author=re.compile(
            rf"(?:\A\s*|[,/|(;&]\s*|\band\s+)(?:by\s+)?(?:the\s+)?(?P<agency>{words}){staff}\s*\)?\s*(?:\Z|[,;/|&])",
            re.IGNORECASE,
        ),
        signatures=signatures,
    )


def _alternatives(rows: Sequence[Mapping[str, Any]], *fields: str) -> str:
    """Return the words of ``fields`` as a pattern, longest first so that none hides another."""
    words = {word for row in rows for field in fields for word in row.get(field, [])}
    return "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w)))


@cache
def default() -> Wires:
    """Return the agencies that ship with Parallax."""
    file = resources.files("pipelines.articles") / "data" / "wires.toml"
    return parse(file.read_text(encoding="utf-8"), "wires.toml")
