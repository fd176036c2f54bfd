"""Softmax regression and softmax ranking with L2, fitted by L-BFGS; numpy only, deterministic.

Not here: features, labels, files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.extraction.weights import LinearModel

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sparse:
    """A binary matrix in coordinate form: row ``rows[k]`` has feature ``columns[k]``; sorted by row."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    n_rows: int
    names: NDArray[np.uint32]


def to_sparse(bags: Sequence[Sequence[int]], minimum: int = 2) -> Sparse:
    """Index hashed features, leaving out those that fewer than ``minimum`` rows have."""
    lengths = [len(bag) for bag in bags]
    flat = np.fromiter((f for bag in bags for f in bag), dtype=np.uint32, count=sum(lengths))
    rows = np.repeat(np.arange(len(bags)), lengths)
    names, inverse, counts = np.unique(flat, return_inverse=True, return_counts=True)
    keep = counts >= minimum
    place = np.cumsum(keep) - 1
    chosen = keep[inverse]
    return Sparse(rows[chosen], place[inverse[chosen]], len(bags), names[keep])


def minimise(
    function: Callable[[Doubles], tuple[float, Doubles]], start: Doubles, iterations: int, memory: int = 8, tolerance: float = 1e-5
) -> Doubles:
    """L-BFGS with a backtracking line search."""
    x = start.copy()
    value, gradient = function(x)
    steps: list[tuple[Doubles, Doubles, float]] = []
    for number in range(iterations):
        direction = -_two_loop(gradient, steps)
        slope = float(direction @ gradient)
        if slope >= 0:
            direction, slope, steps = -gradient, -float(gradient @ gradient), []
        size = 1.0 if steps else min(1.0, 1.0 / (np.abs(gradient).sum() + 1e-12))
        for _ in range(25):
            new_x = x + size * direction
            new_value, new_gradient = function(new_x)
            if new_value <= value + 1e-4 * size * slope:
                break
            size *= 0.5
        else:
            break
        s, y = new_x - x, new_gradient - gradient
        curvature = float(s @ y)
        if curvature > 1e-12:
            steps = [*steps[-(memory - 1) :], (s, y, 1.0 / curvature)]
        improved = (value - new_value) / max(1.0, abs(value))
        x, value, gradient = new_x, new_value, new_gradient
        if number > 5 and improved < tolerance:
            break
    return x


def _two_loop(gradient: Doubles, steps: list[tuple[Doubles, Doubles, float]]) -> Doubles:
    q = gradient.copy()
    alphas = []
    for s, y, rho in reversed(steps):
        alpha = rho * float(s @ q)
        alphas.append(alpha)
        q -= alpha * y
    if steps:
        s, y, _ = steps[-1]
        q *= float(s @ y) / float(y @ y)
    for (s, y, rho), alpha in zip(steps, reversed(alphas), strict=True):
        q += s * (alpha - rho * float(y @ q))
    return q


def fit_classes(
    bags: Sequence[Sequence[int]], labels: Sequence[int], classes: Sequence[str], *, l2: float, dense: NDArray[np.float32] | None = None,
    dense_l2: float = 1.0, iterations: int = 60, weights: Doubles | None = None, minimum: int = 2,
) -> LinearModel:  # fmt: skip
    """Softmax regression over hashed features (and dense ones)."""
    x = to_sparse(bags, minimum)
    n, k, m = len(bags), len(classes), len(x.names)
    d = dense.shape[1] if dense is not None else 0
    extra = dense.astype(np.float64) if dense is not None else np.zeros((n, 0))
    y = np.asarray(labels)
    w = np.ones(n) if weights is None else weights
    ones = np.zeros((n, k))
    ones[np.arange(n), y] = 1

    def function(flat: Doubles) -> tuple[float, Doubles]:
        table, other = flat[: m * k].reshape(m, k), flat[m * k :].reshape(d, k)
        columns = np.ascontiguousarray(table.T)
        scores = np.stack([np.bincount(x.rows, weights=column[x.columns], minlength=n) for column in columns], axis=1) + extra @ other
        scores -= scores.max(axis=1, keepdims=True)
        powers = np.exp(scores)
        total = powers.sum(axis=1, keepdims=True)
        loss = float((w * (np.log(total[:, 0]) - scores[np.arange(n), y])).sum())
        delta = (powers / total - ones) * w[:, None]
        turned = np.ascontiguousarray(delta.T)
        gradient = np.stack([np.bincount(x.columns, weights=part[x.rows], minlength=m) for part in turned], axis=1) + l2 * table
        other_gradient = extra.T @ delta + dense_l2 * other
        loss += 0.5 * l2 * float((table**2).sum()) + 0.5 * dense_l2 * float((other**2).sum())
        return loss, np.concatenate([gradient.ravel(), other_gradient.ravel()])

    flat = minimise(function, np.zeros((m + d) * k), iterations)
    table = flat[: m * k].reshape(m, k).astype(np.float32)
    return LinearModel(tuple(classes), {int(h): r for r, h in enumerate(x.names)}, table, flat[m * k :].reshape(d, k).astype(np.float32))


def fit_ranker(
    groups: Sequence[Sequence[Sequence[int]]], positives: Sequence[Sequence[int]], *, l2: float,
    dense: Sequence[NDArray[np.float32]] | None = None, dense_l2: float = 1.0, iterations: int = 60, minimum: int = 2,
) -> LinearModel:  # fmt: skip
    """Softmax over each group's choices; the probability of all its ``positives`` together is maximised. ``dense`` has a row per choice."""
    bags = [bag for group in groups for bag in group]
    x = to_sparse(bags, minimum)
    n, m = len(bags), len(x.names)
    extra = np.concatenate(dense).astype(np.float64) if dense else np.zeros((n, 0))
    sizes = np.array([len(group) for group in groups])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    group_of = np.repeat(np.arange(len(groups)), sizes)
    good = np.zeros(n)
    for start, chosen in zip(starts.tolist(), positives, strict=True):
        good[[start + c for c in chosen]] = 1

    def function(flat: Doubles) -> tuple[float, Doubles]:
        table, other = flat[:m], flat[m:]
        scores = np.bincount(x.rows, weights=table[x.columns], minlength=n) + extra @ other
        scores -= np.maximum.reduceat(scores, starts)[group_of]
        powers = np.exp(scores)
        total = np.add.reduceat(powers, starts)
        right = np.add.reduceat(powers * good, starts) + 1e-300
        loss = float((np.log(total) - np.log(right)).sum())
        delta = powers / total[group_of] - powers * good / right[group_of]
        gradient = np.bincount(x.columns, weights=delta[x.rows], minlength=m) + l2 * table
        loss += 0.5 * l2 * float(table @ table) + 0.5 * dense_l2 * float(other @ other)
        return loss, np.concatenate([gradient, extra.T @ delta + dense_l2 * other])

    flat = minimise(function, np.zeros(m + extra.shape[1]), iterations).reshape(-1, 1).astype(np.float32)
    return LinearModel(("",), {int(h): r for r, h in enumerate(x.names)}, flat[:m], flat[m:])
