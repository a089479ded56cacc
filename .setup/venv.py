"""Makes the virtual environment and puts uv and the build back end into it, by hash.

Run by any Python of 3.11 or newer that has pip or ensurepip; needs nothing else. The environment itself gets no
pip where the outer pip can install into it, so that a Debian system without its `python3-venv` package will do.

    python .setup/venv.py VENV LOCK
"""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

NO_PIP = """\
{python} has neither pip nor ensurepip, so nothing can be installed with it.
Debian, Ubuntu: apt-get install python3-pip    elsewhere: {python} -m ensurepip
"""


def pip_for(venv: Path) -> list[str]:
    """Make `venv` and return the command that runs pip on it."""
    python = str(venv / "bin" / "python")
    make_venv = [sys.executable, "-m", "venv"]
    if find_spec("pip"):
        subprocess.run([*make_venv, "--without-pip", str(venv)], check=True)
        return [sys.executable, "-m", "pip", "--python", python]
    if find_spec("ensurepip"):
        subprocess.run([*make_venv, str(venv)], check=True)
        return [python, "-m", "pip"]
    sys.exit(NO_PIP.format(python=sys.executable))


def main() -> None:
    venv, lock = Path(sys.argv[1]), sys.argv[2]
    install = [
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "--no-deps",
        "-r",
        lock,
    ]
    sys.exit(subprocess.run([*pip_for(venv), *install], check=False).returncode)


if __name__ == "__main__":
    main()
