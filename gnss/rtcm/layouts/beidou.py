"""1042: BeiDou ephemeris (D1, D2), 511 bits. Source: docs/sources.md, gnss_facts §7. Weeks and times are BDT."""

from gnss.rtcm.fields import NUMBER, Layout, signed, unsigned
from gnss.rtcm.layouts.angles import SC_2_31_RAD, SC_2_43_RADPS

BEIDOU_EPHEMERIS = Layout(
    1042,
    (
        NUMBER,
        unsigned("prn", "DF488", 6),
        unsigned("week", "DF489", 13),
        unsigned("ura_index", "DF490", 4),
        signed("idot_radps", "DF491", 14, SC_2_43_RADPS),
        unsigned("iode", "DF492", 5),
        unsigned("toc_s", "DF493", 17, 8),
        signed("af2_sps2", "DF494", 11, 2.0**-66),
        signed("af1_sps", "DF495", 22, 2.0**-50),
        signed("af0_s", "DF496", 24, 2.0**-33),
        unsigned("iodc", "DF497", 5),
        signed("crs_m", "DF498", 18, 2.0**-6),
        signed("delta_n_radps", "DF499", 16, SC_2_43_RADPS),
        signed("m0_rad", "DF500", 32, SC_2_31_RAD),
        signed("cuc_rad", "DF501", 18, 2.0**-31),
        unsigned("e", "DF502", 32, 2.0**-33),
        signed("cus_rad", "DF503", 18, 2.0**-31),
        unsigned("sqrt_a", "DF504", 32, 2.0**-19),
        unsigned("toe_s", "DF505", 17, 8),
        signed("cic_rad", "DF506", 18, 2.0**-31),
        signed("omega0_rad", "DF507", 32, SC_2_31_RAD),
        signed("cis_rad", "DF508", 18, 2.0**-31),
        signed("i0_rad", "DF509", 32, SC_2_31_RAD),
        signed("crc_m", "DF510", 18, 2.0**-6),
        signed("omega_rad", "DF511", 32, SC_2_31_RAD),
        signed("omega_dot_radps", "DF512", 24, SC_2_43_RADPS),
        signed("tgd_s", "DF513", 10, 1e-10),
        signed("tgd2_s", "DF514", 10, 1e-10),
        unsigned("health", "DF515", 1),
    ),
)
