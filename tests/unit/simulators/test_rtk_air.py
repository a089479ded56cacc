"""Rovers and bases on air: what they send, decoded again, is what was observed, and leads to where they are."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from gnss.constants import SPEED_OF_LIGHT_MPS
from gnss.frames.enu import ecef_to_enu
from gnss.frames.geodetic import ecef_to_geodetic, geodetic_to_ecef
from gnss.orbits.book import OrbitBook
from gnss.orbits.satellites import GLONASS
from gnss.position.options import SppOptions
from gnss.position.spp import solve_spp
from gnss.rtcm.decode import RtcmDecoded
from gnss.rtcm.encode_msm import encode_msm
from gnss.rtcm.ephemerides import decode_ephemerides
from gnss.rtcm.epochs import RtcmEpochState, assemble_epochs
from gnss.rtcm.glonass_ephemerides import decode_glonass_ephemerides
from gnss.rtcm.observations import ObservationBatch
from gnss.rtcm.signals import carrier_hz
from gnss.rtcm.stations import decode_stations
from simulators.errors import ScenarioError
from simulators.link import Link
from simulators.rtk.bases import build_bases, outages_of
from simulators.rtk.fleet import RtkEpochs, RtkFleet
from simulators.rtk.frames import msm_text, split_messages
from simulators.rtk.schedule import RtkSchedule
from simulators.rtk.speaker import RtkSpeaker
from simulators.scenario import Scenario, parse_scenario
from simulators.signals.units import places_of
from simulators.sky import SKY_BUILT, SKY_CANYON, SKY_OPEN, SKY_TUNNEL
from tests.helpers.rtcm import decode_pieces
from tests.unit.simulators.town import grid_town
from tests.unit.simulators.under_sky import T0, ecef, observer, settings

START_NS = 1_795_338_000 * 10**9
ROVERS, BASES = 30, 2
PLAIN = """
[signals]
systems = "GRECJ"
surroundings = "open"
trees_share = 0.0
[rtk]
orbit_errors = false
"""


def fleet_of(text: str = PLAIN, rovers: int = ROVERS, bases: int = BASES, seed: int = 3) -> RtkFleet:
    plan: Scenario = parse_scenario(text, "test.toml")
    schedule = RtkSchedule.of(rovers, bases, 1.0, plan.rtk.spread)
    return RtkFleet(grid_town(), None, plan, schedule, build_bases(plan.corrections, bases), seed, START_NS)


def on_air(fleet: RtkFleet, periods: int, **told: object) -> tuple[list[bytes], list[RtkEpochs]]:
    """What each row sends, and what it heard."""
    speaker = RtkSpeaker(fleet, 3, **told)  # type: ignore[arg-type]
    sent, heard = [b""] * fleet.schedule.terminals, []
    for slot in range(periods * fleet.schedule.groups):
        epochs = fleet.observe(slot)
        buffer, offset = speaker.speak(slot, epochs)
        for row, a, b in zip(epochs.row.tolist(), offset, offset[1:], strict=False):
            sent[row] += buffer[a:b].tobytes()
        heard.append(epochs)
    return sent, heard


@cache
def plain(msm: int) -> tuple[RtkFleet, tuple[bytes, ...], tuple[RtkEpochs, ...]]:
    """Three seconds of a fleet."""
    fleet = fleet_of()
    sent, heard = on_air(fleet, 3, msm=msm)
    return fleet, tuple(sent), tuple(heard)


def decoded(sent: tuple[bytes, ...], fleet: RtkFleet) -> RtcmDecoded:
    return decode_pieces(list(sent), reference_gpst_ns=fleet.t_gpst_ns(0))[0]


def by_key(o: ObservationBatch) -> ObservationBatch:
    return o.take(np.lexsort((o.signal, o.prn, o.system, o.t_gpst_ns, o.slot)))


@pytest.mark.parametrize(("msm", "code_m", "phase_m"), [(7, 2.0**-29, 2.0**-31), (4, 2.0**-24, 2.0**-29)])
def test_messages_keep_the_observations_to_their_steps(msm: int, code_m: float, phase_m: float) -> None:
    fleet, sent, heard = plain(msm)
    got = by_key(decoded(sent, fleet).observations)
    was = by_key(ObservationBatch.concat([epochs.observed.observations for epochs in heard]))
    for name in ("slot", "t_gpst_ns", "t_stated", "station", "system", "prn", "signal", "half_cycle"):
        assert np.array_equal(getattr(got, name), getattr(was, name)), name
    m_per_ms = SPEED_OF_LIGHT_MPS / 1e3
    assert np.abs(got.pr_m - was.pr_m).max() <= 0.5 * code_m * m_per_ms + 1e-6
    # MSM4 does not name the channels of GLONASS, without which its phases are no cycles; bases send 1020
    has_phase = np.isfinite(was.cp_cyc) & ((was.system != GLONASS) | (msm == 7) | (was.slot >= ROVERS))
    assert np.array_equal(np.isfinite(got.cp_cyc), has_phase)
    hz = carrier_hz(was.system, was.signal, was.channel)
    off_m = (got.cp_cyc - was.cp_cyc)[has_phase] / hz[has_phase] * SPEED_OF_LIGHT_MPS
    assert np.abs(off_m).max() <= 0.5 * phase_m * m_per_ms + 1e-6
    assert np.all(got.lock_s <= was.lock_s)
    if msm == 7:
        assert np.nanmax(np.abs(got.doppler_hz - was.doppler_hz)) < 1e-3


def test_every_terminal_sends_one_epoch_a_second_at_the_same_instants() -> None:
    fleet, sent, _ = plain(7)
    state = RtcmEpochState.for_slots(ROVERS + BASES)
    epochs, _ = assemble_epochs(state, decoded(sent, fleet))
    assert len(epochs) == 3 * (ROVERS + BASES)
    assert np.all(epochs.status == 0)
    assert len(np.unique(epochs.t_gpst_ns)) == 3
    assert np.all(epochs.t_gpst_ns % 10**9 == 0)
    assert np.array_equal(epochs.station[epochs.slot >= ROVERS], epochs.slot[epochs.slot >= ROVERS] - ROVERS + 1)
    assert np.all(epochs.station[epochs.slot < ROVERS] == 0)


def test_bases_say_who_and_where_they_are_and_rovers_do_not() -> None:
    fleet, sent, _ = plain(7)
    stations = decode_stations(decoded(sent, fleet))
    assert set(stations.slot.tolist()) == {ROVERS, ROVERS + 1}
    positions = stations.take(np.isin(stations.number, (1005, 1006)))
    assert {(int(p), int(s)) for p, s in zip(positions.number, positions.station, strict=True)} == {
        (1006, 1),
        (1005, 2),
    }
    expected = fleet.bases.r_ecef_m[positions.slot - ROVERS]
    assert np.abs(positions.ecef_m - expected).max() < 1e-4
    assert stations.receiver[stations.number == 1033].tolist() == [b"SIMULATED reference"] * 2


def test_what_bases_send_is_enough_to_place_everybody() -> None:
    fleet, sent, heard = plain(7)
    got = decoded(sent, fleet)
    book = OrbitBook.holding(decode_ephemerides(got), decode_glonass_ephemerides(got))
    epochs, observations = assemble_epochs(RtcmEpochState.for_slots(ROVERS + BASES), got)
    klobuchar = fleet.scenario.signals.klobuchar
    fixes = solve_spp(epochs, observations, book, SppOptions(klobuchar_gps=klobuchar)).fixes
    truth = {
        (int(slot), int(t)): r
        for one in heard
        for slot, t, r in zip(
            one.observed.truth.slot, one.observed.truth.t_gpst_ns, one.observed.truth.r_ecef_m, strict=True
        )
    }
    assert len(truth) == len(fixes)
    for slot, t, lat, lon, h in zip(
        fixes.slot, fixes.t_gpst_ns, fixes.lat_rad, fixes.lon_rad, fixes.h_ell_m, strict=True
    ):
        r = truth[int(slot), int(t)]
        lat0, lon0, h0 = (float(x) for x in ecef_to_geodetic(r))
        error_m = ecef_to_enu(geodetic_to_ecef(lat, lon, h), lat0, lon0, h0)
        assert np.hypot(*error_m[:2]) < 2.5
        assert abs(error_m[2]) < 6.0


def test_rovers_may_say_where_they_think_they_are() -> None:
    sent, heard = on_air(fleet_of(), 2, gga="float")
    pieces = split_messages(sent[4])
    ggas = [piece for piece in pieces if piece.startswith(b"$GNGGA")]
    assert [gga.split(b",")[6] for gga in ggas] == [b"5", b"5"]
    assert b"".join(pieces) == sent[4]
    assert b"GGA" not in sent[ROVERS]
    own = next(epochs.observed.truth for epochs in heard if 4 in epochs.row)
    lat = float(np.degrees(own.lat_rad[own.slot == 4][0]))
    stated = float(ggas[0].split(b",")[2])
    assert stated // 100 + stated % 100 / 60 == pytest.approx(lat, abs=3e-5)


def test_the_same_seed_sends_the_same_bytes_and_another_others() -> None:
    a, b = (on_air(fleet_of(rovers=6), 2)[0] for _ in range(2))
    assert a == b
    assert on_air(fleet_of(rovers=6, seed=4), 2)[0] != a


def test_velocities_are_those_of_the_places() -> None:
    fleet = fleet_of(rovers=60)
    places = [fleet.places(period * fleet.schedule.groups) for period in range(40)]
    moved_m = np.diff([place.r_ecef_m for place in places], axis=0)
    mean_mps = 0.5 * (np.array([place.v_ecef_mps for place in places[1:]]) + [p.v_ecef_mps for p in places[:-1]])
    assert np.median(np.linalg.norm(moved_m - mean_mps, axis=2)[10:, :60]) < 0.05
    assert np.linalg.norm(moved_m[-1, :60], axis=1).max() > 5.0
    assert np.all(moved_m[:, 60:] == 0.0)


def test_bases_are_those_of_the_scenario_and_more_around_the_district() -> None:
    settings = parse_scenario("", "x.toml").corrections
    assert build_bases(settings).id.tolist() == [1, 2, 3]
    five = build_bases(settings, 5)
    assert five.id.tolist() == [1, 2, 3, 4, 5]
    assert np.allclose(five.lat_deg[:3], [25.8452, 25.8127, 25.8611])
    assert np.all(np.abs(five.h_ell_m - 113.0) < 30.0)


def test_a_base_is_unplugged_when_told_and_comes_back() -> None:
    settings = parse_scenario("", "x.toml").corrections
    bases = build_bases(settings, 2)
    outages = outages_of(bases, settings, ["2:1.5:3"], ROVERS, 7)
    assert outages == [(ROVERS + 1, 1.5, 3.0)]
    link = Link(parse_scenario("", "x.toml").link, ROVERS + 2, 7, pieces=split_messages, unplugged=outages)
    row, offset = np.array([ROVERS, ROVERS + 1], np.int32), np.array([0, 4, 8])
    sent, pulled, reopened = [], [], []
    for t_s in np.arange(0.0, 7.0, 0.5):
        breaks = link.breaks(float(t_s), 0.05)
        pulled += [(t_s, int(r)) for r in breaks.pulled]
        reopened += [(t_s, int(r)) for r in breaks.reopened]
        for writes in link.carry(float(t_s), row, np.zeros(8, np.uint8), offset):
            sent += [(t_s, int(r)) for r in writes.row]
    assert pulled == [(1.5, ROVERS + 1)]
    assert reopened == [(4.5, ROVERS + 1)]
    assert [t for t, r in sent if r == ROVERS + 1] == [0.0, 0.5, 1.0, *np.arange(4.5, 7.0, 0.5)]
    assert len([t for t, r in sent if r == ROVERS]) == 14
    assert link.counts["unplugged"] == 1


def test_outages_of_the_scenario_hold_for_the_bases_that_there_are() -> None:
    text = "[corrections]\noutage_every_s = 600.0\noutages = [{ base = 2, start_s = 9, duration_s = 5 }]"
    settings = parse_scenario(text, "x.toml").corrections
    one = outages_of(build_bases(settings, 1), settings, (), ROVERS, 7)
    two = outages_of(build_bases(settings, 2), settings, (), ROVERS, 7)
    assert two[: len(one)] == one
    assert {row for row, _, _ in one} == {ROVERS}
    assert np.diff([at_s for row, at_s, _ in two if row == ROVERS]).mean() == pytest.approx(600.0, rel=0.2)
    assert any(row == ROVERS + 1 and at_s <= 9.0 <= at_s + long_s for row, at_s, long_s in two)


@pytest.mark.parametrize(
    ("asked", "message"), [("9:1:2", "base 9, but the bases are"), ("2:1", "ID:START_S:DURATION_S")]
)
def test_mistaken_outages_are_named(asked: str, message: str) -> None:
    settings = parse_scenario("", "x.toml").corrections
    with pytest.raises(ScenarioError, match=message):
        outages_of(build_bases(settings), settings, [asked], ROVERS, 7)


def test_messages_are_lost_one_by_one() -> None:
    _, sent, _ = plain(7)
    pieces = split_messages(sent[0])
    assert b"".join(pieces) == sent[0]
    assert len(pieces) > 3 * 4
    assert all(piece[0] == 0xD3 for piece in pieces)
    link = Link(parse_scenario("[link]\nlose_sentence = 1.0", "x.toml").link, 1, 7, pieces=split_messages)
    text = np.frombuffer(sent[0], np.uint8)
    _, loose = link.carry(0.0, np.array([0], np.int32), text, np.array([0, len(text)]))
    left = split_messages(loose.buffer.tobytes())
    assert len(left) == len(pieces) - 1
    assert set(left) < set(pieces)


def test_each_terminal_gets_its_own_messages_and_a_silent_one_none() -> None:
    who = observer(["board"] * 5, settings(systems="GC"))
    kinds = np.array([SKY_CANYON, SKY_TUNNEL, SKY_OPEN, SKY_BUILT, SKY_TUNNEL], np.int32)
    order = np.array([3, 1, 0, 4, 2], np.int32)
    seen = who.observe(T0, places_of(ecef(np.zeros((5, 3))), kind=kinds).take(order))
    buffer, offset = msm_text(encode_msm(seen.observations), seen.epochs, order)
    pieces = [buffer[a:b].tobytes() for a, b in pairwise(offset)]
    got = decode_pieces(pieces, reference_gpst_ns=T0)[0].observations
    rows = np.bincount(got.slot, minlength=5)
    assert rows.tolist() == seen.truth.rows.tolist()
    assert rows[1] == rows[3] == 0 < rows[2] < rows[0] < rows[4]
    with pytest.raises(ValueError, match="not in the order"):
        msm_text(encode_msm(seen.observations), seen.epochs, order[::-1].copy())


def test_bases_send_first_and_rovers_one_after_the_other() -> None:
    schedule = RtkSchedule.of(40, 3, 1.0, 0.5)
    assert schedule.rows(0)[:3].tolist() == [40, 41, 42]
    assert sorted(row for slot in range(schedule.groups) for row in schedule.rows(slot)) == list(range(43))
    times = [schedule.t_s(slot) for slot in range(2 * schedule.groups)]
    assert np.all(np.diff(times) > 0)
    assert times[schedule.groups - 1] < 0.5 < times[schedule.groups] == 1.0
    assert {schedule.epoch_s(slot) for slot in range(2 * schedule.groups)} == {0.0, 1.0}
