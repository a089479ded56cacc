"""Ids of terminals: looked up by kernels, made of file names."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beidou_svc.replay import ids as ids_module
from beidou_svc.replay.ids import Ids, terminal_id_of, terminal_ids_of
from beidou_svc.replay.log_io import LogError


@given(st.lists(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}", fullmatch=True), max_size=60))
def test_slots_follow_first_appearance(names: list[str]) -> None:
    ids, expected = Ids(), list(dict.fromkeys(names))
    assert [ids.slot_of(name) for name in names] == [expected.index(name) for name in names]
    assert ids.names == expected


def test_the_index_grows_and_finds_all() -> None:
    ids = Ids()
    names = [f"gz-{i}" for i in range(3_000)]
    for name in names:
        ids.slot_of(name)
    assert [ids.slot_of(name) for name in names] == list(range(3_000))
    assert ids.names == names


def test_too_many_terminals_are_a_reason_to_doubt_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids_module, "TERMINALS_MAX", 2)
    monkeypatch.setattr(ids_module, "_ROWS_FIRST", 1)
    ids = Ids()
    ids.slot_of("a"), ids.slot_of("b"), ids.slot_of("a")
    with pytest.raises(LogError, match="more than 2 different"):
        ids.slot_of("c")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gz-00017.log", "gz-00017"),
        ("gz-00017.nmea.gz", "gz-00017"),
        ("gz-00017.2026-11-22.LOG", "gz-00017.2026-11-22"),
        ("rover 3 (left).ubx", "rover-3-left"),
        ("车.log", "log"),
        ("capture", "capture"),
        (".log", "log"),
        ("x" * 80 + ".log", "x" * 64),
    ],
)
def test_a_file_name_is_an_id_without_its_suffixes(name: str, expected: str) -> None:
    assert terminal_id_of(Path(name)) == expected


def test_equal_names_are_told_apart_by_their_folders() -> None:
    paths = [Path("mon/gz-1.log"), Path("tue/gz-1.log"), Path("tue/gz-2.log")]
    assert terminal_ids_of(paths) == ["mon.gz-1", "tue.gz-1", "gz-2"]


def test_a_log_named_twice_is_refused() -> None:
    with pytest.raises(LogError, match="named twice"):
        terminal_ids_of([Path("a/../gz-1.log"), Path("gz-1.log")])


def test_logs_of_one_name_and_folder_are_refused() -> None:
    with pytest.raises(LogError, match="rename them"):
        terminal_ids_of([Path("gz-1.log"), Path("gz-1.nmea")])
