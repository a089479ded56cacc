"""`beidou spp` as it runs."""

from collections.abc import Sequence

import numpy as np

from beidou_svc.replay.command import error_console, guarded, out_console
from beidou_svc.solve.options import SppCommand
from beidou_svc.solve.output import Advance, check_outputs, solving_progress, title_of, write_outputs
from beidou_svc.solve.recording import SolveError
from beidou_svc.solve.report import pos_header, report, systems_table
from beidou_svc.solve.session import Session, load_session
from gnss.batches import FixBatch
from gnss.position.details import SppSatelliteBatch
from gnss.position.options import SppOptions, SppRules, compile_rules
from gnss.position.spp import solve_spp
from gnss.position.use import Use
from gnss.rinex.nav_ionosphere import Ionosphere

EPOCHS_AT_ONCE = 1_000
"""Epochs solved between two looks at the progress bar."""


def run_spp(command: SppCommand) -> None:
    """Solve, write, sum up; ends the process with a code that says whether everything could be used."""
    guarded(lambda: _spp(command))


def _spp(command: SppCommand) -> Sequence[str]:
    check_outputs(command.outputs)
    session = load_session(command.inputs)
    rules = rules_of(command, session.ionosphere)
    with solving_progress(error_console(), len(session.rover.epochs)) as advance:
        fixes, satellites = solve_session(session, rules, advance)
    header = pos_header(
        session,
        [("pos mode", "single"), ("elev mask", f"{command.elevation_mask_deg:.1f} deg"), ("navi sys", command.systems)],
    )
    write_outputs(command.outputs, fixes, header, title_of(command.inputs.rover, "single-point positions"))
    _tell(command, session, fixes, satellites)
    return [*session.problems(), *_nothing_solved(fixes)]


def rules_of(command: SppCommand, ionosphere: Ionosphere) -> SppRules:
    """Settings of the solver out of options and broadcast models. Raises SolveError."""
    models = {letter: tuple(numbers.tolist()) for letter, numbers in ionosphere.klobuchar.items()}
    options = SppOptions(
        systems=command.systems.upper(),
        elevation_mask_deg=command.elevation_mask_deg,
        klobuchar_gps=models.get("G"),
        klobuchar_bds=models.get("C"),
    )
    try:
        return compile_rules(options)
    except ValueError as error:
        raise SolveError(
            str(error).replace("elevation_mask_deg", "--elevation-mask").replace("systems", "--systems", 1)
        ) from error


def solve_session(session: Session, rules: SppRules, advance: Advance) -> tuple[FixBatch, SppSatelliteBatch]:
    """Fixes and satellites of all epochs of the rover."""
    epochs, observations = session.rover.epochs, session.rover.observations
    fixes, satellites = [], []
    for start in range(0, len(epochs), EPOCHS_AT_ONCE):
        part = epochs.take(slice(start, start + EPOCHS_AT_ONCE))
        solved = solve_spp(part, observations, session.book, rules)
        fixes.append(solved.fixes)
        satellites.append(solved.satellites.replace(epoch=solved.satellites.epoch + np.int32(start)))
        advance(len(part))
    return FixBatch.concat(fixes), SppSatelliteBatch.concat(satellites)


def _tell(command: SppCommand, session: Session, fixes: FixBatch, satellites: SppSatelliteBatch) -> None:
    console = out_console()
    left_out = satellites.use == Use.EXCLUDED
    table = systems_table("Satellites", satellites.system, satellites.residual_m, left_out, len(fixes))
    console.print(report(session, fixes, table))
    for note in session.notes():
        console.print(f"note: {note}", soft_wrap=True)
    written = np.count_nonzero(np.isfinite(fixes.lat_rad))
    console.print(f"{written:,} positions are in {command.outputs.out}", soft_wrap=True)


def _nothing_solved(fixes: FixBatch) -> list[str]:
    if np.isfinite(fixes.lat_rad).any():
        return []
    return [
        "no epoch has a position: are the ephemerides of the same day as the observations, and are --systems in both?"
    ]
