"""The fences in force and the documents that they are: every edit goes to the disk first, and then to the engine.

Edits come from one thread at a time, the reader is another: it takes `fences` once for a step and has a set of one
version, whatever happens meanwhile.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from math import degrees
from typing import NamedTuple

from beidou_svc.errors import ServiceError
from beidou_svc.roads.fence_documents import from_body, to_body
from beidou_svc.roads.network_fences import ActiveFence, DrawnFence, in_network
from beidou_svc.roads.route_book import RouteBook
from beidou_svc.roads.store import Kind, Store, Stored, Write
from beidou_svc.telemetry.logs import log_event
from mapping.datums.plane import Plane
from mapping.fences.check import FenceError, plane_shape
from mapping.fences.fence_set import FenceSet
from mapping.fences.model import Circle, FenceDraft
from mapping.fences.routes import STOP_PREFIX
from mapping.fences.rules import group_bits_of

logger = logging.getLogger("beidou_svc.roads")


class TooManyError(ServiceError):
    """There is no room for more."""


class FenceChange(NamedTuple):
    """A new form of a fence, or its removal (`drawn` None); `expected` as in `Write`."""

    id: str
    drawn: DrawnFence | None
    expected: int | None


class Entry(NamedTuple):
    """A fence that there is, as it was drawn and as it is in the active network."""

    drawn: DrawnFence
    active: ActiveFence
    version: int
    t_utc_ns: int

    @property
    def draft(self) -> FenceDraft:
        """What the engine watches."""
        return self.active.draft


class Settled(NamedTuple):
    """All of a desk that the network has a say in."""

    book: RouteBook | None
    stops: dict[str, FenceDraft]
    entries: dict[str, Entry]
    fences: FenceSet


class FenceDesk:
    """Fences by id, and as the engine has them. `refs[row]` is the id of a row of the set, also of a removed fence.

    `networks_seen` grows when the network, its routes or its closed edges become others.
    """

    def __init__(
        self,
        store: Store,
        plane: Plane,
        fences_max: int,
        book: RouteBook | None = None,
        stops: Sequence[FenceDraft] = (),
    ) -> None:
        """`stops` are fences that nobody edits: those of the stops of the network in `book`."""
        self._store = store
        self._fences_max = fences_max
        self._book = book
        self._stops = {draft.ref: draft for draft in stops}
        self.networks_seen = 0
        self.entries: dict[str, Entry] = {}
        self._read_stored()
        drafts = [*stops, *(entry.draft for entry in self.entries.values())]
        self.fences, problems = FenceSet.build(plane, drafts)
        for problem in problems:
            self.entries.pop(problem.ref, None)
            log_event(logger, logging.ERROR, "a stored fence cannot be used", fence=problem.ref, error=problem.message)
        self.refs: list[str] = [self.fences.ref(row) for row in range(self.fences.rows)]

    def _read_stored(self) -> None:
        """The fences of the store; what is no fence any more is told and left alone."""
        for stored in self._store.latest(Kind.FENCE):
            try:
                drawn = from_body(stored.body)
            except (FenceError, ValueError) as error:
                log_event(logger, logging.ERROR, "a stored fence cannot be read", fence=stored.id, error=error)
                continue
            self.entries[stored.id] = self._entry(drawn, stored)

    def _entry(self, drawn: DrawnFence, stored: Stored) -> Entry:
        active = in_network(drawn, self._book)
        _tell(stored.id, active)
        return Entry(drawn, active, stored.version, stored.t_utc_ns)

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
        new = sum(change.drawn is not None and change.id not in self.entries for change in changes)
        if new and len(self) + new > self._fences_max:
            raise TooManyError(f"there would be more than roads.fences_max = {self._fences_max:,} fences")
        if any(change.id.startswith(STOP_PREFIX) for change in changes):
            raise FenceError(f"its id begins with {STOP_PREFIX!r}: that is a stop of the network")
        writes = [
            Write(Kind.FENCE, change.id, None if change.drawn is None else to_body(change.drawn), change.expected)
            for change in changes
        ]
        # what the set would refuse must not be stored
        drafts = [change.drawn.draft for change in changes if change.drawn is not None]
        group_bits_of(self.fences.groups, drafts)
        stored = self._store.write(writes, by=by, t_utc_ns=t_utc_ns)
        fences, entries = self.fences, dict(self.entries)
        for change, document in zip(changes, stored, strict=True):
            if change.drawn is None:
                entries.pop(change.id, None)
                fences = fences.remove(change.id) if change.id in fences.row_of else fences
            else:
                entries[change.id] = self._entry(change.drawn, document)
                fences = self._put(fences, entries[change.id].draft)
        self.entries, self.fences = entries, fences
        return stored

    def _put(self, fences: FenceSet, draft: FenceDraft) -> FenceSet:
        fences = fences.put(draft)
        # ids of new rows first: the engine may name them as soon as it has the set
        self.refs.extend(fences.ref(row) for row in range(len(self.refs), fences.rows))
        return fences

    def settle(self, book: RouteBook | None, stops: Sequence[FenceDraft], plane: Plane | None = None) -> Settled:
        """What the fences are with another network, or other routes of it; in force when it is adopted.

        `plane`: where fences are computed from then on; rows keep their numbers.
        """
        fences = self.fences if plane is None else _moved(self.fences, plane)
        now = {draft.ref: draft for draft in stops}
        for ref in self._stops.keys() - now.keys():
            fences = fences.remove(ref) if ref in fences.row_of else fences
        entries = dict(self.entries)
        for ref, entry in self.entries.items():
            active = in_network(entry.drawn, book)
            if active != entry.active:
                _tell(ref, active)
                entries[ref] = entry._replace(active=active)
        for draft in [*now.values(), *(entry.draft for entry in entries.values())]:
            if draft.ref not in fences.row_of or fences.draft(draft.ref) != draft:
                fences, entries = self._put_if_good(fences, entries, draft)
        return Settled(book, now, entries, fences)

    def adopt(self, settled: Settled) -> None:
        """Take over what was settled, of which no edit came between."""
        self._book, self._stops, self.entries, self.fences = settled
        self.networks_seen += 1

    def _put_if_good(
        self, fences: FenceSet, entries: dict[str, Entry], draft: FenceDraft
    ) -> tuple[FenceSet, dict[str, Entry]]:
        try:
            return self._put(fences, draft), entries
        except FenceError as error:
            entry = entries.get(draft.ref)
            failed = ActiveFence(draft, None if entry is None else entry.active.path, str(error))
            _tell(draft.ref, failed)
            return fences, entries if entry is None else {**entries, draft.ref: entry._replace(active=failed)}


def _tell(ref: str, active: ActiveFence) -> None:
    if active.problem:
        log_event(logger, logging.ERROR, "a fence lacks what it follows", fence=ref, error=active.problem)


def _moved(fences: FenceSet, plane: Plane) -> FenceSet:
    """The same rows in another plane; fences that cannot be there are left out."""
    nothing = Circle((degrees(plane.lat0_rad), degrees(plane.lon0_rad)), 1.0)
    drafts = [
        draft if draft is not None and _is_good(draft, plane) else FenceDraft(f"row {row}", nothing, frame=plane.frame)
        for row, draft in enumerate(fences.drafts)
    ]
    moved, _ = FenceSet.build(plane, drafts)
    for row, (draft, before) in enumerate(zip(drafts, fences.drafts, strict=True)):
        if draft is not before:
            moved = moved.remove(f"row {row}")
    return replace(moved, version=fences.version + 1)


def _is_good(draft: FenceDraft, plane: Plane) -> bool:
    try:
        plane_shape(draft, plane)
    except FenceError:
        return False
    return True
