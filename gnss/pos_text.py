"""Positions as the text of RTKLIB's `.pos` files, and back.

    % (lat/lon/height=WGS84/ellipsoidal,Q=1:fix,2:float,3:sbas,4:dgps,5:single,6:ppp,ns=# of satellites)
    %  GPST                  latitude(deg) longitude(deg)  height(m)   Q  ns   sdn(m)   sde(m)   sdu(m)  sdne(m) ...
    2020/07/12 01:36:24.994   37.123456789 -122.123456789    12.3456   1  18   0.0061   0.0055   0.0132   0.0010 ...

Covariances are written as the signed root of their size. Source: files of RTKLIB and its manual, appendix B.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.batches import NO_TIME, FixBatch, Source
from gnss.constants import NS_PER_DAY, NS_PER_S, NS_PER_WEEK
from gnss.frames.enu import r_enu_from_ecef
from gnss.frames.geodetic import ecef_to_geodetic, geodetic_to_ecef
from gnss.status import Status
from gnss.time.leap import GPS_EPOCH_DAY
from gnss.time.scales import utc_to_gpst_ns

Floats = NDArray[np.float64]

# RTKLIB's Q by `fix_quality` (NMEA GGA field 6): 0 none, 1 single, 2 differential, 3 PPS (RTKLIB: PPP), 4 fixed,
# 5 float, 6 estimated, 7 manual, 8 simulator
Q_OF_QUALITY: Final = np.array([0, 5, 4, 6, 1, 2, 7, 5, 5], np.int64)
QUALITY_OF_Q: Final = np.array([0, 4, 5, 2, 2, 1, 3, 6], np.uint8)
"""`fix_quality` by Q; SBAS (3) is a differential fix."""

_DECIMALS = (3, 5, 7, 9)
_COLUMNS = ("Q", "ns", "age", "ratio")
_TIME_WORDS = 6
_NS_PER_MINUTE = 60 * NS_PER_S
_LEAST_WORDS = 5
_TENTH_NS = 10**8
_NOTE_END = "Q=1:fix,2:float,3:sbas,4:dgps,5:single,6:ppp,ns=# of satellites)"


class PosForm(StrEnum):
    """What the three coordinates of a row are: degrees and height, ECEF, or the baseline from the base."""

    LLH = "llh"
    ECEF = "ecef"
    ENU = "enu"


class _Layout(NamedTuple):
    """Head of the columns, what it says of the coordinates, how these are written, which covariances follow."""

    names: str
    note: str
    place: str
    order: tuple[tuple[int, int], ...]


_XYZ_ORDER = ((0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (0, 2))
_METRES = "%14.4f %14.4f %14.4f"
_LAYOUTS: Final = {
    PosForm.LLH: _Layout(
        "latitude(deg) longitude(deg)  height(m)   Q  ns   sdn(m)   sde(m)   sdu(m)  sdne(m)  sdeu(m)  sdun(m)",
        "(lat/lon/height=WGS84/ellipsoidal,",
        "%14.9f %14.9f %10.4f",
        ((1, 1), (0, 0), (2, 2), (0, 1), (0, 2), (1, 2)),
    ),
    PosForm.ECEF: _Layout(
        "    x-ecef(m)      y-ecef(m)      z-ecef(m)   Q  ns   sdx(m)   sdy(m)   sdz(m)  sdxy(m)  sdyz(m)  sdzx(m)",
        "(x/y/z-ecef=WGS84,",
        _METRES,
        _XYZ_ORDER,
    ),
    PosForm.ENU: _Layout(
        "e-baseline(m)  n-baseline(m)  u-baseline(m)   Q  ns   sde(m)   sdn(m)   sdu(m)  sden(m)  sdnu(m)  sdue(m)",
        "(e/n/u-baseline=WGS84,",
        _METRES,
        _XYZ_ORDER,
    ),
}


@dataclass(frozen=True, slots=True)
class PosFile:
    """A `.pos` file: its positions, its header lines without the `%`, and how many lines could not be read."""

    fixes: FixBatch
    header: Sequence[str]
    damaged: int


def _covariance_enu(f: FixBatch) -> Floats:
    """(n, 3, 3), east, north, up, in m²; a covariance that is not known is 0."""
    covariance = np.zeros((len(f), 3, 3))
    for i, sigma_m in enumerate((f.sigma_e_m, f.sigma_n_m, f.sigma_u_m)):
        covariance[:, i, i] = sigma_m**2
    for (i, j), value in (((0, 1), f.cov_ne_m2), ((1, 2), f.cov_nu_m2), ((0, 2), f.cov_eu_m2)):
        covariance[:, i, j] = covariance[:, j, i] = np.nan_to_num(value)
    return covariance


def _signed_root(value: Floats) -> Floats:
    return np.copysign(np.sqrt(np.abs(value)), value)


def _signed_square(value: Floats) -> Floats:
    return np.copysign(value * value, value)


def _numbers(f: FixBatch, form: PosForm, baseline_enu_m: Floats | None) -> Floats:
    """The three coordinates and six roots of a row, (n, 9), in the file's order."""
    covariance = _covariance_enu(f)
    if form == PosForm.LLH:
        place = np.stack([np.degrees(f.lat_rad), np.degrees(f.lon_rad), f.h_ell_m], axis=1)
    elif form == PosForm.ECEF:
        place = geodetic_to_ecef(f.lat_rad, f.lon_rad, f.h_ell_m)
        turn = r_enu_from_ecef(f.lat_rad, f.lon_rad)
        covariance = turn.transpose(0, 2, 1) @ covariance @ turn
    else:
        place = np.full((len(f), 3), np.nan) if baseline_enu_m is None else baseline_enu_m
    roots = [_signed_root(covariance[:, i, j]) for i, j in _LAYOUTS[form].order]
    return np.concatenate([place, np.stack(roots, axis=1)], axis=1)


def _decimals(t_gpst_ns: NDArray[np.int64]) -> int:
    """Decimals of a second that all tags need; three at least."""
    return next((n for n in _DECIMALS if not (t_gpst_ns % 10 ** (9 - n)).any()), _DECIMALS[-1])


def _times(t_gpst_ns: NDArray[np.int64], decimals: int) -> list[str]:
    day, of_day_ns = np.divmod(t_gpst_ns, NS_PER_DAY)
    dates = (day + GPS_EPOCH_DAY).astype("datetime64[D]").astype(str)
    minutes, ns = np.divmod(of_day_ns, _NS_PER_MINUTE)
    hour, minute = np.divmod(minutes, 60)
    second, fraction = np.divmod(ns, NS_PER_S)
    columns = (
        dates.tolist(),
        hour.tolist(),
        minute.tolist(),
        second.tolist(),
        (fraction // 10 ** (9 - decimals)).tolist(),
    )
    return [
        f"{d.replace('-', '/')} {h:02d}:{m:02d}:{s:02d}.{x:0{decimals}d}"
        for d, h, m, s, x in zip(*columns, strict=True)
    ]


def _span_lines(t_gpst_ns: NDArray[np.int64]) -> list[str]:
    if not len(t_gpst_ns):
        return []
    ends = (np.array([t_gpst_ns.min(), t_gpst_ns.max()]) + _TENTH_NS // 2) // _TENTH_NS * _TENTH_NS
    week, tow_ns = np.divmod(ends, NS_PER_WEEK)
    rows = zip(("start", "end  "), _times(ends, 1), week.tolist(), (tow_ns / NS_PER_S).tolist(), strict=True)
    return [f"obs {name} : {time} GPST (week{w} {tow_s:8.1f}s)" for name, time, w, tow_s in rows]


def format_pos(
    fixes: FixBatch,
    header: Sequence[str] = (),
    *,
    form: PosForm = PosForm.LLH,
    baseline_enu_m: Floats | None = None,
) -> bytes:
    """Text of a `.pos` file; rows without a date, or without what the form is about, are left out.

    Shape: (n,), `baseline_enu_m` (n, 3). Unit: degrees, m; GPST with three decimals or as many as the tags need. Frame:
    as the rows; baselines in the horizon of the base. Error: 0.1 mm. Source: files of RTKLIB.
    """
    numbers = _numbers(fixes, form, baseline_enu_m)
    rows = np.flatnonzero((fixes.t_gpst_ns != NO_TIME) & np.isfinite(numbers[:, :3]).all(axis=1))
    kept, layout = fixes.take(rows), _LAYOUTS[form]
    decimals = _decimals(kept.t_gpst_ns)
    notes = [*header, *_span_lines(kept.t_gpst_ns), "", layout.note + _NOTE_END]
    lines = [f"% {line}".rstrip() for line in notes]
    lines.append(f"%  GPST                {' ' * (decimals - 3)}  {layout.names} age(s)  ratio")
    row = f"%s {layout.place} %3d %3d" + " %8.4f" * 6 + " %6.2f %6.1f"
    q = Q_OF_QUALITY[np.minimum(kept.fix_quality, len(Q_OF_QUALITY) - 1)].tolist()
    used = np.where(kept.sats_used == 255, 0, kept.sats_used).tolist()
    ends = (np.nan_to_num(kept.age_corr_s).tolist(), np.nan_to_num(kept.ratio).tolist())
    written = np.nan_to_num(numbers[rows]).T.tolist()
    columns = (_times(kept.t_gpst_ns, decimals), *written[:3], q, used, *written[3:], *ends)
    lines += [row % values for values in zip(*columns, strict=True)]
    return "".join(line + "\n" for line in lines).encode("ascii", "replace")


def _row(line: str, width: int) -> list[float] | None:
    """Numbers of a line: time, coordinates and what follows, NaN where the line is shorter; None where it is no row."""
    words = line.replace("/", " ").replace(":", " ").replace(",", " ").split()
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        return None
    if "/" not in line and len(numbers) > 1:  # week and seconds of it
        t_s = numbers[0] * (NS_PER_WEEK // NS_PER_S) + numbers[1]
        numbers = [np.nan, np.nan, np.nan, np.nan, np.nan, t_s, *numbers[2:]]
    if len(numbers) < _TIME_WORDS + _LEAST_WORDS:
        return None
    return [*numbers[:width], *[np.nan] * (width - len(numbers))]


def _instants(t: Floats, *, utc: bool) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """GPST of the time columns, and which are dates."""
    weekly = np.isnan(t[:, 0])
    whole = np.nan_to_num(t)
    good = weekly | ((whole[:, 1] >= 1) & (whole[:, 1] <= 12) & (whole[:, 2] >= 1) & (whole[:, 2] <= 31))
    good &= (whole[:, 0] < 2200) & (whole[:, 3] < 24) & (whole[:, 4] < 60)
    months = ((whole[:, 0] - 1970) * 12 + np.clip(whole[:, 1], 1, 12) - 1).astype(np.int64).astype("datetime64[M]")
    day = months.astype("datetime64[D]").astype(np.int64) + whole[:, 2].astype(np.int64) - 1
    second_ns = np.rint(whole[:, 5] * 1e7).astype(np.int64) * 100
    of_day_ns = (whole[:, 3] * 60 + whole[:, 4]).astype(np.int64) * _NS_PER_MINUTE + second_ns
    calendar_ns = utc_to_gpst_ns(day, of_day_ns) if utc else (day - GPS_EPOCH_DAY) * NS_PER_DAY + of_day_ns
    return np.where(weekly, second_ns, calendar_ns), good


def _sigma(numbers: Floats, r_rad: tuple[Floats, Floats], *, ecef: bool) -> dict[str, Floats]:
    """Standard deviations and covariances of the six roots of a row."""
    squares = _signed_square(numbers)
    covariance = np.zeros((len(numbers), 3, 3))
    for k, (i, j) in enumerate(_LAYOUTS[PosForm.ECEF if ecef else PosForm.LLH].order):
        covariance[:, i, j] = covariance[:, j, i] = squares[:, k]
    if ecef:
        turn = r_enu_from_ecef(*r_rad)
        covariance = turn @ covariance @ turn.transpose(0, 2, 1)
    sigma_m = np.sqrt(np.maximum(covariance[:, range(3), range(3)], 0.0)).T
    return {
        "sigma_e_m": sigma_m[0], "sigma_n_m": sigma_m[1], "sigma_u_m": sigma_m[2],
        "cov_ne_m2": covariance[:, 0, 1], "cov_nu_m2": covariance[:, 1, 2], "cov_eu_m2": covariance[:, 0, 2],
    }  # fmt: skip


def parse_pos(data: bytes) -> PosFile:
    """Positions of a `.pos` file: degrees or ECEF, GPST or UTC, date or week, as its header says.

    Shape: (n,). Unit: as `FixBatch` says. Frame: as the file. Error: times to 100 ns; lines that are no positions are
    counted, baselines among them. Source: files of RTKLIB.
    """
    lines = data.decode("latin-1").splitlines()
    header = [line[1:].strip() for line in lines if line.startswith("%")]
    body = [line for line in lines if line.strip() and not line.startswith("%")]
    names = next((line for line in header if "latitude" in line or "x-ecef" in line), "")
    ecef, width = "x-ecef" in names, _TIME_WORDS + _LEAST_WORDS + 8
    places = [] if any("e-baseline" in line for line in header) else body
    rows = [row for line in places if (row := _row(line, width)) is not None]
    numbers = np.array(rows, np.float64).reshape(-1, width)
    t_gpst_ns, good = _instants(numbers[:, :_TIME_WORDS], utc=names.split()[:1] == ["UTC"])
    numbers, t_gpst_ns = numbers[good][:, _TIME_WORDS:], t_gpst_ns[good]
    if ecef:
        lat_rad, lon_rad, h_ell_m = ecef_to_geodetic(numbers[:, :3])
    else:
        lat_rad, lon_rad, h_ell_m = np.radians(numbers[:, 0]), np.radians(numbers[:, 1]), numbers[:, 2]
    q = np.clip(np.nan_to_num(numbers[:, 3]), 0, len(QUALITY_OF_Q) - 1).astype(np.int64)
    fixes = FixBatch.missing(
        len(numbers), t_gpst_ns=t_gpst_ns, lat_rad=lat_rad, lon_rad=lon_rad, h_ell_m=h_ell_m,
        fix_quality=QUALITY_OF_Q[q], fix_dim=3, sats_used=np.clip(np.nan_to_num(numbers[:, 4]), 0, 254),
        age_corr_s=numbers[:, 11], ratio=numbers[:, 12], source=Source.ENGINE, status=Status.OK,
        **_sigma(numbers[:, 5:11], (lat_rad, lon_rad), ecef=ecef),
    )  # fmt: skip
    return PosFile(fixes, header, len(body) - len(fixes))
