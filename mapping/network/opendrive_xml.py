"""OpenDRIVE XML to an `OdrMap`: roads and junctions with their ids; what is broken goes to the report.

Source: ASAM OpenDRIVE 1.4 to 1.8.
"""

from collections.abc import Iterator
from math import isfinite, isnan, nan
from typing import Final
from xml.etree.ElementTree import Element

from mapping.errors import MapFormatError
from mapping.network.codes import Structure
from mapping.network.lanelet2_osm import number_of, number_or
from mapping.network.opendrive_lane_xml import CUBIC, read_sections, rows_of
from mapping.network.opendrive_model import Connection, Link, OdrMap, OdrRoad, RoadType, Signal, Stretch
from mapping.network.opendrive_numbers import measure_of, stated_mps
from mapping.network.opendrive_planview import Geometry, Shape
from mapping.network.opendrive_profile import CrossShape, Profile
from mapping.network.report import NetworkReport
from mapping.network.xml_text import parse_xml_tree

NUMBER_MAX: Final = 4 * 10**12  # ids of roads that are numbers up to here stand for themselves
ROAD_M_MAX: Final = 200_000.0
SHAPES: Final = {
    "line": (Shape.LINE, ()),
    "arc": (Shape.ARC, ("curvature",)),
    "spiral": (Shape.SPIRAL, ("curvStart", "curvEnd")),
    "poly3": (Shape.POLY3, CUBIC),
    "paramPoly3": (Shape.PARAM_POLY3, ("aU", "bU", "cU", "dU", "aV", "bV", "cV", "dV")),
}


def parse_opendrive(text: bytes, report: NetworkReport) -> OdrMap:
    """The roads and junctions of an OpenDRIVE text.

    Unit: m and rad. Frame: what `geo_reference` says, if anything. Error: broken objects go to the report, what is
    no OpenDRIVE raises `MapFormatError`. Source: ASAM OpenDRIVE 1.4 to 1.8.
    """
    root = parse_xml_tree(text)
    if root.tag != "OpenDRIVE":
        raise MapFormatError(f"not OpenDRIVE: its outermost element is <{root.tag}>")
    header = root.find("header")
    header = Element("header") if header is None else header
    offset = header.find("offset")
    offsets = (
        [0.0] * 4 if offset is None else [number_or(measure_of(offset.get(k)), 0.0) for k in ("x", "y", "z", "hdg")]
    )
    roads: dict[str, OdrRoad] = {}
    for index, element in enumerate(root.iterfind("road")):
        report.read["road"] += 1
        road = _read_road(element, index, report)
        if road is not None and road.ref in roads:
            report.fault("road", road.ref, "occurs twice", "the first one counts")
        elif road is not None:
            roads[road.ref] = road
    junctions = {element.get("id", ""): list(_connections(element, report)) for element in root.iterfind("junction")}
    report.read["junction"] += len(junctions)
    reference = (header.findtext("geoReference") or "").strip()
    name = header.get("name") or ""
    return OdrMap(name, reference, (offsets[0], offsets[1], offsets[2], offsets[3]), roads, junctions)


def _read_road(element: Element, index: int, report: NetworkReport) -> OdrRoad | None:
    ref, length_m = element.get("id", f"#{index}"), measure_of(element.get("length"))
    pieces = list(_pieces(element, ref, report))
    if not length_m > 0:
        length_m = pieces[-1].s_m + pieces[-1].length_m if pieces else nan
        report.fault("road", ref, "states no length", "took that of its reference line")
    if not pieces or not 0 < length_m <= ROAD_M_MAX:
        report.fault("road", ref, "has no reference line" if not pieces else "is longer than 200 km")
        return None
    number = number_of(ref)
    return OdrRoad(
        ref=ref,
        number=number if number is not None and 0 <= number < NUMBER_MAX else NUMBER_MAX + index,
        name=element.get("name") or "",
        length_m=length_m,
        junction=element.get("junction", "-1"),
        is_left_hand=element.get("rule", "RHT").upper() == "LHT",
        predecessor=_link(element, "predecessor"),
        successor=_link(element, "successor"),
        pieces=pieces,
        elevation=_profile(element, "elevationProfile/elevation"),
        superelevation=_profile(element, "lateralProfile/superelevation"),
        cross=CrossShape.of(rows_of(element.iterfind("lateralProfile/shape"), ("s", "t", *CUBIC))),
        lane_offset=_profile(element, "lanes/laneOffset"),
        sections=read_sections(element, ref, length_m, report),
        types=[_road_type(e) for e in element.iterfind("type")],
        stretches=list(_stretches(element)),
        signals=list(_signals(element)),
    )


def _profile(element: Element, path: str) -> Profile:
    return Profile.of(rows_of(element.iterfind(path), ("s", *CUBIC)))


def _pieces(element: Element, ref: str, report: NetworkReport) -> Iterator[Geometry]:
    """The pieces of the reference line that can be read, in order."""
    found = []
    for index, e in enumerate(element.iterfind("planView/geometry")):
        s_m, x_m, y_m, hdg_rad, length_m = (measure_of(e.get(k)) for k in ("s", "x", "y", "hdg", "length"))
        shape, parameters = _shape(e)
        numbers = (s_m, x_m, y_m, hdg_rad, length_m, *parameters)
        if shape is None or any(isnan(n) for n in numbers) or length_m < 0:
            report.fault("road", ref, f"geometry {index} is of no known shape or lacks a number", "left the piece out")
        elif length_m > 0:
            found.append(Geometry(s_m, x_m, y_m, hdg_rad, length_m, shape, parameters))
    yield from sorted(found, key=lambda piece: piece.s_m)


def _shape(element: Element) -> tuple[Shape | None, tuple[float, ...]]:
    for child in element:
        if child.tag in SHAPES:
            shape, names = SHAPES[child.tag]
            parameters = tuple(measure_of(child.get(name)) for name in names)
            if shape is Shape.PARAM_POLY3:
                # files of before 1.4 leave the range out; it is then 0 to 1
                parameters += (0.0 if child.get("pRange") == "arcLength" else 1.0,)
            return shape, parameters
    return None, ()


def _link(element: Element, end: str) -> Link | None:
    link = element.find(f"link/{end}")
    if link is None or not link.get("elementId"):
        return None
    return Link(link.get("elementType", "road"), link.get("elementId", ""), link.get("contactPoint", ""))


def _road_type(element: Element) -> RoadType:
    speed = element.find("speed")
    return RoadType(
        number_or(measure_of(element.get("s")), 0.0),
        element.get("type", ""),
        nan if speed is None else stated_mps(speed.get("max"), speed.get("unit")),
    )


def _stretches(element: Element) -> Iterator[Stretch]:
    for tag, structure in (("bridge", Structure.BRIDGE), ("tunnel", Structure.TUNNEL)):
        for e in element.iterfind(f"objects/{tag}"):
            begin_m, length_m = measure_of(e.get("s")), measure_of(e.get("length"))
            if isfinite(begin_m) and length_m > 0:
                yield Stretch(begin_m, begin_m + length_m, structure)


def _signals(element: Element) -> Iterator[Signal]:
    for e in (*element.iterfind("signals/signal"), *element.iterfind("objects/object")):
        is_object = e.tag == "object"
        if is_object and e.get("type") != "crosswalk":
            continue
        s_m, t_m = measure_of(e.get("s")), measure_of(e.get("t"))
        if isfinite(s_m + t_m):
            validity = [(number_of(v.get("fromLane")), number_of(v.get("toLane"))) for v in e.iterfind("validity")]
            lanes = tuple((min(a, b), max(a, b)) for a, b in validity if a is not None and b is not None)
            kind, is_dynamic = ("crosswalk" if is_object else e.get("type", "")), e.get("dynamic") == "yes"
            yield Signal(e.get("id", ""), kind, is_dynamic, s_m, t_m, e.get("orientation", "none"), lanes)


def _connections(element: Element, report: NetworkReport) -> Iterator[Connection]:
    for e in element.iterfind("connection"):
        onto = e.get("connectingRoad") or e.get("linkedRoad") or ""
        incoming, contact = e.get("incomingRoad", ""), e.get("contactPoint", "")
        if not incoming or not onto or contact not in ("start", "end"):
            report.fault("junction", element.get("id", "?"), f"connection {e.get('id', '?')} is incomplete")
            continue
        links = [(number_of(link.get("from")), number_of(link.get("to"))) for link in e.iterfind("laneLink")]
        yield Connection(incoming, onto, contact, tuple((a, b) for a, b in links if a is not None and b is not None))
