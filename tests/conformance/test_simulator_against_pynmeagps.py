"""What simulated terminals send, read by pynmeagps: well formed, and saying what the columns hold."""

from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest
from pynmeagps import VALCKSUM, NMEAMessage, NMEAReader

from simulators.chart import Chart
from simulators.fleet import Fleet
from simulators.network import Network, build_network
from simulators.receivers import Epochs
from simulators.scenario import Scenario
from simulators.schedule import Schedule
from simulators.sentences import Speaker
from tests.unit.simulators.town import road

TERMINALS = 60
START_NS = 1_795_391_995 * 10**9  # 2026-11-22T23:59:55Z: the run passes midnight
SECONDS = 12
Heard = list[tuple[Epochs, int, list[list[NMEAMessage]]]]


def loop_with_a_tunnel() -> Network:
    square = [(0.0, 0.0), (400.0, 0.0), (400.0, 400.0), (0.0, 400.0), (0.0, 0.0)]
    sides = [[a, b] for a, b in pairwise(square)]
    marks = [{"tunnel": True}, {}, {"canyon": True}, {"bridge": True}]
    features = [road(side, "primary", **mark) for side, mark in zip(sides, marks, strict=True)]
    return build_network(features, Chart())


@pytest.fixture(scope="module")
def heard() -> Heard:
    schedule = Schedule.at_rate(TERMINALS, 1.0)
    fleet = Fleet(loop_with_a_tunnel(), Scenario(), schedule, 5, START_NS)
    speaker = Speaker(fleet)
    slots: Heard = []
    for slot in range(SECONDS * schedule.groups):
        epochs = fleet.observe(slot)
        buffer, offset = speaker.speak(slot, epochs)
        texts = [buffer[a:b].tobytes() for a, b in pairwise(offset)]
        parsed = [[NMEAReader.parse(line + b"\r\n", validate=VALCKSUM) for line in text.splitlines()] for text in texts]
        slots.append((epochs, fleet.t_utc_ns(slot), parsed))
    return slots


def by_id(messages: list[NMEAMessage]) -> dict[str, list[NMEAMessage]]:
    named: dict[str, list[NMEAMessage]] = defaultdict(list)
    for message in messages:
        named[message.msgID].append(message)
    return named


def test_positions_and_qualities_are_those_of_the_columns(heard: Heard) -> None:
    qualities = set()
    for epochs, _, parsed in heard:
        for k, messages in enumerate(parsed):
            gga = by_id(messages)["GGA"][0]
            quality = int(epochs.fix_quality[k])
            qualities.add(quality)
            assert gga.quality == quality
            if quality == 0:
                assert gga.lat == gga.lon == ""
                continue
            assert gga.lat == pytest.approx(epochs.lat_deg[k], abs=1e-9)
            assert gga.lon == pytest.approx(epochs.lon_deg[k], abs=1e-9)
            assert gga.alt + gga.sep == pytest.approx(epochs.h_ell_m[k], abs=0.002)
    assert {0, 4, 5} <= qualities


def test_times_and_dates_pass_midnight(heard: Heard) -> None:
    dates = set()
    for _, t_utc_ns, parsed in heard:
        moment = np.datetime64(t_utc_ns, "ns")
        for messages in parsed:
            rmc = by_id(messages)["RMC"][0]
            dates.add(rmc.date)
            assert np.datetime64(f"{rmc.date}T{rmc.time}") == moment
    assert len(dates) == 2


def test_status_mode_and_sigmas_agree_with_the_quality(heard: Heard) -> None:
    for epochs, _, parsed in heard:
        for k, messages in enumerate(parsed):
            named, quality = by_id(messages), int(epochs.fix_quality[k])
            assert named["RMC"][0].status == ("V" if quality == 0 else "A")
            assert named["RMC"][0].posMode == {0: "N", 1: "A", 2: "D", 4: "R", 5: "F", 6: "E"}[quality]
            if quality:
                assert named["GST"][0].stdLat == pytest.approx(epochs.sigma_n_m[k], abs=0.0006)
                assert named["GST"][0].stdAlt == pytest.approx(epochs.sigma_u_m[k], abs=0.0006)
            corrected = quality in (2, 4, 5)
            assert (named["GGA"][0].diffAge != "") == corrected


def test_satellites_used_are_listed_and_in_view(heard: Heard) -> None:
    told = 0
    for _, _, parsed in heard:
        for messages in parsed:
            named = by_id(messages)
            if "GSA" not in named:
                continue
            told += 1
            used = sum(getattr(gsa, f"svid_{k:02d}") != "" for gsa in named["GSA"] for k in range(1, 13))
            assert used == named["GGA"][0].numSV
            view = {gsv.talker: gsv.numSV for gsv in named["GSV"]}
            assert sum(view.values()) == used
            totals = defaultdict(list)
            for gsv in named["GSV"]:
                totals[gsv.talker, gsv.numMsg].append(gsv.msgNum)
            assert all(numbers == list(range(1, total + 1)) for (_, total), numbers in totals.items())
    assert told >= TERMINALS * 2  # every terminal, every five seconds
