"""A sentence type: its name, its fields in order, and a group that may repeat at its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from gnss.nmea.fields import Field, Op


def flatten(*parts: "Field | tuple[Field, ...]") -> tuple[Field, ...]:
    """Fields in order; some constructors give two (a value and its hemisphere)."""
    fields: list[Field] = []
    for part in parts:
        fields.extend(part if isinstance(part, tuple) else (part,))
    return tuple(fields)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence type as a table.

    `name` is the three-letter formatter, or the whole address where it is not talker + formatter. Fields beyond the
    table are ignored; the table's last fields may be absent down to `fields_min`. `group` repeats up to `group_max`
    times after `fields`, then come the `tail` fields; which of them are present follows from the number of fields.
    """

    name: str
    fields: tuple[Field, ...]
    fields_min: int
    group: tuple[Field, ...] = ()
    group_max: int = 0
    tail: tuple[Field, ...] = ()
    header: tuple[Field, ...] = ()

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """Header, fields, every repetition of the group, tail."""
        return self.header + self.fields + self.group * self.group_max + self.tail

    @property
    def cell_names(self) -> tuple[str, ...]:
        """Name of every cell, in order; repetitions are numbered from 1."""
        return tuple(_cells(self))

    @property
    def cells(self) -> Mapping[str, int]:
        """Where each cell stands among those of a decoded sentence, by name.

        A field's cell has the field's number, so that eight neighbours are stored at once; second cells of fields
        stand behind the last.
        """
        return _cells(self)

    @property
    def cell_count(self) -> int:
        """Cells of a decoded sentence, named or not."""
        return max(len(self.all_fields), 1 + max(self.cells.values()))


@cache
def _cells(sentence: Sentence) -> Mapping[str, int]:
    cells: dict[str, int] = {}
    fields = sentence.all_fields
    past = len(fields)
    for number, (field, repetition) in enumerate(zip(fields, _repetitions(sentence), strict=True)):
        for second, name in enumerate(_names(field)):
            cells[f"{name}_{repetition}" if repetition else name] = past if second else number
            past += second
    return MappingProxyType(cells)


def _repetitions(sentence: Sentence) -> list[int]:
    """Of every field the number of its repetition, from 1; 0 outside of the group."""
    before = len(sentence.header) + len(sentence.fields)
    repeated = [1 + i // len(sentence.group) for i in range(len(sentence.group) * sentence.group_max)]
    return [0] * before + repeated + [0] * len(sentence.tail)


def _names(field: Field) -> list[str]:
    if field.op in (Op.SKIP, Op.HEMISPHERE):
        return []
    return field.name.split(" ")
