"""TXT: a message to people, in parts. Severity 00 error, 01 warning, 02 notice, 07 user.

$GNTXT,01,01,02,u-blox AG - www.u-blox.com*4E
"""

from gnss.nmea.fields import free_text, integer
from gnss.nmea.sentence import Sentence

TXT = Sentence(
    "TXT",
    (
        integer("total", 0, 99, width=2),
        integer("index", 0, 99, width=2),
        integer("severity", 0, 99, width=2),
        free_text("text"),
    ),
    fields_min=4,
)
