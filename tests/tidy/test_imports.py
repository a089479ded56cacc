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

import pytest
from packaging.requirements import Requirement

from tests.tidy.import_bases import bases_of
from tests.tidy.source import PRODUCT, ROOT, modules, tracked_texts
from tests.tidy.test_purity import imported

OURS = {*PRODUCT, "tests"}
UNSEEN = {"httptools": "uvicorn takes it where it is there", "fastapi-offline": "its files are served, not its code"}


def foreign() -> list[str]:
    """The modules of other people that ours import."""
    nodes = (node for module in modules(*PRODUCT) for node in ast.walk(module.tree))
    names = {name for node in nodes for name in imported(node)}
    return sorted(name for name in names if name.partition(".")[0] not in OURS | sys.stdlib_module_names)


def import_each(trees: dict[str, ast.Module], root: Path, loaded_before: list[str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", str(ROOT / "tests" / "tidy" / "_import_each.py")]
    lines = [" ".join(loaded_before), *(f"{name} {base}" for name, base in bases_of(trees).items())]
    # imports are the same where kernels stay plain Python, which is made quicker
    environment = os.environ | {"PYTHONPATH": str(root), "NUMBA_DISABLE_JIT": "1"}
    return subprocess.run(
        command, input="\n".join(lines), capture_output=True, text=True, cwd=root, env=environment, check=False
    )


def test_every_module_imports_alone() -> None:
    """Nothing of ours is loaded before it but what it imports itself: what it lacks, no other has brought."""
    trees = {module.name: module.tree for module in modules(*PRODUCT) if not module.path.endswith("__main__.py")}
    result = import_each(trees, ROOT, foreign())
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


RIGHT = {
    "first": "from second import y",
    "second": "y = 1",
    "third": "import first\nimport second",
    "fourth": "def late():\n    import unknown",
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"second": "import first\ny = first.x"},
        {"first": "import sys\nimport second\nx = sys.modules['fourth']", "fourth": "import first"},
        {"third": "import first\nimport unknown"},
        {"second": "1 / 0"},
    ],
    ids=["a circle", "what only another one brings", "what there is not", "an error"],
)
def test_the_rule_bites(tmp_path: Path, wrong: dict[str, str]) -> None:
    for sources, expected in ((RIGHT, 0), (RIGHT | wrong, 1)):
        for name, text in sources.items():
            (tmp_path / f"{name}.py").write_text(text + "\n")
        trees = {name: ast.parse(text) for name, text in sources.items()}
        assert import_each(trees, tmp_path, []).returncode == expected
