"""Finds what tries a reader's patience: long files, long functions, files that do not say why they exist."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

FILE_LINES = 400
FUNCTION_LINES = 50


def findings(folder: Path) -> Iterator[str]:
    """One line for each Python file or function below `folder` that is too long or says nothing of itself."""
    for path in sorted(folder.rglob("*.py")):
        yield from _of_file(path)


def _of_file(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    lines = len(text.splitlines())
    if lines > FILE_LINES:
        yield f"{path}:1: {lines} lines, at most {FILE_LINES}: split it where its docstring says 'and'"
    if text.strip() and not ast.get_docstring(tree):
        yield f"{path}:1: no docstring: say why this file exists"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _of_function(path, node)


def _of_function(path: Path, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if lines > FUNCTION_LINES:
        yield f"{path}:{node.lineno}: {node.name} has {lines} lines, at most {FUNCTION_LINES}"


def main(folders: list[str]) -> int:
    """Print what was found in the folders; 1 if anything was."""
    found = [line for folder in folders for line in findings(Path(folder))]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["reconciler"]))
