"""Numbers that a text gives with a deed: killed, injured, detained, displaced, troops, amount; values and ranges (codebook section 7).

Not here: who says the number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.extraction.stages.parse import Parsed
from pipelines.extraction.word_lists import word_list

_COUNTED = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
)
_WORDS = {word: number for number, word in enumerate(_COUNTED)} | {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "double": 2,
    "triple": 3,
}
_SCALES = {
    "hundred": 100,
    "thousand": 1_000,
    "million": 1_000_000,
    "billion": 1_000_000_000,
    "trillion": 10**12,
    "m": 10**6,
    "bn": 10**9,
    "k": 1000,
}
_VAGUE = {"dozens": (24, 99), "scores": (40, 99), "hundreds": (200, 999), "thousands": (2000, 9999), "millions": (2_000_000, 9_999_999)}
_TENS = {"thousands": (20_000, 99_999), "millions": (20_000_000, 99_999_999)}
_HUNDREDS = {"thousands": (200_000, 999_999), "millions": (200_000_000, 999_999_999)}
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?$")
_JOINED = re.compile(r"(\d[\d,]*(?:\.\d+)?)(k|m|bn|b|tn)$")
_CURRENCY = {
    "$": "USD",
    "£": "GBP",
    "€": "EUR",
    "¥": "JPY",
    "₹": "INR",
    "a$": "AUD",
    "us$": "USD",
    "nz$": "NZD",
    "s$": "SGD",
    "₱": "PHP",
    "p": "PHP",
}
_ALL_OR_NONE = ("every", "each", "any", "no")
"""Before "one" they make it no number: "every one of those deaths"."""
_KILLED = word_list("figures", "killed")
_INJURED = word_list("figures", "injured")
_DETAINED = word_list("figures", "detained")
_DISPLACED = word_list("figures", "displaced")
_TROOPS = word_list("figures", "troops")
_PEOPLE_UNITS = word_list("figures", "not_people")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in the text: words [first, last], bounds, qualifier and currency."""

    first: int
    last: int
    low: float | None
    high: float | None
    qualifier: str
    currency: str | None
    noun: int | None


@dataclass(frozen=True, slots=True)
class SlotFigure:
    """A quantity in its slot."""

    slot: str
    quantity: Quantity


def find_quantities(parsed: Parsed, first: int, last: int) -> list[Quantity]:
    """All numbers and quantifiers among the words [first, last)."""
    found: list[Quantity] = []
    at = first
    while at < last:
        made = _quantity(parsed, at, first, last)
        if made is None:
            at += 1
        else:
            found.append(made)
            at = made.last + 1
    return found


def _quantity(parsed: Parsed, at: int, first: int, last: int) -> Quantity | None:
    lower = parsed.lower
    word = lower[at]
    end = at
    low: float
    high: float
    if word == "one" and at > first and lower[at - 1] in _ALL_OR_NONE:
        return None
    if word in _VAGUE:
        low, high = _VAGUE[word]
    elif word in ("tens", "hundreds") and lower[at + 1 : at + 2] == ["of"] and lower[at + 2 : at + 3] and lower[at + 2] in _TENS:
        low, high = (_TENS if word == "tens" else _HUNDREDS)[lower[at + 2]]
        end = at + 2
    else:
        value = _number(word)
        if value is None:
            return None
        end, value = _scaled(parsed, at, last, value)
        low = high = value
    if word == "hundreds" and lower[at + 1 : at + 3] == ["of", "thousands"]:
        low, high, end = *_HUNDREDS["thousands"], at + 2
    qualifier, start, bounds = _qualified(parsed, at, first, low, high)
    currency = _CURRENCY.get(lower[at - 1]) if at > first else None
    if currency:
        start = min(start, at - 1)
    if end + 1 < last and lower[end + 1] in ("or", "and") and lower[end + 2 : end + 3] == ["more"]:
        qualifier, bounds = "at_least", (low, None)
    return Quantity(start, end, bounds[0], bounds[1], qualifier, currency, _noun(parsed, at, end))


def _number(word: str) -> float | None:
    if _NUMBER.match(word):
        return float(word.replace(",", ""))
    joined = _JOINED.match(word)
    if joined:
        scale = {"k": 1e3, "m": 1e6, "bn": 1e9, "b": 1e9, "tn": 1e12}[joined.group(2)]
        return float(joined.group(1).replace(",", "")) * scale
    return float(_WORDS[word]) if word in _WORDS else None


def _scaled(parsed: Parsed, at: int, last: int, value: float) -> tuple[int, float]:
    end = at
    while end + 1 < last and parsed.lower[end + 1] in _SCALES and end - at < 3:
        value *= _SCALES[parsed.lower[end + 1]]
        end += 1
    return end, value


def _qualified(parsed: Parsed, at: int, first: int, low: float, high: float) -> tuple[str, int, tuple[float | None, float | None]]:
    before = parsed.lower[max(first, at - 3) : at]
    if before and before[-1] in ("$", "£", "€"):
        before = before[:-1]
    two, one = " ".join(before[-2:]), before[-1] if before else ""
    if two in ("at least", "more than", "no fewer", "not less") or one in ("over", "least", "minimum"):
        return "at_least", at, (low, None)
    if two in ("up to", "as many", "no more", "fewer than", "less than", "at most") or " ".join(before[-3:]) in ("as many as",):
        return "up_to", at, (None, high)
    if one in ("about", "around", "nearly", "almost", "roughly", "some", "approximately", "estimated"):
        return "about", at, (low, high)
    return "exactly" if low == high else "about", at, (low, high)


def _noun(parsed: Parsed, at: int, end: int) -> int | None:
    """The counted noun, or the number itself where it stands for people ("Three dead")."""
    head = parsed.head[end] if parsed.dep[end] in ("nummod", "quantmod", "compound", "amod", "nmod") else end
    if parsed.dep[at] in ("nummod", "quantmod", "compound") and head == end:
        head = parsed.head[at]
    for child in parsed.children[end]:
        if parsed.lower[child] == "of":
            for below in parsed.children[child]:
                if parsed.dep[below] == "pobj":
                    return below
    return head


def slot_figures(parsed: Parsed, trigger: int, action: str, target_heads: list[int], quantities: list[Quantity]) -> list[SlotFigure]:
    """Which of a sentence's quantities belong to the deed at ``trigger``, and in which slot."""
    if not quantities:
        return []
    found: dict[str, Quantity] = {}
    lemma = parsed.lemma[trigger]
    own = _slot_of(lemma, parsed.lower[trigger])
    for quantity in quantities:
        slot = _slot(parsed, trigger, lemma, own, action, target_heads, quantity)
        if slot and slot not in found:
            found[slot] = quantity
    return [SlotFigure(slot, quantity) for slot, quantity in found.items()]


def _slot_of(lemma: str, lower: str) -> str | None:
    for slot, words in (("killed", _KILLED), ("injured", _INJURED), ("detained", _DETAINED), ("displaced", _DISPLACED)):
        if lemma in words or lower in words:
            return slot
    return None


def _slot(parsed: Parsed, trigger: int, lemma: str, own: str | None, action: str, targets: list[int], quantity: Quantity) -> str | None:
    if quantity.currency:
        return "amount" if action in ("AID", "SANCTION", "COOPERATE", "AGREE", "COERCE") else None
    noun = quantity.noun if quantity.noun is not None else quantity.last
    counted = parsed.lemma[noun]
    if counted in _PEOPLE_UNITS or parsed.entity[quantity.last] in ("DATE", "TIME", "PERCENT", "MONEY", "ORDINAL"):
        return None
    if counted in _TROOPS and action in ("MOBILIZE", "RETREAT"):
        return "troops"
    outcome = _outcome(parsed, noun, quantity)
    if noun in targets or quantity.last in targets or noun == trigger:
        slot = own or outcome
    elif own in (None, outcome) or {own, outcome} == {"killed", "injured"}:
        # "killed nine and injured twenty": one deed, both figures.
        slot = outcome
    else:
        slot = None
    return slot if slot and _allowed(slot, action) else None


def _allowed(slot: str, action: str) -> bool:
    return {
        "killed": action in ("ASSAULT", "INCIDENT"),
        "injured": action in ("ASSAULT", "INCIDENT"),
        "detained": action in ("COERCE", "ASSAULT", "SANCTION", "ACCUSE", "RETREAT"),
        "displaced": action in ("AID", "INCIDENT", "COERCE", "ASSAULT"),
    }.get(slot, True)


def _outcome(parsed: Parsed, noun: int, quantity: Quantity) -> str | None:
    """The outcome word that a counted noun depends on or has beside it."""
    slot = _slot_of(parsed.lemma[noun], parsed.lower[noun])
    if slot:
        return slot
    up = parsed.head[noun]
    if parsed.dep[noun] == "pobj" and parsed.head[up] != up:
        up = parsed.head[up]
    if parsed.dep[noun] in ("nsubj", "nsubjpass", "dobj", "pobj", "ROOT", "conj", "dep", "appos"):
        slot = _slot_of(parsed.lemma[up], parsed.lower[up])
        if slot:
            return slot
    for child in parsed.children[noun]:
        if parsed.dep[child] in ("acl", "amod", "relcl", "advcl", "acomp", "dep"):
            slot = _slot_of(parsed.lemma[child], parsed.lower[child])
            if slot:
                return slot
    after = quantity.last + 1
    return _slot_of(parsed.lemma[after], parsed.lower[after]) if after < len(parsed.words) and after - noun <= 2 else None
