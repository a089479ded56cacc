"""What the engine says, as tests read it."""

from mapping.datums.placed import Placed
from mapping.fences.engine import fence_step
from mapping.fences.events import EventBatch
from mapping.fences.fence_set import FenceSet
from mapping.fences.kinds import EventKind, Op
from mapping.fences.settings import FenceSettings
from mapping.fences.state import FenceState
from tests.unit.fences.maps import SECOND_NS, T0_NS

SLOTS = 4


def run(fences: FenceSet, *batches: Placed, settings: FenceSettings | None = None) -> EventBatch:
    """All that is said of the batches, one after the other."""
    state = FenceState.for_slots(SLOTS)
    said = [fence_step(state, fences, batch, settings=settings)[1] for batch in batches]
    return EventBatch.concat(said)


def told(events: EventBatch, slot: int | None = None) -> list[tuple[str, float]]:
    """Kind and second of each event, with a minus before the kind where it is taken back."""
    return [
        (("-" if op == Op.RETRACT else "") + EventKind(kind).name.lower(), (t - T0_NS) / SECOND_NS)
        for op, kind, t, of in zip(
            events.op.tolist(), events.kind.tolist(), events.t_gpst_ns.tolist(), events.slot.tolist(), strict=True
        )
        if slot is None or of == slot
    ]


def final_table(events: EventBatch) -> dict[int, tuple[bytes, ...]]:
    """What was asserted and not taken back, by id."""
    columns = {name: column for name, column in events.columns().items() if name != "op"}
    table: dict[int, tuple[bytes, ...]] = {}
    for row, op in enumerate(events.op.tolist()):
        key, content = int(events.event_id[row]), tuple(column[row].tobytes() for column in columns.values())
        if op == Op.ASSERT:
            assert key not in table, "asserted twice"
            table[key] = content
        else:
            assert table.pop(key) == content, "what is taken back is what was said"
    return table
