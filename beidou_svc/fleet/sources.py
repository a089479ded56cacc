"""Two sources of one terminal: what its receiver says of itself, and what is computed here from its observations.

Both are kept, each with its own latest epoch and position. Shown is, of two epochs that are not further apart than
`hold`, the one of the better rank; of others the newer. Position and epoch shown are of one source, unless that has
no position now: then the newest position of either is shown. All of it is a function of the two latest rows, and so
does not depend on the order in which rows came.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beidou_svc.fleet.merge import TRUST_NONE, Heard, Winners
from beidou_svc.fleet.quality import row_rank
from beidou_svc.fleet.side import Side, Slots
from gnss._jit import inline_kernel, kernel
from gnss.batches import FixBatch, Source

_ENGINE, _RECEIVER = int(Source.ENGINE), int(Source.NMEA)


class Facts(NamedTuple):
    """What decides, of one source by slot."""

    trust: NDArray[np.uint8]
    t_ns: NDArray[np.int64]
    fix_quality: NDArray[np.uint8]
    position_trust: NDArray[np.uint8]
    t_position_ns: NDArray[np.int64]


@inline_kernel
def _is_later(trust: int, t_ns: int, other_trust: int, other_t_ns: int) -> bool:
    if trust != other_trust:
        return bool(trust > other_trust)
    return bool(t_ns > other_t_ns)


@inline_kernel
def _engine_leads(engine: Facts, receiver: Facts, slot: int, hold_ns: int) -> bool:
    if engine.trust[slot] != receiver.trust[slot]:
        return bool(engine.trust[slot] > receiver.trust[slot])
    t_ns, receiver_t_ns = engine.t_ns[slot], receiver.t_ns[slot]
    if t_ns > receiver_t_ns + hold_ns or receiver_t_ns > t_ns + hold_ns:
        return bool(t_ns > receiver_t_ns)
    own, other = row_rank(engine.fix_quality[slot], _ENGINE), row_rank(receiver.fix_quality[slot], _RECEIVER)
    return bool(own > other)


@kernel
def _choose(
    slots: Slots,
    engine: Facts,
    receiver: Facts,
    hold_ns: int,
    epoch_by_engine: NDArray[np.bool_],
    position_by_engine: NDArray[np.bool_],
) -> None:
    """Which source is shown of each slot."""
    for k in range(len(slots)):
        slot = slots[k]
        leads = _engine_leads(engine, receiver, slot, hold_ns)
        shown, other = (engine, receiver) if leads else (receiver, engine)
        has_own = (
            shown.position_trust[slot] == shown.trust[slot] and shown.t_position_ns[slot] == shown.t_ns[slot]
        ) or other.position_trust[slot] == TRUST_NONE
        own_is_newer = not _is_later(
            other.position_trust[slot], other.t_position_ns[slot],
            shown.position_trust[slot], shown.t_position_ns[slot],
        )  # fmt: skip
        epoch_by_engine[k] = leads
        position_by_engine[k] = leads == (has_own or own_is_newer)


def _facts(side: Side) -> Facts:
    return Facts(
        side.epoch.trust, side.epoch.t_ns, side.columns["fix_quality"], side.position.trust, side.position.t_ns
    )


class Sources:
    """The two sides of the terminals that have both, or only the computed one. Nothing is kept of the others here."""

    def __init__(self) -> None:
        self.is_computed = np.zeros(0, np.bool_)
        self.engine: Side | None = None
        self.receiver: Side | None = None

    def grow(self, n: int) -> None:
        """Make room for `n` slots."""
        more = np.zeros(n - len(self.is_computed), np.bool_)
        self.is_computed = np.concatenate([self.is_computed, more])
        for side in (self.engine, self.receiver):
            if side is not None:
                side.grow(n)

    def concerns(self, fixes: FixBatch) -> NDArray[np.bool_] | None:
        """Rows of terminals with computed positions; None = no row at all."""
        computed = fixes.source == _ENGINE
        if self.engine is None and not computed.any():
            return None
        of_both = np.zeros(len(self.is_computed), np.bool_)
        of_both[fixes.slot[computed]] = True
        of_both |= self.is_computed
        concerned: NDArray[np.bool_] = of_both[fixes.slot]
        return concerned if concerned.any() else None

    def fold(self, shown: Side, rows: FixBatch, heard: Heard, winners: Winners, window_ns: int, hold_ns: int) -> Slots:
        """Fold rows of such terminals in, and show the better source; returns the slots that changed."""
        computed = rows.source == _ENGINE
        engine, receiver = self._begin(shown, np.unique(rows.slot[computed]), winners)
        changed = [
            side.fold(rows.take(mask), heard, winners, window_ns)
            for side, mask in ((engine, computed), (receiver, ~computed))
            if mask.any()
        ]
        slots = np.unique(np.concatenate(changed))
        by_engine = np.empty((2, len(slots)), np.bool_)
        _choose(slots, _facts(engine), _facts(receiver), hold_ns, by_engine[0], by_engine[1])
        for side, (epochs, positions) in ((engine, by_engine), (receiver, ~by_engine)):
            shown.take_epochs(side, slots[epochs], winners.epoch_row)
            shown.take_positions(side, slots[positions], winners.position_row)
        return slots

    def _begin(self, shown: Side, slots: Slots, winners: Winners) -> tuple[Side, Side]:
        """The sides, with what was known of terminals that get a second one now."""
        if self.engine is None or self.receiver is None:
            self.engine, self.receiver = Side.new(len(self.is_computed)), Side.new(len(self.is_computed))
        new = slots[~self.is_computed[slots]]
        self.receiver.take_epochs(shown, new, winners.epoch_row)
        self.receiver.take_positions(shown, new, winners.position_row)
        self.is_computed[new] = True
        return self.engine, self.receiver
