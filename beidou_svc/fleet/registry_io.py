"""The register of terminals as a CSV file that a fleet's operator can keep in a spreadsheet."""

import csv
from pathlib import Path

from beidou_svc.fleet.registry import Policy, Terminal, is_token_hash

_COLUMNS = ("id", "name", "token_hash", "policy", "frame")
_POLICIES = {"": Policy.ACCEPTED, "accepted": Policy.ACCEPTED, "quarantined": Policy.QUARANTINED}


def read_terminals(path: Path) -> list[Terminal]:
    """Terminals of a file with the columns `id, name, token_hash, policy, frame`, of which only `id` must be there.

    Raises ValueError with the line number for anything that is not of this form.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        columns = reader.fieldnames or []
        if "id" not in columns or not set(columns) <= set(_COLUMNS):
            raise ValueError(f"{path}: the first line must name columns out of {', '.join(_COLUMNS)}; id is needed")
        try:
            return [_terminal(row) for row in reader]
        except (ValueError, csv.Error) as error:
            raise ValueError(f"{path}, line {reader.line_num}: {error}") from error


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
    return Terminal(cell["id"], cell["name"], cell["token_hash"] or None, _POLICIES[cell["policy"]], cell["frame"])
