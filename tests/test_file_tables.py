"""Are records in files read where they lie? CSV and Parquet, patterns, folders, partitions."""

import gc
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import socialvalue as sv
from socialvalue.errors import InputError
from tests.test_engines import bad_outcomes, bad_records, outcomes, records_of, told

HEADINGS = "outcome_id,stakeholder_group,quantity,date"


def as_csv(frame: pd.DataFrame, path: Path, **options) -> Path:
    frame.to_csv(path, index=False, date_format="%Y-%m-%d", **options)
    return path


@pytest.fixture(scope="module")
def expected() -> float:
    return sv.assess(records_of(outcomes())).totals["present_value"]


def value_of(paths: object) -> float:
    return sv.assess(records_of(paths)).totals["present_value"]


def test_a_csv_file_has_the_value_of_its_frame(tmp_path, expected):
    path = as_csv(outcomes(), tmp_path / "outcomes.csv")
    assert value_of(path) == pytest.approx(expected, rel=1e-9)
    assert value_of(str(path)) == pytest.approx(expected, rel=1e-9)


def test_a_parquet_file_has_the_value_of_its_frame(tmp_path, expected):
    path = tmp_path / "outcomes.parquet"
    outcomes().to_parquet(path)
    assert value_of(path) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize("given", ["list", "pattern", "folder"])
def test_several_files_are_one_table(tmp_path, suffix, given, expected):
    frame = outcomes()
    paths = [tmp_path / f"outcomes-{part}.{suffix}" for part in range(4)]
    for part, path in enumerate(paths):
        rows = frame.iloc[part::4]
        as_csv(rows, path) if suffix == "csv" else rows.to_parquet(path)
    paths_given = {"list": paths, "pattern": tmp_path / f"outcomes-*.{suffix}", "folder": tmp_path}
    assert value_of(paths_given[given]) == pytest.approx(expected, rel=1e-9)


def test_columns_of_partitions_are_columns_of_the_table(tmp_path, expected):
    frame = outcomes()
    for ward, rows in frame.fillna({"ward": "none"}).groupby("ward"):
        folder = tmp_path / f"ward={ward}"
        folder.mkdir()
        rows.drop(columns="ward").to_parquet(folder / "part.parquet")
    result = sv.assess(records_of(tmp_path), breakdowns=["ward"])
    assert result.totals["present_value"] == pytest.approx(expected, rel=1e-9)
    assert set(result.by("ward")["ward"]) == {"Abbey", "Bridge", "none"}


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_problems_name_the_row_as_a_spreadsheet_shows_it(tmp_path, suffix):
    bad = bad_outcomes()
    path = tmp_path / f"outcomes.{suffix}"
    bad.to_csv(path, index=False) if suffix == "csv" else bad.to_parquet(path)
    found = sv.check(bad_records(path), "uk-public")
    bad.index = pd.RangeIndex(2, len(bad) + 2)
    wanted = sv.check(bad_records(bad), "uk-public")
    pd.testing.assert_frame_equal(told(found), told(wanted))
    place = ["row", "column", "rule", "what_to_do"]
    rows = [t.loc[t["table"] == "outcomes", place].astype(str) for t in (found, wanted)]
    ordered = [each.sort_values(place).reset_index(drop=True) for each in rows]
    pd.testing.assert_frame_equal(*ordered)
    assert set(found.loc[found["table"] == "outcomes", "source"]) == {path.name}


def test_a_path_with_the_marks_of_a_pattern_is_a_path(tmp_path, expected):
    for folder, factor in (("data[1]", 1), ("data1", 9)):
        (tmp_path / folder).mkdir()
        frame = outcomes().drop(columns="quantity_high")
        frame.assign(quantity=frame["quantity"] * factor).to_parquet(
            tmp_path / folder / "1.parquet"
        )
        as_csv(frame.assign(quantity=frame["quantity"] * factor), tmp_path / folder / "c.csv")
    assert value_of(tmp_path / "data[1]" / "1.parquet") == pytest.approx(expected, rel=1e-9)
    assert value_of(tmp_path / "data[1]" / "c.csv") == pytest.approx(expected, rel=1e-9)


def test_a_word_in_a_column_that_only_a_later_file_has_is_a_problem(tmp_path):
    frame = outcomes()
    as_csv(frame.iloc[:200].drop(columns="deadweight"), tmp_path / "1.csv")
    later = frame.iloc[200:].astype({"deadweight": object})
    later.loc[later.index[0], "deadweight"] = "nan"
    as_csv(later, tmp_path / "2.csv")
    problems = sv.check(records_of(tmp_path))
    assert problems[["column", "value", "record"]].values.tolist() == [
        ["deadweight", "nan", "outcome_id O-0200"]
    ]


@pytest.mark.parametrize("day", ["infinity", "epoch"])
def test_a_word_that_an_engine_takes_for_a_day_is_a_problem(tmp_path, day):
    frame = outcomes()
    frame["date"] = frame["date"].dt.strftime("%Y-%m-%d")
    frame.loc[3, "date"] = day
    problems = sv.check(records_of(as_csv(frame, tmp_path / "outcomes.csv")))
    assert problems[["row", "value", "rule"]].values.tolist() == [[5, day, "must be a date"]]


def test_quoted_newlines_and_cells_that_do_not_fit(tmp_path):
    path = tmp_path / "outcomes.csv"
    path.write_text(f'{HEADINGS},note\na,all,many,2024-05-01,"x\ny"\nb,all,1,2024-05-01\n')
    problems = sv.check(sv.Records(outcomes=path))
    assert problems[["row", "column", "value"]].values.tolist() == [[2, "quantity", "many"]]


@pytest.mark.parametrize("word", ["nan", "inf", "-infinity", "1_000"])
def test_a_word_that_an_engine_takes_for_a_number_is_a_problem(tmp_path, word):
    frame = outcomes().astype({"quantity": object})
    frame.loc[3, "quantity"] = word
    problems = sv.check(records_of(as_csv(frame, tmp_path / "outcomes.csv")))
    assert problems[["row", "column", "value"]].values.tolist() == [[5, "quantity", word]]


def test_a_file_in_windows_1252_is_read_and_said(tmp_path, expected):
    frame = outcomes().assign(note="caf\u00e9, \u00a35")
    path = as_csv(frame, tmp_path / "outcomes.csv", encoding="cp1252")
    result = sv.assess(records_of(path))
    assert result.totals["present_value"] == pytest.approx(expected, rel=1e-9)
    assert "the file is not UTF-8 and was read as Windows-1252" in set(result.coerced["what"])


def test_blank_lines_and_short_rows_are_no_harm(tmp_path):
    path = tmp_path / "outcomes.csv"
    lines = [
        "outcome_id,stakeholder_group,quantity,date,note",
        "a,all,1,2024-05-01,x",
        "",
        "b,all,2,2024-05-02",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert sv.check(sv.Records(outcomes=path)).empty


def test_what_is_no_csv_is_refused_with_its_line(tmp_path):
    path = tmp_path / "outcomes.csv"
    lines = [
        "outcome_id,stakeholder_group,quantity,date",
        "a,all,1,2024-05-01",
        "b,all,2,2024-05-02,x,y",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    said = r"cannot be read as CSV: line 3 has more cells than the headings, which are 4\. Put"
    with pytest.raises(InputError, match=said):
        sv.check(sv.Records(outcomes=path))
    lines.insert(0, "Outcomes of 2024")
    path.write_text("\n\n" + "\n".join(lines[:3]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"in row 4, not in row 1\. Delete rows 1 to 3 above them"):
        sv.check(sv.Records(outcomes=path))
    path.write_text("outcome_id;stakeholder_group;quantity\na;b;1\n", encoding="utf-8")
    with pytest.raises(InputError, match="semicolons"):
        sv.check(sv.Records(outcomes=path))


def test_files_that_are_not_there_or_of_two_kinds_are_refused(tmp_path):
    with pytest.raises(InputError, match="There is no CSV or Parquet file"):
        sv.Records(outcomes=tmp_path / "nothing-*.csv")
    as_csv(outcomes(), tmp_path / "a.csv")
    outcomes().to_parquet(tmp_path / "b.parquet")
    with pytest.raises(InputError, match="several kinds"):
        sv.Records(outcomes=tmp_path)
    (tmp_path / "c.txt").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="neither a CSV nor a Parquet file"):
        sv.Records(outcomes=tmp_path / "c.txt")


def test_a_file_that_changes_is_read_anew(tmp_path):
    path = as_csv(outcomes(), tmp_path / "outcomes.csv")
    records = records_of(path)
    before = sv.assess(records).totals["gross_value"]
    as_csv(outcomes().assign(quantity=lambda rows: rows["quantity"] / 2), path)
    assert sv.assess(records).totals["gross_value"] == pytest.approx(before / 2)


def test_the_typed_copy_is_gone_with_its_records(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = as_csv(outcomes(), tmp_path / "outcomes.csv")
    records = records_of(path)
    sv.check(records)
    assert list(tmp_path.glob("socialvalue-*"))
    del records
    gc.collect()
    assert not list(tmp_path.glob("socialvalue-*"))


def test_small_tables_may_be_files_too(tmp_path, expected):
    activities = records_of(outcomes()).activities
    path = as_csv(activities, tmp_path / "activities.csv")
    records = sv.Records(
        outcomes=as_csv(outcomes(), tmp_path / "outcomes.csv"),
        activities=path,
        links=records_of(outcomes()).links,
        adjustments=records_of(outcomes()).adjustments,
    )
    assert sv.assess(records).totals["present_value"] == pytest.approx(expected, rel=1e-9)
    assert repr(records).startswith("Records(outcomes: in outcomes.csv, activities: 3 rows")


def test_provenance_names_the_file_and_its_hash(tmp_path):
    import hashlib

    path = as_csv(outcomes(), tmp_path / "outcomes.csv")
    inputs = sv.assess(records_of(path)).provenance["inputs"]
    held = next(each for each in inputs if each["table"] == "outcomes")
    assert held["file"] == "outcomes.csv"
    assert held["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_result_is_published_when_its_records_are_gone(tmp_path):
    path = as_csv(outcomes(), tmp_path / "outcomes.csv")
    result = sv.assess(records_of(path), breakdowns=["ward"])
    gc.collect()
    published = result.for_output("publish")
    assert published.totals["present_value"] == pytest.approx(result.totals["present_value"])


@pytest.mark.parametrize("large", ["file", "folder"])
def test_a_folder_of_records_with_large_outcomes(tmp_path, monkeypatch, large, expected):
    monkeypatch.setattr("socialvalue.read.LARGE", 100)
    for name in ("activities", "links", "adjustments"):
        as_csv(getattr(records_of(outcomes()), name), tmp_path / f"{name}.csv")
    folder = tmp_path / "outcomes" if large == "folder" else tmp_path
    folder.mkdir(exist_ok=True)
    as_csv(outcomes(), folder / "outcomes.csv")
    records = sv.read_records(tmp_path)
    assert "outcomes" in records.held
    result = sv.assess(records)
    assert result.totals["present_value"] == pytest.approx(expected, rel=1e-9)
    assert all(len(each["sha256"]) == 64 for each in result.provenance["inputs"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (HEADINGS.encode("utf-16"), "is not a CSV file in UTF-8"),
        (b"outcome_id,note,Note\na,b,c\n", "the column 'Note' stands twice"),
        (f"{HEADINGS},\na,all,1,2024-05-01,x\n".encode(), "column 5 has values and no name"),
        (f"{HEADINGS},note\na,all,1,2024-05-01,\x81\n".encode("latin-1"), "cannot be read as CSV"),
        (f'{HEADINGS}\na,"all,1,2024-05-01\n'.encode(), "line 2 has a quotation mark"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(tmp_path, content, message):
    path = tmp_path / "outcomes.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        sv.check(sv.Records(outcomes=path))


def test_columns_without_name_or_value_and_blank_rows_are_passed_over(tmp_path):
    path = tmp_path / "outcomes.csv"
    path.write_text(f"{HEADINGS},,\na,all,1,2024-05-01,,\n , ,  ,,,\n", encoding="utf-8")
    records = sv.Records(outcomes=path)
    assert sv.check(records).empty
    notes = sv.assess(records).coerced
    assert notes.loc[notes["what"] == "blank rows passed over", "count"].tolist() == [1]


def test_the_message_counts_all_records_that_break_a_rule(tmp_path):
    path = as_csv(outcomes().assign(deadweight=35.0), tmp_path / "outcomes.csv")
    problems = sv.check(records_of(path))
    assert len(problems) == 100 and set(problems["count"]) == {400}
    with pytest.raises(InputError, match=r"400 problems, 1 rule[\s\S]*and 395 more"):
        sv.assess(records_of(path))


def test_what_is_changed_in_reading_a_large_file_is_said_at_the_command_line(tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from socialvalue.cli import app

    monkeypatch.setattr("socialvalue.read.LARGE", 10)
    frame = outcomes().drop(columns=["activity_id", "quantity_high"])
    frame["quantity"] = frame["quantity"].map(lambda number: f"{number * 1000:,.0f}")
    as_csv(frame, tmp_path / "outcomes.csv")
    result = CliRunner().invoke(app, ["check", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert "outcomes, quantity: numbers written with a pound sign or thousands" in result.output


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pseudo-terminal on Windows")
def test_the_engine_draws_no_bar_of_its_own_on_a_terminal():
    # DuckDB turns its bar on where it sees a terminal: there would be two, and one that is not
    # wanted by whoever said progress=False.
    import pty

    asked = """
from socialvalue.file_tables import connect
class Owner: pass
owner = Owner()
asked = connect(owner)[0].execute("SELECT current_setting('enable_progress_bar')")
print(asked.fetchone()[0])
"""
    ours, theirs = pty.openpty()
    done = subprocess.run([sys.executable, "-c", asked], stdout=theirs, stderr=theirs, stdin=theirs)
    os.close(theirs)
    said = os.read(ours, 10_000).decode()
    os.close(ours)
    assert done.returncode == 0 and "False" in said, said


def simple(records: int = 12, prefix: str = "A") -> pd.DataFrame:
    """Records without a fault, of one group on one day."""
    return pd.DataFrame(
        {
            "outcome_id": [f"{prefix}-{at}" for at in range(records)],
            "stakeholder_group": "all",
            "proxy_id": "wb_wellby",
            "quantity": 1.0,
            "date": pd.Timestamp("2024-05-01"),
            "deadweight": 0.1,
        }
    )


def with_bad(frame: pd.DataFrame, *rows: int) -> pd.DataFrame:
    return frame.assign(deadweight=[35.0 if at in rows else 0.1 for at in range(len(frame))])


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize("bad", [(4,), (4, 5), (4, 7), (2, 5, 8), (2, 5, 9), tuple(range(12))])
def test_rows_keep_their_numbers_however_they_are_spaced(tmp_path, suffix, bad):
    path, frame = tmp_path / f"outcomes.{suffix}", with_bad(simple(), *bad)
    as_csv(frame, path) if suffix == "csv" else frame.to_parquet(path)
    found = sv.check(sv.Records(outcomes=path))
    assert found["row"].tolist() == [at + 2 for at in bad]
    assert set(found["count"]) == {len(bad)}


def test_a_large_frame_names_its_rows_however_they_are_spaced(monkeypatch):
    monkeypatch.setattr("socialvalue.large_frames.LARGE", 5)
    frame = with_bad(simple(), 4, 7).set_axis(range(100, 112))
    assert sv.check(sv.Records(outcomes=frame))["row"].tolist() == [104, 107]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_rows_of_several_files_name_their_file(tmp_path, suffix):
    for name, rows in (("april", (3,)), ("may", (3, 10))):
        frame = with_bad(simple(prefix=name), *rows)
        frame.loc[11, "outcome_id"] = "twice"
        path = tmp_path / f"{name}.{suffix}"
        as_csv(frame, path) if suffix == "csv" else frame.to_parquet(path)
    found = sv.check(sv.Records(outcomes=tmp_path))
    bad = found[found["column"] == "deadweight"]
    wanted = [f"5 of april.{suffix}", f"5 of may.{suffix}", f"12 of may.{suffix}"]
    assert bad["row"].tolist() == wanted
    twice = found[found["column"] == "outcome_id"]
    assert twice["row"].tolist() == [f"13 of may.{suffix}"]
    assert f"also in row 13 of april.{suffix}." in twice["what_to_do"].item()


def test_rows_of_files_of_one_name_name_their_folder(tmp_path):
    for ward in ("Abbey", "Bridge"):
        folder = tmp_path / f"ward={ward}"
        folder.mkdir()
        with_bad(simple(prefix=ward), 4).to_parquet(folder / "part.parquet")
    found = sv.check(sv.Records(outcomes=tmp_path))
    wanted = [f"6 of ward={ward}/part.parquet" for ward in ("Abbey", "Bridge")]
    assert found["row"].tolist() == wanted


def test_columns_with_names_like_those_of_the_library_are_columns_of_the_user(tmp_path):
    frame = simple(4).drop(columns="deadweight")
    frame = frame.assign(
        quantity=[1.0, 2.0, 3.0, 4.0],
        ward=["Abbey ", "Abbey", "Bridge", "Bridge"],
        raw_ward=["x", " y", "x", "x"],
        read_=["p", "p ", "q", "q"],
        state_ward=["1", "1", "1", "2"],
    )
    path = tmp_path / "outcomes.parquet"
    frame.to_parquet(path)
    names = ["ward", "raw_ward", "read_", "state_ward"]
    found = sv.assess(sv.Records(outcomes=path), breakdowns=names)
    wanted = sv.assess(sv.Records(outcomes=frame), breakdowns=names)
    for name in names:
        pd.testing.assert_frame_equal(found.by(name), wanted.by(name), check_dtype=False)


@pytest.mark.parametrize("kept", [{"socialvalue_raw_ward": "x"}, {"socialvalue_row_": 1}])
def test_names_that_the_library_keeps_are_refused_alike(tmp_path, kept):
    frame = simple().assign(**kept)
    frame.to_parquet(tmp_path / "outcomes.parquet")
    with pytest.raises(InputError, match="names that begin with socialvalue_"):
        sv.assess(sv.Records(outcomes=frame))
    with pytest.raises(InputError, match=r"socialvalue_row_|names that begin with socialvalue_"):
        sv.assess(sv.Records(outcomes=tmp_path / "outcomes.parquet"))


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_column_named_as_the_place_of_a_record_is_refused_in_words(tmp_path, suffix):
    frame = simple().assign(File_Row_Number=1)
    path = tmp_path / f"outcomes.{suffix}"
    as_csv(frame, path) if suffix == "csv" else frame.to_parquet(path)
    with pytest.raises(InputError, match="'File_Row_Number' has a name that is kept"):
        sv.check(sv.Records(outcomes=path))


def test_long_text_is_read_as_short_text_is(tmp_path):
    frame = simple().assign(note=["short", "long " * 60 + "end", *["x" * 150] * 9, " spaced"])
    frame.to_parquet(tmp_path / "outcomes.parquet")
    found, wanted = (
        sv.assess(sv.Records(outcomes=each)) for each in (tmp_path / "outcomes.parquet", frame)
    )
    assert found.totals["present_value"] == pytest.approx(wanted.totals["present_value"])
    what = ["column", "what", "count"]
    pd.testing.assert_frame_equal(found.coerced[what], wanted.coerced[what], check_dtype=False)


def test_where_many_identifiers_repeat_all_are_counted_by_name(tmp_path, monkeypatch):
    monkeypatch.setattr("socialvalue.identifiers._MANY", 3)
    frame = pd.concat([simple(), simple()], ignore_index=True)
    frame.to_parquet(tmp_path / "outcomes.parquet")
    found = sv.check(sv.Records(outcomes=tmp_path / "outcomes.parquet"))
    assert found["row"].tolist() == list(range(14, 26))
    assert set(found["count"]) == {12}


@pytest.mark.parametrize("cell", ["\x01", "\u200b\x02 "])
def test_a_cell_in_which_nothing_can_be_seen_is_blank(tmp_path, cell):
    frame = simple().assign(stakeholder_group=["all"] * 11 + [cell])
    frame.to_parquet(tmp_path / "outcomes.parquet")
    for outcomes_of in (frame, tmp_path / "outcomes.parquet"):
        found = sv.check(sv.Records(outcomes=outcomes_of))
        assert found["rule"].tolist() == ["stakeholder_group is required"]


def test_activities_that_no_record_names_are_one_problem(tmp_path):
    frame = simple()
    frame.to_parquet(tmp_path / "outcomes.parquet")
    activities = pd.DataFrame({"activity_id": ["A-1"], "date": ["2024-05-01"]})
    lines = []
    for outcomes_of in (frame, tmp_path / "outcomes.parquet"):
        found = sv.check(sv.Records(outcomes=outcomes_of, activities=activities))
        lines.append(found[found["column"] == "activity_id"][["rule", "count"]].values.tolist())
    assert lines[0] == lines[1]
    assert [count for _, count in lines[0]] == [1]


def test_a_name_that_is_text_here_and_decimals_there_is_refused(tmp_path):
    # Where some are missing pandas makes floats of whole numbers: 1 would be the text 1.0.
    simple(3).assign(outcome_id=["1", "2", "3"]).to_parquet(tmp_path / "april.parquet")
    simple(3).assign(outcome_id=[1.0, 2.0, 3.0]).to_parquet(tmp_path / "may.parquet")
    said = "outcome_id is text in april.parquet and numbers with decimals in may.parquet"
    with pytest.raises(InputError, match=said):
        sv.check(sv.Records(outcomes=tmp_path))
    simple(3).assign(outcome_id=[4, 5, 6]).to_parquet(tmp_path / "may.parquet")
    assert sv.check(sv.Records(outcomes=tmp_path)).empty
    # Amounts are numbers whatever they are kept as.
    simple(3).assign(outcome_id=["4", "5", "6"], quantity="2").to_parquet(tmp_path / "may.parquet")
    assert sv.check(sv.Records(outcomes=tmp_path)).empty


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_column_with_two_headings_in_two_files_is_refused(tmp_path, suffix):
    for name, frame in (("april", simple()), ("may", simple(prefix="B"))):
        heading = "Outcome ID" if name == "may" else "Outcome_ID"
        frame = frame.rename(columns={"outcome_id": heading})
        path = tmp_path / f"{name}.{suffix}"
        as_csv(frame, path) if suffix == "csv" else frame.to_parquet(path)
    said = f"outcome_id is called 'Outcome_ID' in april.{suffix} and 'Outcome ID' in may.{suffix}"
    with pytest.raises(InputError, match=said):
        sv.check(sv.Records(outcomes=tmp_path))


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_folders_name_columns_of_both_kinds_of_file(tmp_path, suffix):
    for ward in ("Abbey", "St%20Ann", "__HIVE_DEFAULT_PARTITION__"):
        (tmp_path / f"ward={ward}").mkdir()
        path = tmp_path / f"ward={ward}" / f"1.{suffix}"
        frame = simple(4, prefix=ward)
        as_csv(frame, path) if suffix == "csv" else frame.to_parquet(path)
    found = sv.assess(sv.Records(outcomes=tmp_path), breakdowns=["ward"]).by("ward")
    assert set(found["ward"].fillna("none")) == {"Abbey", "St Ann", "none"}
    assert found["present_value"].tolist() == pytest.approx([found["present_value"][0]] * 3)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_column_that_its_folder_names_too_is_refused(tmp_path, suffix):
    (tmp_path / "ward=Castle").mkdir()
    path = tmp_path / "ward=Castle" / f"1.{suffix}"
    frame = simple().assign(Ward="Moor")
    as_csv(frame, path) if suffix == "csv" else frame.to_parquet(path)
    with pytest.raises(InputError, match=rf"1\.{suffix} has a column ward, and lies in a folder"):
        sv.check(sv.Records(outcomes=tmp_path))


def test_days_with_a_time_zone_are_days_or_refused(tmp_path):
    frame = simple().assign(date=pd.Timestamp("2024-04-01"))
    path = tmp_path / "outcomes.parquet"
    frame.assign(date=frame["date"].dt.tz_localize("UTC")).to_parquet(path)
    wanted = sv.assess(sv.Records(outcomes=frame)).impact_map
    found = sv.assess(sv.Records(outcomes=path)).impact_map
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False)
    # Midnight in London in summer is the day before in UTC: which day it was is not in the file.
    frame.assign(date=frame["date"].dt.tz_localize("Europe/London")).to_parquet(path)
    with pytest.raises(InputError, match="date is a time with a time zone, and its day depends"):
        sv.assess(sv.Records(outcomes=path))


@pytest.mark.parametrize("bad", ['NHS-9434765919,"phoned twice', 'NHS-9434765919,"phoned" twice'])
def test_what_cannot_be_read_is_told_with_its_file_and_no_record(tmp_path, bad):
    head = "outcome_id,stakeholder_group,quantity,date,person_id,note\n"
    good = "1,all,1,2024-05-01,NHS-1,ok\n"
    (tmp_path / "april.csv").write_text(head + good, encoding="utf-8")
    (tmp_path / "may.csv").write_text(head + f"2,all,1,2024-05-01,{bad}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"^may.csv cannot be read as CSV: line 2 ") as error:
        sv.check(sv.Records(outcomes=tmp_path))
    assert "NHS" not in str(error.value)


def test_a_damaged_parquet_file_is_named(tmp_path):
    simple().to_parquet(tmp_path / "april.parquet")
    content = (tmp_path / "april.parquet").read_bytes()
    (tmp_path / "may.parquet").write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match=r"^may.parquet cannot be read as Parquet. It may be dama"):
        sv.check(sv.Records(outcomes=tmp_path))


def test_a_file_without_headings_is_said_to_have_none(tmp_path):
    as_csv(simple(), tmp_path / "april.csv")
    simple(prefix="B").to_csv(tmp_path / "may.csv", index=False, header=False)
    with pytest.raises(InputError, match=r"may.csv has none of the headings of outcomes") as error:
        sv.check(sv.Records(outcomes=tmp_path))
    assert "B-0" not in str(error.value)


def test_a_file_that_is_gone_is_said_to_be(tmp_path):
    as_csv(simple(), tmp_path / "outcomes.csv")
    records = sv.Records(outcomes=tmp_path / "outcomes.csv")
    (tmp_path / "outcomes.csv").unlink()
    with pytest.raises(InputError, match=r"outcomes.csv is not there any more"):
        sv.check(records)


def test_a_small_table_in_windows_1252_with_amounts_as_text_is_read(tmp_path):
    text = 'input_id,date,kind,value,project\nI1,2024-03-25,cash,"£1,200",Café\n'
    (tmp_path / "inputs.csv").write_bytes(text.encode("cp1252"))
    records = sv.Records(outcomes=simple(), inputs=tmp_path / "inputs.csv")
    assert not sv.check(records)["what_to_do"].str.contains("unicode").any()
