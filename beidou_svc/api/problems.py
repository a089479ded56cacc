"""Errors as RFC 9457 problem documents: one catalogue, each with what to do next."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of error."""

    status: int
    title: str
    hint: str


PROBLEMS: Mapping[str, Problem] = {
    "bad-parameter": Problem(400, "A parameter is not valid", "See /docs for the parameters of this address."),
    "token-missing": Problem(
        401, "A token is needed", "Send `Authorization: Bearer TOKEN`; `beidou token new` makes one."
    ),
    "token-unknown": Problem(401, "The token is not known", "Check for typing errors, or ask for a new token."),
    "scope-too-small": Problem(403, "The token does not allow this", "Use a token with the scope that `detail` names."),
    "not-found": Problem(404, "There is nothing at this address", "See /docs for what there is."),
    "terminal-unknown": Problem(
        404, "No such terminal", "GET /v1/terminals?text=… finds terminals by a part of the id."
    ),
    "no-basemap": Problem(404, "The service has no base map", "Set basemap.file to a GeoJSON file of the district."),
    "roads-off": Problem(404, "Roads are switched off", "Set roads.enabled = true."),
    "network-unknown": Problem(404, "No such network", "GET /v1/networks lists those that there are."),
    "route-unknown": Problem(404, "No such route", "GET /v1/routes lists those that there are."),
    "fence-unknown": Problem(404, "No such fence", "GET /v1/fences lists those that there are."),
    "collection-unknown": Problem(404, "No such collection", "GET /ogc/collections lists those that there are."),
    "feature-unknown": Problem(404, "No such feature", "The items of the collection are those that there are."),
    "method-not-allowed": Problem(405, "The address does not know this method", "See /docs for the methods it knows."),
    "not-acceptable": Problem(406, "The format is not offered", "Ask for json, geojson or arrow."),
    "exists": Problem(409, "It exists already", "Read it, and PUT the new form with If-Match."),
    "in-use": Problem(409, "It is in use", "The detail says by whom."),
    "too-many": Problem(409, "There are too many", "Delete some, or raise the setting that the detail names."),
    "changed-meanwhile": Problem(
        412, "Somebody else was faster", "Take the change over into `current`, and send it with its ETag."
    ),
    "body-too-large": Problem(413, "The body is too large", "Raise roads.body_bytes_max, or send less at once."),
    "fence-invalid": Problem(422, "The fence is not valid", "`errors` names every member that is wrong."),
    "route-invalid": Problem(422, "The route is not valid", "`errors` names every member that is wrong."),
    "network-invalid": Problem(422, "The network is not valid", "`errors` names every member that is wrong."),
    "if-match-needed": Problem(428, "The version that you have read is needed", "Send If-Match with the ETag of it."),
    "store-failed": Problem(503, "It could not be stored", "Nothing was changed; the log of the service tells more."),
    "page-not-built": Problem(503, "The page has not been built", "Run `make page`, or install a released wheel."),
    "not-ready": Problem(503, "The service is not ready", "Try again in a moment; /v1/status says what is going on."),
    "internal": Problem(500, "The service made a mistake", "The log of the service tells more; please report it."),
}
"""By the last part of `type`, which is stable."""

TYPE_PREFIX = "urn:beidou-svc:problem:"
MEDIA_TYPE = "application/problem+json"

_BY_STATUS = {404: "not-found", 405: "method-not-allowed", 406: "not-acceptable"}


class ProblemError(Exception):
    """Raise it in a route to answer with a problem."""

    def __init__(self, name: str, detail: str, **members: Any) -> None:
        """`members` are further members of the document."""
        super().__init__(detail)
        self.name = name
        self.detail = detail
        self.members = members


def problem_response(
    name: str,
    detail: str,
    instance: str,
    headers: Mapping[str, str] | None = None,
    members: Mapping[str, Any] | None = None,
) -> Response:
    """The document for one error."""
    problem = PROBLEMS[name]
    document = {
        "type": TYPE_PREFIX + name,
        "title": problem.title,
        "status": problem.status,
        "detail": detail,
        "instance": instance,
        "hint": problem.hint,
        **(members or {}),
    }
    challenge = {"WWW-Authenticate": "Bearer"} if problem.status == 401 else {}
    return Response(orjson.dumps(document), problem.status, {**challenge, **(headers or {})}, MEDIA_TYPE)


def install_problems(app: FastAPI) -> None:
    """Answer every error of an application with a problem document."""

    @app.exception_handler(ProblemError)
    async def on_problem(request: Request, error: ProblemError) -> Response:
        return problem_response(error.name, error.detail, request.url.path, members=error.members)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> Response:
        faults = [_fault_text(fault) for fault in error.errors()]
        return problem_response("bad-parameter", "; ".join(faults), request.url.path)

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        name = _BY_STATUS.get(error.status_code, "internal" if error.status_code >= 500 else "bad-parameter")
        return problem_response(name, str(error.detail), request.url.path, error.headers)

    @app.exception_handler(Exception)
    async def on_bug(request: Request, error: Exception) -> Response:
        return problem_response("internal", type(error).__name__, request.url.path)


def _fault_text(fault: Mapping[str, Any]) -> str:
    """What is wrong where: with a parameter, a member of the body, or all of it."""
    inside = ".".join(str(part) for part in fault["loc"][1:])
    if not inside and fault["type"] == "model_attributes_type":
        return "body: it is to be a JSON object, sent with Content-Type: application/json"
    return f"{inside or 'body'}: {fault['msg']}"
