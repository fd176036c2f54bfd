"""Lake tables about who is read. The registry file is the source; these rows are its state at the latest poll."""

from __future__ import annotations

from datetime import date, datetime

from pipelines.core.records import column, table


@table("outlet", grain="outlet", key=("outlet_id",), day="registered_at", derived=True)
class OutletRow:
    """One outlet as the registry describes it."""

    outlet_id: str = column("Short stable name of the outlet, chosen in the registry, such as `bbc`.")
    name: str = column("The outlet's name as readers know it.")
    publisher: str = column("The company, agency or body that publishes it; outlets of one publisher are not independent.")
    country: str = column("Country where it is edited, ISO 3166-1 alpha-3.")
    language: str = column("Main language, ISO 639-1.")
    timezone: str = column("IANA time zone of the newsroom, used for dates without a zone and for words such as `today`.")
    owner: str = column("Who owns it, or `unknown`.")
    state_control: str = column("`none`, `public`, `partial`, `full` or `unknown`: control by a state, as the citation says.")
    ownership_citation: str | None = column("Where the ownership statement can be checked; NULL when unknown.")
    ownership_date: date | None = column("When the ownership statement was looked up; NULL when unknown.")
    full_text: bool = column("Whether the user allowed fetching this outlet's article pages.")
    enabled: bool = column("Whether its feeds are polled.")
    verified: str = column("Date when `parallax outlets check` last saw a feed of it work, or `never`.")
    homepage: str | None = column("Address of the outlet's site.")
    registered_at: datetime = column("Always 1970-01-01: the registry is one state, not a history.")


@table("feed", grain="feed", key=("feed_id",), day="registered_at", derived=True)
class FeedRow:
    """One feed of one outlet as the registry describes it."""

    feed_id: str = column("`<outlet_id>/<feed name>`, such as `bbc/world`.")
    outlet_id: str = column("The outlet that the feed belongs to.")
    url: str = column("Address that is polled.")
    section: str | None = column("What the feed covers (`world`, `top` …), if the registry says so.")
    registered_at: datetime = column("Always 1970-01-01: the registry is one state, not a history.")
