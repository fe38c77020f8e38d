"""The child process that serves the embedded embedding model. Started by ``ChildProcess``, never by hand."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import NoReturn

from switchgear.core.errors import SwitchgearError
from switchgear.providers.local.models import MINILM
from switchgear.providers.local.serving import Orders, Reports, begin


def main() -> NoReturn:
    """Serve until the gateway says stop or is gone."""
    orders, reports = begin()
    try:
        asyncio.run(_serve(orders, reports))
    except SwitchgearError as error:
        reports.failed(error.message)
    except ImportError as error:
        reports.failed(f"The engine of {MINILM.name} cannot be loaded: {error}")
    os._exit(1)


async def _serve(orders: Orders, reports: Reports) -> None:
    """Load, warm up, listen, report."""
    model, tokenizer = MINILM.locate()
    # The engines are loaded in the child only, after the limits are in force.
    import uvicorn  # noqa: PLC0415 - see above

    from switchgear.providers.local.embedding_api import EmbeddingAPI  # noqa: PLC0415 - loads numpy
    from switchgear.providers.local.vectors import SentenceVectors  # noqa: PLC0415 - loads onnxruntime

    engine = SentenceVectors(model, tokenizer, int(orders.settings["threads"]))
    for batch in engine.batches(["warm up"]):
        engine.run(batch)
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    config = uvicorn.Config(
        EmbeddingAPI(engine, MINILM.name, orders.key),
        http="httptools",
        lifespan="off",
        access_log=False,
        log_level="warning",
        timeout_keep_alive=600,  # the gateway is the only client and closes idle connections itself
    )
    # The kernel takes connections from here on; uvicorn answers them a moment later.
    reports.ready(f"http://127.0.0.1:{listener.getsockname()[1]}", "/health")
    await uvicorn.Server(config).serve(sockets=[listener])


if __name__ == "__main__":
    main()
