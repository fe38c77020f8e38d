"""What a person sees who opens the gateway's address where the console is not built."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from switchgear import __version__
from switchgear.console.page import Page, policy

_STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 44rem; margin: 0 auto; padding: 3rem 1.25rem; }
h1 { font-size: 1.5rem; margin: 0; }
p { margin: .5rem 0 1.5rem; }
h2 { font-size: 1rem; margin: 2rem 0 .5rem; }
pre { overflow-x: auto; padding: 1rem; border: 1px solid color-mix(in srgb, currentcolor 25%, transparent);
  border-radius: .25rem; font-size: .875rem; }
ul { padding-left: 1.25rem; }
a { color: light-dark(#0b57d0, #a8c7fa); }
a:focus-visible, pre:focus-visible { outline: 3px solid currentcolor; outline-offset: 2px; }
"""
_HTML: Final = """<!doctype html>
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
<p>The console is not built in this checkout. Build it, then load this page again; the gateway can go on running:</p>
<pre tabindex="0" aria-label="Commands that build the console">make setup</pre>
<p>or, with Node.js 20.19 or newer at hand:</p>
<pre tabindex="0" aria-label="Commands that build the console with your own Node.js">npm --prefix web ci
npm --prefix web run build</pre>
<h2>What works without it</h2>
<ul>
<li>Calls: any OpenAI or Anthropic client with this address and a key</li>
<li>The command line, which does everything the console does: <code>switchgear --help</code></li>
<li><a href="/readyz">Readiness</a>, <a href="/metrics">metrics</a> and <a href="/api/openapi.json">the admin API</a></li>
</ul>
</main>
</body>
</html>
"""


def unbuilt() -> Page:
    """The page, without scripts, cookies or anything from elsewhere."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    return Page(_HTML.format(style=_STYLE, version=__version__), policy(f"'sha256-{digest}'"))
