"""Lines for a provider's batch API: prepared as an attempt prepares a call, and read as an attempt reads its answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from switchgear.core.calls import Usage
from switchgear.pipeline.as_it_came import DIALECTS
from switchgear.pipeline.call import ModelCall, ModelRequest
from switchgear.pipeline.file_owners import FileOwners
from switchgear.pipeline.model_call import ModelCalls
from switchgear.pipeline.prepare import Preparation, Prepared
from switchgear.providers.base import Operation, Outgoing
from switchgear.providers.passing import PASSINGS
from switchgear.routing.deployment import Deployment
from switchgear.routing.directory import Directory

_COUNTED: Final = frozenset({*DIALECTS, Operation.COMPLETION, Operation.EMBEDDING})
"""Operations whose tokens are estimated from text when the provider tells none."""


class NativeLine(msgspec.Struct, frozen=True):
    """A line that can be sent. ``finish`` makes the client's answer of the provider's, with what it used; raises ProviderError."""

    outgoing: Outgoing
    deployment: Deployment
    request: ModelRequest
    finish: Callable[[bytes], Awaitable[tuple[bytes, Usage]]]


class NativeLines:
    """Prepares and reads. ``owners`` refuses the files of other keys."""

    def __init__(
        self, calls: ModelCalls, directory: Callable[[], Directory], preparation: Preparation, owners: FileOwners
    ) -> None:
        self._calls = calls
        self._directory = directory
        self._preparation = preparation
        self._owners = owners

    def choose(self, call: ModelCall, request: ModelRequest, at: str) -> Deployment:
        """The deployment of an authenticated call: the model's first, or the one with the id ``at``, where it was let through before.

        Raises RequestError.
        """
        call.name = request.model
        if not at:
            return self._calls.authorise(call, request).deployments[0]
        directory = self._directory()
        model = directory.find(request.model)
        found = next((one for one in model.deployments if one.id == at), None) if model is not None else None
        direct = directory.find(at)
        if found is None and direct is not None:
            model, found = direct, direct.deployments[0]
        if model is None or found is None:
            raise directory.not_found(at, lambda _: False)
        call.model, call.deployment = model, found
        return found

    async def prepare(self, call: ModelCall, request: ModelRequest, deployment: Deployment) -> Prepared:
        """What is sent to the deployment. Raises RequestError."""
        if request.body and request.marked(DIALECTS.get(call.operation, "")).files:
            await self._owners.check(call, request.body)
        self._calls.bound(call, request)
        answers = call.model.answers if call.model is not None else "check"
        return await self._preparation.prepare(call, request, deployment, answers)

    def answer(self, call: ModelCall, request: ModelRequest, prepared: Prepared, body: bytes) -> tuple[bytes, Usage]:
        """The client's answer, and what it used. Raises ProviderError."""
        deployment = call.deployment
        assert deployment is not None  # noqa: S101 - prepare set it
        provider = deployment.provider
        crossing = prepared.crossing
        if crossing is None:
            passing = PASSINGS[DIALECTS.get(call.operation, "chat")]
            usage = passing.usage_of(provider.name, body, provider.redact)
            if usage is None:
                counted = call.operation in _COUNTED
                usage = passing.estimate_of(body, request.prompt_characters) if counted else Usage()
            return passing.mark(body, provider.name), usage
        told = crossing.read(body)
        usage = told.usage or crossing.estimate(told, request.prompt_characters)
        told = crossing.checked(told)
        if crossing.passes:
            return PASSINGS[crossing.front.name].mark(body, provider.name), usage
        return crossing.write(told, usage), usage
