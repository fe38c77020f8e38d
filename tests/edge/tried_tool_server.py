"""A tool server to try tools of: with every kind of argument, of result and of malice. It needs nothing but Python."""

import json
import sys
import time

HTML = '<img src=x onerror="window.__hacked=1"><script>window.__hacked=1</script>'
BIDI = "safe\u202egnp.exe\u200b"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
FORM = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "title": "City", "description": "Where."},
        "days": {"type": "integer", "minimum": 1, "maximum": 7, "default": 3},
        "units": {"type": "string", "enum": ["metric", "imperial"]},
        "hourly": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "near": {"type": "object", "properties": {"km": {"type": "number"}}, "required": ["km"]},
        "when": {"oneOf": [{"type": "string", "title": "A day"}, {"type": "integer", "title": "Days from now"}]},
    },
    "required": ["city"],
}
TOOLS = [
    {
        "name": "forecast",
        "title": "Forecast",
        "description": "Tells the weather.",
        "inputSchema": FORM,
        "annotations": {"readOnlyHint": True},
    },
    {
        "name": "slow",
        "description": "Takes its time.",
        "inputSchema": {"type": "object", "properties": {"steps": {"type": "integer"}}},
        "annotations": {"readOnlyHint": True},
    },
    {
        "name": "hostile",
        "title": BIDI,
        "description": HTML,
        "inputSchema": {"type": "object", "properties": {HTML: {"type": "string", "description": BIDI}}},
        "annotations": {"readOnlyHint": True},
    },
    {
        "name": "wipe",
        "description": "Deletes everything.",
        "inputSchema": {"type": "object", "properties": {"path": {"type": "string"}}},
    },
    {
        "name": "broken",
        "description": "Fails.",
        "inputSchema": {"type": "object"},
        "annotations": {"readOnlyHint": True},
    },
    {
        "name": "a/b",
        "description": "Has a slash in its name.",
        "inputSchema": {"type": "object"},
        "annotations": {"readOnlyHint": True},
    },
]


def say(frame):
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **frame}) + "\n")
    sys.stdout.flush()


def text(said):
    return {"content": [{"type": "text", "text": said}]}


def slow(arguments, token):
    for step in range(int(arguments.get("steps", 2))):
        time.sleep(0.05)
        if token is not None:
            told = {
                "progressToken": token,
                "progress": step + 1,
                "total": arguments.get("steps", 2),
                "message": f"step {step + 1} {HTML}",
            }
            say({"method": "notifications/progress", "params": told})
    return text("done")


def hostile():
    return {
        "content": [
            {"type": "text", "text": HTML + BIDI},
            {"type": "text", "text": "x" * 300_000},
            {"type": "image", "data": PIXEL, "mimeType": "image/png"},
            {"type": "image", "data": PIXEL, "mimeType": "image/svg+xml"},
            {"type": "resource_link", "uri": "javascript:window.__hacked=1", "name": HTML},
            {"type": "resource_link", "uri": "https://example.com/a", "name": "a page"},
            {"type": "<b>unknown</b>", "data": 1},
        ],
        "structuredContent": {HTML: {"deep": [1, None, True, BIDI]}},
    }


def called(name, arguments, token):
    if name == "slow":
        return slow(arguments, token)
    if name == "hostile":
        return hostile()
    if name == "broken":
        return {**text("It is broken."), "isError": True}
    return {**text(f"{name}: " + json.dumps(arguments)), "structuredContent": {"tool": name, "arguments": arguments}}


print("weather is ready", HTML, file=sys.stderr, flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    number, method, params = asked.get("id"), asked["method"], asked.get("params") or {}
    if number is None:
        continue
    if method == "initialize":
        result = {
            "protocolVersion": "2025-11-25",
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "weather", "version": "1"},
        }
    elif method == "tools/list":
        result = {"tools": TOOLS}
    elif method == "tools/call":
        token = (params.get("_meta") or {}).get("progressToken")
        result = called(params["name"], params.get("arguments") or {}, token)
    else:
        say({"id": number, "error": {"code": -32601, "message": "no"}})
        continue
    say({"id": number, "result": result})
