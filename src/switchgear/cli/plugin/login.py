"""``switchgear plugin login`` and ``logout``: signing in to remote plugins, and out of them."""

from __future__ import annotations

import asyncio
import getpass
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from cyclopts import App, Parameter

from switchgear.cli import screen
from switchgear.cli.client import Api, connected
from switchgear.cli.models import quote
from switchgear.cli.plugin.redirect import PATH, redirected
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.core.errors import UsageError

login = App(
    name="login",
    help_epilogue="""\
Open the address that is shown in a browser on this machine. From a browser elsewhere, say --paste and paste the address where it ends,
though it shows no page there; or --at-gateway, where browsers reach the gateway itself.

Examples
  switchgear plugin login linear
  switchgear plugin login linear --paste
  switchgear plugin login billing --client-id 4711 --as-client < secret.txt""",
)
logout = App(name="logout", help_epilogue="Examples\n  switchgear plugin logout linear")

_USUAL: Final = 53682
"""The port that a browser comes back to: always the same where it is free, so that no further client is registered."""
_LOOK_EVERY: Final = 1.0
_LONGEST: Final = 64 * 1024

Name = Annotated[str, Parameter(name="NAME", help="The plugin.")]


@Parameter(name="*")
@dataclass(frozen=True)
class Way:
    """Where the browser comes back to."""

    paste: Annotated[bool, Parameter(negative="", help="Paste the address where the browser ends.")] = False
    at_gateway: Annotated[bool, Parameter(negative="", help="It comes back to the gateway's own address.")] = False
    port: Annotated[
        int | None, Parameter(metavar="PORT", help="It comes back to this port. [53682, else one that is free]")
    ] = None


@Parameter(name="*")
@dataclass(frozen=True)
class Identity:
    """Who the gateway is to the authorization server."""

    client_id: Annotated[
        str | None,
        Parameter(metavar="ID", help="A client registered there; its secret is asked for, or read from stdin."),
    ] = None
    issuer: Annotated[
        str | None, Parameter(metavar="URL", help="The authorization server where it was registered.")
    ] = None
    as_client: Annotated[
        bool, Parameter(negative="", help="Nobody signs in: the gateway calls as that client itself.")
    ] = False


_WAY: Final = Way()
_IDENTITY: Final = Identity()


@login.default
def sign_in(
    name: Name,
    /,
    *,
    scope: Annotated[
        list[str] | None,
        Parameter(negative="", metavar="SCOPE", help="What to ask for; may be repeated. [as the plugin says]"),
    ] = None,
    way: Way = _WAY,
    identity: Identity = _IDENTITY,
    show: Annotated[bool, Parameter(negative="", help="Only tell how it is signed in to.")] = False,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Sign in to a remote plugin."""
    if way.paste and way.at_gateway:
        raise UsageError("--paste and --at-gateway are two ways.", hint="Say one of them.")
    wish: dict[str, Any] = {"scopes": scope or [], "issuer": identity.issuer or "", "as_client": identity.as_client}
    if identity.client_id:  # asked for here and not in a coroutine: Ctrl-C would not end the wait for it
        wish |= {"client_id": identity.client_id, "client_secret": _secret(identity.client_id)}
    told = asyncio.run(_show(where, name) if show else _sign_in(where, name, wish, way))
    if as_json:
        screen.show_json(told)
        return
    for line in _words(told):
        screen.say(line)


@logout.default
async def sign_out(
    name: Name,
    /,
    *,
    forget_client: Annotated[
        bool, Parameter(negative="", help="Forget the client given with --client-id, too.")
    ] = False,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Sign out of a remote plugin: forget its tokens, and have them revoked."""
    async with connected(where) as api:
        told = await api.ask("DELETE", _path(name), query={"client": "true"} if forget_client else None)
    if as_json:
        screen.show_json(told)
        return
    screen.say(f"Signed out of {name}.")
    if told["note"]:
        screen.note(f"{screen.mark('doubt')} {screen.printable(told['note'])}")


async def _show(where: Where, name: str) -> dict[str, Any]:
    async with connected(where) as api:
        told: dict[str, Any] = await api.get(_path(name))
        return told


async def _sign_in(where: Where, name: str, wish: dict[str, Any], way: Way) -> dict[str, Any]:
    note = ""
    async with connected(where) as api:
        if wish["as_client"]:
            note = (await api.ask("POST", _path(name), wish))["note"]
        elif way.at_gateway:
            await _at_gateway(api, name, wish)
        elif way.paste:
            begun = await api.ask(
                "POST", _path(name), wish | {"redirect": f"http://127.0.0.1:{way.port or _USUAL}{PATH}"}
            )
            _open(begun)
            screen.note("The browser ends at an address of 127.0.0.1 that shows no page. Paste that address here:")
            answer = await asyncio.to_thread(sys.stdin.readline, _LONGEST)
            note = await _finish(api, name, answer.strip() or "nothing")
        else:
            async with redirected((way.port,) if way.port else (_USUAL, 0)) as here:
                begun = await api.ask("POST", _path(name), wish | {"redirect": here.url})
                _open(begun)
                answer = await _waited(here.answer(_seconds_left(begun)))
            note = await _finish(api, name, answer)
        told: dict[str, Any] = await api.get(_path(name))
        return told | {"note": note}


async def _finish(api: Api, name: str, answer: str) -> str:
    told = await api.ask("POST", f"{_path(name)}/finish", {"answer": answer})
    return str(told["note"])


async def _at_gateway(api: Api, name: str, wish: dict[str, Any]) -> None:
    """Until the gateway itself was told."""
    before = (await api.get(_path(name)))["since"]
    begun = await api.ask("POST", _path(name), wish)
    _open(begun)

    async def signed_in() -> str:
        async with asyncio.timeout(_seconds_left(begun)):
            while (await api.get(_path(name)))["since"] in (None, before):  # noqa: ASYNC110 - in another process
                await asyncio.sleep(_LOOK_EVERY)
        return ""

    await _waited(signed_in())


async def _waited(answer: Any) -> str:
    try:
        return str(await answer)
    except TimeoutError as error:
        raise UsageError("Nobody came back from the browser in time.", hint="Begin again, or say --paste.") from error


def _open(begun: dict[str, Any]) -> None:
    screen.note(f"Open this address in a browser, and sign in there, at {screen.printable(begun['issuer'])}:")
    screen.say(screen.printable(begun["url"]))
    sys.stdout.flush()


def _seconds_left(begun: dict[str, Any]) -> float:
    return max(1.0, datetime.fromisoformat(begun["expires_at"]).timestamp() - time.time())


def _secret(client_id: str) -> str:
    """The secret of a client, typed unseen or from standard input; nothing for a client without one."""
    if sys.stdin.isatty():
        return getpass.getpass(f"Secret of client {client_id} (not shown; nothing if it has none): ").strip()
    return sys.stdin.readline(_LONGEST).strip()


def _words(told: dict[str, Any]) -> list[str]:
    name = told["plugin"]
    if told["state"] == "signed_out":
        return [f"Nobody is signed in to {name}. Sign in with: switchgear plugin login {name}"]
    if told["state"] == "ended":
        why = screen.printable(told["reason"])
        return [
            f"{screen.mark('broken')} The login to {name} has ended. {why}".rstrip(),
            f"  switchgear plugin login {name}",
        ]
    who = f"as the client {told['client_id']}" if told["as_client"] else "by a person"
    scopes = " ".join(told["scopes"]) or "whatever it gives without asking"
    lines = [f"{screen.mark('ok')} Signed in to {name} at {told['issuer']}, {who}.", f"  It allows    {scopes}"]
    if told["wanted"]:
        lines.append(f"  It lacks     {' '.join(told['wanted'])}   sign in again to ask for it")
    if not told["renewable"] and told["expires_at"]:
        lines.append(f"  It ends      {told['expires_at']}")
    if told["note"]:
        lines.append(f"  It does not run: {told['note']}")
    return [screen.printable(line) if index else line for index, line in enumerate(lines)]


def _path(name: str) -> str:
    return f"/api/plugins/{quote(name)}/login"
