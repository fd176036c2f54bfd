"""Which language a text is in: py3langid, with the outlet's own language as prior.

Titles of three words say little: "Taliban take Kabul" alone looks like Hausa. The odds of every other language are
therefore divided by a constant; py3langid's probabilities sharpen with length, so a whole paragraph overrules it.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

import numpy as np
from py3langid.langid import MODEL_FILE, LanguageIdentifier

UNDETERMINED = "und"
_CODES = (
    "af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl gu ha he hi hr hu hy id is it ja ka kk km kn ko ku ky lo lt lv "
    "mk ml mn mr ms mt my ne nl no or pa pl ps pt ro ru rw si sk sl so sq sr sv sw ta te tg th tk tl tr uk ur uz vi yo zh zu"
)
LANGUAGES = tuple(_CODES.split())
"""ISO 639-1 codes of languages in which news is written; py3langid knows more, which only short texts are taken for."""

_PRIOR_ODDS = 40.0
_SECOND_ODDS = 4.0
_WORLD_LANGUAGES = frozenset({"en", "es", "fr", "ar", "pt", "ru", "zh"})
_READ_CHARS = 600
_LETTERS = re.compile(r"[^\W\d_]")
_MIN_LETTERS = 3


def detect(text: str, outlet_language: str | None = None) -> tuple[str, float]:
    """Detect the language of a text.

    Args:
        text: clean text; the first 600 characters are read.
        outlet_language: ISO 639-1 code of the outlet's main language, if known.

    Returns:
        The ISO 639-1 code and its probability in [0, 1], or ``("und", 0.0)`` for a text with hardly a letter.
    """
    return _detect(text[:_READ_CHARS], outlet_language)


@lru_cache(maxsize=16384)
def _detect(text: str, prior: str | None) -> tuple[str, float]:
    if len(_LETTERS.findall(text)) < _MIN_LETTERS:
        return UNDETERMINED, 0.0
    odds = _odds(prior)
    total, best, best_weight = 0.0, UNDETERMINED, -1.0
    for code, probability in _identifier().rank(text):
        weight = probability * odds[code]
        total += weight
        if weight > best_weight:
            best, best_weight = code, weight
    return best, round(best_weight / total, 4)


@cache
def _odds(prior: str | None) -> dict[str, float]:
    if prior is None:
        return dict.fromkeys(LANGUAGES, 1.0)
    return {code: _PRIOR_ODDS if code == prior else _SECOND_ODDS if code in _WORLD_LANGUAGES else 1.0 for code in LANGUAGES}


@cache
def _identifier() -> LanguageIdentifier:
    """Return the model; loading it takes half a second, so it happens at the first text.

    The weights come as half-precision numbers, with which numpy takes twice as long.
    """
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    identifier.nb_ptc = np.ascontiguousarray(identifier.nb_ptc, dtype=np.float32)
    return identifier
