"""What two texts share, over gaps."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipelines.articles.passages import GAP, Passage, longest_passage
from pipelines.articles.records import ArticleVersion
from pipelines.articles.shingles import gram_hashes, read_document

Share = Callable[..., Passage]
HEAD = "the council of Lune voted to close the harbour"
TAIL = "after divers found cracks below the quay"


@pytest.fixture
def share(version: Callable[..., ArticleVersion]) -> Share:
    def make(a: str, b: str, stock: str = "") -> Passage:
        one, two = (
            read_document(version(outlet, text, "A headline"), i, i, 5) for i, (outlet, text) in enumerate((("lune", a), ("faro", b)))
        )
        return longest_passage(one, two, frozenset(gram_hashes(stock.lower().split()).tolist()))

    return make


def test_a_passage_goes_on_behind_a_gap_and_only_common_words_count(share: Share) -> None:
    passage = share(f"Today {HEAD} {TAIL}, it said.", f"On Monday {HEAD} for nine long weeks {TAIL} of Faro.")
    assert (passage.length, passage.evidence) == (16, f"{HEAD} … {TAIL}")
    assert passage.gaps == [((), ("for", "nine", "long", "weeks"))]


def test_a_gap_is_small_and_no_longer_than_what_it_parts(share: Share) -> None:
    clause = " ".join("abcdefghi"[: GAP + 1])
    assert share(f"{HEAD} {TAIL}", f"{HEAD} {clause} {TAIL}").evidence == HEAD
    assert share(f"{HEAD} {TAIL}", f"{HEAD} {clause[:-2]} {TAIL}").length == 16
    assert share("we saw the boats go down at once", "we saw the a b c d e f g go down at").evidence == "we saw the"


def test_another_name_in_the_same_frame_is_another_statement(share: Share) -> None:
    """Invented worlds fill one frame with many people: 596 false copies. A day is no name, and neither is a name that one text adds."""
    frame = f"{HEAD} {{}} {TAIL}"
    assert share(frame.format("on the advice of Anna Marr"), frame.format("on the advice of Ben Sorel")).length == 13
    assert share(frame.format("on the advice of Anna Marr"), frame.format("on the advice of engineer Marr")).length == 21
    assert share(frame.format("on Monday"), frame.format("Tuesday at noon")).length == 16


def test_runs_in_another_order_are_no_passage(share: Share) -> None:
    assert share(f"{HEAD} {TAIL}", f"{TAIL} {HEAD}").evidence == HEAD


def test_hyphenated_words_count_as_their_parts(share: Share) -> None:
    passage = share("The 23-year-old was part of a search-and-rescue crew.", "The 23-year-old was part of a search and rescue crew.")
    assert passage.length == 12


def test_stock_phrases_are_left_out(share: Share) -> None:
    assert share(f"{HEAD} soon {TAIL}", f"{HEAD} again {TAIL}", stock=TAIL).evidence == HEAD
    assert share("", "").runs == ()


def test_own_words_are_neither_names_nor_numbers_nor_function_words(share: Share) -> None:
    name = "the High-Level General Debate of the 76th Session of the United Nations General Assembly in New York"
    assert share(f"Lune spoke at {name}.", f"Faro heard of {name}.").own_words == 0
    assert share("There were those who would have been with them", "There were those who would have been with them").own_words == 0
    assert share(HEAD, HEAD).own_words == 4
    line = "Write to desk@lune-post.example or call the number below"
    assert share(line, line).own_words == 4


def test_what_either_quotes_is_nobodys_own(share: Share) -> None:
    assert share(f'He said: "{HEAD}."', f"He said that {HEAD}.").own_words == 0
    assert share(f"He said that {HEAD}.", f"He said: “{HEAD}.”").own_words == 0


def test_a_quotation_ends_with_its_paragraph(share: Share) -> None:
    """One mark that is missing must not turn quoted and unquoted round for the rest of the text."""
    assert share(f'<p>He said: "Never.</p><p>{HEAD} {TAIL}</p>', f"{HEAD} {TAIL}").own_words == 10
