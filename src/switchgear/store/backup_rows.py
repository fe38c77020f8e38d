"""The rows of a backup, table by table, as they must be before one of them is written.

A backup is a file from somewhere. What its rows hold is read at every start; a row that only the database's types
have seen could keep the gateway from starting, or mean more than it says. Times are milliseconds since the epoch.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from switchgear.core.batches import BatchStatus
from switchgear.core.calls import CacheResult, Outcome
from switchgear.core.health import BreakerState
from switchgear.core.opinions import MOST_OPINIONS, Level
from switchgear.core.sketch import Sketch
from switchgear.store.backup_conversations import ConversationImageRow, ConversationMessageRow, ConversationRow
from switchgear.store.backup_row import OBJECT as _OBJECT
from switchgear.store.backup_row import OBJECTS as _OBJECTS
from switchgear.store.backup_row import Long as _Long
from switchgear.store.backup_row import Row as _Row
from switchgear.store.stale import Granularity

_Share = Annotated[float, Meta(ge=0, le=1)]
_Amount = Annotated[float, Meta(ge=0, le=MOST_OPINIONS)]
_Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
_Small = Annotated[int, Meta(ge=-(2**15), le=2**15 - 1)]


class _Key(_Row):
    id: str
    name: str
    models: str
    scopes: str
    created_at: _Long
    expires_at: _Long | None
    revoked_at: _Long | None
    created_by: str
    team: str = ""
    user: str = ""
    priority: Literal["batch", "low", "normal", "high"] = "normal"
    limits: str = ""
    tools: str = '["*"]'
    kind: Literal["key", "console"] = "key"

    def check(self) -> None:
        _WORDS.decode(self.models)
        _WORDS.decode(self.scopes)
        _WORDS.decode(self.tools)


class _Preference(_Row):
    owner: str
    name: str
    document: str
    updated_at: _Long

    def check(self) -> None:
        _ANY.decode(self.document)


class _KeySecret(_Row):
    hash: Annotated[bytes, Meta(min_length=32, max_length=32)]
    key_id: str
    hint: str
    created_at: _Long
    expires_at: _Long | None


class _Document(_Row):
    name: str
    document: str
    created_at: _Long
    updated_at: _Long

    def check(self) -> None:
        _OBJECT.decode(self.document)


class _Secret(_Row):
    name: str
    sealed: bytes
    created_at: _Long
    updated_at: _Long


class _Usage(_Row):
    at: _Long
    id: str
    key_id: str
    endpoint: str
    model: str
    provider: str
    deployment: str
    streamed: bool
    outcome: Outcome
    status: _Small
    error: str
    prompt_tokens: _Long
    completion_tokens: _Long
    cached_tokens: _Long
    reasoning_tokens: _Long
    estimated: bool
    cost: _Long | None
    latency_ms: float
    first_token_ms: float | None
    attempts: _Small
    trace: str
    cache_write_tokens: _Long = 0
    team: str = ""
    user: str = ""
    cache: CacheResult = ""
    message: str = ""
    route: str | None = None
    saved: _Long | None = None


class _Rollup(_Row):
    granularity: Granularity
    view: str
    start: _Long
    provider: str
    deployment: str
    model: str
    key_id: str
    team: str
    error: str
    count: _Long
    ok: _Long
    failed: _Long
    cut: _Long
    abandoned: _Long
    refused: _Long
    lost: _Long
    skipped: _Long
    attempts: _Long
    fallbacks: _Long
    cache_hits: _Long
    cache_misses: _Long
    prompt_tokens: _Long
    completion_tokens: _Long
    cached_tokens: _Long
    cache_write_tokens: _Long
    reasoning_tokens: _Long
    cost: _Long
    unpriced: _Long
    saved: _Long
    writing_ms: float
    latency: bytes
    first_token: bytes

    def check(self) -> None:
        Sketch.decode(self.latency)
        Sketch.decode(self.first_token)


class _StalePeriod(_Row):
    granularity: Granularity
    start: _Long
    writer: str
    mark: _Long


class _KeptSince(_Row):
    name: str
    at: _Long


class _ErrorGroup(_Row):
    fingerprint: str
    code: str
    status: _Small
    provider: str
    deployment: str
    endpoint: str
    pattern: str
    first_seen: _Long
    last_seen: _Long
    keys: str
    example_id: str
    example: str

    def check(self) -> None:
        _WORDS.decode(self.keys)


class _Response(_Row):
    id: str
    key_id: str
    previous_id: str | None
    created_at: _Long
    expires_at: _Long
    alive_until: _Long | None
    status: str
    model: str
    input: str
    document: str

    def check(self) -> None:
        _OBJECTS.decode(self.input)
        _OBJECT.decode(self.document)


class _File(_Row):
    id: str
    provider: str
    key_id: str
    filename: str
    purpose: str
    bytes: _Long
    created_at: _Long
    expires_at: _Long | None


class _FileChunk(_Row):
    file_id: str
    number: _Long
    data: bytes
    created_at: _Long


class _Batch(_Row):
    id: str
    key_id: str
    endpoint: str
    input_file_id: str
    model: str
    status: BatchStatus
    runner: str
    metadata: str
    output_seconds: _Long | None
    created_at: _Long
    expires_at: _Long
    in_progress_at: _Long | None
    finalizing_at: _Long | None
    cancelling_at: _Long | None
    ended_at: _Long | None
    output_file_id: str | None
    error_file_id: str | None
    errors: str
    stop: str
    reason: str
    not_before: _Long
    total: _Long
    completed: _Long
    failed: _Long
    output_bytes: _Long
    error_bytes: _Long
    prompt_tokens: _Long
    cached_tokens: _Long
    completion_tokens: _Long
    reasoning_tokens: _Long
    cost: _Long
    native: str
    worker: str
    leased_until: _Long

    def check(self) -> None:
        for document in (self.metadata, self.stop, self.native):
            if document:
                _OBJECT.decode(document)
        if self.errors:
            _OBJECTS.decode(self.errors)


class _BatchPart(_Row):
    batch_id: str
    first: _Long
    lines: _Long
    start: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    size: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    worker: str
    leased_until: _Long
    tries: _Small


class _BatchLine(_Row):
    batch_id: str
    number: _Long
    ok: bool
    line: bytes


class _ResponseItem(_Row):
    key_id: str
    item_id: str
    response_id: str


class _HealthEvent(_Row):
    at: _Long
    id: str
    deployment: str
    was: BreakerState
    became: BreakerState
    reason: str
    wait_ms: _Long


class _Opinion(_Row):
    call_id: str
    key_id: str
    score: _Share
    at: _Long


class _AutoScore(_Row):
    deployment: str
    level: Level
    good: _Amount
    bad: _Amount


class _PublisherKey(_Row):
    id: _Hash
    public_key: str
    name: str
    plugins: str
    trusted: bool
    created_at: _Long
    created_by: str
    revoked_at: _Long | None
    revoked_from: _Long | None
    reason: str

    def check(self) -> None:
        _WORDS.decode(self.plugins)


class _PublisherSuccession(_Row):
    key_id: _Hash
    successor_id: _Hash
    at: _Long
    envelope: str


class _PluginVersionSeen(_Row):
    plugin: str
    version: str
    digest: _Hash
    key_id: str
    at: _Long


class _Plugin(_Row):
    name: str
    kind: str
    version: str
    previous: str
    state: str
    reason: str
    setup: str
    created_at: _Long
    created_by: str
    updated_at: _Long

    def check(self) -> None:
        _OBJECT.decode(self.setup)


class _PluginVersion(_Row):
    plugin: str
    version: str
    digest: str
    key_id: str
    source: str
    document: str
    offer: str
    installed_at: _Long


class _PluginSecret(_Row):
    plugin: str
    name: str
    sealed: bytes
    updated_at: _Long


class _PluginApproval(_Row):
    id: str
    at: _Long
    plugin: str
    tool: str
    key_id: str
    digest: str
    arguments: bytes
    state: str
    decided_at: _Long | None
    decided_by: str
    expires_at: _Long
    reason: str


class _ToolCall(_Row):
    at: _Long
    id: str
    key_id: str
    team: str
    user: str
    plugin: str
    version: str
    tool: str
    method: str
    outcome: str
    is_error: bool
    error: str
    ms: float
    bytes_in: _Long
    bytes_out: _Long
    parent: str
    step: int
    trace: str


class _Audit(_Row):
    at: _Long
    id: str
    actor: str
    action: str
    target: str
    detail: str
    ip: str

    def check(self) -> None:
        _OBJECT.decode(self.detail)


_ANY: Final = msgspec.json.Decoder()
_WORDS: Final = msgspec.json.Decoder(tuple[str, ...])
_DECODERS: Final[dict[str, msgspec.json.Decoder[Any]]] = {
    "keys": msgspec.json.Decoder(_Key),
    "key_secrets": msgspec.json.Decoder(_KeySecret),
    "providers": msgspec.json.Decoder(_Document),
    "models": msgspec.json.Decoder(_Document),
    "limits": msgspec.json.Decoder(_Document),
    "teams": msgspec.json.Decoder(_Document),
    "users": msgspec.json.Decoder(_Document),
    "secrets": msgspec.json.Decoder(_Secret),
    "usage": msgspec.json.Decoder(_Usage),
    "rollups": msgspec.json.Decoder(_Rollup),
    "stale_periods": msgspec.json.Decoder(_StalePeriod),
    "kept_since": msgspec.json.Decoder(_KeptSince),
    "error_groups": msgspec.json.Decoder(_ErrorGroup),
    "responses": msgspec.json.Decoder(_Response),
    "response_items": msgspec.json.Decoder(_ResponseItem),
    "files": msgspec.json.Decoder(_File),
    "file_chunks": msgspec.json.Decoder(_FileChunk),
    "batches": msgspec.json.Decoder(_Batch),
    "batch_parts": msgspec.json.Decoder(_BatchPart),
    "batch_lines": msgspec.json.Decoder(_BatchLine),
    "health_events": msgspec.json.Decoder(_HealthEvent),
    "opinions": msgspec.json.Decoder(_Opinion),
    "auto_scores": msgspec.json.Decoder(_AutoScore),
    "publisher_keys": msgspec.json.Decoder(_PublisherKey),
    "publisher_successions": msgspec.json.Decoder(_PublisherSuccession),
    "plugin_versions_seen": msgspec.json.Decoder(_PluginVersionSeen),
    "plugins": msgspec.json.Decoder(_Plugin),
    "plugin_versions": msgspec.json.Decoder(_PluginVersion),
    "plugin_secrets": msgspec.json.Decoder(_PluginSecret),
    "plugin_approvals": msgspec.json.Decoder(_PluginApproval),
    "tool_calls": msgspec.json.Decoder(_ToolCall),
    "preferences": msgspec.json.Decoder(_Preference),
    "conversations": msgspec.json.Decoder(ConversationRow),
    "conversation_messages": msgspec.json.Decoder(ConversationMessageRow),
    "conversation_images": msgspec.json.Decoder(ConversationImageRow),
    "audit": msgspec.json.Decoder(_Audit),
}


def read(table: str, line: bytes) -> dict[str, Any]:
    """The row of ``table`` that ``line`` holds, by column. Raises msgspec.MsgspecError when it is none."""
    row: _Row = _DECODERS[table].decode(line)
    row.check()
    return msgspec.structs.asdict(row)
