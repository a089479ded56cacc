"""Ids and names of slots as columns for the edges of the service. Slots are only ever added."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class NameSource(Protocol):
    """The part of the registry that names slots."""

    @property
    def count(self) -> int: ...
    def id_of(self, slot: int) -> str: ...
    def name_of(self, slot: int) -> str: ...


class Names:
    """A copy of the registry's names that grows with it."""

    def __init__(self, source: NameSource) -> None:
        self._source = source
        self.ids: list[str] = []
        self.names: list[str] = []
        self._folded: list[str] = []
        self._slot_by_id: dict[str, int] = {}

    def refresh(self) -> int:
        """Take over new slots; returns how many there are."""
        for slot in range(len(self.ids), self._source.count):
            terminal_id, name = self._source.id_of(slot), self._source.name_of(slot)
            self._slot_by_id[terminal_id] = slot
            self.ids.append(terminal_id)
            self.names.append(name)
            self._folded.append(f"{terminal_id}\n{name}".casefold())
        return len(self.ids)

    def slot_of(self, terminal_id: str) -> int | None:
        """The slot of an id, None = never heard of."""
        return self._slot_by_id.get(terminal_id)

    def contain(self, text: str, n: int) -> NDArray[np.bool_]:
        """Which of the first `n` slots hold the text in id or name, whatever its case."""
        wanted = text.casefold()
        found = np.fromiter((wanted in folded for folded in self._folded[:n]), np.bool_)
        return np.concatenate((found, np.zeros(n - len(found), np.bool_)))


def pick(values: Sequence[str], rows: NDArray[np.int32]) -> list[str]:
    """Some values of a list, by row number."""
    if len(rows) == len(values):
        return list(values)
    if len(rows) < 2:
        return [values[row] for row in rows]
    return list(itemgetter(*rows.tolist())(values))
