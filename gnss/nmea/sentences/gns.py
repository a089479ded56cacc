"""GNS: position with one mode letter for each constellation.

$GNGNS,074150.799,,,,,NNNN,00,,,0.0,,0000*63
"""

from gnss.nmea.fields import character, integer, latitude, longitude, number, text, time_of_day
from gnss.nmea.sentence import Sentence, flatten

GNS = Sentence(
    "GNS",
    flatten(
        time_of_day(),
        latitude(),
        longitude(),
        text("modes"),
        integer("sats_used", 0, 250, width=2),
        number("hdop", 0, 10_000),
        number("h_msl_m", -20_000, 20_000_000, decimals=3),
        number("geoid_sep_m", -1_000, 1_000, decimals=3),
        number("age_corr_s", 0, 1_000_000),
        integer("base_id", 0, 65_535, width=4),
        character("nav_status", "SCUV"),
    ),
    fields_min=9,
)
