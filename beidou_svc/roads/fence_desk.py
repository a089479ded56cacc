"""The fences in force and the documents that they are: every edit goes to the disk first, and then to the engine.

Edits come from one thread at a time, the reader is another: it takes `fences` once for a step and has a set of one
version, whatever happens meanwhile.
"""

import logging
from collections.abc import Sequence
from typing import Final, NamedTuple

from beidou_svc.errors import ServiceError
from beidou_svc.roads.fence_documents import from_body, to_body
from beidou_svc.roads.store import Kind, Store, Stored, Write
from beidou_svc.telemetry.logs import log_event
from mapping.datums.plane import Plane
from mapping.fences.check import FenceError
from mapping.fences.fence_set import FenceSet
from mapping.fences.model import FenceDraft
from mapping.fences.rules import group_bits_of

logger = logging.getLogger("beidou_svc.roads")

STOP_PREFIX: Final = "stop:"
"""Ids of the fences that the stops of the network have."""


class TooManyError(ServiceError):
    """There is no room for more."""


class FenceChange(NamedTuple):
    """A new form of a fence, or its removal (`draft` None); `expected` as in `Write`."""

    id: str
    draft: FenceDraft | None
    expected: int | None


class Entry(NamedTuple):
    """A fence that there is."""

    draft: FenceDraft
    version: int
    t_utc_ns: int


class FenceDesk:
    """Fences by id, and as the engine has them. `refs[row]` is the id of a row of the set, also of a removed fence."""

    def __init__(self, store: Store, plane: Plane, fences_max: int, fixed: Sequence[FenceDraft] = ()) -> None:
        """`fixed` are fences that nobody edits: those of stops."""
        self._store = store
        self._fences_max = fences_max
        self.entries: dict[str, Entry] = {}
        drafts = [*fixed, *self._stored()]
        self.fences, problems = FenceSet.build(plane, drafts)
        for problem in problems:
            self.entries.pop(problem.ref, None)
            log_event(logger, logging.ERROR, "a stored fence cannot be used", fence=problem.ref, error=problem.message)
        self.refs: list[str] = [self.fences.ref(row) for row in range(self.fences.rows)]

    def _stored(self) -> list[FenceDraft]:
        """The drafts of the store; what is no fence any more is told and left alone."""
        for stored in self._store.latest(Kind.FENCE):
            try:
                self.entries[stored.id] = Entry(from_body(stored.body), stored.version, stored.t_utc_ns)
            except (FenceError, ValueError) as error:
                log_event(logger, logging.ERROR, "a stored fence cannot be read", fence=stored.id, error=error)
        return [entry.draft for entry in self.entries.values()]

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def version(self) -> int:
        """Grows with every edit."""
        return self.fences.version

    def version_of(self, row: int) -> int:
        """The version of the fence in a row of the set; 0 = it is not stored."""
        entry = self.entries.get(self.refs[row])
        return 0 if entry is None else entry.version

    def change(self, changes: Sequence[FenceChange], *, by: str, t_utc_ns: int) -> list[Stored]:
        """Make all changes or none; on disk and in force when it returns.

        Raises ConflictError, NotThereError, StoreError, TooManyError, FenceError.
        """
        new = sum(change.draft is not None and change.id not in self.entries for change in changes)
        if new and len(self) + new > self._fences_max:
            raise TooManyError(f"there would be more than roads.fences_max = {self._fences_max:,} fences")
        if any(change.id.startswith(STOP_PREFIX) for change in changes):
            raise FenceError(f"its id begins with {STOP_PREFIX!r}: that is a stop of the network")
        writes = [
            Write(Kind.FENCE, change.id, None if change.draft is None else to_body(change.draft), change.expected)
            for change in changes
        ]
        # what the set would refuse must not be stored
        group_bits_of(self.fences.groups, [change.draft for change in changes if change.draft is not None])
        stored = self._store.write(writes, by=by, t_utc_ns=t_utc_ns)
        fences, entries = self.fences, dict(self.entries)
        for change, document in zip(changes, stored, strict=True):
            if change.draft is None:
                entries.pop(change.id, None)
                fences = fences.remove(change.id) if change.id in fences.row_of else fences
            else:
                entries[change.id] = Entry(change.draft, document.version, document.t_utc_ns)
                fences = fences.put(change.draft)
                # ids of new rows first: the engine may name them as soon as it has the set
                self.refs.extend(fences.ref(row) for row in range(len(self.refs), fences.rows))
        self.entries, self.fences = entries, fences
        return stored
