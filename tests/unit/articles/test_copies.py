"""Who shares text with whom, and what only looks like it."""

from __future__ import annotations

import dataclasses
import random
import time
from collections.abc import Callable
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.articles.copies import find_copies
from pipelines.articles.origins import wire_origin
from pipelines.articles.records import ArticleOrigin, ArticleVersion, CopyLink

MakeVersion = Callable[..., ArticleVersion]

FERRY = (
    "A ferry with forty people on board sank in heavy seas off Port Lune on Monday after its engine failed, "
    "and rescuers were still searching for twelve passengers when night fell over the strait."
)
EDITED = (
    "A ferry with forty people on board sank in rough seas off Port Lune on Monday after its engine failed, "
    "and rescuers were still searching for nine passengers when night fell over the strait."
)
OTHER = (
    "Rescue boats searched the strait of Lune for a second day for those missing since a passenger ship went down, "
    "officials said, while relatives waited at the harbour for any word of them."
)
MAYOR = "The mayor of Faro left office on Tuesday after a narrow vote of the council over a contract for the new harbour wall."
INTERVALS = {"lune": 600, "faro": 600, "selo": 600}


def links_of(*versions: ArticleVersion) -> list[CopyLink]:
    return find_copies(versions, INTERVALS)[0]


def origins_of(*versions: ArticleVersion) -> dict[str, ArticleOrigin]:
    return {o.article_id: o for o in find_copies(versions, INTERVALS)[1]}


def warmed(*outlets: str, version: MakeVersion) -> list[ArticleVersion]:
    """Earlier articles of the outlets, so that the record of each has begun."""
    text = "The {} council met on the budget for roads and bridges of district {}."
    return [version(o, text.format(o, i), poll=i) for o in outlets for i in range(4)]


def test_the_same_title_and_text_is_exact(version: MakeVersion) -> None:
    a, b = version("lune", FERRY, "Ferry sinks"), version("faro", FERRY.replace("’", "'") + " ", "FERRY SINKS!", poll=1)
    (link,) = links_of(a, b)
    assert (link.article_id, link.other_article_id, link.kind, link.similarity) == (a.article_id, b.article_id, "exact", 1.0)
    assert link.shared_words == len(FERRY.split())
    assert link.first_seen == b.first_seen
    assert link.relation == "other_publisher"


def test_one_text_under_two_headlines_is_near(version: MakeVersion) -> None:
    (link,) = links_of(version("lune", FERRY, "Ferry sinks off Lune"), version("faro", FERRY, "Twelve missing after disaster", poll=1))
    assert (link.kind, link.similarity, link.evidence) == ("near", 1.0, FERRY[:-1])


def test_a_lightly_edited_text_is_near_and_a_retold_one_is_nothing(version: MakeVersion) -> None:
    (link,) = links_of(version("lune", FERRY), version("faro", f"{EDITED} More follows.", poll=1), version("selo", OTHER, poll=2))
    assert link.kind == "near"
    assert 0.5 < link.similarity < 0.7
    assert link.shared_words == len(FERRY.split()) - 2
    assert link.evidence == FERRY.replace("heavy", "…").replace("twelve", "…")[:-1]


def test_a_short_summary_inside_a_full_text_is_near(version: MakeVersion) -> None:
    body = " ".join(f"In paragraph {i} the reporter walks along quay number {i} and counts the boats." for i in range(20))
    full = version("lune", "", "Ferry", content=f"{FERRY} {body}")
    assert full.stratum == "full_text"
    (link,) = links_of(full, version("faro", FERRY, poll=1))
    assert (link.kind, link.similarity) == ("near", 1.0)


def test_a_passage_in_other_frames_is_partial_and_joins_no_group(version: MakeVersion) -> None:
    passage = "its engine failed within minutes and the crew lowered boats that nobody aboard knew how to steer"
    a = version("lune", f"Survivors told how {passage}. They came ashore at dawn, wrapped in blankets, near the lighthouse of Cape Old.")
    b = version("faro", f"An inquiry heard that {passage}. The owner asked for more time to study all the documents it holds.", poll=1)
    links, origins = find_copies([a, b], INTERVALS)
    assert [(x.kind, x.evidence) for x in links] == [("partial", passage)]
    assert [(o.reuse, o.basis, o.copy_group_id) for o in origins] == [("partial", "own", None)] * 2
    assert len({o.origin_id for o in origins}) == 2


def test_a_clause_put_in_hides_no_copy(version: MakeVersion) -> None:
    """A sentence of an agency with a clause in the middle: neither half is long enough alone (Waikato, September 2021)."""
    text = "{}hree members of the crew of a trawler {}missing since Friday have reached the shore in a raft"
    a = version("lune", f"{text.format('T', '')}, owners say. Nobody was hurt.")
    rest = "Their families, who had been told to prepare for the worst by officials, came down to the beach to wait."
    b = version("faro", f"At dawn, {text.format('t', 'that had left Faro alone and been ')}. {rest}", poll=1)
    (link,) = links_of(a, b)
    assert (link.kind, link.shared_words) == ("partial", 18)
    assert link.evidence == "Three members of the crew of a trawler … missing since Friday have reached the shore in a raft"


def test_a_plain_fact_in_two_sentences_is_no_copy(version: MakeVersion) -> None:
    """12 words around a name that one text has elsewhere (the demo's harbour director)."""
    a = version(
        "lune", "The former director of the old harbour, Ann Marr, was sentenced to four years in prison on Friday for taking bribes."
    )
    b = version(
        "faro", "Ann Marr, the former director of the old harbour, was sentenced to four years. She denies it and will appeal.", poll=1
    )
    assert links_of(a, b) == []


def test_the_same_headline_over_an_edited_text_is_near(version: MakeVersion) -> None:
    """One agency text that two desks edited was two origins (Wyoming, September 2021)."""
    text = "Crews searching {} for a missing walker found a {} in a remote area{} but have not yet named its owner, the rangers {}."
    lune, faro = text.format("the Lune hills", "tent", "", "say"), text.format("a park above Lune", "torn tent", " on Sunday", "said")
    (link,) = links_of(
        version("lune", lune, "Rangers find tent of ‘missing walker’"), version("faro", faro, "Rangers find tent of 'missing walker'")
    )
    assert (link.kind, link.similarity < 0.5) == ("near", True)
    (link,) = links_of(version("lune", lune, "Rangers find tent"), version("faro", faro, "Walker still missing"))
    assert link.kind == "partial"


def test_an_outlets_daily_box_is_no_copy_of_yesterdays(version: MakeVersion) -> None:
    box = "Free daily horoscope for each sign from our renowned astrologer, with forecasts for love, work and journeys."
    a, b = version("lune", box, "Your horoscope for Friday, March 7"), version("lune", box, "Your horoscope for Monday, March 10", poll=400)
    assert links_of(a, b) == []
    assert [x.kind for x in links_of(a, version("faro", box, "The stars on March 10", poll=400))] == ["near"]


def test_a_shared_quotation_is_one_statement_not_a_copy(version: MakeVersion) -> None:
    quote = "we will not leave this strait before every single passenger of that ship has been found and brought home to their family"
    a = version("lune", f'The coast guard chief spoke at noon. "{quote}," he told reporters in a hall of the harbour office.')
    b = version("faro", f"Asked how long the search would last, its commander answered: “{quote}”. Divers arrive tomorrow.", poll=1)
    assert links_of(a, b) == []


def test_a_long_name_is_nobodys_prose(version: MakeVersion) -> None:
    name = "the High-Level General Debate of the 76th Session of the General Assembly of the United Nations in New York"
    a = version("lune", f"President Ann Ode is set to take part in {name} from Tuesday, her office announced, with four ministers.")
    b = version("faro", f"Small island states plan to speak with one voice at {name}, diplomats of two of them told this paper.", poll=1)
    assert links_of(a, b) == []


def test_stock_phrases_of_an_outlet_are_no_copies(version: MakeVersion) -> None:
    stock = "Stay with us for the latest news from the strait and sign up for our morning letter to readers everywhere"
    own = [version("lune", f"{subject} dominated the day in the capital, we report here in full. {stock}", poll=i) for i, subject in
           enumerate(["Fishing quotas", "School meals", "A bridge repair", "The tax reform", "Bird counting"])]  # fmt: skip
    other = version("faro", f"The orchestra plays Brahms tonight in the old theatre by the canal. {stock}", poll=9)
    assert links_of(*own, other) == []


def test_short_texts_need_more_than_a_common_phrase(version: MakeVersion) -> None:
    a = version("lune", "Police are looking for a man after a shop was robbed.", "Shop robbed in Lune")
    b = version("faro", "Police are looking for a man after a fire in a barn.", "Barn burns in Faro", poll=1)
    assert links_of(a, b) == []
    assert links_of(version("lune", "", "Weather"), version("faro", "", "Weather", poll=1)) == []


def test_long_equal_headlines_without_text_are_exact(version: MakeVersion) -> None:
    title = "Relatives of those lost on the ferry want an apology from its owner"
    (link,) = links_of(version("lune", "", title), version("faro", "", title, poll=1))
    assert link.kind == "exact"


def test_an_earlier_version_counts(version: MakeVersion) -> None:
    first = version("lune", FERRY, guid="g")
    edited = dataclasses.replace(version("lune", MAYOR, guid="g", poll=5), article_id=first.article_id)
    (link,) = links_of(first, edited, version("faro", FERRY, poll=9))
    assert (link.kind, link.article_id) == ("near", first.article_id)


def test_direction_is_clear_only_when_the_lead_exceeds_both_intervals(version: MakeVersion) -> None:
    before = warmed("lune", "faro", version=version)
    a = version("lune", FERRY, poll=10)
    near_in_time, late = version("faro", FERRY, poll=11), version("faro", FERRY, poll=12)
    assert links_of(*before, a, near_in_time)[0].direction == "unclear"
    assert links_of(*before, a, late)[0].direction == "clear"
    assert find_copies([*before, a, late], {"lune": 600, "faro": 3600})[0][0].direction == "unclear"


def test_direction_is_unclear_where_the_record_of_the_later_outlet_just_began_or_has_a_gap(version: MakeVersion) -> None:
    a = version("lune", FERRY)
    assert links_of(*warmed("lune", version=version), a, version("faro", FERRY, poll=50))[0].direction == "unclear"
    gap = [*warmed("faro", version=version), version("lune", FERRY, poll=200), version("faro", FERRY, poll=300)]
    assert links_of(*gap)[0].direction == "unclear"


def test_direction_is_unclear_when_the_outlets_dates_say_the_opposite(version: MakeVersion) -> None:
    before = warmed("lune", "faro", version=version)
    a, b = version("lune", FERRY, poll=10), version("faro", FERRY, poll=20)
    a = dataclasses.replace(a, published_at=a.first_seen)
    b = dataclasses.replace(b, published_at=a.first_seen - timedelta(hours=1))
    assert links_of(*before, a, b)[0].direction == "unclear"


def test_the_credited_outlet_is_the_source_whatever_was_seen_first(version: MakeVersion) -> None:
    """`reuse` had an agency as the uncredited copier of the paper that credits it (rail tunnel, October 2021)."""
    subscriber = version("lune", f"PORT LUNE (AP) — {FERRY}")
    agency = version("ap", FERRY, link="https://apnews.com/article/1", poll=1)
    links, origins = find_copies([subscriber, agency], INTERVALS)
    assert [(x.article_id, x.other_article_id, x.direction) for x in links] == [(agency.article_id, subscriber.article_id, "clear")]
    assert {o.article_id: o.reuse for o in origins} == {agency.article_id: "own", subscriber.article_id: "copy"}


def test_copies_in_one_outlet_and_in_one_house_are_marked(version: MakeVersion) -> None:
    versions = [version("lune", FERRY, "One"), version("lune", FERRY, "Two", poll=1), version("faro", FERRY, "Three", poll=2)]
    links, _ = find_copies(versions, INTERVALS, {"lune": "Lune Media", "faro": "Lune Media"})
    assert sorted(x.relation for x in links) == ["same_outlet", "same_publisher", "same_publisher"]


def test_a_copy_group_is_one_origin(version: MakeVersion) -> None:
    a, b, c = version("lune", FERRY), version("faro", FERRY, poll=1), version("selo", MAYOR, poll=1)
    origins = origins_of(a, b, c)
    assert origins[a.article_id].origin_id == origins[b.article_id].origin_id != origins[c.article_id].origin_id
    assert origins[a.article_id].copy_group_id == origins[b.article_id].copy_group_id is not None
    assert (origins[b.article_id].reuse, origins[b.article_id].basis) == ("copy", "shared_text")
    assert origins[b.article_id].evidence == FERRY[:-1]
    assert (origins[c.article_id].reuse, origins[c.article_id].basis, origins[c.article_id].copy_group_id) == ("own", "own", None)


def test_who_is_clearly_first_keeps_its_own_text(version: MakeVersion) -> None:
    before = warmed("lune", "faro", version=version)
    a, b = version("lune", FERRY, poll=10), version("faro", FERRY, poll=20)
    origins = origins_of(*before, a, b)
    assert (origins[a.article_id].reuse, origins[a.article_id].basis) == ("own", "own")
    assert origins[b.article_id].reuse == "copy"
    assert origins[a.article_id].origin_id == origins[b.article_id].origin_id


def test_one_agency_is_one_origin_with_and_without_shared_text(version: MakeVersion) -> None:
    a = version("lune", f"PORT LUNE (AP) — {FERRY}")
    b = version("faro", f"{OTHER} (AP)", poll=1)
    c = version("selo", FERRY, poll=2)
    d = version("ap", MAYOR, link="https://apnews.com/article/1")
    origins = origins_of(a, b, c, d)
    assert {origins[v.article_id].origin_id for v in (a, b, c, d)} == {wire_origin("ap")}
    assert [origins[v.article_id].basis for v in (a, b, c, d)] == ["wire_credit", "wire_credit", "shared_text", "own"]
    assert [origins[v.article_id].wire for v in (a, b, c, d)] == ["ap", "ap", None, None]


def test_a_credit_says_whose_the_text_is_where_the_order_does_not(version: MakeVersion) -> None:
    """Seen in one poll, even with the subscriber ahead: the agency did not copy from a text that credits it."""
    subscriber = version("lune", f"PORT LUNE (AP) — {FERRY}")
    agency = version("ap", f"PORT LUNE (AP) — {FERRY}", link="https://apnews.com/article/1")
    silent = version("selo", FERRY)
    origins = origins_of(subscriber, agency)
    assert [origins[v.article_id].reuse for v in (subscriber, agency)] == ["copy", "own"]
    assert origins[agency.article_id].basis == "own"
    assert origins_of(agency, silent)[agency.article_id].reuse == "copy"


def test_a_named_source_is_the_origin(version: MakeVersion) -> None:
    a = version("lune", FERRY, source_url="https://selo.example/rss", source_title="Selo Post", link="https://lune.example/1")
    b = version("faro", MAYOR, source_url="https://www.selo.example/other", source_title="Selo Post", link="https://faro.example/1")
    origins = origins_of(a, b)
    assert {o.basis for o in origins.values()} == {"source_element"}
    assert len({o.origin_id for o in origins.values()}) == 1
    assert origins[a.article_id].evidence == "https://selo.example/rss"


def test_nothing_gives_nothing(version: MakeVersion) -> None:
    assert find_copies([], {}) == ([], [])
    links, origins = find_copies([version("lune", "", "")], {})
    assert links == []
    assert len(origins) == 1


_WORDS = FERRY.split()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_order_of_the_versions_does_not_matter_and_links_are_sound(version: MakeVersion, data: st.DataObject) -> None:
    versions = []
    for i in range(data.draw(st.integers(0, 5))):
        start, end = data.draw(st.integers(0, 10)), data.draw(st.integers(12, len(_WORDS)))
        outlet = data.draw(st.sampled_from(sorted(INTERVALS)))
        versions.append(version(outlet, " ".join(_WORDS[start:end]), poll=data.draw(st.integers(0, 9)), guid=f"g{i}"))
    result = find_copies(versions, INTERVALS)
    assert find_copies(data.draw(st.permutations(versions)), INTERVALS) == result
    links, origins = result
    seen = {o.article_id: o.first_seen for o in origins}
    assert set(seen) == {v.article_id for v in versions}
    for link in links:
        assert (seen[link.article_id], link.article_id) < (seen[link.other_article_id], link.other_article_id)
        assert 0.0 < link.similarity <= 1.0
        parts = [part for line in link.evidence.splitlines() for part in line.split(" … ")]
        assert all(part in FERRY or part.endswith("reports on the matter") for part in parts)
    group = {o.article_id: o.copy_group_id for o in origins}
    for link in links:
        if link.kind != "partial":
            assert group[link.article_id] == group[link.other_article_id] is not None


def test_cost_grows_as_the_text_does(version: MakeVersion) -> None:
    """A wire text in 300 articles and 3,000 articles of random prose: no pair of all pairs is looked at."""
    rng = random.Random(4)
    vocabulary = [f"w{i}" for i in range(5000)]
    model = version("lune", FERRY)
    versions = [
        dataclasses.replace(
            model, article_id=f"{i:020}", version_id=f"{i:020}", outlet_id=f"o{i % 40}", title=f"title number {i}",
            summary=FERRY if i % 11 == 0 else " ".join(rng.choices(vocabulary, k=30)),
        )
        for i in range(3300)
    ]  # fmt: skip
    started = time.process_time()
    links, origins = find_copies(versions, {})
    assert time.process_time() - started < 8.0
    assert len({o.origin_id for o in origins}) == 3001
    assert len(links) < 300 * 4
