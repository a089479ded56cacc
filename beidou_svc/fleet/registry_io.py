"""The register of terminals as a CSV file that a fleet's operator can keep in a spreadsheet."""

import csv
import math
from pathlib import Path

from beidou_svc.fleet.registry import Policy, Role, Terminal, Vector, is_token_hash
from gnss.frames.geodetic import geodetic_to_ecef

_COLUMNS = ("id", "name", "token_hash", "policy", "frame", "role", "ecef", "llh", "groups")
_POLICIES = {"": Policy.ACCEPTED, "accepted": Policy.ACCEPTED, "quarantined": Policy.QUARANTINED}
_ROLES = {"": Role.UNSAID, "rover": Role.ROVER, "base": Role.BASE}

RADIUS_M_MIN, RADIUS_M_MAX = 6.3e6, 6.4e6
"""Distance from the geocentre of an antenna on the ground."""


def read_terminals(path: Path) -> list[Terminal]:
    """Terminals of a file with columns out of `id, name, token_hash, policy, frame, role, ecef, llh, groups`.

    `id` must be there. `role` is base or rover; `ecef` (X Y Z in m) or `llh` (latitude, longitude in degrees, height
    above the ellipsoid in m) is where a base stands; `groups` are names with semicolons between. Raises ValueError with
    the line number for anything that is not of this form.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path}: not UTF-8; have the spreadsheet save it as CSV UTF-8") from None
    reader = csv.DictReader(text.splitlines(keepends=True), strict=True)
    columns = reader.fieldnames or []
    if "id" not in columns or not set(columns) <= set(_COLUMNS):
        raise ValueError(f"{path}: the first line must name columns out of {', '.join(_COLUMNS)}; id is needed")
    terminals: dict[str, Terminal] = {}
    try:
        for terminal in map(_terminal, reader):
            if terminal.id in terminals:
                raise ValueError(f"the id {terminal.id!r} stands in a line before, too")
            terminals[terminal.id] = terminal
    except (ValueError, csv.Error) as error:
        raise ValueError(f"{path}, line {reader.line_num}: {error}") from error
    return list(terminals.values())


def _terminal(row: dict[str, str | None]) -> Terminal:
    cell = {name: (row.get(name) or "").strip() for name in _COLUMNS}
    if not cell["id"]:
        raise ValueError("a terminal without an id")
    if None in row:
        raise ValueError("more cells than columns")
    if cell["policy"] not in _POLICIES:
        raise ValueError(f"policy is {cell['policy']!r}, not accepted or quarantined")
    if cell["token_hash"] and not is_token_hash(cell["token_hash"]):
        raise ValueError("token_hash is not of the form sha256$SALT$DIGEST")
    if cell["role"] not in _ROLES:
        raise ValueError(f"role is {cell['role']!r}, not base or rover")
    return Terminal(
        cell["id"],
        cell["name"],
        cell["token_hash"] or None,
        _POLICIES[cell["policy"]],
        cell["frame"],
        _ROLES[cell["role"]],
        _place(cell),
        tuple(sorted({name.strip() for name in cell["groups"].split(";")} - {""})),
    )


def _place(cell: dict[str, str]) -> Vector | None:
    """The surveyed position of a base, ECEF in m."""
    if not cell["ecef"] and not cell["llh"]:
        return None
    if cell["role"] != "base" or (cell["ecef"] and cell["llh"]):
        raise ValueError("ecef or llh, one of them, says where a base stands")
    if cell["ecef"]:
        ecef_m = _numbers(cell["ecef"], "ecef is X Y Z in metres")
    else:
        lat_deg, lon_deg, h_ell_m = _numbers(cell["llh"], "llh is LATITUDE LONGITUDE HEIGHT in degrees and metres")
        if abs(lat_deg) > 90 or abs(lon_deg) > 360:
            raise ValueError(f"llh: {cell['llh']!r} is not on the Earth; latitude comes first")
        x_m, y_m, z_m = geodetic_to_ecef(math.radians(lat_deg), math.radians(lon_deg), h_ell_m).tolist()
        ecef_m = (x_m, y_m, z_m)
    if not RADIUS_M_MIN < math.hypot(*ecef_m) < RADIUS_M_MAX:
        raise ValueError(f"the base would stand {math.hypot(*ecef_m):,.0f} m from the centre of the Earth")
    return ecef_m


def _numbers(text: str, what: str) -> Vector:
    try:
        a, b, c = (float(word) for word in text.replace(",", " ").split())
    except ValueError as error:
        raise ValueError(f"{what}, not {text!r}") from error
    return a, b, c
