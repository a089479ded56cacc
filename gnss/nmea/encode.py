"""Columns to sentences: the tables read the other way round, for simulators, casters and tests.

`encode` writes one sentence type for many rows; `interleave` joins several such columns of text row by row.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnss.nmea._encode_kernel import FIELD_BYTES_MAX, encode_rows, interleave_rows
from gnss.nmea.catalogue import KIND, SENTENCES
from gnss.nmea.fields import Field, Op
from gnss.nmea.sentence import Sentence

Encoded = tuple[NDArray[np.uint8], NDArray[np.int64]]
"""Text and offsets: row i is `text[offset[i] : offset[i + 1]]`."""

_WHOLE_ADDRESS_MIN = 4
_TALKER_LETTERS = 2
_LINE_OVERHEAD_BYTES = 32


def _letters(field: Field) -> tuple[int, int]:
    first = ord(field.letters[0]) if field.letters else 0
    return first, ord(field.letters[1]) if len(field.letters) > 1 else 0


@cache
def _plan(name: str) -> tuple[Sentence, NDArray[np.int64], dict[str, int]]:
    """Step of each field: op, cell, width, decimals, two letters, text column; and the text columns by name."""
    sentence = SENTENCES[KIND[name] - 1]
    texts: dict[str, int] = {}
    rows, cell = [], 0
    for field in sentence.all_fields:
        text = -1
        if field.op in (Op.TEXT, Op.FREE_TEXT, Op.WORD):
            text = texts.setdefault(sentence.cell_names[cell], len(texts))
        own = cell - 1 if field.op is Op.HEMISPHERE else cell
        rows.append((field.op, own, field.width, max(field.decimals, 0), *_letters(field), text))
        cell += field.cells
    return sentence, np.array(rows, np.int64), texts


def _rows_of(columns: Mapping[str, Any]) -> int:
    lengths = {len(values) for values in columns.values() if np.ndim(values)}
    if len(lengths) > 1:
        raise ValueError(f"columns differ in length: {sorted(lengths)}")
    return lengths.pop() if lengths else 1


def _address(sentence: Sentence, talker: bytes | NDArray[np.bytes_], n: int) -> NDArray[np.uint8]:
    name = sentence.name.rstrip("3").encode()
    if len(name) >= _WHOLE_ADDRESS_MIN:
        return np.broadcast_to(np.frombuffer(name, np.uint8), (n, len(name)))
    letters = np.broadcast_to(np.asarray(talker, "S2"), (n,))
    return np.frombuffer(np.char.add(letters, name).tobytes(), np.uint8).reshape(n, len(name) + _TALKER_LETTERS)


def encode(
    name: str,
    columns: Mapping[str, Any],
    talker: bytes | NDArray[np.bytes_] = b"GN",
    *,
    decimals: Mapping[str, int] | None = None,
) -> Encoded:
    """Write one sentence type for `n` rows, with checksum and CR LF.

    `columns` are by cell name (`Sentence.cell_names`), arrays of `n` values or scalars in the unit that the name
    states; a cell that is not given or NaN is left empty; texts and words are bytes. `decimals` overrides the table's
    decimal places by cell name. A repeating group ends with the last repetition that has a value. Numbers are rounded
    to their last decimal, times are cut. Raises ValueError for an unknown sentence or cell, or columns of different
    length. Source: docs/sources.md, nmea §1-§5.
    """
    if name not in KIND:
        raise ValueError(f"no sentence type {name!r}; known are {', '.join(KIND)}")
    sentence, plan, texts = _plan(name)
    unknown = set(columns) - set(sentence.cell_names)
    if unknown:
        raise ValueError(f"{name} has no field {sorted(unknown)}; it has {', '.join(sentence.cell_names)}")
    n = _rows_of(columns)
    plan = _with_decimals(plan, sentence, decimals or {})
    values = np.full((n, len(sentence.cell_names)), np.nan)
    for i, cell in enumerate(sentence.cell_names):
        if cell in columns and cell not in texts:
            values[:, i] = columns[cell]
    text = _text_columns(columns, texts, n)
    address = np.ascontiguousarray(_address(sentence, talker, n))
    line_bytes = len(plan) * (FIELD_BYTES_MAX + 1) + text.shape[1] * text.shape[2] + _LINE_OVERHEAD_BYTES
    out = np.empty(n * line_bytes + 1, np.uint8)
    offset = np.empty(n + 1, np.int64)
    head, group = len(sentence.header) + len(sentence.fields), len(sentence.group)
    used = encode_rows(values, text, address, plan, len(sentence.header), head, group, sentence.group_max, out, offset)
    return out[:used], offset


def _text_columns(columns: Mapping[str, Any], texts: Mapping[str, int], n: int) -> NDArray[np.uint8]:
    """Texts and words as characters, shape (n, texts, width of the longest), zero behind their end."""
    words = {cell: np.broadcast_to(np.asarray(columns.get(cell, b""), "S"), (n,)) for cell in texts}
    width = max((array.dtype.itemsize for array in words.values()), default=1)
    text = np.zeros((n, max(len(texts), 1), width), np.uint8)
    for cell, array in words.items():
        text[:, texts[cell]] = np.frombuffer(array.astype(f"S{width}").tobytes(), np.uint8).reshape(n, width)
    return text


def _with_decimals(plan: NDArray[np.int64], sentence: Sentence, decimals: Mapping[str, int]) -> NDArray[np.int64]:
    if not decimals:
        return plan
    plan = plan.copy()
    for cell, places in decimals.items():
        plan[plan[:, 1] == sentence.cell_names.index(cell), 3] = places
    return plan


def interleave(parts: Sequence[Encoded]) -> Encoded:
    """Join texts row by row: row i of the result is row i of every part, in order.

    All parts have the same number of rows.
    """
    n = len(parts[0][1]) - 1
    if any(len(offset) != n + 1 for _, offset in parts):
        raise ValueError("parts differ in their number of rows")
    offsets = np.stack([offset for _, offset in parts])
    starts = np.cumsum([0] + [len(text) for text, _ in parts])[:-1]
    out = np.empty(sum(len(text) for text, _ in parts), np.uint8)
    offset = np.empty(n + 1, np.int64)
    interleave_rows(np.concatenate([text for text, _ in parts]), offsets, starts, out, offset)
    return out, offset
