"""RMC: time, date, position, speed and course. Status V means "do not use", mode and status may be absent.

$GNRMC,133901.50,A,4134.50180366,N,09345.03586734,W,0.018,273.328,180320,11.5982,E,D*36
"""

from gnss.nmea.fields import character, date, latitude, longitude, number, signed, time_of_day
from gnss.nmea.sentence import Sentence, flatten

RMC = Sentence(
    "RMC",
    flatten(
        time_of_day(),
        character("rmc_status", "AVDPRFE"),
        latitude(),
        longitude(),
        number("speed_kn", 0, 50_000, decimals=3),
        number("course_deg", 0, 360, decimals=2),
        date(),
        signed("magvar_deg", 0, 180, "EW"),
        character("mode", "ADEFMNPRSC"),
        character("nav_status", "ASCUV"),
    ),
    fields_min=9,
)
