"""The docstring of a batch is its schema table: it says what the declaration says, in the unit that the name says."""

import importlib
import re
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnss.batch import Batch
from tests.tidy.source import PRODUCT, modules

HEAD = "| name | dtype | shape | unit | meaning |"
UNIT_OF_ENDING = {
    **{"m": "m", "km": "km", "m2": "m²", "rad": "rad", "deg": "deg", "s": "s", "ms": "ms", "us": "µs", "ns": "ns"},
    **{"mps": "m/s", "mps2": "m/s²", "radps": "rad/s", "hz": "Hz", "dbhz": "dB-Hz", "cyc": "cycle", "bytes": "byte"},
}
LIMITS = re.compile(r"_(max|min|mean|p50|p99)$")


def table_of(batch: type[Batch]) -> dict[str, tuple[str, str, str]]:
    """Columns by name as the docstring has them: dtype, shape, unit."""
    _, head, rows = (batch.__doc__ or "").partition(HEAD)
    assert head, f"{batch.__name__} has no table `{HEAD}`"
    table = {}
    for row in rows.splitlines()[2:]:
        if not row.strip().startswith("|"):
            break
        name, dtype, shape, unit, _ = (cell.strip() for cell in row.strip().strip("|").split("|", 4))
        table[name] = (dtype, shape, unit)
    return table


def contradictions(batch: type[Batch]) -> list[str]:
    """Where docstring, declaration and annotation of a batch disagree."""
    table, specs = table_of(batch), batch.specs()
    if list(table) != list(specs):
        return [f"{batch.__name__}: the table lists {list(table)}, declared are {list(specs)}"]
    found = []
    annotated = {field.name: field.type for field in fields(batch)}  # type: ignore[arg-type]
    for name, spec in specs.items():
        dtype, shape, unit = table[name]
        if (dtype, shape) != (spec.dtype, " ".join(str(n) for n in spec.row_shape)):
            found.append(f"{batch.__name__}.{name} is documented as {dtype} {shape}, declared {spec}")
        expected: Any = NDArray[np.dtype(spec.dtype).type]  # type: ignore[misc]
        if annotated[name] not in (expected, str(expected)):
            found.append(f"{batch.__name__}.{name} is annotated {annotated[name]}, declared {spec.dtype}")
        ending = LIMITS.sub("", name).rpartition("_")[2]
        if ending != name and unit != UNIT_OF_ENDING.get(ending, unit):
            found.append(f"{batch.__name__}.{name} is documented in {unit or 'no unit'}")
    return found


def all_batches() -> list[type[Batch]]:
    for module in modules(*PRODUCT):
        if "Batch)" in module.text:
            importlib.import_module(module.name)
    waiting, found = [Batch], []
    while waiting:
        children: list[type[Batch]] = waiting.pop().__subclasses__()
        waiting += children
        found += [child for child in children if child.__module__.startswith(PRODUCT)]
    return sorted(set(found), key=lambda batch: batch.__name__)


def test_the_tables_are_the_declarations() -> None:
    found = [line for batch in all_batches() for line in contradictions(batch)]
    assert not found, "\n".join(found)


def test_the_rule_bites() -> None:
    from gnss.batches import FixBatch

    assert FixBatch.__doc__ is not None
    for good, bad in [
        ("| slot | i4 |", "| slot | i8 |"),
        ("| lat_rad | f8 | | rad |", "| lat_rad | f8 | | deg |"),
        ("| sats_view | u1 | 7 |", "| sats_view | u1 | 6 |"),
        ("    | status | u1 | | | a `Status` |\n", ""),
    ]:
        assert good in FixBatch.__doc__
        wrong = type("FixBatch", (FixBatch,), {"__doc__": FixBatch.__doc__.replace(good, bad), "__slots__": ()})
        assert contradictions(wrong), bad
