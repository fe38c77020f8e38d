"""The tables of plugins: whom they are from, how they are set up, what was called of them. As in ``tables``."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, LargeBinary, Table, Text

from switchgear.store.metadata import metadata

# Keys with which publishers sign plugins. A key that is not `trusted` is here because it was revoked. What a revoked key signed from
# `revoked_from` on is not trusted any more. `plugins` are the patterns of names that it may sign for.
publisher_keys = Table(
    "publisher_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("public_key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("plugins", Text, nullable=False),
    Column("trusted", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("revoked_at", BigInteger),
    Column("revoked_from", BigInteger),
    Column("reason", Text, nullable=False),
)

# Which key came after which: the first word of each key on that, as it signed it.
publisher_successions = Table(
    "publisher_successions",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("successor_id", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("envelope", Text, nullable=False),
)

# Every version of a plugin that was installed once, and who signed it; `key_id` is empty where nobody did.
plugin_versions_seen = Table(
    "plugin_versions_seen",
    metadata,
    Column("plugin", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# Plugins as they are set up. `version` is the one in use, `previous` the one to go back to; `setup` is what a person chose: permissions
# granted, limits, settings that are not secret.
plugins = Table(
    "plugins",
    metadata,
    Column("name", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("setup", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

# Versions that are on the disk. `document` is the manifest, or what describes the server; `offer` are the definitions that were accepted.
plugin_versions = Table(
    "plugin_versions",
    metadata,
    Column("plugin", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("offer", Text, nullable=False),
    Column("installed_at", BigInteger, nullable=False),
)

# Sensitive settings, headers and tokens of plugins, encrypted.
plugin_secrets = Table(
    "plugin_secrets",
    metadata,
    Column("plugin", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

# Calls that wait, or waited, for a person. `arguments` are encrypted, `digest` tells whether others are the same.
plugin_approvals = Table(
    "plugin_approvals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("plugin", Text, nullable=False),
    Column("tool", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("arguments", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_at", BigInteger),
    Column("decided_by", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
)
Index("plugin_approvals_by_time", plugin_approvals.c.at)
Index("plugin_approvals_by_key", plugin_approvals.c.key_id, plugin_approvals.c.plugin, plugin_approvals.c.tool)

# Every call of a plugin: who called what, and how it ended; never with what.
tool_calls = Table(
    "tool_calls",
    metadata,
    Column("at", BigInteger, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("key_id", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("plugin", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("tool", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("is_error", Boolean, nullable=False),
    Column("error", Text, nullable=False),
    Column("ms", Double, nullable=False),
    Column("bytes_in", BigInteger, nullable=False),
    Column("bytes_out", BigInteger, nullable=False),
    Column("parent", Text, nullable=False),
    Column("step", Integer, nullable=False),
    Column("trace", Text, nullable=False),
    sqlite_with_rowid=False,
)
Index("tool_calls_by_plugin", tool_calls.c.plugin, tool_calls.c.at)
Index("tool_calls_by_parent", tool_calls.c.parent)
