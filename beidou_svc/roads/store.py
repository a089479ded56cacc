"""What operators made, kept in SQLite: documents by kind and id, each change a new version, on disk before it is told.

    store = Store.open(Path("/var/lib/beidou"))
    stored = store.put("fence", "depot", body, Expect.version(3), by="ops", t_utc_ns=now)

A store is used by one thread at a time. Versions of one id only grow, also over its deletion.
"""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple, Self

from beidou_svc.errors import ConfigError, ServiceError

FILE_NAME: Final = "roads.sqlite"
BUSY_S_MAX: Final = 5.0
"""Wait for another process that has the file."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS document (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    t_utc_ns INTEGER NOT NULL,
    author TEXT NOT NULL,
    is_deleted INTEGER NOT NULL,
    is_latest INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (kind, id, version)
) STRICT;
CREATE INDEX IF NOT EXISTS latest ON document (kind, id) WHERE is_latest = 1;
PRAGMA user_version = 1;
"""
_FORMAT: Final = 1
_COLUMNS: Final = "kind, id, version, t_utc_ns, author, is_deleted, body"


NEVER: Final = 1 << 60
"""A version that no document has."""


class Kind(StrEnum):
    """What is kept."""

    NETWORK = "network"
    ROUTE = "route"
    FENCE = "fence"
    CLOSURES = "closures"
    CHOICE = "choice"
    """Which network was made the active one."""


class StoreError(ServiceError):
    """The disk does not do what it should; what was asked for did not happen."""


class NotThereError(ServiceError):
    """There is no such document."""


class ConflictError(ServiceError):
    """The document is not what the caller has seen; `current` is what it is now, None = it does not exist."""

    def __init__(self, message: str, current: "Stored | None") -> None:
        super().__init__(message)
        self.current = current


class Stored(NamedTuple):
    """One version of a document. `body` is empty where it was deleted."""

    kind: Kind
    id: str
    version: int
    t_utc_ns: int
    author: str
    is_deleted: bool
    body: bytes


class Write(NamedTuple):
    """A change: `expected` is the version that is to be replaced; 0 = it must be new, None = whatever is there.

    `body` None deletes.
    """

    kind: Kind
    id: str
    body: bytes | None
    expected: int | None


@dataclass(slots=True)
class Store:
    """Documents in one SQLite file, or in memory."""

    _db: sqlite3.Connection
    _versions_max: int

    @classmethod
    def open(cls, folder: Path | None, versions_max: int = 100) -> Self:
        """The store in a folder, which is made where it is missing; without one, in memory. Raises ConfigError."""
        try:
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
            place = ":memory:" if folder is None else str(folder / FILE_NAME)
            # one thread at a time, but not always the same
            db = sqlite3.connect(place, timeout=BUSY_S_MAX, isolation_level=None, check_same_thread=False)
            (found,) = db.execute("PRAGMA user_version").fetchone()
            if found not in (0, _FORMAT):
                raise ConfigError(f"roads.data_dir: {place} is of format {found}, this version reads {_FORMAT}")
            db.execute("PRAGMA journal_mode = WAL")
            # FULL: a commit is on disk when it returns, also where the power fails
            db.execute("PRAGMA synchronous = FULL")
            db.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise ConfigError(f"roads.data_dir: {folder} cannot be used ({error}); it must be writable") from error
        return cls(db, versions_max)

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    def latest(self, kind: Kind) -> list[Stored]:
        """All documents of a kind that there are, by id."""
        sql = f"SELECT {_COLUMNS} FROM document WHERE kind = ? AND is_latest = 1 AND is_deleted = 0 ORDER BY id"
        with _disk():
            return [_stored(row) for row in self._db.execute(sql, (kind,))]

    def get(self, kind: Kind, document_id: str) -> Stored | None:
        """A document as it is, None = there is none."""
        last = self._last(kind, document_id)
        return None if last is None or last.is_deleted else last

    def versions(self, kind: Kind, document_id: str) -> list[Stored]:
        """The versions that are kept of a document, newest first, its deletion among them."""
        sql = f"SELECT {_COLUMNS} FROM document WHERE kind = ? AND id = ? ORDER BY version DESC"
        with _disk():
            return [_stored(row) for row in self._db.execute(sql, (kind, document_id))]

    def write(self, changes: Sequence[Write], *, by: str, t_utc_ns: int) -> list[Stored]:
        """Make all changes, or none: raises ConflictError or NotThereError. On disk when it returns."""
        with self._transaction():
            return [self._write(change, by, t_utc_ns) for change in changes]

    def _write(self, change: Write, by: str, t_utc_ns: int) -> Stored:
        last = self._last(change.kind, change.id)
        current = None if last is None or last.is_deleted else last
        _check(change, current)
        version = 1 if last is None else last.version + 1
        stored = Stored(change.kind, change.id, version, t_utc_ns, by, change.body is None, change.body or b"")
        self._db.execute(
            "UPDATE document SET is_latest = 0 WHERE kind = ? AND id = ? AND is_latest = 1", (change.kind, change.id)
        )
        self._db.execute(
            f"INSERT INTO document ({_COLUMNS}, is_latest) VALUES (?, ?, ?, ?, ?, ?, ?, 1)",
            (*stored[:5], int(stored.is_deleted), stored.body),
        )
        kept = 1 if change.kind in (Kind.NETWORK, Kind.CLOSURES, Kind.CHOICE) else self._versions_max
        self._db.execute(
            "DELETE FROM document WHERE kind = ? AND id = ? AND version <= ?", (change.kind, change.id, version - kept)
        )
        return stored

    def _last(self, kind: Kind, document_id: str) -> Stored | None:
        sql = f"SELECT {_COLUMNS} FROM document WHERE kind = ? AND id = ? AND is_latest = 1"
        with _disk():
            row = self._db.execute(sql, (kind, document_id)).fetchone()
        return None if row is None else _stored(row)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with _disk():
            self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            with _disk():
                self._db.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise


def _check(change: Write, current: Stored | None) -> None:
    if change.body is None and current is None:
        raise NotThereError(f"there is no {change.kind} {change.id!r}")
    if change.expected is None:
        return
    version = 0 if current is None else current.version
    if change.expected != version:
        seen = "an ETag that it never had" if change.expected == NEVER else f"version {change.expected}"
        seen = seen if change.expected else "nothing"
        now = f"version {version}" if version else "gone"
        raise ConflictError(f"{change.kind} {change.id!r} is {now}, the request is about {seen}", current)


@contextlib.contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"the store of roads: {error}") from error


def _stored(row: Iterable[object]) -> Stored:
    kind, document_id, version, t_utc_ns, author, is_deleted, body = row
    assert isinstance(version, int) and isinstance(t_utc_ns, int) and isinstance(body, bytes)
    return Stored(Kind(str(kind)), str(document_id), version, t_utc_ns, str(author), bool(is_deleted), body)
