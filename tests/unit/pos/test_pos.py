"""RTKLIB's `.pos` files: as RTKLIB writes them, and back."""

from pathlib import Path

import numpy as np
import pytest

from gnss.batches import NO_TIME, FixBatch
from gnss.pos_io import read_pos, write_pos
from gnss.pos_text import PosForm, format_pos, parse_pos
from gnss.time.rfc3339 import parse_rfc3339

DATE = int(parse_rfc3339(b"2020-07-12T01:36:05.994Z").t_gpst_ns.item())
"""2020-07-12 01:36:23.994 GPST."""

# a line as RTKLIB writes it, and the head before it
RTKLIB = """% program   : RTKLIB ver.demo5 b34
% inp file  : rover.obs
%
% (lat/lon/height=WGS84/ellipsoidal,Q=1:fix,2:float,3:sbas,4:dgps,5:single,6:ppp,ns=# of satellites)
%  GPST                  latitude(deg) longitude(deg)  height(m)   Q  ns   sdn(m)   sde(m)   sdu(m)  sdne(m)  sdeu(m)  sdun(m) age(s)  ratio
2020/07/12 01:36:23.994   33.979123456 -117.325123456   310.1234   1  18   0.0060   0.0050   0.0130  -0.0020   0.0030  -0.0040   1.00   12.5
2020/07/12 01:36:24.994   33.979123457 -117.325123457   310.1235   5   9   2.0000   1.5000   4.0000   0.5000  -0.7000   0.9000   0.00    0.0
"""  # noqa: E501


def fixes(n: int = 3, **columns: object) -> FixBatch:
    known = {
        **{
            "t_gpst_ns": DATE + np.arange(n) * 10**9,
            "fix_quality": 4,
            "sats_used": 18,
            "age_corr_s": 1.0,
            "ratio": 12.5,
        },
        **{"lat_rad": np.radians(25.831), "lon_rad": np.radians(114.935), "h_ell_m": 110.0},
        **{"sigma_n_m": 0.006, "sigma_e_m": 0.005, "sigma_u_m": 0.013},
        **{"cov_ne_m2": -4e-6, "cov_nu_m2": 1e-5, "cov_eu_m2": 2.5e-5},
    }
    return FixBatch.missing(n, **{**known, **columns})


def test_a_file_of_rtklib() -> None:
    found = parse_pos(RTKLIB.encode())
    f = found.fixes
    assert (len(f), found.damaged) == (2, 0)
    assert (f.t_gpst_ns - DATE).tolist() == [0, 10**9]
    assert np.degrees(f.lat_rad).tolist() == pytest.approx([33.979123456, 33.979123457], abs=1e-12)
    assert np.degrees(f.lon_rad).tolist() == pytest.approx([-117.325123456, -117.325123457], abs=1e-12)
    assert f.h_ell_m.tolist() == [310.1234, 310.1235]
    assert (f.fix_quality.tolist(), f.sats_used.tolist()) == ([4, 1], [18, 9])
    assert (f.sigma_n_m[0], f.sigma_e_m[0], f.sigma_u_m[0]) == pytest.approx((0.006, 0.005, 0.013))
    assert (f.cov_ne_m2[0], f.cov_eu_m2[0], f.cov_nu_m2[0]) == pytest.approx((-4e-6, 9e-6, -1.6e-5))
    assert (f.age_corr_s.tolist(), f.ratio.tolist()) == ([1.0, 0.0], [12.5, 0.0])
    assert found.header[0] == "program   : RTKLIB ver.demo5 b34"


def test_what_is_written_is_what_rtklib_writes() -> None:
    rows = [line for line in RTKLIB.splitlines() if not line.startswith("%")]
    text = format_pos(parse_pos(RTKLIB.encode()).fixes, ["program   : x"]).decode().splitlines()
    assert text[-2:] == rows
    assert text[-3:-2] == [line for line in RTKLIB.splitlines() if line.startswith("%  GPST")]
    assert text[0] == "% program   : x"
    assert text[1] == "% obs start : 2020/07/12 01:36:24.0 GPST (week2114   5784.0s)"


def test_baselines_are_written_as_rtklib_writes_them() -> None:
    """With the signs and the order of `rnx2rtkp -a`; no reader takes them for degrees."""
    there = np.array([[5100.2130, 1404.2531, 17.0224], [np.nan] * 3, [-0.5, 0.0, 1.0]])
    text = format_pos(fixes(), form=PosForm.ENU, baseline_enu_m=there)
    lines = text.decode().splitlines()
    assert lines[-4] == "% (e/n/u-baseline=WGS84,Q=1:fix,2:float,3:sbas,4:dgps,5:single,6:ppp,ns=# of satellites)"
    names = "e-baseline(m)  n-baseline(m)  u-baseline(m)   Q  ns   sde(m)   sdn(m)   sdu(m)  sden(m)  sdnu(m)  sdue(m)"
    assert names in lines[-3]
    numbers = [5100.2130, 1404.2531, 17.0224, 1, 18, 0.005, 0.006, 0.013, -0.002, 0.0032, 0.005, 1.0, 12.5]
    assert [float(word) for word in lines[-2].split()[2:]] == numbers
    assert lines[-1].split()[:5] == ["2020/07/12", "01:36:25.994", "-0.5000", "0.0000", "1.0000"]
    assert (len(parse_pos(text).fixes), parse_pos(text).damaged) == (0, 2)


@pytest.mark.parametrize("form", [PosForm.LLH, PosForm.ECEF])
def test_round_trip(tmp_path: Path, form: PosForm) -> None:
    f = fixes()
    write_pos(tmp_path / "a.pos", f, form=form)
    found = read_pos(tmp_path / "a.pos")
    assert found.damaged == 0
    assert np.array_equal(found.fixes.t_gpst_ns, f.t_gpst_ns)
    assert np.abs(found.fixes.lat_rad - f.lat_rad).max() * 6.4e6 < 2e-4
    assert np.abs(found.fixes.lon_rad - f.lon_rad).max() * 6.4e6 < 2e-4
    assert np.abs(found.fixes.h_ell_m - f.h_ell_m).max() < 2e-4
    for name in ("sigma_n_m", "sigma_e_m", "sigma_u_m"):
        np.testing.assert_allclose(getattr(found.fixes, name), getattr(f, name), atol=2e-4)
    for name in ("cov_ne_m2", "cov_nu_m2", "cov_eu_m2"):
        np.testing.assert_allclose(getattr(found.fixes, name), getattr(f, name), atol=4e-6)
    for name in ("fix_quality", "sats_used", "age_corr_s", "ratio"):
        assert np.array_equal(getattr(found.fixes, name), getattr(f, name))


@pytest.mark.parametrize(("step_ns", "decimals"), [(10**9, 3), (10**6, 3), (10**4, 5), (100, 7), (1, 9)])
def test_as_many_decimals_as_the_tags_need(step_ns: int, decimals: int) -> None:
    text = format_pos(fixes(t_gpst_ns=DATE + np.arange(3) * step_ns)).decode().splitlines()
    assert len(text[-1].split()[1]) == len("01:36:23.") + decimals


@pytest.mark.parametrize(("quality", "q"), [(4, 1), (5, 2), (2, 4), (1, 5), (3, 6), (6, 7)])
def test_qualities(quality: int, q: int) -> None:
    text = format_pos(fixes(1, fix_quality=quality))
    assert text.split()[-10] == str(q).encode()
    assert parse_pos(text).fixes.fix_quality.tolist() == [quality]


def test_other_clocks_and_forms() -> None:
    utc = RTKLIB.replace("%  GPST", "%  UTC ").encode()
    assert (parse_pos(utc).fixes.t_gpst_ns - DATE).tolist() == [18 * 10**9, 19 * 10**9]
    weeks = RTKLIB.replace("2020/07/12 01:36:23.994", "2114   5783.994").replace(
        "2020/07/12 01:36:24.994", "2114   5784.994"
    )
    assert (parse_pos(weeks.encode()).fixes.t_gpst_ns - DATE).tolist() == [0, 10**9]
    commas = "\n".join(line if line.startswith("%") else ",".join(line.split()) for line in RTKLIB.splitlines())
    assert len(parse_pos(commas.encode()).fixes) == 2


def test_damaged_lines_are_counted() -> None:
    rows = RTKLIB.splitlines()
    bad = [rows[-1].replace("33.979123457", "33.x"), rows[-1][:40], "hello", rows[-1].replace("2020/07", "2020/17"), ""]
    short = " ".join(rows[-1].split()[:7])
    found = parse_pos("\n".join([*rows, *bad, short]).encode())
    assert (len(found.fixes), found.damaged) == (3, 4)
    assert np.isnan(found.fixes.ratio[2])


def test_rows_without_a_date_or_a_position_are_left_out() -> None:
    f = fixes(t_gpst_ns=[DATE, NO_TIME, DATE], lat_rad=[0.1, 0.1, np.nan])
    assert len(parse_pos(format_pos(f)).fixes) == 1
    assert len(parse_pos(format_pos(FixBatch.empty())).fixes) == 0
