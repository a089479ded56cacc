"""Documents with versions: all or none, who is slower is told, and what was answered survives a kill."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from beidou_svc.errors import ConfigError
from beidou_svc.roads.store import FILE_NAME, ConflictError, Kind, NotThereError, Store, Write

T_NS = 1_795_338_000_000_000_000


def put(store: Store, document_id: str, body: bytes | None, expected: int | None = None) -> int:
    """One change of a fence; the version that it made."""
    return store.write([Write(Kind.FENCE, document_id, body, expected)], by="ops", t_utc_ns=T_NS)[0].version


def test_each_change_is_a_version() -> None:
    store = Store.open(None)
    assert [put(store, "a", b"1", 0), put(store, "a", b"2", 1), put(store, "a", None, 2)] == [1, 2, 3]
    assert store.get(Kind.FENCE, "a") is None
    assert not store.latest(Kind.FENCE)
    assert [(v.version, v.body, v.is_deleted) for v in store.versions(Kind.FENCE, "a")] == [
        (3, b"", True), (2, b"2", False), (1, b"1", False),
    ]  # fmt: skip


def test_a_document_made_again_goes_on_counting() -> None:
    store = Store.open(None)
    put(store, "a", b"1")
    put(store, "a", None)
    assert put(store, "a", b"again", 0) == 3


def test_who_has_seen_another_version_is_refused_and_told_what_there_is() -> None:
    store = Store.open(None)
    put(store, "a", b"1")
    put(store, "a", b"2")
    with pytest.raises(ConflictError) as refused:
        put(store, "a", b"mine", 1)
    assert refused.value.current is not None
    assert refused.value.current.body == b"2"
    with pytest.raises(ConflictError):
        put(store, "a", b"new", 0)
    with pytest.raises(ConflictError) as gone:
        put(store, "b", b"changed", 1)
    assert gone.value.current is None
    with pytest.raises(NotThereError):
        put(store, "b", None)


def test_of_several_changes_all_or_none_happen() -> None:
    store = Store.open(None)
    put(store, "b", b"there")
    changes = [Write(Kind.FENCE, "a", b"1", 0), Write(Kind.FENCE, "b", b"2", 0)]
    with pytest.raises(ConflictError):
        store.write(changes, by="ops", t_utc_ns=T_NS)
    assert [each.id for each in store.latest(Kind.FENCE)] == ["b"]


def test_kinds_do_not_know_of_each_other() -> None:
    store = Store.open(None)
    put(store, "a", b"1")
    assert store.get(Kind.ROUTE, "a") is None


def test_only_so_many_versions_are_kept() -> None:
    store = Store.open(None, versions_max=3)
    for body in (b"1", b"2", b"3", b"4", b"5"):
        put(store, "a", body)
    assert [each.version for each in store.versions(Kind.FENCE, "a")] == [5, 4, 3]


def test_it_is_there_again_after_a_restart(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "made" / "here")
    put(store, "a", b"1")
    store.close()
    again = Store.open(tmp_path / "made" / "here")
    assert [each.body for each in again.latest(Kind.FENCE)] == [b"1"]
    again.close()


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from beidou_svc.roads.store import *\n"
        "store = Store.open(Path(sys.argv[1]))\n"
        "for n in range(1000):\n"
        "    store.write([Write(Kind.FENCE, 'a', b'%d' % n, None)], by='x', t_utc_ns=0); print(n, flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        told = -1
        while told < 20:
            told = int(child.stdout.readline())
        os.kill(child.pid, signal.SIGKILL)
        told = int((child.stdout.read().split() or [str(told)])[-1])
    store = Store.open(tmp_path)
    kept = store.get(Kind.FENCE, "a")
    assert kept is not None
    assert int(kept.body) in (told, told + 1)
    store.close()


def test_a_folder_that_is_none_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigError, match=r"roads\.data_dir"):
        Store.open(tmp_path / "file" / "below")


def test_a_file_of_a_later_version_is_refused(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / FILE_NAME)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(ConfigError, match="format 99"):
        Store.open(tmp_path)
