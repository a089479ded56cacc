"""The engine's filter of one terminal, and the same problem solved as one dense least-squares problem.

Unknowns of the dense problem: a position and clocks of each epoch, and ambiguities that stay. Nothing is eliminated
before all observations are in one matrix.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pytest

from gnss.rtk._filter_kernel import update
from gnss.rtk._memory import Mine, new_memory
from gnss.rtk._memory_kernel import eliminate, tri
from gnss.rtk._slip_kernel import enter_new, find_places
from gnss.rtk._work import POSITION, Work, new_work
from gnss.rtk.settings import Mode, RtkSettings, Rules, rules_of
from tests.unit.rtk.differences import Differences, Floats, Ints, phase_covariance, write

Name = tuple[str, Any]

FAR_FUTURE_S = 1e30
NEVER_ALIKE_S = 1e-9

ALL_NEW = RtkSettings(
    correlation_code_s=NEVER_ALIKE_S, correlation_phase_s=NEVER_ALIKE_S, correlation_rest_s=NEVER_ALIKE_S,
    memory_s=FAR_FUTURE_S,
)  # fmt: skip
"""Noise is new in each epoch and nothing is forgotten: what plain least squares assumes."""


class Form(NamedTuple):
    """A quadratic form: information, right-hand side, cost."""

    information: Floats
    rhs: Floats
    cost: float

    def assert_is(self, other: "Form") -> None:
        """The same but for rounding."""
        for mine, theirs in zip(self, other, strict=True):
            size = np.abs(np.asarray(theirs)).max(initial=0.0)
            assert mine == pytest.approx(theirs, rel=1e-9, abs=1e-10 * size)


@dataclass
class Filter:
    """The engine's filter of one terminal, driven by its own kernels."""

    settings: RtkSettings = field(default_factory=lambda: ALL_NEW)
    w: Work = field(default_factory=new_work)
    mine: Mine = field(default_factory=lambda: new_memory(1)[0])
    lost: dict[tuple[int, int], int] = field(default_factory=dict)
    """How often the ambiguity of a satellite and key was lost: each time another unknown begins."""

    @property
    def rules(self) -> Rules:
        return rules_of(self.settings)

    @property
    def is_static(self) -> bool:
        return self.settings.mode == Mode.STATIC

    def enter(self, e: Differences) -> None:
        """Pairs with their places."""
        write(self.w, e)
        self.find()
        enter_new(self.mine, self.w.pairs)

    def find(self) -> None:
        """Places of the pairs that are known."""
        find_places(self.mine, self.w.pairs)

    def name(self, place: int) -> Name:
        """Of the unknown in a place."""
        which = int(self.mine.satellite[place]), int(self.mine.key[place])
        return "n", (*which, self.lost.get(which, 0))

    def names(self) -> list[Name]:
        """Of all unknowns of the filter."""
        position: list[Name] = [("x", "rest")] if self.is_static else []
        return position + [self.name(place) for place in range(int(self.mine.count[0]))]

    def lose(self, place: int) -> None:
        """Forget an ambiguity, as a slip makes it forgotten."""
        which = int(self.mine.satellite[place]), int(self.mine.key[place])
        eliminate(self.mine, place, self.w.scratch.column)
        self.lost[which] = self.lost.get(which, 0) + 1

    def update(self, dt_s: float = 1.0, is_moving: bool = False) -> bool:
        """Fold the pairs in, and let the ambiguities grow older as the engine does."""
        done = update(self.mine, self.w, dt_s, self.rules, self.is_static, is_moving)
        self._age()
        return done

    def _age(self) -> None:
        """What the engine does with the ages once an epoch is solved."""
        for i in range(int(self.w.pairs.count[0])):
            if (place := self.w.pairs.place[i]) >= 0:
                self.mine.age[place] += 1

    def form(self) -> Form:
        """What the filter knows of its unknowns."""
        first, n = 0 if self.is_static else POSITION, POSITION + int(self.mine.count[0])
        information = unpacked(self.mine.info, n)[first:, first:]
        return Form(information, self.mine.rhs[first:n].copy(), float(self.mine.cost[0]))


def unpacked(info: Floats, n: int) -> Floats:
    """The whole of a matrix of which the lower triangle is packed by rows."""
    matrix = np.zeros((n, n))
    for i in range(n):
        matrix[i, : i + 1] = matrix[: i + 1, i] = info[tri(i) : tri(i) + i + 1]
    return matrix


def packed(matrix: Floats, info: Floats) -> None:
    """The other way round."""
    for i in range(len(matrix)):
        info[tri(i) : tri(i) + i + 1] = matrix[i, : i + 1]


def clock_design(group: Ints) -> Floats:
    """A column for each group."""
    design: Floats = (group[:, None] == np.unique(group)[None, :]).astype(float)
    return design


@dataclass
class Dense:
    """Normal equations over everything, by name of unknown: positions `("x", epoch)`, ambiguities `("n", place)`."""

    rows: list[tuple[dict[Name, Floats], Floats, Floats]] = field(default_factory=list)

    def add(self, design: dict[Name, Floats], y: Floats, weight: Floats) -> None:
        """Observations `y` with weight matrix, and their design by block of unknowns."""
        self.rows.append((design, y, weight))

    def fade(self, keep: float) -> None:
        """All that was said counts less."""
        self.rows = [(design, y, keep * weight) for design, y, weight in self.rows]

    def redundancy(self, without: str) -> int:
        """Observations more than unknowns, those of one kind not counted; of ambiguities one is a clock's."""
        width = {name: block.shape[1] for design, _, _ in self.rows for name, block in design.items()}
        unknowns = sum(int(columns) for name, columns in width.items() if name[0] != without)
        clocks = int(without != "n" and any(name[0] == "n" for name in width))
        return int(sum(len(y) for _, y, _ in self.rows)) - unknowns + clocks

    def reduced_to(self, kept: list[Name]) -> Form:
        """What is known of some unknowns, all others eliminated."""
        names = kept + sorted({name for design, _, _ in self.rows for name in design} - set(kept), key=str)
        width = {name: block.shape[1] for design, _, _ in self.rows for name, block in design.items()}
        start = dict(zip(names, np.cumsum([0] + [width.get(name, 1) for name in names[:-1]]), strict=True))
        size, k = sum(width.get(name, 1) for name in names), sum(width.get(name, 1) for name in kept)
        h, g, cost = np.zeros((size, size)), np.zeros(size), 0.0
        for design, y, weight in self.rows:
            full = np.zeros((len(y), size))
            for name, block in design.items():
                full[:, start[name] : start[name] + block.shape[1]] = block
            h += full.T @ weight @ full
            g += full.T @ weight @ y
            cost += float(y @ weight @ y)
        rest = np.linalg.pinv(h[k:, k:], rcond=1e-14, hermitian=True)
        across = h[:k, k:] @ rest
        return Form(h[:k, :k] - across @ h[k:, :k], g[:k] - across @ g[k:], cost - float(g[k:] @ rest @ g[k:]))


def add_epoch(
    dense: Dense, number: int, e: Differences, filter_: Filter, shares: tuple[float, float] = (1.0, 1.0)
) -> None:
    """The codes and phases of an epoch whose pairs the filter has; `shares` of codes and phases that are new."""
    pairs, mine, n = filter_.w.pairs, filter_.mine, len(e)
    at: Name = ("x", "rest" if filter_.is_static else number)
    used = e.w_code > 0
    dense.add(
        {at: e.a[used], ("c", (number, "code")): clock_design(e.code_group[used])}, e.code_m[used],
        np.diag(shares[0] * e.w_code[used]),
    )  # fmt: skip
    rows = np.flatnonzero((e.w_phase > 0) & (np.asarray(pairs.place[:n]) >= 0))
    part, place = e.take(rows), np.asarray(pairs.place[:n])[rows]
    own = part.w_phase * np.where(np.asarray(mine.age)[place] == 0, 1.0, shares[1])
    design: dict[Name, Floats] = {at: part.a, ("c", (number, "phase")): np.ones((len(rows), 1))}
    for i, p in enumerate(place.tolist()):
        design[filter_.name(p)] = part.wavelength_m[i] * np.eye(len(rows))[:, [i]]
    y = part.phase_m - part.wavelength_m * np.asarray(mine.offset_cyc)[place]
    dense.add(design, y, np.linalg.inv(phase_covariance(part, own, shares[1])).astype(np.float64))
