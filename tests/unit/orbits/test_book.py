"""Which ephemeris is in force, what a book keeps, and what it refuses."""

from typing import Any

import numpy as np
import pytest

from gnss.batches import NO_TIME
from gnss.constants import NS_PER_S
from gnss.orbits.book import OrbitBook
from gnss.orbits.satellites import SATELLITE_COUNT
from gnss.orbits.table import OrbitStatus
from gnss.rtcm.ephemerides import EphemerisBatch
from tests.unit.orbits import vectors as v

G02, C06, E05, R09 = (v.number_of(name) for name in ("G02", "C06", "E05", "R09"))
USABLE, NO_EPHEMERIS, TOO_OLD, UNHEALTHY = OrbitStatus


def later(ephemeris: EphemerisBatch, by_s: int, **changed: Any) -> EphemerisBatch:
    """The same ephemeris with another toe and toc: enough where only the choice matters."""
    moved = {name: getattr(ephemeris, name) + by_s * NS_PER_S for name in ("toe_gpst_ns", "toc_gpst_ns")}
    columns = {name: np.full(1, value, getattr(ephemeris, name).dtype) for name, value in changed.items()}
    return ephemeris.replace(**{**moved, **columns})


def book_of(*ephemerides: EphemerisBatch, issues_max: int = 8) -> OrbitBook:
    book = OrbitBook.empty(issues_max)
    for ephemeris in ephemerides:
        book.add(ephemeris)
    return book


def at(ephemeris: EphemerisBatch, after_s: float = 0.0) -> int:
    return int(ephemeris.toe_gpst_ns[0]) + round(after_s * NS_PER_S)


@pytest.mark.parametrize(("name", "age_s_max"), [("G02", 7_200), ("E05", 14_400), ("E03", 14_400), ("C12", 21_600)])
def test_an_ephemeris_holds_so_long(name: str, age_s_max: int) -> None:
    e, s = v.recorded(name), v.number_of(name)
    book = book_of(e)
    assert book.table(at(e, age_s_max)).status[s] == USABLE
    after = book.table(at(e, age_s_max + 1))
    assert after.status[s] == TOO_OLD and np.isnan(after.r_ecef_m[s]).all() and np.isnan(after.clock_s[s])
    assert after.status[s + 1] == NO_EPHEMERIS and after.issue[s] == -1


def test_a_glonass_ephemeris_holds_half_an_hour() -> None:
    e, book = v.glonass_ephemeris(), v.book()
    for after_s, status in ((1800, USABLE), (-1800, USABLE), (1801, TOO_OLD), (-1801, TOO_OLD)):
        assert book.table(int(e.tb_gpst_ns[0]) + after_s * NS_PER_S).status[R09] == status


def test_the_nearest_issue_is_in_force_and_of_two_the_later() -> None:
    e = v.recorded("G02")
    book = book_of(e, later(e, 7200, iode=99))
    first = int(e.iode[0])
    assert [book.table(at(e, s)).issue[G02] for s in (0, 3599, 3600, 7200)] == [first, first, 99, 99]


@pytest.mark.parametrize("name", ["C12", "E05"])
def test_an_issue_of_later_hours_waits_until_it_is_sent(name: str) -> None:
    """A recording holds the whole day: what was sent hours later is not in force, however near its toe is."""
    e, s = v.recorded(name), v.number_of(name)
    book = book_of(later(e, -9000), later(e, 3700, iode=7, health=0b101))
    table = book.table(at(e))
    assert (table.issue[s], table.status[s]) == (int(e.iode[0]), USABLE)
    assert book.table(at(e, 200)).issue[s] == 7


def test_a_satellite_that_became_unhealthy_is_not_used_any_more() -> None:
    e = v.recorded("G02")
    table = book_of(e, later(e, 7000, health=1)).table(at(e, 100))
    assert table.status[G02] == UNHEALTHY
    assert table.issue[G02] == int(e.iode[0]) and np.isfinite(table.r_ecef_m[G02]).all()
    healed = book_of(later(e, -3600, health=1), e).table(at(e, 100))
    assert healed.status[G02] == USABLE


@pytest.mark.parametrize(
    ("name", "health", "status"),
    [
        ("E05", 0b111000, USABLE),  # E5b in test, E1-B well
        ("E05", 0b000001, UNHEALTHY),  # E1-B works without guarantee
        ("E05", 0b000010, UNHEALTHY),  # E1-B out of service
        ("E03", 0b001, UNHEALTHY),  # F/NAV has E5a alone
        ("C12", 1, UNHEALTHY),
        ("G02", 0b100000, UNHEALTHY),
    ],
)
def test_health_is_that_of_the_signals_that_carry_the_message(name: str, health: int, status: OrbitStatus) -> None:
    e = later(v.recorded(name), 0, health=health)
    assert book_of(e).table(at(e)).status[v.number_of(name)] == status


def test_the_lowest_health_bit_of_qzss_speaks_of_another_signal() -> None:
    e = later(v.recorded("G02"), 0, system=4)
    for health, status in ((1, USABLE), (2, UNHEALTHY)):
        assert book_of(later(e, 0, health=health)).table(at(e)).status[v.number_of("J02")] == status


def test_i_nav_comes_before_f_nav() -> None:
    i_nav = v.recorded("E05")
    f_nav = later(i_nav, 600, number=1045, iode=5)
    assert book_of(i_nav, f_nav).table(at(i_nav, 600)).number[E05] == 1046
    alone = book_of(later(i_nav, -20_000), f_nav).table(at(i_nav, 600))
    assert (alone.number[E05], alone.status[E05], alone.issue[E05]) == (1045, USABLE, 5)
    ill = book_of(later(i_nav, 0, health=1), f_nav).table(at(i_nav, 600))
    assert (ill.number[E05], ill.status[E05]) == (1046, UNHEALTHY)


def test_the_order_of_arrival_does_not_matter() -> None:
    e = v.recorded("G02")
    issues = [later(e, by_s, iode=i) for i, by_s in enumerate((0, 0, 600, -600, 1200, 1800, 2400))]
    issues += [later(e, 0, tgd2_s=1e-9), later(e, 0, health=1), e]
    rng = np.random.default_rng(3)
    for issues_max in (1, 3, 8, 12):
        expected = book_of(*issues, issues_max=issues_max)
        for _ in range(10):
            book = book_of(*(issues[i] for i in rng.permutation(len(issues))), issues_max=issues_max)
            assert _same(book, expected)


def test_a_book_is_bounded_and_keeps_the_latest() -> None:
    e = v.recorded("G02")
    issues = [later(e, 60 * i, iode=i) for i in range(20)]
    book = book_of(*issues, issues_max=4)
    assert book.pages.issues[G02] == 4
    assert book.table(at(e)).issue[G02] == 16
    assert OrbitBook.holding(EphemerisBatch.concat(issues)).table(at(e)).issue[G02] == 0


def test_known_ephemerides_are_not_entered_again() -> None:
    book = OrbitBook.empty()
    assert (book.add(v.kepler_ephemerides()), book.add(v.kepler_ephemerides())) == (7, 0)
    assert (book.add_glonass(v.glonass_ephemeris()), book.add_glonass(v.glonass_ephemeris())) == (1, 0)
    assert (book.known, book.damaged) == (8, 0)


@pytest.mark.parametrize(
    "changed",
    [
        {"toe_gpst_ns": NO_TIME}, {"toc_gpst_ns": NO_TIME}, {"prn": 0}, {"prn": 64}, {"system": 9}, {"system": 6},
        {"system": 1}, {"e": 0.9}, {"sqrt_a": 0.0}, {"sqrt_a": np.nan}, {"m0_rad": np.nan}, {"af0_s": np.inf},
    ],
)  # fmt: skip
def test_damaged_ephemerides_are_counted_and_left_out(changed: dict[str, Any]) -> None:
    book = OrbitBook.empty()
    assert book.add(later(v.recorded("G02"), 0, **changed)) == 0
    assert (book.known, book.damaged) == (0, 1) and book.pages.issues.sum() == 0


def test_damaged_glonass_ephemerides_are_left_out() -> None:
    book, e = OrbitBook.empty(), v.glonass_ephemeris()
    for name, value in (("tb_gpst_ns", NO_TIME), ("prn", 0), ("x_m", 0.0), ("gamma_n", np.nan)):
        assert book.add_glonass(e.replace(**{name: np.full(1, value, getattr(e, name).dtype)})) == 0
    assert book.damaged == 4


@pytest.mark.parametrize("name", ["bn", "ln_third"])
def test_an_unhealthy_glonass_satellite(name: str) -> None:
    book, e = OrbitBook.empty(), v.glonass_ephemeris()
    book.add_glonass(e.replace(**{name: np.ones(1, np.uint8)}))
    assert book.table(int(e.tb_gpst_ns[0])).status[R09] == UNHEALTHY


def test_a_copy_is_independent() -> None:
    book = OrbitBook.empty()
    copy = book.copy()
    book.add(v.recorded("G02"))
    assert copy.known == 0 and copy.pages.issues.sum() == 0
    assert _same(book, book.copy())


def test_an_empty_book_knows_no_satellite() -> None:
    table = OrbitBook.empty().table(1_300_000_000 * NS_PER_S)
    assert len(table.status) == SATELLITE_COUNT and set(table.status.tolist()) == {NO_EPHEMERIS}


def test_tables_of_several_instants() -> None:
    t_ns = np.array([at(v.recorded("G02"), s) for s in (0, 50)])
    for t, table in zip(t_ns.tolist(), v.book().tables(t_ns), strict=True):
        assert table.t_gpst_ns == t
        assert np.array_equal(table.r_ecef_m, v.book().table(t).r_ecef_m, equal_nan=True)


def _same(a: OrbitBook, b: OrbitBook) -> bool:
    """Equal in all that is in use; what a page holds beyond its issues is left over."""
    used = np.arange(a.pages.codes.shape[1])[None, :] < a.pages.issues[:, None]
    return (
        np.array_equal(a.pages.issues, b.pages.issues)
        and np.array_equal(a.pages.codes[used], b.pages.codes[used])
        and np.array_equal(a.pages.terms[used], b.pages.terms[used], equal_nan=True)
    )
