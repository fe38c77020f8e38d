"""Prints the admin API's OpenAPI document, as ``/api/openapi.json`` answers it; the console's typed client is made from it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

from switchgear.edge.admin.api import build, document

control = SimpleNamespace(keyring=None, settings=None)  # nothing is asked of a gateway here
print(json.dumps(document(build(cast("Any", control))), indent=1))
