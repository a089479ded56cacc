"""What the routes about roads share: the parts, bodies, versions as ETags, errors of the store as problems."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import orjson
from fastapi import Request, Response

from beidou_svc.api.answers import answer
from beidou_svc.api.context import Context
from beidou_svc.api.problems import ProblemError
from beidou_svc.roads.faults import InvalidError
from beidou_svc.roads.fence_desk import TooManyError
from beidou_svc.roads.roads import Active, Roads
from beidou_svc.roads.store import NEVER, ConflictError, NotThereError, StoreError

GEOJSON = "application/geo+json"

_P = ParamSpec("_P")
_T = TypeVar("_T")


def roads_of(service: Context) -> Roads:
    """The roads of the service."""
    if service.roads is None:
        raise ProblemError("roads-off", "This service does not watch roads.")
    return service.roads


def active_of(service: Context) -> Active:
    """The network that positions are matched to."""
    active = roads_of(service).active
    if active is None:
        raise ProblemError("network-unknown", "Positions are matched to no network; roads.network names one.")
    return active


async def read_body(request: Request, bytes_max: int) -> bytes:
    """The body of a request, unless it is too long."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > bytes_max:
            raise ProblemError("body-too-large", f"At most {bytes_max:,} bytes are taken.")
        parts.append(part)
    return b"".join(parts)


async def read_json(request: Request, bytes_max: int) -> Any:
    """The body as JSON."""
    body = await read_body(request, bytes_max)
    try:
        return orjson.loads(body)
    except ValueError as error:
        raise ProblemError("bad-parameter", f"The body is no JSON: {error}") from None


def etag_of(version: int) -> str:
    """A version as an ETag."""
    return f'"{version}"'


def expected_version(request: Request, current: int | None) -> int:
    """The version that the request is about, 0 = a document that is new. `current` is what there is, None = nothing.

    A document that exists is only changed by who says which version was read.
    """
    if request.headers.get("if-none-match", "").strip() == "*":
        return 0
    given = request.headers.get("if-match")
    if given is None:
        if current is None:
            return 0
        raise ProblemError("if-match-needed", f"It exists, its ETag is {etag_of(current)}.")
    tags = [tag.strip() for tag in given.split(",")]
    if current is not None and ("*" in tags or etag_of(current) in tags):
        return current
    known = [int(tag.strip('"')) for tag in tags if tag.strip('"').isdecimal()]
    # a version without its quotes is meant as it stands; what is not one of our tags is a version that never was
    return known[0] if known and known[0] else NEVER


def fence_problem(error: Exception, kind: str, show: Callable[[Any], Any] = lambda stored: None) -> ProblemError:
    """An error of the store or of a check as a problem; `show` gives a stored document as the API does."""
    if isinstance(error, InvalidError):
        errors = [{"index": f.place, "id": f.id, "field": f.field, "message": f.message} for f in error.faults]
        return ProblemError(f"{kind}-invalid", str(error), errors=errors)
    if isinstance(error, ConflictError):
        current = None if error.current is None else show(error.current)
        return ProblemError("changed-meanwhile", f"{error}.", current=current)
    if isinstance(error, NotThereError):
        return ProblemError(f"{kind}-unknown", f"{error}.")
    name = f"{kind}-invalid"
    if isinstance(error, TooManyError | StoreError):
        name = "too-many" if isinstance(error, TooManyError) else "store-failed"
    return ProblemError(name, str(error), **({"errors": []} if name.endswith("invalid") else {}))


async def answer_document(
    request: Request,
    document: Any,
    version: int | str,
    media_type: str = GEOJSON,
    status: int = 200,
    location: str = "",
) -> Response:
    """A document with its ETag."""
    response = await answer(request, orjson.dumps(document), media_type)
    response.status_code = status
    response.headers["ETag"] = f'"{version}"'
    if location:
        response.headers["Location"] = location
    return response
