"""Set-up compiles what the commands need: real files then ask for nothing else."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from beidou_svc.cli import app
from beidou_svc.solve.warm import warm
from gnss.position._rows_kernel import solve_rows
from gnss.rinex._epoch2_kernel import read_body_2
from gnss.rinex._epoch_kernel import read_body_3
from gnss.rinex._nav_kernel import read_records
from gnss.rinex._write_kernel import write_epochs

KERNELS: tuple[Any, ...] = (read_body_2, read_body_3, read_records, write_epochs, solve_rows)


@pytest.mark.compiled
def test_a_warm_command_compiles_nothing(folder: Path) -> None:
    warm()
    before = [len(kernel.signatures) for kernel in KERNELS]
    for rover in ("rover.obs", "rover.rtcm3"):
        result = CliRunner().invoke(app, ["spp", "-r", rover, "-n", "nav.nav", "-o", f"{rover}.pos"])
        assert (result.exit_code, (folder / f"{rover}.pos").exists()) == (0, True)
    assert [len(kernel.signatures) for kernel in KERNELS] == before
