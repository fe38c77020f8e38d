"""The child process that serves the embedded chat model: llama.cpp's own OpenAI-compatible HTTP server.

``/v1/chat/completions`` and ``/v1/completions`` with streaming, usage, ``stop``, ``max_tokens`` and ``json_schema``
come from the engine (https://github.com/ggml-org/llama.cpp/tree/master/tools/server); this module only chooses its
parameters. Started by ``ChildProcess``, never by hand.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from switchgear.core.errors import SwitchgearError
from switchgear.providers.local.models import SMOLLM2, check_size
from switchgear.providers.local.serving import Orders, begin

TRAINED_CONTEXT = 8192
"""Tokens SmolLM2 was trained for; a larger context gives nonsense, so it is capped here."""

SLOTS = 4
"""Chats that run at once at most; more wait their turn."""

FIXED_MB = 250
"""Private memory in MiB without any key-value cache, thread stacks included (measured 220)."""

CACHE_BYTES = 12_240
"""Key-value cache of one token in 8 bits: 30 layers of 3 heads, 64 keys and 64 values, 34 bytes for 32 of them."""

BATCH = 256
"""Prompt tokens per step. Small, so that a long prompt does not hold up the chats beside it, nor the health check."""

# The template in the file adds "You are a helpful AI assistant named SmolLM …" when no system message is sent, and
# with it this quantisation answers simple questions wrongly ("L'Étoile, la Marseillaise…" for the capital of France).
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def slots_for(context: int, memory_mb: int) -> int:
    """How many chats of ``context`` tokens fit under ``memory_mb`` MiB: at least 1, at most ``SLOTS``."""
    left = (memory_mb - FIXED_MB) * 1024 * 1024
    return max(1, min(SLOTS, left // (context * CACHE_BYTES)))


def parameters(engine: Any, model: Path, orders: Orders) -> Any:
    """The engine's ``CommonParams`` for ``model``.

    Settings: ``context`` (tokens per chat), ``threads`` and ``memory_mb`` (the ceiling the slots must fit under). The key-value cache is kept in 8 bits, which halves its
    memory (12 KB a token). Sampling defaults are those the model's authors recommend (temperature 0.2, top_p 0.9);
    a request's own values win.
    """
    params = engine.CommonParams()
    params.model.path = str(model)
    params.model_alias = {SMOLLM2.name}
    params.api_keys = [orders.key]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    context = min(int(orders.settings["context"]), TRAINED_CONTEXT)
    slots = slots_for(context, int(orders.settings["memory_mb"]))
    params.n_parallel = slots
    params.n_ctx = slots * context
    params.n_batch = params.n_ubatch = BATCH
    params.cache_type_k = params.cache_type_v = engine.ggml_type.GGML_TYPE_Q8_0
    params.cache_ram_mib = 0
    params.n_gpu_layers = 0
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = int(orders.settings["threads"])
    params.chat_template = CHAT_TEMPLATE
    params.sampling.temp = 0.2
    params.sampling.top_p = 0.9
    params.endpoint_metrics = True
    params.endpoint_slots = False
    params.ui = False
    params.offline = True
    params.verbosity = 2
    return params


def main() -> None:
    """Serve until the gateway says stop or is gone."""
    orders, reports = begin()
    try:
        model = _model_file(orders)
        import xllamacpp  # noqa: PLC0415 - the engine is loaded in the child only, after the limits are in force
    except SwitchgearError as error:
        reports.failed(error.message)
    except ImportError as error:
        reports.failed(f"The engine of {SMOLLM2.name} cannot be loaded: {error}")
    server = xllamacpp.Server(parameters(xllamacpp, model, orders))
    # /metrics goes through the queue of the inference loop, so it answers only while that loop is alive; /health
    # answers from any thread.
    reports.ready(server.listening_address, "/metrics")
    while True:
        signal.pause()


def _model_file(orders: Orders) -> Path:
    chosen = orders.settings.get("model_path")
    if chosen is None:
        return SMOLLM2.locate()[0]
    check_size(Path(chosen), SMOLLM2.files[0].size)
    return Path(chosen)


if __name__ == "__main__":
    main()
    os._exit(0)
