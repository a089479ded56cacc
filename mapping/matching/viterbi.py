"""The most probable sequence of hidden states, and how sure of it one may be. Knows scores and links, no roads.

A row has up to K states. `score[j]` is the logarithm of the probability of the best sequence that ends in state j, up
to a constant of the row; `back[j]` the state of the row before that this sequence came through, -1 at a beginning.
"""

from math import exp, inf

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@inline_kernel
def offer(best: Floats, back: Ints, i: int, j: int, score: float) -> bool:
    """Take the sequence through state i as the best one to state j, if it is; whether it was taken.

    Shape: `best` and `back` (> j,), -inf and -1 where nothing leads to the state so far. Unit: dimensionless (natural
    logarithms). Of equal sequences the one through the lower state is best.
    """
    if not (score > best[j] or (score == best[j] and i < back[j])):
        return False
    best[j], back[j] = score, i
    return True


@inline_kernel
def posterior(score: Floats, n: int, probability: Floats) -> None:
    """How probable each state of a row is, each judged by the best sequence that ends in it.

    Shape: `score` (>= n,), out `probability` (>= n,), whose sum is 1; all 0 where no state is possible. Unit:
    dimensionless.
    """
    top, total = -inf, 0.0
    for j in range(n):
        top = max(top, score[j])
    for j in range(n):
        probability[j] = exp(score[j] - top) if top > -inf else 0.0
        total += probability[j]
    for j in range(n):
        probability[j] /= max(total, 1e-300)


@inline_kernel
def best_state(score: Floats, n: int) -> int:
    """The state that scores highest, the lower of equal ones; -1 where none is possible.

    Shape: `score` (>= n,). Unit: dimensionless.
    """
    found, top = -1, -inf
    for j in range(n):
        if score[j] > top:
            found, top = j, score[j]
    return found


@inline_kernel
def meeting(back: Ints, rows: Ints, n: int, count: int, origin: Ints) -> int:
    """The last of `n` consecutive rows that all sequences came through in one state; -1 = there is none.

    Shape: `back` (any, K), `rows` (>= n,), `count` states of the last row; out `origin` (>= count,) where they were in
    that row, or in the first row where there is none. Unit: dimensionless.
    """
    for j in range(count):
        origin[j] = j
    if count == 1:
        return n - 1
    for k in range(n - 1, 0, -1):
        is_one = True
        for j in range(count):
            origin[j] = back[rows[k], origin[j]] if origin[j] >= 0 else -1
            is_one &= origin[j] == origin[0]
        if is_one:
            return k - 1
    return -1


@inline_kernel
def smoothed(
    score: Floats, back: Ints, rows: Ints, n: int, count: int, origin: Ints, probability: Floats, share: Floats
) -> int:
    """How probable each state of the first of `n` consecutive rows is, given all of them.

    Shape: `score` and `back` (any, K), `rows` (>= n,), `count` states of the last row; room `origin`, `probability`
    (K,) for those, out `share` (K,) of the states of the first row. Unit: dimensionless. Sequences that begin later
    count for none. Where all came through one state of a row in between, what was before it is certain: gives the last
    row of which that is so, -1 = none.
    """
    for j in range(len(share)):
        share[j] = 0.0
    met = meeting(back, rows, n, count, origin)
    if met >= 0:
        one = origin[0]
        for k in range(met, 0, -1):
            one = back[rows[k], one] if one >= 0 else -1
        if one >= 0:
            share[one] = 1.0
        return met
    posterior(score[rows[n - 1]], count, probability)
    for j in range(count):
        if origin[j] >= 0:
            share[origin[j]] += probability[j]
    return -1
