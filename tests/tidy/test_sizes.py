"""A file holds one idea, and a function fits on a screen."""

import ast
from collections.abc import Iterable

from tests.tidy.source import PRODUCT, Function, Module, assert_ratchet, modules, ratchet, tracked_texts

FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 70
FUNCTION_LINES_LONG = 30
SOURCES = (".py", ".ts", ".tsx", ".css", ".mjs")

CHECKED = (*PRODUCT, "tests", ".setup")


def code_lines(function: Function) -> int:
    """Lines of a function, its docstring and decorators left out."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is None:
        return lines
    docstring = function.body[0]
    return lines - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


def functions_over(limit: int, sources: Iterable[Module]) -> list[str]:
    return [
        f"{module.path}:{function.lineno}: {name} has {code_lines(function)} lines"
        for module in sources
        for name, function in module.functions()
        if code_lines(function) > limit
    ]


def long_files() -> dict[str, int]:
    texts = {path: text for path, text in tracked_texts().items() if path.endswith(SOURCES)}
    return {path: n for path, text in texts.items() if (n := text.count("\n")) > FILE_LINES_MAX}


def long_functions() -> dict[str, list[str]]:
    return {package: functions_over(FUNCTION_LINES_LONG, modules(package)) for package in CHECKED}


def test_no_file_is_longer_than_one_idea() -> None:
    allowed = ratchet("long-files")
    long = {path: n for path, n in long_files().items() if n > allowed.get(path, 0)}
    assert not long, f"files of more than {FILE_LINES_MAX} lines: {long}"


def test_no_function_is_a_mistake() -> None:
    found = functions_over(FUNCTION_LINES_MAX, modules(*CHECKED))
    assert not found, f"functions of more than {FUNCTION_LINES_MAX} lines: {found}"


def test_long_functions_only_become_fewer() -> None:
    assert_ratchet("long-functions", long_functions())


def test_the_rule_counts_code_not_prose() -> None:
    prose = '    """' + "What it does.\n" * 80 + '    """\n'
    told = Module("told.py", "def told():\n" + prose + "    return 1\n")
    long = Module("long.py", "def long():\n" + "    x = 1\n" * 80)
    assert functions_over(FUNCTION_LINES_MAX, [told, long]) == ["long.py:1: long has 81 lines"]
