"""The batches of a gateway, wired."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from switchgear.edge.batch_lines import LineCalls
from switchgear.pipeline.batches.context import BatchContext
from switchgear.pipeline.batches.native_lines import NativeLines
from switchgear.pipeline.batches.times import BatchTimes
from switchgear.pipeline.batches.work import BatchWork
from switchgear.pipeline.file_owners import FileOwners

if TYPE_CHECKING:  # the gateway has its batches
    from switchgear.app.gateway import Gateway


def batch_work(gateway: Gateway) -> BatchWork:
    """What works through batches beside the calls."""
    settings = gateway.settings
    owners = FileOwners(gateway.store.files)
    native = NativeLines(gateway.calls, gateway.directory, gateway.preparation, owners)
    return BatchWork(
        BatchContext(
            store=gateway.store,
            keyring=gateway.keyring,
            directory=gateway.directory,
            caller=LineCalls(gateway.calls, gateway.conversations, native),
            settings=gateway.batch_settings,
            publish=gateway.bus.publish,
            worker=gateway.node_id,
            slots=asyncio.Semaphore(settings.batches.concurrency),
            longest_line=settings.server.max_body_bytes,
            folder=gateway.options.data_dir,
            limiter=gateway.limiter,
            times=BatchTimes.polling(settings.batches.poll),
        )
    )
