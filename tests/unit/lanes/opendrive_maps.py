"""Small OpenDRIVE maps, written as text."""

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
