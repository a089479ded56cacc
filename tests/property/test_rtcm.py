"""decode(encode(x)) = x within the steps of the message, for all that can be encoded."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gnss.batches import SYSTEMS
from gnss.rtcm.encode_msm import encode_msm
from gnss.rtcm.encode_stations import encode_equipment, encode_glonass_biases, encode_positions
from gnss.rtcm.ephemerides import EphemerisBatch, decode_ephemerides, encode_ephemerides
from gnss.rtcm.fields import Field
from gnss.rtcm.flat import limits
from gnss.rtcm.glonass_ephemerides import GlonassEphemerisBatch, decode_glonass_ephemerides, encode_glonass_ephemerides
from gnss.rtcm.layouts import KEPLER_LAYOUTS
from gnss.rtcm.layouts.glonass import GLONASS_EPHEMERIS
from gnss.rtcm.messages import EPHEMERIS_NUMBERS
from gnss.rtcm.msm_layout import M_PER_MS
from gnss.rtcm.observations import ObservationBatch
from gnss.rtcm.signals import CODE_INDEX, MSM_SIGNALS, SIGNALS, carrier_hz
from gnss.rtcm.stations import GlonassBiasBatch, StationBatch, decode_glonass_biases, decode_stations
from tests.helpers.rtcm import decode_stream

seeds = st.integers(0, 2**32 - 1)
texts = st.binary(max_size=31).filter(lambda text: not text.endswith(b"\0"))


def random_values(fields: tuple[Field, ...], n: int, rng: np.random.Generator) -> dict[str, NDArray[np.float64]]:
    """Values on the steps of their fields, over the whole range of each."""
    values = {}
    for field in fields:
        low, high = limits(field)
        values[field.name] = (rng.integers(low, high, n, endpoint=True) * field.scale).astype(np.float64)
    return {name: value for name, value in values.items() if name not in ("", "number")}


@given(seed=seeds, number=st.sampled_from(sorted(KEPLER_LAYOUTS)))
def test_ephemerides(seed: int, number: int) -> None:
    rng = np.random.default_rng(seed)
    columns: dict[str, Any] = random_values(KEPLER_LAYOUTS[number].fields, 5, rng)
    letter = next(letter for letter, numbers in EPHEMERIS_NUMBERS.items() if number in numbers)
    sent = EphemerisBatch.missing(5, number=[number] * 5, system=[SYSTEMS.index(letter)] * 5, **columns)
    got = decode_ephemerides(decode_stream(encode_ephemerides(sent).tobytes()))
    times = {"toe_gpst_ns": got.toe_gpst_ns, "toc_gpst_ns": got.toc_gpst_ns}
    assert got.equals(sent.replace(**times))


@given(seed=seeds)
def test_glonass_ephemerides(seed: int) -> None:
    rng = np.random.default_rng(seed)
    columns: dict[str, Any] = random_values(GLONASS_EPHEMERIS.fields, 5, rng)
    columns["channel"] = columns.pop("channel_code") - 7
    sent = GlonassEphemerisBatch.missing(5, **columns)
    got = decode_glonass_ephemerides(decode_stream(encode_glonass_ephemerides(sent).tobytes()))
    assert got.equals(sent.replace(tb_gpst_ns=got.tb_gpst_ns))


@given(
    ecef_m=st.lists(st.floats(-1.3e7, 1.3e7), min_size=3, max_size=3),
    up_m=st.floats(0, 6.5535),
    station=st.integers(0, 4095),
    number=st.sampled_from([1005, 1006]),
)
def test_positions(ecef_m: list[float], up_m: float, station: int, number: int) -> None:
    columns: dict[str, Any] = {"number": [number], "station": [station], "ecef_m": [ecef_m], "antenna_up_m": [up_m]}
    got = decode_stations(decode_stream(encode_positions(StationBatch.missing(1, **columns)).tobytes()))
    np.testing.assert_allclose(got.ecef_m[0], ecef_m, rtol=0, atol=5.1e-5)
    assert got.station.tolist() == [station]
    if number == 1006:
        assert abs(got.antenna_up_m[0] - up_m) <= 5.1e-5


@given(names=st.lists(texts, min_size=5, max_size=5), station=st.integers(0, 4095), setup=st.integers(0, 255))
def test_equipment(names: list[bytes], station: int, setup: int) -> None:
    keys = ("antenna", "antenna_serial", "receiver", "firmware", "receiver_serial")
    columns: dict[str, Any] = {key: [name] for key, name in zip(keys, names, strict=True)}
    sent = StationBatch.missing(1, number=[1033], station=[station], setup_id=[setup], **columns)
    got = decode_stations(decode_stream(encode_equipment(sent).tobytes()))
    assert got.equals(sent.replace(t_gpst_ns=got.t_gpst_ns))


@given(bias_m=st.lists(st.floats(-655.3, 655.3) | st.just(np.nan), min_size=4, max_size=4), aligned=st.booleans())
def test_glonass_biases(bias_m: list[float], aligned: bool) -> None:
    sent = GlonassBiasBatch.missing(1, station=[7], is_aligned=[aligned], bias_m=[bias_m])
    got = decode_glonass_biases(decode_stream(encode_glonass_biases(sent).tobytes()))
    np.testing.assert_allclose(got.bias_m[0], bias_m, rtol=0, atol=0.0101)
    assert got.is_aligned.tolist() == [aligned]


def random_epoch(rng: np.random.Generator, letters: str) -> ObservationBatch:
    """An epoch of a station: some satellites of some systems, some of their signals, ranges that belong together."""
    rows: list[tuple[int, int, int]] = []
    for letter in letters:
        index = SYSTEMS.index(letter)
        signals = sorted(MSM_SIGNALS[letter])
        for prn in sorted(rng.choice(24, rng.integers(1, 20), replace=False).tolist()):
            chosen = sorted(rng.choice(signals, rng.integers(1, min(len(signals), 5) + 1), replace=False).tolist())
            rows += [
                (index, prn + (120 if letter == "S" else 1), CODE_INDEX[MSM_SIGNALS[letter][s][0]]) for s in chosen
            ]
    system, prn, signal = np.array(rows, np.uint8).T
    n = len(rows)
    channel = np.where(system == SYSTEMS.index("R"), prn.astype(int) % 13 - 7, 0).astype(np.int8)
    hz = carrier_hz(system, signal, channel)
    satellite = system.astype(int) * 256 + prn
    range_m = (2e7 + satellite * 1e3) + rng.uniform(-50, 50, n)
    return ObservationBatch.missing(
        n, station=[11] * n, t_stated=[345_600_000] * n, system=system, prn=prn, signal=signal, channel=channel,
        pr_m=range_m, cp_cyc=(range_m + rng.uniform(-100, 100, n)) * hz / 299_792_458.0,
        doppler_hz=-(satellite % 700 + rng.uniform(-0.5, 0.5, n)) * hz / 299_792_458.0,
        cn0_dbhz=rng.integers(16, 1024, n) / 16, lock_s=rng.integers(0, 64, n) / 1000, half_cycle=rng.integers(0, 2, n),
    )  # fmt: skip


def assert_ranges(got: ObservationBatch, sent: ObservationBatch, pr_step_ms: float, cp_step_ms: float) -> None:
    for name in ("system", "prn", "signal", "station", "half_cycle"):
        np.testing.assert_array_equal(getattr(got, name), getattr(sent, name))
    np.testing.assert_allclose(got.pr_m, sent.pr_m, rtol=0, atol=0.51 * pr_step_ms * M_PER_MS)
    hz = carrier_hz(sent.system, sent.signal, sent.channel)
    seconds, wanted_s = got.cp_cyc / hz, sent.cp_cyc / hz
    np.testing.assert_allclose(seconds, wanted_s, rtol=0, atol=0.51e-3 * cp_step_ms)


@given(seed=seeds, letters=st.lists(st.sampled_from("GRECJIS"), min_size=1, max_size=4, unique=True))
def test_msm7(seed: int, letters: list[str]) -> None:
    """GLONASS takes only the weekday from its epoch field, so the same number serves all systems here."""
    sent = random_epoch(np.random.default_rng(seed), "".join(sorted(letters, key=SYSTEMS.index)))
    decoded = decode_stream(encode_msm(sent, 7).tobytes())
    got = decoded.observations
    assert_ranges(got, sent, 2.0**-29, 2.0**-31)
    hz = carrier_hz(sent.system, sent.signal, sent.channel)
    np.testing.assert_allclose(got.doppler_hz, sent.doppler_hz, rtol=0, atol=float(0.51e-4 * hz.max() / 299_792_458.0))
    np.testing.assert_array_equal(got.cn0_dbhz, sent.cn0_dbhz)
    np.testing.assert_array_equal(got.lock_s, sent.lock_s)
    np.testing.assert_array_equal(got.channel, sent.channel)
    assert decoded.messages.more.tolist() == [1] * (len(decoded.messages) - 1) + [0]
    assert decoded.messages.rows.max() <= 64


@given(seed=seeds)
def test_msm4(seed: int) -> None:
    """GPS, Galileo, BeiDou; coarser steps, lock times never longer than they were."""
    sent = random_epoch(np.random.default_rng(seed), "GEC")
    got = decode_stream(encode_msm(sent, 4).tobytes()).observations
    assert_ranges(got, sent, 2.0**-24, 2.0**-29)
    assert np.all(got.lock_s <= sent.lock_s)
    assert np.all(np.abs(got.cn0_dbhz - np.minimum(sent.cn0_dbhz, 63)) <= 0.5)
    assert np.all(np.isnan(got.doppler_hz))


def test_every_signal_has_its_way_back() -> None:
    for letter, signals in MSM_SIGNALS.items():
        system = SYSTEMS.index(letter)
        for number, (code, _) in signals.items():
            assert SIGNALS.signal_id[system, SIGNALS.code[system, number]] == number
            assert SIGNALS.code[system, number] == CODE_INDEX[code]
