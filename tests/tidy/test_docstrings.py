"""A public function of `gnss` and `mapping` says what it does; one that computes also says in which shape, unit and
by which source (DESIGN §6).

What a machine can see of that: every public name has a docstring whose first line is a sentence. A function with
arrays or floats in its signature names a shape and a unit, in its docstring or by the endings of its parameters.
Where a standard rules, the function or its module names it.
"""

import ast
import re
from collections.abc import Iterable, Iterator

import pytest

from tests.tidy.source import PURE, Function, Module, assert_ratchet, by_file, modules

ARRAY = re.compile(r"\bNDArray\[np\.(?!uint8|bool)|\bArrayLike\b|\b(Float|Int)s?(32|64)s?\b|\bFloats\b")
QUANTITY = re.compile(r"\bfloat\d*\b|\bArrayLike\b|\bFloats?(32|64)?s?\b")
"""Integers alone are counts, codes and positions in a buffer; they need no unit."""
SHAPE = re.compile(
    r"\bshape|\bscalar|\bbroadcast|\(\w*[^()\w]*,[^()]*\)|\bper row\b|\ba row\b|\brows?\b|\bcolumns?\b", re.IGNORECASE
)
UNITS = (
    *("m", "km", "mm", "m2", "m3", "mps", "mps2", "kmh", "kn", "rad", "deg", "radps", "s", "ms", "us", "ns", "h"),
    *("hz", "dbhz", "cyc", "tecu", "bytes", "day", "week", "sow", "ratio", "max", "min", "px", "ppm"),
)
UNIT_NAME = re.compile(rf"(^|_)({'|'.join(UNITS)})$")
UNIT = re.compile(
    r"\bunit|\bmet(re|er)s?\b|\bm\b|\bkm\b|\brad(ian)?s?\b|\bdeg(ree)?s?\b|\bseconds?\b|\bns\b|\bs\b|m/s|\bdays?\b"
    r"|\bweeks?\b|\bbytes?\b|\bcycles?\b|\bdimensionless\b|dB-?Hz|\bHz\b",
    re.IGNORECASE,
)
SOURCED = (
    *(
        "gnss/time/",
        "gnss/frames/",
        "gnss/nmea/",
        "gnss/rtcm/",
        "gnss/orbits/",
        "gnss/delays/",
        "gnss/crc",
        "gnss/rtk/",
    ),
    *("gnss/position/", "mapping/datums/"),
)
SOURCE = re.compile(
    r"\bSource:|IS-GPS|BDS-SIS|RINEX|NMEA 0183|RTCM|IERS|ISO \d|RFC ?\d|EPSG|GB/T|GJB|Unicore|ComNav|CRC-\d\d|ICD"
)


def is_public(name: str) -> bool:
    return not any(part.startswith("_") for part in name.split("."))


def public_nodes(module: Module) -> Iterator[tuple[str, ast.Module | ast.ClassDef | Function]]:
    yield module.path, module.tree
    for node in module.tree.body:
        if isinstance(node, ast.ClassDef) and is_public(node.name):
            yield node.name, node
    for name, function in module.functions():
        if is_public(name) and not is_inside_function(module, function):
            yield name, function


def is_inside_function(module: Module, inner: Function) -> bool:
    around = (f for _, f in module.functions() if f is not inner)
    return any(f.lineno < inner.lineno <= (f.end_lineno or 0) for f in around)


def parameters(function: Function) -> list[ast.arg]:
    arguments = function.args
    return [a for a in arguments.posonlyargs + arguments.args + arguments.kwonlyargs if a.arg not in ("self", "cls")]


def annotations(function: Function) -> str:
    everything = [a.annotation for a in parameters(function)] + [function.returns]
    return " ".join(ast.unparse(annotation) for annotation in everything if annotation)


def is_property(function: Function) -> bool:
    return any(ast.unparse(decorator).endswith("property") for decorator in function.decorator_list)


def takes_arrays(function: Function) -> bool:
    return bool(ARRAY.search(annotations(function)))


def computes(function: Function) -> bool:
    """Whether arrays of quantities go through it, or a quantity comes out."""
    returns = ast.unparse(function.returns) if function.returns else ""
    in_arrays = takes_arrays(function) and QUANTITY.search(annotations(function))
    return bool(in_arrays or QUANTITY.search(returns))


def names_its_units(function: Function) -> bool:
    typed = [(a.arg, ast.unparse(a.annotation)) for a in parameters(function) if a.annotation]
    quantities = [name for name, annotation in typed if QUANTITY.search(annotation)]
    return bool(quantities) and all(UNIT_NAME.search(name) for name in quantities)


def missing_parts(module: Module, node: ast.Module | ast.ClassDef | Function) -> Iterator[str]:
    docstring = ast.get_docstring(node) or ""
    if not docstring:
        yield "has no docstring"
        return
    first_paragraph = docstring.split("\n\n")[0].rstrip()
    if not first_paragraph.endswith((".", "?", "!", ":", "`", "]", "|", "…")):
        yield "has a first line that is no sentence"
    if not isinstance(node, Function) or is_property(node):
        return
    if takes_arrays(node) and not SHAPE.search(docstring):
        yield "names no shape"
    if not computes(node):
        return
    if not UNIT.search(docstring) and not names_its_units(node):
        yield "names no unit"
    if module.path.startswith(SOURCED) and not SOURCE.search(docstring + (ast.get_docstring(module.tree) or "")):
        yield "names no source, nor does its module"


def undocumented(sources: Iterable[Module]) -> list[str]:
    """What public modules leave unsaid; `_private.py` is its package's own business."""
    return [
        f"{module.path}:{getattr(node, 'lineno', 1)}: {name} {what}"
        for module in sources
        if "/_" not in module.path or module.path.endswith("/__init__.py")
        for name, node in public_nodes(module)
        for what in missing_parts(module, node)
    ]


def test_public_functions_name_shape_unit_and_source() -> None:
    assert_ratchet("docstrings", by_file(undocumented(modules(*PURE))))


GOOD = '''"""Geodesy. Source: EPSG 9602."""
def go(lat_rad: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where to go.

    Shape: (n,).
    """
'''


@pytest.mark.parametrize(
    ("good", "bad", "what"),
    [
        ('    """Where to go.\n\n    Shape: (n,).\n    """', "    pass", "has no docstring"),
        ("Where to go.", "Where to go", "has a first line that is no sentence"),
        ("Shape: (n,).", "Quickly.", "names no shape"),
        ("lat_rad", "latitude", "names no unit"),
        ("Source: EPSG 9602.", "", "names no source, nor does its module"),
    ],
)
def test_the_rule_bites(good: str, bad: str, what: str) -> None:
    path = "gnss/frames/x.py"
    assert undocumented([Module(path, GOOD)]) == []
    assert undocumented([Module(path, GOOD.replace(good, bad))]) == [f"{path}:2: go {what}"]
