"""Installs a lock file with uv, which is told what pip is configured with on this machine.

uv does not read pip's configuration, and the package index of a machine (a mirror, a proxy, a folder of wheels,
a certificate) is stated there. Nothing is chosen here: what pip would ask, uv asks. Where uv still cannot (a
keyring, a login that only pip knows), pip installs the same lock by the same hashes.

    .venv/bin/python .setup/packages.py LOCK
"""

import ast
import os
import subprocess
import sys
from pathlib import Path

UV_SETTING_OF_PIP_OPTION = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "timeout": "UV_HTTP_TIMEOUT",
}
COMMA_SEPARATED = ("UV_FIND_LINKS",)


def pip_command() -> list[str]:
    """A pip that works on this environment: its own, else that of the Python it was made with."""
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0:
        return [sys.executable, "-m", "pip"]
    return [
        str(Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"),
        "-m",
        "pip",
        "--python",
        sys.executable,
    ]


def uv_environment(pip_config: str) -> dict[str, str]:
    """The settings of uv that say what `pip config list` printed; what the user has set for uv wins."""
    settings: dict[str, str] = {}
    for line in pip_config.splitlines():
        key, separator, literal = line.partition("=")
        setting = UV_SETTING_OF_PIP_OPTION.get(key.rpartition(".")[2])
        if separator and setting:
            values = str(ast.literal_eval(literal)).split()
            settings[setting] = ("," if setting in COMMA_SEPARATED else " ").join(values)
    return settings | dict(os.environ)


def main() -> int:
    lock = sys.argv[1]
    pip = pip_command()
    listed = subprocess.run([*pip, "config", "list"], capture_output=True, text=True, check=False).stdout
    # bytecode now, not at each start where Python may not write it later
    uv = [str(Path(sys.prefix) / "bin" / "uv"), "pip", "install", "--compile-bytecode", "--python", sys.executable]
    # a version may come from any of the indexes: the hash, not the index, says that it is the right file
    by_hash = ["--require-hashes", "--no-deps", "-r", lock]
    result = subprocess.run(
        [*uv, "--quiet", "--index-strategy", "unsafe-best-match", *by_hash],
        env=uv_environment(listed),
        check=False,
    )
    if result.returncode == 0:
        return 0
    print("uv could not install the packages; trying the same lock with pip", file=sys.stderr)
    return subprocess.run([*pip, "install", *by_hash], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
