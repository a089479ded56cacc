"""Faults on the way: as many as configured, each of the kind it says, nothing lost that is not counted."""

from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest

from simulators.link import DELAY_S_MAX, Link, Writes
from simulators.scenario import LinkSettings

TERMINALS = 200
SEED = 4


def epoch_text(row: int, number: int) -> bytes:
    return f"$A,{row},{number}*00\r\n$B,{row},{number}*00\r\n".encode()


def carry(link: Link, number: int, t_s: float) -> list[Writes]:
    texts = [epoch_text(row, number) for row in range(TERMINALS)]
    offset = np.cumsum([0, *map(len, texts)])
    return link.carry(t_s, np.arange(TERMINALS, dtype=np.int32), np.frombuffer(b"".join(texts), np.uint8), offset)


def run(settings: LinkSettings, epochs: int, seed: int = SEED) -> tuple[Link, dict[int, list[bytes]]]:
    """What each terminal's service received, in order, after some epochs at 1 Hz and enough silence for the rest."""
    link = Link(settings, TERMINALS, seed)
    received: dict[int, list[bytes]] = defaultdict(list)
    for number in range(epochs):
        link.breaks(float(number), 1.0)
        for writes in carry(link, number, float(number)):
            _note(received, writes)
    nobody, nothing = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.uint8)
    for writes in link.carry(epochs + DELAY_S_MAX, nobody, nothing, np.zeros(1, dtype=np.int64)):
        _note(received, writes)
    return link, received


def _note(received: dict[int, list[bytes]], writes: Writes) -> None:
    for row, start, length in zip(writes.row, writes.start, writes.length, strict=True):
        received[int(row)].append(writes.buffer[start : start + length].tobytes())


def numbers(texts: list[bytes]) -> list[int]:
    return [int(text.split(b"*")[0].split(b",")[2]) for text in texts]


def test_a_clean_link_passes_everything_on_untouched() -> None:
    link, received = run(LinkSettings(), 5)
    assert link.is_clean
    assert all(received[row] == [epoch_text(row, k) for k in range(5)] for row in range(TERMINALS))


@pytest.mark.parametrize(
    ("setting", "counter"),
    [
        ("lose_epoch", "lost_epochs"),
        ("lose_sentence", "lost_sentences"),
        ("duplicate", "duplicated_epochs"),
        ("reorder", "reordered_epochs"),
        ("delay", "delayed_epochs"),
        ("corrupt", "corrupted_epochs"),
    ],
)
def test_faults_happen_as_often_as_told(setting: str, counter: str) -> None:
    link, _ = run(LinkSettings.model_validate({setting: 0.1}), 50)
    chances = 50 * TERMINALS
    assert abs(link.counts[counter] - 0.1 * chances) < 5 * np.sqrt(0.09 * chances)
    assert [name for name, count in link.counts.items() if count] == [counter]


def test_the_same_seed_has_the_same_faults() -> None:
    settings = LinkSettings(lose_epoch=0.1, duplicate=0.1, delay=0.1, reorder=0.1, corrupt=0.1, cable_pull_per_h=60)
    one, other = run(settings, 20), run(settings, 20)
    assert one[0].counts == other[0].counts
    assert one[1] == other[1]
    assert run(settings, 20, seed=SEED + 1)[1] != one[1]


def test_lost_and_doubled_epochs_are_whole() -> None:
    link, received = run(LinkSettings(lose_epoch=0.2, duplicate=0.2), 30)
    arrived = sum(len(texts) for texts in received.values())
    assert arrived == 30 * TERMINALS - link.counts["lost_epochs"] + link.counts["duplicated_epochs"]
    for row, texts in received.items():
        assert set(texts) <= {epoch_text(row, k) for k in range(30)}
        assert numbers(texts) == sorted(numbers(texts))


def test_a_lost_sentence_leaves_the_other() -> None:
    link, received = run(LinkSettings(lose_sentence=0.3), 20)
    halves = [text for texts in received.values() for text in texts if text.count(b"\r\n") == 1]
    assert len(halves) == link.counts["lost_sentences"]
    assert {text[:2] for text in halves} == {b"$A", b"$B"}


def test_reordered_epochs_follow_the_next_one() -> None:
    link, received = run(LinkSettings(reorder=0.2), 40)
    swapped = 0
    for texts in received.values():
        order = numbers(texts)
        assert len(set(order)) == len(order)
        swapped += sum(b < a for a, b in pairwise(order))
    assert 0 < swapped <= link.counts["reordered_epochs"]


def test_delayed_epochs_arrive_later_and_all_of_them() -> None:
    link, received = run(LinkSettings(delay=0.2, delay_mean_s=2.0), 40)
    assert sum(len(texts) for texts in received.values()) == 40 * TERMINALS
    assert any(numbers(texts) != sorted(numbers(texts)) for texts in received.values())
    assert link.counts["delayed_epochs"] > 0


def test_corruption_changes_one_byte() -> None:
    link, received = run(LinkSettings(corrupt=0.3), 10)
    changed = 0
    for row, texts in received.items():
        for k, text in enumerate(texts):
            differing = sum(a != b for a, b in zip(text, epoch_text(row, k), strict=True))
            assert differing <= 1
            changed += differing
    assert changed == link.counts["corrupted_epochs"]


def test_a_pulled_cable_is_silent_until_it_is_plugged_in_again() -> None:
    link = Link(LinkSettings(cable_pull_per_h=360.0, cable_pull_silence_s=3.0), TERMINALS, SEED)
    pulled_at: dict[int, float] = {}
    reopened = 0
    for number in range(60):
        t_s = float(number)
        breaks = link.breaks(t_s, 1.0)
        for row in breaks.reopened:
            assert t_s - pulled_at.pop(int(row)) >= 3.0
            reopened += 1
        pulled_at.update({int(row): t_s for row in breaks.pulled})
        heard = {int(row) for writes in carry(link, number, t_s) for row in writes.row}
        assert heard == set(range(TERMINALS)) - set(pulled_at)
    assert link.counts["cable_pulls"] == pytest.approx(0.1 * 60 * TERMINALS, rel=0.25)
    assert reopened == link.counts["cable_pulls"] - len(pulled_at)
    assert link.counts["lost_in_silence"] > 0


def test_storms_come_on_time_and_take_their_share() -> None:
    link = Link(LinkSettings(storm_every_s=10.0, storm_share=0.25), TERMINALS, SEED)
    dropped = {t: link.breaks(float(t), 1.0).dropped.size for t in range(1, 36)}
    assert {t: count for t, count in dropped.items() if count} == {10: 50, 20: 50, 30: 50}
    assert link.counts["storms"] == 3
