"""`beidou rtk` as it runs."""

from collections.abc import Sequence

import numpy as np
from rich.table import Table

from beidou_svc.replay.command import error_console, guarded
from beidou_svc.replay.report import new_table
from beidou_svc.solve.advice import nothing_solved
from beidou_svc.solve.base_place import BaseCheck
from beidou_svc.solve.options import RtkCommand
from beidou_svc.solve.output import FORMATS, check_outputs, solving_progress, title_of, write_outputs
from beidou_svc.solve.recording import FileKind, Place, SolveError
from beidou_svc.solve.report import RTK_FIXED, pos_header, stood_still, tell
from beidou_svc.solve.rtk_solver import RtkResult, solve_rtk
from beidou_svc.solve.session import Session, load_session
from beidou_svc.solve.spp_command import rules_of as rules_of_spp
from gnss.batches import FixBatch
from gnss.frames.geodetic import ecef_to_geodetic
from gnss.pos_text import PosForm
from gnss.position.options import SppRules
from gnss.rtk.engine import SolvedBatch, Why
from gnss.rtk.settings import Mode, RtkSettings, rules_of

MODES = {
    "kinematic": Mode.KINEMATIC,
    "static": Mode.STATIC,
    "single-epoch": Mode.SINGLE_EPOCH,
    "moving-base": Mode.MOVING_BASE,
}

_WHY_TEXTS = {
    Why.STALE: "not later than the epoch before",
    Why.NO_PAIRS: "too few satellites in common with the base",
    Why.WEAK: "with a geometry that determines no position",
    Why.NO_BASE: "without a base epoch that is fresh enough",
}


def run_rtk(command: RtkCommand) -> None:
    """Solve, write, sum up; ends the process with a code that says whether everything could be used."""
    guarded(lambda: _rtk(command))


def _rtk(command: RtkCommand) -> Sequence[str]:
    settings = settings_of(command)
    check_outputs(command.outputs, command.inputs.files, FORMATS)
    session = load_session(command.inputs)
    spp_rules = rules_of_spp(command.systems, command.elevation_mask_deg, session.ionosphere)
    with solving_progress(error_console(), len(session.rover.epochs)) as advance:
        result = solve_rtk(session, settings, spp_rules, advance)
    written = _write(command, session, result)
    fixes, solved = result.fixes, result.solved
    place, check = session.base_place, _base_check(session, spp_rules)
    tables = [_base_table(place, check)] if place is not None and check is not None else []
    tell(session, fixes, [*tables, _solution_table(fixes, solved)], _notes(session), written)
    nothing = nothing_solved(session, fixes, command.systems, command.elevation_mask_deg)
    moved = _moved(command, session, result.single)
    return [*session.problems(), *(check.problems() if check else []), *moved, *nothing]


def _write(command: RtkCommand, session: Session, result: RtkResult) -> str:
    """Positions, or the baselines of those that have one."""
    header, title = _header(command, session), title_of(command.inputs.rover, f"RTK, {command.mode}")
    if command.outputs.format != PosForm.ENU:
        return write_outputs(command.outputs, result.at_large, header, title)
    rows = np.isfinite(result.fixes.baseline_m)
    baseline_enu_m = result.solved.baseline_enu_m[rows]
    return write_outputs(command.outputs, result.fixes.take(rows), header, title, baseline_enu_m)


def _moved(command: RtkCommand, session: Session, single: FixBatch) -> list[str]:
    """The problem that an antenna taken to stand still did not."""
    if command.mode != "static" or stood_still(single):
        return []
    return [f"{session.rover.path}: its own codes say that it moved: --mode static is for antennas that stand still"]


def _base_check(session: Session, rules: SppRules) -> BaseCheck | None:
    """None of a base that moves."""
    if session.base is None or session.base_place is None:
        return None
    return BaseCheck(session.base, session.base_place, session.book, rules)


def settings_of(command: RtkCommand) -> RtkSettings:
    """Settings of the engine. Raises SolveError, which names the option."""
    if command.mode not in MODES:
        raise SolveError(f"--mode {command.mode}: choose {', '.join(MODES)}")
    settings = RtkSettings(
        mode=MODES[command.mode],
        systems=command.systems.upper(),
        signals=tuple(command.signals),
        elevation_mask_deg=command.elevation_mask_deg,
    )
    try:
        rules_of(settings)
    except ValueError as error:
        raise SolveError(f"--{str(error).replace('elevation_mask_deg', 'elevation-mask')}") from error
    return settings


def _header(command: RtkCommand, session: Session) -> list[str]:
    lines = [
        ("pos mode", command.mode),
        ("elev mask", f"{command.elevation_mask_deg:.1f} deg"),
        ("navi sys", command.systems),
        *([("signals", ",".join(command.signals))] if command.signals else []),
    ]
    if session.base_place is not None:
        lat_deg, lon_deg, h_ell_m = _geodetic(session.base_place)
        lines.append(("ref pos", f"{lat_deg:.9f} {lon_deg:.9f} {h_ell_m:.4f}"))
    return pos_header(session, lines)


def _geodetic(place: Place) -> tuple[float, float, float]:
    """Degrees, degrees, m."""
    lat_rad, lon_rad, h_ell_m = ecef_to_geodetic(place.ecef_m)
    return float(np.degrees(lat_rad)), float(np.degrees(lon_rad)), float(h_ell_m)


def _base_table(place: Place, check: BaseCheck) -> Table:
    table = new_table("Base", "", "")
    table.show_header = False
    lat_deg, lon_deg, h_ell_m = _geodetic(place)
    table.add_row("position", f"{lat_deg:.9f}°, {lon_deg:.9f}°, {h_ell_m:.4f} m ell.")
    table.add_row("as stated by", place.source)
    if check.text:
        table.add_row("by its own codes", f"{check.text} from there")
    return table


def _solution_table(fixes: FixBatch, solved: SolvedBatch) -> Table:
    """How the positions came about."""
    table = new_table("Solution", "", "")
    table.show_header = False
    fixed = fixes.fix_quality == RTK_FIXED
    if fixed.any():
        noise = np.sqrt(solved.noise[fixed & np.isfinite(solved.noise)])
        table.add_row(
            "misfit of fixed phases", f"{np.median(noise):.2f} (1 = as their noise is assumed)" if len(noise) else "–"
        )
        table.add_row("phases held to integers", f"{np.median(solved.held[fixed]):.0f} an epoch")
    table.add_row("ambiguities begun anew", f"{int(solved.slips.sum()):,}")
    for why in Why:
        n = int(np.count_nonzero(solved.why == why))
        if why != Why.SOLVED and n:
            table.add_row(_WHY_TEXTS[why], f"{n:,} epochs")
    return table


def _notes(session: Session) -> list[str]:
    notes = session.notes()
    place, base = session.base_place, session.base
    if (
        place is not None
        and base is not None
        and base.kind is FileKind.OBSERVATIONS
        and not place.source.startswith("--")
    ):
        notes.append(
            "the header's position of a base is often metres off, and all positions with it: "
            "--base-ecef X Y Z or --base-llh LATITUDE LONGITUDE HEIGHT state it exactly"
        )
    if place is not None and base is not None and place.moves:
        notes.append(
            f"{base.path.name}: the base's position changes {place.moves:,} times: "
            "each of its epochs stands where the stream said last"
        )
    return notes
