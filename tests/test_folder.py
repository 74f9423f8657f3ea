"""Are outputs written together or not at all, without touching anybody else's files?"""

import hashlib
import json
import os
from dataclasses import replace

import programmes
import pytest

from socialvalue.errors import OutputError
from socialvalue.report import folder as folders
from socialvalue.report.folder import write_folder

TOP = {"assessment.json", "impact_map.xlsx", "report.html", "charts", "tables", "files.txt"}


@pytest.fixture(scope="module")
def results():
    """The worked example, with no breakdown, and the same as if it had some."""
    worked = programmes.worked_example()
    return worked, replace(
        worked, breakdowns={"imd_decile": worked.valued, "age_band": worked.valued}
    )


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Files are moved here, not drawn: what is in them is tested elsewhere."""

    def write(result, path):
        path.write_bytes(b"book")

    def data(result, path):
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"profile": result.profile}))

    def draw(result, folder):
        folder.mkdir()
        (folder / "year.png").write_bytes(result.profile.encode())

    def tables(result, folder):
        folder.mkdir()
        for name in ("impact_map", "inputs", "waterfall", "by_year", *map(by, result.breakdowns)):
            (folder / f"{name}.csv").write_text(f"{name} of {result.profile}\n")

    monkeypatch.setattr(folders, "write_json", data)
    monkeypatch.setattr(folders, "write_workbook", write)
    monkeypatch.setattr(folders, "write_report", write)
    monkeypatch.setattr(folders, "save_charts", draw)
    monkeypatch.setattr(folders, "write_tables", tables)


def published(result):
    return replace(result, profile="publish", disclosure="under-5")


def by(breakdown):
    return f"by_{breakdown}"


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_everything_is_there_and_nothing_is_left_beside(results, tmp_path):
    made = write_folder(published(results[0]), tmp_path / "new" / "out")
    assert {path.name for path in made.iterdir()} == TOP
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["out"]
    assert json.loads((made / "assessment.json").read_text("utf-8"))["profile"] == "publish"


def test_the_list_names_every_other_file_with_its_hash(results, tmp_path):
    made = write_folder(published(results[0]), tmp_path / "out")
    lines = (made / "files.txt").read_text("utf-8").splitlines()
    found = {name: digest for digest, name in (line.split("  ") for line in lines)}
    there = {path.as_posix() for path in contents(made)} - {"files.txt"}
    assert set(found) == there
    for name, digest in found.items():
        assert hashlib.sha256((made / name).read_bytes()).hexdigest() == digest


def test_the_list_of_the_internal_profile_says_so(results, tmp_path):
    made = write_folder(results[0], tmp_path / "out")
    assert (made / "files.txt").read_text("utf-8").startswith("# Not for publication")


@pytest.mark.parametrize("count", [1, 3, 8])
def test_a_failure_midway_leaves_the_old_outputs_untouched(results, tmp_path, monkeypatch, count):
    out = write_folder(results[1], tmp_path / "out")
    before = contents(out)
    moves, real = [], os.replace

    def locked(source, target):
        # Moving aside works; the file after so many new ones is locked.
        if "made" in str(source) and str(out) in str(target):
            moves.append(target)
            if len(moves) == count:
                raise PermissionError(13, "Permission denied")
        return real(source, target)

    monkeypatch.setattr(folders.os, "replace", locked)
    with pytest.raises(OutputError, match=r"cannot be written.*nothing was.*close it"):
        write_folder(published(results[0]), out)
    assert len(moves) == count
    assert contents(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_old_file_that_cannot_be_moved_stops_everything(results, tmp_path, monkeypatch):
    out = write_folder(results[0], tmp_path / "out")
    before, real = contents(out), os.replace

    def locked(source, target):
        if str(source).endswith("waterfall.csv") and "old" in str(target):
            raise PermissionError(13, "Permission denied")
        return real(source, target)

    monkeypatch.setattr(folders.os, "replace", locked)
    with pytest.raises(OutputError, match=r"waterfall\.csv cannot be written"):
        write_folder(published(results[0]), out)
    assert contents(out) == before


def test_a_failure_in_a_new_place_leaves_no_folder(results, tmp_path, monkeypatch):
    real = os.replace

    def full(source, target):
        if str(target).endswith("report.html") and "made" in str(source):
            raise OSError(28, "No space left on device")
        return real(source, target)

    monkeypatch.setattr(folders.os, "replace", full)
    with pytest.raises(OutputError, match="No space left"):
        write_folder(results[0], tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_where_a_file_should_be_is_said_before_anything_moves(results, tmp_path):
    (tmp_path / "out" / "report.html").mkdir(parents=True)
    (tmp_path / "out" / "assessment.json").write_text("old")
    with pytest.raises(OutputError, match=r"report\.html cannot be written \(A folder"):
        write_folder(results[0], tmp_path / "out")
    assert (tmp_path / "out" / "assessment.json").read_text() == "old"


def test_a_file_where_the_folder_should_be(results, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="cannot be written"):
        write_folder(results[0], tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


def test_a_breakdown_no_longer_asked_for_goes(results, tmp_path):
    out = write_folder(results[1], tmp_path / "out")
    assert (out / "tables" / "by_age_band.csv").exists()
    write_folder(published(results[0]), out)
    # What the internal profile showed must not stay among published files.
    assert not (out / "tables" / "by_age_band.csv").exists()
    assert (out / "tables" / "by_year.csv").exists()


def test_what_others_put_or_changed_there_stays(results, tmp_path):
    out = write_folder(results[1], tmp_path / "out")
    (out / "tables" / "mine.csv").write_text("mine")
    (out / "tables" / "by_age_band.csv").write_text("changed by hand")
    write_folder(results[0], out)
    assert (out / "tables" / "mine.csv").read_text() == "mine"
    assert (out / "tables" / "by_age_band.csv").read_text() == "changed by hand"


@pytest.mark.parametrize("name", ["../precious.txt", "/precious.txt", "tables/../../precious.txt"])
def test_a_list_that_points_outside_is_not_followed(results, tmp_path, name):
    precious = tmp_path / "precious.txt"
    precious.write_text("keep")
    digest = hashlib.sha256(b"keep").hexdigest()
    (tmp_path / "out").mkdir()
    name = str(precious) if name.startswith("/") else name
    (tmp_path / "out" / "files.txt").write_text(f"{digest}  {name}\n")
    write_folder(results[0], tmp_path / "out")
    assert precious.read_text() == "keep"


@pytest.mark.parametrize("protect", ["file", "folder"])
def test_an_input_is_never_overwritten(results, tmp_path, protect):
    # The tables of a result have names that tables of records have, too.
    records = tmp_path / "out" / "tables"
    records.mkdir(parents=True)
    (records / "inputs.csv").write_text("input_id\n")
    path = records / "inputs.csv" if protect == "file" else records
    with pytest.raises(OutputError, match=r"inputs\.csv is an input and is never overwritten"):
        write_folder(results[0], tmp_path / "out", protect=[path])
    assert list(contents(tmp_path / "out").values()) == [b"input_id\n"]


def test_outputs_may_lie_in_a_folder_of_their_own_inside_the_inputs(results, tmp_path):
    (tmp_path / "outcomes.csv").write_text("outcome_id\n")
    out = write_folder(results[0], tmp_path / "out", protect=[tmp_path])
    assert {path.name for path in out.iterdir()} == TOP


def test_an_input_that_an_earlier_run_made_is_not_removed(results, tmp_path):
    out = write_folder(results[1], tmp_path / "out")
    kept = out / "tables" / "by_age_band.csv"
    write_folder(results[0], out, protect=[kept])
    assert kept.exists()
