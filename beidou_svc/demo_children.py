"""The programs that run beside the demo: found, started, and ended with it, however it ends."""

import contextlib
import ctypes
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from beidou_svc.errors import StartError

_PR_SET_PDEATHSIG = 1
CHILD_STOP_S_MAX = 3.0
COMPLAINT_CHARS_MAX = 2_000


class Child:
    """A simulator that runs until it is ended."""

    def __init__(self, process: subprocess.Popen[Any], name: str, complaints: IO[str]) -> None:
        self._process, self._name, self._complaints = process, name, complaints

    @property
    def has_ended(self) -> bool:
        """Whether it ended by itself."""
        return self._process.poll() is not None

    def end(self) -> None:
        """End it, gently at first."""
        if self.has_ended:
            return
        self._process.terminate()
        try:
            self._process.wait(CHILD_STOP_S_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def refuse_failure(self) -> None:
        """Raise StartError with its last words if it failed."""
        code = self._process.returncode
        if code in (0, -signal.SIGTERM, -signal.SIGKILL):
            return
        self._complaints.seek(0)
        words = self._complaints.read()[-COMPLAINT_CHARS_MAX:].strip()
        raise StartError(f"`beidou-sim {self._name}` failed ({code}): {words}")


def find_simulator() -> str:
    """Path of `beidou-sim`. Raises StartError where there is none."""
    beside = Path(sys.executable).with_name("beidou-sim")
    found = str(beside) if beside.is_file() else shutil.which("beidou-sim")
    if found is None:
        raise StartError("`beidou-sim` is not installed beside `beidou`; install the package again")
    return found


@contextlib.contextmanager
def simulating(simulator: str, name: str, options: Mapping[str, object]) -> Iterator[Child]:
    """Run `beidou-sim NAME --OPTION VALUE ...` meanwhile. Raises StartError afterwards if it failed."""
    arguments = [part for option, value in options.items() for part in (f"--{option}", str(value))]
    with TemporaryFile(mode="w+") as complaints:
        # a session of its own: Ctrl-C reaches the service alone, which ends the simulator in its turn
        process = subprocess.Popen(
            [simulator, name, *arguments],
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 (no thread has started yet)
        )
        child = Child(process, name, complaints)
        try:
            yield child
        finally:
            child.end()
        child.refuse_failure()


def _end_with_parent() -> None:
    """In the child: the kernel ends it when the demo dies, however it dies (prctl(2), PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
