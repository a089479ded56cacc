"""The satellites of one terminal as the API shows them."""

from typing import Any

from beidou_svc.api.answers import number_or_none
from beidou_svc.api.context import PipelineView
from gnss.batches import SYSTEMS

SIGNAL_NAMES: dict[str, tuple[str, ...]] = {
    "G": ("L1 C/A", "L1 P(Y)", "L1 M", "L2 P(Y)", "L2C-M", "L2C-L", "L5-I", "L5-Q"),
    "R": ("G1 C/A", "G1 P", "G2 C/A", "G2 P"),
    "E": ("E5a", "E5b", "E5a+b", "E6-A", "E6-BC", "E1-A", "E1-BC"),
    "C": ("B1I", "B1Q", "B1C", "B1A", "B2a", "B2b", "B2a+b", "B3I", "B3Q", "B3A", "B2I", "B2Q"),
    "J": ("L1 C/A", "L1C(D)", "L1C(P)", "L1S", "L2C-M", "L2C-L", "L5-I", "L5-Q", "L6D", "L6E"),
    "I": ("L5-SPS", "S-SPS", "L5-RS", "S-RS", "L1-SPS"),
}
"""Names of the NMEA signal ids 1, 2, 3 … of each constellation; 0 tells no signal apart (NMEA 0183, GSV)."""


def satellites_of(pipeline: PipelineView, slot: int) -> list[dict[str, Any]]:
    """One object a satellite and signal, RINEX satellite ids."""
    batch = pipeline.satellites(slot)
    columns = (batch.system, batch.signal, batch.el_deg, batch.az_deg, batch.cn0_dbhz, batch.used)
    rows = zip(batch.sv_names(), *(column.tolist() for column in columns), strict=True)
    return [
        {
            "sv": sv,
            "system": SYSTEMS[system],
            "signal": signal_name(SYSTEMS[system], signal),
            "el_deg": number_or_none(el_deg),
            "az_deg": number_or_none(az_deg),
            "cn0_dbhz": number_or_none(cn0_dbhz),
            "used": bool(used),
        }
        for sv, system, signal, el_deg, az_deg, cn0_dbhz, used in rows
    ]


def signal_name(system: str, signal: int) -> str | None:
    """Name of an NMEA signal id, None where it tells nothing apart or is not in the table."""
    names = SIGNAL_NAMES.get(system, ())
    return names[signal - 1] if 1 <= signal <= len(names) else None
