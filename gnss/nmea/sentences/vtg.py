"""VTG: course and speed over ground.

$GNVTG,273.328,T,261.730,M,0.018,N,0.033,K,D*3F
"""

from gnss.nmea.fields import character, number, unit
from gnss.nmea.sentence import Sentence

VTG = Sentence(
    "VTG",
    (
        number("course_deg", 0, 360, decimals=3),
        unit("T"),
        number("course_mag_deg", 0, 360, decimals=3),
        unit("M"),
        number("speed_kn", 0, 50_000, decimals=3),
        unit("N"),
        number("speed_kmh", 0, 100_000, decimals=3),
        unit("K"),
        character("mode", "ADEFMNPRSC"),
    ),
    fields_min=7,
)
