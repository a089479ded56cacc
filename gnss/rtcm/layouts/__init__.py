"""Messages of fixed layout, one table each: ephemerides, stations, biases. Source: docs/sources.md, gnss_facts §7."""

from gnss.rtcm.fields import Layout
from gnss.rtcm.layouts.beidou import BEIDOU_EPHEMERIS
from gnss.rtcm.layouts.galileo import GALILEO_F_EPHEMERIS, GALILEO_I_EPHEMERIS
from gnss.rtcm.layouts.glonass import GLONASS_EPHEMERIS
from gnss.rtcm.layouts.gps import GPS_EPHEMERIS
from gnss.rtcm.layouts.navic import NAVIC_EPHEMERIS
from gnss.rtcm.layouts.qzss import QZSS_EPHEMERIS
from gnss.rtcm.layouts.station import ANTENNA_POSITION, ANTENNA_POSITION_AND_HEIGHT

KEPLER_LAYOUTS: dict[int, Layout] = {
    layout.number: layout
    for layout in (
        GPS_EPHEMERIS, NAVIC_EPHEMERIS, BEIDOU_EPHEMERIS, QZSS_EPHEMERIS, GALILEO_F_EPHEMERIS, GALILEO_I_EPHEMERIS,
    )
}  # fmt: skip
"""Ephemerides made of Kepler's elements, by message number."""

POSITION_LAYOUTS: dict[int, Layout] = {
    layout.number: layout for layout in (ANTENNA_POSITION, ANTENNA_POSITION_AND_HEIGHT)
}

ALL_LAYOUTS: dict[int, Layout] = {
    **KEPLER_LAYOUTS,
    **POSITION_LAYOUTS,
    GLONASS_EPHEMERIS.number: GLONASS_EPHEMERIS,
}
