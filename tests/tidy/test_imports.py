"""Every module can be the first that is imported: no import works only because another one came before it.

What is installed to run is imported: nothing is asked of a machine for nothing. What several tests need is no test.
"""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

from tests.tidy.source import PRODUCT, ROOT, modules, tracked_texts
from tests.tidy.test_purity import imported

OURS = {*PRODUCT, "tests"}
UNSEEN = {"httptools": "uvicorn takes it where it is there", "fastapi-offline": "its files are served, not its code"}


def foreign() -> list[str]:
    """The modules of other people that ours import."""
    nodes = (node for module in modules(*PRODUCT) for node in ast.walk(module.tree))
    names = {name for node in nodes for name in imported(node)}
    return sorted(name for name in names if name.partition(".")[0] not in OURS | sys.stdlib_module_names)


def import_each(names: list[str], root: Path, loaded_before: list[str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", str(ROOT / "tests" / "tidy" / "_import_each.py")]
    lines = " ".join(loaded_before) + "\n" + " ".join(names)
    # imports are the same where kernels stay plain Python, which is made quicker
    environment = os.environ | {"PYTHONPATH": str(root), "NUMBA_DISABLE_JIT": "1"}
    return subprocess.run(command, input=lines, capture_output=True, text=True, cwd=root, env=environment, check=False)


def test_every_module_imports_alone() -> None:
    names = [module.name for module in modules(*PRODUCT) if not module.path.endswith("__main__.py")]
    result = import_each(names, ROOT, foreign())
    assert result.returncode == 0, result.stdout + result.stderr


def test_what_is_declared_is_imported() -> None:
    project = tomllib.loads(tracked_texts()["pyproject.toml"])["project"]
    imported_names = {name.partition(".")[0] for name in foreign()}
    declared = {Requirement(line).name for line in project["dependencies"]} - UNSEEN.keys()
    assert sorted(name for name in declared if name.replace("-", "_") not in imported_names) == []


def test_what_tests_share_is_no_test() -> None:
    shared = [
        f"{module.path}: {name}"
        for module in modules("tests")
        for name in (name for node in ast.walk(module.tree) for name in imported(node))
        if re.fullmatch(r"tests\.(?!tidy\.).*\btest_\w+", name)
    ]
    assert shared == []


def test_the_rule_bites(tmp_path: Path) -> None:
    (tmp_path / "first.py").write_text("import second\nx = 1\n")
    (tmp_path / "second.py").write_text("from first import x\n")
    assert import_each(["first", "second"], tmp_path, []).returncode == 1
    (tmp_path / "second.py").write_text("x = 1\n")
    assert import_each(["first", "second"], tmp_path, []).returncode == 0
