"""`beidou spp` as it runs."""

from collections.abc import Sequence

import numpy as np
from rich.table import Table

from beidou_svc.replay.command import error_console, guarded
from beidou_svc.solve.advice import nothing_solved
from beidou_svc.solve.instants import at_instants
from beidou_svc.solve.options import SppCommand
from beidou_svc.solve.output import SPP_FORMATS, Advance, check_outputs, solving_progress, title_of, write_outputs
from beidou_svc.solve.recording import SolveError
from beidou_svc.solve.report import pos_header, systems_table, tell
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
    check_outputs(command.outputs, command.inputs.files, SPP_FORMATS)
    session = load_session(command.inputs)
    rules = rules_of(command.systems, command.elevation_mask_deg, session.ionosphere)
    with solving_progress(error_console(), len(session.rover.epochs)) as advance:
        fixes, satellites = solve_session(session, rules, advance)
    header = pos_header(
        session,
        [("pos mode", "single"), ("elev mask", f"{command.elevation_mask_deg:.1f} deg"), ("navi sys", command.systems)],
    )
    written = write_outputs(command.outputs, fixes, header, title_of(command.inputs.rover, "single-point positions"))
    tell(session, fixes, [_satellites_table(fixes, satellites)], session.notes(), written)
    return [*session.problems(), *nothing_solved(session, fixes, command.systems, command.elevation_mask_deg)]


def rules_of(systems: str, elevation_mask_deg: float, ionosphere: Ionosphere) -> SppRules:
    """Settings of the solver out of options and broadcast models. Raises SolveError."""
    models = {letter: tuple(numbers.tolist()) for letter, numbers in ionosphere.klobuchar.items()}
    options = SppOptions(
        systems=systems.upper(),
        elevation_mask_deg=elevation_mask_deg,
        klobuchar_gps=models.get("G"),
        klobuchar_bds=models.get("C"),
    )
    try:
        return compile_rules(options)
    except ValueError as error:
        text = str(error).replace("elevation_mask_deg", "--elevation-mask")
        raise SolveError(text.replace("systems", "--systems", 1)) from error


def solve_session(session: Session, rules: SppRules, advance: Advance) -> tuple[FixBatch, SppSatelliteBatch]:
    """Fixes and satellites of all epochs of the rover."""
    epochs, observations = session.rover.epochs, session.rover.observations
    fixes, satellites = [], []
    for start in range(0, len(epochs), EPOCHS_AT_ONCE):
        part = epochs.take(slice(start, start + EPOCHS_AT_ONCE))
        solved = solve_spp(part, observations, session.book, rules)
        fixes.append(at_instants(solved.fixes, solved.clocks))
        satellites.append(solved.satellites.replace(epoch=solved.satellites.epoch + np.int32(start)))
        advance(len(part))
    return FixBatch.concat(fixes), SppSatelliteBatch.concat(satellites)


def _satellites_table(fixes: FixBatch, satellites: SppSatelliteBatch) -> Table:
    left_out = satellites.use == Use.EXCLUDED
    return systems_table("Satellites", satellites.system, satellites.residual_m, left_out, len(fixes))
