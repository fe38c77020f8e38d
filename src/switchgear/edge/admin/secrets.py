"""``/api/secrets``: values kept encrypted. They go in here and never come out."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Response

from switchgear.core.errors import Conflict
from switchgear.core.secrets import Secret
from switchgear.edge.admin.context import Admin, Administration
from switchgear.edge.admin.providers import stored_providers
from switchgear.edge.admin.schemas import providers as schemas
from switchgear.edge.admin.schemas.base import problems

_NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"

router = APIRouter(prefix="/secrets", tags=["secrets"])
Name = Annotated[str, Path(max_length=128, pattern=_NAME, description="The secret's name.")]


@router.get("", summary="List secrets", operation_id="list_secrets", responses=problems())
async def list_secrets(admin: Admin) -> schemas.SecretList:
    """The names of all secrets and who uses them; never their values."""
    users = await _users(admin)
    names = await admin.gateway.store.secrets.names()
    return schemas.SecretList(data=[_shown(name, users) for name in names])


@router.put(
    "/{name}",
    summary="Keep a secret",
    operation_id="put_secret",
    responses=problems(body=True) | {201: {"model": schemas.Secret, "description": "The secret is new."}},
)
async def put_secret(admin: Admin, name: Name, body: schemas.SecretBody, response: Response) -> schemas.Secret:
    """Keep a value encrypted under a name, instead of what was there. Providers that use it take it at once."""
    async with admin.changes:
        new = name not in await admin.gateway.store.secrets.names()
        await admin.gateway.store.secrets.put(name, Secret(body.value))
        await admin.changed("secret.put", name)
    response.status_code = 201 if new else 200
    return _shown(name, await _users(admin))


@router.delete(
    "/{name}", summary="Delete a secret", operation_id="delete_secret", status_code=204, responses=problems(404, 409)
)
async def delete_secret(admin: Admin, name: Name) -> None:
    """Forget a secret. One that a provider still refers to is kept (409)."""
    async with admin.changes:
        using = (await _users(admin)).get(name)
        if using:
            raise Conflict(
                f'The secret "{name}" is used by {", ".join(using)}.', hint="Change or delete those providers first."
            )
        await admin.gateway.store.secrets.delete(name)
        await admin.changed("secret.delete", name)


async def _users(admin: Administration) -> dict[str, list[str]]:
    """The providers that refer to each secret, by its name."""
    users: dict[str, list[str]] = {}
    known = await stored_providers(admin.gateway) | dict(admin.gateway.settings.providers)
    for provider, settings in sorted(known.items()):
        for reference in set(settings.secrets.values()):
            if reference.startswith("secret:"):
                users.setdefault(reference.removeprefix("secret:"), []).append(provider)
    return users


def _shown(name: str, users: dict[str, list[str]]) -> schemas.Secret:
    return schemas.Secret(name=name, reference=f"secret:{name}", used_by=users.get(name, []))
