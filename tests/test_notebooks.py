"""Do the notebooks run, from top to bottom, and keep to the house rules?"""

import ast
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def named(path: Path) -> str:
    return path.stem


def code_of(path: Path) -> list[str]:
    cells = nbformat.read(path, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


def test_there_are_notebooks():
    assert [path.name for path in NOTEBOOKS][:1] == ["01_first_valuation.ipynb"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=named)
def test_a_notebook_runs(path):
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources).execute()
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    # It says nothing on the side: no warning, no stray print.
    assert [out.get("text") for out in outputs if out.output_type == "stream"] == []
    shown = {kind for out in outputs for kind in out.get("data", {})}
    assert {"image/png", "text/html"} <= shown


@pytest.mark.parametrize("path", NOTEBOOKS, ids=named)
def test_a_notebook_asks_first_and_proves_its_number_last(path):
    cells = nbformat.read(path, as_version=4).cells
    assert len(cells) <= 25
    assert cells[0].cell_type == "markdown"
    assert "?**" in cells[0].source
    assert "assert " in cells[-1].source
    nodes = [node for source in code_of(path) for node in ast.walk(ast.parse(source))]
    assert not [node for node in nodes if isinstance(node, ast.FunctionDef | ast.Lambda)]
