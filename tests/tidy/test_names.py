"""The words of the house (DESIGN §5): the unit comes last, heights are never bare, latitude before longitude."""

import ast
import re
from collections.abc import Iterable, Iterator

import pytest

from tests.tidy.source import PRODUCT, Module, modules

UNIT_OF_SPELLING = {
    **{"meters": "m", "metres": "m", "meter": "m", "metre": "m", "kilometers": "km", "kilometres": "km"},
    **{"degrees": "deg", "degree": "deg", "radians": "rad", "radian": "rad"},
    **{"seconds": "s", "secs": "s", "sec": "s", "second": "s", "millis": "ms", "milliseconds": "ms", "msec": "ms"},
    **{"micros": "us", "nanos": "ns", "nanoseconds": "ns", "minutes": "min", "hours": "h", "days_count": "day"},
    **{"hertz": "hz", "knots": "kn", "percent": "ratio"},
}
QUANTITIES = {
    *("lat", "lon", "latitude", "longitude", "speed", "course", "heading", "pitch", "roll", "sigma", "velocity"),
    *("distance", "latency", "timeout", "interval", "age", "duration", "delay", "azimuth", "cn0", "baseline"),
    *("frequency", "bandwidth", "tolerance", "elapsed", "radius", "uptime", "deadline"),
}
HEIGHTS = re.compile(r"^(h|height|alt|altitude|elevation|ele)(_m)?$")
NUMBERS = re.compile(r"\b(float|int|float64|int64|ArrayLike)\b")
"""Narrower integers are fixed point: their table states what one step is."""

FUNCTIONS_OF_ANGLES = {"sin", "cos", "tan"}
FACTORS = {(f"beidou_svc/replay/{module}.py", "speed") for module in ("player", "run", "serve")}
"""How many times faster than the clock a replay runs."""
NO_UNITS = {"leap_seconds"}
SIZES = ("simulators/world/",)
"""Where a height is the size of a building."""
GEOJSON = ("geojson", "vector_tile", "tiles", "gtfs")


def declared(tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    """(name, annotation, line) of every parameter, annotated field and annotated variable."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            yield node.arg, ast.unparse(node.annotation) if node.annotation else "", node.lineno
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, ast.unparse(node.annotation), node.lineno


def misnamed(path: str, name: str, annotation: str) -> str:
    """What is wrong with a name, or nothing."""
    words = name.lower().strip("_").split("_")
    bare = [word for word in words if word not in ("max", "min")]
    if words[0] in ("max", "min") and len(words) > 1:
        return "states its limit first: the limit comes last"
    if len(bare) > 1 and bare[-1] in UNIT_OF_SPELLING and "_".join(bare) not in NO_UNITS:
        return f"spells out its unit: `{UNIT_OF_SPELLING[bare[-1]]}`"
    if not NUMBERS.search(annotation):
        return ""
    if HEIGHTS.match("_".join(bare)) and not path.startswith(SIZES):
        return "is a bare height: h_ell_m, h_msl_m or another reference"
    if bare and bare[-1] in QUANTITIES and bare[0] not in FUNCTIONS_OF_ANGLES and (path, name) not in FACTORS:
        return "has no unit at its end"
    return ""


def longitude_first(module: Module) -> Iterator[str]:
    if any(word in module.path for word in GEOJSON):
        return
    for name, function in module.functions():
        order = [a.arg for a in function.args.args]
        for lon in (a for a in order if a.startswith("lon")):
            lat = "lat" + lon[3:]
            if lat in order and order.index(lat) > order.index(lon):
                yield f"{module.path}:{function.lineno}: {name} takes {lon} before {lat}"


def misnomers(sources: Iterable[Module]) -> list[str]:
    found = []
    for module in sources:
        for name, annotation, line in declared(module.tree):
            if what := misnamed(module.path, name, annotation):
                found.append(f"{module.path}:{line}: {name} {what}")
        found += longitude_first(module)
    return found


def test_names_carry_their_units() -> None:
    found = misnomers(modules(*PRODUCT))
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "line",
    [
        "def f(max_speed_mps: float): ...",
        "def f(speed: float): ...",
        "timeout: float = 3.0",
        "timeout_seconds = 3\ndef f(timeout_seconds: int): ...",
        "class A:\n    height_m: NDArray[np.float64]",
        "def f(lon_deg: float, lat_deg: float): ...",
    ],
)
def test_the_rule_bites(line: str) -> None:
    assert misnomers([Module("gnss/x.py", line)])


@pytest.mark.parametrize(
    "line",
    [
        "def f(speed_mps_max: float, timeout_s: float, h_ell_m: float): ...",
        "def f(lat_deg: float, lon_deg: float): ...",
        "def f(course: Course, interval: Interval | None): ...",
    ],
)
def test_the_rule_spares_good_names(line: str) -> None:
    assert misnomers([Module("gnss/x.py", line)]) == []
