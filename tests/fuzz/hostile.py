"""Where hostile bytes come from: random, spliced out of good streams, built from what sentences are made of."""

import numpy as np

from gnss.nmea.catalogue import KIND_NAMES
from tests.helpers.frames import casic, novatel, rtcm3, sentence, ubx, unicore, unicore_line

GOOD = (
    sentence("GNGGA,133901.50,4134.50180366,N,09345.03586734,W,4,19,0.7,280.829,M,-31.442,M,7.5,0002"),
    sentence("GNRMC,133901.50,A,4134.50180366,N,09345.03586734,W,0.018,273.328,180320,11.5982,E,D"),
    sentence("GNGSA,A,3,21,05,29,25,12,10,26,02,,,,,1.2,0.7,1.0,4"),
    sentence("GBGSV,2,1,07,01,30,100,45,02,01,090,35,03,00,000,38,04,00,000,42,1"),
    sentence("GNGST,133901.50,0.012,0.011,0.009,12.5,0.010,0.009,0.021"),
    sentence("KSXT,20211016083433.00,116.31,39.95,49.4,223.57,-11.32,330.19,0.024,,1,3,28,27,,,,-0.012,0.021,0.020,,"),
    sentence("BDTXR,1,0179773,2,,A468656C6C6F"),
    sentence("BDPWI,133901.50,03,1.0,2.0,3.0"),
    unicore_line(b"UNIHEADINGA,78,GPS,FINE,2428,116060000,0,0,18,11;SOL_COMPUTED,NARROW_INT,1.4773,179.0284,-2.4"),
    rtcm3(bytes(range(60))),
    ubx(b"$GNGGA,1"),
    casic(bytes(8)),
    unicore(bytes(20)),
    novatel(bytes(20)),
)
_ATOMS = r"$ ! # * , ; . - 0 9 A \r \n \r\n \x00 \xff \xd3 \xd3\x00 \xb5b \xba\xce \xaaD\xb5 \xaaD\x12 *00 $*00"
ATOMS = tuple(atom.encode().decode("unicode_escape").encode("latin-1") for atom in _ATOMS.split())
FIELDS = (
    "",
    "0",
    "-0",
    "1",
    "9999",
    "1e9",
    "nan",
    "99999999999999999999",
    "-180",
    "N",
    "S",
    ".",
    "-",
    " 1 ",
    "36000.0",
    "235960",
    "\xd6",
)


def random_bytes(rng: np.random.Generator, n: int) -> bytes:
    return rng.bytes(n)


def atoms(rng: np.random.Generator, n: int) -> bytes:
    return b"".join(ATOMS[i] for i in rng.integers(0, len(ATOMS), n // 2))


def spliced(rng: np.random.Generator, n: int) -> bytes:
    """Pieces of good streams, each cut at both ends, some of them whole."""
    out = b""
    while len(out) < n:
        good = GOOD[rng.integers(len(GOOD))]
        a, b = np.sort(rng.integers(0, len(good) + 1, 2)).tolist()
        out += good if rng.random() < 0.4 else good[a:b]
    return out


def flipped(rng: np.random.Generator, n: int) -> bytes:
    """A good stream with a bit flipped every hundred bytes or so."""
    data = np.frombuffer(b"".join(GOOD[i] for i in rng.integers(0, len(GOOD), n // 60 + 1)), np.uint8).copy()
    at = rng.integers(0, len(data), max(len(data) // 100, 1))
    data[at] ^= (1 << rng.integers(0, 8, len(at))).astype(np.uint8)
    return data.tobytes()


def odd_fields(rng: np.random.Generator, n: int) -> bytes:
    """Sentences of every type whose check is good and whose fields are not."""
    out = b""
    while len(out) < n:
        name = KIND_NAMES[rng.integers(1, len(KIND_NAMES))]
        address = name if len(name) > 4 else ("GN", "BD", "PQ", "GB")[rng.integers(4)] + name.rstrip("3")
        fields = [FIELDS[i] for i in rng.integers(0, len(FIELDS), rng.integers(0, 30))]
        out += sentence(",".join([address, *fields]))
    return out


SOURCES = (random_bytes, atoms, spliced, flipped, odd_fields)


def hostile_stream(rng: np.random.Generator) -> bytes:
    """A stream of up to a few kilobytes out of several of the sources."""
    return b"".join(
        SOURCES[i](rng, int(rng.integers(1, 700))) for i in rng.integers(0, len(SOURCES), rng.integers(1, 5))
    )
