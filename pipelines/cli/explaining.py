"""How an explanation of one text looks in the terminal: words, candidates, sources, mentions."""

from __future__ import annotations

from rich import box
from rich.table import Table

from pipelines.cli.common import out, safe
from pipelines.extraction.explain import ExplainedSentence, Explanation
from pipelines.extraction.records import Mention, Party

SURELY_NONE = 0.95


def show_explanation(found: Explanation) -> None:
    """Print the stages for each sentence, then the mentions that were kept."""
    for number, sentence in enumerate(found.sentences, start=1):
        out.print(f"\n[bold]Sentence {number}[/] ({sentence.unit}): {safe(sentence.text)}", soft_wrap=True)
        _words(sentence)
        _candidates(sentence)
        for source in sentence.sources:
            who = f"{source.source!r}" if source.source else "nobody named"
            line = f"  source: {source.voice}, {who}, cue {source.cue!r} ({source.pattern}), covers {source.covers!r}"
            out.print(safe(line), soft_wrap=True)
    out.print(f"\n[bold]{len(found.mentions)} mentions[/] (extractor {safe(found.extractor_version)}, {safe(found.model)})")
    for mention in found.mentions:
        _mention(mention)
    if found.extraction.detail:
        out.print(safe(f"Status {found.extraction.status}: {found.extraction.detail}"), soft_wrap=True)


def _words(sentence: ExplainedSentence) -> None:
    table = Table(box=box.SIMPLE, padding=(0, 1))
    for name in ("word", "lemma", "tag", "relation", "head", "entity", "quoted"):
        table.add_column(name)
    for w in sentence.words:
        table.add_row(*(safe(v) for v in (w.text, w.lemma, w.tag, w.relation, w.head, w.entity)), "yes" if w.quoted else "")
    out.print(table)


def _candidates(sentence: ExplainedSentence) -> None:
    """Print the candidates that were kept, known to the lexicon or at least in doubt; the others are only counted."""
    shown = [c for c in sentence.candidates if c.kept or c.senses or dict(c.probabilities).get("NONE", 0.0) < SURELY_NONE]
    for c in shown:
        shares = ", ".join(f"{name} {share:.2f}" for name, share in c.probabilities)
        phrases = "; ".join(f"{role}: {text}" for role, text in c.phrases)
        verdict = "[green]kept[/]" if c.kept else "[dim]dropped[/]"
        out.print(f"  candidate [bold]{safe(c.text)}[/] {verdict}: {safe(shares)}", soft_wrap=True)
        for name, text in (("lexicon", ", ".join(c.senses)), ("phrases", phrases if c.kept else ""), ("standing", ", ".join(c.standing))):
            if text:
                out.print(f"    {name}: {safe(text)}", soft_wrap=True)
    if len(shown) < len(sentence.candidates):
        out.print(f"  [dim]{len(sentence.candidates) - len(shown)} further words were surely no deed[/]")


def _mention(m: Mention) -> None:
    actors = " and ".join(map(_party, m.actors)) or ("(nobody named)" if m.actor_omitted else "(no actor)")
    targets = ", ".join(map(_party, m.targets))
    speaker = f", says {m.speaker.text}" if m.speaker else ""
    figures = "; ".join(f"{f.slot} {f.low} to {f.high} ({f.qualifier})" for f in m.figures)
    facts = [
        f"{actors} {m.action}{f' ({m.mode})' if m.mode else ''}{f' → {targets}' if targets else ''}",
        f"voice {m.voice}{speaker}; {m.polarity}, {m.reality}; confidence {m.confidence:.2f}; rule {m.rule}",
        f"place {m.place} [{m.place_country}]" if m.place else "",
        f"date {m.event_date_start} to {m.event_date_end} ({m.date_source})" if m.event_date_start else "",
        f"figures {figures}" if figures else "",
    ]
    out.print(f"  [bold]{safe(m.trigger)}[/]  " + safe(" | ".join(f for f in facts if f)), soft_wrap=True)


def _party(party: Party) -> str:
    return f"{party.text} [{party.id}]" if party.id else party.text
