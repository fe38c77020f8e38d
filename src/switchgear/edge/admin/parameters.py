"""Query parameters that no route has are mistakes: a filter with a wrong name would give everything, and look as if it had worked."""

from __future__ import annotations

from fastapi import Request, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute

from switchgear.config.problems import nearest
from switchgear.core.errors import RequestError

_ELSEWHERE = (params.Path, params.Header, params.Cookie)


def only_known(request: Request) -> None:
    """A dependency of every route. Raises RequestError, naming the first parameter that the route does not have."""
    asked = request.query_params.keys()
    route = request.scope.get("route")
    if not asked or not isinstance(route, APIRoute):
        return
    # the fields of a model that stands for several parameters come as fields of their own
    known = [one.alias for one in get_flat_params(route.dependant) if not isinstance(one.field_info, _ELSEWHERE)]
    for name in asked:
        if name not in known:
            said = f'{request.method} {request.url.path} has no parameter "{name[:100]}".'
            raise RequestError(said, param=name[:100], hint=nearest(name, known) or "It takes none.")
