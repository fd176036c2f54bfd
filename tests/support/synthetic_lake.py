"""A hand-made world whose truth is known: nine outlets, ten days, one border clash and what else the marts must get right."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from pipelines.articles.records import ArticleVersion
from pipelines.core.records import table_of
from pipelines.loading.records import RecodedMention, RecodedVersion
from tests.support.lake_world import EXTRACTOR, LakeWorld, at

START = at("2021-09-10 00:00")
DAYS = 10
NOR, SUD = "NRL.MIL", "SDR.GOV"


@dataclass(frozen=True)
class Truth:
    """Ids of what the tests ask for."""

    clash_story: str
    clash_event: str
    talks_story: str
    late_story: str
    wire_event: str
    plan_event: str
    edited_article: str
    reworded_article: str
    rewording_event: str


def build(path: Path) -> Truth:
    """Write the world's lake into the DuckDB file ``path``."""
    world = LakeWorld()
    _outlets(world)
    _polls(world)
    _everyday(world)
    clash_story, clash_event, edited = _clash(world)
    reworded, rewording = _wordings(world)
    _taken_out(world)
    truth = Truth(
        reworded_article=reworded, rewording_event=rewording, clash_story=clash_story, clash_event=clash_event,
        edited_article=edited, talks_story=_talks(world), late_story=_late(world), wire_event=_wire(world), plan_event=_plan(world),
    )  # fmt: skip
    _count_mentions(world)
    _recoded(world)
    world.write(path)
    return truth


def _outlets(world: LakeWorld) -> None:
    world.outlet("alpha", "Alpha Media", "GBR", feeds=("main", "world"))
    world.outlet("alphasunday", "Alpha Media", "GBR")
    world.outlet("beta", "Beta Press", "USA")
    world.outlet("gamma", "Gamma Trust", "IND", owned=False)
    world.outlet("delta", "Delta Verlag", "DEU", language="de")
    world.outlet("epsilon", "Epsilon News", "NZL")
    world.outlet("zeta", "Zeta Group", "AUS", full_text=True)
    world.outlet("eta", "Eta Co", "CAN")
    world.outlet("iota", "Iota Ltd", "IRL")


def _polls(world: LakeWorld) -> None:
    """Every feed each hour; gamma falls silent on 17 September, eta always sends an error page."""
    for feed in world.rows["feed"]:
        for hour in range(DAYS * 24):
            when = START + timedelta(hours=hour)
            if feed.outlet_id == "gamma" and when >= at("2021-09-17 00:00"):
                outcome, body = "http_error", "ok"
            elif feed.outlet_id == "eta":
                outcome, body = ("new_body" if hour == 0 else "same_body"), "not_a_feed"
            else:
                outcome, body = ("new_body", "ok") if hour % 3 == 0 else ("not_modified", "ok")
            world.poll(feed.feed_id, when, outcome, body)


def _everyday(world: LakeWorld) -> None:
    """Three articles a day of each outlet but epsilon (one in all), each a story of its own with one deed."""
    for outlet in world.rows["outlet"]:
        if outlet.outlet_id == "eta":
            continue
        language = outlet.language
        for day in range(DAYS - 1):
            for number in range(3):
                when = START + timedelta(days=day, hours=3 + 3 * number)
                if outlet.outlet_id == "gamma" and when >= at("2021-09-17 00:00"):
                    continue
                if outlet.outlet_id == "epsilon" and (day, number) != (0, 0):
                    continue
                name = f"daily-{day}-{number}"
                title = f"Council of {outlet.outlet_id} approves plan {day}{number}"
                version = world.article(name, f"{outlet.outlet_id}/main", when, title, "The mayor said work starts soon. " * 4,
                                        published=when - timedelta(minutes=30), language=language, quoted_words=3)  # fmt: skip
                world.origin(version)
                story = world.story(version)
                world.topic(story, "government")
                if language == "en":
                    mention = world.mention(version, "approves", "AGREE", actors=[(f"Council of {outlet.outlet_id}", None)])
                    world.event(story, mention)


def _clash(world: LakeWorld) -> tuple[str, str, str]:
    first = world.article("clash", "alpha/world", at("2021-09-18 09:00"), "Norland troops kill nine at Lenk bridge",
                          "The regime sent more soldiers on Friday.", published=at("2021-09-18 08:40"))  # fmt: skip
    edited = world.article("clash", "alpha/world", at("2021-09-18 12:00"), "Nine killed at Lenk bridge, says minister Ilya Varn",
                           "The regime sent more soldiers on Friday.", published=at("2021-09-18 08:40"))  # fmt: skip
    twin = world.article("clash-copy", "alphasunday/main", at("2021-09-18 12:00"), "Norland troops kill nine at Lenk bridge",
                         "The regime sent more soldiers on Friday.", published=at("2021-09-18 11:40"))  # fmt: skip
    beta = world.article("bridge", "beta/main", at("2021-09-18 15:00"), "Sudria says Norland troops killed at least 14 at Lenk bridge",
                         "Norland denied that its troops attacked. Sudria accused Norland of murder.",
                         published=at("2021-09-18 14:00"))  # fmt: skip
    zeta = world.article("dozens", "zeta/main", at("2021-09-19 15:00"), "Dozens killed in clash at Lenk bridge", "A witness spoke.",
                         "Norland troops attacked the bridge on Saturday. Norland government sent soldiers.",
                         published=at("2021-09-19 14:00"))  # fmt: skip
    iota = world.article("fire", "iota/main", at("2021-09-19 12:00"), "Fire under control in hills", "No one was hurt.")
    for version in (first, beta, zeta, iota):
        world.origin(version)
    world.origin(twin, of=first, reuse="copy")
    world.copy(first, twin)
    world.copy(first, beta, kind="partial", direction="unclear")
    deeds = [
        world.mention(first, "kill", "ASSAULT", actors=[("Norland troops", NOR)], figures=[("killed", 9, 9, "exactly", "nine")],
                      place=("Lenk", "geo:1", "SDR")),
        world.mention(edited, "killed", "ASSAULT", voice="named_person", speaker=("minister Ilya Varn", SUD), cue="says", omitted=True,
                      figures=[("killed", 9, 9, "exactly", "Nine")], place=("Lenk", "geo:1", "SDR")),
        world.mention(twin, "kill", "ASSAULT", actors=[("Norland troops", NOR)], figures=[("killed", 9, 9, "exactly", "nine")],
                      place=("Lenk", "geo:1", "SDR")),
        world.mention(beta, "killed", "ASSAULT", actors=[("Norland troops", NOR)], voice="named_org", speaker=("Sudria", SUD), cue="says",
                      figures=[("killed", 14, None, "at_least", "14")], place=("Lenk", "geo:1", "SDR")),
        world.mention(beta, "attacked", "ASSAULT", unit="summary", actors=[("its troops", NOR)], voice="named_org",
                      speaker=("Norland", "NRL.GOV"), cue="denied", polarity="denied"),
        world.mention(zeta, "killed", "ASSAULT", omitted=True, figures=[("killed", 24, 99, "about", "Dozens")],
                      place=("Lenk", "geo:1", "SDR")),
        world.mention(zeta, "attacked", "ASSAULT", unit="body", actors=[("Norland troops", NOR)], stated=("Saturday", date(2021, 9, 18))),
    ]  # fmt: skip
    accuse = world.mention(beta, "accused", "ACCUSE", unit="summary", actors=[("Sudria", SUD)], targets=[("Norland", "NRL.GOV")])
    sent = [world.mention(v, "sent", "MOBILIZE", unit="summary", actors=[("regime", "NRL.GOV")], stated=("Friday", date(2021, 9, 17)))
            for v in (first, edited, twin)]  # fmt: skip
    sent.append(world.mention(zeta, "sent", "MOBILIZE", unit="body", actors=[("Norland government", "NRL.GOV")]))
    story = world.story(first, twin, beta, zeta)
    world.topic(story, "conflict", "government")
    event = world.event(story, *deeds)
    world.event(story, accuse)
    world.event(story, *sent)
    world.story(iota)
    return story, event, first.article_id


def _talks(world: LakeWorld) -> str:
    """Two outlets within one poll interval: nobody was clearly first."""
    one = world.article("talks", "alpha/main", at("2021-09-17 09:00"), "Norland and Sudria hold talks")
    two = world.article("talks", "beta/main", at("2021-09-17 09:00"), "Sudria meets Norland for talks")
    world.origin(one)
    world.origin(two)
    story = world.story(one, two)
    world.event(
        story,
        world.mention(one, "talks", "CONSULT", actors=[("Norland", "NRL.GOV")], targets=[("Sudria", SUD)]),
        world.mention(two, "meets", "CONSULT", actors=[("Sudria", SUD)], targets=[("Norland", "NRL.GOV")]),
    )
    return story


def _late(world: LakeWorld) -> str:
    """First seen at the last poll of all: nobody was polled after it."""
    when = START + timedelta(days=DAYS, hours=-1)
    version = world.article("late", "beta/main", when, "Ferry sinks off Port Amsel")
    world.origin(version)
    story = world.story(version)
    world.event(story, world.mention(version, "sinks", "INCIDENT"))
    return story


def _wire(world: LakeWorld) -> str:
    """Three outlets, one credited wire: one origin."""
    versions: list[ArticleVersion] = []
    for outlet, hour in (("beta", 6), ("iota", 9), ("zeta", 12)):
        version = world.article("flood", f"{outlet}/main", at(f"2021-09-16 {hour:02}:00"), "Flood in Amsel kills 3", "(Reuters) Rain fell.",
                                wire="reuters", published=at("2021-09-16 05:00"))  # fmt: skip
        world.origin(version, reuse="copy", basis="wire_credit", wire="reuters")
        versions.append(version)
    story = world.story(*versions)
    return world.event(story, *(
        world.mention(v, "Flood", "INCIDENT", figures=[("killed", 3, 3, "exactly", "3")], place=("Amsel", "geo:2", "SDR"))
        for v in versions
    ))  # fmt: skip


def _wordings(world: LakeWorld) -> tuple[str, str]:
    """One article in two feeds: the second words it differently, the first edits its headline and takes the edit back."""
    first = world.article("fair", "alpha/main", at("2021-09-16 09:00"), "Fair opens in Amsel", "Stalls line the quay.")
    variant = world.article("fair", "alpha/world", at("2021-09-16 12:00"), "Fair opens in Amsel", "Guards arrested a thief.")
    world.article("fair", "alpha/main", at("2021-09-16 15:00"), "Fair closes in Amsel", "Stalls line the quay.")
    world.again(first, "alpha/main", at("2021-09-16 18:00"))
    world.again(variant, "alpha/world", at("2021-09-16 21:00"))
    world.origin(first)
    story = world.story(first)
    arrest = world.mention(variant, "arrested", "COERCE", unit="summary", actors=[("Guards", None)], targets=[("thief", None)])
    return first.article_id, world.event(story, arrest)


def _taken_out(world: LakeWorld) -> None:
    """An outlet that was polled and has an article, and that the registry has no more."""
    world.poll("theta/main", at("2021-09-11 09:00"))
    version = world.article("mill", "theta/main", at("2021-09-11 09:00"), "Mill burns in Tarn")
    world.origin(version)
    story = world.story(version)
    world.event(story, world.mention(version, "burns", "INCIDENT"))


def _plan(world: LakeWorld) -> str:
    """A deed that nobody says has happened, in every shade."""
    version = world.article("plan", "alpha/main", at("2021-09-15 09:00"), "Norland may deploy, will deploy, should deploy troops",
                            "Sudria did not deploy.")  # fmt: skip
    world.origin(version)
    story = world.story(version)
    shades = [("may deploy", "possible"), ("will deploy", "planned"), ("should deploy", "demanded")]
    mentions = [world.mention(version, words, "MOBILIZE", actors=[("Norland", NOR)], reality=reality) for words, reality in shades]
    mentions.append(world.mention(version, "deploy", "MOBILIZE", unit="summary", actors=[("Sudria", "SDR.MIL")], polarity="negated"))
    return world.event(story, *mentions)


def _count_mentions(world: LakeWorld) -> None:
    counts: dict[str, int] = {}
    for mention in world.rows["mention"]:
        counts[mention.version_id] = counts.get(mention.version_id, 0) + 1
    world.rows["extraction"] = [dataclasses.replace(e, mentions=counts.get(e.version_id, 0)) for e in world.rows["extraction"]]


def _recoded(world: LakeWorld) -> None:
    """An earlier extractor coded alpha's articles too: it took sides' deeds for plans, and had nothing in beta's."""
    found = [m for m in world.rows["mention"] if m.outlet_id in ("alpha", "beta")]
    columns = {c.name for c in table_of(RecodedMention).columns}
    for mention in found:
        row = {f.name: getattr(mention, f.name) for f in dataclasses.fields(mention) if f.name in columns}
        world.add(RecodedMention(**row))
        if mention.outlet_id == "alpha":
            reality = "planned" if mention.action == "ASSAULT" else mention.reality
            before = {"mention_id": f"before-{mention.mention_id}", "extractor_version": "test-0", "reality": reality}
            world.add(RecodedMention(**(row | before)))
    old = Counter(m.version_id for m in found if m.outlet_id == "alpha")
    new = Counter(m.version_id for m in found)
    for e in world.rows["extraction"]:
        if e.outlet_id in ("alpha", "beta"):
            world.add(RecodedVersion(
                version_id=e.version_id, outlet_id=e.outlet_id, seen_at=e.seen_at, old_extractor_version="test-0",
                new_extractor_version=EXTRACTOR, old_status=e.status, new_status=e.status, old_mentions=old[e.version_id],
                new_mentions=new[e.version_id],
            ))  # fmt: skip
