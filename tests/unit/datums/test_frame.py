"""A coordinate without its frame, or with another one's, goes nowhere."""

import pytest

from mapping.datums.frame import CGCS2000_2000, Datum, Frame, common_frame, require_frame
from mapping.errors import FrameMixedError, MappingError

ITRF_NOW = Frame(Datum.ITRF2020, 2026.5)


@pytest.mark.parametrize("text", ["CGCS2000@2000.0", "ITRF2020@2026.5", "WGS84@2026.89", "GCJ02", "BD09"])
def test_text_and_back(text: str) -> None:
    assert str(Frame.parse(text)) == text


def test_parsing_is_kind_to_case_and_blanks() -> None:
    assert Frame.parse(" cgcs2000@2000 ") == CGCS2000_2000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CGCS2000",
        "CGCS2000@2010.0",
        "ITRF2020",
        "WGS84@",
        "WGS84@soon",
        "WGS84@nan",
        "WGS84@1066",
        "GCJ02@2020",
        "XIAN80",
    ],
)
def test_what_is_no_frame_says_what_would_be(text: str) -> None:
    with pytest.raises(ValueError, match="DATUM@EPOCH"):
        Frame.parse(text)


def test_frames_are_equal_by_value_and_usable_as_keys() -> None:
    assert {Frame(Datum.CGCS2000, 2000.0): 1}[CGCS2000_2000] == 1
    assert Frame(Datum.ITRF2020, 2026.5) != Frame(Datum.ITRF2020, 2026.6)


def test_mixing_raises_from_the_tree_of_mapping() -> None:
    require_frame(CGCS2000_2000, CGCS2000_2000, "a fence")
    with pytest.raises(FrameMixedError, match=r"a fence needs .*CGCS2000@2000.0.*ITRF2020@2026.5") as caught:
        require_frame(ITRF_NOW, CGCS2000_2000, "a fence")
    assert isinstance(caught.value, MappingError)


def test_a_common_frame_or_none() -> None:
    assert common_frame(ITRF_NOW, ITRF_NOW) == ITRF_NOW
    with pytest.raises(FrameMixedError, match=r"CGCS2000@2000\.0, ITRF2020@2026\.5"):
        common_frame(ITRF_NOW, CGCS2000_2000, ITRF_NOW)
    with pytest.raises(FrameMixedError, match="none"):
        common_frame()
