"""BESTNAVA and UNIHEADINGA.

Unicore and NovAtel ASCII logs, `#NAME,header;body*CRC-32`, time in GPS week and milliseconds.

#UNIHEADINGA,78,GPS,FINE,2428,116060000,0,0,18,11;SOL_COMPUTED,NARROW_INT,1.4773,179.0284,-2.4202,…*5d424350
"""

from gnss.nmea.fields import integer, number, skip, text, word
from gnss.nmea.sentence import Sentence

POSITION_TYPES = (
    "NONE",
    "FIXEDPOS",
    "SINGLE",
    "PSRDIFF",
    "SBAS",
    "WAAS",
    "L1_FLOAT",
    "IONOFREE_FLOAT",
    "NARROW_FLOAT",
    "L1_INT",
    "WIDE_INT",
    "NARROW_INT",
    "PPP_CONVERGING",
    "PPP",
)
"""Position types by name; `FIX_QUALITY_OF_TYPE` gives the NMEA quality of each."""

FIX_QUALITY_OF_TYPE = (0, 7, 1, 2, 2, 2, 5, 5, 5, 4, 4, 4, 5, 2)
"""NMEA quality of each position type; NARROW_INT is an RTK fix (sources: nmea §3).

PPP types are from memory, unverified.
"""

SOLUTION_STATUS = ("SOL_COMPUTED", "INSUFFICIENT_OBS", "NO_CONVERGENCE", "SINGULARITY", "COV_TRACE", "COLD_START")

_HEADER = (
    skip(),
    word("time_reference", "GPS", "BDS"),
    word("time_status", "FINE", "FINESTEERING", "COARSE", "UNKNOWN"),
    integer("gps_week", 0, 8191),
    integer("tow_ms", 0, 604_799_999),
    skip(),
    skip(),
    integer("leap_s", 0, 255),
    skip(),
)

BESTNAVA = Sentence(
    "BESTNAVA",
    (
        word("solution_status", *SOLUTION_STATUS),
        word("position_type", *POSITION_TYPES),
        number("lat_deg", -90, 90, decimals=11),
        number("lon_deg", -180, 180, decimals=11),
        number("h_msl_m", -20_000, 20_000_000, decimals=4),
        number("geoid_sep_m", -1_000, 1_000, decimals=4),
        skip(),
        number("sigma_n_m", 0, 1e9, decimals=4),
        number("sigma_e_m", 0, 1e9, decimals=4),
        number("sigma_u_m", 0, 1e9, decimals=4),
        text("base"),
        number("age_corr_s", 0, 1_000_000, decimals=3),
        number("solution_age_s", 0, 1_000_000, decimals=3),
        integer("sats_tracked", 0, 250),
        integer("sats_used", 0, 250),
        *(skip() for _ in range(6)),
        word("velocity_status", *SOLUTION_STATUS),
        skip(),
        number("latency_s", decimals=3),
        number("velocity_age_s", decimals=3),
        number("speed_mps", 0, 50_000, decimals=4),
        number("course_deg", 0, 360, decimals=6),
        number("vel_u_mps", decimals=4),
    ),
    fields_min=9 + 15,
    header=_HEADER,
)

UNIHEADINGA = Sentence(
    "UNIHEADINGA",
    (
        word("solution_status", *SOLUTION_STATUS),
        word("position_type", *POSITION_TYPES),
        number("baseline_m", -1, 1e6, decimals=4),
        number("heading_deg", 0, 360, decimals=4),
        number("pitch_deg", -90, 90, decimals=4),
        skip(),
        number("sigma_heading_deg", 0, 1e6, decimals=4),
        number("sigma_pitch_deg", 0, 1e6, decimals=4),
        text("base"),
        integer("sats_tracked", 0, 250),
        integer("sats_used", 0, 250),
    ),
    fields_min=9 + 5,
    header=_HEADER,
)
