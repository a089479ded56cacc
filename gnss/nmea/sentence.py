"""A sentence type: its name, its fields in order, and a group that may repeat at its end."""

from dataclasses import dataclass
from functools import cache

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
        return _cell_names(self)


@cache
def _cell_names(sentence: Sentence) -> tuple[str, ...]:
    names: list[str] = []
    for field in sentence.header + sentence.fields:
        names.extend(_names(field))
    for repetition in range(1, sentence.group_max + 1):
        names.extend(f"{name}_{repetition}" for field in sentence.group for name in _names(field))
    for field in sentence.tail:
        names.extend(_names(field))
    return tuple(names)


def _names(field: Field) -> list[str]:
    if field.op in (Op.SKIP, Op.HEMISPHERE):
        return []
    return field.name.split(" ")
