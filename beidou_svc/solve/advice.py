"""What to look at when no epoch has a position: what the files hold, beside what was asked of them."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from beidou_svc.replay.report import utc_text
from beidou_svc.solve.recording import Recording
from beidou_svc.solve.session import Session
from gnss.batches import NO_TIME, SYSTEMS, FixBatch
from gnss.constants import NS_PER_HOUR

FAR_NS: Final = 6 * NS_PER_HOUR
"""No ephemeris is in force so long after its time, or before."""


def nothing_solved(session: Session, fixes: FixBatch, systems: str, elevation_mask_deg: float) -> list[str]:
    """The problem that no epoch has a position, with what to look at; nothing where one has."""
    if np.isfinite(fixes.lat_rad).any():
        return []
    why = _no_system(session, systems) or _other_time(session) or _too_few(session, elevation_mask_deg)
    return [f"no epoch has a position: {why}"]


def _letters(system: NDArray[np.uint8]) -> str:
    return "".join(SYSTEMS[i] for i in np.unique(system).tolist())


def _known(session: Session) -> str:
    """Constellations that have ephemerides."""
    known = "".join(_letters(recording.kepler.system) for recording in session.recordings)
    has_glonass = any(len(recording.glonass) for recording in session.recordings)
    return "".join(letter for letter in SYSTEMS if letter in known + ("R" if has_glonass else ""))


def _no_system(session: Session, systems: str) -> str:
    """Where no constellation is in all that are needed: which ones are where."""
    receivers = [("the rover", session.rover), *([("the base", session.base)] if session.base else [])]
    have = {f"{name} observed": _letters(recording.observations.system) for name, recording in receivers}
    have["there are ephemerides of"] = _known(session)
    common = set(systems.upper()).intersection(*have.values())
    return "" if common else f"--systems {systems}, and " + ", ".join(f"{what} {it}" for what, it in have.items())


def _times(recordings: Sequence[Recording]) -> NDArray[np.int64]:
    times = [t for r in recordings for t in (r.kepler.toe_gpst_ns, r.glonass.tb_gpst_ns)]
    t_ns = np.concatenate(times)
    dated: NDArray[np.int64] = t_ns[t_ns != NO_TIME]
    return dated


def _other_time(session: Session) -> str:
    """Where all ephemerides are of another time than the epochs: of which."""
    sent, epochs = _times(session.recordings), session.rover.epochs.t_gpst_ns
    if len(sent) and sent.min() - FAR_NS <= epochs.max() and sent.max() + FAR_NS >= epochs.min():
        return ""
    when = f"of {utc_text(int(np.median(sent)))}" if len(sent) else "without a date"
    return (
        f"the ephemerides are {when}, the observations of {utc_text(int(np.median(epochs)))}: "
        "--nav takes the file of the same day, --date dates RTCM 3"
    )


def _too_few(session: Session, elevation_mask_deg: float) -> str:
    common = " that rover and base have in common (--signals)" if session.base else ""
    above = f"too few satellites above --elevation-mask {elevation_mask_deg:g}"
    return f"{above} with an ephemeris in force and signals{common}"
