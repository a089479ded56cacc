"""Bearer tokens and their scopes."""

from collections.abc import Sequence

from beidou_svc.config import Scope, Token
from beidou_svc.fleet.registry import token_matches

_RANK = {scope: rank for rank, scope in enumerate(Scope)}


class Gate:
    """Decides what a token allows. Without tokens everything is allowed."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tuple(tokens)

    @property
    def open(self) -> bool:
        """Whether no token is needed."""
        return not self._tokens

    def scope_of(self, token: str | None) -> Scope | None:
        """The scope of a token, None = not a token of ours. Every known hash is compared, whichever matches."""
        if self.open:
            return Scope.ADMIN
        if token is None:
            return None
        found = [known.scope for known in self._tokens if token_matches(token, known.hash)]
        return max(found, key=_RANK.__getitem__) if found else None

    def holder_of(self, token: str | None) -> str:
        """Who holds a token; "" where none is needed or it is not known."""
        return next((known.name for known in self._tokens if token and token_matches(token, known.hash)), "")

    def allows(self, token: str | None, needed: Scope) -> bool:
        """Whether a token suffices."""
        scope = self.scope_of(token)
        return scope is not None and _RANK[scope] >= _RANK[needed]
