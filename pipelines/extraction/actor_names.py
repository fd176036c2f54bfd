"""The token trie of all actor names, and how a phrase is cut into tokens for it.

Here: tokens, letter case, plurals, longest match. Not here: what the matches of a phrase mean together (actors.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipelines.extraction.lexicon_files import ActorLexicon, Leader

_TOKEN = re.compile(r"[^\W_](?:[\w.&'’/+-]*[\w+])?\.?|,|&", re.UNICODE)
_POSSESSIVE = re.compile(r"(?:['’]s|(?<=s)['’])$", re.IGNORECASE)
_EAST_ASIAN = frozenset({"CHN", "KOR", "PRK", "TWN", "VNM", "HKG"})
# Surnames that are everyday words or very common names: alone they count only for a leader in office.
_COMMON = frozenset({
    "may", "key", "english", "abe", "lam", "wong", "lee", "li", "wang", "khan", "singh", "brown", "bush", "hunt", "ford",
    "harris", "price", "barr", "lew", "kern", "pavel", "michel", "costa", "castro", "park", "moon", "wu", "ma", "carter",
    "truss", "patel", "sall", "bio", "khama", "rama", "babis", "shah", "martin", "alvarado", "morales", "petro", "rice",
    "wallace", "frost", "castillo", "arce", "paz", "pena", "faye", "santos", "fernandez", "rodriguez", "johnson", "clinton",
    "kelly", "evans", "lynch", "wells", "mustafa", "salam", "hamad", "ahmed", "hassan", "ali", "mohamed", "ibrahim", "hussein",
    "francis", "leo", "charles", "carney",
})  # fmt: skip
_UNINFLECTED = (
    "ese", "ish", "ch", "ss", "police", "staff", "people", "media", "crew", "youth", "clergy", "customs", "intelligence", "military",
)  # fmt: skip
_IRREGULAR = {
    "man": "men", "woman": "women", "child": "children", "person": "people", "wife": "wives", "thief": "thieves", "spy": "spies",
    "chief": "chiefs", "gunman": "gunmen", "staff": "staff", "schoolchild": "schoolchildren",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a phrase: as written without possessive, and folded (lower case, no accents)."""

    text: str
    fold: str
    capital: bool
    possessive: bool

    @staticmethod
    def folded(text: str) -> str:
        """Lower case without accents, with straight apostrophes."""
        if text.isascii():
            return text.lower()
        plain = unicodedata.normalize("NFKD", text.replace("’", "'").replace("ı", "i").replace("ø", "o").replace("ł", "l"))
        return "".join(c for c in plain if not unicodedata.combining(c)).lower()


@dataclass(frozen=True, slots=True)
class Payload:
    """What a name means: its kind, and an actor id, country code or sector."""

    kind: str
    key: str
    leaders: tuple[Leader, ...] = ()
    ambiguous: bool = False
    common: bool = False
    generic: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A name found at tokens ``start`` to ``end`` (exclusive)."""

    start: int
    end: int
    payloads: tuple[Payload, ...]

    def has(self, kind: str) -> bool:
        """Whether the name also has a meaning of this kind."""
        return any(p.kind == kind for p in self.payloads)

    def surface(self, tokens: Sequence[Token]) -> str:
        """The folded words."""
        return " ".join(t.fold for t in tokens[self.start : self.end])


def tokens_of(phrase: str) -> list[Token]:
    """Cut a phrase into tokens; possessives are split off, full stops kept in abbreviations only."""
    found = []
    for word in _TOKEN.findall(phrase):
        text, possessive = word, False
        if len(word) > 2 and word[-1] in "'’sS":
            text = _POSSESSIVE.sub("", word)
            possessive = text != word
        if text.endswith(".") and "." not in text[:-1] and len(text) > 5:
            text = text[:-1]
        if text:
            found.append(Token(text, Token.folded(text), text[0].isupper(), possessive))
    return found


def plural(noun: str) -> str:
    """The plural of a noun or noun phrase, by the rules of English spelling."""
    head, _, last = noun.rpartition(" ")
    prefix = f"{head} " if head else ""
    for singular, many in _IRREGULAR.items():
        if last == singular:
            return prefix + many
    if last.endswith("man") and last not in ("german", "roman", "ottoman"):
        return prefix + last[:-3] + "men"
    if last.endswith(_UNINFLECTED) or last.endswith("s"):
        return noun if not last.endswith(("ss", "ch")) else prefix + last + "es"
    if last.endswith("y") and last[-2:-1] not in "aeiou":
        return prefix + last[:-1] + "ies"
    return prefix + last + ("es" if last.endswith(("x", "sh", "z")) else "s")


@dataclass(slots=True)
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    # (words as written, or None where letter case does not matter; payload)
    ends: list[tuple[tuple[str, ...] | None, Payload]] = field(default_factory=list)


class NameIndex:
    """The trie over all names of an :class:`ActorLexicon`."""

    def __init__(self, lexicon: ActorLexicon) -> None:
        self._root = _Node()
        self.skip = frozenset(lexicon.sectors.title["skip"])
        self.former = frozenset(lexicon.sectors.title["former"])
        self._add_countries(lexicon)
        self._add_proper(lexicon)
        self._add_leaders(lexicon.leaders)
        self._add_common(lexicon)

    def scan(self, tokens: Sequence[Token]) -> list[Match]:
        """Longest matches from left to right, none overlapping."""
        found = []
        i = 0
        while i < len(tokens):
            match = self._longest(tokens, i)
            if match is None:
                i += 1
            else:
                found.append(match)
                i = match.end
        return found

    def _longest(self, tokens: Sequence[Token], start: int) -> Match | None:
        node = self._root
        best = None
        for i in range(start, len(tokens)):
            following = node.children.get(tokens[i].fold)
            if following is None:
                break
            node = following
            if node.ends:
                payloads = tuple(p for words, p in node.ends if words is None or _cased(words, tokens, start))
                if payloads:
                    best = Match(start, i + 1, payloads)
            if tokens[i].possessive:
                break
        return best

    def _add(self, name: str, payload: Payload, cased: bool = True) -> None:
        tokens = tokens_of(name)
        # A name may end in what looks like a possessive ("McDonald's"): the tokens are those that a text would give.
        node = self._root
        for token in tokens:
            node = node.children.setdefault(token.fold, _Node())
        words = tuple(t.text for t in tokens) if cased and any(t.text[0].isupper() for t in tokens) else None
        if all(payload != known or words != form for form, known in node.ends):
            node.ends.append((words, payload))

    def _add_countries(self, lexicon: ActorLexicon) -> None:
        for code, country in lexicon.countries.items():
            for kind, names in (("country", country.names), ("capital", country.capitals)):
                for name in names:
                    self._add(name, Payload(kind, code, ambiguous=name in country.ambiguous))
            for name in country.adjectives:
                self._add(name, Payload("demonym", code))
            for name in country.people or country.adjectives:
                for form in {plural(name), name} if country.people else {plural(name)} - {name}:
                    self._add(form, Payload("people", code))

    def _add_proper(self, lexicon: ActorLexicon) -> None:
        for kind, entries in (
            ("organisation", {key: entry.names for key, entry in lexicon.organisations.items()}),
            ("institution", lexicon.institutions),
            ("media", {key: entry.names for key, entry in lexicon.media.items()}),
        ):
            for key, names in entries.items():
                for name in names:
                    self._add(name, Payload(kind, key, generic=name in lexicon.generic))

    def _add_leaders(self, leaders: Iterable[Leader]) -> None:
        by_name: dict[str, list[Leader]] = {}
        by_surname: dict[str, list[Leader]] = {}
        for leader in leaders:
            for name in leader.names:
                by_name.setdefault(name, []).append(leader)
            by_surname.setdefault(_surname(leader), []).append(leader)
        for name, held in by_name.items():
            # A name of one word ("Zelenskyy", "Xi") is as weak as a surname.
            kind = "leader" if " " in name else "surname"
            self._add(name, Payload(kind, held[0].country, tuple(held), common=name.lower() in _COMMON))
        for name, held in by_surname.items():
            self._add(name, Payload("surname", held[0].country, tuple(held), common=Token.folded(name) in _COMMON))

    def _add_common(self, lexicon: ActorLexicon) -> None:
        sectors = lexicon.sectors
        for kind, groups in (("noun", sectors.noun), ("office", sectors.office)):
            for sector, words in groups.items():
                for word in words:
                    for form in {word, plural(word)}:
                        self._add(form, Payload(kind, sector), cased=False)
        for sector, words in sectors.modifier.items():
            for word in words:
                self._add(word, Payload("modifier", sector), cased=False)


def _surname(leader: Leader) -> str:
    words = leader.names[0].split()
    if leader.country in _EAST_ASIAN and len(words) > 1 and leader.names[0] not in ("Carrie Lam", "Joseph Wu", "John Lee"):
        return words[0]
    if words[-1] in ("Jr.", "II", "III", "IV", "VI", "XIV", "XVI") or len(words) == 1:
        return leader.names[0]
    if len(words) > 2 and words[-2].lower() in ("de", "da", "di", "van", "von", "der", "al", "bin", "le", "la", "dos", "del"):
        return " ".join(words[-2:])
    return words[-1]


def _cased(words: Sequence[str], tokens: Sequence[Token], start: int) -> bool:
    """Whether the phrase's letters fit a proper name: capitals where it has them; short acronyms in capitals throughout."""
    for offset, word in enumerate(words):
        token = tokens[start + offset]
        if not word[0].isupper():
            continue
        if not token.capital:
            return False
        letters = word.replace(".", "")
        if letters.isupper() and 1 < len(letters) <= 3 and not token.text.isupper():
            return False
    return True
