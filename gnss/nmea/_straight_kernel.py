"""Straight-line code for the commonest sentences, put together from their tables when this module is imported.

The reader of a sentence is a closure over its steps: it calls a reader of `gnss.nmea._reader_kernel` for each field,
and as all that it passes are constants, the compiler inlines the lot and no table is left to look into. Numbers that
stand close together are read eight at a time by `gnss.nmea._lanes`. Where not all is well with a sentence,
`gnss.nmea._sentence_kernel` reads it again.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gnss._jit import closure_kernel, leaf_kernel
from gnss._simd import count_trailing_zeros
from gnss.nmea._lanes import LANES, parse_lanes, parse_short_lanes
from gnss.nmea._reader_kernel import F8, I8, READERS, U1, Reader, Step, read_nothing
from gnss.nmea.catalogue import KIND, SENTENCES, letter_set
from gnss.nmea.fields import Field, Op
from gnss.nmea.sentence import Sentence
from gnss.nmea.tokens import parse_number

SentenceReader = Callable[[U1, I8, int, int, F8, int], bool]

STRAIGHT = ("GGA", "RMC", "GST", "GSA", "GSV", "GNS", "VTG", "GLL", "ZDA")
"""Sentences that have readers of their own: what fleets send every second, the commonest first."""

STEPS_MAX = 10
"""Most readers of a sentence."""

_NUMBERS = (Op.WHOLE, Op.INTEGER, Op.NUMBER, Op.SIGNED)
_LANE_DECIMALS_MAX = 4
"""Numbers with more decimals are mostly longer than a lane."""

_0, _1, _LANES = np.uint64(0), np.uint64(1), np.uint64(LANES)


@leaf_kernel
def _read_refused(
    buffer: U1, found: I8, at: int, refused: np.uint64, integers: np.uint64, low: F8, high: F8, cells: F8, cell: int
) -> bool:
    """Read again, one by one, those of eight numbers that are more than a lane can hold."""
    while refused != _0:
        lane = count_trailing_zeros(refused)
        value = parse_number(buffer, found[at + lane] + 1, found[at + lane + 1])
        if integers >> np.uint64(lane) & _1 != _0 and value != np.floor(value):
            return False
        if not (value >= low[lane] and value <= high[lane]):
            return False
        cells[cell + lane] = value
        refused &= refused - _1
    return True


def _fits_lane(field: Field) -> bool:
    return field.op in _NUMBERS and field.decimals <= _LANE_DECIMALS_MAX


def _is_short(fields: Sequence[Field]) -> bool:
    return all(field.decimals <= 1 for field in fields if _fits_lane(field))


def _read_window(fields: Sequence[Field]) -> Reader:
    """Reads the numbers among up to eight neighbouring fields at once."""
    low = np.array([field.low if _fits_lane(field) else np.inf for field in fields] + [np.inf] * LANES)
    high = np.array([field.high for field in fields] + [0.0] * LANES)
    read_lanes = parse_short_lanes if _is_short(fields) else parse_lanes

    @closure_kernel
    def window(buffer: U1, found: I8, at: int, last: int, cells: F8, cell: int, step: Step) -> bool:
        f = at + step.number
        bits = read_lanes(buffer, found, f, last - f, low, high, 0, cells, cell + step.number)
        refused = (bits | bits >> _LANES & step.second) & step.first
        return refused == _0 or _read_refused(
            buffer, found, f, refused, step.second, low, high, cells, cell + step.number
        )

    return window


def _window_step(number: int, fields: Sequence[Field]) -> Step:
    numbers = sum(1 << lane for lane, field in enumerate(fields) if _fits_lane(field))
    integers = sum(1 << lane for lane, field in enumerate(fields) if field.op is Op.INTEGER)
    return Step(number, 0.0, 0.0, np.uint64(numbers), np.uint64(integers))


def _field_step(number: int, fields: Sequence[Field]) -> Step:
    field = fields[number]
    words = letter_set(field)
    if number + 1 < len(fields) and fields[number + 1].op is Op.HEMISPHERE:
        words = ord(fields[number + 1].letters[0]), ord(fields[number + 1].letters[1])
    return Step(number, field.low, field.high, np.uint64(words[0]), np.uint64(words[1]))


def _steps(fields: Sequence[Field], *, windowed: bool = False) -> list[tuple[Reader, Step]]:
    """Which readers to call: for numbers that stand close together (`windowed`: for all), then for each field left."""
    steps, singles, number = [], [], 0
    while number < len(fields):
        window = fields[number : number + LANES]
        fitting = sum(map(_fits_lane, window))
        if windowed or (_fits_lane(fields[number]) and fitting >= (3 if _is_short(window) else 4)):
            steps.append((_read_window(window), _window_step(number, window)))
            singles += [number + lane for lane, field in enumerate(window) if not _fits_lane(field)]
            number += LANES
        else:
            singles.append(number)
            number += 1
    singles = [k for k in singles if fields[k].op not in (Op.SKIP, Op.HEMISPHERE)]
    return steps + [(READERS[fields[k].op], _field_step(k, fields)) for k in singles]


def _all_of(steps: list[tuple[Reader, Step]]) -> SentenceReader:
    """Calls the readers of all steps, as long as all is well."""
    spare = [(read_nothing, Step(0, 0.0, 0.0, _0, _0))] * (STEPS_MAX - len(steps))
    (a, at_a), (b, at_b), (c, at_c), (d, at_d), (e, at_e), (f, at_f), (g, at_g), (h, at_h), (i, at_i), (j, at_j) = (
        steps + spare
    )

    @closure_kernel
    def all_of(buffer: U1, found: I8, at: int, last: int, cells: F8, cell: int) -> bool:
        return (
            a(buffer, found, at, last, cells, cell, at_a)
            and b(buffer, found, at, last, cells, cell, at_b)
            and c(buffer, found, at, last, cells, cell, at_c)
            and d(buffer, found, at, last, cells, cell, at_d)
            and e(buffer, found, at, last, cells, cell, at_e)
            and f(buffer, found, at, last, cells, cell, at_f)
            and g(buffer, found, at, last, cells, cell, at_g)
            and h(buffer, found, at, last, cells, cell, at_h)
            and i(buffer, found, at, last, cells, cell, at_i)
            and j(buffer, found, at, last, cells, cell, at_j)
        )

    return all_of


def _grouped(sentence: Sentence) -> SentenceReader:
    """Reads a sentence whose last group of fields repeats, and what may stand behind the repetitions."""
    read_group = _all_of(_steps(sentence.fields + sentence.group * sentence.group_max, windowed=True))
    read_tail = _all_of(_steps(sentence.tail))
    head, group, group_max = len(sentence.fields), len(sentence.group), sentence.group_max

    @closure_kernel
    def grouped(buffer: U1, found: I8, at: int, last: int, cells: F8, cell: int) -> bool:
        repeated = int(np.int64(min(np.uint64(last - at - head) // np.uint64(group), np.uint64(group_max))))
        past = at + head + group * repeated
        return read_group(buffer, found, at, past, cells, cell) and read_tail(
            buffer, found, past, last, cells, cell + head + group * group_max
        )

    return grouped


def _reader_of(name: str) -> SentenceReader:
    sentence = SENTENCES[KIND[name] - 1]
    return _grouped(sentence) if sentence.group else _all_of(_steps(sentence.all_fields))


def _choose(names: Sequence[str]) -> Any:
    """Picks the reader of a kind."""
    k_a, k_b, k_c, k_d, k_e, k_f, k_g, k_h, k_i = (KIND[name] for name in names)
    a, b, c, d, e, f, g, h, i = map(_reader_of, names)

    @closure_kernel
    def choose(kind: int, buffer: U1, found: I8, at: int, last: int, cells: F8, cell: int) -> bool:
        if kind == k_a:
            return a(buffer, found, at, last, cells, cell)
        if kind == k_b:
            return b(buffer, found, at, last, cells, cell)
        if kind == k_c:
            return c(buffer, found, at, last, cells, cell)
        if kind == k_d:
            return d(buffer, found, at, last, cells, cell)
        if kind == k_e:
            return e(buffer, found, at, last, cells, cell)
        if kind == k_f:
            return f(buffer, found, at, last, cells, cell)
        if kind == k_g:
            return g(buffer, found, at, last, cells, cell)
        if kind == k_h:
            return h(buffer, found, at, last, cells, cell)
        if kind == k_i:
            return i(buffer, found, at, last, cells, cell)
        return False

    return choose


read_straight: Any = _choose(STRAIGHT)
"""`read_straight(kind, buffer, found, at, last, cells, cell)`: read a sentence of a common kind, if all is well.

It must have as many fields as it needs.
"""
