"""The string pool of a network: names as numbers."""

from collections.abc import Iterable

import numpy as np

from mapping.network.tables import Ints


class NamePool:
    """Names as numbers, the empty one first."""

    def __init__(self) -> None:
        self._number = {"": 0}

    def numbers(self, names: Iterable[str]) -> Ints:
        """The number of each name.

        Shape: (names,).
        """
        return np.array([self._number.setdefault(name, len(self._number)) for name in names], dtype=np.int32)

    @property
    def names(self) -> tuple[str, ...]:
        """All names by number."""
        return tuple(self._number)
