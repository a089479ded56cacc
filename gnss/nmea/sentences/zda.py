"""ZDA: time and date with all four digits of the year, UTC; the zone is how local time differs.

$GNZDA,133901.50,18,03,2020,00,00*7E
"""

from gnss.nmea.fields import integer, number, time_of_day
from gnss.nmea.sentence import Sentence

ZDA = Sentence(
    "ZDA",
    (
        time_of_day(),
        integer("day_of_month", 1, 31, width=2),
        integer("month", 1, 12, width=2),
        integer("year", 1970, 2200, width=4),
        number("zone_h", -14, 14, decimals=0, width=2),
        number("zone_min", -59, 59, decimals=0, width=2),
    ),
    fields_min=4,
)
