"""The XML of maps: bytes to events or a tree, by expat, without anything in them that could do harm.

Expat of the standard library, with document types refused: entities (and with them "billion laughs" and files fetched
from elsewhere) can only be declared there, and no map format needs one. Trees are bounded in depth.
"""

from collections.abc import Callable
from typing import Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from mapping.errors import MapFormatError

DEPTH_MAX: Final = 64  # elements within elements; OpenDRIVE reaches 10

Start = Callable[[str, dict[str, str]], object]
End = Callable[[str], object]


def scan_xml(text: bytes, start: Start, end: End, data: Callable[[str], object] | None = None) -> None:
    """Call `start(tag, attributes)`, `end(tag)` and `data(text)` for what is in an XML text, in order.

    What is not well-formed, or declares a document type, raises `MapFormatError` with the line.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise MapFormatError(f"not well-formed XML: {error}") from error
    except (UnicodeDecodeError, LookupError, ValueError) as error:
        raise MapFormatError(f"not readable XML: {error}") from error


def parse_xml_tree(text: bytes, depth_max: int = DEPTH_MAX) -> Element:
    """The tree of an XML text, tags without their prefixes; `MapFormatError` as `scan_xml`, and for one too deep."""
    builder, depth = TreeBuilder(), 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > depth_max:
            raise MapFormatError(f"elements are nested deeper than {depth_max}")
        builder.start(tag.rpartition(":")[2], attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag.rpartition(":")[2])

    scan_xml(text, start, end, builder.data)
    return builder.close()


def _refuse_doctype(name: str, system_id: str | None, public_id: str | None, has_internal_subset: bool) -> None:
    raise MapFormatError(f"declares a document type ({name}): maps need none, and entities are not expanded")
