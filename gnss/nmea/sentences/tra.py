"""TRA: attitude from two antennas (ComNav, Unicore). Quality 4 fixed, 5 float, 0 none.

$GPTRA,032725.00,175.85,-2.50,0.00,4,28,1.0,0000*54
"""

from gnss.nmea.fields import integer, number, time_of_day
from gnss.nmea.sentence import Sentence

TRA = Sentence(
    "TRA",
    (
        time_of_day(),
        number("heading_deg", 0, 360, decimals=2),
        number("pitch_deg", -90, 90, decimals=2),
        number("roll_deg", -180, 180, decimals=2),
        integer("heading_quality", 0, 8),
        integer("heading_sats", 0, 250, width=2),
        number("age_corr_s", 0, 1_000_000),
        integer("base_id", 0, 65_535, width=4),
    ),
    fields_min=5,
)
