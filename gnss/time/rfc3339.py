"""RFC 3339 text at the edges: arrays of `t_gpst_ns` to and from UTC date-times, leap seconds and all digits
kept."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gnss._jit import kernel
from gnss.batches import NO_TIME
from gnss.constants import NS_PER_DAY, NS_PER_S
from gnss.time.civil import civil_from_days, days_from_civil, is_valid_civil
from gnss.time.columns import int64_columns
from gnss.time.leap import gpst_to_utc, utc_day_length_ns, utc_to_gpst

DIGITS_MAX = 9
"""Decimals of a second that an int64 of nanoseconds can keep; text with more is refused, not rounded."""

YEAR_MIN = 1_700
YEAR_MAX = 2_260
"""Years that `t_gpst_ns` can hold in full."""

_TEXT_MIN = 20  # bytes of YYYY-MM-DDTHH:MM:SSZ
_MINUTES_PER_DAY = 1_440
_NS_PER_MINUTE = 60 * NS_PER_S


class ParsedTimes(NamedTuple):
    """Columns that `parse_rfc3339` makes: time (`NO_TIME` where refused), decimals given, and the verdict."""

    t_gpst_ns: NDArray[np.int64]
    digits: NDArray[np.uint8]
    ok: NDArray[np.bool_]


@kernel
def _put_number(out: NDArray[np.uint8], start: int, width: int, value: int) -> None:
    for column in range(start + width - 1, start - 1, -1):
        out[column] = 48 + value % 10
        value //= 10


@kernel
def _format_row(t_gpst_ns: int, digits: int, out: NDArray[np.uint8]) -> None:
    day, ns_of_day = gpst_to_utc(t_gpst_ns)
    year, month, day_of_month = civil_from_days(day)
    # the 60th second is one more second of the last minute, not a minute more
    minute_of_day = min(ns_of_day // _NS_PER_MINUTE, _MINUTES_PER_DAY - 1)
    second_ns = ns_of_day - minute_of_day * _NS_PER_MINUTE
    _put_number(out, 0, 4, year)
    _put_number(out, 5, 2, month)
    _put_number(out, 8, 2, day_of_month)
    _put_number(out, 11, 2, minute_of_day // 60)
    _put_number(out, 14, 2, minute_of_day % 60)
    _put_number(out, 17, 2, second_ns // NS_PER_S)
    out[4] = out[7] = 45  # -
    out[10] = 84  # T
    out[13] = out[16] = 58  # :
    end = 19
    if digits > 0:
        out[19] = 46  # .
        _put_number(out, 20, digits, second_ns % NS_PER_S // 10 ** (DIGITS_MAX - digits))
        end = 20 + digits
    out[end] = 90  # Z


@kernel
def _format_rows(t_gpst_ns: NDArray[np.int64], digits: NDArray[np.int64], out: NDArray[np.uint8]) -> None:
    for row in range(t_gpst_ns.size):
        if t_gpst_ns[row] != NO_TIME:
            _format_row(t_gpst_ns[row], digits[row], out[row])


def format_rfc3339(t_gpst_ns: ArrayLike, digits: ArrayLike = 9) -> NDArray[np.bytes_]:
    """UTC date-times as ASCII, `2016-12-31T23:59:60.250Z`; a missing time gives an empty string.

    Shape: the broadcast shape, dtype S30 or narrower. Unit: ns since 1980-01-06 GPST; `digits` = decimals of
    the second, 0..9, cut off and not rounded (rounding would move a fix into the future). Frame: GPST to UTC.
    Error: exact within the leap-second table; `digits` outside 0..9 raises `ValueError`. Source: RFC 3339.
    """
    times, decimals = int64_columns(t_gpst_ns, digits)
    if decimals.size and not 0 <= int(decimals.min()) <= int(decimals.max()) <= DIGITS_MAX:
        raise ValueError(f"digits must be 0..{DIGITS_MAX}")
    digits_max = int(decimals.max(initial=0))
    width = _TEXT_MIN + (digits_max + 1 if digits_max else 0)
    out = np.zeros((times.size, width), dtype=np.uint8)
    _format_rows(times.ravel(), decimals.ravel(), out)
    return out.view(f"S{width}").reshape(times.shape)


@kernel
def _take_number(text: NDArray[np.uint8], start: int, width: int) -> int:
    """Unsigned decimal at a fixed place, -1 where a byte is not a digit."""
    value = 0
    for column in range(start, start + width):
        digit = int(np.int64(text[column])) - 48  # signed: a byte below "0" must not wrap round
        if digit < 0 or digit > 9:
            return -1
        value = value * 10 + digit
    return value


@kernel
def _length(text: NDArray[np.uint8]) -> int:
    length = text.size
    while length > 0 and text[length - 1] == 0:
        length -= 1
    return length


@kernel
def _take_offset(text: NDArray[np.uint8], start: int, length: int) -> tuple[bool, int]:
    """Minutes by which the text is ahead of UTC: `Z`, `z`, `+hh:mm` or `-hh:mm` up to the end of the text."""
    if length == start + 1:
        return text[start] in (90, 122), 0
    if length != start + 6 or text[start] not in (43, 45) or text[start + 3] != 58:
        return False, 0
    hours, minutes = _take_number(text, start + 1, 2), _take_number(text, start + 4, 2)
    ahead = hours * 60 + minutes
    return 0 <= hours <= 23 and 0 <= minutes <= 59, -ahead if text[start] == 45 else ahead


@kernel
def _take_fraction(text: NDArray[np.uint8], length: int) -> tuple[int, int]:
    """Decimals of the second after byte 19: how many (-1 = refused) and their value in ns."""
    if text[19] != 46:
        return 0, 0
    digits = 0
    while 20 + digits < length and 48 <= text[20 + digits] <= 57:
        digits += 1
    if digits == 0 or digits > DIGITS_MAX:
        return -1, 0
    return digits, _take_number(text, 20, digits) * 10 ** (DIGITS_MAX - digits)


@kernel
def _has_layout(text: NDArray[np.uint8]) -> bool:
    """Dashes, colons and the `T`, `t` or blank between date and time are in their places."""
    dashes = text[4] == 45 and text[7] == 45
    return dashes and text[10] in (84, 116, 32) and text[13] == 58 and text[16] == 58


@kernel
def _parse_row(text: NDArray[np.uint8]) -> tuple[int, int]:
    """Time and decimals of one text; `NO_TIME` where it is refused."""
    length = _length(text)
    if length < _TEXT_MIN or not _has_layout(text):
        return NO_TIME, 0
    year, month, day_of_month = _take_number(text, 0, 4), _take_number(text, 5, 2), _take_number(text, 8, 2)
    hour, minute, second = _take_number(text, 11, 2), _take_number(text, 14, 2), _take_number(text, 17, 2)
    digits, fraction_ns = _take_fraction(text, length)
    if not (YEAR_MIN <= year <= YEAR_MAX and is_valid_civil(year, month, day_of_month)):
        return NO_TIME, 0
    if not (0 <= hour <= 23 and 0 <= minute <= 59 and 0 <= second <= 60) or digits < 0:
        return NO_TIME, 0
    offset_ok, ahead_minutes = _take_offset(text, 19 + (digits + 1 if digits else 0), length)
    if not offset_ok:
        return NO_TIME, 0
    minutes = days_from_civil(year, month, day_of_month) * _MINUTES_PER_DAY + hour * 60 + minute - ahead_minutes
    day = minutes // _MINUTES_PER_DAY
    ns_of_day = (minutes - day * _MINUTES_PER_DAY) * _NS_PER_MINUTE + second * NS_PER_S + fraction_ns
    is_leap = ns_of_day >= NS_PER_DAY and ns_of_day < utc_day_length_ns(day)
    if second == 60 and not is_leap:
        return NO_TIME, 0
    return utc_to_gpst(day, ns_of_day), digits


@kernel
def _parse_rows(text: NDArray[np.uint8], t_gpst_ns: NDArray[np.int64], digits: NDArray[np.uint8]) -> None:
    for row in range(text.shape[0]):
        t_gpst_ns[row], digits[row] = _parse_row(text[row])


def _byte_matrix(text: NDArray[np.bytes_] | NDArray[np.str_]) -> NDArray[np.uint8]:
    """One row of bytes a text, padded with NUL; a character beyond ASCII becomes a byte that no date-time
    holds."""
    flat = np.ascontiguousarray(text).reshape(-1)
    if text.dtype.kind == "S":
        return flat.view(np.uint8).reshape(flat.size, text.dtype.itemsize)
    code_points = flat.view(np.uint32).reshape(flat.size, text.dtype.itemsize // 4)
    return np.minimum(code_points, 255).astype(np.uint8)


def parse_rfc3339(text: ArrayLike) -> ParsedTimes:
    """Times of RFC 3339 date-times with any offset; `23:59:60` is taken where UTC had a leap second, and only
    there.

    Shape: that of the argument (str or bytes), in every column. Unit: ns since 1980-01-06 GPST; `digits` = decimals
    given, 0..9. Frame: UTC to GPST. Error: exact; text that is not a date-time, years outside 1700..2260, more than 9
    decimals and leap seconds that are not in the table give `NO_TIME` and `ok` False. Other dtypes raise
    `ValueError`. Source: RFC 3339 section 5.6.
    """
    texts = np.asarray(text)
    if texts.dtype.kind not in "SU":
        raise ValueError(f"date-times are str or bytes, got dtype {texts.dtype}")
    rows = _byte_matrix(texts)
    t_gpst_ns = np.empty(texts.shape, dtype=np.int64)
    digits = np.empty(texts.shape, dtype=np.uint8)
    _parse_rows(rows, t_gpst_ns.ravel(), digits.ravel())
    return ParsedTimes(t_gpst_ns, digits, np.asarray(t_gpst_ns != NO_TIME))
