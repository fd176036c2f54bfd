"""Lake tables of matching: which articles are on one matter, which mentions tell of one deed."""

from __future__ import annotations

from datetime import date, datetime

from pipelines.core.records import column, table


@table("story", grain="story", key=("story_id",), day="first_seen", derived=True)
class Story:
    """Articles on one matter, from any outlets."""

    story_id: str = column("Hash of the founding (earliest) article.")
    title: str = column("Title of the story's most central article.")
    central_article_id: str = column("That article.")
    first_seen: datetime = column("When its first article was first seen.")
    last_seen: datetime = column("When its latest article was first seen.")
    articles: int = column("Articles in it.")
    outlets: int = column("Outlets with an article in it; outlets of one publisher count once.")
    origins: int = column("Independent origins: copy groups, credited wires and each newsroom's own texts count once.")


@table("story_article", grain="story x article", key=("story_id", "article_id"), day="first_seen", derived=True)
class StoryArticle:
    """One article's place in its story, with the reason."""

    story_id: str = column("The story.")
    article_id: str = column("The article; in exactly one story.")
    outlet_id: str = column("The outlet.")
    first_seen: datetime = column("When the article was first seen.")
    similarity: float = column(
        "Nearness to the rest of its story, in [0, 1]: geometric mean of the best and the average similarity; 1 for the founder."
    )
    reason: str = column(
        "`founder`, `copy`, `corrected`, or `similar: …` with up to three words that weigh most in its nearness to the others of its story."
    )
    corrected_by: str | None = column("Id of the correction (table `correction`) that put it here; NULL otherwise.", default=None)


@table("event", grain="event", key=("event_id",), day="first_seen", derived=True)
class Event:
    """One deed that one or more mentions tell of."""

    event_id: str = column("Hash of the founding mention.")
    story_id: str = column("Story of the founding mention; others may stand in near stories.")
    action: str = column("Action type of most of its mentions.")
    actor: str | None = column("Most frequent actor, as an id or else as text.")
    target: str | None = column("Most frequent target, as an id or else as text.")
    place_country: str | None = column("Most frequent country of the place.")
    place_name: str | None = column("Most frequent place name.")
    event_date_start: date | None = column("Earliest stated day, else the earliest day of publication.")
    first_seen: datetime = column("When its first mention was first seen.")
    mentions: int = column("Mentions in it.")
    outlets: int = column("Outlets with a mention in it.")


@table("event_mention", grain="event x mention", key=("event_id", "mention_id"), day="first_seen", derived=True)
class EventMention:
    """One mention's place in its event, with score and reason."""

    event_id: str = column("The event.")
    mention_id: str = column("The mention; in exactly one event.")
    first_seen: datetime = column("When the mention's article version was first seen.")
    score: float = column("Score of its best match inside the event, in [0, 1]; 1 for the founder.")
    reason: str = column("What carried the match: `founder`, `corrected`, or the parts of the score in words.")
    corrected_by: str | None = column("Id of the correction (table `correction`) that put it here; NULL otherwise.", default=None)


@table("story_topic", grain="story x topic", key=("story_id", "topic"), day="first_seen", derived=True)
class StoryTopic:
    """One topic of one story, from the list in force, with the reason; a story may have several topics or none."""

    story_id: str = column("The story.")
    topic: str = column("Id of the topic in `topics.toml`.")
    first_seen: datetime = column("When the story's first article was first seen.")
    score: float = column("Mean over the story's articles of what speaks for the topic, in [0, 1]; given from 0.5.")
    articles: int = column("Articles of the story that would have the topic by themselves.")
    reason: str = column("The entries of the list that were found (terms, hints, `deed …`, `section …`), with the number of articles.")


@table("story_change", grain="change of a story", key=("change_id",), day="at")
class StoryChange:
    """What became of a story between two matchings; added to at each one, so that a kept story id can be followed."""

    change_id: str = column("Hash of moment, stories and change.")
    at: datetime = column("When the newest article was seen of the record that showed the change.")
    story_id: str = column("The story that changed.")
    change: str = column(
        "`created`, `merged_into` (it is gone, most of it stands in the other), `split_from` (it is new, most of it comes from the other), "
        "`gained_from` (both are there, articles moved), `renamed` (the other has most of it) or `removed` (nothing of it is left)."
    )
    other_id: str | None = column("The other story; NULL for `created` and `removed`.")
    articles: int = column("Articles that moved, or that the story began or ended with.")
    reason: str = column("What was seen, in words.")
