from __future__ import annotations

from pipelines.extraction.explain import explain


def test_shows_each_stage(extractor) -> None:
    found = explain("Rebels attacked the port, police said.", extractor)
    (sentence,) = found.sentences
    assert [word.text for word in sentence.words][:2] == ["Rebels", "attacked"]
    (attacked,) = [c for c in sentence.candidates if c.text == "attacked"]
    assert attacked.kept
    assert attacked.probabilities[0][0] == "ASSAULT"
    assert any(sense.startswith("+ASSAULT") for sense in attacked.senses)
    assert ("Rebels", "subj") in attacked.phrases
    assert [(source.source, source.cue) for source in sentence.sources] == [("police", "said")]
    assert [m.trigger for m in found.mentions] == ["attacked"]
    assert found.extractor_version == extractor.version


def test_an_empty_text_explains_itself(extractor) -> None:
    found = explain("", extractor)
    assert (found.sentences, found.mentions, found.extraction.status) == ((), (), "empty")
