"""Codes of a base steadied by its phases: as good as is said, begun anew where a phase slips, the same however cut."""

import numpy as np
import pytest

from gnss.rtcm.observations import NO_CHANNEL
from gnss.rtk._smooth_kernel import CORRELATION_S, JUMP_M, SIGNALS_MAX, WINDOW_FOLLOWED_S, WINDOW_S
from gnss.rtk.base_codes import BaseCodes, CodeMeans, steady_codes
from tests.unit.rtk.differences import Floats
from tests.unit.rtk.still_base import ONE, TWO, Heard, heard


def steady(told: Heard, state: CodeMeans | None = None) -> tuple[Floats, Floats, CodeMeans]:
    """Errors of the steady codes and their share of the variance, by epoch, satellite and signal."""
    epochs, observations = told.batches()
    known = state if state is not None else CodeMeans.for_bases(1)
    known, codes = steady_codes(known, epochs, observations, np.zeros(len(epochs), np.int32))
    shape = told.code_m.shape
    error_m = told.code_m + codes.correction_m.reshape(shape) - told.range_m - told.iono_m
    return error_m, codes.share.reshape(shape), known


def alike(rng: np.random.Generator, t_s: Floats, shape: tuple[int, ...], correlation_s: float) -> Floats:
    """Noise of variance 1 that stays alike for a while: what reflections are at an antenna that stands still."""
    noise = rng.standard_normal((len(t_s), *shape))
    for k in range(1, len(t_s)):
        rho = np.exp(-(t_s[k] - t_s[k - 1]) / correlation_s)
        noise[k] = rho * noise[k - 1] + np.sqrt(1.0 - rho * rho) * noise[k]
    return noise


@pytest.mark.parametrize(("names", "step_s"), [(ONE, 1.0), (TWO, 1.0), (ONE, 15.0), (TWO, 5.0)])
@pytest.mark.compiled
def test_the_variance_left_is_what_is_said(names: tuple[str, ...], step_s: float) -> None:
    t_s = np.arange(0.0, 901.0, step_s)
    noise_m = 0.4 * alike(np.random.default_rng(5), t_s, (60, len(names)), CORRELATION_S)
    told = [heard(t_s, 60, names, part) for part in (noise_m, -noise_m[::-1])]
    squares = np.concatenate([(steady(each)[0] / 0.4) ** 2 for each in told], axis=1)
    share = steady(told[0])[1][:, 0, 0]
    for after_s in (0.0, 30.0, 90.0, 300.0, 900.0):
        k = int(after_s / step_s)
        assert share[k] == pytest.approx(np.mean(squares[k]), rel=0.35), after_s
    window_s = WINDOW_FOLLOWED_S if names == TWO else WINDOW_S
    assert np.mean(squares[t_s > 600.0]) == pytest.approx(CORRELATION_S / (CORRELATION_S + window_s), rel=0.15)


def test_of_noise_that_is_new_each_epoch_less_is_left() -> None:
    t_s = np.arange(0.0, 400.0)
    told = heard(t_s, 40, ONE, 0.4 * np.random.default_rng(6).standard_normal((len(t_s), 40, 1)))
    error_m, share, _ = steady(told)
    assert np.std(error_m[200:]) < 0.1 * 0.4
    assert share[200:].max() < 0.45


def test_the_first_code_is_as_sent() -> None:
    error_m, share, _ = steady(heard(np.arange(3.0), 2, TWO, noise_m=1.5))
    assert np.abs(error_m[0] - 1.5).max() < 1e-6
    assert (share[0] == 1.0).all()
    assert (share[1:] < 1.0).all()


def test_a_base_that_is_forgotten_begins_anew_at_an_earlier_time() -> None:
    later, earlier = heard(np.arange(100.0, 110.0), 2, ONE), heard(np.arange(10.0), 2, ONE)
    _, _, known = steady(later)
    assert (steady(earlier, known.copy())[1] == 1.0).all()
    known.forget(np.zeros(1, np.int64))
    assert (steady(earlier, known)[1][1:] < 1.0).all()


def test_two_carriers_follow_the_ionosphere_and_one_lags_behind_it() -> None:
    t_s = np.arange(0.0, 1000.0)
    followed, _, _ = steady(heard(t_s, 1, TWO, iono_mps=0.002))
    lagging, _, _ = steady(heard(t_s, 1, ONE, iono_mps=0.002))
    assert np.abs(followed).max() < 1e-5
    assert lagging[-1, 0, 0] == pytest.approx(-2 * 0.002 * WINDOW_S, rel=0.02)


@pytest.mark.parametrize("names", [ONE, TWO])
@pytest.mark.parametrize("how", ["lock", "half cycle", "jump", "no phase", "zero"])
def test_a_slip_begins_the_mean_anew(how: str, names: tuple[str, ...]) -> None:
    t_s = np.arange(0.0, 60.0)
    told = heard(t_s, 2, names, 0.3 * np.random.default_rng(7).standard_normal((60, 2, len(names))))
    told.phase_m[40:, 0, 0] += JUMP_M + 2.0 if how == "jump" else 0.5
    if how == "lock":
        told.lock_s[40:, 0, 0] = t_s[40:] - 40.0
    if how == "half cycle":
        told.half_cycle[40:, 0, 0] = 1
    if how in ("no phase", "zero"):
        told.phase_m[40, 0, 0] = np.nan if how == "no phase" else 0.0
    error_m, share, _ = steady(told)
    begins = 41 if how in ("no phase", "zero") else 40
    assert share[begins, 0, 0] == 1.0
    assert error_m[begins, 0, 0] == pytest.approx(told.code_m[begins, 0, 0] - told.range_m[begins, 0, 0], abs=1e-6)
    assert share[begins, 1, 0] < 0.95
    alone = steady(told.take(slice(begins, None)))
    assert np.allclose(alone[1][:, 0, 0], share[begins:, 0, 0], atol=0.1)
    assert np.abs(error_m[begins:, 0, 0] - alone[0][:, 0, 0]).max() < 0.1


def test_a_slip_that_nobody_saw_is_not_taken_for_the_ionosphere() -> None:
    """One cycle of one carrier: its own mean is off by that for a while, the other's is not."""
    told = heard(np.arange(0.0, 120.0), 1, TWO)
    told.phase_m[100:, 0, 0] += told.wave_m[0]
    error_m, _, _ = steady(told)
    assert np.abs(error_m[:, 0, 1]).max() < 1e-5
    assert np.abs(error_m[100:, 0, 0]).max() < told.wave_m[0] + 1e-5


def test_lost_epochs_do_not_end_a_mean_unless_too_many_are() -> None:
    t_s = np.array([*range(40), *range(70, 80), 79 + WINDOW_S + 1.0])
    _, share, _ = steady(heard(t_s, 1, ONE, 0.1))
    assert share[40, 0, 0] < share[39, 0, 0]
    assert share[-1, 0, 0] == 1.0


def test_epochs_that_come_late_get_nothing_and_leave_the_means_alone() -> None:
    told = heard([*range(20), 15.0, 19.0, *range(20, 30)], 2, TWO, 0.2)
    late = np.isin(np.arange(32), (20, 21))
    error_m, share, state = steady(told)
    assert (share[late] == 1.0).all()
    assert np.abs(error_m[late] - 0.2).max() < 1e-6
    ordered = steady(told.take(~late))
    assert np.array_equal(ordered[0], error_m[~late])
    assert state.equals(ordered[2])


def test_results_do_not_depend_on_the_cuts_and_the_state_can_be_saved() -> None:
    told = heard(np.arange(50.0), 5, TWO, np.random.default_rng(8).standard_normal((50, 5, 2)))
    whole = steady(told)
    state, errors, shares = CodeMeans.for_bases(1), [], []
    for part in (slice(0, 1), slice(1, 17), slice(17, 50)):
        state = CodeMeans.from_bytes(state.copy().to_bytes())
        error_m, share, state = steady(told.take(part), state)
        errors.append(error_m)
        shares.append(share)
    assert np.array_equal(np.concatenate(errors), whole[0])
    assert np.array_equal(np.concatenate(shares), whole[1])
    assert state.equals(whole[2])
    with pytest.raises(ValueError, match="of another version"):
        CodeMeans.from_bytes(state.to_bytes()[:-1])


def test_bases_do_not_touch_each_other() -> None:
    told = heard(np.arange(40.0), 3, ONE, np.random.default_rng(9).standard_normal((40, 3, 1)))
    epochs, observations = told.batches()
    twice = np.repeat(np.arange(40), 2)
    state, codes = steady_codes(CodeMeans.for_bases(2), epochs.take(twice), observations, np.tile([1, 0], 40))
    alone = steady(told)
    assert np.array_equal(codes.share.reshape(40, 3, 1), alone[1])
    assert state.memory[0].tobytes() == state.memory[1].tobytes() == alone[2].memory[0].tobytes()


def test_the_signals_unheard_for_longest_make_room() -> None:
    names = ("1C", "1P", "1W", "2W", "2L", "2X", "5I", "5Q")
    few, many = [heard([float(second)], 10, names, 0.1) for second in (0, 1, 3, 4)], heard([2.0], 60, names, 0.1)
    shares, state = [], CodeMeans.for_bases(1)
    for told in (few[0], few[1], many, *few[2:]):
        _, share, state = steady(told, state)
        shares.append(share)
    assert (shares[1] < 1.0).all()
    assert int(state.memory["count"][0, 0]) == SIGNALS_MAX < many.code_m.size
    # forgotten for those that came after them, and then there again
    assert (shares[3] == 1.0).any()
    assert (shares[4] < 1.0).all()


def test_glonass_is_steadied_where_its_channel_is_known() -> None:
    known = steady(heard(np.arange(20.0), 2, ONE, 0.1, system="R", channel=3))[1]
    unknown = steady(heard(np.arange(20.0), 2, ONE, 0.1, system="R", channel=NO_CHANNEL))[1]
    assert (known[-1] < 1.0).all()
    assert (unknown == 1.0).all()


def test_codes_as_sent_and_put_together() -> None:
    codes = BaseCodes.concat([BaseCodes.as_sent(2), BaseCodes(np.array([0.5]), np.array([0.4]))])
    assert codes.correction_m.tolist() == [0.0, 0.0, 0.5]
    assert codes.share.tolist() == [1.0, 1.0, 0.4]
    assert len(BaseCodes.concat([]).share) == 0


def test_a_base_that_nobody_knows_is_refused() -> None:
    epochs, observations = heard([0.0]).batches()
    with pytest.raises(ValueError, match="an epoch of base 1, known are 1"):
        steady_codes(CodeMeans.for_bases(1), epochs, observations, np.ones(1, np.int32))
