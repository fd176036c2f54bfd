"""The tables against random worlds: what is planted is found, what is not planted is not claimed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.worlds.making import make_world
from tests.support.worlds.plan import RETENTION, World
from tests.support.worlds.running import build_worlds, run_worlds
from tests.support.worlds.verdicts import Verdict, tally

WORLDS, MATCHED_BY_TRUTH = 9, 6
# With our own matching, look-alikes of one group in one town on two days are still merged too often (docs/accuracy.md).
REST_ON_EVENTS = (
    "article in its deed",
    "corroboration",
    "standing",
    "claims",
    "event_outlet",
    "actor left out",
    "toll",
    "a rising",
    "edit:",
    "finding",
)


@dataclass(frozen=True)
class Judged:
    """Verdicts on worlds that were matched by the truth, and on others that were matched by our code."""

    ideal: list[Verdict]
    real: list[Verdict]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    worlds = [make_world(seed, place) for place, seed in enumerate(range(1, WORLDS + 1))]
    verdicts, _ = build_worlds(worlds, tmp_path_factory.mktemp("worlds"), ideal=range(MATCHED_BY_TRUTH))
    ideal = {f"world {world.seed}:" for world in worlds[:MATCHED_BY_TRUTH]}
    return Judged(
        [v for v in verdicts if v.what.split(" ", 2)[0] + " " + v.what.split(" ", 2)[1] in ideal],
        [v for v in verdicts if v.what.split(" ", 2)[0] + " " + v.what.split(" ", 2)[1] not in ideal],
    )


def _told(verdicts: list[Verdict]) -> str:
    return "\n".join(f"{'missed' if v.planted else 'wrong'} {v.kind}: {v.what}" for v in verdicts if v.planted != v.claimed)[:4000]


def test_marts_say_what_is_so_when_matching_is_right(judged: Judged) -> None:
    """Each kind of fact by itself, so that a rare kind cannot hide behind a common one."""
    for kind in sorted({v.kind for v in judged.ideal}):
        found = [v for v in judged.ideal if v.kind == kind]
        counts = tally(found)
        assert counts.found >= 0.97 * counts.planted and counts.wrong <= max(1, 0.01 * counts.claims), f"{kind}\n{_told(found)}"
    total = tally(judged.ideal)
    assert total.found_rate >= 0.998 and total.wrong_rate <= 0.001, _told(judged.ideal)


def test_facts_of_many_kinds_are_planted(judged: Judged) -> None:
    """A test-bed that plants nothing would find everything."""
    planted = {v.kind for v in judged.ideal if v.planted}
    assert len(planted) >= 30
    assert planted >= {"not found where there is nothing", "one origin", "tolls that no rise explains", "claims: denial", "order unclear"}


def test_our_own_matching(judged: Judged) -> None:
    """The floors: .95 found and .01 wrongly claimed, and for copies .90 and .03."""
    firm = [v for v in judged.real if not v.kind.startswith(REST_ON_EVENTS)]
    assert tally(firm).found_rate >= 0.98 and tally(firm).wrong_rate <= 0.01, _told(firm)
    copies = tally(v for v in judged.real if v.kind.startswith("copy"))
    assert copies.wrong_rate <= 0.03 and copies.found_rate >= 0.90
    everything = tally(judged.real)
    assert everything.found_rate >= 0.95 and everything.wrong_rate <= 0.01, _told(judged.real)


def _outage_worlds() -> list[World]:
    worlds = (make_world(seed) for seed in range(200))
    return [w for w in worlds if any(r.outage and r.outage[1] - r.outage[0] > RETENTION for r in w.newsrooms)]


def test_worlds_are_what_they_say() -> None:
    """Half of the worlds have a long outage; all have look-alikes, and texts whose spans are right."""
    assert 60 <= len(_outage_worlds()) <= 140
    for seed in range(20):
        world = make_world(seed)
        assert sum(story.alike is not None for story in world.stories) == 2
        for article in world.articles():
            for state in article.states:
                for unit, offset, sentence in state.text.claims():
                    text = state.text.title.text if unit == "title" else state.text.summary_text()
                    claim = sentence.claim
                    assert claim is not None
                    for part in (
                        claim.trigger,
                        claim.cue,
                        *(p[0] for p in (claim.actor, claim.target, claim.place, claim.day, claim.speaker, claim.figure) if p),
                    ):
                        assert part is None or text[offset + part.start : offset + part.start + len(part.text)] == part.text


def test_a_world_is_made_of_its_seed_alone() -> None:
    assert make_world(5) == make_world(5)
    assert make_world(5) != make_world(6)


@pytest.mark.soak
def test_two_hundred_worlds(tmp_path: Path) -> None:
    """What the issue asks for, with the marts alone: .95 found and .01 wrongly claimed are the floors, .99 and .001 the aims."""
    verdicts = run_worlds(range(1, 201), tmp_path, "ideal")
    total = tally(verdicts)
    assert total.found_rate >= 0.99 and total.wrong_rate <= 0.001, _told(verdicts)


@pytest.mark.soak
def test_worlds_through_feeds_and_extractor(tmp_path: Path) -> None:
    """The whole way: what does not rest on mentions is as sure as before; what does is bounded by the extractor."""
    verdicts = run_worlds(range(1, 5), tmp_path, "feeds")
    sure = (
        "copy",
        "one origin",
        "direction",
        "covered",
        "not found",
        "clearly first",
        "order unclear",
        "edit",
        "headline changed",
        "latest",
        "article in its story",
    )
    firm = [v for v in verdicts if v.kind.startswith(sure) and not v.kind.startswith("edit:")]
    assert tally(firm).found_rate >= 0.95 and tally(firm).wrong_rate <= 0.01, _told(firm)
    assert tally(verdicts).found_rate >= 0.70
