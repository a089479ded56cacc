"""1041: NavIC ephemeris, 482 bits. Source: docs/sources.md, gnss_facts (lengths); fields as pyrtcm has them.

Health is the L5 flag and the S flag, in this order.
"""

from gnss.rtcm.fields import NUMBER, Layout, reserved, signed, unsigned
from gnss.rtcm.layouts.angles import SC_2_31_RAD, SC_2_41_RADPS, SC_2_43_RADPS

NAVIC_EPHEMERIS = Layout(
    1041,
    (
        NUMBER,
        unsigned("prn", "DF516", 6),
        unsigned("week", "DF517", 10),
        signed("af0_s", "DF518", 22, 2.0**-31),
        signed("af1_sps", "DF519", 16, 2.0**-43),
        signed("af2_sps2", "DF520", 8, 2.0**-55),
        unsigned("ura_index", "DF521", 4),
        unsigned("toc_s", "DF522", 16, 16),
        signed("tgd_s", "DF523", 8, 2.0**-31),
        signed("delta_n_radps", "DF524", 22, SC_2_41_RADPS),
        unsigned("iode", "DF525", 8),
        reserved(10),
        unsigned("health", "DF527, DF528", 2),
        signed("cuc_rad", "DF529", 15, 2.0**-28),
        signed("cus_rad", "DF530", 15, 2.0**-28),
        signed("cic_rad", "DF531", 15, 2.0**-28),
        signed("cis_rad", "DF532", 15, 2.0**-28),
        signed("crc_m", "DF533", 15, 2.0**-4),
        signed("crs_m", "DF534", 15, 2.0**-4),
        signed("idot_radps", "DF535", 14, SC_2_43_RADPS),
        signed("m0_rad", "DF536", 32, SC_2_31_RAD),
        unsigned("toe_s", "DF537", 16, 16),
        unsigned("e", "DF538", 32, 2.0**-33),
        unsigned("sqrt_a", "DF539", 32, 2.0**-19),
        signed("omega0_rad", "DF540", 32, SC_2_31_RAD),
        signed("omega_rad", "DF541", 32, SC_2_31_RAD),
        signed("omega_dot_radps", "DF542", 22, SC_2_41_RADPS),
        signed("i0_rad", "DF543", 32, SC_2_31_RAD),
        reserved(4),
    ),
)
