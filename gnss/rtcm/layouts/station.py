"""1005 and 1006: where the antenna of a station is, 152 and 168 bits. Source: docs/sources.md, gnss_facts §7."""

from gnss.rtcm.fields import NUMBER, STATION, Layout, reserved, signed, unsigned

_POSITION = (
    NUMBER,
    STATION,
    unsigned("itrf_year", "DF021", 6),
    unsigned("has_gps", "DF022", 1),
    unsigned("has_glonass", "DF023", 1),
    unsigned("has_galileo", "DF024", 1),
    unsigned("is_virtual", "DF141", 1),
    signed("x_m", "DF025", 38, 1e-4),
    unsigned("one_oscillator", "DF142", 1),
    reserved(1),
    signed("y_m", "DF026", 38, 1e-4),
    unsigned("quarter_cycle", "DF364", 2),
    signed("z_m", "DF027", 38, 1e-4),
)

ANTENNA_POSITION = Layout(1005, _POSITION)
ANTENNA_POSITION_AND_HEIGHT = Layout(1006, (*_POSITION, unsigned("antenna_up_m", "DF028", 16, 1e-4)))
