"""``/api/providers``: accounts at APIs we call. A key given here is kept encrypted and never shown."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Response
from pydantic import ValidationError

from switchgear.config.fields import PROVIDER_NAME
from switchgear.config.models import AliasSettings
from switchgear.config.providers import AnyProvider, ProviderAccount, parse_provider
from switchgear.config.references import parse_reference
from switchgear.config.schema import LOCAL_PROVIDER
from switchgear.config.stored import outside_store, references
from switchgear.core.errors import Conflict, NotFound, RequestError, SwitchgearError
from switchgear.core.secrets import Secret
from switchgear.edge.admin.catalogue import Catalogue
from switchgear.edge.admin.context import Admin, Administration
from switchgear.edge.admin.redaction import shown
from switchgear.edge.admin.schemas import providers as schemas
from switchgear.edge.admin.schemas.base import problems
from switchgear.edge.admin.schemas.models import TestError
from switchgear.edge.admin.services import GatewayControl
from switchgear.providers.base import Provider
from switchgear.providers.litellm.provider import LiteLLMProvider

_MODELS_SHOWN: Final = 1000
_OPENAI_KINDS: Final = frozenset({"openai", "azure", "anthropic", "local"})
"""Kinds whose further endpoints have the form in which they are asked for."""

router = APIRouter(prefix="/providers", tags=["providers"])
Name = Annotated[str, Path(max_length=64, pattern=PROVIDER_NAME, description="The provider's name.")]


@router.get("", summary="List providers", operation_id="list_providers", responses=problems())
async def list_providers(admin: Admin) -> schemas.ProviderList:
    """Every provider: of the file, the environment and the store, and the embedded one."""
    stored = await stored_providers(admin.gateway)
    known = dict(stored) | dict(admin.gateway.settings.providers)
    told = [_shown(admin.gateway, name, settings) for name, settings in sorted(known.items())]
    if LOCAL_PROVIDER in admin.gateway.directory().providers:
        told.append(_shown(admin.gateway, LOCAL_PROVIDER, None))
    return schemas.ProviderList(data=told)


@router.get("/{name}", summary="Show a provider", operation_id="get_provider", responses=problems(404))
async def get_provider(admin: Admin, name: Name) -> schemas.Provider:
    """One provider."""
    return await _one(admin, name)


@router.put(
    "/{name}",
    summary="Define a provider",
    operation_id="put_provider",
    responses=problems(404, 409, body=True) | {201: {"model": schemas.Provider, "description": "The provider is new."}},
)
async def put_provider(admin: Admin, name: Name, body: schemas.ProviderBody, response: Response) -> schemas.Provider:
    """Keep a provider in the store, instead of what it had there under that name.

    A key in the body is put among the secrets as `provider.NAME`; to keep it in a later change, send
    `"api_key": "secret:provider.NAME"`. What the file or the environment defines wins: such a name is refused with 409.
    """
    store = admin.gateway.store
    _not_configured(admin.gateway, name)
    async with admin.changes:
        secrets = await store.secrets.names()
        own = secret_of(name)
        _check_references(body, secrets)
        key = body.api_key
        if key is not None and parse_reference(key) is None:
            await store.secrets.put(own, Secret(key))
            key = f"secret:{own}"
        document = body.model_dump(mode="json") | {"api_key": key}
        new = all(one.name != name for one in await store.providers.all())
        await store.providers.put(name, document)
        if own in secrets and key != f"secret:{own}":
            with suppress(NotFound):
                await store.secrets.delete(own)
        detail = {"base_url": body.base_url, "key": "new" if key != body.api_key else key or "none"}
        await admin.changed("provider.put", name, detail)
    response.status_code = 201 if new else 200
    return await _one(admin, name)


@router.delete(
    "/{name}",
    summary="Delete a provider",
    operation_id="delete_provider",
    status_code=204,
    responses=problems(404, 409),
)
async def delete_provider(admin: Admin, name: Name) -> None:
    """Forget a provider of the store, and its key. One that an alias of the store still uses is kept (409)."""
    store = admin.gateway.store
    async with admin.changes:
        if name not in {document.name for document in await store.providers.all()}:
            _not_configured(admin.gateway, name)
            raise NotFound(f'No provider "{name}" is in the store.', hint="GET /api/providers lists every provider.")
        users = [alias for alias in await _aliases(admin) if name not in admin.gateway.settings.providers]
        using = sorted(alias for alias, settings in users if any(one.provider == name for one in settings.deployments))
        if using:
            raise Conflict(
                f'The provider "{name}" is used by {", ".join(using)}.', hint="Change or delete those models first."
            )
        await store.providers.delete(name)
        with suppress(NotFound):
            await store.secrets.delete(secret_of(name))
        await admin.changed("provider.delete", name)


@router.post(
    "/test",
    summary="Test a provider before it is kept",
    operation_id="try_provider",
    responses=problems(409, body=True),
)
async def try_provider(admin: Admin, body: schemas.ProviderBody) -> schemas.ProviderTest:
    """Ask a provider that is not kept which models it has. Nothing of it is kept, its key neither."""
    _check_references(body, await admin.gateway.store.secrets.names())
    try:
        provider = admin.gateway.runtime.draft(body)
    except ValueError as error:  # an unresolved reference is none: the references were checked
        raise RequestError(f"{error}.".replace("..", "."), hint="Correct the settings and test again.") from error
    try:
        told = await _asked(provider)
    finally:
        provider.close()
    await admin.audited("provider.try", body.kind, {"base_url": body.base_url, "ok": told.ok})
    return told


@router.post("/{name}/test", summary="Test a provider", operation_id="test_provider", responses=problems(404, 409))
async def test_provider(admin: Admin, name: Name) -> schemas.ProviderTest:
    """Ask the provider which models it has. It costs nothing, and shows whether address and key are right."""
    provider = admin.gateway.directory().providers.get(name)
    if provider is None:
        told = await _one(admin, name)
        raise Conflict(f'The provider "{name}" cannot be called. {told.reason}')
    result = await _asked(provider)
    await admin.audited("provider.test", name, {"ok": result.ok})
    return result


async def _asked(provider: Provider) -> schemas.ProviderTest:
    """What asking a provider for its models came to."""
    began = time.perf_counter()
    names: list[str] = []
    failure: TestError | None = None
    try:
        names = await provider.list_models()
    except SwitchgearError as error:
        failure = TestError(code=error.code, message=error.message, hint=error.advice)
    return schemas.ProviderTest(
        ok=failure is None,
        latency_ms=round((time.perf_counter() - began) * 1000, 3),
        models=names[:_MODELS_SHOWN],
        supports=_supported(provider),
        error=failure,
    )


def secret_of(provider: str) -> str:
    """The name under which a provider's own key is among the secrets."""
    return f"provider.{provider}"


async def stored_providers(gateway: GatewayControl) -> dict[str, AnyProvider]:
    """The usable providers of the store."""
    found: dict[str, AnyProvider] = {}
    for document in await gateway.store.providers.all():
        try:
            settings = parse_provider(document.content)
        except ValidationError:
            continue  # written by another version; the gateway passed over it too, and said so
        if outside_store(settings) is None:
            found[document.name] = settings
    return found


async def _aliases(admin: Administration) -> list[tuple[str, AliasSettings]]:
    found = []
    for document in await admin.gateway.store.models.all():
        with suppress(ValidationError):
            found.append((document.name, AliasSettings.model_validate(document.content)))
    return found


async def _one(admin: Administration, name: str) -> schemas.Provider:
    gateway = admin.gateway
    if name == LOCAL_PROVIDER and name in gateway.directory().providers:
        return _shown(gateway, name, None)
    settings = gateway.settings.providers.get(name) or (await stored_providers(gateway)).get(name)
    if settings is None:
        raise NotFound(f'There is no provider "{name}".', hint="GET /api/providers lists every provider.")
    return _shown(gateway, name, settings)


def _shown(gateway: GatewayControl, name: str, settings: AnyProvider | None) -> schemas.Provider:
    ready = name in gateway.directory().providers
    return schemas.Provider(
        name=name,
        kind="embedded" if settings is None else settings.kind,
        source=Catalogue(gateway, {}).provider_source(name),
        base_url=None if settings is None else settings.base_url,
        api_key=None if settings is None else settings.api_key,
        state="ready" if ready else "failed",
        reason=""
        if ready
        else "The gateway passed it over; the log says why, most often a reference to something that is not there.",
        supports=_supported(gateway.directory().providers[name]) if ready else [],
        settings=None if settings is None else shown(settings),
    )


def _supported(provider: Provider) -> list[schemas.Support]:
    """What a provider can be asked for, chat first."""
    told = provider.roads if isinstance(provider, LiteLLMProvider) else {}
    plain: Literal["passed", "translated"] = "passed" if provider.kind in _OPENAI_KINDS else "translated"
    chats = [schemas.Support(what=dialect, how=told.get(dialect, "passed")) for dialect in provider.dialects]
    operations = sorted(operation.value for operation in provider.operations)
    return chats + [schemas.Support(what=operation, how=told.get(operation, plain)) for operation in operations]


def _not_configured(gateway: GatewayControl, name: str) -> None:
    """Raise Conflict for a name that the store cannot define."""
    if name == LOCAL_PROVIDER:
        raise Conflict(f'"{name}" is the embedded provider.', hint="Choose another name.")
    if name not in gateway.settings.providers:
        return
    if Catalogue(gateway, {}).provider_source(name) == "environment":
        raise Conflict(
            f'"{name}" is defined by a key in the environment, which wins.', hint="Unset it, or choose another name."
        )
    raise Conflict(
        f'"{name}" is defined in the configuration file, which wins.',
        hint=f"Change [providers.{name}] there and reload, or choose another name.",
    )


def _check_references(body: ProviderAccount, secrets: list[str]) -> None:
    """Raise RequestError unless all that ``body`` refers to are secrets of the store."""
    outside = outside_store(body)
    if outside is not None:
        raise RequestError(
            f"{outside}: files and the environment of the gateway cannot be named over the API.",
            param=outside,
            hint="Send the value itself, or secret:NAME; or define the provider in the configuration file.",
        )
    for place, reference in references(body):
        if reference.removeprefix("secret:") not in secrets:
            raise RequestError(
                f"{place}: there is no secret of that name.", param=place, hint="PUT /api/secrets/NAME keeps one."
            )
