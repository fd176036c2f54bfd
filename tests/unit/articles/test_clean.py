"""Raw to clean text: what goes, what stays letter for letter, and the way back."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.articles import boilerplate, mapping
from pipelines.articles.clean import CleanText, clean


def cleaned(raw: str, **options: object) -> CleanText:
    return clean(raw, **{"max_chars": 1000, "boilerplate": boilerplate.default(), **options})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("The ferry sank off Port Lune.", "The ferry sank off Port Lune."),
        ("<p>The <b>ferry</b> sank.</p>", "The ferry sank."),
        ("<p>First.</p>\n\n<p>Second.</p>", "First.\nSecond."),
        ("First.<br/><br>Second.", "First.\nSecond."),
        ("By  Agency  \n\nThe ferry", "By Agency\nThe ferry"),
        ("one\nline", "one line"),
        ("  padded\t text\u00a0 here ", "padded text here"),
        ("Smith &amp; Sons &#8217;open&#x2019; &eacute;", "Smith & Sons ’open’ é"),
        ("&unknown; &notanentity; R&D", "&unknown; &notanentity; R&D"),
        ("a<!-- <b>hidden</b> -->b<script>if (x<y) alert('z')</script>c<style>p{}</style>d", "abcd"),
        ("x <img src='p.gif' alt='a > b' width=1 height=1>y", "x y"),
        ("3 < 5 and 7 > 2, <3", "3 < 5 and 7 > 2, <3"),
        ("<td>one</td><td>two</td>", "one two"),
        ("<![CDATA[kept?]]> yes", "yes"),
        ("never ended <!-- comment", "never ended"),
        ("never ended <script>var x", "never ended"),
        ("«Déjà vu» – “naïve” ﬁ ①", "«Déjà vu» – “naïve” ﬁ ①"),
        ("e\u0301 stays decomposed", "e\u0301 stays decomposed"),
        ("", ""),
    ],
)
def test_markup_goes_and_letters_stay(raw: str, text: str) -> None:
    assert cleaned(raw).text == text


@pytest.mark.parametrize(
    ("raw", "text", "flags"),
    [
        ("&lt;p&gt;One &amp;quot;word&amp;quot;&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;", 'One "word"\nTwo', ("double_encoded",)),
        ("Tom &amp;amp; Ann", "Tom & Ann", ("double_encoded",)),
        ("How to use the &lt;b&gt; tag", "How to use the <b> tag", ("markup_in_text",)),
        ("zero\u200bwidth \u202eleft\u202c \ufeffbom soft\u00adhyphen", "zerowidth left bom softhyphen", ("hidden_characters",)),
        ("bell\x07 and \x00nul and lone \ud800 half", "bell and nul and lone half", ("hidden_characters",)),
        ("tag letters\U000e0041\U000e0042", "tag letters", ("hidden_characters",)),
        ("encoded&#8203;zero&zwnj;width", "encodedzerowidth", ("hidden_characters",)),
        ("می\u200cخواهم", "می\u200cخواهم", ()),
        ("👩\u200d🚒 rescues", "👩\u200d🚒 rescues", ()),
        ("&#xD800; &#1114112;", "\ufffd \ufffd", ()),
    ],
)
def test_what_is_odd_is_mended_and_flagged(raw: str, text: str, flags: tuple[str, ...]) -> None:
    result = cleaned(raw)
    assert (result.text, result.flags) == (text, flags)


def test_a_title_is_one_line_and_keeps_its_words() -> None:
    result = cleaned("Ferry sinks<br>Read more", boilerplate=None, single_line=True)
    assert result.text == "Ferry sinks Read more"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("The ferry sank. <a href='x'>Continue reading...</a>", "The ferry sank."),
        ("The ferry sank. Continue reading Ferry sinks off Port Lune →", "The ferry sank."),
        ("<p>The ferry sank.</p><p>The post <a>Ferry sinks</a> appeared first on <a>Lune Daily</a>.</p>", "The ferry sank."),
        ("The ferry sank. [&#8230;]", "The ferry sank."),
        ("The ferry sank. Read more", "The ferry sank."),
        ("The ferry sank … [Read more »]", "The ferry sank …"),
        ("The ferry sank. Read full story The post Ferry appeared first on Lune Daily", "The ferry sank."),
        ("March 3, 2031 5:00 AM<br/><br/>The ferry sank.", "The ferry sank."),
        ("Pupils read more than ever.", "Pupils read more than ever."),
        ("Children should read more", "Children should read more"),
        ("The post office appeared first on the list.", "The post office appeared first on the list."),
        ("On March 3, 2031 the ferry sank.", "On March 3, 2031 the ferry sank."),
    ],
)
def test_boilerplate_goes_and_sentences_stay(raw: str, text: str) -> None:
    assert cleaned(raw).text == text


def test_a_long_text_is_cut_between_words_and_flagged() -> None:
    result = cleaned("<p>" + "word " * 1000 + "</p>", max_chars=102)
    assert result.text == "word " * 19 + "word"
    assert result.flags == ("text_capped",)
    assert result.runs == [0, 3, len(result.text)]


def test_text_of_a_page_is_not_read_as_markup() -> None:
    result = cleaned("Use <b> and &amp; here.\nNext\u200b one.", plain=True)
    assert (result.text, result.flags) == ("Use <b> and &amp; here.\nNext one.", ("hidden_characters",))


_PIECES = st.sampled_from(
    [
        "word", "Łódź", "😀", " ", "  ", "\n", "\n\n", "\u00a0", "<p>", "</p>", "<b>", "</b>", "<br/>", "<!-- x -->", "<a href='y>'>", "<",
        ">", "&", "&amp;", "&lt;p&gt;", "&lt;/p&gt;", "&amp;amp;", "&nbsp;", "&#x200b;", "\u200b", "\u202e", "<script>", "</script>",
        "Read more", "[…]", "&#0;", "\x00", "\ud800", "'", '"', "&fjlig;", "&#13;", "\r\n",
    ]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=25).map("".join) | st.text(max_size=60), st.integers(1, 60), st.booleans(), st.booleans())
def test_every_run_leads_back_letter_for_letter(raw: str, max_chars: int, single_line: bool, plain: bool) -> None:
    result = cleaned(raw, max_chars=max_chars, single_line=single_line, plain=plain)
    text, runs = result.text, result.runs
    clean_end = raw_end = 0
    for i in range(0, len(runs), 3):
        clean_at, raw_at, length = runs[i : i + 3]
        assert length > 0
        assert clean_at >= clean_end
        assert raw_at >= raw_end
        assert text[clean_at : clean_at + length] == raw[raw_at : raw_at + length]
        clean_end, raw_end = clean_at + length, raw_at + length
    assert clean_end <= len(text) <= max_chars
    assert text == text.strip(" \n")
    assert not set(text) & set("\u200b\u202e\x00\r\t\ud800")
    assert "  " not in text
    assert "\n" not in text or not single_line
    text.encode()


@given(st.lists(_PIECES, max_size=25).map("".join), st.data())
def test_a_clean_span_lies_within_its_raw_span(raw: str, data: st.DataObject) -> None:
    result = cleaned(raw)
    start = data.draw(st.integers(0, len(result.text)))
    end = data.draw(st.integers(start, len(result.text)))
    low, high = mapping.raw_span(result.runs, start, end, len(raw))
    assert 0 <= low <= high <= len(raw)
    for i in range(0, len(result.runs), 3):
        clean_at, raw_at, length = result.runs[i : i + 3]
        if clean_at <= start and end <= clean_at + length and start < end:
            assert (low, high) == (raw_at + start - clean_at, raw_at + end - clean_at)
            assert raw[low:high] == result.text[start:end]


@pytest.mark.parametrize(
    "fragment",
    ["<!--", "<a '",
      '<a "', "<script", "<script>", "<", "&", "&#", "<p>", "&amp;", "&amp;lt;", "read more ", "a", "<![CDATA[", " \n", "<svg>"],
)  # fmt: skip
def test_repetition_costs_linear_time(fragment: str) -> None:
    started = time.process_time()
    cleaned(fragment * (300_000 // len(fragment)), max_chars=200_000)
    assert time.process_time() - started < 2.0
