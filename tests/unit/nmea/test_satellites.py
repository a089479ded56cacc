"""Which satellite is meant, and what a terminal has in view: all numberings of BeiDou, signals, cycles of GSV."""

import numpy as np
import pytest

from gnss.batches import SYSTEMS
from gnss.decoder import StreamDecoder
from gnss.nmea.satellites import SATELLITES_MAX, SatelliteBatch
from tests.helpers.chunking import assert_any_chunking
from tests.helpers.decoding import push_pieces
from tests.helpers.frames import sentence

C = SYSTEMS.index("C")


def sky_after(*contents: str) -> SatelliteBatch:
    decoder = StreamDecoder(1)
    push_pieces(decoder, [b"".join(sentence(content) for content in contents)])
    return decoder.epochs.satellites(0)


NUMBERINGS = {
    "GB, 1..63": ("GBGSV,1,1,01,{21},30,100,45,1", ["C21"]),
    "GB without a signal": ("GBGSV,1,1,01,{21},30,100,45", ["C21"]),
    "BD, 1..63": ("BDGSV,1,1,01,{21},30,100,45", ["C21"]),
    "GB, 201..264": ("GBGSV,1,1,01,{221},30,100,45", ["C21"]),
    "BD, 206": ("BDGSV,1,1,01,{206},30,100,45", ["C06"]),
    "401..464 under GB": ("GBGSV,1,1,01,{421},30,100,45", ["C21"]),
    "401..464 say it themselves": ("GNGSV,1,1,01,{421},30,100,45", ["C21"]),
    "201..264 say it themselves": ("GPGSV,1,1,01,{201},30,100,45", ["C01"]),
    "PQ with system id 4": ("PQGSV,1,1,01,{21},30,100,45,1,4", ["C21"]),
    "PQ with system id 5": ("PQGSV,1,1,01,{02},30,100,45,1,5", ["J02"]),
    "BDS-3 GEO": ("GBGSV,1,1,01,{61},30,100,45,1", ["C61"]),
    "GPS": ("GPGSV,1,1,01,{21},30,100,45,1", ["G21"]),
    "GN without a hint is GPS": ("GNGSV,1,1,01,{21},30,100,45", ["G21"]),
    "GLONASS slot + 64": ("GLGSV,1,1,01,{65},30,100,45,1", ["R01"]),
    "GLONASS slot": ("GLGSV,1,1,01,{7},30,100,45,1", ["R07"]),
    "Galileo": ("GAGSV,1,1,01,{36},30,100,45,7", ["E36"]),
    "Galileo, 301..336": ("GAGSV,1,1,01,{301},30,100,45,7", ["E01"]),
    "QZSS": ("GQGSV,1,1,01,{03},30,100,45,1", ["J03"]),
    "QZSS under GP": ("GPGSV,1,1,01,{193},30,100,45,1", ["J01"]),
    "SBAS, PRN - 87": ("GPGSV,1,1,01,{33},30,100,45,1", ["S20"]),
    "SBAS, PRN": ("GPGSV,1,1,01,{133},30,100,45,1", ["S33"]),
    "NavIC": ("GIGSV,1,1,01,{05},30,100,45,1", ["I05"]),
}


@pytest.mark.parametrize(("content", "names"), NUMBERINGS.values(), ids=NUMBERINGS.keys())
def test_numberings(content: str, names: list[str]) -> None:
    assert sky_after(content.replace("{", "").replace("}", "")).sv_names() == names


@pytest.mark.parametrize(
    ("written", "signal"), [("", 0), ("0", 0), ("1", 1), ("3", 3), ("4", 4), ("5", 5), ("B", 11), ("b", 11), ("11", 11)]
)
def test_signal_ids(written: str, signal: int) -> None:
    """B2I is hexadecimal B; Unicore writes it in decimal, and one hexadecimal digit cannot be mistaken for it."""
    sky = sky_after(f"GBGSV,1,1,01,21,30,100,45,{written}")
    assert sky.signal.tolist() == [signal]
    assert (sky.el_deg.tolist(), sky.az_deg.tolist(), sky.cn0_dbhz.tolist()) == ([30], [100], [45])


def test_signals_of_one_satellite_are_kept_apart() -> None:
    sky = sky_after("GBGSV,1,1,02,21,30,100,45,22,10,200,,1", "GBGSV,1,1,02,21,30,100,38,5")
    assert sky.sv_names() == ["C21", "C22", "C21"]
    assert sky.signal.tolist() == [1, 1, 5]
    np.testing.assert_array_equal(sky.cn0_dbhz, [45, np.nan, 38])


def test_a_new_list_replaces_the_old_one() -> None:
    cycle = ["GPGSV,1,1,01,07,30,100,45,1", "GBGSV,1,1,02,21,30,100,45,22,10,200,40,1"]
    later = ["GPGSV,1,1,01,08,30,100,45,1", "GBGSV,1,1,01,22,10,200,41,1"]
    assert sky_after(*cycle, *later).sv_names() == ["G08", "C22"]


def test_a_list_that_is_not_sent_any_more_goes_with_its_cycle() -> None:
    cycle = ["GPGSV,1,1,01,07,30,100,45,1", "GBGSV,1,1,01,21,30,100,45,1"]
    assert sky_after(*cycle, *cycle[:1], *cycle[:1]).sv_names() == ["G07"]


@pytest.mark.parametrize("number", ["193", "33", "133"])
def test_strangers_in_a_gps_list_come_once(number: str) -> None:
    """Skytraq lists QZSS, others SBAS among GPS: the next list must replace them too."""
    cycle = f"GPGSV,1,1,02,07,30,100,45,{number},30,100,45"
    assert len(sky_after(cycle, cycle, cycle)) == 2


def test_several_sentences_make_one_list() -> None:
    sky = sky_after(
        "GBGSV,2,1,05,01,10,020,30,02,11,021,31,03,12,022,32,04,13,023,33,1", "GBGSV,2,2,05,05,-05,359,34,,,,,1"
    )
    assert sky.sv_names() == ["C01", "C02", "C03", "C04", "C05"]
    assert sky.el_deg[-1] == -5
    assert sky.az_deg[-1] == 359


def test_the_table_of_satellites_is_bounded() -> None:
    lines = [f"GBGSV,64,{i},250,01,,,,02,,,,03,,,,04,,,,1" for i in range(1, 65)]
    assert len(sky_after(*lines)) == SATELLITES_MAX


def test_which_satellites_are_used() -> None:
    sky = sky_after(
        "GPGSV,1,1,01,21,30,100,45,1",
        "GBGSV,1,1,03,21,30,100,45,22,10,200,40,23,10,200,40,1",
        "GNGGA,133901.50,4134.50180366,N,09345.03586734,W,4,19,0.7,280.829,M,-31.442,M,7.5,0002",
        "GNGSA,A,3,21,223,,,,,,,,,,,1.2,0.7,1.0,4",
    )
    used = dict(zip(sky.sv_names(), sky.used.tolist(), strict=True))
    assert used == {"G21": 0, "C21": 1, "C22": 0, "C23": 1}


@pytest.mark.parametrize("last", ["", ",", ",1.2", ",0", ",9"])
def test_a_gsa_whose_last_field_is_no_system(last: str) -> None:
    """It may be absent, empty or a number that means something else: then the talker says whose satellites they are."""
    gga = "GNGGA,133901.50,4134.50180366,N,09345.03586734,W,4,19,0.7,280.829,M,-31.442,M,7.5,0002"
    sky = sky_after("GBGSV,1,1,01,21,30,100,45,1", gga, f"BDGSA,A,3,21,,,,,,,,,,,,1.2,0.7,1.0{last}")
    assert sky.used.tolist() == [1]


def test_rows_sum_up_the_sky() -> None:
    gga = "GNGGA,133901.50,4134.50180366,N,09345.03586734,W,4,19,0.7,280.829,M,-31.442,M,7.5,0002"
    sky = ["GPGSV,1,1,01,07,30,100,45,1", "GBGSV,1,1,02,21,30,100,45,22,10,200,,1", "GBGSV,1,1,02,21,30,100,36,5"]
    row = assert_any_chunking(b"".join(sentence(content) for content in [gga, *sky])).fixes
    counts = dict(zip(SYSTEMS, row.sats_view[0].tolist(), strict=True))
    assert counts == {"G": 1, "R": 0, "E": 0, "C": 2, "J": 0, "I": 0, "S": 0}
    assert row.cn0_dbhz[0, C] == (45 + 36) / 2
    assert np.isnan(row.cn0_dbhz[0, SYSTEMS.index("R")])
