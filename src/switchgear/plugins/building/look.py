"""Run by itself, as a process in the sandbox: says which hosts an index of Python packages keeps its files at, as its pages name them.

Imports nothing of the package. ``LOOK_URLS`` and ``LOOK_NAMES`` hold JSON lists; what is found is written as a JSON object by URL.
"""

import base64
import json
import os
import re
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request

MOST = 1 << 20
TYPES = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
FILE = re.compile(rb"""(?:"url"\s*:\s*"|href\s*=\s*["']?)(https?://[^/"'#?<>\s]+)/""")


def main() -> None:
    """Ask every index for each name until one has it."""
    context = ssl.create_default_context(cafile=os.environ.get("PIP_CERT") or None)
    found = {}
    for url in json.loads(os.environ["LOOK_URLS"]):
        for name in json.loads(os.environ["LOOK_NAMES"]):
            hosts = hosts_of(url, re.sub(r"[-_.]+", "-", name).lower(), context)
            if hosts is not None:
                found[url] = hosts
                break
    json.dump(found, sys.stdout)


def hosts_of(url: str, name: str, context: ssl.SSLContext) -> "list[str] | None":
    """The hosts of one project's files; None where the index does not have it."""
    split = urllib.parse.urlsplit(url)
    plain = split._replace(netloc=split.netloc.rpartition("@")[2])
    request = urllib.request.Request(  # noqa: S310 - http and https alone come here
        f"{plain.geturl().rstrip('/')}/{name}/", headers={"Accept": TYPES}
    )
    if split.username:
        told = f"{urllib.parse.unquote(split.username)}:{urllib.parse.unquote(split.password or '')}"
        request.add_header("Authorization", "Basic " + base64.b64encode(told.encode()).decode())
    try:
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context))
        with opener.open(request, timeout=30) as answer:
            page = answer.read(MOST)
    except (OSError, ValueError):
        return None
    return sorted({each.decode("ascii", "replace") for each in FILE.findall(page)})[:8]


if __name__ == "__main__":
    main()
