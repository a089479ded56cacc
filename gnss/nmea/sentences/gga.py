"""GGA: time, position, fix quality. It has no date.

$GNGGA,133901.50,4134.50180366,N,09345.03586734,W,4,19,0.7,280.829,M,-31.442,M,7.5,0002*62
"""

from gnss.nmea.fields import integer, latitude, longitude, number, time_of_day, unit
from gnss.nmea.sentence import Sentence, flatten

GGA = Sentence(
    "GGA",
    flatten(
        time_of_day(),
        latitude(),
        longitude(),
        integer("fix_quality", 0, 8),
        integer("sats_used", 0, 250, width=2),
        number("hdop", 0, 10_000),
        number("h_msl_m", -20_000, 20_000_000, decimals=3),
        unit("M"),
        number("geoid_sep_m", -1_000, 1_000, decimals=3),
        unit("M"),
        number("age_corr_s", 0, 1_000_000),
        integer("base_id", 0, 65_535, width=4),
    ),
    fields_min=9,
)
