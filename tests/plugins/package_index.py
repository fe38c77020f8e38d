"""Package indexes on 127.0.0.1: one of Python packages (PEP 503) and one of Node's, with what a hostile one would serve.

Packages are made here. ``asked`` are the paths that were asked for.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


def wheel(name: str, version: str, files: Mapping[str, str], scripts: str = "") -> tuple[str, bytes]:
    """A wheel's name and content (PEP 427)."""
    info = f"{name}-{version}.dist-info"
    content = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: For a test.\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        **({f"{info}/entry_points.txt": f"[console_scripts]\n{scripts}\n"} if scripts else {}),
    }
    record = "".join(f"{path},,\n" for path in [*content, f"{info}/RECORD"])
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path, text in {**content, f"{info}/RECORD": record}.items():
            archive.writestr(zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0)), text)
    return f"{name}-{version}-py3-none-any.whl", made.getvalue()


def sdist(name: str, version: str, build: str) -> tuple[str, bytes]:
    """A source package that is built by a back end of its own, which runs ``build`` first; it needs nothing of an index."""
    file, content = wheel(name, version, {f"{name}.py": "BUILT = True\n"}, f"{name} = {name}:main")
    backend = (
        f"import base64, os\nWHEEL = {base64.b64encode(content)!r}\n"
        f"def build_wheel(folder, config_settings=None, metadata_directory=None):\n"
        f"    exec({build!r}, {{}})\n"
        f"    with open(os.path.join(folder, {file!r}), 'wb') as made:\n"
        f"        made.write(base64.b64decode(WHEEL))\n"
        f"    return {file!r}\n"
    )
    project = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    described = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for path, text in {"pyproject.toml": project, "backend.py": backend, "PKG-INFO": described}.items():
            info = tarfile.TarInfo(f"{name}-{version}/{path}")
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return f"{name}-{version}.tar.gz", made.getvalue()


def tarball(name: str, version: str, files: Mapping[str, str], **fields: Any) -> tuple[dict[str, Any], bytes]:
    """A Node package: its package.json, and its content."""
    described = {"name": name, "version": version, **fields}
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for path, text in {"package.json": json.dumps(described), **files}.items():
            info = tarfile.TarInfo(f"package/{path}")
            info.size = len(text.encode())
            info.mode = 0o755
            archive.addfile(info, io.BytesIO(text.encode()))
    return described, made.getvalue()


@dataclass
class PackageIndex:
    """``pages`` are bodies by path. ``endless``: paths that are answered without end. ``password``: asked for, as ``user:password``."""

    port: int = 0
    pages: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    endless: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    password: str = ""
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def python(self, file: str, content: bytes, *, digest: str = "", at: str = "") -> None:
        """Offer a wheel or a source package, with another hash or elsewhere if that is said."""
        name = file.split("-", maxsplit=1)[0].lower().replace("_", "-")
        path = f"/files/{file}"
        digest = digest or hashlib.sha256(content).hexdigest()
        self.pages[path] = ("application/octet-stream", content)
        _, page = self.pages.get(f"/simple/{name}/", ("", b""))
        link = f'<a href="{at or path}#sha256={digest}">{file}</a>\n'.encode()
        self.pages[f"/simple/{name}/"] = ("text/html", page + link)

    def node(self, described: dict[str, Any], content: bytes, *, at: str = "") -> None:
        """Offer a Node package."""
        name, version = described["name"], described["version"]
        path = f"/{name}/-/{version}.tgz"
        integrity = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
        entry = {**described, "dist": {"tarball": at or f"{self.url}{path}", "integrity": integrity}}
        document = {"name": name, "dist-tags": {"latest": version}, "versions": {version: entry}}
        self.pages[path] = ("application/octet-stream", content)
        self.pages[f"/{name}"] = ("application/json", json.dumps(document).encode())

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            path = head.split(" ")[1].partition("?")[0].replace("%2f", "/").replace("%2F", "/")
            self.asked.append(path)
            await self.answer(path, head, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def answer(self, path: str, head: str, writer: asyncio.StreamWriter) -> None:
        if path in self.silent:
            await asyncio.Event().wait()
        allowed = base64.b64encode(self.password.encode()).decode()
        if self.password and f"basic {allowed}".lower() not in head.lower():
            writer.write(b'HTTP/1.1 401 No\r\nwww-authenticate: Basic realm="x"\r\ncontent-length: 0\r\n\r\n')
        elif path in self.endless:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\nconnection: close\r\n\r\n")
            while True:
                writer.write(bytes(1 << 18))
                await writer.drain()
        elif path in self.pages:
            kind, body = self.pages[path]
            head = (
                f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
            )
            writer.write(head.encode() + body)
        else:
            writer.write(b"HTTP/1.1 404 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()


@asynccontextmanager
async def package_index(**settings: Any) -> AsyncIterator[PackageIndex]:
    """An index until the end."""
    made = PackageIndex(**settings)
    tasks: set[asyncio.Task[None]] = set()

    def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(made.connection(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listener = await asyncio.start_server(accepted, "127.0.0.1", 0)
    made.port = listener.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
