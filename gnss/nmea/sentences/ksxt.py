"""KSXT: position, attitude and velocity of a two-antenna RTK receiver in one line, with the date.

$KSXT,20211016083433.00,116.31296102,39.95817066,49.4911,223.57,-11.32,330.19,0.024,,1,3,28,27,,,,-0.012,0.021,0.020,,*2D
Longitude comes first, in degrees; status 0 none, 1 single, 2 float, 3 FIXED (GGA says 4). The check is an XOR or a
CRC-32.
"""

from gnss.nmea.fields import date_time, integer, number
from gnss.nmea.sentence import Sentence

KSXT = Sentence(
    "KSXT",
    (
        date_time(),
        number("lon_deg", -180, 180, decimals=8),
        number("lat_deg", -90, 90, decimals=8),
        number("h_m", -20_000, 20_000_000, decimals=4),
        number("heading_deg", 0, 360, decimals=2),
        number("pitch_deg", -90, 90, decimals=2),
        number("course_deg", 0, 360, decimals=2),
        number("speed_kmh", 0, 100_000, decimals=3),
        number("roll_deg", -180, 180, decimals=2),
        integer("position_status", 0, 3),
        integer("heading_status", 0, 3),
        integer("heading_sats", 0, 250, width=2),
        integer("sats_used", 0, 250, width=2),
        number("base_e_m", decimals=3),
        number("base_n_m", decimals=3),
        number("base_u_m", decimals=3),
        number("vel_e_kmh", decimals=3),
        number("vel_n_kmh", decimals=3),
        number("vel_u_kmh", decimals=3),
        number("age_corr_s", 0, 1_000_000),
        integer("base_sats", 0, 250),
    ),
    fields_min=13,
)
