"""``/``: what a person sees who opens the gateway's address in a browser."""

from __future__ import annotations

import base64
import hashlib

from switchgear import __version__
from switchgear.core.ids import RequestIds
from switchgear.edge.exchange import Exchange

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 44rem; margin: 0 auto; padding: 3rem 1.25rem; }
h1 { font-size: 1.5rem; margin: 0; }
p { margin: .5rem 0 1.5rem; }
h2 { font-size: 1rem; margin: 2rem 0 .5rem; }
pre { overflow-x: auto; padding: 1rem; border: 1px solid color-mix(in srgb, currentcolor 25%, transparent);
  border-radius: .5rem; font-size: .875rem; }
ul { padding-left: 1.25rem; }
a { color: light-dark(#0b57d0, #a8c7fa); }
a:focus-visible, pre:focus-visible { outline: 3px solid currentcolor; outline-offset: 2px; }
"""
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Switchgear</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<main>
<h1>Switchgear {version} is running</h1>
<p>One gateway for every model. Any OpenAI client works with this address and a key.</p>
<h2>A first call</h2>
<pre tabindex="0" aria-label="Example command">curl {url}/v1/chat/completions \\
  -H "authorization: Bearer $KEY" \\
  -d '{{"model":"smollm2","messages":[{{"role":"user","content":"Hello"}}]}}'</pre>
<p>The first start printed a key. More of them: <code>switchgear keys create</code></p>
<h2>What is here</h2>
<ul>
<li><a href="/readyz">Readiness</a>: what is ready and what is not</li>
<li><a href="/metrics">Metrics</a>, for Prometheus</li>
<li><a href="/api/openapi.json">The admin API</a>, as an OpenAPI document</li>
</ul>
</main>
</body>
</html>
"""


class Landing:
    """A page without scripts, cookies or anything from elsewhere."""

    def __init__(self, ids: RequestIds) -> None:
        self._ids = ids
        digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
        self._headers = (
            "content-type: text/html; charset=utf-8\r\ncache-control: no-cache\r\nx-content-type-options: nosniff\r\n"
            "referrer-policy: no-referrer\r\nx-frame-options: DENY\r\n"
            f"content-security-policy: default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
        ).encode()

    async def __call__(self, exchange: Exchange) -> None:
        """Answer one request."""
        request_id = b"x-request-id: %b\r\n" % self._ids.next().encode()
        if exchange.method not in ("GET", "HEAD"):
            exchange.reply(405, b"allow: GET, HEAD\r\n" + request_id, b"")
            return
        page = _PAGE.format(style=_STYLE, version=__version__, url="http://" + _host(exchange))
        exchange.reply(200, self._headers + request_id, page.encode())


def _host(exchange: Exchange) -> str:
    """The host the browser asked for, if it is one: it is shown on the page."""
    host = exchange.header(b"host").decode("latin-1")
    plain = all(character.isalnum() or character in ".-:[]" for character in host) and host.isascii()
    return host if host and plain else "127.0.0.1:4100"
