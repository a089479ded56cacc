"""The engine is compiled once: however its inputs were made, its kernel gets one and the same kind of them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numba
import numpy as np
import pytest

from gnss.rtk import engine
from gnss.rtk._epoch_kernel import solve_jobs
from gnss.rtk.engine import RtkWorkspace
from gnss.rtk.settings import Mode, RtkSettings
from gnss.rtk.state import RtkState
from tests.unit.rtk.stage import ENOUGH, FAR, NEAR, Scene, scene, solve

pytestmark = pytest.mark.compiled

Call = Callable[[], object]
typeof: Any = numba.typeof


def told() -> Scene:
    return scene((NEAR, FAR), seconds=4)


def with_bases(**changed: Any) -> Scene:
    return replace(told(), bases=replace(told().bases, **changed))


def writable(scene_: Scene) -> Scene:
    """All columns as arrays of their own that may be written to."""

    def loose(batch: Any) -> Any:
        copy = batch.replace()
        for name, column in batch.columns().items():
            array = np.array(column)
            array.flags.writeable = True
            object.__setattr__(copy, name, array)
        return copy

    rovers = replace(scene_.rovers, epochs=loose(scene_.rovers.epochs), observations=loose(scene_.rovers.observations))
    epochs, observations = loose(scene_.bases.epochs), loose(scene_.bases.observations)
    bases = replace(scene_.bases, epochs=epochs, observations=observations)
    return replace(scene_, rovers=rovers, bases=bases)


def every_second(scene_: Scene) -> Scene:
    """Columns that are views with gaps."""

    def gappy(batch: Any) -> Any:
        copy = batch.replace()
        for name, column in batch.columns().items():
            object.__setattr__(copy, name, np.repeat(column, 2, axis=0)[::2])
        return copy

    rovers = replace(scene_.rovers, epochs=gappy(scene_.rovers.epochs), observations=gappy(scene_.rovers.observations))
    return replace(scene_, rovers=rovers)


def stored() -> RtkState:
    return RtkState.from_bytes(RtkState.for_slots(8).to_bytes())


def grown() -> RtkState:
    state = RtkState.for_slots(1)
    state.grow(8)
    return state


ECEF = told().bases.ecef_m
BASE_OF = told().base_of
WAYS: dict[str, Call] = {
    "plain": lambda: solve(told()),
    "columns that may be written to": lambda: solve(writable(told())),
    "columns with gaps": lambda: solve(every_second(told())),
    "positions by columns": lambda: solve(with_bases(ecef_m=np.asfortranarray(ECEF))),
    "positions of another array": lambda: solve(with_bases(ecef_m=np.hstack([ECEF, ECEF])[:, :3])),
    "positions rounded": lambda: solve(with_bases(ecef_m=np.rint(ECEF).astype(np.int64))),
    "positions in the other order of bytes": lambda: solve(with_bases(ecef_m=ECEF.astype(">f8"))),
    "stations of 64 bits": lambda: solve(with_bases(station=told().bases.station.astype(np.int64))),
    "stations with gaps": lambda: solve(with_bases(station=np.repeat(told().bases.station, 2)[::2])),
    "bases chosen with 32 bits": lambda: solve(told(), base_of=BASE_OF.astype(np.int32)),
    "bases chosen read-only": lambda: solve(told(), base_of=np.broadcast_to(BASE_OF[:1], BASE_OF.shape)),
    "a state taken from storage": lambda: solve(told(), state=stored()),
    "a state copied": lambda: solve(told(), state=RtkState.for_slots(8).copy()),
    "a state grown": lambda: solve(told(), state=grown()),
    "a workspace of one's own": lambda: solve(told(), workspace=RtkWorkspace()),
    "one epoch": lambda: solve(told().take([3])),
    "no epoch": lambda: solve(told().take(np.arange(0))),
    **{f"mode {mode.name}": lambda mode=mode: solve(told(), replace(ENOUGH, mode=mode)) for mode in Mode},  # type: ignore[misc]
    "no settings": lambda: solve(told(), RtkSettings()),
}


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, ...]]:
    """The types with which the kernel is called."""
    seen: set[tuple[str, ...]] = set()

    def note(*arguments: Any) -> None:
        seen.add(tuple(str(typeof(argument)) for argument in arguments))

    monkeypatch.setattr(engine, "solve_jobs", note)
    return seen


@pytest.mark.parametrize("way", WAYS)
def test_the_kernel_always_gets_the_same_types(way: str, kinds: set[tuple[str, ...]]) -> None:
    WAYS["plain"]()
    assert len(kinds) == 1
    WAYS[way]()
    assert len(kinds) == 1


def test_the_kernel_was_compiled_for_one_signature() -> None:
    solve(told())
    kernel: Any = solve_jobs
    assert len(kernel.signatures) == 1


def test_other_forms_of_the_same_numbers_give_the_same_rows() -> None:
    plain = solve(told())
    for other in (
        solve(writable(told())),
        solve(every_second(told())),
        solve(with_bases(ecef_m=np.asfortranarray(ECEF))),
        solve(with_bases(ecef_m=ECEF.astype(">f8"))),
        solve(told(), state=stored()),
    ):
        assert other.fixes.equals(plain.fixes)
        assert other.found.equals(plain.found)
