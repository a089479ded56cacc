"""Which modules of ours one imports when it is imported, and from which of them its import may go on."""

import ast
from collections.abc import Iterator, Mapping


def _at_import(body: list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports that run with the module: not those inside functions."""
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.Try | ast.With):
            yield from _at_import(node.body)


def _named(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    for alias in node.names:
        yield f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name


def _and_packages(name: str) -> Iterator[str]:
    """A name and the packages around it, which are imported before it."""
    parts = name.split(".")
    yield from (".".join(parts[:n]) for n in range(len(parts), 0, -1))


def _imports(name: str, tree: ast.Module, ours: Mapping[str, ast.Module]) -> set[str]:
    named = (module for node in _at_import(tree.body) for module in _named(node))
    found = {module for each in (name, *named) for module in _and_packages(each) if module in ours}
    return found - {name}


def _all_below(name: str, imports: Mapping[str, set[str]]) -> set[str]:
    """Everything that is loaded by importing this, itself too."""
    found, waiting = {name}, [name]
    while waiting:
        new = imports[waiting.pop()] - found
        found |= new
        waiting += new
    return found


def bases_of(trees: Mapping[str, ast.Module]) -> dict[str, str]:
    """Of each module the one it imports that loads most, "" where there is none; one that imports it back is none."""
    imports = {name: _imports(name, tree, trees) for name, tree in trees.items()}
    below = {name: _all_below(name, imports) for name in trees}
    return {
        name: max(
            (base for base in sorted(imports[name]) if name not in below[base]), key=lambda b: len(below[b]), default=""
        )
        for name in trees
    }
