"""RINEX: what is written is read back, and no damage is a crash."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gnss.batches import SYSTEMS
from gnss.errors import FileFormatError
from gnss.rinex._text_kernel import GOOD, read_decimal
from gnss.rinex.navigation import parse_navigation
from gnss.rinex.observations import parse_observations
from gnss.rinex.write_observations import format_observations
from gnss.rtcm._kit import NO_STATION
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch
from gnss.rtcm.signals import CARRIER_HZ, CODE_NAMES
from tests.unit.rinex.samples import C20, G08, GLONASS, GPS, HEADER, HEADER_2, NAV_HEADER, ROWS_2
from tests.unit.rinex.texts import T_2020, head, head_2

SIGNALS = [
    [code for code in np.flatnonzero(~np.isnan(CARRIER_HZ[system])).tolist() if CODE_NAMES[code]]
    for system in range(len(SYSTEMS))
]
MILLI_MAX = 10**12


@st.composite
def satellites(draw: st.DrawFn) -> list[tuple[int, int, int]]:
    """Rows (system, PRN, signal) of an epoch, signals of a satellite in the order of a header that is written."""
    pairs = draw(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 63)), max_size=6, unique=True))
    rows = []
    for system, prn in pairs:
        chosen = draw(st.sets(st.sampled_from(SIGNALS[system]), min_size=1, max_size=3))
        number = prn + 100 if SYSTEMS[system] == "S" else prn
        rows += [(system, number, code) for code in sorted(chosen, key=lambda code: CODE_NAMES[code])]
    return rows


def numbers(least: int, most: int) -> st.SearchStrategy[float]:
    """Thousandths that are not 0, or nothing."""
    return st.one_of(st.integers(least, most).filter(bool).map(lambda milli: milli / 1e3), st.just(np.nan))


Since = dict[tuple[int, int, int], int]
"""Instants since which phases have not slipped."""


def locks_s(
    draw: st.DrawFn, t_ns: int, rows: list[tuple[int, int, int]], cp_cyc: list[float], since: Since
) -> list[float]:
    """How long each phase is locked, some of which slip now."""
    locked = []
    for row, cp in zip(rows, cp_cyc, strict=True):
        if not np.isnan(cp) and (row not in since or draw(st.booleans())):
            since[row] = t_ns
        locked.append(np.nan if np.isnan(cp) else (t_ns - since[row]) * 1e-9)
    return locked


def epoch(draw: st.DrawFn, t_ns: int, since: Since) -> ObservationBatch:
    """The observations of an epoch."""
    rows = draw(satellites())
    cp_cyc = [draw(numbers(-MILLI_MAX + 1, MILLI_MAX)) for _ in rows]
    of = np.array(rows, np.int64).reshape(-1, 3)
    return ObservationBatch.missing(
        len(rows),
        t_gpst_ns=t_ns,
        station=NO_STATION,
        **dict(zip(("system", "prn", "signal"), of.T, strict=True)),
        channel=np.where(of[:, 0] == SYSTEMS.index("R"), of[:, 1] % 14 - 7, 0),
        pr_m=[draw(st.integers(1, MILLI_MAX)) / 1e3 for _ in rows],
        cp_cyc=cp_cyc,
        doppler_hz=[draw(numbers(-(10**7), 10**7)) for _ in rows],
        cn0_dbhz=[draw(numbers(1, 60_000)) for _ in rows],
        lock_s=locks_s(draw, t_ns, rows, cp_cyc, since),
        half_cycle=[draw(st.integers(0, 1)) if not np.isnan(cp) else 0 for cp in cp_cyc],
    )


@st.composite
def recordings(draw: st.DrawFn) -> tuple[EpochBatch, ObservationBatch]:
    """Epochs whose phases are all locked since they were first there."""
    steps = draw(st.lists(st.integers(1, 10**9), min_size=1, max_size=4))
    t_ns = T_2020 + np.cumsum(steps) * 100
    since: Since = {}
    parts = [epoch(draw, t, since) for t in t_ns.tolist()]
    rows = np.array([len(part) for part in parts], np.int32)
    first = np.cumsum(rows, dtype=np.int64) - rows
    epochs = EpochBatch.missing(len(t_ns), station=NO_STATION, t_gpst_ns=t_ns, first=first, rows=rows)
    return epochs, ObservationBatch.concat(parts)


@given(recordings(), st.sampled_from([3.03, 3.04, 3.05, 4.0, 4.02]))
def test_what_is_written_is_read(recording: tuple[EpochBatch, ObservationBatch], version: float) -> None:
    epochs, observations = recording
    text = format_observations(epochs, observations, version=version)
    found = parse_observations(np.frombuffer(text.text, np.uint8))
    assert text.dropped == 0
    assert found.report.is_clean
    assert found.epochs.equals(epochs)
    assert found.observations.equals(observations)


@given(st.floats(-1e13, 1e13), st.integers(0, 12))
def test_fixed_point_numbers_are_read_as_python_reads_them(value: float, places: int) -> None:
    text = f"{value:.{places}f}"
    digits = len(text.lstrip("-").replace(".", "").lstrip("0"))
    found, verdict = read_decimal(np.frombuffer(text.encode(), np.uint8), 0, len(text))
    assert verdict == GOOD
    assert found == float(text) if digits <= 15 else abs(found - float(text)) <= abs(value) * 3e-16


TEXTS = {
    "3": (HEADER + head(0, 2) + G08 + C20 + head(1, 1, flag=4) + HEADER[:81] + head(2, 1) + G08).encode(),
    "2": (
        HEADER_2 + head_2(0.0, [f"G{n:02d}" for n in range(1, 15)]) + ROWS_2 * 14 + head_2(1.0, ["G08"]) + ROWS_2
    ).encode(),
    "N": (NAV_HEADER + GPS + GLONASS + GPS).encode(),
    "4": (NAV_HEADER.replace("3.05", "4.00") + "> EPH G21 LNAV\n" + GPS + "> EPH R03 FDMA\n" + GLONASS).encode(),
}


DAMAGE = st.tuples(
    st.integers(0, 10**6), st.sampled_from(["set", "cut", "insert", "delete"]), st.binary(min_size=1, max_size=20)
)


@given(st.sampled_from(sorted(TEXTS)), st.lists(DAMAGE, max_size=6))
def test_no_damage_is_a_crash(name: str, damages: list[tuple[int, str, bytes]]) -> None:
    data = bytearray(TEXTS[name])
    for where, kind, new in damages:
        at = where % (len(data) + 1)
        end = {"set": at + len(new), "cut": len(data), "insert": at, "delete": at + 8 * len(new)}[kind]
        data[at:end] = b"" if kind in ("cut", "delete") else new
    try:
        if name in "N4":
            nav = parse_navigation(np.frombuffer(bytes(data), np.uint8))
            assert len(nav.kepler) + len(nav.glonass) <= 3
        else:
            found = parse_observations(np.frombuffer(bytes(data), np.uint8))
            assert int(found.epochs.rows.sum()) == len(found.observations)
    except FileFormatError as error:
        assert "line 1" in str(error)
