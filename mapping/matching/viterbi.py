"""The most probable sequence of hidden states, and how sure of it one may be. Knows scores and links, no roads.

A row has up to K states. `score[j]` is the logarithm of the probability of the best sequence that ends in state j, up
to a constant of the row; `back[j]` the state of the row before that this sequence came through, -1 at a beginning.
"""

from math import exp, inf

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@inline_kernel
def relax(score: Floats, weight: Floats, n: int, m: int, best: Floats, back: Ints) -> None:
    """One step: from the scores of a row and the weights of all links to the scores and links of the next row.

    Shape: `score` (>= n,), `weight` (>= n, >= m) with -inf where there is no link, out `best` and `back` (>= m,).
    Unit: dimensionless (natural logarithms). Of equal sequences the one through the lower state wins; a state that
    nothing leads to scores -inf, back -1.
    """
    for j in range(m):
        best[j], back[j] = -inf, -1
        for i in range(n):
            candidate = score[i] + weight[i, j]
            if candidate > best[j]:
                best[j], back[j] = candidate, i


@leaf_kernel
def backtrace(back: Ints, rows: Ints, n: int, last: int, state: Ints) -> None:
    """The states of the best sequence that ends in state `last` of the last of `n` consecutive rows.

    Shape: `back` (any, K), `rows` (>= n,) where in it the consecutive rows are, out `state` (>= n,), -1 before the
    beginning of the sequence. Unit: dimensionless.
    """
    current = last
    for k in range(n - 1, -1, -1):
        state[k] = current
        current = back[rows[k], current] if current >= 0 else -1


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
def ancestor(back: Ints, rows: Ints, n: int, last: int) -> int:
    """The state in the first of `n` consecutive rows that the best sequence to state `last` of the last row came from.

    Shape: as `backtrace`. Unit: dimensionless. -1 where the sequence begins later.
    """
    current = last
    for k in range(n - 1, 0, -1):
        if current < 0:
            break
        current = back[rows[k], current]
    return current


@inline_kernel
def smoothed(score: Floats, back: Ints, rows: Ints, n: int, count: int, probability: Floats, share: Floats) -> None:
    """How probable each state of the first of `n` consecutive rows is, given all of them.

    Shape: `score` and `back` (any, K), `rows` (>= n,), `count` states of the last row; out `probability` (K,) of those,
    and `share` (K,) of the states of the first row. Unit: dimensionless.
    """
    last = rows[n - 1]
    posterior(score[last], count, probability)
    for j in range(len(share)):
        share[j] = 0.0
    for j in range(count):
        first = ancestor(back, rows, n, j)
        if first >= 0:
            share[first] += probability[j]
