"""Small OpenDRIVE maps, written as text."""

from math import pi

import numpy as np
from numpy.typing import NDArray

from mapping.datums.frame import Frame
from mapping.datums.plane import Plane
from mapping.network.lane_features import LaneImport
from mapping.network.opendrive_build import opendrive_to_network

FRAME = Frame.parse("WGS84@2026.9")
PLANE = Plane(FRAME, 0.4508, 2.006)
WIDTH = '<width sOffset="0" a="3.5" b="0" c="0" d="0"/>'


def lane(number: int, kind: str = "driving", inside: str = WIDTH, links: str = "", **attributes: str) -> str:
    words = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<lane id="{number}" type="{kind}"{words}><link>{links}</link>{inside}</lane>'


def section(s_m: float, *lanes: str) -> str:
    sides: dict[str, list[str]] = {"left": [], "center": [], "right": []}
    for text in lanes:
        number = int(text.split('"')[1])
        sides["center" if number == 0 else "left" if number > 0 else "right"].append(text)
    inner = "".join(f"<{side}>{''.join(texts)}</{side}>" for side, texts in sides.items() if texts)
    return f'<laneSection s="{s_m}">{inner}</laneSection>'


def line(s_m: float, x_m: float, y_m: float, hdg_rad: float, length_m: float, shape: str = "<line/>") -> str:
    return f'<geometry s="{s_m}" x="{x_m}" y="{y_m}" hdg="{hdg_rad}" length="{length_m}">{shape}</geometry>'


def road(ref: str, length_m: float, pieces: str, sections: str, more: str = "", **attributes: str) -> str:
    words = {"junction": "-1", "name": "", **attributes}
    stated = "".join(f' {key}="{value}"' for key, value in words.items())
    body = f"<planView>{pieces}</planView>{more}<lanes>{sections}</lanes>"
    return f'<road id="{ref}" length="{length_m}"{stated}>{body}</road>'


def odr(*parts: str, reference: str = "", offset: str = "") -> bytes:
    stated = f"<geoReference><![CDATA[{reference}]]></geoReference>" if reference else ""
    header = f'<header revMajor="1" revMinor="7" name="test">{stated}{offset}</header>'
    return f'<?xml version="1.0"?><OpenDRIVE>{header}{"".join(parts)}</OpenDRIVE>'.encode()


def network_of(text: bytes, chord_m: float = 0.01) -> LaneImport:
    return opendrive_to_network(text, FRAME, origin=PLANE, chord_m=chord_m)


def straight(ref: str = "7", more: str = "", **attributes: str) -> str:
    """100 m to the east, two lanes each way."""
    lanes = (lane(2), lane(1), lane(0, "none", ""), lane(-1), lane(-2))
    return road(ref, 100, line(0, 0, 0, 0, 100), section(0, *lanes), more, **attributes)


def crossing(links: str = '<laneLink from="-1" to="-1"/>', more: str = "") -> bytes:
    """Road 1 from the west and road 3 to the north, joined over road 2 in junction 9."""
    one = section(0, lane(1), lane(0, "none", ""), lane(-1))
    way = section(0, lane(0, "none", ""), lane(-1, links='<predecessor id="-1"/><successor id="-1"/>'))
    arc = line(0, 100, 0, 0, 5 * pi, '<arc curvature="0.1"/>')
    to = '<link><successor elementType="junction" elementId="9"/></link>'
    through = (
        '<link><predecessor elementType="road" elementId="1" contactPoint="end"/>'
        '<successor elementType="road" elementId="3" contactPoint="start"/></link>'
    )
    away = '<link><predecessor elementType="junction" elementId="9"/></link>'
    junction = f'<connection id="0" incomingRoad="1" connectingRoad="2" contactPoint="start">{links}</connection>{more}'
    return odr(
        road("1", 100, line(0, 0, 0, 0, 100), one, to),
        road("2", 5 * pi, arc, way, through, junction="9"),
        road("3", 100, line(0, 110, 10, pi / 2, 100), one, away),
        f'<junction id="9" name="x">{junction}</junction>',
    )


def lane_row(
    found: LaneImport, number: int, road_number: int = 7, section_number: int = 0, back: bool | None = None
) -> int:
    wanted = road_number * 1_000_000 + section_number * 1_000 + 500 + number
    rows = np.flatnonzero(found.network.lanes.ref == wanted)
    if back is not None:
        rows = rows[found.is_against[rows] == back]
    assert rows.size == 1
    return int(rows[0])


def numbers(found: LaneImport, rows: NDArray[np.int32]) -> list[tuple[int, int, int]]:
    """(road, section, lane) of rows of `Lanes`."""
    refs = found.network.lanes.ref[rows].tolist()
    return [(ref // 1_000_000, ref // 1_000 % 1_000, ref % 1_000 - 500) for ref in refs]
