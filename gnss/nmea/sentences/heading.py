"""HDT and THS: where the body points, from true north.

$GNHDT,175.85,T*15
$GNTHS,175.85,A*17
"""

from gnss.nmea.fields import character, number, unit
from gnss.nmea.sentence import Sentence

HDT = Sentence("HDT", (number("heading_deg", 0, 360, decimals=4), unit("T")), fields_min=1)

THS = Sentence("THS", (number("heading_deg", 0, 360, decimals=4), character("heading_mode", "AEMSV")), fields_min=2)
