"""Does the project keep its own rules? Sizes, names, light imports, documents that are true."""

import inspect
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import socialvalue as sv

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "socialvalue"
MODULES = sorted(PACKAGE.rglob("*.py"))
TRACKED_FOLDERS = ("socialvalue", "proxies", "tests", "docs", "notebooks", "benchmarks", ".ci")
MARKDOWN = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TEXT = {".py", ".md", ".csv", ".toml", ".json", ".ipynb", ".html", ".cff", ".jinja", ".css", ".txt"}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("module", MODULES, ids=named)
def test_a_module_is_one_idea_and_says_which(module):
    text = module.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 350
    assert text.startswith('"""')
    assert module.stem not in {"util", "utils", "helper", "helpers", "common", "core", "misc"}


def loaded_by(statement: str) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after a statement."""
    code = f"{statement}; import sys; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(done.stdout.split())


def test_importing_the_library_loads_nothing_heavy():
    loaded = loaded_by("import socialvalue")
    assert "socialvalue" in loaded
    heavy = {"matplotlib", "openpyxl", "duckdb", "xlsxwriter", "pandera", "scipy", "jinja2"}
    assert not loaded & heavy


@pytest.mark.parametrize("name", sorted(sv.__all__))
def test_a_public_name_is_there_and_documented(name):
    value = getattr(sv, name)
    assert inspect.getdoc(value)
    if inspect.isclass(value) and not issubclass(value, Exception):
        methods = inspect.getmembers(value, inspect.isfunction)
        assert [m for m, f in methods if not m.startswith("_") and not inspect.getdoc(f)] == []


def test_no_file_names_a_machine():
    # A path of somebody's computer in a tracked file is of no use to anybody else.
    machine = re.compile(r"(?<![\w.:/-])/(?:home|Users|root|work|tmp)/\w|[A-Z]:\\Users\\")
    files = [path for folder in TRACKED_FOLDERS for path in (ROOT / folder).rglob("*")]
    files += [path for path in ROOT.iterdir() if path.is_file()]
    read = [path for path in files if path.suffix in TEXT or path.name in {"Makefile", "run"}]
    assert len(read) > 50
    assert [named(p) for p in read if machine.search(p.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("page", MARKDOWN, ids=named)
def test_links_between_pages_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    inside = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in inside if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=named)
def test_a_notebook_is_kept_without_outputs(notebook):
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code
    assert [cell for cell in code if cell["outputs"] or cell["execution_count"]] == []


def test_the_version_is_said_once_everywhere():
    assert f"## [{sv.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"version: {sv.__version__}\n" in citation


def test_the_commands_of_the_readme_are_those_of_the_makefile():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = set(re.findall(r"^make ([\w-]+)$", readme, flags=re.MULTILINE))
    assert {"demo", "test"} <= commands
    targets = set(re.findall(r"^([\w-]+):", makefile, flags=re.MULTILINE))
    assert commands <= targets


def test_every_command_and_option_is_in_the_reference():
    import typer

    from socialvalue.cli import app

    page = (ROOT / "docs" / "reference" / "command_line.md").read_text(encoding="utf-8")
    missing = []

    def visit(command, name):
        for sub_name, sub in getattr(command, "commands", {}).items():
            visit(sub, f"{name} {sub_name}")
        if not getattr(command, "commands", {}):
            words = [f"`{name}"] + [o for p in command.params for o in p.opts if o.startswith("--")]
            missing.extend(word for word in words if word not in page)

    visit(typer.main.get_command(app), "socialvalue")
    assert missing == []


def test_every_layer_of_the_import_contract_is_placed():
    # import-linter itself enforces the order; this says early that a new module has no place yet.
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    placed = {name.strip("() ") for layer in layers for name in re.split("[:|]", layer)}
    there = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    there |= {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert there - {"example_data"} == placed
