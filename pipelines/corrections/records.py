"""The lake table of corrections: what was corrected, by whom, why, what it said before, and whether it still fits."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pipelines.core.records import column, table

Kind = Literal["mention", "event", "story", "copy"]
Status = Literal["applied", "agrees", "unmatched"]


@table("correction", grain="correction", key=("correction_id",), day="corrected_at", derived=True)
class CorrectionRow:
    """One correction of `corrections.toml` and what came of it at the last matching."""

    correction_id: str = column("Its id in `corrections.toml`; rows that it changed carry it in `corrected_by`.")
    kind: Kind = column("`mention`, `event` (which event a mention belongs to), `story` (which story an article belongs to) or `copy`.")
    field: str = column("The coded field, `not_a_mention`, `belongs` or `belongs_not`.")
    before: str = column("What it said when it was corrected.")
    found: str | None = column("What the present extractor or matching says without the correction; NULL when nothing fits any more.")
    value: str = column("What it says now; empty for `none`, `not_a_mention` and links.")
    corrected_by: str = column("Who corrected it.")
    corrected_at: datetime = column("When it was corrected.")
    why: str = column("Why it was corrected, in their words.")
    status: Status = column(
        "`applied`; `agrees`: it would say so without the correction too; `unmatched`: nothing that it fits is found any more, so it "
        "changes nothing and wants looking at."
    )
    article_id: str = column("The article that it is about.")
    mention_ids: list[str] = column("The mentions that it is about, in all versions of the article; empty for stories and copies.")
    moved_ids: list[str] = column("Other mentions that stand in another event by it, or in one that is named anew.", default=())
    events: list[str] = column("Events with a row that it changed, those that lost a mention by it included.")
    stories: list[str] = column("Stories with a row that it changed, or that hold a mention that it is about.")
    topics: list[str] = column("Topics that articles of these stories have by it, or lost by it.", default=())
    articles: list[str] = column(
        "Articles that it is about: of a copy, all whose origin or reuse it changed; empty where it changes no link.", default=()
    )
    other_article_id: str | None = column("For links: the article on the other side.")
