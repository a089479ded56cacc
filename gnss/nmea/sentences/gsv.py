"""GSV: satellites in view, four a sentence. The same satellite comes once for each signal where signals are told apart.

$GBGSV,2,1,07,01,00,000,45,02,01,090,35,03,00,000,38,04,00,000,42*69
Behind the satellites may stand a signal id (NMEA 4.10), or a signal and a system id (talker PQ).
"""

from gnss.nmea.fields import hexadecimal, integer, number
from gnss.nmea.sentence import Sentence

GSV = Sentence(
    "GSV",
    (
        integer("total", 1, 64),
        integer("index", 1, 64),
        integer("sats_view", 0, 250, width=2),
    ),
    fields_min=3,
    group=(
        integer("sat", 0, 999, width=2),
        number("el_deg", -90, 90, decimals=0, width=2),
        number("az_deg", 0, 360, decimals=0, width=3),
        number("cn0_dbhz", 0, 99, decimals=0, width=2),
    ),
    group_max=4,
    tail=(hexadecimal("signal"), hexadecimal("system_id")),
)
