"""Eight neighbouring fields of a sentence as eight numbers at once, as portable LLVM IR.

Most fields are short numbers. Eight of them fill eight lanes of one vector register, a character a byte, and go through
these steps together, without a branch:

1. the characters are shifted to the top of their lane (`0` below them is a zero digit), a minus sign becomes one too;
2. the point is found by a byte compare and squeezed out: the digits below it move up by one;
3. every byte is a digit, or the lane is refused;
4. neighbouring digits are joined to pairs, pairs to fours, fours to the eight;
5. one exact division by the power of ten gives the float64 nearest to what was written, as in `gnss.nmea.tokens`.

A lane is refused where this is not enough: a longer number, a plus sign, blanks, a point without a digit behind it, a
value out of range, no number at all. Whoever calls reads refused fields by the kernels of `gnss.nmea._field_kernel`,
one by one, which know more ways to write a number and the reasons to refuse one.

Lanes of four characters take half the time of lanes of eight. With NUMBA_DISABLE_JIT=1 the same names are plain Python.
"""

from functools import partial
from typing import Any

import numpy as np
from llvmlite import ir
from numba import config as _config
from numba.core import types
from numba.extending import intrinsic

from gnss._simd import load_ir, pointer_ir
from gnss.nmea.tokens import parse_short

LANES = 8
"""Fields that are read at once."""

LONG, SHORT = 8, 4
"""Characters of a lane."""

_numba_config: Any = _config

_U8, _I32, _U64, _F64 = ir.IntType(8), ir.IntType(32), ir.IntType(64), ir.DoubleType()
_POSITIONS, _FLOATS = ir.VectorType(_U64, LANES), ir.VectorType(_F64, LANES)


def _all(vector: Any, value: float) -> Any:
    """A vector that holds `value` in every element."""
    return ir.Constant(vector, [value] * vector.count)


def _spread(byte: int, width: int) -> int:
    """A lane of `width` bytes, all alike."""
    return int.from_bytes(bytes([byte]) * width, "little")


def _is_zero(builder: Any, words: Any) -> Any:
    return builder.icmp_unsigned("==", words, _all(words.type, 0))


def _characters(builder: Any, buffer: Any, before: Any, words: Any) -> Any:
    """The characters behind each of eight positions in the buffer, as a vector of type `words`."""
    lanes = ir.Constant(words, ir.Undefined)
    for lane in range(LANES):
        position = load_ir(builder, builder.gep(before, [ir.Constant(_I32, lane)]), _U64)
        begin = builder.gep(buffer, [builder.add(position, ir.Constant(_U64, 1))])
        place = builder.bitcast(begin, words.element.as_pointer())
        lanes = builder.insert_element(lanes, load_ir(builder, place, words.element), ir.Constant(_I32, lane))
    return lanes


def _align(builder: Any, lanes: Any, length: Any, width: int) -> tuple[Any, Any]:
    """(digits as 0..9 at the top of each lane, whether a minus was before them)."""
    lanes = builder.xor(lanes, _all(lanes.type, _spread(ord("0"), width)))
    first = builder.and_(lanes, _all(lanes.type, 0xFF))
    negative = builder.icmp_unsigned("==", first, _all(lanes.type, ord("-") ^ ord("0")))
    negative = builder.and_(negative, builder.icmp_signed(">", length, _all(lanes.type, 1)))
    lanes = builder.select(negative, builder.and_(lanes, _all(lanes.type, (1 << 8 * width) - 0x100)), lanes)
    shift = builder.shl(builder.sub(_all(lanes.type, width), length), _all(lanes.type, 3))
    return builder.shl(lanes, builder.and_(shift, _all(lanes.type, 8 * width - 1))), negative


def _squeeze_point(builder: Any, lanes: Any, width: int) -> tuple[Any, Any]:
    """Take the first point out of each lane; (lanes, the lowest bit of the byte it was in, 0 without one)."""
    characters = ir.VectorType(_U8, LANES * width)
    points = builder.icmp_unsigned("==", builder.bitcast(lanes, characters), _all(characters, ord(".") ^ ord("0")))
    points = builder.bitcast(builder.sext(points, characters), lanes.type)
    point = builder.and_(points, builder.neg(points))
    before = builder.and_(lanes, builder.sub(point, _all(lanes.type, 1)))
    through = builder.sub(builder.shl(point, _all(lanes.type, 8)), _all(lanes.type, 1))
    squeezed = builder.or_(builder.shl(before, _all(lanes.type, 8)), builder.and_(lanes, builder.not_(through)))
    return builder.select(_is_zero(builder, point), lanes, squeezed), point


def _are_digits(builder: Any, lanes: Any, point: Any, width: int) -> Any:
    """Whether all bytes of a lane are 0..9 (to more, 0x76 carries into the highest bit), and no point was the last."""
    tested = builder.or_(builder.add(lanes, _all(lanes.type, _spread(0x76, width))), lanes)
    tested = builder.and_(tested, _all(lanes.type, _spread(0x80, width)))
    last = builder.and_(point, _all(lanes.type, 1 << 8 * (width - 1)))
    return _is_zero(builder, builder.or_(tested, last))


def _join(builder: Any, lanes: Any, width: int) -> Any:
    """Join neighbouring digits, then pairs, then fours, the first ones being lowest: `lower * 10**k + upper`."""
    bits, digits = 16, 1
    while bits <= 8 * width:
        parts = ir.VectorType(ir.IntType(bits), LANES * 8 * width // bits)
        lanes = builder.bitcast(lanes, parts)
        lower = builder.and_(lanes, _all(parts, (1 << bits // 2) - 1))
        lanes = builder.add(builder.mul(lower, _all(parts, 10**digits)), builder.lshr(lanes, _all(parts, bits // 2)))
        bits, digits = 2 * bits, 2 * digits
    return lanes


def _power_of_ten(builder: Any, point: Any, width: int) -> Any:
    """10 to the power of the digits behind the point; these are few where the point's byte is high."""
    power = None
    for bit in range(width.bit_length() - 1):
        odd = bytes(0xFF * ((width - 1 - byte) >> bit & 1) for byte in range(width))
        without = _is_zero(builder, builder.and_(point, _all(point.type, int.from_bytes(odd, "little"))))
        factor = builder.select(without, _all(_FLOATS, 1.0), _all(_FLOATS, 10.0 ** (1 << bit)))
        power = factor if power is None else builder.fmul(power, factor)
    return power


def _read(builder: Any, buffer: Any, before: Any, length: Any, width: int) -> tuple[Any, Any, Any]:
    """(values, whether each is the number that is written there, whether it has a point)."""
    words = ir.VectorType(ir.IntType(8 * width), LANES)
    fits = builder.icmp_unsigned("<=", length, _all(_POSITIONS, width))
    length = builder.trunc(length, words) if width < LONG else length
    lanes, negative = _align(builder, _characters(builder, buffer, before, words), length, width)
    lanes, point = _squeeze_point(builder, lanes, width)
    good = builder.and_(fits, _are_digits(builder, lanes, point, width))
    digits = _join(builder, lanes, width)
    digits = builder.trunc(digits, ir.VectorType(_I32, LANES)) if width == LONG else digits
    value = builder.fdiv(builder.sitofp(digits, _FLOATS), _power_of_ten(builder, point, width))
    return builder.select(negative, builder.fneg(value), value), good, builder.not_(_is_zero(builder, point))


def _mask(builder: Any, flags: Any) -> Any:
    return builder.zext(builder.bitcast(flags, _U8), _U64)


def _codegen(width: int, context: Any, builder: Any, signature: Any, args: Any) -> Any:
    """Code of `parse_lanes`, whose arguments are in this order."""
    buffer, found, low, high, cells = (
        partial(pointer_ir, context, builder, signature.args[k], args[k]) for k in (0, 1, 4, 5, 7)
    )
    before = load_ir(builder, found(args[2], _POSITIONS), _POSITIONS)
    ends = load_ir(builder, found(builder.add(args[2], ir.Constant(_U64, 1)), _POSITIONS), _POSITIONS)
    begins = builder.add(before, _all(_POSITIONS, 1))
    length = builder.sub(ends, begins)
    fields = builder.insert_element(ir.Constant(_POSITIONS, ir.Undefined), args[3], ir.Constant(_I32, 0))
    fields = builder.shuffle_vector(fields, fields, _all(ir.VectorType(_I32, LANES), 0))
    there = builder.icmp_signed(">", fields, ir.Constant(_POSITIONS, list(range(LANES))))
    there = builder.and_(there, builder.not_(_is_zero(builder, length)))
    value, good, pointed = _read(builder, buffer(ir.Constant(_U64, 0), _U8), found(args[2], _U64), length, width)
    good = builder.and_(good, builder.fcmp_ordered(">=", value, load_ir(builder, low(args[6], _FLOATS), _FLOATS)))
    good = builder.and_(good, builder.fcmp_ordered("<=", value, load_ir(builder, high(args[6], _FLOATS), _FLOATS)))
    good = builder.and_(good, there)
    kept = builder.select(good, value, _all(_FLOATS, float("nan")))
    builder.store(kept, cells(args[8], _FLOATS)).align = 8
    refused = _mask(builder, builder.and_(there, builder.not_(good)))
    pointed = _mask(builder, builder.and_(good, pointed))
    return builder.or_(refused, builder.shl(pointed, ir.Constant(_U64, LANES)))


def _signature(buffer: Any, found: Any, low: Any, high: Any, cells: Any) -> Any:
    return types.uint64(buffer, found, types.int64, types.int64, low, high, types.int64, cells, types.int64)


@intrinsic
def _parse_lanes(
    typing: Any, buffer: Any, found: Any, at: Any, fields: Any, low: Any, high: Any, row: Any, cells: Any, cell: Any
) -> Any:
    return _signature(buffer, found, low, high, cells), partial(_codegen, LONG)


@intrinsic
def _parse_short_lanes(
    typing: Any, buffer: Any, found: Any, at: Any, fields: Any, low: Any, high: Any, row: Any, cells: Any, cell: Any
) -> Any:
    return _signature(buffer, found, low, high, cells), partial(_codegen, SHORT)


def _py_parse_lanes(
    width: int, buffer: Any, found: Any, at: int, fields: int, low: Any, high: Any, row: int, cells: Any, cell: int
) -> Any:
    bits = 0
    for lane in range(LANES):
        text = bytes(buffer[int(found[at + lane]) + 1 : int(found[at + lane + 1])])
        cells[cell + lane] = np.nan
        if lane >= fields or not text:
            continue
        fits = len(text) <= width and not text.endswith(b".")
        value = parse_short(buffer, int(found[at + lane]) + 1, len(text)) if fits else np.nan
        if low[row + lane] <= value <= high[row + lane]:
            cells[cell + lane] = value
            bits |= (b"." in text) << LANES + lane
        else:
            bits |= 1 << lane
    return np.uint64(bits)


_interpreted: bool = _numba_config.DISABLE_JIT

parse_lanes: Any = partial(_py_parse_lanes, LONG) if _interpreted else _parse_lanes
"""`parse_lanes(buffer, found, at, fields, low, high, row, cells, cell)`: the fields behind eight separators.

`found[at]` is the position of the separator before the first field, `found[at + 1]` of the one behind it, and so on;
only the first `fields` of the eight are there. Values go to `cells[cell]` and the seven behind it, NaN for a field
that is empty, not there or refused. `low[row]`, `high[row]` and the seven behind each are the ranges. Returns a bit for
each field refused, and from bit 8 on a bit for each value that was written with a point.
"""

parse_short_lanes: Any = partial(_py_parse_lanes, SHORT) if _interpreted else _parse_short_lanes
"""The same for numbers of up to four characters."""
