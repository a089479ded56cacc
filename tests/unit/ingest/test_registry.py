"""Ids to slots, tokens by their hash, the register as a file."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beidou_svc.config import FleetSettings
from beidou_svc.errors import ConfigError
from beidou_svc.fleet.registry import (
    NO_SLOT,
    Policy,
    Registry,
    Terminal,
    hash_token,
    is_token_hash,
    new_token,
    token_matches,
)
from beidou_svc.fleet.registry_io import read_terminals
from beidou_svc.parts import build_registry
from gnss.frames.geodetic import ecef_to_geodetic


@given(st.lists(st.text(min_size=1, max_size=4), max_size=60))
def test_slots_follow_first_appearance_and_never_change(names: list[str]) -> None:
    registry = Registry(terminals_max=40)
    first_40 = list(dict.fromkeys(names))[:40]
    for name in names:
        expected = first_40.index(name) if name in first_40 else NO_SLOT
        assert registry.slot_of(name) == expected
    assert [registry.id_of(slot) for slot in range(registry.count)] == first_40


def test_capacity_grows_and_keeps_what_is_known() -> None:
    registry = Registry(terminals_max=5_000)
    registry.slot_of("first", Policy.QUARANTINED)
    capacities = set()
    for i in range(4_999):
        registry.slot_of(f"t{i}")
        capacities.add(registry.capacity)
    assert capacities == {1_024, 2_048, 4_096, 5_000}
    assert registry.policy[0] == Policy.QUARANTINED
    assert registry.slot_of("one too many") == NO_SLOT


def test_registered_terminals_come_first_with_what_is_known_of_them() -> None:
    terminals = [Terminal("b", name="Bus", frame="wgs84"), Terminal("a", policy=Policy.QUARANTINED)]
    registry = Registry(terminals, frame="cgcs2000")
    assert (registry.find("b"), registry.find("a"), registry.find("c")) == (0, 1, NO_SLOT)
    assert [registry.name_of(slot) for slot in (0, 1)] == ["Bus", "a"]
    assert [registry.frame_of(slot) for slot in (0, 1)] == ["wgs84", "cgcs2000"]
    assert registry.policy[:2].tolist() == [Policy.ACCEPTED, Policy.QUARANTINED]
    assert registry.is_registered(0)
    assert not registry.is_registered(registry.slot_of("c"))


@pytest.mark.parametrize("terminals", [[Terminal("a"), Terminal("a")], [Terminal(str(i)) for i in range(3)]])
def test_a_register_that_cannot_be_is_refused(terminals: list[Terminal]) -> None:
    with pytest.raises(ValueError, match="registered"):
        Registry(terminals, terminals_max=2)


def test_tokens_are_kept_as_salted_hashes() -> None:
    token = new_token()
    one, other = hash_token(token), hash_token(token)
    assert one != other
    assert token not in one
    assert is_token_hash(one)
    assert token_matches(token, one)
    assert token_matches(token, other)
    assert not token_matches(token + "x", one)
    assert token not in repr(Terminal("a", token_hash=one))


@pytest.mark.parametrize("text", ["", "secret", "sha256$$" + "0" * 64, "sha256$aa$" + "0" * 63, "md5$aa$" + "0" * 64])
def test_what_is_no_token_hash(text: str) -> None:
    assert not is_token_hash(text)


def test_a_terminal_without_a_token_needs_none_and_one_with_must_show_it() -> None:
    registry = Registry([Terminal("free"), Terminal("bound", token_hash=hash_token("k"))])
    assert registry.verify(0, None)
    assert registry.verify(1, "k")
    assert not registry.verify(1, None)
    assert (registry.has_token(0), registry.has_token(1)) == (False, True)


def test_the_register_is_read_from_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "terminals.csv"
    token_hash = hash_token("k")
    path.write_text(f"\ufeffid,name,token_hash,policy\nb-1,公交 1,{token_hash},accepted\nb-2,,,quarantined\n", "utf-8")
    assert read_terminals(path) == [
        Terminal("b-1", "公交 1", token_hash),
        Terminal("b-2", policy=Policy.QUARANTINED),
    ]


def test_the_register_names_bases_and_where_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "terminals.csv"
    path.write_text(
        "id,role,ecef,llh\nrover,rover,,\nroof,base,-2267335.6693 5008649.1555 3222374.9736,\n"
        'mast,base,,"30.5, 114.36, 61.25"\nunplaced,base,,\nother,,,\n',
        "utf-8",
    )
    registry = Registry(read_terminals(path))
    assert [registry.role_of(slot).name for slot in range(5)] == ["ROVER", "BASE", "BASE", "BASE", "UNSAID"]
    assert registry.bases() == [1, 2, 3]
    assert registry.place_of(1) == (-2267335.6693, 5008649.1555, 3222374.9736)
    placed = registry.place_of(2)
    assert placed is not None
    lat_rad, lon_rad, h_ell_m = ecef_to_geodetic(np.array(placed))
    assert np.degrees([lat_rad, lon_rad]) == pytest.approx([30.5, 114.36], abs=1e-9)
    assert h_ell_m == pytest.approx(61.25, abs=1e-6)
    assert [registry.place_of(slot) for slot in (0, 3, 4)] == [None] * 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,role\na,master\n", "line 2: role is 'master', not base or rover"),
        ("id,role,ecef\na,base,1 2\n", "line 2: ecef is X Y Z in metres, not '1 2'"),
        ("id,role,ecef\na,base,1 2 3\n", "line 2: the base would stand 4 m from the centre"),
        ("id,role,llh\na,base,114.36 30.5 61\n", "line 2: llh: '114.36 30.5 61' is not on the Earth; latitude comes"),
        ("id,role,llh\na,rover,30.5 114.36 61\n", "line 2: ecef or llh, one of them, says where a base stands"),
        ("name\nx\n", "the first line must name columns"),
        ("id,colour\nx,red\n", "the first line must name columns"),
        ("id,name\n,x\n", "line 2: a terminal without an id"),
        ("id\na\nb,c\n", "line 3: more cells than columns"),
        ("id,policy\na,maybe\n", "line 2: policy is 'maybe'"),
        ("id,token_hash\na,plain\n", "line 2: token_hash is not of the form"),
        ("", "the first line must name columns"),
        ("id,role\nroof,base\nroof,base\n", "line 3: the id 'roof' stands in a line before"),
    ],
)
def test_a_wrong_register_says_where(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "terminals.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=message):
        read_terminals(path)


def test_a_register_in_the_letters_of_a_spreadsheet_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "terminals.csv"
    path.write_bytes("id,name\nb-1,公交\n".encode("gbk"))
    with pytest.raises(ValueError, match="save it as CSV UTF-8"):
        read_terminals(path)


def test_more_registered_terminals_than_there_may_be_are_an_error_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "terminals.csv").write_text("id\na\nb\n", "utf-8")
    with pytest.raises(ConfigError, match="2 terminals, more than"):
        build_registry(FleetSettings(terminals_file=tmp_path / "terminals.csv", terminals_max=1))
