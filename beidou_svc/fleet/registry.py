"""Which terminals there are: ids to slots and back, and what is known of each beforehand."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

NO_SLOT = -1
"""Not a terminal."""

_CAPACITY_FIRST = 1_024

Vector = tuple[float, float, float]


class Policy(IntEnum):
    """How much a terminal is believed."""

    ACCEPTED = 0
    QUARANTINED = 1


class Role(IntEnum):
    """What a terminal is to RTK. Where the register says nothing, messages 1005 and 1006 make one a base."""

    UNSAID = 0
    ROVER = 1
    BASE = 2


@dataclass(frozen=True, slots=True)
class Terminal:
    """A registered terminal. `ecef_m`: where the antenna of a base stands, as surveyed."""

    id: str
    name: str = ""
    token_hash: str | None = field(default=None, repr=False)
    policy: Policy = Policy.ACCEPTED
    frame: str = ""
    role: Role = Role.UNSAID
    ecef_m: Vector | None = None
    groups: tuple[str, ...] = ()


class Registry:
    """Terminals as small integers.

    Registered terminals have the first slots, in the order given; others follow in order of first appearance.
    A slot is never given to another terminal while the service runs. At most `terminals_max` slots exist.
    """

    def __init__(
        self, terminals: Iterable[Terminal] = (), *, terminals_max: int = 100_000, frame: str = "cgcs2000"
    ) -> None:
        self.terminals_max = terminals_max
        self.policy: NDArray[np.uint8] = np.zeros(min(_CAPACITY_FIRST, terminals_max), np.uint8)
        self._frame = frame
        self._ids: list[str] = []
        self._slots: dict[str, int] = {}
        self._registered: dict[int, Terminal] = {}
        for terminal in terminals:
            self._register(terminal)

    def _register(self, terminal: Terminal) -> None:
        if terminal.id in self._slots:
            raise ValueError(f"terminal {terminal.id!r} is registered twice")
        slot = self.slot_of(terminal.id, terminal.policy)
        if slot == NO_SLOT:
            raise ValueError(f"more terminals are registered than terminals_max = {self.terminals_max}")
        self._registered[slot] = terminal

    @property
    def count(self) -> int:
        """Slots in use; they are 0 .. count - 1."""
        return len(self._ids)

    @property
    def capacity(self) -> int:
        """Length of `policy`. Grows by doubling, so that arrays by slot elsewhere can grow with it."""
        return len(self.policy)

    def find(self, terminal: str) -> int:
        """Slot of a terminal seen or registered, or `NO_SLOT`."""
        return self._slots.get(terminal, NO_SLOT)

    def slot_of(self, terminal: str, policy: Policy = Policy.ACCEPTED) -> int:
        """Slot of a terminal, a new one with the given policy if it was not known; `NO_SLOT` = no more to be had."""
        slot = self._slots.get(terminal)
        if slot is not None:
            return slot
        slot = len(self._ids)
        if slot >= self.terminals_max:
            return NO_SLOT
        if slot == len(self.policy):
            self._grow()
        self._ids.append(terminal)
        self._slots[terminal] = slot
        self.policy[slot] = policy
        return slot

    def _grow(self) -> None:
        grown = np.zeros(min(2 * len(self.policy), self.terminals_max), np.uint8)
        grown[: len(self.policy)] = self.policy
        self.policy = grown

    def id_of(self, slot: int) -> str:
        """Id of a slot in use."""
        return self._ids[slot]

    def name_of(self, slot: int) -> str:
        """Name for people; the id where none is registered."""
        terminal = self._registered.get(slot)
        return (terminal.name if terminal else "") or self._ids[slot]

    def frame_of(self, slot: int) -> str:
        """Reference frame of the coordinates that the terminal reports."""
        terminal = self._registered.get(slot)
        return (terminal.frame if terminal else "") or self._frame

    def stated_frame_of(self, slot: int) -> str:
        """The same as far as the register says; "" = it does not."""
        terminal = self._registered.get(slot)
        return terminal.frame if terminal else ""

    def groups_of(self, slot: int) -> tuple[str, ...]:
        """Groups that the terminal is in: which fences are for it."""
        terminal = self._registered.get(slot)
        return terminal.groups if terminal else ()

    def role_of(self, slot: int) -> Role:
        """Base or rover, as far as the register says."""
        terminal = self._registered.get(slot)
        return Role.UNSAID if terminal is None else terminal.role

    def place_of(self, slot: int) -> Vector | None:
        """Where a base was surveyed to stand, ECEF in m."""
        terminal = self._registered.get(slot)
        return None if terminal is None else terminal.ecef_m

    def bases(self) -> list[int]:
        """Slots of the terminals that are registered as bases."""
        return [slot for slot, terminal in self._registered.items() if terminal.role == Role.BASE]

    def is_registered(self, slot: int) -> bool:
        """Whether the terminal was known beforehand."""
        return slot in self._registered

    def has_token(self, slot: int) -> bool:
        """Whether the terminal must show a token."""
        terminal = self._registered.get(slot)
        return terminal is not None and terminal.token_hash is not None

    def verify(self, slot: int, token: str | None) -> bool:
        """Whether the token is the terminal's. A terminal without a registered token needs none."""
        terminal = self._registered.get(slot)
        if terminal is None or terminal.token_hash is None:
            return True
        return token is not None and token_matches(token, terminal.token_hash)


def new_token() -> str:
    """A token for a terminal: 160 random bits, so that a fast salted hash protects it well enough."""
    return secrets.token_urlsafe(20)


def hash_token(token: str) -> str:
    """What the register keeps of a token: `sha256$SALT$DIGEST`."""
    salt = secrets.token_hex(8)
    return f"sha256${salt}${_digest(salt, token)}"


def is_token_hash(text: str) -> bool:
    """Whether a text has the form that `hash_token` gives."""
    kind, _, rest = text.partition("$")
    salt, _, digest = rest.partition("$")
    return kind == "sha256" and bool(salt) and len(digest) == 64 and all(c in "0123456789abcdef" for c in digest)


def token_matches(token: str, token_hash: str) -> bool:
    """Compare in constant time."""
    _, salt, digest = token_hash.split("$")
    return hmac.compare_digest(_digest(salt, token), digest)


def _digest(salt: str, token: str) -> str:
    return hashlib.sha256(f"{salt}${token}".encode()).hexdigest()
