"""What a fleet of RTK receivers sends, as bytes: seeded values, every field filled, as many digits as they give."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnss.batches import SegmentBatch
from gnss.nmea.encode import Encoded, encode, interleave

NS_PER_S = 1_000_000_000
FIRST_DAY = 20_779  # 2026-11-22, days since 1970-01-01
FULL_MIX = ("GGA", "RMC", "GSA", "GSV", "GST")
SKY_MIX = ("GGA", "RMC", "GSA", "GSA", "GSV", "GSV", "GSV", "GST")
"""As receivers of two constellations send it: satellites of BeiDou and GPS in two GSA and three GSV."""

LIVE_MIX = ("GGA", "RMC", "GST")
"""What a fleet is asked to send: position, date and speed, sigmas."""

_TALKER_OF = {"GSV": (b"GB", b"GB", b"GP")}
_QUALITIES = np.array([4, 4, 4, 4, 5, 1], float)


def _position(rng: np.random.Generator, time_ns: NDArray[np.float64]) -> dict[str, Any]:
    n = len(time_ns)
    return {
        "time_ns": time_ns,
        "lat_deg": 25.8 + 0.1 * rng.random(n),
        "lon_deg": 114.9 + 0.1 * rng.random(n),
    }


def _gga(rng: np.random.Generator, place: dict[str, Any], n: int) -> dict[str, Any]:
    return place | {
        "fix_quality": rng.choice(_QUALITIES, n),
        "sats_used": rng.integers(8, 40, n),
        "hdop": rng.uniform(0.4, 2.5, n),
        "h_msl_m": rng.uniform(90, 140, n),
        "geoid_sep_m": rng.uniform(-10, -9, n),
        "age_corr_s": rng.uniform(0.5, 3, n),
        "base_id": rng.integers(0, 4096, n),
    }


def _rmc(rng: np.random.Generator, place: dict[str, Any], n: int) -> dict[str, Any]:
    return place | {
        "rmc_status": ord("A"),
        "speed_kn": rng.uniform(0, 40, n),
        "course_deg": rng.uniform(0, 359.99, n),
        "day": FIRST_DAY,
        "mode": ord("R"),
        "nav_status": ord("V"),
    }


def _gsa(rng: np.random.Generator, n: int, part: int) -> dict[str, Any]:
    used = {f"sat_{i}": rng.integers(1, 64 if part == 0 else 33, n) for i in range(1, int(9 + part))}
    dops = {"pdop": rng.uniform(0.8, 3, n), "hdop": rng.uniform(0.4, 2, n), "vdop": rng.uniform(0.5, 2, n)}
    return {"selection": ord("A"), "fix_dim": 3, **used, **dops, "system_id": 4 if part == 0 else 1}


def _gsv(rng: np.random.Generator, n: int, part: int) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "total": (2, 2, 1)[part],
        "index": (1, 2, 1)[part],
        "sats_view": (8, 8, 4)[part],
        "signal": 1,
    }
    for i in range(1, 5):
        columns[f"sat_{i}"] = rng.integers(1, 33, n)
        columns[f"el_deg_{i}"] = rng.integers(5, 90, n)
        columns[f"az_deg_{i}"] = rng.integers(0, 360, n)
        columns[f"cn0_dbhz_{i}"] = np.where(rng.random(n) < 0.9, rng.integers(25, 52, n), np.nan)
    return columns


def _gst(rng: np.random.Generator, time_ns: NDArray[np.float64]) -> dict[str, Any]:
    n = len(time_ns)
    names = ("rms_m", "sigma_major_m", "sigma_minor_m", "sigma_n_m", "sigma_e_m", "sigma_u_m")
    return {"time_ns": time_ns, "orient_deg": rng.uniform(0, 180, n)} | {
        name: rng.uniform(0.005, 2, n) for name in names
    }


def _columns(rng: np.random.Generator, name: str, place: dict[str, Any], part: int) -> dict[str, Any]:
    n = len(place["time_ns"])
    match name:
        case "GGA":
            return _gga(rng, place, n)
        case "RMC":
            return _rmc(rng, place, n)
        case "GSA":
            return _gsa(rng, n, part)
        case "GSV":
            return _gsv(rng, n, part)
    return _gst(rng, place["time_ns"])


def epochs(rng: np.random.Generator, time_ns: NDArray[np.float64], sentences: Sequence[str] = FULL_MIX) -> Encoded:
    """One epoch a row: the named sentences at the given times of the day (ns, UTC), as text and offsets."""
    place, parts, seen = _position(rng, time_ns), [], dict.fromkeys(sentences, 0)
    for name in sentences:
        part = seen[name]
        seen[name] += 1
        talker = _TALKER_OF[name][part] if name in _TALKER_OF else b"GN"
        parts.append(encode(name, _columns(rng, name, place, part), talker))
    return interleave(parts)


def stream(terminals: int, seconds: int, sentences: Sequence[str] = FULL_MIX, *, seed: int = 1) -> Encoded:
    """What each of many terminals sends in so many seconds at 1 Hz: row i is the whole stream of terminal i."""
    rng = np.random.default_rng(seed)
    time_ns = np.tile(np.arange(seconds, dtype=np.float64) * NS_PER_S, terminals)
    text, offset = epochs(rng, time_ns, sentences)
    return text, offset[::seconds]


def cut(offset: NDArray[np.int64], piece_bytes: int) -> SegmentBatch:
    """The streams in pieces as a fleet's come in: the first piece of every terminal, then the second, and so on."""
    length = np.diff(offset)
    pieces = -(-length // piece_bytes)
    slot = np.repeat(np.arange(len(length)), pieces)
    nth = np.arange(len(slot)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    start = offset[:-1][slot] + nth * piece_bytes
    size = np.minimum(piece_bytes, offset[1:][slot] - start)
    order = np.lexsort((slot, nth))
    return SegmentBatch.missing(len(slot), slot=slot[order], start=start[order], length=size[order])


def arenas(segments: SegmentBatch, arena_bytes: int) -> list[SegmentBatch]:
    """Pieces by the arena, so many bytes each, as calls of the decoder get them."""
    filled = np.cumsum(segments.length)
    edges = np.searchsorted(filled, np.arange(arena_bytes, int(filled[-1]), arena_bytes)).tolist()
    return [part for part in segments.split(edges) if len(part)]


def sentence_count(text: NDArray[np.uint8]) -> int:
    """Sentences in a text."""
    return int(np.count_nonzero(text == ord("$")))
