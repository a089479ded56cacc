"""`beidou replay` as it runs in this process."""

import time
from collections.abc import Sequence
from pathlib import Path

from beidou_svc.clock import FOREVER, SystemClock
from beidou_svc.config import Settings
from beidou_svc.parts import build_registry
from beidou_svc.replay.command import error_console, guarded, open_logs, out_console, time_option
from beidou_svc.replay.final_io import refuse_existing, write_tables
from beidou_svc.replay.log_io import LogError
from beidou_svc.replay.options import ReplayOptions
from beidou_svc.replay.progress import reading_progress
from beidou_svc.replay.replay_report import replay_report
from beidou_svc.replay.replayer import Replayer, Window
from beidou_svc.replay.run import AS_FAST_AS_POSSIBLE, Tempo, replay_logs
from beidou_svc.roads.recorded import RecordedRoads
from gnss.batches import NO_TIME

SPEED_MAX_WORD = "max"
SPEED_MIN, SPEED_MAX = 0.01, 100_000.0


def run_replay(options: ReplayOptions) -> None:
    """Replay in this process; ends the process with a code that says whether everything could be used."""
    guarded(lambda: _replay(options))


def run_served(options: ReplayOptions) -> None:
    """Replay into the service's API and page; ends with Ctrl-C."""
    guarded(lambda: _serve(options))


def _replay(options: ReplayOptions) -> Sequence[str]:
    window, tempo = window_of(options.seek, options.until), _tempo(options.speed or SPEED_MAX_WORD)
    reference_gpst_ns = time_option(options.reference_time, "--reference-time")
    if options.out is not None:
        refuse_existing(options.out, overwrite=options.force)
    settings = _settings(options)
    roads = recorded_roads(settings)
    sources, ids, problems = open_logs(options.logs)
    replayer = Replayer(
        ids, reference_gpst_ns=reference_gpst_ns, window=window, rtk=settings.rtk, bases=options.bases, roads=roads
    )
    began_s = time.monotonic()
    with reading_progress(error_console(), sources, "replaying") as on_page:
        tables = replay_logs(sources, replayer, window, tempo, on_page)
    console = out_console()
    console.print(replay_report(sources, tables, time.monotonic() - began_s), soft_wrap=True)
    if options.out is not None:
        write_tables(tables, options.out, overwrite=options.force)
        console.print(f"the tables are in {options.out}", soft_wrap=True)
    if not len(tables.fixes):
        problems.append("no epoch was found: is this a log of a receiver, and does --seek ... --until hold any?")
    missing = [name for name in options.bases if name not in tables.ids]
    problems += [f"--base {name}: no log is of that terminal; there are {', '.join(tables.ids)}" for name in missing]
    return [*problems, *(problem for source in sources for problem in source.problems())]


def _settings(options: ReplayOptions) -> Settings:
    """Those of a file that is named, and of no other, so that the result depends on what is asked."""
    from beidou_svc.config_io import load_settings

    settings = Settings() if options.config is None else load_settings(options.config, {})
    return with_roads(settings, options.network, options.fences)


def with_roads(settings: Settings, network: Path | None, fences: Path | None) -> Settings:
    """Settings with the network and the fences that the command names."""
    named: dict[str, object] = {} if network is None else {"network": str(network)}
    named |= {} if fences is None else {"fences": fences}
    return settings.model_copy(update={"roads": settings.roads.model_copy(update=named)})


def recorded_roads(settings: Settings) -> RecordedRoads | None:
    """Network and fences; None where neither is asked for."""
    if not settings.roads.network and settings.roads.fences is None:
        return None
    return RecordedRoads(settings, build_registry(settings.fleet))


def _serve(options: ReplayOptions) -> Sequence[str]:
    from beidou_svc.config_io import load_settings
    from beidou_svc.replay.preview import preview
    from beidou_svc.replay.serve import Play, serve_logs, settings_for_replay

    begin = preview(options.logs)
    given = with_roads(load_settings(options.config), options.network, options.fences)
    settings = settings_for_replay(given, options.port, begin.bounds)
    play = Play(
        window=window_of(options.seek, options.until),
        speed=speed_of(options.speed or "1") or SPEED_MAX,
        start_unix_ns=begin.t_unix_ns,
        reference_gpst_ns=time_option(options.reference_time, "--reference-time"),
        bases=options.bases,
    )
    sources, ids, problems = open_logs(options.logs)
    console = error_console()

    def announce(address: str) -> None:
        console.print(f"replaying at {address}" if address else "the logs have ended; Ctrl-C ends the service")

    with reading_progress(console, sources, "replaying") as on_page:
        serve_logs(sources, ids, settings, play, announce, on_page)
    return [*problems, *(problem for source in sources for problem in source.problems())]


def window_of(seek: str | None, until: str | None) -> Window:
    """The part of event time that is asked for."""
    from_gpst_ns = time_option(seek, "--seek")
    until_gpst_ns = time_option(until, "--until")
    if until_gpst_ns == NO_TIME:
        until_gpst_ns = FOREVER
    if from_gpst_ns > until_gpst_ns:
        raise LogError(f"--seek {seek} is after --until {until}")
    return Window(from_gpst_ns, until_gpst_ns)


def speed_of(text: str) -> float | None:
    """`1`, `8x`, `0.5`; None for `max`. Raises LogError for anything else."""
    if text.strip().lower() == SPEED_MAX_WORD:
        return None
    try:
        speed = float(text.strip().lower().removesuffix("x"))
    except ValueError:
        speed = float("nan")
    if not SPEED_MIN <= speed <= SPEED_MAX:
        raise LogError(f"--speed {text}: give {SPEED_MIN:g} to {SPEED_MAX:g} times, such as 1 or 8x, or max")
    return speed


def _tempo(text: str) -> Tempo:
    speed = speed_of(text)
    return AS_FAST_AS_POSSIBLE if speed is None else Tempo(speed, SystemClock(), time.sleep)
