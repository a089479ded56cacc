"""The engine's state: what it remembers of each terminal, as one value that can be copied, saved and compared."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gnss.rtk._memory import MEMORY_TYPE, Memory, new_memory


@dataclass(slots=True)
class RtkState:
    """One record a terminal, about 32 kB; of a terminal that never streamed observations, no memory is touched.

    Two states that went through the same steps are equal, bit for bit.
    """

    memory: Memory

    @classmethod
    def for_slots(cls, n: int) -> Self:
        """Nothing known of `n` terminals."""
        return cls(new_memory(n))

    def __len__(self) -> int:
        return len(self.memory)

    @property
    def bytes_per_terminal(self) -> int:
        """Size of one terminal's state in bytes."""
        return MEMORY_TYPE.itemsize

    def grow(self, n: int) -> None:
        """Make room for `n` terminals."""
        if n > len(self):
            self.memory = np.concatenate([self.memory, new_memory(n - len(self))])

    def copy(self) -> Self:
        """An independent copy."""
        return type(self)(self.memory.copy())

    def to_bytes(self) -> bytes:
        """All of it, to be stored."""
        return self.memory.tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """What `to_bytes` gave; raises ValueError where it is of another version."""
        if len(data) % MEMORY_TYPE.itemsize:
            raise ValueError("these are not the bytes of a whole number of terminals: the state is of another version")
        return cls(np.frombuffer(data, MEMORY_TYPE).copy())

    def forget(self, slots: NDArray[np.int32]) -> None:
        """Begin anew with some terminals (n,): their connection was lost, or they are others now."""
        self.memory[slots] = new_memory(1)[0]

    def equals(self, other: Self) -> bool:
        """Whether both remember the same, bit for bit."""
        return self.to_bytes() == other.to_bytes()
