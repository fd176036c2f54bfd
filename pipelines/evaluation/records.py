"""The lake table of measured accuracy: one row per figure, so that a number can stand beside the tables that rest on it."""

from __future__ import annotations

from datetime import datetime

from pipelines.core.records import column, table


@table(
    "accuracy",
    grain="task x slot x stratum x half x extractor version x data",
    key=("task", "slot", "stratum", "half", "extractor_version", "data"),
    day="measured_at",
)
class AccuracyRow:
    """One measured figure with its interval."""

    task: str = column("`mentions`, `pairs`, `stories`, `attribution`, `actions`, `roles`, `places`, `factuality` or `topics`.")
    slot: str = column(
        "What was measured (`event`, `who_whom`, `voice` …). `reliability_0.3`: share right among mentions at confidence .3 to below .4, "
        "`confidence_0.3`: their mean confidence; `actor_resolved`: share of predicted actors that got an id; `actor_country`: share of "
        "the actors found whose country is right."
    )
    stratum: str = column("`all`, or the part of the data that the figure is about.")
    half: str = column("`all`, `even` or `odd` lines of the gold.")
    n: int = column("Gold items that the figure rests on; for `…_resolved`, `reliability_…` and `confidence_…` predictions.")
    value: float | None = column("The figure; NULL where it is not defined.")
    low: float | None = column("Lower end of its 95 % interval; NULL where none was made.")
    high: float | None = column("Upper end of its 95 % interval.")
    extractor_version: str = column("Version of the extractor that was measured.")
    data: str = column("Name and hash of the gold file.")
    measured_at: datetime = column("When it was measured.", volatile=True)
