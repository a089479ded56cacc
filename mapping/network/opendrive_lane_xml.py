"""Lane sections of a road of OpenDRIVE, from XML. Source: ASAM OpenDRIVE 1.4 to 1.8, lanes."""

from collections.abc import Iterable, Iterator
from math import isfinite, isnan
from typing import Final
from xml.etree.ElementTree import Element

from mapping.network.lanelet2_osm import number_of, number_or
from mapping.network.opendrive_model import OdrLane, OdrSection, RoadMark, Speed
from mapping.network.opendrive_numbers import measure_of, stated_mps
from mapping.network.opendrive_profile import Profile
from mapping.network.report import NetworkReport

CUBIC: Final = ("a", "b", "c", "d")
LANE_MAX: Final = 499
SECTIONS_MAX: Final = 1_000  # of one road
SECTION_M_MIN: Final = 1e-6  # shorter ones are notes of an editor


def rows_of(elements: Iterable[Element], names: tuple[str, ...]) -> list[tuple[float, ...]]:
    """Rows of numbers, those that are complete.

    Shape: a tuple per element. Unit: that of the attributes, m and powers of it.
    """
    rows = (tuple(measure_of(element.get(name)) for name in names) for element in elements)
    return [row for row in rows if all(isfinite(value) for value in row)]


def read_sections(road: Element, ref: str, length_m: float, report: NetworkReport) -> list[OdrSection]:
    """The sections of a road in order, each until the next; those without a start or a length are reported."""
    found = []
    for index, element in enumerate(road.iterfind("lanes/laneSection")):
        s_m = measure_of(element.get("s"))
        if not 0 <= s_m <= length_m:
            report.fault("road", ref, f"lane section {index} begins nowhere on the road", "left the section out")
        else:
            found.append((s_m, element))
    found.sort(key=lambda item: item[0])
    ends_m = [*(s_m for s_m, _ in found), length_m][1:]
    sections = []
    for (s_m, element), end_m in zip(found, ends_m, strict=True):
        if end_m - s_m <= SECTION_M_MIN:
            report.fault("road", ref, "a lane section has no length", "left the section out")
        else:
            sections.append(OdrSection(s_m, end_m, {lane.number: lane for lane in _lanes(element, ref, report)}))
    if len(sections) > SECTIONS_MAX:
        report.fault("road", ref, f"has more than {SECTIONS_MAX} lane sections", "left the others out")
    if not sections:
        report.fault("road", ref, "has no lane section")
    return sections[:SECTIONS_MAX]


def _lanes(section: Element, ref: str, report: NetworkReport) -> Iterator[OdrLane]:
    seen = set()
    for element in section.iterfind("*/lane"):
        number = number_of(element.get("id"))
        if number is None or abs(number) > LANE_MAX or number in seen:
            report.fault("road", ref, f"lane {element.get('id', 'without id')} occurs twice or has no number")
            continue
        seen.add(number)
        yield OdrLane(
            number=number,
            kind=element.get("type", ""),
            widths=_offset_profile(element, "width"),
            borders=_offset_profile(element, "border"),
            predecessors=_linked(element, "predecessor"),
            successors=_linked(element, "successor"),
            marks=tuple(_marks(element)),
            speeds=tuple(_speeds(element)),
            direction=element.get("direction", ""),
        )


def _offset_profile(element: Element, tag: str) -> Profile:
    return Profile.of(rows_of(element.iterfind(tag), ("sOffset", *CUBIC)))


def _linked(element: Element, end: str) -> tuple[int, ...]:
    numbers = (number_of(link.get("id")) for link in element.iterfind(f"link/{end}"))
    return tuple(number for number in numbers if number is not None)


def _marks(element: Element) -> Iterator[RoadMark]:
    for mark in element.iterfind("roadMark"):
        s_m = measure_of(mark.get("sOffset"))
        yield RoadMark(number_or(s_m, 0.0), mark.get("type", "").strip(), mark.get("laneChange", ""))


def _speeds(element: Element) -> Iterator[Speed]:
    for speed in element.iterfind("speed"):
        s_m, limit_mps = measure_of(speed.get("sOffset")), stated_mps(speed.get("max"), speed.get("unit"))
        if not isnan(limit_mps):
            yield Speed(number_or(s_m, 0.0), limit_mps)
