"""A tool server that does next to nothing, so that what is measured is what stands before it: ``server.py [TOOLS]``.

MCP 2026-07-28 and 2025-11-25 over stdio. ``echo`` gives its text back; beside it there are so many tools that are only listed.
"""

import json
import sys

INFO = {"name": "bench", "version": "1.0.0"}
CAPABILITIES = {"tools": {}}
TEXT = {"type": "object", "properties": {"text": {"type": "string", "description": "What to say back."}}}


def tools(count):
    listed = [{"name": "echo", "description": "Gives its text back.", "inputSchema": TEXT}]
    for number in range(count - 1):
        about = f"Does the work of kind {number}, for whoever needs exactly that and knows how to ask for it."
        listed.append({"name": f"work_{number}", "description": about, "inputSchema": TEXT})
    return listed


def result(method, params, listed):
    if method == "tools/call":
        return {"content": [{"type": "text", "text": params["arguments"].get("text", "")}]}
    if method == "initialize":
        return {"protocolVersion": "2025-11-25", "capabilities": CAPABILITIES, "serverInfo": INFO}
    if method == "server/discover":
        about = {"io.modelcontextprotocol/serverInfo": INFO}
        said = {"supportedVersions": ["2025-11-25", "2026-07-28"], "capabilities": CAPABILITIES, "_meta": about}
        return {**said, "ttlMs": 0, "cacheScope": "public"}
    if method == "tools/list":
        return {"tools": listed, "ttlMs": 3_600_000, "cacheScope": "public"}
    return {} if method == "ping" else None


def main():
    listed = tools(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    for line in sys.stdin.buffer:
        message = json.loads(line)
        number = message.get("id")
        if number is None:
            continue
        answer = result(message["method"], message.get("params", {}), listed)
        if answer is None:
            body = {"error": {"code": -32601, "message": "Method not found"}}
        else:
            body = {"result": {"resultType": "complete", **answer}}
        sys.stdout.buffer.write(json.dumps({"jsonrpc": "2.0", "id": number, **body}).encode() + b"\n")
        sys.stdout.buffer.flush()


main()
