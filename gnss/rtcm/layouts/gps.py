"""1019: GPS ephemeris, 488 bits. Source: docs/sources.md, gnss_facts (lengths); fields as pyrtcm has them."""

from gnss.rtcm.fields import NUMBER, Layout, signed, unsigned
from gnss.rtcm.layouts.angles import SC_2_31_RAD, SC_2_43_RADPS

GPS_EPHEMERIS = Layout(
    1019,
    (
        NUMBER,
        unsigned("prn", "DF009", 6),
        unsigned("week", "DF076", 10),
        unsigned("ura_index", "DF077", 4),
        unsigned("code_l2", "DF078", 2),
        signed("idot_radps", "DF079", 14, SC_2_43_RADPS),
        unsigned("iode", "DF071", 8),
        unsigned("toc_s", "DF081", 16, 16),
        signed("af2_sps2", "DF082", 8, 2.0**-55),
        signed("af1_sps", "DF083", 16, 2.0**-43),
        signed("af0_s", "DF084", 22, 2.0**-31),
        unsigned("iodc", "DF085", 10),
        signed("crs_m", "DF086", 16, 2.0**-5),
        signed("delta_n_radps", "DF087", 16, SC_2_43_RADPS),
        signed("m0_rad", "DF088", 32, SC_2_31_RAD),
        signed("cuc_rad", "DF089", 16, 2.0**-29),
        unsigned("e", "DF090", 32, 2.0**-33),
        signed("cus_rad", "DF091", 16, 2.0**-29),
        unsigned("sqrt_a", "DF092", 32, 2.0**-19),
        unsigned("toe_s", "DF093", 16, 16),
        signed("cic_rad", "DF094", 16, 2.0**-29),
        signed("omega0_rad", "DF095", 32, SC_2_31_RAD),
        signed("cis_rad", "DF096", 16, 2.0**-29),
        signed("i0_rad", "DF097", 32, SC_2_31_RAD),
        signed("crc_m", "DF098", 16, 2.0**-5),
        signed("omega_rad", "DF099", 32, SC_2_31_RAD),
        signed("omega_dot_radps", "DF100", 24, SC_2_43_RADPS),
        signed("tgd_s", "DF101", 8, 2.0**-31),
        unsigned("health", "DF102", 6),
        unsigned("l2p_flag", "DF103", 1),
        unsigned("fit_flag", "DF137", 1),
    ),
)
