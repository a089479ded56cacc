"""Kernels are plain Python too: interpreted they give the same columns, and there their work can be counted."""

import json
import os
import subprocess
import sys
from functools import cache
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.helpers.interpreted import HOSTILE, LIMIT_BYTES


@cache
def ran(disable_jit: bool) -> dict[str, Any]:
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1" if disable_jit else "0"}
    command = [sys.executable, "-m", "tests.helpers.interpreted"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.compiled
def test_compiled_and_interpreted_kernels_agree_bit_for_bit() -> None:
    assert ran(False)["digest"] == ran(True)["digest"]


@pytest.mark.compiled
@pytest.mark.parametrize("name", HOSTILE)
def test_work_per_byte_is_bounded(name: str) -> None:
    """Going on one byte further after a failure costs at most the longest frame again, however long the stream is."""
    looks = ran(True)["looks"][name]
    # a look takes up to 64 bytes at once; a check goes over a frame twice: to find its end, and to add it up
    assert looks <= 4 * (LIMIT_BYTES + 64), f"{looks:.0f} looks a byte"
