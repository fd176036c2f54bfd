"""The trained network as a compressed ONNX file with weights in few levels, and its vocabulary without pieces of other scripts.

Not here: training (fit.py), use (../model.py).
"""

from __future__ import annotations

import lzma
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.extraction.neural.classes import POINTER, SLOTS
from pipelines.extraction.neural.model import ENCODER, OUTPUTS, PIECES
from pipelines.extraction.neural.training.network import EPSILON, HEADS, HIDDEN, Params
from pipelines.extraction.neural.windows import MAX_PIECES

_OPSET = 20
_CONTRIB = "com.microsoft"
_FINE = 63
"""Levels of the output layers, which are small."""
_KEPT = re.compile(r"(?:##)?[!-~£€¥§°±²³µ·¼½¾×÷–—…‘’“”\u00c0-\u024f]+")
_MARK = re.compile(r"\[(?:PAD|UNK|CLS|SEP)\]")
_UNUSED = re.compile(r"\[.{2,}\]")


def kept_pieces(pieces: Sequence[str], limit: int | None = None, used: Mapping[int, int] | None = None) -> list[int]:
    """The numbers of the pieces that English text can hold; of more than ``limit`` all single characters and the most ``used``."""
    kept = [
        number for number, piece in enumerate(pieces) if _MARK.fullmatch(piece) or (_KEPT.fullmatch(piece) and not _UNUSED.fullmatch(piece))
    ]
    if limit is None or len(kept) <= limit:
        return kept
    short = {number for number in kept if _MARK.fullmatch(pieces[number]) or len(pieces[number].removeprefix("##")) == 1}
    counts = used or {}
    longer = sorted((number for number in kept if number not in short), key=lambda number: (-counts.get(number, 0), number))
    return sorted([*short, *longer[: limit - len(short)]])


def export(encoder: Params, trained: Params, pieces: Sequence[str], folder: Path, levels: int) -> None:
    """Write the network and its vocabulary into ``folder``; ``encoder`` holds the parts that were not tuned."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PIECES).write_text("".join(f"{piece}\n" for piece in pieces), "utf-8", newline="\n")
    layers = [*encoder["layers"][: len(encoder["layers"]) - len(trained["layers"])], *trained["layers"]]
    whole = {**encoder, "places": encoder["places"][:MAX_PIECES], "layers": layers}
    model = build(whole, trained["heads"], levels)
    # Few levels are many bytes alike: compression makes of them what packing would.
    (folder / ENCODER).write_bytes(lzma.compress(model.SerializeToString(deterministic=True), preset=9))


def packed(weights: NDArray[np.float32], levels: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Weights [in, out] as bytes from -levels to levels, and a scale per column."""
    scales = np.maximum(np.abs(weights).max(0), 1e-9) / levels
    return np.round(weights / scales).astype(np.int8), scales.astype(np.float32)


class _Graph:
    def __init__(self, levels: int) -> None:
        self.levels = levels
        self.nodes: list[Any] = []
        self.arrays: list[Any] = []

    def array(self, name: str, value: Any, kind: Any = np.float32) -> str:
        from onnx import numpy_helper

        self.arrays.append(numpy_helper.from_array(np.ascontiguousarray(value, dtype=kind), name))
        return name

    def add(self, kind: str, inputs: Sequence[str], output: str, *, domain: str = "", **attributes: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(kind, list(inputs), [output], name=output, domain=domain, **attributes))
        return output

    def linear(self, x: str, name: str, p: Params, levels: int | None = None) -> str:
        """Product with weights kept as bytes; the activations are rounded to bytes on the way, with a scale per window."""
        data, scales = packed(p["w"], levels or self.levels)
        arrays = [self.array(f"{name}.w", data, np.int8), self.array(f"{name}.scales", scales)]
        arrays += [self.array(f"{name}.zero", np.zeros_like(data[0]), np.int8), self.array(f"{name}.b", p["b"])]
        return self.add("DynamicQuantizeMatMul", [x, *arrays], name, domain=_CONTRIB)

    def dense(self, x: str, name: str, p: Params) -> str:
        inner = self.add("MatMul", [x, self.array(f"{name}.w", p["w"])], f"{name}_w")
        return self.add("Add", [inner, self.array(f"{name}.b", p["b"])], name)

    def rows(self, at: str, name: str, table: NDArray[np.float32], levels: int = _FINE) -> str:
        """Rows of a table that is kept as bytes with a scale per row."""
        scales = np.maximum(np.abs(table).max(1, keepdims=True), 1e-9) / levels
        data = self.add("Gather", [self.array(f"{name}.table", np.round(table / scales), np.int8), at], f"{name}_bytes")
        own = self.add("Gather", [self.array(f"{name}.scales", scales), at], f"{name}_scales")
        return self.add("Mul", [self.add("Cast", [data], f"{name}_floats", to=1), own], name)

    def split(self, x: str, outputs: Sequence[str]) -> None:
        from onnx import helper

        self.nodes.append(helper.make_node("Split", [x], list(outputs), axis=-1, num_outputs=len(outputs)))

    def normed(self, x: str, name: str, p: Params) -> str:
        return self.add(
            "LayerNormalization", [x, self.array(f"{name}.g", p["g"]), self.array(f"{name}.b", p["b"])], name, axis=-1, epsilon=EPSILON
        )


def build(encoder: Params, heads: Params, levels: int) -> Any:
    """The network of network.py as an ONNX graph: ``pieces`` [1, length] and ``at`` [words] in, rows per word out (see reading.Passage)."""
    from onnx import TensorProto, helper

    g = _Graph(levels)
    x = g.rows("pieces", "embedded", encoder["words"], levels)
    x = g.normed(g.add("Add", [x, _places(g, encoder["places"])], "placed"), "norm", encoder["norm"])
    for number, layer in enumerate(encoder["layers"]):
        x = _layer(g, x, f"layer{number}", layer)
    flat = g.add("Reshape", [x, g.array("flat", [-1, HIDDEN], np.int64)], "flat_hidden")
    hidden = g.add("Gather", [flat, "at"], "chosen", axis=0)
    _heads(g, hidden, heads)
    whole = helper.make_tensor_value_info
    inputs = [whole("pieces", TensorProto.INT64, [1, "length"]), whole("at", TensorProto.INT64, ["words_read"])]
    outputs = [whole(name, TensorProto.FLOAT, [None, None]) for name in OUTPUTS]
    graph = helper.make_graph(g.nodes, "encoder", inputs, outputs, g.arrays)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET), helper.make_opsetid(_CONTRIB, 1)])
    model.ir_version = 10
    return model


def _places(g: _Graph, places: Any) -> str:
    shape = g.add("Shape", ["pieces"], "shape")
    size = g.add("Gather", [shape, g.array("second", 1, np.int64)], "size")
    numbers = g.add("Range", [g.array("start", 0, np.int64), size, g.array("one", 1, np.int64)], "place_numbers")
    return g.rows(numbers, "places", places)


def _layer(g: _Graph, x: str, name: str, p: Params) -> str:
    parts = ("query", "key", "value")
    whole = {key: np.concatenate([p[part][key] for part in parts], -1) for key in ("w", "b")}
    split = [f"{name}.{part}" for part in parts]
    g.split(g.linear(x, f"{name}.qkv", whole), split)
    seen = g.add("MultiHeadAttention", split, f"{name}.seen", domain=_CONTRIB, num_heads=HEADS)
    x = g.normed(g.add("Add", [x, g.linear(seen, f"{name}.mix", p["mix"])], f"{name}.sum1"), f"{name}.norm1", p["norm1"])
    wide = g.add("Gelu", [g.linear(x, f"{name}.wide", p["wide"])], f"{name}.gelu")
    return g.normed(g.add("Add", [x, g.linear(wide, f"{name}.narrow", p["narrow"])], f"{name}.sum2"), f"{name}.norm2", p["norm2"])


def _heads(g: _Graph, hidden: str, heads: Params) -> None:
    """Class scores, and the pointers' vectors: a deed's with the pairing folded in, a filler's, and the score of the empty slot."""
    width = len(SLOTS) * POINTER
    g.dense(hidden, "classes", heads["classes"])
    deed = g.add("Relu", [g.linear(hidden, "deed_raw", heads["deed"], _FINE)], "deed_relu")
    g.add("Relu", [g.linear(hidden, "filler_raw", heads["filler"], _FINE)], "filler")
    pairing, empty = np.zeros((width, width), np.float32), np.zeros((width, len(SLOTS)), np.float32)
    for slot in range(len(SLOTS)):
        span = slice(slot * POINTER, (slot + 1) * POINTER)
        pairing[span, span] = heads["pair"][slot]
        empty[span, slot] = heads["empty"]["w"][slot]
    g.dense(deed, "deed", {"w": pairing, "b": heads["lone"].reshape(-1)})
    g.dense(deed, "empty", {"w": empty, "b": heads["empty"]["b"]})
    g.add("Identity", [g.array("near.table", heads["near"])], "near")
