"""BeiDou short message service, second generation: `$CC…` to the module, `$BD…` from it (sources: nmea §5).

$BDTXR,1,0179773,2,,A468656C6C6F*43
Content is user data, not ASCII-safe and never trusted: it is kept as bytes.
"""

from gnss.nmea.fields import character, free_text, integer, latitude, longitude, number, skip, text, time_of_day, unit
from gnss.nmea.sentence import Sentence, flatten

BEAMS = 10

TXR = Sentence(
    "TXR",
    (integer("kind", 1, 5), text("from_id"), integer("coding", 0, 2), text("sent_hhmm"), free_text("content")),
    fields_min=5,
)

TXA = Sentence(
    "TXA", (text("to_id"), integer("urgency", 1, 2), integer("coding", 0, 2), free_text("content")), fields_min=4
)

ICI = Sentence(
    "ICI",
    (
        text("card_id"),
        text("serial"),
        text("broadcast_id"),
        integer("user_class", 0, 7),
        number("interval_s", 0, 100_000),
        integer("comm_level", 0, 5),
        character("encrypted", "EN"),
        integer("subordinates", 0, 1_000_000),
    ),
    fields_min=3,
)

BSI = Sentence(
    "BSI",
    (
        integer("answer_beam", 0, 99, width=2),
        integer("difference_beam", 0, 99, width=2),
        *(integer(f"beam_{i}", 0, 9) for i in range(1, BEAMS + 1)),
    ),
    fields_min=5,
)

FKI = Sentence(
    "FKI",
    (
        text("command"),
        character("executed", "YN"),
        character("frequency_set", "YN"),
        integer("inhibit_reason", 0, 99),
        integer("wait_mmss", 0, 9_999, width=4),
    ),
    fields_min=4,
)

RMO = Sentence("RMO", (text("command"), integer("mode", 0, 4), number("period_s", 0, 1e6, decimals=0)), fields_min=2)

DWR = Sentence(
    "DWR",
    flatten(
        integer("kind", 0, 9),
        text("card_id"),
        time_of_day(),
        latitude(decimals=4),
        longitude(decimals=4),
        number("h_m", -20_000, 20_000_000),
        unit("M"),
        number("geoid_sep_m", -1_000, 1_000),
        unit("M"),
        integer("precision", 0, 9),
        skip(),
        skip(),
        skip(),
    ),
    fields_min=7,
)
"""Position result of the service; its layout is from memory, unverified."""

WAA = Sentence(
    "WAA",
    flatten(
        integer("kind", 0, 9),
        text("card_id"),
        time_of_day(),
        latitude(decimals=4),
        longitude(decimals=4),
        number("h_m", -20_000, 20_000_000),
        unit("M"),
        number("geoid_sep_m", -1_000, 1_000),
        unit("M"),
    ),
    fields_min=7,
)
"""Position report of another card; its layout is from memory, unverified."""
