"""Values that the fields of a sentence can have, as strategies."""

import math
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from gnss.nmea.fields import Field, Op
from gnss.nmea.sentence import Sentence

DAY_NS = 86_400 * 10**9

TEXTS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .-", min_size=1, max_size=20)

FREE_TEXTS = st.text("ABCXYZ0189 .-,;", min_size=1, max_size=20)

DIGIT_FIRST = {"FKI"}
"""Where the first text may not begin with a digit: it would be the other layout."""


def fixed_point(low: float, high: float, decimals: int) -> st.SearchStrategy[float]:
    """Numbers that `decimals` places hold exactly: the float64 that is nearest to such a decimal."""
    scale = 10**decimals
    bound = min(10**15 // scale, 10**9)
    first, last = math.ceil(max(low, -bound) * scale), math.floor(min(high, bound) * scale)
    return st.integers(first, last).map(lambda k: k / scale)


def decimals_of(field: Field) -> st.SearchStrategy[float]:
    low = -field.high if field.op is Op.SIGNED else field.low
    return fixed_point(low, field.high, max(field.decimals, 0))


def angles_of(field: Field) -> st.SearchStrategy[float]:
    scale = 60 * 10**field.decimals
    minutes = int(field.high) * scale
    return st.integers(-minutes, minutes).map(lambda k: k / scale)


def times_of(field: Field) -> st.SearchStrategy[float]:
    step_ns = 10 ** (9 - field.decimals)
    return st.integers(0, DAY_NS // step_ns - 1).map(lambda k: float(k * step_ns))


STRATEGIES: dict[Op, Callable[[Field], st.SearchStrategy[Any]]] = {
    **dict.fromkeys((Op.WHOLE, Op.NUMBER, Op.INTEGER, Op.SIGNED), decimals_of),
    Op.ANGLE: angles_of,
    Op.TIME: times_of,
    Op.DATE: lambda field: st.integers(3_652, 30_000).map(float),
    Op.CHARACTER: lambda field: st.sampled_from(field.letters or "AQ").map(lambda letter: float(ord(letter))),
    Op.HEX: lambda field: st.integers(0, 15).map(float),
    Op.WORD: lambda field: st.sampled_from(field.words).map(str.encode),
    Op.TEXT: lambda field: TEXTS.map(str.encode),
    Op.FREE_TEXT: lambda field: FREE_TEXTS.map(str.encode),
}
"""Values that a field can hold, by how it is read."""


def values_of(field: Field) -> st.SearchStrategy[Any]:
    return STRATEGIES[field.op](field)


@st.composite
def columns_of(draw: st.DrawFn, sentence: Sentence) -> dict[str, Any]:
    """The cells of one sentence; a repeating group has some repetitions, all of them whole."""
    columns: dict[str, Any] = {}
    for field in sentence.header + sentence.fields:
        if field.op is Op.DATE_TIME:
            columns["day"] = draw(st.integers(3_652, 60_000).map(float))
            columns["time_ns"] = float(draw(st.integers(0, DAY_NS // 10**7 - 1)) * 10**7)
        elif field.op not in (Op.SKIP, Op.HEMISPHERE):
            columns[field.name] = draw(values_of(field))
    if sentence.name in DIGIT_FIRST:
        columns["command"] = draw(st.sampled_from([b"TXA", b"DWA"]))
    for repetition in range(1, draw(st.integers(0, sentence.group_max)) + 1):
        columns |= {f"{field.name}_{repetition}": draw(values_of(field)) for field in sentence.group}
    for field in sentence.tail[: draw(st.integers(0, len(sentence.tail)))]:
        columns[field.name] = draw(values_of(field))
    return columns
