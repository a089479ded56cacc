"""BeiDou short message service, third generation.

The same `FKI` name with another layout, told by its first field (sources: nmea §5).

$BDFKI,000000,TCQ,Y,5,0*74
"""

from gnss.nmea.fields import character, free_text, integer, number, text, time_of_day
from gnss.nmea.sentence import Sentence

FKI3 = Sentence(
    "FKI3",
    (
        time_of_day(decimals=0),
        text("command"),
        character("executed", "YN"),
        integer("inhibit_reason", 0, 6),
        number("wait_s", 0, 1e6, decimals=0),
    ),
    fields_min=4,
)

TCQ = Sentence(
    "TCQ",
    (
        text("to_id"),
        integer("frequency", 1, 5),
        integer("acknowledge", 1, 2),
        integer("coding", 1, 5),
        free_text("content"),
        number("period_s", 0, 1e6, decimals=0),
    ),
    fields_min=5,
)

TCI = Sentence(
    "TCI",
    (
        text("from_id"),
        text("to_id"),
        integer("frequency", 0, 5),
        time_of_day(decimals=0),
        integer("coding", 0, 5),
        text("part"),
        free_text("content"),
    ),
    fields_min=7,
)

ICP = Sentence(
    "ICP",
    (text("card_id"), text("broadcast_id"), *(text(f"item_{i}") for i in range(3, 24))),
    fields_min=15,
)
"""Card information: 23 items, of which 14 is the service interval and 15 the level (0 means 5)."""

PWI = Sentence(
    "PWI",
    (time_of_day(), integer("count_2", 0, 21)),
    fields_min=2,
    group=(number("item", decimals=1),),
    group_max=104,
)
"""Beam powers.

The items of the second generation's beams, their count, then three or four items a beam (by firmware).
"""

SNR = Sentence("SNR", tuple(integer(f"beam_{i}", 0, 99, width=2) for i in range(1, 22)), fields_min=10)
"""Vendor sentence: signal strength of 21 beams."""
