"""What became of stories from one matching to the next: new ones, merged ones, split ones, and articles that moved.

Stories are made anew from the whole record each time, and each is named after the article in it that was seen first: of two stories
that merge the older's id stays, and when one splits, the part with that article keeps the id. Here that is told, so that whoever
kept an id can follow it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from pipelines.core.ids import make_id
from pipelines.stories.records import StoryChange


def story_changes(before: Mapping[str, str], after: Mapping[str, str], at: datetime, known: Collection[str] = ()) -> list[StoryChange]:
    """Compare two matchings and return the changes, in order.

    Args:
        before: story by article, as it was; empty at first.
        after: story by article, as it is.
        at: up to when the record reaches that ``after`` was made from.
        known: stories that the history tells the beginning of already.
    """
    flows: dict[tuple[str, str], int] = Counter(
        (before[article], story) for article, story in after.items() if article in before and before[article] != story
    )
    came: dict[str, Counter[str]] = defaultdict(Counter)
    went: dict[str, Counter[str]] = defaultdict(Counter)
    for (source, target), articles in flows.items():
        came[target][source] = articles
        went[source][target] = articles
    old, new = Counter(before.values()), Counter(after.values())
    found: list[StoryChange] = []
    told: set[tuple[str, str]] = set()

    def tell(story: str, change: str, other: str | None, articles: int, reason: str) -> None:
        found.append(
            StoryChange(
                change_id=make_id("story_change", at, story, change, other),
                at=at,
                story_id=story,
                change=change,
                other_id=other,
                articles=articles,
                reason=reason,
            )
        )

    for story in sorted(new.keys() - old.keys()):
        if came[story]:
            source = _main(came[story])
            told.add((source, story))
            tell(story, "split_from", source, came[story][source], f"{came[story][source]} of its {old[source]} articles stand apart now")
        elif story not in known:
            tell(story, "created", None, new[story], "its first articles were seen")
    for story in sorted(old.keys() - new.keys()):
        if not went[story]:
            tell(story, "removed", None, old[story], "its articles are no longer in the record")
            continue
        target = _main(went[story])
        if (story, target) in told:
            tell(story, "renamed", target, went[story][target], "the article that it was named after stands elsewhere now")
        else:
            told.add((story, target))
            tell(story, "merged_into", target, went[story][target], f"{went[story][target]} of its {old[story]} articles stand there now")
    for source, target in sorted(flows.keys() - told):
        articles = flows[source, target]
        tell(target, "gained_from", source, articles, f"{articles} of {old[source]} articles moved")
    return found


def _main(counts: Counter[str]) -> str:
    """Return where most went or came from; ties go to the smaller id."""
    return min(counts, key=lambda story: (-counts[story], story))
