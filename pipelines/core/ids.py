"""Deterministic ids: the same natural key gives the same id in every run, on every machine."""

from __future__ import annotations

import hashlib
from datetime import datetime

_SEPARATOR = "\x1f"
_LENGTH = 20


def make_id(kind: str, *parts: str | int | datetime | None) -> str:
    """Hash a natural key to 20 hexadecimal digits (80 bits).

    ``kind`` keeps the ids of different tables apart; ``None`` differs from the empty string.
    """
    text = _SEPARATOR.join([kind, *("\x00" if part is None else _text(part) for part in parts)])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_LENGTH]


def _text(part: str | int | datetime) -> str:
    return part.isoformat() if isinstance(part, datetime) else str(part)


def body_hash(body: bytes) -> str:
    """Return the SHA-256 of a body as 64 hexadecimal digits."""
    return hashlib.sha256(body).hexdigest()
