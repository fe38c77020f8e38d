"""What one field alone cannot show: dangling names, references to nothing, combinations that cannot work."""

from __future__ import annotations

import ipaddress
import re
import ssl
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from switchgear.config.fields import Mistake, check_store_url
from switchgear.config.problems import Place, nearest, path_text, quoted
from switchgear.config.providers import LiteLLMProviderSettings, ProviderAccount
from switchgear.config.references import Resolver, parse_reference
from switchgear.config.schema import LOCAL_PROVIDER, Settings
from switchgear.config.state import check_state_url
from switchgear.core.errors import UnresolvedReference
from switchgear.core.secrets import Secret

_KNOWN_TO_LITELLM = Path(__file__).parents[1] / "providers" / "litellm" / "known.json"
"""What ships about each of them; read as data, and only when one is configured."""


class _Row(msgspec.Struct):
    needs: tuple[str, ...] = ()


class _Known(msgspec.Struct):
    providers: dict[str, _Row]


_URLS: Mapping[Place, Callable[[str], str]] = {("store", "url"): check_store_url, ("state", "url"): check_state_url}
_CREDENTIALS = ("api_key", "token")
_TABLES = ("headers", "params")
"""Where references stand in a provider's table."""


class Finding(NamedTuple):
    """A mistake at ``path``; it is not reported when one of ``involved`` is already known to be wrong.

    ``dangling`` marks a name that the file does not define, and that the store may.
    """

    path: Place
    message: str
    suggestion: str = ""
    involved: tuple[Place, ...] = ()
    dangling: bool = False


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost" or host.lower().endswith(".localhost")


def findings(
    settings: Settings, data: Mapping[str, Any], names: set[str], resolver: Resolver, *, store: bool
) -> Iterator[Finding]:
    """Every mistake that shows only when the settings are seen together.

    ``data`` are the tables as read, ``names`` the providers that exist (also those with mistakes of their own).
    ``store`` tells whether ``resolver`` can answer ``secret:`` references.
    """
    yield from _server(settings)
    yield from _deployments(data, names, settings.local.enabled)
    if settings.state.ca_file:
        yield from _trust_file(("state", "ca_file"), settings.state.ca_file)
    for path, reference in _references(settings, data):
        yield from _reference(path, reference, resolver, store=store)
    for name, provider in settings.providers.items():
        if provider.ca_file:
            yield from _trust_file(("providers", name, "ca_file"), provider.ca_file)
        yield from _credentials(("providers", name), provider)
    yield from _fallbacks(settings, names)
    yield from _translated(settings)


def _translated(settings: Settings) -> Iterator[Finding]:
    """LiteLLM's name for each provider of that kind, and an address where it knows none."""
    chosen = {name: one for name, one in settings.providers.items() if isinstance(one, LiteLLMProviderSettings)}
    if not chosen:
        return
    known = msgspec.json.decode(_KNOWN_TO_LITELLM.read_bytes(), type=_Known).providers
    for name, provider in chosen.items():
        path = ("providers", name, "litellm_provider")
        row = known.get(provider.litellm_provider)
        if row is None:
            told = (
                f"{path_text(path)} = {quoted(provider.litellm_provider)} is no provider that LiteLLM translates for."
            )
            yield Finding(path, told, nearest(provider.litellm_provider, known))
        elif "base_url" in row.needs and not provider.base_url:
            told = f"{path_text(('providers', name))} needs base_url: {provider.litellm_provider} has no address of its own."
            yield Finding(path, told, 'Add base_url = "https://…", the base of its API.')


def _credentials(place: Place, provider: ProviderAccount) -> Iterator[Finding]:
    """Two settings that would be sent in one header, or two credentials where one counts."""
    sent = {header.lower() for header in provider.headers}
    for header, setting in provider.credential_headers.items():
        if header in sent:
            path = (*place, "headers")
            yield Finding(path, f"{path_text(path)} sets {header}, and so does {setting}.", "Leave one of them out.")
    if len(provider.credential_headers) > 1:
        first, second = provider.credential_headers.values()
        yield Finding((*place, second), f"{path_text(place)} has both {first} and {second}.", "Leave one of them out.")


def _fallbacks(settings: Settings, names: set[str]) -> Iterator[Finding]:
    """Models that take over calls with images, and are not there or lead in a circle."""
    for alias, model in settings.models.items():
        other = model.vision_fallback
        path: Place = ("models", alias, "vision_fallback")
        if other is None:
            continue
        if other == alias:
            yield Finding(path, f"{path_text(path)} is the model itself.", "Name another model, one that can see.")
        elif other not in settings.models and ("/" not in other or other.partition("/")[0] not in names):
            known = (*(name for name in settings.models if name != alias), *(f"{name}/…" for name in names))
            yield Finding(
                path,
                f"{path_text(path)} = {quoted(other)} is not a model.",
                nearest(other, known),
                (("models", other), ("providers",)),
                dangling="/" in other,
            )


def _server(settings: Settings) -> Iterator[Finding]:
    server = settings.server
    cert, key, proxy = ("server", "tls_cert"), ("server", "tls_key"), ("server", "trusted_proxy")
    if server.tls_cert and not server.tls_key:
        yield Finding(
            cert, "server.tls_cert needs server.tls_key.", "Add tls_key, the file with its private key.", (key,)
        )
    elif server.tls_key and not server.tls_cert:
        yield Finding(
            key, "server.tls_key needs server.tls_cert.", "Add tls_cert, the file with its certificate.", (cert,)
        )
    elif server.tls_cert and server.tls_key:
        yield from _tls_pair(server.tls_cert, server.tls_key)
    elif not server.trusted_proxy and not is_loopback(server.host):
        yield Finding(
            ("server", "host"),
            f"server.host = {quoted(server.host)} would send keys over the network in clear text.",
            'Set tls_cert and tls_key, or trusted_proxy = true behind a proxy with TLS, or host = "127.0.0.1".',
            (cert, key, proxy),
        )


def _tls_pair(cert: Path, key: Path) -> Iterator[Finding]:
    unreadable = [*_unreadable(("server", "tls_cert"), cert), *_unreadable(("server", "tls_key"), key)]
    if unreadable:
        yield from unreadable
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key, password=lambda: "")
    except (ssl.SSLError, ValueError) as error:
        reason = (
            "do not belong together"
            if "MISMATCH" in str(error)
            else "are not a PEM certificate and its plain private key"
        )
        yield Finding(
            ("server", "tls_cert"),
            f"server.tls_cert and server.tls_key {reason}.",
            "Give the certificate chain and its private key, both as PEM and without a passphrase.",
            (("server", "tls_key"),),
        )


def _trust_file(path: Place, file: Path) -> Iterator[Finding]:
    unreadable = list(_unreadable(path, file))
    if unreadable:
        yield from unreadable
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(file)
    except ssl.SSLError:
        yield Finding(
            path,
            f"{path_text(path)} = {quoted(str(file))} holds no PEM certificate.",
            "Name a PEM file of certificate authorities.",
        )


def _unreadable(path: Place, file: Path) -> Iterator[Finding]:
    named = f"{path_text(path)} = {quoted(str(file))}"
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            yield Finding(path, f"{named} is not a file.", "Name a PEM file.")
            return
        file.open("rb").close()
    except FileNotFoundError:
        yield Finding(path, f"{named} does not exist.", "Create the file, or correct the path.")
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        yield Finding(path, f"{named} cannot be read: {reason}.", "Correct the path or its permissions.")


def _deployments(data: Mapping[str, Any], names: set[str], local: bool) -> Iterator[Finding]:
    known = names | {LOCAL_PROVIDER} if local else names
    models = _table(data, "models")
    for alias in models:
        deployments = _table(models, alias).get("deployments")
        for index, deployment in enumerate(deployments if isinstance(deployments, list) else ()):
            provider = deployment.get("provider") if isinstance(deployment, dict) else None
            if not isinstance(provider, str) or not provider or provider in known:
                continue
            path = ("models", alias, "deployments", index, "provider")
            if provider == LOCAL_PROVIDER:
                yield Finding(
                    path,
                    f"{path_text(path)} = {quoted(provider)} is switched off.",
                    "Set enabled = true under [local].",
                    (("local",),),
                )
            else:
                yield Finding(
                    path,
                    f"{path_text(path)} = {quoted(provider)} is not a provider.",
                    nearest(provider, known),
                    (("providers",),),
                    dangling=True,
                )


def _references(settings: Settings, data: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """Every reference and its place: of the tables as read, and of the providers that are not in them."""
    providers = _table(data, "providers")
    places: list[tuple[Place, object]] = [
        (("server", "secret"), _table(data, "server").get("secret")),
        (("store", "url"), _table(data, "store").get("url")),
        (("state", "url"), _table(data, "state").get("url")),
        *_each(("observe", "otlp_headers"), _table(data, "observe", "otlp_headers")),
        *_introspections(data),
        (("sign_in", "oidc", "client_secret"), _table(data, "sign_in", "oidc").get("client_secret")),
    ]
    for name in providers:
        places.extend((("providers", name, setting), _table(providers, name).get(setting)) for setting in _CREDENTIALS)
        for table in _TABLES:
            places.extend(_each(("providers", name, table), _table(providers, name, table)))
    for name, provider in settings.providers.items():
        if name not in providers:
            places.extend((("providers", name, place), text) for place, text in provider.secrets.items())
    for path, value in places:
        if isinstance(value, str) and parse_reference(value):
            yield path, value


def _introspections(data: Mapping[str, Any]) -> Iterator[tuple[Place, object]]:
    issuers = _table(data, "mcp", "oauth").get("issuers")
    for index, each in enumerate(issuers if isinstance(issuers, list) else ()):
        if isinstance(each, dict):
            place: Place = ("mcp", "oauth", "issuers", index, "introspection", "client_secret")
            yield place, _table(each, "introspection").get("client_secret")


def _table(data: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """The table at ``keys``; empty where there is none, or something else."""
    for key in keys:
        data = data.get(key, {})
        if not isinstance(data, dict):
            return {}
    return data


def _each(path: Place, table: Mapping[str, object]) -> list[tuple[Place, object]]:
    return [((*path, key), value) for key, value in table.items()]


def _reference(path: Place, reference: str, resolver: Resolver, *, store: bool) -> Iterator[Finding]:
    parsed = parse_reference(reference)
    if parsed is None or (parsed.kind == "secret" and not store):
        return
    try:
        if path[0] == "providers" and path[2] == "params":  # it goes to LiteLLM, and may be a document
            resolver.document(reference)
            return
        wrong = _unusable(path, resolver.resolve(reference))
    except UnresolvedReference as error:
        yield Finding(path, f"{path_text(path)} = {quoted(reference)}: {error.message}", error.advice)
        return
    if wrong:
        yield Finding(path, f"{path_text(path)} = {quoted(reference)}: {wrong}", "Correct the secret it names.")


def _unusable(path: Place, secret: Secret) -> str:
    """Why a secret cannot serve at ``path``; empty when it can. It never quotes the secret."""
    value = secret.reveal()
    if path == ("server", "secret"):
        return "" if re.fullmatch(r"[0-9A-Fa-f]{64}", value) else "The secret is not 64 hex digits."
    if path in _URLS:
        try:
            _URLS[path](value)
        except Mistake as error:
            return f"The URL {error.message}"
        return ""
    if not value.isascii() or not value.isprintable() or value != value.strip():
        return "The secret has characters that cannot stand in a header."
    return ""
