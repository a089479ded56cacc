"""Tightens the ratchet: `python -m tests.tidy` lowers each number of ratchet.toml to what is there, and raises none."""

import re
import sys

from tests.tidy.source import PURE, ROOT, TIDY, by_file, modules, ratchet
from tests.tidy.test_docstrings import undocumented
from tests.tidy.test_sizes import long_files, long_functions

RATCHET = ROOT / TIDY / "ratchet.toml"


def present() -> dict[str, dict[str, int]]:
    """How much there is to forgive, by rule."""
    return {
        "long-functions": {package: len(found) for package, found in long_functions().items()},
        "long-files": long_files(),
        "docstrings": {path: len(found) for path, found in by_file(undocumented(modules(*PURE))).items()},
    }


def tightened(allowed: dict[str, int], there: dict[str, int]) -> dict[str, int]:
    """The smaller number of each, without those that are nought."""
    smaller = {key: min(n, there.get(key, 0)) for key, n in allowed.items()}
    return {key: n for key, n in smaller.items() if n}


def main() -> None:
    heads = re.findall(r"((?:^#.*\n|^\n)*)^\[([\w-]+)\]\n", RATCHET.read_text("utf-8"), re.MULTILINE)
    text = ""
    for comment, rule in heads:
        entries = tightened(ratchet(rule), present()[rule])
        lines = (f'"{key}" = {n}\n' if "/" in key else f"{key} = {n}\n" for key, n in sorted(entries.items()))
        text += f"{comment}[{rule}]\n" + "".join(lines)
    RATCHET.write_text(text, "utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
