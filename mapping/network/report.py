"""What was wrong with the objects of a map: counted by what, the first ones named by kind and id."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

FAULTS_MAX: Final = 10_000  # faults kept one by one; the counts go on


@dataclass(frozen=True, slots=True)
class NetworkFault:
    """One object with something wrong: its kind and id in the source, what, and what was done with it."""

    object_kind: str
    ref: int | str
    what: str
    done: str


@dataclass(slots=True)
class NetworkReport:
    """What an import read, kept and could not use."""

    read: Counter[str] = field(default_factory=Counter)
    """Objects of the source that concern roads, by kind."""
    kept: Counter[str] = field(default_factory=Counter)
    """Rows of the network, by table."""
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """How many faults, by (object kind, what, done)."""
    faults: list[NetworkFault] = field(default_factory=list)
    """The first faults one by one."""

    def fault(self, object_kind: str, ref: int | str, what: str, done: str = "left out") -> None:
        """Note an object with something wrong."""
        self.counts[object_kind, what, done] += 1
        if len(self.faults) < FAULTS_MAX:
            self.faults.append(NetworkFault(object_kind, ref, what, done))

    @property
    def fault_count(self) -> int:
        """All faults, those not kept one by one included."""
        return self.counts.total()

    def lines(self) -> list[str]:
        """The report as text, for people: a line a reason with the first objects it was seen at."""
        named: dict[tuple[str, str, str], list[str]] = {}
        for fault in self.faults:
            named.setdefault((fault.object_kind, fault.what, fault.done), []).append(str(fault.ref))
        return [
            f"{count} x {kind}: {what}; {done} ({', '.join(named.get((kind, what, done), [])[:5])}"
            f"{', ...' if count > 5 else ''})"
            for (kind, what, done), count in sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))
        ]
