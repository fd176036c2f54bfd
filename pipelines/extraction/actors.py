"""Who a naming phrase names: a stable actor id, its country, and its sector at a date (codebook section 3).

Here: look-up of names in a token trie and the rules that put the parts of a phrase together. Not here: the names (data/*.toml, read by
lexicon_files.py), places (places.py), coreference (stages/).

A country, its capital, demonym + government noun, and its leader in office all give the state actor ``XXX.GOV``. People of a country
are ``XXX.CVL``; another sector noun with a country gives ``XXX.<sector>``. An organisation keeps its id; its sector is that of the day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Protocol

from pipelines.extraction.actor_names import Match, NameIndex, Payload, Token, tokens_of
from pipelines.extraction.lexicon_files import ActorLexicon, Role, load_actor_lexicon
from pipelines.extraction.stages.text import visible
from pipelines.extraction.word_lists import word_list

_MAX_PHRASE = 300
_CUT = frozenset({
    ",", "and", "&", "or", "who", "which", "that", "whose", "where", "in", "from", "with", "at", "on", "for", "to", "of", "by", "near",
    "after",
    "during", "including", "against", "under", "inside", "outside", "across", "over", "as", "than", "while", "between", "about", "within",
})  # fmt: skip
_LINKS = frozenset({"of", "for", "in", "from", "at", "to"})
# "Taliban hostage", "Facebook whistleblower": the noun names somebody else than the organisation in front of it.
_OTHERS = frozenset({
    "victim", "hostage", "critic", "opponent", "prisoner", "detainee", "captive", "whistleblower", "rival", "foe", "survivor",
    "defector", "supporter", "fan", "user", "enemy", "lawyer", "attorney", "wife", "husband", "son", "daughter", "brother",
    "sister", "mother", "father", "customer", "voter", "protester", "protestor",
})  # fmt: skip
# Offices and bodies that American states have and the country Georgia has not, or names otherwise.
_US_STATE_WORDS = frozenset({
    "governor", "gov", "sheriff", "senator", "sen", "republican", "republicans", "democrat", "democrats", "lawmaker",
    "lawmakers", "legislature", "county", "senate", "state", "voters", "congressman", "congresswoman", "rep", "representative",
    "grand", "district", "trooper", "troopers", "supreme", "deputy", "gop",
})  # fmt: skip
_BANDS = word_list("actors", "bands")
_DOTTED = re.compile(r"\b(?:[A-Z]\.){3,}")
_LOCAL, _NATIONAL = word_list("actors", "local"), frozenset(word.removesuffix("s") for word in word_list("actors", "national"))
_GIVEN_NAMES = frozenset({
    "paris", "jordan", "georgia", "chad", "israel", "london", "sofia", "santiago", "vienna", "kenya", "cuba", "india", "america", "austin",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class ActorId:
    """Whom a phrase names. ``id`` is None where only country or sector is known; ``kind`` says what decided.

    ``kind``: country, demonym, people, leader, organisation, institution, media, noun, office, place.
    """

    id: str | None
    country: str | None
    sector: str | None
    kind: str


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One dated role of one actor, for tables of actors."""

    id: str
    name: str
    sector: str
    country: str | None
    since: date | None
    until: date | None


class CountryFinder(Protocol):
    """Whatever can tell the country of a place name; places.PlaceResolver can."""

    def country_of(self, phrase: str, context_country: str | None = None) -> str | None:
        """The ISO alpha-3 code of the country that a well-known place lies in, or None."""
        ...


class ActorResolver:
    """Resolves naming phrases; build it once per process with :meth:`load`."""

    def __init__(self, lexicon: ActorLexicon, places: CountryFinder | None = None) -> None:
        self._lexicon = lexicon
        self._index = NameIndex(lexicon)
        self._places = places
        self._cached = lru_cache(maxsize=65536)(self._resolve)

    @classmethod
    def load(cls, places: CountryFinder | None = None) -> ActorResolver:
        """Build the resolver from the shipped files. With ``places``, "Sydney police" finds its country.

        Raises:
            LexiconError: a data file breaks its schema.
        """
        return cls(load_actor_lexicon(), places)

    def resolve(self, phrase: str, on: date | None = None, context_country: str | None = None) -> ActorId | None:
        """Resolve one naming phrase as of day ``on`` (None: the latest role); None where nothing of it is known.

        ``context_country`` (ISO alpha-3) is where the text speaks from or about; it gives bare nouns ("police") a country.
        """
        return self._cached(phrase[:_MAX_PHRASE], on, context_country)

    def catalogue(self) -> Iterator[CatalogueEntry]:
        """Yield every actor with an id of its own (organisations, media, states), one entry a role."""
        for code, country in self._lexicon.countries.items():
            yield CatalogueEntry(f"{code}.GOV", country.names[0], "GOV", code, None, None)
        for key, roles in self._lexicon.roles.items():
            name = self._lexicon.organisations[key].names[0]
            for role in roles:
                yield CatalogueEntry(key, name, role.sector, role.country, role.since, role.until)
        for key, medium in self._lexicon.media.items():
            yield CatalogueEntry(key, medium.names[0], "MED", medium.country, None, None)

    def _resolve(self, phrase: str, on: date | None, context: str | None) -> ActorId | None:
        # The lexicon spells "FBI" what some outlets print as "F.B.I."; two letters ("U.S.") stand there with their dots.
        tokens = tokens_of(_DOTTED.sub(lambda letters: letters[0].replace(".", ""), visible(phrase)))
        if not tokens:
            return None
        matches = self._index.scan(tokens)
        return _Phrase(tokens, matches, on, context, self).actor()

    def role_of(self, key: str, on: date | None) -> Role:
        """The role of an organisation on a day; the latest where the day is None, the nearest where none holds."""
        roles = self._lexicon.roles[key]
        if on is None:
            return roles[-1]
        for role in roles:
            if (role.since is None or role.since <= on) and (role.until is None or on <= role.until):
                return role
        return roles[0] if roles[0].since and on < roles[0].since else roles[-1]

    def place_country(self, words: str, context: str | None) -> str | None:
        """The country of a place name, where a place resolver was given."""
        return self._places.country_of(words, context) if self._places else None

    def offices_lacking(self, country: str | None) -> tuple[str, ...]:
        """Offices that a state has not."""
        entry = self._lexicon.countries.get(country or "")
        return entry.lacks if entry else ()

    def media_country(self, key: str) -> str:
        """Country of a news medium."""
        return self._lexicon.media[key].country


class _Phrase:
    """One phrase being resolved: its tokens, the names found in it, and the rules in order of trust."""

    def __init__(
        self, tokens: Sequence[Token], matches: Sequence[Match], on: date | None, context: str | None, resolver: ActorResolver
    ) -> None:
        self.tokens, self.on, self.context, self.resolver = tokens, on, context, resolver
        self.covered = [False] * len(tokens)
        for match in matches:
            for i in range(match.start, match.end):
                self.covered[i] = True
        self.head_end, self.tail_start = self._bounds(0)
        if not any(match.start < self.head_end for match in matches) and self.tail_start is not None:
            # "dozens of protesters", "members of the Taliban": the measure says nothing, what follows names the actor.
            self.head_start = self.tail_start
            self.head_end, self.tail_start = self._bounds(self.head_start)
        else:
            self.head_start = 0
        self.head = [m for m in matches if self.head_start <= m.start < self.head_end]
        self.tail = [m for m in matches if self.tail_start is not None and m.start >= self.tail_start]

    def _bounds(self, start: int) -> tuple[int, int | None]:
        """End of the head that begins at ``start``, and where a linked tail ("of …") begins."""
        for i in range(start, len(self.tokens)):
            if i > start and not self.covered[i] and self.tokens[i].fold in _CUT:
                return i, i + 1 if self.tokens[i].fold in _LINKS else None
        return len(self.tokens), None

    def actor(self) -> ActorId | None:
        """Apply the rules, surest first."""
        return self._named() or self._leader() or self._sector() or self._country() or self._place()

    def _of(self, matches: Sequence[Match], *kinds: str) -> list[tuple[Match, Payload]]:
        return [(m, p) for m in matches for p in m.payloads if p.kind in kinds]

    def _named(self) -> ActorId | None:
        """An organisation, institution or medium by name, unless the noun behind it names somebody else."""
        found = self._of(self.head, "organisation", "institution", "media")
        if not found and self._of(self.head, "noun", "office"):
            linked = self._of(self.tail, "organisation", "institution", "media")
            found = linked[:1] if linked and not self._is_other(self.head[-1]) else []
        found = [(m, p) for m, p in found if not self._overruled(m, p)]
        if not found:
            return None
        _, payload = found[-1]
        if payload.kind == "organisation":
            role = self.resolver.role_of(payload.key, self.on)
            return ActorId(payload.key, role.country, role.sector, "organisation")
        if payload.kind == "media":
            return ActorId(payload.key, self.resolver.media_country(payload.key), "MED", "media")
        country, _, sector = payload.key.partition(".")
        if payload.generic:
            # "Department of Education": which state's, the phrase or the context says.
            country = self._country_code() or self.context or country
        return ActorId(f"{country}.{sector}", country, sector, "institution")

    def _overruled(self, match: Match, payload: Payload) -> bool:
        if any(self._is_other(m) for m in self.head if m.start >= match.end):
            return True
        # "Brussels police", "Congress of Peru": a metonym gives way to the plain sense of the place or body.
        sectors = {p.key for m in self.head if m.start >= match.end for p in m.payloads if p.kind in ("noun", "office")}
        return bool(payload.kind == "organisation" and match.has("capital") and sectors - {"GOV", "IGO"})

    def _is_other(self, match: Match) -> bool:
        last = self.tokens[match.end - 1].fold
        return last in _OTHERS or last.removesuffix("s") in _OTHERS

    def _leader(self) -> ActorId | None:
        found = self._of(self.head, "leader", "surname")
        for match, payload in reversed(found):
            if payload.kind == "surname" and not self._surname_stands(match):
                continue
            if any(self._is_other(m) or self._is_private(m) for m in self.head if m.start >= match.end):
                continue
            chosen = self._in_office(match, payload)
            if chosen:
                return chosen
        return None

    def _is_private(self, match: Match) -> bool:
        return any(p.kind in ("noun", "office") and p.key not in ("GOV", "IGO") for p in match.payloads)

    def _surname_stands(self, match: Match) -> bool:
        """A surname alone counts, or one behind a title, an office or a country; not one behind or before another name."""
        after = match.end
        if after < self.head_end and self.tokens[after].capital and not self.covered[after] and not self.tokens[after - 1].possessive:
            return False
        if match.start == self.head_start:
            return match.end == self.head_end or self.tokens[match.end - 1].possessive or self._covered_after(match)
        before = self.tokens[match.start - 1]
        return self.covered[match.start - 1] or self._index_skip(before)

    def _covered_after(self, match: Match) -> bool:
        return match.end < len(self.tokens) and (self.covered[match.end] or not self.tokens[match.end].capital)

    def _index_skip(self, token: Token) -> bool:
        return token.fold in self.resolver._index.skip or token.possessive

    def _in_office(self, match: Match, payload: Payload) -> ActorId | None:
        leaders = [x for m, p in self._of([match], "leader", "surname") if m is match for x in p.leaders]
        demonyms = {p.key for _, p in self._of(self.head, "country", "capital", "demonym", "people")}
        leaders = [x for x in leaders if x.country in demonyms] or leaders
        on = self.on
        current = [x for x in leaders if (x.until is None if on is None else x.since <= on and (x.until is None or on <= x.until))]
        countries = {x.country for x in current}
        if self.context in countries:
            countries = {self.context}
        if len(countries) == 1:
            code = countries.pop()
            return ActorId(f"{code}.GOV", code, "GOV", "leader")
        if countries:
            return None
        return self._out_of_office(leaders, payload)

    def _out_of_office(self, leaders: Sequence[object], payload: Payload) -> ActorId | None:
        people = {(x.names[0], x.country) for x in payload.leaders if x in leaders}
        if len(people) != 1:
            return None
        if payload.kind == "surname" and (payload.common or all(x.since > (self.on or date.max) for x in payload.leaders)):
            return None
        name, country = people.pop()
        return ActorId(re.sub(r"[^A-Z0-9]+", "_", Token.folded(name).upper()).strip("_"), country, "PTY", "leader")

    def _sector(self) -> ActorId | None:
        """A noun or office, with the country in front of it, behind it, or of the context."""
        found = self._of(self.head, "noun", "office")
        if not found:
            return None
        last = max(m.end for m, _ in found)
        candidates = [(m, p) for m, p in found if m.end == last]
        match, payload = max(candidates, key=lambda x: (x[0].end - x[0].start, x[1].kind == "noun"))
        offices = [(m, p) for m, p in found if p.kind == "office"]
        if payload.kind == "noun" and offices and offices[0][0].end < match.start:
            match, payload = offices[0]
        sector = self._modified(match, payload.key)
        country, placed = self._country_code(), None
        if country is None:
            placed = self._place_code(match)
            country = placed or (None if self._foreign() or self._is_own_name(match) or self._lacking(match) else self.context)
        if self._was(match) and sector == "GOV":
            return ActorId(None, country, "PTY", payload.kind)
        known = country is not None and not (sector == "GOV" and (placed or self._local()))
        return ActorId(f"{country}.{sector}" if known else None, country, sector, payload.kind)

    def _modified(self, match: Match, sector: str) -> str:
        """ "opposition activist", "rebel commander": the modifier in front says more than the noun."""
        before = [p for m in self.head if m.end == match.start for p in m.payloads if p.kind == "modifier"]
        if before and sector in ("CVL", "GOV", "MIL", "PTY", "REB", "UNK", "BUS", "LAB"):
            return before[0].key
        return sector

    def _is_own_name(self, match: Match) -> bool:
        """ "Zarqa Brigade", not "79th Brigade": whose side a named band of fighters is on, the country of the text does not say."""
        last = self.tokens[match.end - 1]
        before = self.tokens[self.head_start : match.start]
        if not last.capital or last.fold.removesuffix("s") not in _BANDS or any(token.text[0].isdigit() for token in before):
            return False
        named = match.start > self.head_start and before[-1].capital and not self.covered[match.start - 1]
        return named and not self._index_skip(before[-1])

    def _local(self) -> bool:
        """ "governor", "city council": a government below the state's; it has no id, since it must not pass for the state."""
        words = {token.fold.removesuffix("s") for token in self.tokens[self.head_start : self.head_end]}
        return bool(words & _LOCAL) and not words & _NATIONAL

    def _lacking(self, match: Match) -> bool:
        return match.surface(self.tokens).endswith(self.resolver.offices_lacking(self.context))

    def _was(self, match: Match) -> bool:
        return any(self.tokens[i].fold in self.resolver._index.former for i in range(self.head_start, match.start))

    def _foreign(self) -> bool:
        return any(self.tokens[i].fold in ("foreign", "international", "european", "western", "african", "asian", "arab")
                   for i in range(self.head_start, self.head_end))  # fmt: skip

    def _place_code(self, match: Match) -> str | None:
        """ "Sydney police", "Texas governor": a place name in front of the noun, or behind "of" and "in"."""
        spans = [(self.head_start, match.start)]
        if self.tail_start is not None:
            spans.append((self.tail_start, len(self.tokens)))
        for start, end in spans:
            words: list[Token] = []
            for i in range(start, end):
                if self.tokens[i].capital and not self.covered[i]:
                    words.append(self.tokens[i])
                elif words:
                    break
            code = self._code_of(words)
            if code:
                return code
        return None

    def _code_of(self, words: Sequence[Token]) -> str | None:
        """The country of a run of capitalised words, first with and then without words like "New" and "Former" at its start."""
        first = next((i for i, token in enumerate(words) if token.fold not in self.resolver._index.skip), len(words))
        for run in (words if len(words) > 1 or first == 0 else (), words[first:]):
            code = self.resolver.place_country(" ".join(token.text for token in run), self.context) if run else None
            if code:
                return code
        return None

    def _place(self) -> ActorId | None:
        """A city or division by itself ("Texas sues"): it gives the country and a government, but no id of its own."""
        words = self.tokens[self.head_start : self.head_end]
        if any(self.covered[self.head_start : self.head_end]) or not words or not all(token.capital for token in words):
            return None
        code = self._code_of(words)
        return ActorId(None, code, "GOV", "place") if code else None

    def _country_code(self) -> str | None:
        for part in (self.head, self.tail):
            for kinds in (("demonym", "country", "capital", "people"),):
                found = [(m, p) for m, p in self._of(part, *kinds) if self._country_stands(m, p)]
                if found:
                    return self._pick(found)
        return None

    def _pick(self, found: Sequence[tuple[Match, Payload]]) -> str:
        codes = [p.key for _, p in found]
        if "GEO" in codes and self._american_georgia(found):
            return "USA"
        return self.context if self.context in codes else codes[0]

    def _american_georgia(self, found: Sequence[tuple[Match, Payload]]) -> bool:
        bare = all(m.surface(self.tokens) == "georgia" for m, p in found if p.key == "GEO")
        state = any(t.fold.rstrip(".") in _US_STATE_WORDS for t in self.tokens)
        return bare and (state or self.context == "USA")

    def _country_stands(self, match: Match, payload: Payload) -> bool:
        """Keep a person's name ("Michael Jordan", "Paris Hilton") and an ambiguous word from naming a country."""
        if payload.ambiguous and self.context != payload.key:
            return False
        if payload.kind not in ("country", "capital") or match.end - match.start > 1:
            return True
        before = match.start - 1
        if before >= self.head_start and self.tokens[before].fold in ("de", "da", "van", "von", "del"):
            return False
        if before >= self.head_start and self.tokens[before].capital and not self.covered[before]:
            skipped = self._index_skip(self.tokens[before])
            if not skipped and not self.tokens[match.end - 1].possessive:
                return False
        after = match.end
        alone = match.start == self.head_start and after == self.head_end - 1
        surname = alone and self.tokens[after].capital and not self.covered[after] and not self.tokens[match.start].possessive
        return not (surname and self.tokens[match.start].fold in _GIVEN_NAMES)

    def _country(self) -> ActorId | None:
        """A country or capital by itself is its state; people are civilians; a bare demonym only gives the country."""
        found = [(m, p) for m, p in self._of(self.head, "country", "capital", "people", "demonym") if self._country_stands(m, p)]
        if not found:
            return None
        code = self._pick(found)
        kinds = {p.kind for _, p in found if code in {p.key, "USA"}}
        end = max(m.end for m, _ in found)
        bare = end == self.head_end or self.head[-1].has("modifier")
        if not bare:
            return ActorId(None, code, None, "demonym")
        if kinds & {"country", "capital"} and found[-1][0].end == self.head_end:
            return ActorId(f"{code}.GOV", code, "GOV", "country")
        if "people" in kinds:
            return ActorId(f"{code}.CVL", code, "CVL", "people")
        return ActorId(code, code, None, "demonym")
