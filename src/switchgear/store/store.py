"""The store as one object: everything that is kept, behind one URL."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select, text

from switchgear.core.errors import StoreUnavailable
from switchgear.store import failures, tables, upgrade
from switchgear.store.approvals import ApprovalStore
from switchgear.store.audit import Audit
from switchgear.store.batch_lines import BatchLines
from switchgear.store.batches import Batches
from switchgear.store.conversation_images import ConversationImages
from switchgear.store.conversation_messages import ConversationMessages
from switchgear.store.conversations import Conversations
from switchgear.store.engine import Database, Durability, connect
from switchgear.store.error_groups import ErrorGroups
from switchgear.store.file_contents import FileContents
from switchgear.store.files import Files
from switchgear.store.health import HealthLog
from switchgear.store.keys import Keys
from switchgear.store.leases import Leases
from switchgear.store.limits import Limits, Teams, Users
from switchgear.store.models import Models
from switchgear.store.opinions import Opinions
from switchgear.store.plugins import Plugins, PluginSecrets
from switchgear.store.preferences import Preferences
from switchgear.store.providers import Providers
from switchgear.store.responses import Responses
from switchgear.store.rollups import RollupStore
from switchgear.store.secrets import Secrets
from switchgear.store.sessions import Sessions
from switchgear.store.sign_in_links import SignInLinks
from switchgear.store.spending import Spending
from switchgear.store.tool_calls import ToolCallLog, ToolCallWriter
from switchgear.store.trust import Trust
from switchgear.store.usage import UsageLog
from switchgear.store.usage_writer import UsageWriter


class Store:
    """What is kept. Open it with ``Store.open`` and close it in the end.

    ``writer`` takes the records of finished calls; the others read and change one kind of thing each.
    """

    def __init__(self, database: Database, secret: bytes, durability: Durability) -> None:
        self._database = database
        self.many_hosts = database.kind == "postgresql"
        self.keys = Keys(database)
        self.providers = Providers(database)
        self.models = Models(database)
        self.limits = Limits(database)
        self.teams = Teams(database)
        self.users = Users(database)
        self.secrets = Secrets(database, secret)
        self.usage = UsageLog(database)
        self.spending = Spending(database)
        self.rollups = RollupStore(database)
        self.errors = ErrorGroups(database)
        self.responses = Responses(database)
        self.files = Files(database)
        self.contents = FileContents(database)
        self.conversations = Conversations(database)
        self.messages = ConversationMessages(database)
        self.images = ConversationImages(database)
        self.batches = Batches(database)
        self.batch_lines = BatchLines(database)
        self.approvals = ApprovalStore(database, secret)
        self.audit = Audit(database)
        self.sessions = Sessions(database)
        self.sign_in_links = SignInLinks(database)
        self.preferences = Preferences(database)
        self.health = HealthLog(database)
        self.opinions = Opinions(database)
        self.trust = Trust(database)
        self.plugins = Plugins(database)
        self.plugin_secrets = PluginSecrets(database, secret)
        self.leases = Leases(database)
        self.tool_calls = ToolCallLog(database)
        self.tool_writer = ToolCallWriter(database)
        self.writer = UsageWriter(database, durability)

    @classmethod
    async def open(cls, url: str, data_dir: Path, *, secret: bytes, durability: Durability = "batched") -> Store:
        """Connects, and brings the schema up to date first where it is behind.

        ``url`` is ``sqlite:`` (a file in ``data_dir``), ``sqlite:PATH`` or ``postgresql://…``; ``secret`` is the
        root of encryption at rest, at least 16 bytes. Raises DataFolderUnusable, StoreUnusable, ExtraMissing.
        """
        database = connect(url, data_dir)
        try:
            await upgrade.prepare(database)
        except BaseException:
            await database.close()
            raise
        return cls(database, secret, durability)

    async def revision(self) -> int:
        """A number that grows whenever a key, secret or stored definition changes, in whichever process.

        Raises StoreUnavailable.
        """
        counted = select(tables.revision.c.value).where(tables.revision.c.name == "catalogue")
        async with self._database.read() as connection:
            return int((await connection.execute(counted)).scalar_one())

    async def examine(self) -> list[str]:
        """What SQLite's own check finds wrong with the file, in its words; nothing when it is sound.

        Reads the whole file. PostgreSQL looks after its own. Raises StoreUnavailable when it is locked.
        """
        if self._database.kind == "postgresql":
            return []
        try:
            async with self._database.read() as connection:
                found = (await connection.execute(text("PRAGMA quick_check"))).scalars().all()
        except StoreUnavailable as error:
            if failures.understand(error.__cause__ or error, "").damage:
                return [error.message]
            raise
        return [str(line) for line in found if line != "ok"]

    async def close(self, deadline: float = 10.0) -> None:
        """Commits pending usage records for at most ``deadline`` seconds and disconnects."""
        await self.health.close()
        await self.tool_writer.close()
        await self.writer.close(deadline)
        await self._database.close()
