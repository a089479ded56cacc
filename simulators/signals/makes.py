"""What differs from signal to signal and from one make of receiver to another, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Trait:
    """Of a signal: code noise at 45 dB-Hz, multipath against that of GPS's C/A code, strength, whether it carries data.

    The phase of a signal with data is off by half a cycle until the receiver has understood some of it.
    """

    code_noise_m: float
    multipath_ratio: float
    cn0_dbhz: float
    has_data: bool


_CA, _OLD = Trait(0.25, 1.0, 0.0, True), Trait(0.25, 1.0, -1.0, True)
_PILOT, _WIDE = Trait(0.16, 0.8, 0.0, False), Trait(0.08, 0.5, 1.0, False)
_WIDE_DATA = Trait(0.09, 0.5, 0.5, True)
TRAITS: dict[str, dict[str, Trait]] = {
    "G": {"1C": _CA, "2W": Trait(0.20, 0.7, -6.0, True), "2L": Trait(0.25, 1.0, -1.5, False), "5Q": _WIDE},
    "R": {"1C": Trait(0.35, 1.2, -1.0, True), "2C": Trait(0.35, 1.2, -3.0, True)},
    "E": {"1C": _PILOT, "5Q": _WIDE, "7Q": _WIDE, "6C": _WIDE},
    "C": {"2I": _OLD, "6I": _WIDE_DATA, "7I": _WIDE_DATA, "1P": _PILOT, "5P": _WIDE, "7D": _WIDE_DATA},
    "J": {"1C": _CA, "2L": Trait(0.25, 1.0, -1.5, False), "5Q": _WIDE},
}
"""By system and RINEX code: sizes that receivers of the usual kinds show, made up."""


@dataclass(frozen=True)
class Make:
    """A make of receivers: its signals by system, best first, its clock, and how it differs from others.

    `clock_steer_s`: the time in which its clock is steered back to zero; 0 = it runs free and jumps by a millisecond.
    `code_bias_m` and `phase_bias_cyc` by system and code ("C6I"), or system alone ("C"): an inter-system bias is one of
    all signals of a system. GLONASS: metres from each channel to the next. `geo_half_cycle`: the phases of BeiDou's
    GEOs are half a cycle off those of the other satellites.
    """

    name: str
    signals: Mapping[str, tuple[str, ...]]
    clock_steer_s: float = 20.0
    multipath_ratio: float = 1.0
    noise_ratio: float = 1.0
    cn0_dbhz: float = 0.0
    code_bias_m: Mapping[str, float] = field(default_factory=dict)
    phase_bias_cyc: Mapping[str, float] = field(default_factory=dict)
    glonass_code_m: float = 0.0
    glonass_phase_m: float = 0.0
    geo_half_cycle: bool = False


_EVERYTHING = {
    "G": ("1C", "2W", "5Q", "2L"), "R": ("1C", "2C"), "E": ("1C", "7Q", "5Q", "6C"),
    "C": ("2I", "6I", "5P", "1P", "7D", "7I"), "J": ("1C", "5Q", "2L"),
}  # fmt: skip
MAKES: dict[str, Make] = {
    "reference": Make("reference", _EVERYTHING, multipath_ratio=0.35, noise_ratio=0.7, cn0_dbhz=2.0),
    "board": Make("board", _EVERYTHING),
    "free": Make("free", _EVERYTHING, clock_steer_s=0.0),
    "chip": Make(
        "chip",
        {"G": ("1C", "5Q"), "E": ("1C", "5Q"), "C": ("1P", "5P"), "J": ("1C", "5Q")},
        multipath_ratio=1.5,
        noise_ratio=1.4,
        cn0_dbhz=-3.0,
    ),
    "other": Make(
        "other",
        _EVERYTHING,
        code_bias_m={"E": 3.1, "C": -7.4, "C6I": 1.9, "R": 5.2, "J": -2.3, "G5Q": 0.8},
        phase_bias_cyc={"E": 0.21, "C": -0.37, "R": 0.11, "J": 0.25},
        glonass_code_m=0.12,
        glonass_phase_m=0.028,
        geo_half_cycle=True,
    ),
}
"""Makes by name. `other` shows all that is known to differ between makes, in sizes as they occur; all are made up."""
