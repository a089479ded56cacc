"""The satellites of one terminal as the API shows them."""

from typing import Any

from beidou_svc.api.answers import number_or_none
from beidou_svc.api.context import PipelineView
from gnss.batches import SYSTEMS


def satellites_of(pipeline: PipelineView, slot: int) -> list[dict[str, Any]]:
    """One object a satellite and signal, RINEX satellite ids."""
    columns = pipeline.satellites(slot).columns()
    rows = zip(
        *(columns[name].tolist() for name in ("system", "prn", "el_deg", "az_deg", "cn0_dbhz", "used")), strict=True
    )
    return [
        {
            "sv": f"{SYSTEMS[system]}{prn:02d}",
            "system": SYSTEMS[system],
            "signal": None,
            "el_deg": number_or_none(el_deg),
            "az_deg": number_or_none(az_deg),
            "cn0_dbhz": number_or_none(cn0_dbhz),
            "used": bool(used),
        }
        for system, prn, el_deg, az_deg, cn0_dbhz, used in rows
    ]
