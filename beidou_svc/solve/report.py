"""What a solution ends with, for people: the files, how good the positions are, what was not used and why."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from beidou_svc.replay.command import out_console
from beidou_svc.replay.report import (
    QUALITY_NAMES,
    QUALITY_STYLES,
    SYSTEM_NAMES,
    duration_text,
    new_table,
    utc_text,
)
from beidou_svc.solve.session import Session
from gnss.batches import NO_TIME, FixBatch
from gnss.frames.enu import ecef_to_enu
from gnss.frames.geodetic import geodetic_to_ecef
from gnss.status import STATUS_TEXT, Status

RTK_FIXED = 4
_BAR_CELLS = 24
_NOT_STATED = 255
STANDING_M_MAX = 20.0
"""Half of the single points of an antenna that stands still are nearer to their middle."""

Floats = NDArray[np.float64]


def tell(session: Session, fixes: FixBatch, parts: Sequence[Table], notes: Sequence[str], written: str) -> None:
    """Print everything: the tables, `parts` of them behind the positions, notes, and what was written."""
    console = out_console()
    console.print(_report(session, fixes, parts))
    for note in notes:
        console.print(f"note: {note}", soft_wrap=True)
    console.print(written, soft_wrap=True)


def _report(session: Session, fixes: FixBatch, parts: Sequence[Table]) -> RenderableType:
    tables = [_files(session), _positions(fixes), _qualities(fixes), *parts, _not_used(fixes)]
    return Group(*[line for table in tables if table.row_count for line in (table, "")])


def _files(session: Session) -> Table:
    table = new_table("Files", "", "file", "form", ">epochs", ">observations", ">ephemerides")
    roles = ["rover", *(["base"] if session.base else []), *["nav"] * len(session.navs)]
    for role, recording in zip(roles, session.recordings, strict=True):
        counts = (len(recording.epochs), len(recording.observations), recording.ephemerides)
        table.add_row(role, recording.path.name, str(recording.kind), *(f"{n:,}" if n else "" for n in counts))
    return table


def _range_text(values: Floats, digits: int, unit: str) -> str:
    """Median and the value that 95 % are below."""
    known = values[np.isfinite(values)]
    if not len(known):
        return "–"
    return f"{np.median(known):.{digits}f} {unit}  (95 %: {np.quantile(known, 0.95):.{digits}f} {unit})".replace(
        " )", ")"
    )


def time_to_first_fix_s(fixes: FixBatch) -> float:
    """Seconds from the first epoch to the first one whose integers are fixed; NaN = none is."""
    dated = fixes.take(fixes.t_gpst_ns != NO_TIME)
    fixed = dated.t_gpst_ns[dated.fix_quality == RTK_FIXED]
    return float(fixed.min() - dated.t_gpst_ns.min()) / 1e9 if len(fixed) else float("nan")


def _positions(fixes: FixBatch) -> Table:
    table = new_table("Positions", "", "")
    table.show_header = False
    has = fixes.take(np.isfinite(fixes.lat_rad))
    table.add_row("with a position", f"{len(has):,} of {len(fixes):,} epochs ({len(has) / max(len(fixes), 1):.1%})")
    dated = fixes.t_gpst_ns[fixes.t_gpst_ns != NO_TIME]
    if len(dated):
        first_ns, last_ns = int(dated.min()), int(dated.max())
        table.add_row("from", utc_text(first_ns))
        table.add_row("to", f"{utc_text(last_ns)}  ({duration_text((last_ns - first_ns) / 1e9)})")
    if not len(has):
        return table
    used = np.where(has.sats_used == _NOT_STATED, np.nan, has.sats_used)
    rows = [
        ("satellites used", _range_text(used, 0, "")), ("PDOP", _range_text(has.pdop, 1, "")),
        ("sigma, horizontal", _range_text(np.hypot(has.sigma_n_m, has.sigma_e_m), 3, "m")),
        ("sigma, vertical", _range_text(has.sigma_u_m, 3, "m")), ("speed", _range_text(has.speed_mps, 2, "m/s")),
        ("age of corrections", _range_text(has.age_corr_s, 2, "s")), ("ratio", _range_text(has.ratio, 1, "")),
        ("baseline", _range_text(has.baseline_m, 3, "m")),
    ]  # fmt: skip
    for name, text in [*rows, *_standing_rows(has)]:
        if text != "–":
            table.add_row(name, text)
    return table


def stood_still(fixes: FixBatch) -> bool:
    """Whether positions lie about one place, as far as codes can tell; without any they do."""
    enu_m = _from_middle_m(fixes)
    return not np.median(np.linalg.norm(enu_m, axis=1)) > STANDING_M_MAX if len(enu_m) else True


def _from_middle_m(fixes: FixBatch) -> Floats:
    """(n, 3) east, north, up from the median of the positions there are."""
    has = fixes.take(np.isfinite(fixes.lat_rad))
    ecef_m = geodetic_to_ecef(has.lat_rad, has.lon_rad, has.h_ell_m)
    middle = (
        (float(np.median(values)) for values in (has.lat_rad, has.lon_rad, has.h_ell_m)) if len(has) else (0.0,) * 3
    )
    return ecef_to_enu(ecef_m, *middle)


def _standing_rows(has: FixBatch) -> list[tuple[str, str]]:
    """Where the antenna stood still: its mean position, and how far the positions lie apart, which is their error."""
    if not stood_still(has):
        return []
    east_m, north_m, up_m = _from_middle_m(has).std(axis=0)
    mean = (
        f"{np.degrees(has.lat_rad.mean()):.9f}°, {np.degrees(has.lon_rad.mean()):.9f}°, {has.h_ell_m.mean():.4f} m ell."
    )
    return [("spread", f"{east_m:.3f} m east, {north_m:.3f} m north, {up_m:.3f} m up"), ("mean", mean)]


def _qualities(fixes: FixBatch) -> Table:
    table = new_table("Fix quality", "", "", ">epochs", ">share", "", "")
    totals = np.bincount(fixes.fix_quality, minlength=len(QUALITY_NAMES))
    for quality in np.flatnonzero(totals).tolist():
        share = totals[quality] / totals.sum()
        bar = Text("█" * max(1, round(share * _BAR_CELLS)), QUALITY_STYLES[quality])
        first_s = time_to_first_fix_s(fixes) if quality == RTK_FIXED else float("nan")
        note = f"the first after {duration_text(first_s)}" if np.isfinite(first_s) else ""
        table.add_row(str(quality), QUALITY_NAMES[quality], f"{totals[quality]:,}", f"{share:.1%}", bar, note)
    return table


def systems_table(
    title: str, system: NDArray[np.uint8], residual_m: Floats, left_out: NDArray[np.bool_], epochs: int
) -> Table:
    """By constellation: satellites an epoch, root mean square of residuals, how often one was left out."""
    table = new_table(title, "", ">an epoch", ">residual rms", ">left out")
    for i, name in enumerate(SYSTEM_NAMES):
        mine = system == i
        known = residual_m[mine & np.isfinite(residual_m) & ~left_out]
        if not mine.any():
            continue
        rms = f"{np.sqrt(np.mean(known**2)):.3f} m" if len(known) else "–"
        table.add_row(name, f"{len(known) / max(epochs, 1):.1f}", rms, f"{np.count_nonzero(mine & left_out):,}")
    return table


def _not_used(fixes: FixBatch) -> Table:
    table = new_table("Epochs with a remark", "reason", ">epochs", "")
    totals = np.bincount(fixes.status)
    for code in np.flatnonzero(totals[1:]).tolist():
        status = Status(code + 1)
        table.add_row(status.name, f"{totals[status]:,}", STATUS_TEXT[status])
    return table


def pos_header(session: Session, lines: Sequence[tuple[str, str]]) -> list[str]:
    """Lines for the head of a `.pos` file, as RTKLIB has them."""
    files = [("inp file", str(recording.path.name)) for recording in session.recordings]
    return [f"{name:<9} : {text}" for name, text in [("program", "beidou"), *files, *lines]]
