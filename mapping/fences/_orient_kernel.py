"""On which side of a line a point lies, exactly: by floats where their sign is sure, by sums without rounding else.

Source: Shewchuk, Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates, 1997 (orient2d).
"""

from gnss._jit import inline_kernel, leaf_kernel

EPS = 2.0**-53
SURE = (3.0 + 16.0 * EPS) * EPS
"""The float determinant has the right sign where it exceeds this part of its terms (Shewchuk, ccwerrboundA)."""

SPLITTER = 134_217_729.0  # 2**27 + 1, Dekker's split of a double in halves
PASSES_MAX = 64
"""Sixteen terms are sorted out in fewer."""

Eight = tuple[float, float, float, float, float, float, float, float]
Sixteen = tuple[
    float, float, float, float, float, float, float, float, float, float, float, float, float, float, float, float
]


@inline_kernel
def _two_sum(a: float, b: float) -> tuple[float, float]:
    """The rounded sum and what rounding took."""
    total = a + b
    b_part = total - a
    return total, (a - (total - b_part)) + (b - b_part)


@inline_kernel
def _halves(a: float) -> tuple[float, float]:
    c = SPLITTER * a
    high = c - (c - a)
    return high, a - high


@inline_kernel
def _two_product(a: float, b: float) -> tuple[float, float]:
    """The rounded product and what rounding took."""
    product = a * b
    a_high, a_low = _halves(a)
    b_high, b_low = _halves(b)
    return product, a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)


@inline_kernel
def _product(a: float, a_rest: float, b: float, b_rest: float) -> Eight:
    """(a + a_rest) (b + b_rest) as a sum of eight doubles."""
    p1, p0 = _two_product(a_rest, b_rest)
    q1, q0 = _two_product(a_rest, b)
    r1, r0 = _two_product(a, b_rest)
    s1, s0 = _two_product(a, b)
    return p0, p1, q0, q1, r0, r1, s0, s1


@leaf_kernel
def _gather(t: Sixteen) -> Sixteen:
    """The same sum with as much of it as possible in the last term (VecSum of Ogita, Rump and Oishi, 2005)."""
    t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12, t13, t14, t15 = t
    t1, t0 = _two_sum(t0, t1)
    t2, t1 = _two_sum(t1, t2)
    t3, t2 = _two_sum(t2, t3)
    t4, t3 = _two_sum(t3, t4)
    t5, t4 = _two_sum(t4, t5)
    t6, t5 = _two_sum(t5, t6)
    t7, t6 = _two_sum(t6, t7)
    t8, t7 = _two_sum(t7, t8)
    t9, t8 = _two_sum(t8, t9)
    t10, t9 = _two_sum(t9, t10)
    t11, t10 = _two_sum(t10, t11)
    t12, t11 = _two_sum(t11, t12)
    t13, t12 = _two_sum(t12, t13)
    t14, t13 = _two_sum(t13, t14)
    t15, t14 = _two_sum(t14, t15)
    return t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12, t13, t14, t15


@leaf_kernel
def exact_side(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> float:
    """As `side_of`, whatever it costs."""
    ax_p, ax_rest = _two_sum(ax, -px)
    by_p, by_rest = _two_sum(by, -py)
    ay_p, ay_rest = _two_sum(ay, -py)
    bx_p, bx_rest = _two_sum(bx, -px)
    terms = _product(ax_p, ax_rest, by_p, by_rest) + _product(-ay_p, -ay_rest, bx_p, bx_rest)
    for _ in range(PASSES_MAX):
        terms = _gather(terms)
        rest = 0.0
        for term in terms[:-1]:
            rest += abs(term)
        if abs(terms[-1]) > 1.001 * rest or rest == 0.0:
            return terms[-1]
    return terms[-1]


@leaf_kernel
def side_of(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> float:
    """Positive where p is left of the line from a to b, negative where right, 0 on it: the sign is exact.

    Shape: scalars. Unit: m to m². Error: none in the sign while no product of differences underflows (differences of
    1e-140 m and less).
    """
    left = (ax - px) * (by - py)
    right = (ay - py) * (bx - px)
    side = left - right
    if abs(side) > SURE * (abs(left) + abs(right)):
        return side
    return exact_side(ax, ay, bx, by, px, py)
