"""Whole captures at every chunking, together, and cut short: same columns, nothing crashes."""

from pathlib import Path

import numpy as np
import pytest

from gnss.batches import FixBatch
from gnss.status import Status
from tests.helpers.chunking import assert_any_chunking, pieces_of
from tests.helpers.decoding import decode_pieces, decode_whole

NAMES = (
    "pynmeagps/pygpsdata-BADHDR.log",
    "pynmeagps/pygpsdata-badeof.log",
    "pynmeagps/pygpsdata-mixed.log",
    "pynmeagps/pygpsdata-nmea2.log",
    "pynmeagps/pygpsdata-nmea4.log",
    "pynmeagps/pygpsdata-nmeabadck.log",
    "pynmeagps/pygpsdata-nmeabadck2.log",
    "pynmeagps/pygpsdata-nmeastartup.log",
    "pynmea2/sentences_in_tests.txt",
    "minmea/sentences_in_tests.txt",
)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_at_every_chunking(data_dir: Path, name: str) -> None:
    assert_any_chunking((data_dir / "nmea" / name).read_bytes())


def test_all_receivers_at_once(data_dir: Path) -> None:
    """Six receivers as six terminals, their bytes arriving together in pieces of different size."""
    logs = [path.read_bytes() for path in sorted((data_dir / "nmea/gpsd").glob("*.log"))]
    assert len(logs) == 6
    together = decode_pieces([pieces_of(log, 500 + 97 * k) for k, log in enumerate(logs)])
    for slot, log in enumerate(logs):
        alone = decode_whole(log)
        assert together.rows_of(slot).equals(alone.fixes)
        np.testing.assert_array_equal(together.drops[slot], alone.drops[0])


def test_a_capture_that_ends_early_loses_its_end_only(data_dir: Path) -> None:
    """Every prefix gives the rows of the whole, but for the last one."""
    log = (data_dir / "nmea/gpsd/skytraq-fixB.log").read_bytes()
    whole = decode_whole(log).fixes
    cuts = list(range(1, len(log), 41))
    prefixes = decode_pieces([[log[:cut]] for cut in cuts])
    for slot in range(len(cuts)):
        rows = prefixes.rows_of(slot)
        settled = max(len(rows) - 1, 0)
        assert rows.take(slice(settled)).equals(whole.take(slice(settled)))


def test_foreign_binary_among_nmea(data_dir: Path) -> None:
    """A u-blox receiver that speaks UBX and NMEA in turns."""
    outcome = decode_whole((data_dir / "nmea/pynmeagps/pygpsdata-mixed.log").read_bytes())
    assert outcome.dropped() == {Status.FOREIGN_BINARY: 4, Status.NO_DATE: 2}


def test_rows_of_captures_are_in_order_of_time(data_dir: Path) -> None:
    for path in sorted((data_dir / "nmea/gpsd").glob("*.log")):
        fixes: FixBatch = decode_whole(path.read_bytes()).fixes
        assert (np.diff(fixes.t_gpst_ns) > 0).all(), path.name
