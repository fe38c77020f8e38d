"""Tools and the choice among them, both ways. Source: https://platform.openai.com/docs/api-reference/responses/create, ``tools``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Literal

from switchgear.core.canonical import Call, Tool, ToolChoice
from switchgear.core.errors import RequestError
from switchgear.dialects.body import wrong

_SAID: Final = frozenset({"type", "name", "description", "parameters", "strict", "format"})
_NAMESPACE: Final = "namespace"
_BETWEEN: Final = "__"
_WEB_SEARCH: Final = "web_search"
_MODES: Final[dict[str, Literal["auto", "none", "required"]]] = {"auto": "auto", "none": "none", "required": "required"}


def qualified(namespace: str | None, name: str) -> str:
    """The name by which a tool of a namespace is known elsewhere."""
    return f"{namespace}{_BETWEEN}{name}" if namespace else name


def unqualified(call: Call) -> dict[str, tuple[str, str]]:
    """For the tools of a call that are in namespaces: namespace and own name."""
    found: dict[str, tuple[str, str]] = {}
    for tool in call.tools:
        namespace = _namespace(tool)
        if namespace is not None:
            found[tool.name] = (namespace["name"], tool.name.removeprefix(namespace["name"] + _BETWEEN))
    return found


def _namespace(tool: Tool) -> dict[str, Any] | None:
    if tool.kind == "builtin" or not tool.raw or tool.dialect != "responses":
        return None
    namespace = tool.raw.get(_NAMESPACE)
    return namespace if isinstance(namespace, dict) else None


# ---------------------------------------------------------------- reading


def read_tools(definitions: Iterable[dict[str, Any]], at: str = "tools") -> list[Tool]:
    """The tools as defined. Raises RequestError."""
    found: list[Tool] = []
    for place, definition in enumerate(definitions):
        found += _read_tool(definition, f"{at}[{place}]")
    return found


def _read_tool(definition: dict[str, Any], at: str, namespace: dict[str, Any] | None = None) -> list[Tool]:
    kind = definition.get("type")
    if not isinstance(kind, str):
        raise wrong(f"{at}.type", "must be given")
    if kind in {"function", "custom"}:
        return [_read_own(definition, kind, at, namespace)]
    if kind == _NAMESPACE and namespace is None:
        inner = definition.get("tools")
        if not isinstance(inner, list):
            raise wrong(f"{at}.tools", "must be a list of tools")
        about = {"name": _name(definition, at), "description": definition.get("description") or ""}
        return [
            tool
            for place, one in enumerate(inner)
            for tool in _read_tool(one if isinstance(one, dict) else {}, f"{at}.tools[{place}]", about)
        ]
    name = _WEB_SEARCH if kind.startswith(_WEB_SEARCH) else kind
    return [Tool(name, "builtin", raw=definition, dialect="responses")]


def _read_own(definition: dict[str, Any], kind: str, at: str, namespace: dict[str, Any] | None) -> Tool:
    name = _name(definition, at)
    description = definition.get("description")
    if description is not None and not isinstance(description, str):
        raise wrong(f"{at}.description", "must be text")
    more = {} if definition.keys() <= _SAID else {key: definition[key] for key in definition if key not in _SAID}
    if namespace is not None:
        name, more[_NAMESPACE] = qualified(namespace["name"], name), namespace
    raw, dialect = (more, "responses") if more else (None, "")
    if kind == "custom":
        return Tool(
            name, "custom", description or "", format=_object(definition, "format", at), raw=raw, dialect=dialect
        )
    strict = definition.get("strict")
    if strict is not None and not isinstance(strict, bool):
        raise wrong(f"{at}.strict", "must be true or false")
    parameters = _object(definition, "parameters", at)
    return Tool(name, "function", description or "", parameters, strict, raw=raw, dialect=dialect)


def _name(definition: dict[str, Any], at: str) -> str:
    name = definition.get("name")
    if not isinstance(name, str) or not name:
        raise wrong(f"{at}.name", "must be given")
    return name


def _object(definition: dict[str, Any], field: str, at: str) -> dict[str, Any] | None:
    value = definition.get(field)
    if value is not None and not isinstance(value, dict):
        raise wrong(f"{at}.{field}", "must be an object")
    return value


def read_choice(choice: str | dict[str, Any], tools: list[Tool]) -> ToolChoice:
    """The choice among ``tools``. Raises RequestError for a form that is not known, or a tool that is not there."""
    if isinstance(choice, str):
        mode = _MODES.get(choice)
        if mode is not None:
            return ToolChoice(mode)
        raise wrong("tool_choice", f'"{choice[:40]}" is none of auto, none and required')
    names = {tool.name for tool in tools}
    if choice.get("type") != "allowed_tools":
        return ToolChoice("named", _chosen(choice, names, "tool_choice"))
    listed, mode = choice.get("tools"), choice.get("mode", "auto")
    if mode not in ("auto", "required"):
        raise wrong("tool_choice.mode", "must be auto or required")
    if not isinstance(listed, list) or not listed:
        raise wrong("tool_choice.tools", "must be a list of tools")
    allowed = [
        _chosen(one if isinstance(one, dict) else {}, names, f"tool_choice.tools[{place}]")
        for place, one in enumerate(listed)
    ]
    return ToolChoice("required" if mode == "required" else "auto", allowed=tuple(dict.fromkeys(allowed)))


def _chosen(choice: dict[str, Any], names: set[str], at: str) -> str:
    kind = choice.get("type")
    if not isinstance(kind, str):
        raise wrong(f"{at}.type", "must be given")
    if kind in {"function", "custom"}:
        namespace = choice.get(_NAMESPACE)
        name = qualified(namespace if isinstance(namespace, str) else None, _name(choice, at))
    else:
        name = _WEB_SEARCH if kind.startswith(_WEB_SEARCH) else kind
    if name not in names:
        raise wrong(at, f'there is no tool "{name[:80]}" among tools')
    return name


# ---------------------------------------------------------------- writing


def written_tools(tools: list[Tool], *, strict: bool | None = None) -> list[dict[str, Any]]:
    """Definitions of functions, custom tools and of this dialect's own tools; ``strict`` is what tools that do not say are."""
    found: list[dict[str, Any]] = []
    namespaces: dict[str, dict[str, Any]] = {}
    for tool in tools:
        namespace = _namespace(tool)
        if namespace is None:
            found.append(written_tool(tool, strict=strict))
            continue
        name = namespace["name"]
        if name not in namespaces:
            namespaces[name] = {"type": _NAMESPACE, **namespace, "tools": []}
            found.append(namespaces[name])
        inner = written_tool(tool, strict=strict) | {"name": tool.name.removeprefix(name + _BETWEEN)}
        del inner[_NAMESPACE]
        namespaces[name]["tools"].append(inner)
    return found


def written_tool(tool: Tool, *, strict: bool | None) -> dict[str, Any]:
    """One definition. All five fields of a function are there, as the reference wants them in a response."""
    if tool.kind == "builtin":
        return tool.raw or {"type": tool.name}
    more = tool.raw if tool.raw and tool.dialect == "responses" else {}
    if tool.kind == "custom":
        said = {"description": tool.description, "format": tool.format}
        return {"type": "custom", "name": tool.name, **{name: value for name, value in said.items() if value}, **more}
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description or None,
        "parameters": tool.parameters,
        "strict": strict if tool.strict is None else tool.strict,
        **more,
    }


def written_choice(choice: ToolChoice | None, tools: list[Tool]) -> str | dict[str, Any]:
    """The choice in this dialect. Raises RequestError for one that is not among ``tools``."""
    if choice is None:
        return "auto"
    known = {tool.name: tool for tool in tools}
    for name in (*choice.allowed, *([choice.name] if choice.mode == "named" else ())):
        if name not in known:
            raise RequestError(
                f'tool_choice: the tool "{name[:80]}" cannot be used with this model.', param="tool_choice"
            )
    if choice.mode == "named":
        return _reference(known[choice.name])
    if not choice.allowed:
        return choice.mode
    mode = "required" if choice.mode == "required" else "auto"
    return {"type": "allowed_tools", "mode": mode, "tools": [_reference(known[name]) for name in choice.allowed]}


def _reference(tool: Tool) -> dict[str, Any]:
    if tool.kind != "builtin":
        namespace = _namespace(tool)
        if namespace is None:
            return {"type": tool.kind, "name": tool.name}
        own = tool.name.removeprefix(namespace["name"] + _BETWEEN)
        return {"type": tool.kind, "name": own, _NAMESPACE: namespace["name"]}
    raw = tool.raw or {}
    reference = {"type": raw.get("type", tool.name)}
    return reference | ({"server_label": raw["server_label"]} if "server_label" in raw else {})
