"""From text to words, sentences and their grammar, as plain lists: everything after this stage is free of spaCy.

Not here: what the words mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

from spacy.tokens import Doc
from threadpoolctl import ThreadpoolController

from pipelines.extraction.stages.datelines import story_start
from pipelines.extraction.stages.quotes import quoted_spans
from pipelines.extraction.stages.text import Normal
from pipelines.extraction.word_lists import word_list

MAX_SENTENCE = 250
_ATTRIBUTES = ["ORTH", "POS", "TAG", "DEP", "HEAD", "IDX", "LENGTH", "SENT_START"]
_NAMER = "ner"
_TITLE_BREAKS = frozenset((":", "|", "-", "–", "—", "--"))
_MISREAD = {"gov't": ("NOUN", "NN"), "govt": ("NOUN", "NN")}


@dataclass(slots=True)
class Parsed:
    """One unit's words. Lists run parallel, one place per word; ``head`` of a sentence's root is the root itself.

    ``start`` and ``end`` are offsets in the stored text; ``entity`` is the entity type or ""; ``entity_id`` numbers entities, -1 outside;
    ``quote`` numbers the quotation that the word stands in, -1 outside.
    """

    unit: str
    text: str
    words: list[str]
    lower: list[str]
    lemma: list[str]
    pos: list[str]
    tag: list[str]
    dep: list[str]
    head: list[int]
    entity: list[str]
    entity_id: list[int]
    start: list[int]
    end: list[int]
    sentences: list[tuple[int, int]]
    sentence_of: list[int]
    children: list[list[int]]
    quote: list[int]
    split_sentences: int = 0
    entities: list[tuple[int, int]] = field(default_factory=list)

    def cut(self, first: int, last: int) -> str:
        """The stored words from word ``first`` to word ``last``, both included."""
        return self.text[self.start[first] : self.end[last]]

    def ancestors(self, index: int) -> Iterator[int]:
        """The words above ``index``, nearest first."""
        while self.head[index] != index:
            index = self.head[index]
            yield index

    def subtree(self, index: int) -> list[int]:
        """``index`` and all words below it, in text order."""
        found, waiting = [], [index]
        while waiting:
            at = waiting.pop()
            found.append(at)
            waiting.extend(self.children[at])
        return sorted(found)


class Parts:
    """Part of speech, tag and arc of a word as the pipeline's attribute ruler would set them, one look-up per distinct word and reading.

    The ruler's matcher took a tenth of all coding time. Its patterns read a word's tag, spelling and arc, and whether an expletive stands
    before it; each combination is put to the ruler once.
    """

    def __init__(self, nlp: Any) -> None:
        self._vocab = nlp.vocab
        self._ruler = nlp.get_pipe("attribute_ruler")
        tokens = [token for pattern in self._ruler.patterns for part in pattern["patterns"] for token in part]
        self._spelled = {word for token in tokens for word in _spellings(token)}
        self._known: dict[tuple[str, str, str, bool], tuple[str, str, str]] = {}

    def __call__(self, tag: str, lower: str, dep: str, after_expletive: bool) -> tuple[str, str, str]:
        """Part of speech, tag and arc."""
        key = (tag, lower if lower in self._spelled or not lower.strip() else "word", dep, after_expletive)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._ask(*key)
        return known

    def _ask(self, tag: str, lower: str, dep: str, after_expletive: bool) -> tuple[str, str, str]:
        before = ["there", "expl", "EX"] if after_expletive else ["the", "det", "DT"]
        doc = Doc(self._vocab, words=[before[0], lower], tags=[before[2], tag], deps=[before[1], dep], heads=[1, 1])
        word = self._ruler(doc)[1]
        return word.pos_, word.tag_, word.dep_


def _spellings(token: dict[str, Any]) -> list[str]:
    wanted = token.get("LOWER", [])
    return [wanted] if isinstance(wanted, str) else list(wanted.get("IN", ())) if isinstance(wanted, dict) else []


def prepare(nlp: Any, normal: Normal, unit: str) -> Any:
    """Tokenise; in a title, mark that a new clause begins after a colon or bar, and in other text after a line's end and a dateline.

    Read as one sentence with what follows, "KABUL (Agency) -" became the subject of the first verb: doer and speaker of its deeds.
    """
    doc = nlp.make_doc(normal.text)
    marks = _TITLE_BREAKS if unit == "title" else frozenset()
    story = 0 if unit == "title" else story_start(normal.text)
    for index in range(1, len(doc)):
        before = doc[index - 1].text
        apart = before in marks and index > 1 and doc[index - 1].whitespace_ and (before == ":" or doc[index - 2].whitespace_)
        if apart or "\n" in before or doc[index - 1].idx < story <= doc[index].idx:
            doc[index].is_sent_start = True
    return doc


def to_parsed(doc: Any, normal: Normal, stored: str, unit: str, lemmas: Lemmas) -> Parsed:
    """Copy a parsed spaCy document into lists, with offsets of the stored text."""
    strings = doc.vocab.strings
    table = doc.to_array(_ATTRIBUTES).astype("int64").tolist() if len(doc) else []
    raw = doc.to_array(["ORTH", "POS", "TAG", "DEP"]).tolist() if len(doc) else []
    names = _Names(strings)
    words = [names[row[0]] for row in raw]
    heads = [index + row[4] for index, row in enumerate(table)]
    starts, ends = [], []
    for row in table:
        a, b = normal.span(row[5], row[5] + row[6])
        starts.append(a)
        ends.append(b)
    lower = [word.lower() for word in words]
    arcs = [names[row[3]] for row in raw]
    read = [
        lemmas.parts(names[row[2]], word, arc, before == "expl")
        for row, word, arc, before in zip(raw, lower, arcs, ["", *arcs[:-1]], strict=True)
    ]
    pos, tag, dep = [one[0] for one in read], [one[1] for one in read], [one[2] for one in read]
    for index, word in enumerate(lower):
        if word in _MISREAD:
            pos[index], tag[index] = _MISREAD[word]
    sentences, heads, split = _sentences([row[7] == 1 for row in table], heads)
    sentence_of = [0] * len(words)
    for number, (a, b) in enumerate(sentences):
        sentence_of[a:b] = [number] * (b - a)
    children: list[list[int]] = [[] for _ in words]
    for index, head in enumerate(heads):
        if head != index:
            children[head].append(index)
    return Parsed(
        unit=unit, text=stored, words=words, lower=lower, lemma=[lemmas(w, p) for w, p in zip(lower, pos, strict=True)],
        pos=pos, tag=tag, dep=dep, head=heads, entity=[""] * len(words), entity_id=[-1] * len(words),
        start=starts, end=ends, sentences=sentences, sentence_of=sentence_of, children=children, quote=_quotes(stored, starts),
        split_sentences=split,
    )  # fmt: skip


class _Names(dict[int, str]):
    """The string store's names, kept, since the look-up crosses into C each time."""

    def __init__(self, strings: Any) -> None:
        super().__init__()
        self._strings = strings

    def __missing__(self, key: int) -> str:
        value = str(self._strings[key]) if key else ""
        self[key] = value
        return value


def _sentences(begins: list[bool], heads: list[int]) -> tuple[list[tuple[int, int]], list[int], int]:
    """Sentence spans of at most :data:`MAX_SENTENCE` words; heads that would cross a span's border become roots."""
    if not begins:
        return [], heads, 0
    starts = [index for index, begin in enumerate(begins) if begin or index == 0]
    spans: list[tuple[int, int]] = []
    split = 0
    for a, b in zip(starts, [*starts[1:], len(begins)], strict=True):
        split += b - a > MAX_SENTENCE
        spans.extend((at, min(at + MAX_SENTENCE, b)) for at in range(a, b, MAX_SENTENCE))
    kept = list(heads)
    for a, b in spans:
        for index in range(a, b):
            if not a <= kept[index] < b:
                kept[index] = index
    return spans, kept, split


def _entities(iob: list[int]) -> tuple[list[int], list[tuple[int, int]]]:
    """Number the entities (IOB codes: 1 inside, 2 outside, 3 begin)."""
    ids = [-1] * len(iob)
    spans: list[tuple[int, int]] = []
    for index, code in enumerate(iob):
        if code == 3 or (code == 1 and (index == 0 or ids[index - 1] < 0)):
            spans.append((index, index + 1))
        elif code == 1:
            spans[-1] = (spans[-1][0], index + 1)
        else:
            continue
        ids[index] = len(spans) - 1
    return ids, spans


def _quotes(text: str, starts: list[int]) -> list[int]:
    spans = quoted_spans(text)
    found = [-1] * len(starts)
    if not spans:
        return found
    at = 0
    for index, start in enumerate(starts):
        while at < len(spans) and spans[at][1] <= start:
            at += 1
        if at < len(spans) and spans[at][0] <= start:
            found[index] = at
    return found


_OWN_LEMMA = word_list("parse", "own_lemma")


class Lemmas:
    """Lemmas from the model's own tables, one look-up per distinct word: spaCy's component asks again for every token.

    ``parts`` are the parts of speech, kept beside them.
    """

    _KINDS: ClassVar[dict[str, str]] = {"NOUN": "noun", "PROPN": "noun", "VERB": "verb", "AUX": "verb", "ADJ": "adj", "ADV": "adv"}

    def __init__(self, lookups: Any, parts: Parts) -> None:
        self.parts = parts

        def part(name: str, kind: str) -> Any:
            return lookups.get_table(name, {}).get(kind, ())

        # The index is a list of tens of thousands of words; searching it took a third of all coding time.
        self._tables: dict[str, tuple[dict[str, Any], frozenset[str], list[tuple[str, str]]]] = {
            kind: (dict(part("lemma_exc", kind)), frozenset(part("lemma_index", kind)), list(part("lemma_rules", kind)))
            for kind in ("noun", "verb", "adj", "adv")
        }
        self._known: dict[tuple[str, str], str] = {}

    def __call__(self, lower: str, pos: str) -> str:
        """The lemma of a word in lower case, as this part of speech (spaCy's names)."""
        key = (lower, pos)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._find(lower, self._KINDS.get(pos))
        return known

    def is_verb(self, lower: str) -> bool:
        """Whether a word in lower case is a form of a verb that the tables know."""
        return self(lower, "VERB") in self._tables["verb"][1]

    def _find(self, lower: str, kind: str | None) -> str:
        if kind is None or (kind == "verb" and lower in _OWN_LEMMA):
            return lower
        exceptions, index, rules = self._tables[kind]
        if lower in exceptions:
            return str(exceptions[lower][0])
        if lower in index and kind in ("adj", "noun"):
            return lower
        guesses = [lower[: len(lower) - len(old)] + new for old, new in rules if lower.endswith(old)]
        for guess in guesses:
            if guess and guess in index:
                return str(guess)
        if lower in index:
            return lower
        return _strip(lower, kind)


def _strip(word: str, kind: str) -> str:
    """A lemma for a word that the tables lack, by spelling alone."""
    if kind in ("noun", "verb") and re.search(r"[^s]s$", word) and len(word) > 3:
        return word[:-1]
    if kind == "verb" and word.endswith("ied") and len(word) > 4:
        return word[:-3] + "y"
    if kind == "verb" and word.endswith(("ed", "ing")) and len(word) > 5:
        stem = word[:-2] if word.endswith("ed") else word[:-3]
        return stem[:-1] if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "ls" else stem
    return word


@cache
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()


def _one_thread() -> AbstractContextManager[Any]:
    """Matrices as small as these gain little from a second thread, and the wait for it costs more processor time than the product."""
    limit: AbstractContextManager[Any] = _libraries().limit(limits=1, user_api="blas")
    return limit


def read_all(nlp: Any, units: Iterable[tuple[Normal, str, str]], lemmas: Lemmas, batch_size: int) -> Iterator[tuple[Parsed, Any]]:
    """Parse (normal text, stored text, unit name) in batches, in order, without the names in them; each with its spaCy document."""
    listed = list(units)
    with _one_thread():
        docs = list(nlp.pipe((prepare(nlp, normal, unit) for normal, _, unit in listed), batch_size=batch_size, disable=[_NAMER]))
    for doc, (normal, stored, unit) in zip(docs, listed, strict=True):
        yield to_parsed(doc, normal, stored, unit, lemmas), doc


def name_all(nlp: Any, units: Iterable[tuple[Parsed, Any]], batch_size: int) -> None:
    """Find the names in units that :func:`read_all` gave, and note them in their words' ``entity``, ``entity_id`` and ``entities``."""
    listed = list(units)
    with _one_thread():
        docs = list(nlp.get_pipe(_NAMER).pipe((doc for _, doc in listed), batch_size=batch_size))
    for doc, (parsed, _) in zip(docs, listed, strict=True):
        if len(doc):
            table = doc.to_array(["ENT_TYPE", "ENT_IOB"]).tolist()
            names = _Names(doc.vocab.strings)
            parsed.entity = [names[kind] for kind, _ in table]
            parsed.entity_id, parsed.entities = _entities([mark for _, mark in table])


def parse_all(nlp: Any, units: Iterable[tuple[Normal, str, str]], lemmas: Lemmas, batch_size: int) -> list[Parsed]:
    """Parse (normal text, stored text, unit name) in batches, in order, with the names in all of them."""
    read = list(read_all(nlp, units, lemmas, batch_size))
    name_all(nlp, read, batch_size)
    return [parsed for parsed, _ in read]
