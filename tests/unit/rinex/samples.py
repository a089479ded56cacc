"""RINEX texts that several tests read: headers and records."""

from collections.abc import Sequence

from tests.unit.rinex.texts import (
    field,
    first_obs,
    header,
    types_2,
    types_3,
)

TYPES = types_3("G C1C L1C D1C S1C", "C C2I L2I D2I S2I", "R C1C L1C")

HEADER = header(3.05, TYPES, first_obs("GPS"))

G08 = "G 8" + field(21444545.368) + field(112691853.523) + field(1021.149) + field(44.0) + "\n"

C20 = "C20" + field(21329834.478) + field(111070048.556) + field(553.908) + field(48.0) + "\n"


WEEK_S = 604_800

WEEK_2114_NS = 2114 * WEEK_S * 10**9


def nav_header(version: float, *lines: str, kind: str = "NAVIGATION DATA", system: str = "M") -> str:
    return header(version, *lines, kind=kind, system=system)


def record(head: str, clock: list[float], *orbit: Sequence[float | None], indent: int = 4) -> str:
    rows = [head + "".join(f"{v:19.12E}" for v in clock)]
    rows += [" " * indent + "".join(f"{'':19}" if v is None else f"{v:19.12E}" for v in row) for row in orbit]
    return "".join(row.rstrip() + "\n" for row in rows)


def kepler(
    head: str, week: float, *, toe: float = 7200.0, line5: tuple[float | None, ...] = (), line6: tuple[float, ...] = (),
    line7: tuple[float | None, ...] = (0.0,), indent: int = 4,
) -> str:  # fmt: skip
    fifth = [1e-10, 1.0, week, 0.0] if not line5 else [1e-10, line5[0], week, *line5[1:]]
    return record(
        head, [1e-4, 2e-12, 0.0], [17.0, 21.5, 4.4e-9, -2.3], [1.5e-6, 0.0238, 5.7e-6, 5155.1], [toe, 2e-7, 2.1, 3e-7],
        [0.95, 257.0, -1.3, -7.8e-9], fifth, list(line6 or (2.0, 0.0, -1e-8, 17.0)), list(line7), indent=indent,
    )  # fmt: skip


NAV_HEADER = nav_header(3.05)

GPS = kepler("G21 2020 07 12 02 00 00", 2114.0, line7=(5796.0, 4.0))

GLONASS = record(
    "R03 2020 07 12 23 45 00", [1.377e-4, 9e-13, 85770.0],
    [-15395.25, -1.114, -2.79e-9, 0.0], [-12976.5, -1.841, 0.0, 5.0], [-15642.0, 2.613, 3.7e-9, 2.0],
)  # fmt: skip


TYPES_2 = types_2("C1", "L1", "P2", "L2", "S1", "S2", "D1")

HEADER_2 = header(2.11, TYPES_2, first_obs("GPS"))

ROWS_2 = (
    field(2e7)
    + field(1e8, "1 ")
    + field(2.1e7)
    + field(8e7, " 6")
    + field(44.0)
    + "\n"
    + field(38.0)
    + field(-12.5)
    + "\n"
)
