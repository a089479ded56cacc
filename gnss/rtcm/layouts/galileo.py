"""1045 and 1046: Galileo ephemerides of F/NAV and I/NAV, 496 and 504 bits.

Source: docs/sources.md, gnss_facts (lengths); fields as pyrtcm has them. Health is, in this order, 1045: E5a signal
health and data validity; 1046: E5b signal health and data validity, E1-B signal health and data validity.
"""

from gnss.rtcm.fields import NUMBER, Layout, reserved, signed, unsigned
from gnss.rtcm.layouts.angles import SC_2_31_RAD, SC_2_43_RADPS

_IDENTITY = (
    NUMBER,
    unsigned("prn", "DF252", 6),
    unsigned("week", "DF289", 12),
    unsigned("iode", "DF290", 10),
)
_ORBIT = (
    signed("idot_radps", "DF292", 14, SC_2_43_RADPS),
    unsigned("toc_s", "DF293", 14, 60),
    signed("af2_sps2", "DF294", 6, 2.0**-59),
    signed("af1_sps", "DF295", 21, 2.0**-46),
    signed("af0_s", "DF296", 31, 2.0**-34),
    signed("crs_m", "DF297", 16, 2.0**-5),
    signed("delta_n_radps", "DF298", 16, SC_2_43_RADPS),
    signed("m0_rad", "DF299", 32, SC_2_31_RAD),
    signed("cuc_rad", "DF300", 16, 2.0**-29),
    unsigned("e", "DF301", 32, 2.0**-33),
    signed("cus_rad", "DF302", 16, 2.0**-29),
    unsigned("sqrt_a", "DF303", 32, 2.0**-19),
    unsigned("toe_s", "DF304", 14, 60),
    signed("cic_rad", "DF305", 16, 2.0**-29),
    signed("omega0_rad", "DF306", 32, SC_2_31_RAD),
    signed("cis_rad", "DF307", 16, 2.0**-29),
    signed("i0_rad", "DF308", 32, SC_2_31_RAD),
    signed("crc_m", "DF309", 16, 2.0**-5),
    signed("omega_rad", "DF310", 32, SC_2_31_RAD),
    signed("omega_dot_radps", "DF311", 24, SC_2_43_RADPS),
    signed("tgd_s", "DF312", 10, 2.0**-32),
)

GALILEO_F_EPHEMERIS = Layout(
    1045,
    (
        *_IDENTITY,
        unsigned("ura_index", "DF291", 8),
        *_ORBIT,
        unsigned("health", "DF314, DF315", 3),
        reserved(7),
    ),
)

GALILEO_I_EPHEMERIS = Layout(
    1046,
    (
        *_IDENTITY,
        unsigned("ura_index", "DF286", 8),
        *_ORBIT,
        signed("tgd2_s", "DF313", 10, 2.0**-32),
        unsigned("health", "DF316, DF317, DF287, DF288", 6),
        reserved(2),
    ),
)
