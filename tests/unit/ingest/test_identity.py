"""Names out of lines, sentences and addresses."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beidou_svc.ingest.identity import Claim, address_text, claim_from_line, claim_from_sentence, peer_id, peer_text
from beidou_svc.ingest.settings import IngestSettings
from beidou_svc.ingest.sockets import address_halves
from tests.helpers.frames import sentence

PATTERN = re.compile(IngestSettings().identity_pattern)


@pytest.mark.parametrize(
    ("line", "claim"),
    [
        (b"bus-1\n", Claim("bus-1")),
        (b"bus-1\r\n", Claim("bus-1")),
        (b"  bus-1   s3cret!  \r\n", Claim("bus-1", "s3cret!")),
        (b"00:1A:2b\n", Claim("00:1A:2b")),
        (b"a@b.c_d-e\n", Claim("a@b.c_d-e")),
        (b"-bus\n", None),
        (b"bus/1\n", None),
        (b"bus-1 t\x00k\n", None),
        (b"", None),
    ],
)
def test_lines(line: bytes, claim: Claim | None) -> None:
    assert claim_from_line(line) == claim


@given(st.binary(max_size=600))
def test_no_line_breaks_it(line: bytes) -> None:
    claim = claim_from_line(line)
    if claim is not None:
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}", claim.terminal)
    claim_from_sentence(line, PATTERN)


@pytest.mark.parametrize(
    ("line", "claim"),
    [
        (sentence("PBDID,bus-1"), Claim("bus-1")),
        (sentence("PBDID,bus-1,key"), Claim("bus-1", "key")),
        (b"$PBDID,bus-1*00\r\n", None),
        (b"x" + sentence("PBDID,bus-1"), None),
        (sentence("PBDIX,bus-1"), None),
        (sentence("PBDID,-"), None),
    ],
)
def test_sentences(line: bytes, claim: Claim | None) -> None:
    assert claim_from_sentence(line, PATTERN) == claim


def test_a_pattern_without_a_checksum_needs_none() -> None:
    assert claim_from_sentence(b"#SN=0042\n", re.compile(r"#SN=(?P<id>\d+)")) == Claim("0042")


@pytest.mark.parametrize("host", ["127.0.0.1", "10.255.0.9", "2001:db8::1", "::1"])
def test_addresses_survive_the_table(host: str) -> None:
    assert address_text(*address_halves(host)) == host


def test_mapped_addresses_are_shown_as_what_they_are() -> None:
    assert address_halves("::ffff:10.0.0.1") == address_halves("10.0.0.1")
    assert peer_text(*address_halves("::ffff:10.0.0.1"), 4000) == "10.0.0.1:4000"
    assert peer_text(*address_halves("fe80::1%eth0"), 4000) == "[fe80::1]:4000"


def test_nobody_can_claim_the_id_of_an_address() -> None:
    name = peer_id("tcp", *address_halves("10.0.0.1"), 4000)
    assert claim_from_line(name.encode() + b"\n") is None


def test_a_token_is_never_shown() -> None:
    assert "s3cret" not in repr(Claim("bus-1", "s3cret"))
