"""``/api/models``: what can be called, aliases kept in the store, tests and the embedded models' files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Response
from fastapi.responses import StreamingResponse
from pydantic import ValidationError

from switchgear.config.fields import ALIAS_NAME
from switchgear.config.models import AliasSettings
from switchgear.config.problems import nearest
from switchgear.config.schema import LOCAL_PROVIDER
from switchgear.core.errors import Conflict, ModelNotFound, NotFound, RequestError, SwitchgearError
from switchgear.edge.admin import trial
from switchgear.edge.admin.catalogue import Catalogue
from switchgear.edge.admin.context import Admin
from switchgear.edge.admin.owners import check_owners
from switchgear.edge.admin.schemas import models as schemas
from switchgear.edge.admin.schemas.base import problems
from switchgear.edge.admin.services import GatewayControl
from switchgear.providers.local import embedded

router = APIRouter(prefix="/models", tags=["models"])
AnyName = Annotated[str, Path(max_length=256, description="The model's name; `provider/model` too.")]
AliasName = Annotated[str, Path(max_length=128, pattern=ALIAS_NAME, description="The alias.")]


@router.get("", summary="List models", operation_id="list_models", responses=problems())
async def list_models(admin: Admin) -> schemas.ModelList:
    """Every model that can be called, with its deployments, price, context and state."""
    catalogue = await catalogue_of(admin.gateway)
    return schemas.ModelList(data=catalogue.all())


@router.post(
    "/{name:path}/test",
    summary="Test a model",
    operation_id="test_model",
    responses=problems(404),
)
async def test_model(admin: Admin, name: AnyName) -> schemas.TestResult:
    """Make a short real call and say how it went. It costs what such a call costs, and is recorded."""
    if admin.gateway.directory().find(name) is None:
        raise _no_model(admin.gateway, name)
    result = await trial.run(admin.gateway, admin.key, name)
    await admin.audited("model.test", name, {"ok": result.ok, "request_id": result.request_id})
    return result


@router.post(
    "/{name:path}/pull",
    summary="Check an embedded model's files",
    operation_id="pull_model",
    response_class=StreamingResponse,
    responses=problems(404, 409)
    | {
        200: {
            "description": "Lines of progress; the last one says whether the model is whole.",
            "content": {
                "application/x-ndjson": {
                    "schema": {
                        "oneOf": [
                            {"$ref": "#/components/schemas/PullProgress"},
                            {"$ref": "#/components/schemas/PullEnd"},
                        ]
                    }
                }
            },
        }
    },
)
async def pull_model(admin: Admin, name: AnyName) -> StreamingResponse:
    """Make an embedded model ready: find its package, read its files whole and compare their checksums.

    The files come inside packages, so nothing is downloaded; a model of a provider has nothing to pull.
    """
    plain = name.removeprefix(f"{LOCAL_PROVIDER}/")
    if plain not in embedded.available():
        if admin.gateway.directory().find(name) is None:
            raise _no_model(admin.gateway, name)
        raise Conflict(
            f'"{name}" runs at its provider: there is nothing to pull.',
            hint=f"Embedded models: {', '.join(embedded.available())}.",
        )
    await admin.audited("model.pull", plain)
    return StreamingResponse(_pull(plain), media_type="application/x-ndjson")


@router.get("/{name:path}", summary="Show a model", operation_id="get_model", responses=problems(404))
async def get_model(admin: Admin, name: AnyName) -> schemas.Model:
    """One model."""
    model = (await catalogue_of(admin.gateway)).model(name)
    if model is None:
        raise _no_model(admin.gateway, name)
    return model


@router.put(
    "/{name}",
    summary="Define an alias",
    operation_id="put_model",
    responses=problems(409, body=True) | {201: {"model": schemas.Model, "description": "The alias is new."}},
)
async def put_model(admin: Admin, name: AliasName, body: AliasSettings, response: Response) -> schemas.Model:
    """Keep an alias in the store, instead of what it had there under that name.

    The body is what stands under `[models.NAME]` in the configuration file. What the file defines wins: such a name
    is refused with 409.
    """
    gateway = admin.gateway
    if name in gateway.settings.models:
        raise _of_the_file(name)
    document = body.model_dump(mode="json")
    async with admin.changes:
        _check_providers(gateway, body)
        _check_fallback(gateway, name, body)
        check_owners(gateway.limiter.book, {"limits": body.limits or ""})
        new = all(document.name != name for document in await gateway.store.models.all())
        await gateway.store.models.put(name, document)
        await admin.changed("model.put", name, document)
    response.status_code = 201 if new else 200
    model = (await catalogue_of(gateway)).model(name)
    if model is None:  # deleted by another process meanwhile
        raise _no_model(gateway, name)
    return model


@router.delete(
    "/{name}", summary="Delete an alias", operation_id="delete_model", status_code=204, responses=problems(404, 409)
)
async def delete_model(admin: Admin, name: AliasName) -> None:
    """Forget an alias of the store."""
    async with admin.changes:
        if name not in {document.name for document in await admin.gateway.store.models.all()}:
            if name in admin.gateway.settings.models:
                raise _of_the_file(name)
            raise NotFound(f'No alias "{name}" is in the store.', hint="GET /api/models shows where each is defined.")
        await admin.gateway.store.models.delete(name)
        await admin.changed("model.delete", name)


def _check_providers(gateway: GatewayControl, alias: AliasSettings) -> None:
    """Raise RequestError for a deployment whose provider does not exist."""
    known = {*gateway.directory().providers, *gateway.settings.providers}
    for index, deployment in enumerate(alias.deployments):
        if deployment.provider not in known:
            raise RequestError(
                f'"{deployment.provider}" is not a provider. {nearest(deployment.provider, known)}',
                param=f"deployments[{index}].provider",
            )


def _check_fallback(gateway: GatewayControl, name: str, alias: AliasSettings) -> None:
    """Raise RequestError for a model that takes over calls with images and is none, or is this one."""
    other = alias.vision_fallback
    if other is not None and (other == name or gateway.directory().find(other) is None):
        raise RequestError(
            f'"{other}" is {"this model itself" if other == name else "not a model"}.',
            param="vision_fallback",
            hint="Name another model, one that takes images: GET /api/models lists every model.",
        )


async def catalogue_of(gateway: GatewayControl) -> Catalogue:
    """The gateway's models as they are now."""
    stored: dict[str, AliasSettings] = {}
    for document in await gateway.store.models.all():
        try:
            stored[document.name] = AliasSettings.model_validate(document.content)
        except ValidationError:
            continue  # written by another version; the gateway passed over it too, and said so
    return Catalogue(gateway, stored)


def check_model(gateway: GatewayControl, name: str) -> None:
    """Raise ModelNotFound for a name, given as ``model``, that no call can be for."""
    if gateway.directory().find(name) is None:
        raise _no_model(gateway, name, "model")


def _no_model(gateway: GatewayControl, name: str, param: str = "name") -> ModelNotFound:
    told = gateway.directory().not_found(name, lambda _: True)
    return ModelNotFound(told.message, param=param, hint="GET /api/models lists every model.")


def _of_the_file(name: str) -> Conflict:
    return Conflict(
        f'"{name}" is defined in the configuration file, which wins.',
        hint=f"Change [models.{name}] there and reload, or choose another name.",
    )


async def _pull(name: str) -> AsyncIterator[bytes]:
    """Lines of progress while a thread reads the files; at most one for every percent."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[schemas.PullProgress | schemas.PullEnd] = asyncio.Queue()
    shown = -1

    def progress(done: int, total: int) -> None:
        nonlocal shown
        percent = done * 100 // total if total else 100
        if percent != shown:
            shown = percent
            loop.call_soon_threadsafe(lines.put_nowait, schemas.PullProgress(done=done, total=total))

    async def check() -> None:
        try:
            await asyncio.to_thread(embedded.verify, name, progress)
        except SwitchgearError as error:
            told = schemas.TestError(code=error.code, message=error.message, hint=error.advice)
            lines.put_nowait(schemas.PullEnd(ok=False, error=told))
        else:
            lines.put_nowait(schemas.PullEnd(ok=True))

    checking = asyncio.create_task(check(), name="model pull")
    try:
        while True:
            line = await lines.get()
            yield msgspec.json.encode(line.model_dump(exclude_none=True)) + b"\n"
            if isinstance(line, schemas.PullEnd):
                return
    finally:
        await asyncio.wait([checking])
