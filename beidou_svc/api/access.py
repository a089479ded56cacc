"""What stands before a route: the token check, as FastAPI dependencies."""

from typing import Annotated, Any

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from beidou_svc.api.context import Service
from beidou_svc.api.problems import ProblemError
from beidou_svc.config import Scope

_BEARER = HTTPBearer(auto_error=False, description="A token of `auth.tokens`; none is needed where none is configured.")


def needs(scope: Scope) -> Any:
    """A dependency that lets only tokens of that scope pass."""

    async def check(service: Service, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> None:
        if service.gate.open:
            return
        if given is None:
            raise ProblemError("token-missing", f"This address needs a token with scope {scope}.")
        if service.gate.scope_of(given.credentials) is None:
            raise ProblemError("token-unknown", "The token is none of those in auth.tokens.")
        if not service.gate.allows(given.credentials, scope):
            raise ProblemError("scope-too-small", f"This address needs scope {scope}.")

    return Depends(check)


READER = needs(Scope.READ)
OPERATOR = needs(Scope.OPERATE)


async def _author(service: Service, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> str:
    return service.gate.holder_of(given.credentials if given else None)


Author = Annotated[str, Depends(_author)]
"""Parameter of a route: who asks."""
