"""The two-character observation types of RINEX 2, and the signals that they mean.

RINEX 2 leaves the attribute out; here stand those that receivers of its time meant: common practice, unverified. `L2`
is the phase of whichever second code a system has, P2 before C2.
"""

from collections.abc import Collection, Iterator

BANDS_2: dict[str, dict[str, tuple[tuple[str, str], ...]]] = {
    "G": {"1": (("C1", "1C"), ("P1", "1W")), "2": (("P2", "2W"), ("C2", "2X")), "5": (("C5", "5X"),)},
    "R": {"1": (("C1", "1C"), ("P1", "1P")), "2": (("P2", "2P"), ("C2", "2C"))},
    "E": {band: ((f"C{band}", f"{band}X"),) for band in "15678"},
    "C": {"1": (("C1", "2I"),), "2": (("C2", "2I"),), "7": (("C7", "7I"),), "6": (("C6", "6I"),)},
    "J": {"1": (("C1", "1C"),), "2": (("C2", "2X"),), "5": (("C5", "5X"),), "6": (("C6", "6X"),)},
    "I": {"5": (("C5", "5A"),)},
    "S": {"1": (("C1", "1C"),), "5": (("C5", "5X"),)},
}
"""By system and band: types of its codes and the RINEX 3 codes that they mean, the one that owns the phase first."""


def code_of_type(letter: str, name: str, filled: Collection[str]) -> str:
    """RINEX 3 code of a type; "" = none. A phase goes with the first of its band's codes that is among `filled`."""
    choices = BANDS_2.get(letter, {}).get(name[1:], ())
    if name[0] in "CP":
        return dict(choices).get(name, "")
    return next((code for code_type, code in choices if code_type in filled), choices[0][1] if choices else "")


def types_of_codes(letter: str, codes: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """Band, type and code: what RINEX 2 can hold of the signals of a system.

    A type takes the code that it usually means; where that is not there, the first other one of the band may stand in.
    """
    for band, choices in BANDS_2.get(letter, {}).items():
        usual = [code for _, code in choices]
        others = sorted(code for code in codes if code[0] == usual[0][0] and code not in usual)
        taken = set[str]()
        for code_type, code in choices:
            stand_in = others[0] if code_type[0] == "C" and others and code not in codes else ""
            chosen = code if code in codes else stand_in
            if chosen and chosen not in taken:
                taken.add(chosen)
                yield band, code_type, chosen


def filled_types(letter: str, codes: Collection[str]) -> list[str]:
    """Types that the codes with pseudoranges of a system were read from."""
    return [name for choices in BANDS_2.get(letter, {}).values() for name, code in choices if code in codes]
