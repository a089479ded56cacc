"""Finds a Chromium for the browser tests, or gets one, and leaves it as `FOLDER/chromium`.

In this order: the one that the environment variable CHROMIUM names; the system's; Debian's or Ubuntu's package
where this user may install it; the binary inside an npm package. Where all fail, `FOLDER/missing` says why, in
one line, and the browser tests are skipped with that line.

    .venv/bin/python .setup/chromium.py FOLDER
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APT_QUIET = ["-qq", "-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20", "-o", "Dpkg::Use-Pty=0"]
APT_TIME_S_MAX = 300

UNPACK_JS = """
const { createReadStream, createWriteStream } = require('node:fs');
const { createBrotliDecompress } = require('node:zlib');
const { pipeline } = require('node:stream/promises');
const [from, to] = process.argv.slice(1);
pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to));
"""

WRAPPER = """\
#!/bin/sh
# The Chromium of an npm package: a headless build without a zygote process, with its own libraries and fonts.
here=$(dirname "$(readlink -f "$0")")
export LD_LIBRARY_PATH="$here/lib:$LD_LIBRARY_PATH" FONTCONFIG_PATH="$here"
exec "$here/chromium" --headless=shell --no-zygote "$@"
"""


def runs(binary: str | Path) -> bool:
    """Whether it is a browser that starts: Ubuntu's `chromium-browser` may be a note that says "use snap"."""
    try:
        result = subprocess.run([str(binary), "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return result.returncode == 0


def from_environment(_: Path) -> str:
    named = os.environ.get("CHROMIUM", "")
    if not named:
        return "CHROMIUM is not set"
    found = shutil.which(named)
    return found if found and runs(found) else f"CHROMIUM names {named}, which does not run"


def from_system(_: Path) -> str:
    found = (shutil.which(name) for name in NAMES)
    return next((path for path in found if path and runs(path)), "no Chromium on this system")


def from_apt(folder: Path) -> str:
    apt = shutil.which("apt-get")
    if not apt or os.geteuid() != 0:
        return "apt-get is not to be had" if not apt else "apt-get needs root"
    print("installing the system's package chromium, for the browser tests (CHROMIUM=/path names another)")
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        try:
            done = subprocess.run([apt, *APT_QUIET, *command], env=quiet, timeout=APT_TIME_S_MAX, check=False)
        except subprocess.TimeoutExpired:
            return f"apt-get {command[0]} took longer than {APT_TIME_S_MAX} s"
    return from_system(folder) if done.returncode == 0 else "apt-get could not install chromium"


def from_npm(folder: Path) -> str:
    """The npm package whose tarball holds the browser: Brotli-packed parts, unpacked beside one another."""
    home = folder / "npm"
    home.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / "chromium" / name, home)
    npm = [str(HERE / "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    if subprocess.run(npm, cwd=home, check=False).returncode != 0:
        return "the npm package with a Chromium could not be had"
    node = subprocess.check_output([str(HERE / "npm"), "--which"], text=True).strip()
    for packed in sorted(home.glob("node_modules/@sparticuz/chromium/bin/*.br")):
        part = home / packed.stem
        subprocess.run([node, "-e", UNPACK_JS, str(packed), str(part)], check=True)
        if part.suffix == ".tar":
            shutil.unpack_archive(part, home)
            part.unlink()
    shutil.rmtree(home / "node_modules")
    (home / "chromium").chmod(0o755)
    wrapper = home / "run"
    wrapper.write_text(WRAPPER)
    wrapper.chmod(0o755)
    return str(wrapper) if runs(wrapper) else "the Chromium of the npm package does not run here"


def main() -> None:
    folder = Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    reasons = []
    sources: list[Callable[[Path], str]] = [from_environment, from_system, from_apt, from_npm]
    for source in sources:
        answer = source(folder)
        if Path(answer).is_file():
            (folder / "chromium").symlink_to(Path(answer).resolve())
            print(f"browser for the tests: {answer}")
            return
        reasons.append(answer)
    (folder / "missing").write_text("; ".join(reasons) + "\n")
    print(f"no browser for the tests: {'; '.join(reasons)}")


if __name__ == "__main__":
    main()
