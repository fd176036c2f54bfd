"""Batches, the loss and AdamW: from samples to parameters, deterministically.

Not here: the network (network.py), the files (run.py).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from pipelines.extraction.neural.classes import ACTION, POLARITY, SLOTS, VOICE
from pipelines.extraction.neural.training.labels import IGNORED, Sample
from pipelines.extraction.neural.training.network import HIDDEN, Params, coarse, dropped, embed, encode, fresh_heads, linear, pointers

log = logging.getLogger(__name__)
LENGTHS = (32, 48, 64, 96, 160)
_DEEDS = {32: 4, 48: 4, 64: 8, 96: 8, 160: 16}
_READ_AT_ONCE = 3072
_EMPTY_WEIGHT = 2.0
_COARSE = 31
_CUTS = np.cumsum([len(ACTION), len(VOICE), len(POLARITY)]).tolist()


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast to learn. A batch holds about ``tokens`` pieces; losses are weighed against that of the actions.

    ``fixed`` and ``levels`` are those of network.Size; from few levels on, the layers learn with the rounding that they are stored with.
    """

    epochs: int = 5
    tokens: int = 768
    encoder_rate: float = 2e-4
    head_rate: float = 1e-3
    warm_up: float = 0.1
    decay: float = 0.01
    dropout: float = 0.1
    clip: float = 1.0
    slots: tuple[float, ...] = (1.0, 1.0, 0.6)
    voice: float = 0.6
    polarity: float = 0.4
    reality: float = 0.6
    seed: int = 7
    fixed: int = 2
    levels: int = 127


@dataclass(frozen=True, slots=True)
class Read:
    """A sample with its pieces' vectors [length, HIDDEN] after the layers that are not tuned."""

    sample: Sample
    vectors: NDArray[np.float32]


def read(samples: Sequence[Sample], encoder: Params, pad: int, fixed_layers: int) -> list[Read]:
    """Run the lowest layers, which are not tuned, over all samples, once."""
    run = jax.jit(embed)
    fixed = jax.tree.map(jnp.asarray, {**encoder, "layers": encoder["layers"][:fixed_layers]})
    found: list[Read | None] = [None] * len(samples)
    groups: dict[int, list[int]] = {}
    for place, one in enumerate(samples):
        groups.setdefault(_length(one), []).append(place)
    for length, places in groups.items():
        size = max(1, _READ_AT_ONCE // length)
        for at in range(0, len(places), size):
            some = places[at : at + size]
            pieces = np.full((size, length), pad, np.int32)
            mask = np.zeros((size, length), np.float32)
            for row, place in enumerate(some):
                own = samples[place].window.pieces
                pieces[row, : len(own)], mask[row, : len(own)] = own, 1
            vectors = np.asarray(run(fixed, pieces, mask))
            for row, place in enumerate(some):
                found[place] = Read(samples[place], vectors[row, : len(samples[place].window.pieces)].copy())
    return [one for one in found if one is not None]


def _length(sample: Sample) -> int:
    return next(n for n in LENGTHS if n >= len(sample.window.pieces))


def batch(chosen: Sequence[Read], length: int, size: int, weight: float = 1.0) -> dict[str, Any]:
    """Arrays of one batch of ``size`` rows of ``length`` pieces; words take the place of their first piece.

    Windows without deeds count ``weight`` times.
    """
    n, k = size, max(_DEEDS[length], *(len(one.sample.deeds) for one in chosen))
    # Few distinct shapes: each is compiled.
    k = 1 << (k - 1).bit_length()
    vectors = np.zeros((n, length, HIDDEN), np.float32)
    mask = np.zeros((n, length), np.float32)
    weights = np.zeros(n, np.float32)
    actions = np.full((n, length), IGNORED, np.int32)
    heads = np.zeros((n, length), np.float32)
    deeds = np.zeros((n, k), np.int32)
    classes = np.full((n, k, 3), IGNORED, np.int32)
    good = np.zeros((n, k, len(SLOTS), length + 1), np.float32)
    for row, one in enumerate(chosen):
        window, own = one.sample.window, one.sample.deeds
        at = np.array([*window.at, length])
        vectors[row, : len(window.pieces)] = one.vectors
        mask[row, : len(window.pieces)] = 1
        weights[row] = 1.0 if own else weight
        actions[row, at[:-1]] = one.sample.actions
        heads[row, at[:-1]] = 1
        for number, deed in enumerate(own):
            deeds[row, number] = at[deed.word]
            classes[row, number] = (deed.voice, deed.polarity, deed.reality)
            for slot, fillers in enumerate(deed.slots):
                good[row, number, slot, at[list(fillers)]] = 1
    return {
        "vectors": vectors, "mask": mask, "weights": weights, "actions": actions, "heads": heads, "deeds": deeds, "classes": classes,
        "good": good,
    }  # fmt: skip


def batches(samples: Sequence[Read], places: Sequence[int], plan: Plan) -> Iterator[tuple[list[int], int]]:
    """Split places of samples into batches of one length (given with each) and about equal numbers of pieces."""
    groups: dict[int, list[int]] = {}
    for place in places:
        groups.setdefault(_length(samples[place].sample), []).append(place)
    for length, own in sorted(groups.items()):
        size = max(1, plan.tokens // length)
        for at in range(0, len(own), size):
            yield own[at : at + size], length


def epochs(samples: Sequence[Read], plan: Plan) -> list[list[tuple[list[int], int]]]:
    """Each epoch's batches: all windows with deeds, and in turn one half or the other of those without."""
    rng = np.random.default_rng(plan.seed)
    full = [place for place, one in enumerate(samples) if one.sample.deeds]
    empty = rng.permutation([place for place, one in enumerate(samples) if not one.sample.deeds]).tolist()
    found = []
    for number in range(plan.epochs):
        chosen = np.array(full + empty[number % 2 :: 2])
        groups = list(batches(samples, chosen[rng.permutation(len(chosen))].tolist(), plan))
        found.append([groups[k] for k in rng.permutation(len(groups)).tolist()])
    return found


def scores(params: Params, data: dict[str, Any], key: Any, plan: Plan) -> tuple[Any, Any]:
    """Class scores of every piece, and slot scores of the deeds over words and the empty slot."""
    keys, rate = (None, None) if key is None else tuple(jax.random.split(key)), plan.dropout
    hidden = encode(rounded(params["layers"], plan.levels), data["vectors"], data["mask"], keys[0], rate)
    hidden = dropped(hidden, keys[1], rate)
    chosen = jnp.take_along_axis(hidden, data["deeds"][..., None], 1)
    found = pointers(params["heads"], chosen, hidden, data["deeds"])
    allowed = jnp.concatenate([data["heads"], jnp.ones_like(data["heads"][:, :1])], 1)
    return linear(hidden, params["heads"]["classes"]), jnp.where(allowed[:, None, None] > 0, found, -1e4)


def rounded(layers: list[Params], levels: int) -> list[Params]:
    """Layers as they will be stored, where that makes a difference."""
    if levels > _COARSE:
        return layers
    return [{name: p | {"w": coarse(p["w"], levels, 0)} if "w" in p else p for name, p in layer.items()} for layer in layers]


def loss(params: Params, data: dict[str, Any], key: Any, plan: Plan) -> Any:
    """Weighed mean over the windows of the sums of their losses."""
    classes, slots = scores(params, data, key, plan)
    action, rest = classes[..., : _CUTS[0]], jnp.take_along_axis(classes[..., _CUTS[0] :], data["deeds"][..., None], 1)
    total = (_cross_entropy(action, data["actions"]).sum(1) * data["weights"]).sum()
    parts = jnp.split(rest, [cut - _CUTS[0] for cut in _CUTS[1:]], -1)
    for number, (part, weight) in enumerate(zip(parts, (plan.voice, plan.polarity, plan.reality), strict=True)):
        total += weight * _cross_entropy(part, data["classes"][..., number]).sum()
    shares = jax.nn.log_softmax(slots, -1)
    right = jax.nn.logsumexp(jnp.where(data["good"] > 0, shares, -1e4), -1)
    known = data["good"].max(-1)
    total -= (right * known * jnp.array(plan.slots)).sum()
    return total / (data["weights"].sum() + 1e-6)


def _cross_entropy(logits: Any, labels: Any) -> Any:
    shares = jax.nn.log_softmax(logits, -1)
    picked = jnp.take_along_axis(shares, jnp.maximum(labels, 0)[..., None], -1)[..., 0]
    return -picked * (labels >= 0)


@partial(jax.jit, static_argnames="plan")
def step(params: Params, moments: tuple[Params, Params], count: Any, total: Any, data: dict[str, Any], plan: Plan) -> Any:
    """One update of AdamW with warm-up and linear decay: new parameters, new moments, the loss."""
    key = jax.random.fold_in(jax.random.key(plan.seed, impl="unsafe_rbg"), count)
    value, grads = jax.value_and_grad(loss)(params, data, key, plan)
    norm = jnp.sqrt(sum(jnp.vdot(g, g) for g in jax.tree.leaves(grads)))
    scale = jnp.minimum(1.0, plan.clip / (norm + 1e-6))
    done = (count + 1) / total
    pace = jnp.minimum(done / plan.warm_up, (1 - done) / (1 - plan.warm_up))
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g * scale, moments[0], grads)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * jnp.square(g * scale), moments[1], grads)
    one, two = 1 - 0.9 ** (count + 1), 1 - 0.999 ** (count + 1)

    def change(rate: float) -> Callable[..., Any]:
        return lambda p, m, v: p - pace * rate * ((m / one) / (jnp.sqrt(v / two) + 1e-8) + (plan.decay if p.ndim > 1 else 0.0) * p)

    rates = {"layers": plan.encoder_rate, "heads": plan.head_rate}
    changed = {name: jax.tree.map(change(rate), params[name], first[name], second[name]) for name, rate in rates.items()}
    return changed, (first, second), value


def fit(samples: Sequence[Read], encoder: Params, plan: Plan, start: Params | None = None) -> Params:
    """Fine-tune the upper layers with fresh heads, or go on from ``start``: parameters ``layers`` and ``heads``."""
    params: Params = jax.tree.map(jnp.asarray, start or {"layers": encoder["layers"][plan.fixed :], "heads": fresh_heads(plan.seed)})
    zeros = jax.tree.map(jnp.zeros_like, params)
    moments = (zeros, zeros)
    rounds = epochs(samples, plan)
    total, count = np.float32(sum(map(len, rounds))), 0
    for number, groups in enumerate(rounds):
        losses = []
        for places, length in groups:
            data = batch([samples[place] for place in places], length, max(1, plan.tokens // length), _EMPTY_WEIGHT)
            params, moments, value = step(params, moments, np.int32(count), total, data, plan)
            losses.append(float(value))
            count += 1
        log.info("epoch %d of %d: loss %.4f", number + 1, plan.epochs, sum(losses) / len(losses))
    trained: Params = jax.tree.map(np.asarray, params)
    return trained


def predict(samples: Sequence[Read], params: Params, plan: Plan) -> Iterator[tuple[int, NDArray[np.float32], NDArray[np.float32]]]:
    """For each sample its place, the hidden vectors [length, HIDDEN] and the class scores [length, classes] of its pieces."""
    run = jax.jit(_read_out)
    params = jax.tree.map(jnp.asarray, {**params, "layers": rounded(params["layers"], plan.levels)})
    for places, length in batches(samples, range(len(samples)), plan):
        data = batch([samples[place] for place in places], length, max(1, plan.tokens // length))
        hidden, classes = run(params, data["vectors"], data["mask"])
        for row, place in enumerate(places):
            size = len(samples[place].sample.window.pieces)
            yield place, np.asarray(hidden[row, :size]), np.asarray(classes[row, :size])


def _read_out(params: Params, vectors: Any, mask: Any) -> tuple[Any, Any]:
    hidden = encode(params["layers"], vectors, mask, None, 0.0)
    return hidden, linear(hidden, params["heads"]["classes"])
