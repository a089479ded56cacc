"""GLL: position and time.

$GBGLL,3044.368753,N,10357.548051,E,055525.000,A,A*4B
"""

from gnss.nmea.fields import character, latitude, longitude, time_of_day
from gnss.nmea.sentence import Sentence, flatten

GLL = Sentence(
    "GLL",
    flatten(latitude(), longitude(), time_of_day(), character("gll_status", "AV"), character("mode", "ADEFMNPRSC")),
    fields_min=4,
)
