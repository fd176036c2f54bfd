"""What the tables must say of each planted deed: who tells of it, how it stands, its tolls, who leaves the actor out, who denies.

What belongs here: truth by deed. What does not: truth by story, article and outlet (``truth``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from tests.support.worlds.deed_texts import Claim
from tests.support.worlds.plan import Article, Story
from tests.support.worlds.reading import Reading
from tests.support.worlds.rows import Written, key_of
from tests.support.worlds.verdicts import Verdict, word

_ERROR = timedelta(seconds=300)
_DAY = timedelta(days=1)


class DeedTruth(Reading):
    """Verdicts on the deeds of one world."""

    def verdicts(self) -> Iterator[Verdict]:
        """All verdicts on deeds."""
        for story in self.world.stories:
            for deed in (story.deed, *([story.answer] if story.answer else [])):
                yield from self._deed(story, deed.key, deed.kind)

    def _deed(self, story: Story, deed: str, kind: str) -> Iterator[Verdict]:
        ids = self.written.article_ids
        telling = [a for a in story.articles if self._claims(a, deed)]
        event = self.events.get(deed)
        if not telling or event is None:
            return
        inside = {article for d, article in self.event_mentions[event] if d == deed}
        for article in telling:
            yield Verdict("article in its deed", self._pair([ids[key_of(article)]]), True, ids[key_of(article)] in inside)
        for other, article in sorted({(d, a) for d, a in self.event_mentions[event] if d != deed}):
            yield Verdict("article in its deed", self._what(f"{deed} has {other} of {'/'.join(key_of(self.by_id[article]))}"), False, True)
        yield from self._corroboration(deed, telling, event)
        yield from self._voices(story, deed, event)
        if kind == "blast":
            yield from self._tolls(deed, telling, event)
        if kind in ("blast", "arrest"):
            yield from self._silence(deed, telling, event)
        yield from self._sources(deed, telling, event)

    def _corroboration(self, deed: str, telling: Sequence[Article], event: str) -> Iterator[Verdict]:
        reporting = [a for a in telling if self._reports(a, deed)]
        claims = [c for a in telling for c in self._claims(a, deed)]
        publishers = {self.rooms[a.outlet_id].publisher for a in reporting}
        accounts = {a.account for a in reporting}
        denying = {self.rooms[a.outlet_id].publisher for a in telling if any(c.polarity == "denied" for c in self._claims(a, deed))}
        asserting = [a for a in reporting if any(c.voice == "outlet" for c in self._reports(a, deed))]
        truth = {
            "articles": len(reporting), "outlets": len(publishers), "origins": min(len(accounts), len(publishers)),
            "statement_sources": len({_source(c) for a in reporting for c in self._reports(a, deed) if c.voice != "outlet"}),
            "own_voice_outlets": len({self.rooms[a.outlet_id].publisher for a in asserting}),
            "denying_outlets": len(denying), "denying_sources": len({_source(c) for c in claims if c.polarity == "denied"}),
            "wire_articles": sum(a.wire is not None for a in reporting),
        }  # fmt: skip
        # Copies of a text that no poll ever saw: nobody can tell that their first carrier did not write it.
        if any(a.wire is None and not any(b.root == a.root and b.kind in ("own", "partial") for b in self.seen) for a in reporting):
            del truth["origins"]
        row = self.tables.corroboration[event]
        for name, value in truth.items():
            what = self._what(f"{deed} {name} {row[name]}, truly {value}")
            yield Verdict(f"corroboration: {name}", what, True, row[name] == value)
            if row[name] > value:
                yield Verdict(f"corroboration: {name}", what, False, True)
        standing = (
            "not_reported" if not reporting else "contested" if denying else "single_origin" if truth.get("origins", 0) == 1 else "several"
        )
        if "origins" not in truth and not denying:
            return
        yield from word("standing", self._what(f"{deed} {row['standing']}, truly {standing}"), standing, row["standing"])
        for fragment in self.fragments[deed]:
            said = self.tables.corroboration[fragment]["standing"]
            if said in ("single_origin", "several", "contested") and said != standing:
                yield Verdict("standing", self._what(f"{deed}, a part of it: {said}, truly {standing}"), False, True)

    def _voices(self, story: Story, deed: str, event: str) -> Iterator[Verdict]:
        flags = {
            "own_voice_n": lambda c: c.polarity == "positive" and c.reality == "happened" and c.voice == "outlet",
            "attributed_n": lambda c: c.polarity == "positive" and c.reality == "happened" and c.voice != "outlet",
            "denied_n": lambda c: c.polarity == "denied",
            "planned_own_voice_n": lambda c: c.reality == "planned",
        }  # fmt: skip
        for article in (a for a in story.articles if self.written.shown(a)):
            claims = self._claims(article, deed)
            row = self.tables.event_outlet.get((event, article.outlet_id))
            what = self._what(f"{deed} {article.outlet_id}")
            yield from word("finding", what, "reported" if claims else "not_found", row["finding"] if row else None)
            for name, holds in flags.items():
                planted, said = any(holds(c) for c in claims), bool(row and row[name])
                if planted or said:
                    yield Verdict(f"event_outlet: {name}", what, planted, said)

    def _tolls(self, deed: str, telling: Sequence[Article], event: str) -> Iterator[Verdict]:
        row = self.tables.facts.get((event, "killed"))
        values = {}
        for article in telling:
            figures = [c.figure for c in self._reports(article, deed) if c.figure]
            exact = [f for f in figures if f[3] is not None] or figures
            if exact:
                values[article.outlet_id] = (exact[0][2], exact[0][3], _said_at(article, self.written), article.account)
        given = {o["outlet_id"]: (o["low"], o["high"]) for o in (row["by_outlet"] if row else [])}
        for outlet, (low, high, _, _) in sorted(values.items()):
            yield from word("toll of an outlet", self._what(f"{deed} {outlet}"), (low, high), given.get(outlet))
        if row is None or len({v[:2] for v in values.values()}) < 2:
            return
        agreement, what = row["agreement"], self._what(f"{deed} {row['agreement']} {sorted((v[:3]) for v in values.values())}")
        margin = 2 * max(r.interval for r in self.rooms.values()) + _ERROR
        last = max(v[2] for v in values.values())
        falls = [x[2] - y[2] for x in values.values() for y in values.values()
                 if x[3] != y[3] and x[1] is not None and x[1] < y[0] and x[2] > y[2]]  # fmt: skip
        recent = all(last - v[2] < _DAY - margin for v in values.values())
        if agreement == "differ" or (any(f > margin for f in falls) and recent and not any(self.rooms[o].outage for o in values)):
            yield Verdict("tolls that no rise explains", what, bool(falls), agreement == "differ")
        if not falls:
            yield Verdict("a rising toll is no contradiction", what, True, agreement != "differ")

    def _silence(self, deed: str, telling: Sequence[Article], event: str) -> Iterator[Verdict]:
        row = self.tables.facts.get((event, "actor"))
        said = set(row["omitted_by"]) if row else set()
        truth = {a.outlet_id for a in telling if self._reports(a, deed) and not any(c.actor for c in self._reports(a, deed))}
        for outlet in sorted(said | truth):
            yield Verdict("actor left out", self._what(f"{deed} {outlet}"), outlet in truth, outlet in said)

    def _sources(self, deed: str, telling: Sequence[Article], event: str) -> Iterator[Verdict]:
        truth: dict[tuple[str, str], set[str]] = defaultdict(set)
        # An extractor that reads feeds has no id for a group that was made up; it names it by its words, without the article (codebook 10).
        names: dict[str, str] = {}
        for article in telling:
            for claim in self._claims(article, deed):
                if claim.speaker:
                    names[claim.speaker[1].words.lower().removeprefix("the ")] = _source(claim)
                if claim.voice != "outlet":
                    truth[_source(claim), "denied_in" if claim.polarity == "denied" else "asserted_in"].add(article.outlet_id)
        said: dict[tuple[str, str], set[str]] = defaultdict(set)
        for (of_event, source), row in self.tables.claims.items():
            for name in ("denied_in", "asserted_in"):
                if of_event == event and row[name]:
                    said[names.get(source, source), name] |= set(row[name])
        for key in sorted(truth.keys() | said.keys()):
            for outlet in sorted(truth[key] | said[key]):
                kind = "claims: denial" if key[1] == "denied_in" else "claims: assertion"
                yield Verdict(kind, self._what(f"{deed} {key[0]} {outlet}"), outlet in truth[key], outlet in said[key])


def _source(claim: Claim) -> str:
    party = claim.speaker[1] if claim.speaker else None
    return (party.id or party.words.lower()) if party else claim.voice


def _said_at(article: Article, written: Written) -> datetime:
    """When the outlet first put out the text that counts."""
    text = written.shown(article)
    return next(s.at for s in article.states if s.text is text)
