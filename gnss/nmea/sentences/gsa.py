"""GSA: satellites used and dilutions of precision; one for each constellation, several for more than 12 satellites.

$GNGSA,A,3,21,5,29,25,12,10,26,2,,,,,1.2,0.7,1.0,1*3A
The last field is a constellation (1 GPS 2 GLONASS 3 Galileo 4 BeiDou 5 QZSS 6 NavIC), absent, empty or a float that
means nothing: it is read as a number and believed only where it is a whole number from 1 to 6.
"""

from gnss.nmea.fields import character, integer, number
from gnss.nmea.sentence import Sentence

SATELLITES_MAX = 12

GSA = Sentence(
    "GSA",
    (
        character("selection", "MA"),
        integer("fix_dim", 1, 3),
        *(integer(f"sat_{i}", 0, 999, width=2) for i in range(1, SATELLITES_MAX + 1)),
        number("pdop", 0, 10_000),
        number("hdop", 0, 10_000),
        number("vdop", 0, 10_000),
        number("system_id", decimals=0),
    ),
    fields_min=17,
)
