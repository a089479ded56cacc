"""1020: GLONASS ephemeris, 360 bits: position, velocity and acceleration in PZ-90 at tb.

Source: docs/sources.md, gnss_facts (lengths); fields as pyrtcm has them. The steps of the clock terms are those of
the GLONASS ICD, those of tau_c and tau_gps from memory, unverified.
"""

from gnss.rtcm.fields import NUMBER, Field, Layout, reserved, sign_magnitude, unsigned

TB_STEP_S = 900
"""tb counts quarters of an hour of the Moscow day."""


def _axis(axis: str, velocity: str, position: str, acceleration: str) -> tuple[Field, ...]:
    return (
        sign_magnitude(f"v{axis}_mps", velocity, 24, 1e3 * 2.0**-20),
        sign_magnitude(f"{axis}_m", position, 27, 1e3 * 2.0**-11),
        sign_magnitude(f"a{axis}_mps2", acceleration, 5, 1e3 * 2.0**-30),
    )


GLONASS_EPHEMERIS = Layout(
    1020,
    (
        NUMBER,
        unsigned("prn", "DF038", 6),
        unsigned("channel_code", "DF040", 5),
        unsigned("almanac_health", "DF104", 1),
        unsigned("almanac_health_known", "DF105", 1),
        unsigned("p1", "DF106", 2),
        unsigned("tk", "DF107", 12),
        unsigned("bn", "DF108", 1),
        unsigned("p2", "DF109", 1),
        unsigned("tb_s", "DF110", 7, TB_STEP_S),
        *_axis("x", "DF111", "DF112", "DF113"),
        *_axis("y", "DF114", "DF115", "DF116"),
        *_axis("z", "DF117", "DF118", "DF119"),
        unsigned("p3", "DF120", 1),
        sign_magnitude("gamma_n", "DF121", 11, 2.0**-40),
        unsigned("p", "DF122", 2),
        unsigned("ln_third", "DF123", 1),
        sign_magnitude("tau_n_s", "DF124", 22, 2.0**-30),
        sign_magnitude("delta_tau_n_s", "DF125", 5, 2.0**-30),
        unsigned("en_day", "DF126", 5),
        unsigned("p4", "DF127", 1),
        unsigned("ft", "DF128", 4),
        unsigned("nt_day", "DF129", 11),
        unsigned("m", "DF130", 2),
        unsigned("has_more", "DF131", 1),
        unsigned("na_day", "DF132", 11),
        sign_magnitude("tau_c_s", "DF133", 32, 2.0**-31),
        unsigned("n4", "DF134", 5),
        sign_magnitude("tau_gps_s", "DF135", 22, 2.0**-30),
        unsigned("ln_fifth", "DF136", 1),
        reserved(7),
    ),
)
