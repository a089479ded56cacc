"""Ephemerides whose positions are printed (gnss_facts §10), and what is printed of them."""

from typing import Any, NamedTuple

import numpy as np

from gnss.batches import SYSTEMS
from gnss.constants import NS_PER_S, NS_PER_WEEK
from gnss.orbits.book import OrbitBook
from gnss.orbits.satellites import satellite_index
from gnss.orbits.table import OrbitTable
from gnss.rtcm.ephemerides import EphemerisBatch, decode_ephemerides
from gnss.rtcm.glonass_ephemerides import GlonassEphemerisBatch, decode_glonass_ephemerides
from gnss.time.week import BDT_EPOCH_GPST_NS
from tests.helpers.rtcm import decode_stream

LOG_WEEK = 2305
"""GPS week of the recorded frames."""

FRAMES = {
    "C12": (
        "d300404123076a1dae0d3561fdbfddcae4308617cc824d7de2f55e87eaa400481ca7851954a2a10729ab000161d18a7603ff"
        "d8280bc4dd1121b10d0fce7fecfc0180100d3818"
    ),
    "G02": (
        "d3003d3fb090107aa4b94f1a000036c24858b9f1572e09581c1053f3a60840ce7911f0a10db5fd4f1a00828711b6bb000927"
        "6ec4031a4ace315b86ffaae6da008e562b"
    ),
    "E05": (
        "d3003f41615404166bfbb14b400001f4135e68c3e9e8a0bc2337083fef60007daacc22e6a812f4194b4fffde0a1182cfffd2"
        "723ae3e1f05c6cc07c0ffbf1e04c15002541d4"
    ),
    "E03": (
        "d3003e4150d404166bfbb94b403ffe89ff971c1bebf0a052ead24593f03c0076353c23faa812f5114b4ffefe0a10ff7ffef2"
        "7238a5d1efdf523a354ffbf9903400e72fc4"
    ),
}
GLONASS_FRAME = "d3002d3fc24bb378cfa0f4964cb5d1a00d84ba00211bf2a7f648bf591663802d16f4a5015092c24c0000001a00000800c2b9e5"

TERMS = (
    "af0_s", "af1_sps", "crs_m", "delta_n_radps", "m0_rad", "cuc_rad", "e", "cus_rad", "sqrt_a", "cic_rad",
    "omega0_rad", "cis_rad", "i0_rad", "crc_m", "omega_rad", "omega_dot_radps", "idot_radps",
)  # fmt: skip
GEO_WEEK, GEO_TOE_S = 897, 172_800
ELEMENTS = {
    "C05": (
        -3.640399081632e-4, -5.266898028822e-13, -452.09375, -5.981677732316e-9, -2.644151558863,
        -1.450534909964e-5, 0.002530643483624, -4.061497747898e-6, 6493.482421875, 8.847564458847e-9,
        -2.878527702187, -2.607703208923e-7, 0.09640972172618, 126.890625, 0.2989989841536, 7.111010487844e-9,
        3.432285825624e-10,
    ),
    "C01": (
        9.046400664374e-4, -2.554401135058e-12, -375.0, -5.073425614255e-9, 1.683062668784, -1.228973269463e-5,
        4.6031025704e-4, 1.775566488504e-6, 6493.347337723, 2.281740307808e-7, -2.811183080328, -5.448237061501e-8,
        0.09101733839176, -60.171875, -2.597370730254, 6.233831092658e-9, 4.318037006431e-10,
    ),
    "C06": (
        -1.95638043806e-4, -1.737276988933e-12, -67.6875, 1.412201681011e-9, -1.390592503691, -2.457294613123e-6,
        0.003517199074849, 1.376261934638e-5, 6493.366090775, -1.210719347e-8, 0.07678242865064, -9.406358003616e-8,
        0.9469510595812, -184.140625, -3.039880415587, -1.818290024792e-9, -4.807343102279e-10,
    ),
}  # fmt: skip


class Printed(NamedTuple):
    """A satellite's position at a second of a week, GPS's or BeiDou's own."""

    name: str
    week_gpst_ns: int
    second_s: int
    r_ecef_m: tuple[float, float, float]


_GPS, _BDT_2018 = LOG_WEEK * NS_PER_WEEK, BDT_EPOCH_GPST_NS + 949 * NS_PER_WEEK
_BDT_2023 = BDT_EPOCH_GPST_NS + GEO_WEEK * NS_PER_WEEK
PRINTED = (
    Printed("C12", _BDT_2018, 316_800, (-15958406.2618, 4284255.9875, -22452338.8632)),
    Printed("C12", _BDT_2018, 318_600, (-15456683.2166, -413593.6276, -23193895.7525)),
    Printed("C12", _BDT_2018, 320_400, (-15543725.1227, -5148605.7325, -22559468.3657)),
    Printed("C05", _BDT_2023, 172_800, (22051589.6751, 36048110.4649, 241614.5567)),
    Printed("C05", _BDT_2023, 174_600, (22069286.2259, 36029155.8620, 117931.8666)),
    Printed("C05", _BDT_2023, 176_400, (22084274.1786, 36009719.6252, -7782.6643)),
    Printed("C01", _BDT_2023, 172_800, (-34341711.3628, 24450098.2386, -906256.6468)),
    Printed("C01", _BDT_2023, 174_600, (-34342331.2882, 24450526.5295, -984249.2269)),
    Printed("C06", _BDT_2023, 172_800, (-12435207.9026, 23184479.2158, 32915800.7736)),
    Printed("C06", _BDT_2023, 174_600, (-14580565.1752, 23988581.4338, 31400090.8890)),
    Printed("C06", _BDT_2023, 176_400, (-16443117.9718, 25320481.3954, 29342430.7195)),
    Printed("G02", _GPS, 324_000, (14091230.2571, -13777445.7849, 18168067.1757)),
    Printed("G02", _GPS, 325_800, (14129306.0529, -9468357.5532, 20822749.0942)),
    Printed("E05", _GPS, 318_000, (18780903.9256, 4118720.8092, -22495720.7973)),
    Printed("E05", _GPS, 319_800, (20534447.6594, 7541109.0575, -19931080.7811)),
    Printed("E03", _GPS, 318_000, (10002385.5456, -16601722.4203, -22372686.7291)),
)


def printed_elements(name: str, **changed: Any) -> EphemerisBatch:
    """One of the printed sets of elements, with what a test wants changed."""
    t = np.int64(_BDT_2023 + GEO_TOE_S * NS_PER_S)
    values: dict[str, Any] = dict(zip(TERMS, ELEMENTS[name], strict=True))
    values.update(number=1042, system=SYSTEMS.index("C"), prn=int(name[1:]), toe_s=GEO_TOE_S, toc_s=GEO_TOE_S)
    values.update(toe_gpst_ns=t, toc_gpst_ns=t, week=GEO_WEEK, af2_sps2=0.0, tgd_s=0.0, tgd2_s=0.0)
    return EphemerisBatch.missing(1, **{**values, **changed})


def recorded(name: str) -> EphemerisBatch:
    """One of the recorded frames, decoded."""
    reference_ns = LOG_WEEK * NS_PER_WEEK + 320_000 * NS_PER_S
    return decode_ephemerides(decode_stream(bytes.fromhex(FRAMES[name]), reference_gpst_ns=reference_ns))


def kepler_ephemerides() -> EphemerisBatch:
    """All of them."""
    return EphemerisBatch.concat([*map(recorded, FRAMES), *map(printed_elements, ELEMENTS)])


def glonass_ephemeris(reference_gpst_ns: int = LOG_WEEK * NS_PER_WEEK + 320_000 * NS_PER_S) -> GlonassEphemerisBatch:
    """The recorded GLONASS frame, R09, decoded."""
    return decode_glonass_ephemerides(decode_stream(bytes.fromhex(GLONASS_FRAME), reference_gpst_ns=reference_gpst_ns))


def book() -> OrbitBook:
    """A book of all of them."""
    return OrbitBook.holding(kepler_ephemerides(), glonass_ephemeris())


def number_of(name: str) -> int:
    """Index of a satellite by its RINEX name."""
    return int(satellite_index(SYSTEMS.index(name[0]), int(name[1:])))


def printed_table(printed: Printed) -> OrbitTable:
    """The table of the instant of a printed position."""
    return book().table(printed.week_gpst_ns + printed.second_s * NS_PER_S)
