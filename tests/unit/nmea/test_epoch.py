"""What the sentences of an instant make of a row, and when the row is closed."""

import itertools

import numpy as np
import pytest

from gnss.batches import FixBatch, Source
from gnss.decoder import StreamDecoder
from gnss.nmea.catalogue import KIND
from gnss.status import Status
from tests.helpers.chunking import assert_any_chunking
from tests.helpers.decoding import decode_pieces, decode_whole, open_rows, push_pieces
from tests.helpers.frames import sentence, unicore_line

GGA = "GNGGA,133901.50,4134.50180366,N,09345.03586734,W,4,19,0.7,280.829,M,-31.442,M,7.5,0002"
RMC = "GNRMC,133901.50,A,4134.50180366,N,09345.03586734,W,0.018,273.328,180320,11.5982,E,D"
GST = "GNGST,133901.50,0.012,0.011,0.009,30.0,0.010,0.009,0.021"
KSXT = (
    "KSXT,20211016083433.00,116.31296102,39.95817066,49.4911,223.57,-11.32,330.19,0.036,1.5,"
    "{},3,28,27,,,,-0.012,0.021,0.020,1.0,30,,"
)
BESTNAVA = (
    '97,GPS,FINE,2439,156894000,0,0,18,8;{},{},40.83123456789,16.54987654321,490.99,36.5,WGS84,0.011,0.012,0.021,"0133",'
    "1.500,11.000,33,27,27,0,1,02,14,41,SOL_COMPUTED,DOPPLER_VELOCITY,0.000,0.000,1.25,90.5,-0.5,0.1,0.1"
)


def rows(*contents: str) -> FixBatch:
    return assert_any_chunking(b"".join(sentence(content) for content in contents)).fixes


def nav(name: str = "BESTNAVA", status: str = "SOL_COMPUTED", kind: str = "NARROW_INT") -> bytes:
    return unicore_line(f"{name},{BESTNAVA.format(status, kind)}".encode())


def test_sentences_of_an_instant_make_one_row() -> None:
    row = rows(GGA, "GNGSA,A,3,21,,,,,,,,,,,,1.2,0.6,1.0,4", GST, "GNHDT,175.85,T", RMC)
    assert len(row) == 1
    assert (row.fix_quality[0], row.fix_dim[0], row.sats_used[0], row.base_id[0]) == (4, 3, 19, 2)
    assert (row.hdop[0], row.pdop[0], row.vdop[0]) == (0.6, 1.2, 1.0)
    assert (row.sigma_n_m[0], row.sigma_e_m[0], row.sigma_u_m[0]) == (0.010, 0.009, 0.021)
    assert row.speed_mps[0] == pytest.approx(0.018 * 1852 / 3600, rel=1e-15)
    assert np.degrees(row.course_rad[0]) == pytest.approx(273.328, abs=1e-12)
    assert np.degrees(row.heading_rad[0]) == pytest.approx(175.85, abs=1e-12)
    kinds = {name for name, kind in KIND.items() if row.sentences[0] >> kind & 1}
    assert kinds == {"GGA", "GSA", "GST", "HDT", "RMC"}
    assert (row.status[0], row.source[0]) == (Status.OK, Source.NMEA)


def test_what_nobody_says_is_missing() -> None:
    row = rows("GNRMC,133901.50,A,4134.5,N,09345.0,W,,,180320,,,A")
    for name in ("h_ell_m", "h_msl_m", "sigma_n_m", "hdop", "age_corr_s", "speed_mps", "course_rad", "heading_rad"):
        assert np.isnan(getattr(row, name)[0]), name
    assert (row.sats_used[0], row.base_id[0], row.fix_dim[0]) == (255, -1, 0)


def test_the_error_ellipse_as_a_covariance() -> None:
    """Semi-major axis 3 m towards 30 degrees from north, semi-minor 1 m: the covariance that such an ellipse has."""
    row = rows(GGA, "GNGST,133901.50,1,3,1,30,2.6457513,1.7320508,4")
    t = np.radians(30)
    turn = np.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]])
    covariance = turn @ np.diag([9.0, 1.0]) @ turn.T
    assert row.cov_ne_m2[0] == pytest.approx(covariance[0, 1], rel=1e-12)
    assert row.sigma_n_m[0] ** 2 == pytest.approx(covariance[0, 0], rel=1e-7)
    assert row.sigma_e_m[0] ** 2 == pytest.approx(covariance[1, 1], rel=1e-7)


@pytest.mark.parametrize(
    ("mode", "quality"), [("A", 1), ("D", 2), ("P", 3), ("R", 4), ("F", 5), ("E", 6), ("M", 7), ("S", 8), ("N", 0)]
)
def test_modes_of_rmc_and_gll(mode: str, quality: int) -> None:
    rmc = rows(RMC[:-1] + mode)
    gll = rows(f"GNGLL,4134.5,N,09345.0,W,133901.50,A,{mode}")
    assert [rmc.fix_quality[0], gll.fix_quality[0]] == [quality] * 2
    assert np.isnan([rmc.lat_rad[0], gll.lat_rad[0]]).tolist() == [quality == 0] * 2


@pytest.mark.parametrize(
    ("modes", "quality"), [("NNNN", 0), ("ANAAA", 1), ("AD", 2), ("RRNR", 4), ("DFRA", 4), ("NF", 5), ("E", 6)]
)
def test_gns_has_the_best_of_its_constellations(modes: str, quality: int) -> None:
    row = rows(f"GNGNS,133901.50,4134.5,N,09345.0,W,{modes},09,1.3,156.9,8.3,2.5,0133")
    assert (row.fix_quality[0], row.sats_used[0], row.age_corr_s[0], row.base_id[0]) == (quality, 9, 2.5, 133)


def test_gga_has_more_digits_than_rmc() -> None:
    coarse = RMC.replace("4134.50180366", "4134.50")
    for order in ((GGA, coarse), (coarse, GGA)):
        assert np.degrees(rows(*order).lat_rad[0]) == pytest.approx(41 + 34.50180366 / 60, abs=1e-13)


@pytest.mark.parametrize(("status", "quality"), [(0, 0), (1, 1), (2, 5), (3, 4)])
def test_ksxt(status: int, quality: int) -> None:
    """Longitude first, decimal degrees, km/h, and 3 means fixed."""
    row = rows(KSXT.format(status))
    assert row.fix_quality[0] == quality
    if quality:
        assert np.degrees(row.lat_rad[0]) == pytest.approx(39.95817066, abs=1e-13)
        assert np.degrees(row.lon_rad[0]) == pytest.approx(116.31296102, abs=1e-13)
    assert row.speed_mps[0] == pytest.approx(0.01)
    assert row.vel_u_mps[0] == pytest.approx(0.020 / 3.6)
    angles = np.degrees([row.course_rad[0], row.heading_rad[0], row.pitch_rad[0], row.roll_rad[0]])
    np.testing.assert_allclose(angles, [330.19, 223.57, -11.32, 1.5], atol=1e-12)
    assert (row.sats_used[0], row.age_corr_s[0], row.h_msl_m[0]) == (27, 1.0, 49.4911)
    assert row.source[0] == (Source.KSXT if quality else Source.UNKNOWN)


def test_ksxt_with_either_check() -> None:
    from tests.helpers.frames import crc32_without_inversion

    body = KSXT.format(3)
    long_check = b"$" + body.encode() + b"*%08X\r\n" % crc32_without_inversion(body.encode())
    assert assert_any_chunking(long_check).fixes.equals(rows(body))


@pytest.mark.parametrize(
    ("kind", "quality"),
    [
        ("NONE", 0),
        ("SINGLE", 1),
        ("PSRDIFF", 2),
        ("L1_FLOAT", 5),
        ("NARROW_FLOAT", 5),
        ("WIDE_INT", 4),
        ("NARROW_INT", 4),
        ("FIXEDPOS", 7),
    ],
)
def test_bestnava(kind: str, quality: int) -> None:
    row = assert_any_chunking(nav(kind=kind)).fixes
    assert row.fix_quality[0] == quality
    assert row.t_gpst_ns[0] == (2439 * 604_800 + 156_894) * 10**9
    if quality:
        assert np.degrees(row.lat_rad[0]) == pytest.approx(40.83123456789, abs=1e-13)
        assert np.degrees(row.lon_rad[0]) == pytest.approx(16.54987654321, abs=1e-13)
    assert (row.h_msl_m[0], row.geoid_sep_m[0], row.h_ell_m[0]) == (490.99, 36.5, 490.99 + 36.5)
    assert (row.sigma_n_m[0], row.sigma_e_m[0], row.sigma_u_m[0]) == (0.011, 0.012, 0.021)
    assert (row.sats_used[0], row.age_corr_s[0], row.speed_mps[0], row.vel_u_mps[0]) == (27, 1.5, 1.25, -0.5)


@pytest.mark.parametrize(("status", "kind"), [("INSUFFICIENT_OBS", "NARROW_INT"), ("SOL_COMPUTED", "NEVER_HEARD_OF")])
def test_bestnava_without_a_solution_that_is_understood(status: str, kind: str) -> None:
    row = assert_any_chunking(nav(status=status, kind=kind)).fixes
    assert (row.fix_quality[0], row.status[0]) == (0, Status.NO_POSITION)


def test_bestnava_and_nmea_of_one_instant_are_one_row() -> None:
    """GPS week 2439, 156 894 s is 19:34:36 UTC: the row has the digits of the one and the base of the other."""
    gga = "GNGGA,193436.00,4049.87,N,01632.99,E,4,27,0.7,490.9,M,36.5,M,1.5,0133"
    for data in (sentence(gga) + nav(), nav() + sentence(gga)):
        row = assert_any_chunking(data, reference_gpst_ns=(2439 * 604_800 + 156_894) * 10**9).fixes
        assert len(row) == 1
        assert np.degrees(row.lat_rad[0]) == pytest.approx(40.83123456789, abs=1e-13)
        assert (row.base_id[0], row.source[0], row.status[0]) == (133, Source.BESTNAV, Status.OK)


def test_a_row_is_open_until_another_instant_begins() -> None:
    decoder = StreamDecoder(1)
    later = GGA.replace("133901.50", "133901.60")
    first = push_pieces(decoder, [sentence(RMC)], show_open=True)
    assert (len(first.fixes), first.closed) == (1, 0)
    better = push_pieces(decoder, [sentence(GGA)], show_open=True)
    assert (len(better.fixes), better.closed, better.fixes.fix_quality[0]) == (1, 0, 4)
    both = push_pieces(decoder, [sentence(later)], show_open=True)
    assert (len(both.fixes), both.closed) == (2, 1)
    assert both.fixes.take(slice(1)).equals(better.fixes)
    assert len(push_pieces(decoder, [b""], final=True).fixes) == 1
    assert len(open_rows(decoder)) == 0


def test_showing_open_rows_changes_nothing() -> None:
    data = b"".join(
        sentence(GGA.replace("01.50", f"{s:02}.50")) + sentence(GST.replace("01.50", f"{s:02}.50")) for s in range(20)
    )
    shown, quiet = StreamDecoder(1), StreamDecoder(1)
    parts = []
    for at in range(0, len(data), 37):
        push = push_pieces(shown, [data[at : at + 37]], show_open=True)
        parts.append(push.fixes.take(slice(push.closed)))
    whole = push_pieces(quiet, [data])
    assert FixBatch.concat(parts).equals(whole.fixes)
    assert open_rows(shown).equals(open_rows(quiet))


def test_terminals_do_not_know_of_each_other() -> None:
    """Interleaved in any way, each has the rows it has alone."""
    rng = np.random.default_rng(3)
    alone = []
    for k in range(20):
        times = np.sort(rng.integers(0, 86_400, 30))
        stamps = [f"{t // 3600:02}{t // 60 % 60:02}{t % 60:02}.00" for t in times.tolist()]
        alone.append(b"".join(sentence(GGA.replace("133901.50", s).replace(",19,", f",{k:02},")) for s in stamps))
    pieces = []
    for data in alone:
        edges = [0, *np.sort(rng.integers(0, len(data), 15)).tolist(), len(data)]
        pieces.append([data[a:b] for a, b in itertools.pairwise(edges)])
    together = decode_pieces(pieces)
    for slot, data in enumerate(alone):
        assert together.rows_of(slot).equals(decode_whole(data).fixes)


def test_several_segments_of_a_terminal_in_one_push() -> None:
    """What arrives between two ticks comes as several pieces, mixed with those of others."""
    data = sentence(RMC) + sentence(GGA) + sentence(GST)
    cut = [data[:50], data[50:51], data[51:200], data[200:]]
    decoder = StreamDecoder(2)
    pieces = [piece for part in cut for piece in (part, part)]
    push = push_pieces(decoder, pieces, [0, 1] * len(cut), final=True)
    wanted = decode_whole(data).fixes
    assert push.fixes.take(push.fixes.slot == 0).equals(wanted)
    assert push.fixes.take(push.fixes.slot == 1).equals(wanted.replace(slot=np.array([1], np.int32)))


def test_new_terminals_join_a_running_decoder() -> None:
    decoder = StreamDecoder(1)
    push_pieces(decoder, [sentence(RMC)[:30]])
    decoder.grow(3)
    push = push_pieces(decoder, [sentence(RMC)[30:], b"", sentence(GGA)], final=True)
    assert push.fixes.slot.tolist() == [0, 2]
    assert decoder.counters.sentences[:, [KIND["RMC"], KIND["GGA"]]].tolist() == [[1, 0], [0, 0], [0, 1]]


def test_receive_times() -> None:
    """A row was received when the first sentence of its epoch was complete."""
    decoder = StreamDecoder(1)
    data = sentence(GGA) + sentence(RMC)
    push_pieces(decoder, [data[:20]], t_rx_ns=1_584_538_741_000_000_000)
    push_pieces(decoder, [data[20:100]], t_rx_ns=1_584_538_742_000_000_000)
    push = push_pieces(decoder, [data[100:]], t_rx_ns=1_584_538_743_000_000_000, final=True)
    assert push.fixes.t_rx_ns.tolist() == [1_584_538_742_000_000_000]


def test_segments_of_nobody_and_of_nowhere_are_refused() -> None:
    decoder = StreamDecoder(2)
    with pytest.raises(ValueError, match="terminals"):
        push_pieces(decoder, [b"x"], [2])
    with pytest.raises(ValueError, match="terminals"):
        push_pieces(decoder, [b"x"], [-1])
