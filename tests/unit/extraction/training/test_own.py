"""The labelled items of our own are what the codebook says they are, and the offsets lead to the labelled words."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.core.errors import LexiconError
from pipelines.extraction.predicates import ACTIONS
from pipelines.extraction.training import own
from pipelines.extraction.training.fit import POLARITIES, REALITIES, VOICES

INVENTED = own.invented()


def test_every_invented_trigger_stands_where_its_span_says() -> None:
    for item in INVENTED:
        for mention in item["mentions"]:
            start, end = mention["span"]
            assert item[mention["unit"]][start:end] == mention["trigger"], (item["item"], mention)


@pytest.mark.parametrize("phrase", ["actor", "target", "place", "speaker"])
def test_every_invented_phrase_stands_in_its_item(phrase: str) -> None:
    for item in INVENTED:
        text = "\n".join(item.get(unit) or "" for unit in ("title", "summary", "body"))
        for mention in item["mentions"]:
            assert mention[phrase] is None or mention[phrase] in text, (item["item"], mention)


def test_the_labels_use_the_codebook_s_values() -> None:
    for item in INVENTED:
        for mention in item["mentions"]:
            assert mention["action"] in ACTIONS
            assert mention["voice"] in VOICES
            assert mention["polarity"] in POLARITIES
            assert mention["reality"] in REALITIES
            assert not (mention["action"] == "INCIDENT" and mention["actor"])
            assert not (mention["voice"] == "outlet" and mention["speaker"])


def test_rare_values_have_examples_enough_to_learn_from() -> None:
    mentions = [mention for item in INVENTED for mention in item["mentions"]]
    assert sum(m["polarity"] != "positive" for m in mentions) >= 200
    assert {m["action"] for m in mentions} == set(ACTIONS)


def test_real_labels_read_their_words_from_the_archive(shared: Path) -> None:
    items = own.real(shared / "real" / "feeds")
    assert len(items) >= 700
    for item in items:
        for mention in item["mentions"]:
            start, end = mention["span"]
            assert item[mention["unit"]][start:end] == mention["trigger"]
            assert mention["trigger"].strip() == mention["trigger"] != ""


def test_another_archive_is_refused_with_the_entry_s_name(shared: Path, tmp_path: Path) -> None:
    rows = (own.DATA / "real.jsonl").read_text(encoding="utf8").splitlines()[:1]
    changed = rows[0].replace('"texts": "', '"texts": "0')
    path = tmp_path / "real.jsonl"
    path.write_text(changed + "\n", encoding="utf8")
    with pytest.raises(LexiconError, match="is not what was labelled"):
        own.real(shared / "real" / "feeds", path)
