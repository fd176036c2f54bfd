from __future__ import annotations

import lzma
from collections.abc import Callable
from pathlib import Path

import onnxruntime
import pytest

from pipelines.core.errors import LexiconError
from pipelines.extraction import weights
from pipelines.extraction.neural import mix, model
from pipelines.extraction.neural.model import Encoder, encoder_version
from pipelines.extraction.stages.parse import Parsed

SIZES = ("small", "large")


@pytest.fixture(scope="module", params=SIZES)
def encoder(request: pytest.FixtureRequest) -> Encoder:
    return Encoder.load(model.DATA / request.param)


@pytest.mark.parametrize("damage", [b"no network", lzma.compress(b"no network"), lzma.compress(b"no network")[:-4]])
def test_a_damaged_encoder_is_named(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / model.ENCODER).write_bytes(damage)
    with pytest.raises(LexiconError, match=r"encoder\.onnx\.xz cannot be loaded"):
        Encoder.load(tmp_path)


def test_the_version_names_the_file_and_the_runtime() -> None:
    assert encoder_version("small").startswith("small encoder ")
    assert onnxruntime.__version__ in encoder_version("small")
    assert encoder_version("large") != encoder_version("small")


def test_a_deed_its_type_and_its_parties(encoder: Encoder, parse: Callable[..., Parsed]) -> None:
    unit = parse("Police arrested two students in Lagos on Friday.")
    reading = encoder.read([unit])
    at = unit.lower.index("arrested")
    shares = reading.shares("action", 0, at)
    assert max(shares, key=lambda name: shares[name]) == "COERCE"
    assert reading.shares("action", 0, unit.lower.index("friday"))["NONE"] > 0.9
    for slot, words in (("actor", {"police"}), ("target", {"two", "students"})):
        found, _ = reading.fillers(slot, 0, at)
        assert unit.lower[max(found, key=lambda one: found[one])[1]] in words


def test_scores_do_not_depend_on_what_else_is_read(encoder: Encoder, parse: Callable[..., Parsed]) -> None:
    units = [parse("Rebels seized the port.", "title"), parse("Police arrested two students. " * 30, "body")]
    alone = encoder.read(units).shares("voice", 0, 1)
    reading = encoder.read(units)
    for word in range(0, len(units[1].words), 7):
        reading.shares("voice", 1, word)
    assert reading.windows_read > 1
    assert reading.shares("voice", 0, 1) == alone


@pytest.mark.parametrize("text", ["ОБСЕ 联合国 🙂", "\u200b.", "a" * 3000, "!" * 700])
def test_odd_text_is_read(encoder: Encoder, parse: Callable[..., Parsed], text: str) -> None:
    unit = parse(text, "body")
    reading = encoder.read([unit])
    for word in range(len(unit.words)):
        assert sum(reading.shares("action", 0, word).values()) == pytest.approx(1, abs=1e-4)


def test_the_shipped_files_stay_small() -> None:
    large, small = (sum(path.stat().st_size for path in (model.DATA / size).iterdir()) for size in ("large", "small"))
    learned = sum(path.stat().st_size for path in weights.DATA.glob("*.npz"))
    assert large < 30 * 2**20
    assert learned + small < 8 * 2**20, "what the default extractor has learned"


GOOD = """
ask = 0.05
[shares]
action = 0.4
actor = 0.4
target = 0.4
place = 0.4
voice = 0.1
polarity = 0.1
reality = 0.1
[settings]
threshold = 0.3
[curves.items]
raw = [0.2, 0.8]
right = [0.3, 0.9]
"""


def test_a_mix_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mix.toml"
    path.write_text(GOOD, "utf-8")
    found = mix.load_mix(path)
    assert (found.shares["voice"], found.settings["threshold"], found.curves[""][1], found.ask) == (0.1, 0.3, (0.3, 0.9), 0.05)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("voice = 0.1", ""),
        ("voice = 0.1", "voice = 1.5"),
        ("voice = 0.1", 'voice = "much"'),
        ("raw = [0.2, 0.8]", "raw = [0.2]"),
        ("ask = 0.05", "ask = "),
    ],
)
def test_a_mix_with_a_mistake_is_refused(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "mix.toml"
    path.write_text(GOOD.replace(old, new), "utf-8")
    with pytest.raises(LexiconError, match=r"mix\.toml"):
        mix.load_mix(path)


@pytest.mark.parametrize("size", SIZES)
def test_the_shipped_mix_is_sound(size: str) -> None:
    found = mix.load_mix(model.DATA / size / mix.MIX)
    assert 0 < found.settings["threshold"] < 1
    assert all(list(side) == sorted(side) for curve in found.curves.values() for side in curve)
