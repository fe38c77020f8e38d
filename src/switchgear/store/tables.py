"""The schema: every table, as the newest migration leaves it.

Times are milliseconds since the Unix epoch. Lists and documents are JSON text, so that both engines keep the
same bytes. No table has a server-made number: rows keep their identity when they move to another engine.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    and_,
    literal_column,
)

from switchgear.store import conversation_tables, plugin_tables, sign_in_tables  # noqa: F401 - they are part of the schema
from switchgear.store.metadata import metadata as metadata  # noqa: PLC0414 - others take it from here

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011")
"""Every schema revision this version knows, oldest first."""

HEAD = REVISIONS[-1]
"""The revision this version works with; kept here so that a start at head never imports Alembic."""

revision = Table(
    "revision",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

keys = Table(
    "keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("models", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("created_by", Text, nullable=False),
    Column("team", Text, nullable=False, server_default=""),
    Column("user", Text, nullable=False, server_default=""),
    Column("priority", Text, nullable=False, server_default="normal"),
    Column("limits", Text, nullable=False, server_default=""),
    Column("tools", Text, nullable=False, server_default='["*"]'),
    Column("kind", Text, nullable=False, server_default="key"),
)
_IN_USE = and_(keys.c.revoked_at.is_(None), keys.c.kind == literal_column("'key'"))
Index("keys_name_in_use", keys.c.name, unique=True, sqlite_where=_IN_USE, postgresql_where=_IN_USE)

key_secrets = Table(
    "key_secrets",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("key_id", Text, ForeignKey("keys.id", name="key_secrets_key", ondelete="CASCADE"), nullable=False),
    Column("hint", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
)
Index("key_secrets_by_key", key_secrets.c.key_id)


def _documents(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("name", Text, primary_key=True),
        Column("document", Text, nullable=False),
        Column("created_at", BigInteger, nullable=False),
        Column("updated_at", BigInteger, nullable=False),
    )


providers = _documents("providers")
models = _documents("models")
limits = _documents("limits")
teams = _documents("teams")
users = _documents("users")

secrets = Table(
    "secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

# Clustered by time on SQLite, partitioned by day on PostgreSQL: `at` leads the key on both.
usage = Table(
    "usage",
    metadata,
    Column("at", BigInteger, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("key_id", Text, nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("deployment", Text, nullable=False),
    Column("streamed", Boolean, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("error", Text, nullable=False),
    Column("prompt_tokens", Integer, nullable=False),
    Column("completion_tokens", Integer, nullable=False),
    Column("cached_tokens", Integer, nullable=False),
    Column("reasoning_tokens", Integer, nullable=False),
    Column("estimated", Boolean, nullable=False),
    Column("cost", BigInteger),
    Column("latency_ms", Double, nullable=False),
    Column("first_token_ms", Double),
    Column("attempts", SmallInteger, nullable=False),
    Column("trace", Text, nullable=False),
    Column("cache_write_tokens", Integer, nullable=False, server_default="0"),
    Column("team", Text, nullable=False, server_default=""),
    Column("user", Text, nullable=False, server_default=""),
    Column("cache", Text, nullable=False, server_default=""),
    Column("message", Text, nullable=False, server_default=""),
    Column("route", Text),
    Column("saved", BigInteger),
    sqlite_with_rowid=False,
    postgresql_partition_by="RANGE (at)",
)
Index("usage_by_id", usage.c.id)

DIMENSIONS = ("provider", "deployment", "model", "key_id", "team", "error")
"""What roll-ups are kept by; those that a view is not by are empty. ``error`` is the fingerprint of an error group."""

COUNTS = (
    "count",
    "ok",
    "failed",
    "cut",
    "abandoned",
    "refused",
    "lost",
    "skipped",
    "attempts",
    "fallbacks",
    "cache_hits",
    "cache_misses",
    "prompt_tokens",
    "completion_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
    "cost",
    "unpriced",
    "saved",
)
"""The numbers of a roll-up that add up."""

rollups = Table(
    "rollups",
    metadata,
    Column("granularity", Text, primary_key=True),
    Column("view", Text, primary_key=True),
    Column("start", BigInteger, primary_key=True),
    *(Column(name, Text, primary_key=True) for name in DIMENSIONS),
    *(Column(name, BigInteger, nullable=False) for name in COUNTS),
    Column("writing_ms", Double, nullable=False),
    Column("latency", LargeBinary, nullable=False),
    Column("first_token", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# Periods whose roll-ups are not up to date. A writer marks a minute in the transaction that adds records to it, each in a row
# of its own, with a number that only grows; whoever computes a period takes away the marks that it saw.
stale_periods = Table(
    "stale_periods",
    metadata,
    Column("granularity", Text, primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("writer", Text, primary_key=True),
    Column("mark", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# From when on usage and the roll-ups of each granularity are whole; what is older was forgotten, or some of it.
kept_since = Table(
    "kept_since",
    metadata,
    Column("name", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
)

error_groups = Table(
    "error_groups",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("provider", Text, nullable=False),
    Column("deployment", Text, nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("pattern", Text, nullable=False),
    Column("first_seen", BigInteger, nullable=False),
    Column("last_seen", BigInteger, nullable=False),
    Column("keys", Text, nullable=False),
    Column("example_id", Text, nullable=False),
    Column("example", Text, nullable=False),
)
Index("error_groups_by_time", error_groups.c.last_seen)

# What the Responses API keeps: `input` are the items of the request itself, those before it are found by `previous_id`.
# `alive_until` is set while a process works on it in the background, and moved on by that process.
responses = Table(
    "responses",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key_id", Text, nullable=False),
    Column("previous_id", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("alive_until", BigInteger),
    Column("status", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("input", Text, nullable=False),
    Column("document", Text, nullable=False),
)
Index("responses_by_expiry", responses.c.expires_at)
Index(
    "responses_under_way",
    responses.c.alive_until,
    sqlite_where=responses.c.alive_until.is_not(None),
    postgresql_where=responses.c.alive_until.is_not(None),
)

# Where an item is that clients refer to by its id. Providers name items as they like: the newest of one name counts.
response_items = Table(
    "response_items",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("item_id", Text, primary_key=True),
    Column(
        "response_id",
        Text,
        ForeignKey("responses.id", name="response_items_response", ondelete="CASCADE"),
        nullable=False,
    ),
)
Index("response_items_by_response", response_items.c.response_id)

# Files at providers, and with `provider` empty those that the gateway keeps itself. Two providers may give the same id, and
# one may give it to two keys that sent it the same file.
files = Table(
    "files",
    metadata,
    Column("id", Text, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("key_id", Text, primary_key=True),
    Column("filename", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
)
Index("files_by_key", files.c.key_id, files.c.created_at)

# Who does what one process of all does, and when that was done last; `until` is 0 while nobody is at it. Not in backups.
leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("done_at", BigInteger, nullable=False),
)

# The content of files that the gateway keeps, in pieces. Pieces without a file are of an upload that came to nothing.
file_chunks = Table(
    "file_chunks",
    metadata,
    Column("file_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
Index(
    "file_chunks_first",
    file_chunks.c.created_at,
    sqlite_where=file_chunks.c.number == 0,
    postgresql_where=file_chunks.c.number == 0,
)

# `worker` prepares, polls or ends the batch until `leased_until`. `stop` is why its remaining lines are not sent, `native` what is
# known of it at a provider. `ended_at` is set with the last status.
batches = Table(
    "batches",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key_id", Text, nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("input_file_id", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("runner", Text, nullable=False),
    Column("metadata", Text, nullable=False),
    Column("output_seconds", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("in_progress_at", BigInteger),
    Column("finalizing_at", BigInteger),
    Column("cancelling_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("output_file_id", Text),
    Column("error_file_id", Text),
    Column("errors", Text, nullable=False),
    Column("stop", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("not_before", BigInteger, nullable=False),
    Column("total", Integer, nullable=False),
    Column("completed", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("output_bytes", BigInteger, nullable=False),
    Column("error_bytes", BigInteger, nullable=False),
    Column("prompt_tokens", BigInteger, nullable=False),
    Column("cached_tokens", BigInteger, nullable=False),
    Column("completion_tokens", BigInteger, nullable=False),
    Column("reasoning_tokens", BigInteger, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("native", Text, nullable=False),
    Column("worker", Text, nullable=False),
    Column("leased_until", BigInteger, nullable=False),
)
Index("batches_by_key", batches.c.key_id, batches.c.created_at)
Index(
    "batches_unfinished",
    batches.c.created_at,
    sqlite_where=batches.c.ended_at.is_(None),
    postgresql_where=batches.c.ended_at.is_(None),
)

# What is left to do of a batch: pieces of its input file of some lines each, which a worker takes and lets go of when they are
# finished. `first` is the number of the first line; `tries` counts the workers that took the piece and died.
batch_parts = Table(
    "batch_parts",
    metadata,
    Column("batch_id", Text, primary_key=True),
    Column("first", Integer, primary_key=True),
    Column("lines", Integer, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("size", Integer, nullable=False),
    Column("worker", Text, nullable=False),
    Column("leased_until", BigInteger, nullable=False),
    Column("tries", SmallInteger, nullable=False),
)
Index("batch_parts_by_worker", batch_parts.c.worker)

# Finished lines, each once, as they stand in the output file (`ok`) or the error file.
batch_lines = Table(
    "batch_lines",
    metadata,
    Column("batch_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("ok", Boolean, nullable=False),
    Column("line", LargeBinary, nullable=False),
)
Index("batch_lines_in_order", batch_lines.c.batch_id, batch_lines.c.ok, batch_lines.c.number)

# What became of deployments: each change of a breaker, once, written by the process in which it happened.
health_events = Table(
    "health_events",
    metadata,
    Column("at", BigInteger, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("deployment", Text, nullable=False),
    Column("was", Text, nullable=False),
    Column("became", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("wait_ms", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
Index("health_events_by_deployment", health_events.c.deployment, health_events.c.at)

# How good answers were, by those who asked: the last word of each call, and the sums by deployment and level of the request.
opinions = Table(
    "opinions",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("key_id", Text, nullable=False),
    Column("score", Double, nullable=False),
    Column("at", BigInteger, nullable=False),
)
Index("opinions_by_age", opinions.c.at)
auto_scores = Table(
    "auto_scores",
    metadata,
    Column("deployment", Text, primary_key=True),
    Column("level", Text, primary_key=True),
    Column("good", Double, nullable=False),
    Column("bad", Double, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("at", BigInteger, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("ip", Text, nullable=False),
    sqlite_with_rowid=False,
)
