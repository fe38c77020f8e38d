"""``/api/plugins``: plugins, from looking at one to its removal."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import StreamingResponse

from switchgear.config.plugins import PLUGIN_NAME
from switchgear.core.errors import NotFound, RequestError, RequestTimeout, RequestTooLarge, SwitchgearError
from switchgear.edge.admin import plugin_forms as forms
from switchgear.edge.admin.context import Admin, Administration
from switchgear.edge.admin.schemas import plugins as schemas
from switchgear.edge.admin.schemas.base import problems
from switchgear.edge.admin.schemas.models import TestError
from switchgear.plugins.archive import USUAL
from switchgear.plugins.installed import Installed
from switchgear.plugins.lifecycle import Tell, Wishes
from switchgear.plugins.proposals import Proposal
from switchgear.plugins.restoring import limits_of
from switchgear.plugins.trust import Accepted

router = APIRouter(prefix="/plugins", tags=["plugins"])
Name = Annotated[str, PathParameter(pattern=PLUGIN_NAME, max_length=64, description="The plugin's name.")]
ProposalId = Annotated[str, PathParameter(max_length=64, description="The id of the proposal.")]
_STALLED_SECONDS: Final = 60.0
_LINES: Final[dict[int | str, Any]] = {
    200: {
        "description": "Lines of progress; the last one says how it ended.",
        "content": {
            "application/x-ndjson": {
                "schema": {
                    "oneOf": [
                        {"$ref": "#/components/schemas/InstallProgress"},
                        {"$ref": "#/components/schemas/InstallEnd"},
                    ]
                }
            }
        },
    }
}


@router.get("", summary="List plugins", operation_id="list_plugins", responses=problems())
async def list_plugins(admin: Admin) -> schemas.PluginList:
    """Every plugin that is installed, by name."""
    return schemas.PluginList(data=[_shown(admin, each) for each in admin.gateway.plugins.host.all()])


@router.get(
    "/discovered", summary="List what can be installed by name", operation_id="discover_plugins", responses=problems()
)
async def discover(admin: Admin) -> schemas.FoundList:
    """Bundles in the folders of the configuration, and those that packages of this Python bring."""
    found = await admin.gateway.plugins.proposing.discovered()
    installed = {each.name: each.version for each in admin.gateway.plugins.host.all()}
    return schemas.FoundList(data=[forms.discovered(found[name], installed.get(name, "")) for name in sorted(found)])


# ------------------------------------------------------------ proposals


@router.post(
    "/proposals",
    summary="Look at a plugin before it is installed",
    operation_id="propose_plugin",
    status_code=201,
    responses=problems(404, 409, body=True),
)
async def propose(admin: Admin, body: schemas.ProposalBody) -> schemas.Proposal:
    """Fetch a plugin and tell what it asks for. Nothing of it runs, and it waits for an hour."""
    asked = forms.granted(body.permissions)
    proposing = admin.gateway.plugins.proposing
    found = await proposing.propose(body.source, tuple(body.arguments), body.name, asked, body.variables)
    return _proposed(admin, found)


@router.post(
    "/proposals/bundle",
    summary="Send a bundle",
    operation_id="propose_bundle",
    status_code=201,
    responses=problems(409, body=True),
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string"}}}}
    },
)
async def propose_bundle(
    admin: Admin,
    request: Request,
    source: Annotated[str, Query(max_length=4096, description="Where it comes from, as it is shown.")] = "",
) -> schemas.Proposal:
    """Send an MCPB bundle and be told what it asks for. Nothing of it runs, and it waits for an hour."""
    proposals = admin.gateway.plugins.lifecycle.proposals
    async with _sent(admin, request) as file:
        return _proposed(admin, await proposals.bundle(file, source or "a file", admin.now))


@router.post(
    "/proposals/openapi",
    summary="Send an OpenAPI document",
    operation_id="propose_openapi",
    status_code=201,
    responses=problems(409, body=True),
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string"}}}}
    },
)
async def propose_openapi(
    admin: Admin,
    request: Request,
    url: Annotated[str, Query(max_length=4096, description="Where it was, for servers that it names by path.")] = "",
    name: Annotated[
        str, Query(max_length=64, pattern=r"^([a-z0-9]+(-[a-z0-9]+)*)?$", description="What to call it.")
    ] = "",
) -> schemas.Proposal:
    """Send an OpenAPI document, whose operations are to be tools, and be told what it asks for."""
    async with _sent(admin, request) as file:
        document = await asyncio.to_thread(file.read_bytes)
    return _proposed(admin, await admin.gateway.plugins.proposing.describe(document, url, name, None))


@router.get("/proposals/{proposal_id}", summary="Show a proposal", operation_id="get_proposal", responses=problems(404))
async def get_proposal(admin: Admin, proposal_id: ProposalId) -> schemas.Proposal:
    """What waits to be installed."""
    return _proposed(admin, await admin.gateway.plugins.lifecycle.proposals.get(proposal_id, admin.now))


@router.delete(
    "/proposals/{proposal_id}",
    summary="Forget a proposal",
    operation_id="drop_proposal",
    status_code=204,
    responses=problems(),
)
async def drop_proposal(admin: Admin, proposal_id: ProposalId) -> Response:
    """Do not install it."""
    await admin.gateway.plugins.lifecycle.proposals.drop(proposal_id)
    return Response(status_code=204)


@router.post(
    "/proposals/{proposal_id}/install",
    summary="Install a plugin",
    operation_id="install_plugin",
    response_class=StreamingResponse,
    responses=problems(404, 409, body=True) | _LINES,
)
async def install(admin: Admin, proposal_id: ProposalId, body: schemas.InstallBody) -> StreamingResponse:
    """Install what was proposed: what it needs is installed in the sandbox, then it is started once to see what it offers."""
    proposal = await admin.gateway.plugins.lifecycle.proposals.get(proposal_id, admin.now)
    wishes = Wishes(
        settings=body.settings,
        secrets=body.secrets,
        granted=forms.granted(body.permissions),
        limits=forms.limited(body.limits, limits_of(proposal.kept.setup, proposal.manifest)),
        accepted=Accepted(unsigned=body.unsigned, downgrade=body.downgrade, publisher=body.new_publisher),
        enable=body.enable,
        by=admin.key.id,
    )

    async def work(told: Tell) -> Installed:
        done = await admin.gateway.plugins.lifecycle.install(proposal, wishes, told)
        detail = {
            "version": done.version,
            "source": done.source,
            "digest": done.digest,
            "granted": msgspec.to_builtins(done.setup.granted),
            "unsigned": body.unsigned,
        }
        await admin.changed("plugin.install", done.name, detail)
        return done

    return StreamingResponse(_lines(admin, work), media_type="application/x-ndjson")


# ------------------------------------------------------------ one plugin


@router.get("/{name}", summary="Show a plugin", operation_id="get_plugin", responses=problems(404))
async def get_plugin(admin: Admin, name: Name) -> schemas.Plugin:
    """One plugin."""
    return _shown(admin, _found(admin, name))


@router.get("/{name}/tools", summary="List a plugin's tools", operation_id="list_plugin_tools", responses=problems(404))
async def list_tools(admin: Admin, name: Name) -> schemas.ToolList:
    """The tools that were accepted of a plugin."""
    return schemas.ToolList(data=forms.tools(name, _found(admin, name).offer))


@router.get(
    "/{name}/versions",
    summary="List a plugin's versions",
    operation_id="list_plugin_versions",
    responses=problems(404),
)
async def list_versions(admin: Admin, name: Name) -> schemas.VersionList:
    """The versions that are on the disk, which it can go back to."""
    plugin, rows = await admin.gateway.store.plugins.get(name)
    return schemas.VersionList(data=forms.versions(rows, plugin.version, plugin.previous))


@router.post(
    "/{name}/enable", summary="Enable a plugin", operation_id="enable_plugin", responses=problems(404, 409, 502)
)
async def enable(admin: Admin, name: Name) -> schemas.Plugin:
    """Let it be called. It is started to see whether it works; one that failed is tried again."""
    done = await admin.gateway.plugins.lifecycle.enable(name)
    await admin.changed("plugin.enable", name)
    return _shown(admin, done)


@router.post(
    "/{name}/disable",
    summary="Disable a plugin",
    operation_id="disable_plugin",
    responses=problems(404, 409, body=True),
)
async def disable(admin: Admin, name: Name, body: schemas.DisableBody) -> schemas.Plugin:
    """Take no more calls of it; those under way end in their own time."""
    done = await admin.gateway.plugins.lifecycle.disable(name, body.reason)
    await admin.changed("plugin.disable", name, {"reason": body.reason})
    return _shown(admin, done)


@router.post("/{name}/restart", summary="Restart a plugin", operation_id="restart_plugin", responses=problems(404))
async def restart(admin: Admin, name: Name) -> schemas.Plugin:
    """End its process; the next call starts another."""
    found = _found(admin, name)
    await admin.gateway.plugins.host.restart(name)
    await admin.audited("plugin.restart", name)
    return _shown(admin, found)


@router.post("/{name}/clear", summary="Remove what a plugin kept", operation_id="clear_plugin", responses=problems(404))
async def clear(admin: Admin, name: Name) -> schemas.Plugin:
    """End its process, and remove its data folder."""
    found = _found(admin, name)
    await admin.gateway.plugins.lifecycle.clear(name)
    await admin.audited("plugin.clear", name)
    return _shown(admin, found)


@router.post(
    "/{name}/use",
    summary="Use another version",
    operation_id="use_plugin_version",
    responses=problems(404, 409, 502, body=True),
)
async def use(admin: Admin, name: Name, body: schemas.UseBody) -> schemas.Plugin:
    """Go back, or on, to a version that is on the disk."""
    done = await admin.gateway.plugins.lifecycle.use(name, body.version)
    await admin.changed("plugin.use", name, {"version": done.version})
    return _shown(admin, done)


@router.post(
    "/{name}/configure",
    summary="Change settings",
    operation_id="configure_plugin",
    responses=problems(404, 409, 502, body=True),
)
async def configure(admin: Admin, name: Name, body: schemas.ConfigureBody) -> schemas.Plugin:
    """Change settings and secrets. It is started with them before they hold."""
    done = await admin.gateway.plugins.lifecycle.configure(name, body.settings, body.secrets)
    await admin.changed("plugin.configure", name, {"settings": sorted(body.settings), "secrets": sorted(body.secrets)})
    return _shown(admin, done)


@router.post(
    "/{name}/grant",
    summary="Change permissions",
    operation_id="grant_plugin",
    responses=problems(404, 409, 502, body=True),
)
async def grant(admin: Admin, name: Name, body: schemas.GrantBody) -> schemas.Plugin:
    """Let it have these permissions and no others. It is started with them before they hold."""
    granted = forms.granted(body.permissions)
    limits = forms.limited(body.limits, _found(admin, name).limits)
    assert granted is not None  # noqa: S101 - the body requires it
    done = await admin.gateway.plugins.lifecycle.grant(name, granted, limits)
    await admin.changed("plugin.grant", name, {"granted": msgspec.to_builtins(granted)})
    return _shown(admin, done)


@router.get(
    "/{name}/review",
    summary="Review what a plugin offers",
    operation_id="review_plugin",
    responses=problems(404, 502),
)
async def review(admin: Admin, name: Name) -> schemas.Review:
    """How what it offers now differs from what was accepted. It is started for that."""
    before = _found(admin, name).offer
    return forms.reviewed(await admin.gateway.plugins.review(name), before)


@router.post(
    "/{name}/accept",
    summary="Accept what a plugin offers",
    operation_id="accept_plugin",
    responses=problems(404, 409, 502, body=True),
)
async def accept(admin: Admin, name: Name, body: schemas.AcceptBody) -> schemas.Plugin:
    """Accept what was reviewed, and let it be called again."""
    done = await admin.gateway.plugins.accept(name, body.digest)
    await admin.changed("plugin.accept", name, {"digest": body.digest})
    return _shown(admin, done)


@router.delete(
    "/{name}", summary="Remove a plugin", operation_id="remove_plugin", status_code=204, responses=problems(404, 409)
)
async def remove(
    admin: Admin,
    name: Name,
    data: Annotated[bool, Query(description="Whether what it kept is removed too.")] = False,
) -> Response:
    """Forget it, its versions and its secrets. What it kept stays for when it is installed again, unless that is said."""
    await admin.gateway.plugins.remove(name, data=data)
    await admin.changed("plugin.remove", name, {"data": data})
    return Response(status_code=204)


# ------------------------------------------------------------


def _found(admin: Administration, name: str) -> Installed:
    installed = admin.gateway.plugins.host.installed(name)
    if installed is None:
        raise NotFound(f'No plugin is named "{name}".', hint="GET /api/plugins lists those that are installed.")
    return installed


def _shown(admin: Administration, installed: Installed) -> schemas.Plugin:
    plugins = admin.gateway.plugins
    return forms.shown(installed, plugins.host.statuses().get(installed.name), plugins.policy)


def _proposed(admin: Administration, proposal: Proposal) -> schemas.Proposal:
    plugins = admin.gateway.plugins
    return forms.proposed(proposal, plugins.host.installed(proposal.name), plugins.policy)


@asynccontextmanager
async def _sent(admin: Administration, request: Request) -> AsyncIterator[Path]:
    """The body as a file, which is gone afterwards. Raises as ``_save``."""
    shelf = admin.gateway.plugins.lifecycle.shelf
    with tempfile.TemporaryDirectory(dir=await asyncio.to_thread(shelf.made, shelf.staging)) as folder:
        file = Path(folder) / "sent"
        await _save(request, file)
        yield file


async def _save(request: Request, file: Path) -> None:
    """Write the body to ``file``. Raises RequestTooLarge, RequestTimeout, RequestError."""
    size = 0
    pieces = request.stream().__aiter__()
    with file.open("wb") as kept:
        while True:
            try:
                async with asyncio.timeout(_STALLED_SECONDS):
                    piece = await anext(pieces)
            except StopAsyncIteration:
                break
            except TimeoutError as error:
                raise RequestTimeout("The bundle did not arrive in time.") from error
            size += len(piece)
            if size > USUAL.file_bytes:
                raise RequestTooLarge(f"The bundle has more than {USUAL.file_bytes:,} bytes.")
            await asyncio.to_thread(kept.write, piece)
    if not size:
        raise RequestError("There is no bundle in the body.", hint="Send the bytes of the .mcpb file.")


async def _lines(admin: Administration, work: Callable[[Tell], Awaitable[Installed]]) -> AsyncIterator[bytes]:
    """Lines of progress while ``work`` is done, and one of how it ended. Whoever leaves does not stop it half-way."""
    lines: asyncio.Queue[schemas.InstallProgress | schemas.InstallEnd] = asyncio.Queue()

    def tell(text: str, *, detail: bool = False) -> None:
        lines.put_nowait(schemas.InstallProgress(told=text, detail=detail))

    async def done() -> None:
        try:
            installed = await work(tell)
        except SwitchgearError as error:
            told = TestError(code=error.code, message=error.message, hint=error.advice)
            lines.put_nowait(schemas.InstallEnd(ok=False, error=told))
        except (OSError, TimeoutError) as error:
            why = "It took too long." if isinstance(error, TimeoutError) else f"The disk: {error.strerror}."
            told = TestError(code="plugin_not_installed", message=why, hint="Try again; the log has the details.")
            lines.put_nowait(schemas.InstallEnd(ok=False, error=told))
        else:
            lines.put_nowait(schemas.InstallEnd(ok=True, plugin=_shown(admin, installed)))

    task = asyncio.create_task(done(), name="plugin install")
    while True:
        waiting = asyncio.ensure_future(lines.get())
        await asyncio.wait([waiting, task], return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done() and lines.empty():
            waiting.cancel()
            task.result()  # a defect: the answer breaks off
            return
        line = await waiting
        yield msgspec.json.encode(line.model_dump(exclude_none=True, mode="json")) + b"\n"
        if isinstance(line, schemas.InstallEnd):
            return
