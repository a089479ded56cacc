"""The table of benchmarks says what was measured: a wrong prefix or a wrong direction would be a wrong claim."""

import pytest

from tests.bench.publish import Published, page
from tests.bench.result import Result, figure


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (14_300.0, "sentences/s", "14.3 k sentences/s"),
        (340_738.4, "/s", "341 k/s"),
        (7e6, "sentences/s", "7 M sentences/s"),
        (1.752e9, "B/s", "1.75 GB/s"),
        (0.000132, "s", "132 µs"),
        (0.13249, "ms", "0.132 ms"),
        (9_999.0, "frames/s", "10000 frames/s"),
        (12.0, "%", "12 %"),
        (0.0, "bytes", "0 bytes"),
    ],
)
def test_figures_read_as_people_write_them(value: float, unit: str, text: str) -> None:
    assert figure(value, unit) == text


def test_ratio_is_how_many_times_better_whichever_way_better_is() -> None:
    assert Result("b", "rate", 400.0, "/s", "higher", "peer", 100.0).ratio == pytest.approx(4)
    assert Result("b", "cost", 100.0, "µs", "lower", "peer", 400.0).ratio == pytest.approx(4)
    assert Result("b", "rate", 400.0, "/s", "higher").ratio is None


@pytest.mark.parametrize(
    ("value", "better", "verdict"),
    [(5, "higher", "missed"), (7, "higher", "met"), (15, "higher", "reached"), (8, "lower", "reached")],
)
def test_verdict_compares_with_the_targets(value: float, better: str, verdict: str) -> None:
    must, reach = (7, 15) if better == "higher" else (12, 8)
    assert Result("b", "m", value, "M/s", better, must=must, reach=reach).verdict() == verdict  # type: ignore[arg-type]


def test_the_page_groups_by_bench_and_records_come_back() -> None:
    results = [Result("decode", "mix", 1e7, "/s", "higher", must=2e7), Result("frame", "10 k", 0.1, "ms", "lower")]
    text = page([Published(result, "a machine", "2026-11-22") for result in results])
    assert (
        text.index("## `decode`") < text.index("| mix | **10 M/s** | 20 M/s |  | missed |") < text.index("## `frame`")
    )
    assert [Result.from_record(result.to_record()) for result in results] == results
