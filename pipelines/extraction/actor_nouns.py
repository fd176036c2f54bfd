"""Which kind of actor a common noun names, by the sector lexicon: a feature of the learned layer.

Not here: resolving whole phrases (actors.py).
"""

from __future__ import annotations

from functools import lru_cache

from pipelines.extraction.lexicon_files import load_actor_lexicon


def sector_of(noun: str) -> str:
    """The sector code of a head noun in lower case ("rebel": REB); "" where the lexicon has none."""
    return _sectors().get(noun, "")


@lru_cache(maxsize=1)
def _sectors() -> dict[str, str]:
    found: dict[str, str] = {}
    for kind in ("noun", "office"):
        for code, names in getattr(load_actor_lexicon().sectors, kind).items():
            for name in names:
                if " " not in name:
                    found.setdefault(name, code)
    return found
