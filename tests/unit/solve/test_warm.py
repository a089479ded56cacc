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
from gnss.rtk._epoch_kernel import solve_jobs

KERNELS: tuple[Any, ...] = (read_body_2, read_body_3, read_records, write_epochs, solve_rows, solve_jobs)


@pytest.mark.compiled
def test_a_warm_command_compiles_nothing(folder: Path) -> None:
    warm()
    before = [len(kernel.signatures) for kernel in KERNELS]
    for command in ("spp", "rtk"):
        for rover in ("rover.obs", "rover.rtcm3"):
            base = ["-b", "base.rtcm3"] if command == "rtk" else []
            words = [command, "-r", rover, *base, "-n", "nav.nav", "-o", f"{command}-{rover}.pos"]
            assert CliRunner().invoke(app, words).exit_code == 0
            assert (folder / f"{command}-{rover}.pos").exists()
    assert [len(kernel.signatures) for kernel in KERNELS] == before
