"""What is a sentence: framing, checks, lengths; and what is lost with a bad one, namely itself."""

import pytest

from gnss.status import Status
from gnss.stream.lines import LINE_BYTES_MAX
from tests.helpers.chunking import assert_any_chunking
from tests.helpers.decoding import decode_whole
from tests.helpers.frames import sentence, unicore_line

HDT = sentence("GNHDT,175.85,T")
NEXT = sentence("GNHDT,1.5,T")


def texts(data: bytes) -> list[bytes]:
    return assert_any_chunking(data).texts[0]


@pytest.mark.parametrize(
    "line",
    [
        HDT,
        HDT.replace(b"\r\n", b"\n"),
        HDT.replace(b"\r\n", b"\r"),
        b"$" + HDT,
        b"garbage" + HDT,
        HDT[:-4] + HDT[-4:].lower(),
        sentence("AAVDM,x").replace(b"$", b"!", 1),
    ],
    ids=["CR LF", "LF", "CR", "two $", "behind garbage", "lower-case hex", "begins with !"],
)
def test_accepted(line: bytes) -> None:
    assert len(texts(line + NEXT)) == 2


def test_the_next_sentence_may_follow_without_a_line_end() -> None:
    """Where a line end was lost, the check stands in for it."""
    assert len(texts(HDT.strip() + NEXT)) == 2


REFUSED = {
    "no check": (b"$GNHDT,175.85,T\r\n", Status.NO_CHECKSUM),
    "one digit of a check": (b"$GNHDT,175.85,T*2\r\n", Status.NO_CHECKSUM),
    "three digits": (HDT.replace(b"\r\n", b"0\r\n"), Status.NO_CHECKSUM),
    "not hexadecimal": (b"$GNHDT,175.85,T*2G\r\n", Status.CHECKSUM),
    "wrong XOR": (HDT.replace(b"175", b"176"), Status.CHECKSUM),
    "cut off by the next": (b"$GNHDT,175.", Status.TRUNCATED),
    "a byte above 0x7E": (b"$GNHDT,17\xb0.85,T*2E\r\n", Status.BAD_CHARACTER),
    "a control character": (b"$GNHDT,17\x01.85,T*2E\r\n", Status.BAD_CHARACTER),
    "endless": (b"$" + b"A" * (LINE_BYTES_MAX + 10) + b"\r\n", Status.LINE_TOO_LONG),
}


@pytest.mark.parametrize(("line", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_by_reason_and_alone(line: bytes, reason: Status) -> None:
    outcome = assert_any_chunking(HDT + line + NEXT)
    assert outcome.texts[0] == [text.rpartition(b"*")[0] for text in (HDT, NEXT)]
    assert outcome.dropped()[reason] == 1


def test_the_end_of_the_stream_cuts_off_too() -> None:
    assert decode_whole(HDT + b"$GNHDT,17").dropped() == {Status.TRUNCATED: 1}


@pytest.mark.parametrize("n", [82, 83, 128, 129, 700, LINE_BYTES_MAX - 4])
def test_long_sentences(n: int) -> None:
    """NMEA allows 82 bytes; 26 sentences of the captures have more than 128, all-in-one logs 700."""
    content = "GNTXT,01,01,02," + "x" * (n - len("$GNTXT,01,01,02,*00"))
    assert texts(HDT + sentence(content) + NEXT)[1] == b"$" + content.encode()


def test_the_longest_sentence_is_a_sharp_limit() -> None:
    fits = sentence("GNTXT,01,01,02," + "x" * (LINE_BYTES_MAX - len("$GNTXT,01,01,02,*00")))
    assert len(texts(fits)) == 1
    over = sentence("GNTXT,01,01,02," + "x" * (LINE_BYTES_MAX + 1 - len("$GNTXT,01,01,02,*00")))
    assert assert_any_chunking(over).texts[0] == []


def test_raw_bytes_in_a_message_pass_under_a_good_check() -> None:
    """Messages of users may hold GBK bytes (sources, nmea §5): two of them here."""
    content = "BDTXR,1,0179773,0,,\xd6\xd0\xce\xc4"
    assert texts(HDT + sentence(content) + NEXT)[1] == b"$" + content.encode("latin-1")


def test_eight_digits_are_a_crc32() -> None:
    body = b"UNIHEADINGA,78,GPS,FINE,2428,116060000,0,0,18,11;SOL_COMPUTED,NARROW_INT,1.4773,179.0284,-2.4202,0.0"
    assert texts(HDT + unicore_line(body) + NEXT)[1] == b"#" + body
    wrong = unicore_line(body).replace(b"1.4773", b"1.4774")
    outcome = decode_whole(HDT + wrong + NEXT)
    assert len(outcome.texts[0]) == 2
    assert outcome.dropped() == {Status.CHECKSUM: 1}


def test_two_equal_errors_cancel_in_an_xor_but_not_in_a_crc32() -> None:
    """Why the fields of an XOR-checked sentence are checked one by one."""
    line = sentence("GNHDT,175.85,T").replace(b"17", b"\x71\x77")
    assert len(texts(line)) == 1
    assert decode_whole(line).dropped() == {Status.FIELD_SYNTAX: 1}
    body = b"UNIHEADINGA,78,GPS,FINE,2428,116060000,0,0,18,11;SOL_COMPUTED,NARROW_INT,1.4773,179.0284,-2.4202,0.0"
    assert texts(unicore_line(body).replace(b"179", b"\x71\x779")) == []


def test_a_comment_is_not_a_sentence() -> None:
    outcome = assert_any_chunking(b"# a note, *00\r\n#\r\n" + HDT)
    assert len(outcome.texts[0]) == 1
    assert Status.NO_CHECKSUM not in outcome.dropped()


def test_the_shortest_sentence_in_a_second_larger_push() -> None:
    """`$*00` says nothing with a good check; as many as fit must find room."""
    outcome = assert_any_chunking(b"x" * 400 + b"$*00" * 120)
    assert outcome.texts[0] == [b"$"] * 120
    assert outcome.dropped()[Status.UNKNOWN_SENTENCE] == 120
