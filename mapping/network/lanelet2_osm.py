"""The objects of a Lanelet2 file as they are written: nodes in columns, ways and relations with their tags.

Lanelet2 files are OSM XML, but not what OSM tools take for it: Autoware writes nodes with empty `lat` and `lon` and
their place in the tags `local_x` and `local_y`, and ids reach 63 bits.
"""

from dataclasses import dataclass, field
from math import isfinite, isnan, nan
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mapping.errors import MapFormatError
from mapping.network.report import NetworkReport
from mapping.network.xml_text import scan_xml

Floats = NDArray[np.float64]
Tags = dict[str, str]

ID_MAX: Final = 2**63 - 1
DELETED: Final = "delete"


class Member(NamedTuple):
    """One member of a relation."""

    kind: str
    ref: int
    role: str


@dataclass(frozen=True, slots=True)
class Way:
    """A line string (or, tagged `area`, a polygon): ids of its nodes in order."""

    ref: int
    nodes: list[int]
    tags: Tags


@dataclass(frozen=True, slots=True)
class Relation:
    """A lanelet, an area or a regulatory element, by its tag `type`."""

    ref: int
    members: list[Member]
    tags: Tags

    def refs(self, role: str, kind: str | None = None) -> list[int]:
        """Ids of the members of one role, and of one kind where it is given."""
        return [m.ref for m in self.members if m.role == role and kind in (None, m.kind)]


@dataclass(frozen=True, slots=True)
class OsmNodes:
    """Nodes by row: id, place as written (degrees; metres in the map's own grid; height), MGRS square where tagged."""

    row_by_ref: dict[int, int]
    lat_deg: Floats
    lon_deg: Floats
    local_x_m: Floats
    local_y_m: Floats
    h_map_m: Floats
    mgrs_code: dict[int, str]


@dataclass(frozen=True, slots=True)
class OsmFile:
    """All objects of one file, in its order."""

    nodes: OsmNodes
    ways: dict[int, Way]
    relations: dict[int, Relation]


@dataclass(slots=True)
class _Reading:
    """What the reader has so far; `tags` are those of the open object."""

    report: NetworkReport
    refs: list[int] = field(default_factory=list)
    places: list[tuple[float, float, float, float, float]] = field(default_factory=list)
    mgrs_code: dict[int, str] = field(default_factory=dict)
    ways: dict[int, Way] = field(default_factory=dict)
    relations: dict[int, Relation] = field(default_factory=dict)
    known: set[tuple[str, int]] = field(default_factory=set)
    opened: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    tags: Tags = field(default_factory=dict)
    nodes: list[int] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    root: str = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if tag == "tag":
            self.tags[attributes.get("k", "")] = attributes.get("v", "")
        elif tag in ("node", "way", "relation"):
            self.opened, self.attributes = tag, attributes
            self.tags, self.nodes, self.members = {}, [], []
        elif tag == "nd":
            self._refer(self.nodes, attributes)
        elif tag == "member":
            member = (attributes.get("type", ""), number_of(attributes.get("ref")), attributes.get("role", ""))
            if member[1] is None:
                self.report.fault(self.opened, self._name(), f"has a member without an id ({member[2]})", "ignored")
            else:
                self.members.append(Member(member[0], member[1], member[2]))
        elif not self.root:
            self.root = tag

    def end(self, tag: str) -> None:
        """An element ends: an object is complete."""
        if tag != self.opened:
            return
        self.opened = ""
        ref = number_of(self.attributes.get("id"))
        if self.attributes.get("action") == DELETED:
            return
        if ref is None:
            self.report.fault(tag, self._name(), "has no id that is a number")
        elif (tag, ref) in self.known:
            self.report.fault(tag, ref, "occurs twice", "the first one counts")
        else:
            self.known.add((tag, ref))
            self.report.read[tag] += 1
            self._keep(tag, ref)

    def _keep(self, tag: str, ref: int) -> None:
        if tag == "way":
            self.ways[ref] = Way(ref, self.nodes, self.tags)
        elif tag == "relation":
            self.relations[ref] = Relation(ref, self.members, self.tags)
        else:
            numbers = (self.attributes.get("lat"), self.attributes.get("lon"))
            local = (self.tags.get("local_x"), self.tags.get("local_y"), self.tags.get("ele"))
            lat_deg, lon_deg, x_m, y_m, h_m = (float_of(text) for text in (*numbers, *local))
            self.refs.append(ref)
            self.places.append((lat_deg, lon_deg, x_m, y_m, h_m))
            if "mgrs_code" in self.tags:
                self.mgrs_code[ref] = self.tags["mgrs_code"]

    def _refer(self, refs: list[int], attributes: dict[str, str]) -> None:
        ref = number_of(attributes.get("ref"))
        if ref is None:
            self.report.fault(self.opened, self._name(), "refers to a node without an id", "ignored")
        else:
            refs.append(ref)

    def _name(self) -> str:
        return self.attributes.get("id", "?")


def parse_lanelet2(text: bytes, report: NetworkReport) -> OsmFile:
    """The objects of a Lanelet2 text; single broken ones go to the report.

    Shape: nodes in columns of one length. Unit: degrees and metres as written, NaN where there is nothing. Frame: not
    stated by the format. Error: what is no OSM XML raises `MapFormatError`. Source: Lanelet2's own format description.
    """
    reading = _Reading(report)
    scan_xml(text, reading.start, reading.end)
    if reading.root != "osm":
        raise MapFormatError(f"not OSM XML: its outermost element is <{reading.root}>")
    places = np.array(reading.places, dtype=np.float64).reshape(-1, 5).T.copy()
    row_by_ref = {ref: row for row, ref in enumerate(reading.refs)}
    lat_deg, lon_deg, x_m, y_m, h_map_m = places
    nodes = OsmNodes(row_by_ref, lat_deg, lon_deg, x_m, y_m, h_map_m, reading.mgrs_code)
    return OsmFile(nodes, reading.ways, reading.relations)


def number_of(text: str | None) -> int | None:
    """The id that a text is, or None."""
    try:
        number = int(text or "")
    except ValueError:
        return None
    return number if abs(number) <= ID_MAX else None


def float_of(text: str | None) -> float:
    """The number that a text is; NaN for none, an empty one and what is not finite.

    Shape: scalar. Unit: that of the text.
    """
    try:
        value = float(text or "nan")
    except ValueError:
        return nan
    return value if isfinite(value) else nan


def number_or(value: float, otherwise: float) -> float:
    """The value, or another where it is NaN.

    Shape: scalar. Unit: that of the values.
    """
    return otherwise if isnan(value) else value
