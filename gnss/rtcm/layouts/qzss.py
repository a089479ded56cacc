"""1044: QZSS ephemeris, 485 bits. Source: docs/sources.md, gnss_facts (lengths); fields as pyrtcm has them."""

from gnss.rtcm.fields import NUMBER, Layout, signed, unsigned
from gnss.rtcm.layouts.angles import SC_2_31_RAD, SC_2_43_RADPS

QZSS_EPHEMERIS = Layout(
    1044,
    (
        NUMBER,
        unsigned("prn", "DF429", 4),
        unsigned("toc_s", "DF430", 16, 16),
        signed("af2_sps2", "DF431", 8, 2.0**-55),
        signed("af1_sps", "DF432", 16, 2.0**-43),
        signed("af0_s", "DF433", 22, 2.0**-31),
        unsigned("iode", "DF434", 8),
        signed("crs_m", "DF435", 16, 2.0**-5),
        signed("delta_n_radps", "DF436", 16, SC_2_43_RADPS),
        signed("m0_rad", "DF437", 32, SC_2_31_RAD),
        signed("cuc_rad", "DF438", 16, 2.0**-29),
        unsigned("e", "DF439", 32, 2.0**-33),
        signed("cus_rad", "DF440", 16, 2.0**-29),
        unsigned("sqrt_a", "DF441", 32, 2.0**-19),
        unsigned("toe_s", "DF442", 16, 16),
        signed("cic_rad", "DF443", 16, 2.0**-29),
        signed("omega0_rad", "DF444", 32, SC_2_31_RAD),
        signed("cis_rad", "DF445", 16, 2.0**-29),
        signed("i0_rad", "DF446", 32, SC_2_31_RAD),
        signed("crc_m", "DF447", 16, 2.0**-5),
        signed("omega_rad", "DF448", 32, SC_2_31_RAD),
        signed("omega_dot_radps", "DF449", 24, SC_2_43_RADPS),
        signed("idot_radps", "DF450", 14, SC_2_43_RADPS),
        unsigned("code_l2", "DF451", 2),
        unsigned("week", "DF452", 10),
        unsigned("ura_index", "DF453", 4),
        unsigned("health", "DF454", 6),
        signed("tgd_s", "DF455", 8, 2.0**-31),
        unsigned("iodc", "DF456", 10),
        unsigned("fit_flag", "DF457", 1),
    ),
)
