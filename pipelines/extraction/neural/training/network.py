"""The network in JAX: MiniLM's encoder, a linear layer per class set, and biaffine pointers from a deed's word to its slots' words.

Not here: optimiser and batches (fit.py), the same network for ONNX Runtime (export.py).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pipelines.extraction.neural.classes import LOGITS, POINTER, REACH, SLOTS

HEADS, HIDDEN = 12, 384
EPSILON = 1e-12
_LINEAR = {
    "query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value",
    "mix": "attention.output.dense", "wide": "intermediate.dense", "narrow": "output.dense",
}  # fmt: skip
Params = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Size:
    """How much of MiniLM's encoder is kept.

    ``layers``, from the lowest; the ``fixed`` lowest of them stay as they are, like the word vectors: what reads single words needs little
    tuning, and their outputs are computed once. ``pieces`` of the vocabulary (None: all that English text can hold). A weight is one of
    ``levels`` steps of its column's largest to either side of 0.
    """

    layers: int
    fixed: int
    pieces: int | None
    levels: int


SIZES = {"small": Size(layers=3, fixed=0, pieces=6000, levels=12), "large": Size(layers=6, fixed=2, pieces=None, levels=63)}
"""With 63 levels or fewer, sums of 8-bit products fit into 16 bits, which some processors need."""


def read_encoder(path: Path, count: int) -> Params:
    """Word vectors and the ``count`` lowest layers of a ``model.safetensors`` (a header in JSON, then raw float32 arrays)."""
    raw = path.read_bytes()
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + size])

    def array(name: str) -> Any:
        entry = header[name]
        first, last = entry["data_offsets"]
        return np.frombuffer(raw[8 + size + first : 8 + size + last], dtype=np.float32).reshape(entry["shape"]).copy()

    layers = []
    for number in range(count):
        base = f"encoder.layer.{number}."
        layer: Params = {
            name: {"w": array(f"{base}{long}.weight").T.copy(), "b": array(f"{base}{long}.bias")} for name, long in _LINEAR.items()
        }
        for name, long in (("norm1", "attention.output.LayerNorm"), ("norm2", "output.LayerNorm")):
            layer[name] = {"g": array(f"{base}{long}.weight"), "b": array(f"{base}{long}.bias")}
        layers.append(layer)
    return {
        "words": array("embeddings.word_embeddings.weight"),
        "places": array("embeddings.position_embeddings.weight") + array("embeddings.token_type_embeddings.weight")[0],
        "norm": {"g": array("embeddings.LayerNorm.weight"), "b": array("embeddings.LayerNorm.bias")},
        "layers": layers,
    }


def fresh_heads(seed: int) -> Params:
    """New output layers: ``classes`` and per slot a biaffine pointer with its empty choice."""
    rng = np.random.default_rng(seed)

    def normal(*shape: int, scale: float = 0.02) -> Any:
        return (rng.standard_normal(shape) * scale).astype(np.float32)

    width = len(SLOTS) * POINTER
    return {
        "classes": {"w": normal(HIDDEN, LOGITS), "b": np.zeros(LOGITS, np.float32)},
        "deed": {"w": normal(HIDDEN, width, scale=0.05), "b": np.zeros(width, np.float32)},
        "filler": {"w": normal(HIDDEN, width, scale=0.05), "b": np.zeros(width, np.float32)},
        "pair": normal(len(SLOTS), POINTER, POINTER, scale=0.05),
        "lone": normal(len(SLOTS), POINTER, scale=0.02),
        "near": np.zeros((len(SLOTS), 2 * REACH + 1), np.float32),
        "empty": {"w": normal(len(SLOTS), POINTER, scale=0.02), "b": np.zeros(len(SLOTS), np.float32)},
    }


def coarse(table: Any, levels: int, axis: int) -> Any:
    """A table in whole steps of the largest value along ``axis`` over ``levels``; gradients pass as if nothing were rounded."""
    step = jnp.maximum(jnp.abs(table).max(axis, keepdims=True), 1e-9) / levels
    return table + jax.lax.stop_gradient(jnp.round(table / step) * step - table)


def linear(x: Any, p: Params) -> Any:
    """``x @ w + b``."""
    return x @ p["w"] + p["b"]


def normed(x: Any, p: Params) -> Any:
    """Layer normalisation."""
    mean = x.mean(-1, keepdims=True)
    spread = x - mean
    return spread * jax.lax.rsqrt((spread * spread).mean(-1, keepdims=True) + EPSILON) * p["g"] + p["b"]


def dropped(x: Any, key: Any, rate: float) -> Any:
    """``x`` with a share of ``rate`` set to 0 and the rest scaled up; unchanged where ``key`` is None."""
    if key is None or rate == 0:
        return x
    return jnp.where(jax.random.bits(key, x.shape, jnp.uint8) >= int(rate * 256), x / (1 - int(rate * 256) / 256), 0.0)


def embed(encoder: Params, pieces: Any, mask: Any) -> Any:
    """Hidden vectors [batch, length, HIDDEN] of pieces [batch, length] after all of ``encoder``'s layers; ``mask`` is 1 on text."""
    x = normed(encoder["words"][pieces] + encoder["places"][: pieces.shape[1]], encoder["norm"])
    for layer in encoder["layers"]:
        x = _layer(layer, x, mask, (None, None), 0.0)
    return x


def encode(layers: list[Params], x: Any, mask: Any, key: Any, rate: float) -> Any:
    """Hidden vectors after the tuned layers; no dropout where ``key`` is None."""
    keys = [None] * (2 * len(layers) + 1) if key is None else list(jax.random.split(key, 2 * len(layers) + 1))
    x = dropped(x, keys[-1], rate)
    for number, layer in enumerate(layers):
        x = _layer(layer, x, mask, (keys[2 * number], keys[2 * number + 1]), rate)
    return x


def _layer(layer: Params, x: Any, mask: Any, keys: tuple[Any, Any], rate: float) -> Any:
    n, length, _ = x.shape
    bias = (1.0 - mask[:, None, None, :]) * -1e4

    def heads(y: Any) -> Any:
        return y.reshape(n, length, HEADS, HIDDEN // HEADS).transpose(0, 2, 1, 3)

    q, k, v = (heads(linear(x, layer[name])) for name in ("query", "key", "value"))
    shares = jax.nn.softmax(q @ k.transpose(0, 1, 3, 2) / np.sqrt(HIDDEN / HEADS).astype(np.float32) + bias, -1)
    seen = (shares @ v).transpose(0, 2, 1, 3).reshape(n, length, HIDDEN)
    x = normed(x + dropped(linear(seen, layer["mix"]), keys[0], rate), layer["norm1"])
    inner = linear(jax.nn.gelu(linear(x, layer["wide"]), approximate=False), layer["narrow"])
    return normed(x + dropped(inner, keys[1], rate), layer["norm2"])


def pointers(heads: Params, deeds: Any, words: Any, places: Any) -> Any:
    """Scores [batch, deed, slot, word + 1] of words [batch, word, HIDDEN] for deeds [batch, deed, HIDDEN] at
    ``places`` [batch, deed]; the last is the empty slot's.
    """
    n, k, _ = deeds.shape
    d = jax.nn.relu(linear(deeds, heads["deed"])).reshape(n, k, len(SLOTS), POINTER)
    f = jax.nn.relu(linear(words, heads["filler"])).reshape(n, words.shape[1], len(SLOTS), POINTER)
    pair = jnp.einsum("nksp,spq,nwsq->nksw", d, heads["pair"], f)
    lone = jnp.einsum("nwsq,sq->nsw", f, heads["lone"])
    empty = jnp.einsum("nksp,sp->nks", d, heads["empty"]["w"]) + heads["empty"]["b"]
    away = jnp.clip(jnp.arange(words.shape[1]) - places[..., None], -REACH, REACH) + REACH
    near = heads["near"][:, away].transpose(1, 2, 0, 3)
    return jnp.concatenate([pair + lone[:, None] + near, empty[..., None]], -1)
