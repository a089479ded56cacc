"""What is asked of each fence apart from its shape, as columns: kinds, groups, limits, windows, edges."""

import hashlib
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnss.constants import NS_PER_S
from mapping.fences.check import FenceError
from mapping.fences.kinds import mask_of
from mapping.fences.model import GROUPS_MAX, FenceDraft
from mapping.fences.windows import MINUTES_PER_DAY, Window, zone_table

EPOCH_ORDINAL: Final = 719_163  # 1970-01-01 as `date.toordinal` counts
NO_WINDOW: Final = -1
NO_DWELL: Final = -1


RULES_TYPE: Final = np.dtype(
    (
        np.record,
        np.dtype(
            [
                ("key", "u8"),
                ("kinds", "i8"),
                ("groups", "i8"),
                ("limit_mps", "f8"),
                ("dwell_ns", "i8"),
                ("confirm_ns", "i8"),
                ("confirm_rows", "i4"),
                ("window", "i4"),
                ("edge_first", "i4"),
                ("edge_count", "i4"),
            ]
        ),
    )
)
"""One record a fence; those of removed fences want no kinds. `key` is the same for an id in every set."""

Rules = NDArray[np.void]


def copy_rules(rules: Rules, n: int) -> Rules:
    """A copy with room for `n` fences.

    Shape: (rows,) to (n,).
    """
    longer = np.empty(n, RULES_TYPE)
    longer[: len(rules)].view(np.uint8)[:] = rules.view(np.uint8)  # field by field, numpy takes ten times as long
    longer[len(rules) :] = 0
    return longer


def compact_rules(rules: Rules, edges: NDArray[np.int32], windows: Sequence[int]) -> tuple[Rules, NDArray[np.int32]]:
    """The rules with other numbers of windows, and of all edges those that fences are bound to, one after the other.

    Shape: (rows,) and (edges,) to the same, `windows` the new number of each window.
    """
    new = copy_rules(rules, len(rules))
    new["edge_count"][rules["kinds"] == 0] = 0
    new["window"] = np.array([*windows, NO_WINDOW], np.int32)[np.where(rules["kinds"] == 0, NO_WINDOW, rules["window"])]
    count = new["edge_count"].astype(np.int64)
    first = np.cumsum(count) - count
    new["edge_first"] = first
    return new, edges[np.repeat(rules["edge_first"] - first, count) + np.arange(count.sum())]


def put_rules(
    rules: Rules, row: int, draft: FenceDraft, group_bits: dict[str, int], window: int, edge_first: int
) -> None:
    """Write the row of one fence.

    Shape: one row. Unit: s to ns, m/s.
    """
    digest = hashlib.blake2b(draft.ref.encode(), digest_size=8).digest()
    rules[row] = (
        int.from_bytes(digest, "little"),
        mask_of(draft.kinds),
        sum(1 << group_bits[name] for name in draft.groups),
        np.inf if draft.speed_limit_mps is None else draft.speed_limit_mps,
        NO_DWELL if draft.dwell_s is None else round(draft.dwell_s * NS_PER_S),
        round(draft.confirm_s * NS_PER_S),
        draft.confirm_rows,
        window,
        edge_first,
        len(draft.edges),
    )


def group_bits_of(known: tuple[str, ...], drafts: list[FenceDraft]) -> tuple[str, ...]:
    """The names of all groups, those already known in their places; raises `FenceError` where they are too many."""
    names = known + tuple(sorted({name for draft in drafts for name in draft.groups} - set(known)))
    if len(names) > GROUPS_MAX:
        raise FenceError(f"it would be the group number {len(names)}, a set of fences has at most {GROUPS_MAX}")
    return names


def window_table(windows: tuple[Window, ...]) -> NDArray[np.int64]:
    """Windows as kernels read them: where each begins, then for each `zones, (since_s, offset_s) ..., spans of the
    week, (from, to) ..., special days, (day, from, to) ...`, the counts before the lists.

    Shape: (words,). Unit: s since 1970-01-01 UTC, minutes of the week or day, days since 1970-01-01.
    """
    texts = [_words(window) for window in windows]
    starts = len(windows) + np.cumsum([0, *(len(text) for text in texts)])[: len(windows)]
    return np.concatenate([starts.astype(np.int64), *texts, np.zeros(1, np.int64)])


def _words(window: Window) -> NDArray[np.int64]:
    zone = np.column_stack(zone_table(window.zone))
    week = [
        (day * MINUTES_PER_DAY + start, day * MINUTES_PER_DAY + end)
        for day, spans in enumerate(window.weekly)
        for start, end in spans
    ]
    days = [
        (day.toordinal() - EPOCH_ORDINAL, start, end)
        for day, spans in window.exceptions
        for start, end in (spans or ((0, 0),))
    ]
    lists = [zone, np.array(week, np.int64), np.array(days, np.int64)]
    return np.concatenate([np.append(len(rows), rows.ravel()) for rows in lists]).astype(np.int64)
