"""Scales as data: what ships, what a user may declare, and rescaling by named rules."""

import hashlib
import json
import math

import numpy as np
import pandas as pd
import pytest

from socialvalue.errors import InputError, SettingsError
from socialvalue.instruments import (
    INSTRUMENTS,
    beside_shipped,
    conversion,
    instrument,
    load_conversions,
    load_instruments,
    rescale,
    rescaling_rules,
)
from socialvalue.parse import parse_table
from socialvalue.records import Origin
from socialvalue.shipped import data_root
from socialvalue.survey_checks import survey_problems

FOLDER = data_root() / "instruments"
OWN = {
    "instrument": "confidence_1_5",
    "minimum": 1,
    "maximum": 5,
    "whole_numbers": "yes",
    "higher_is_better": "yes",
}


def declared(**changes):
    return pd.DataFrame([{**OWN, **changes}])


# Number of items, lowest and highest score of one item: the range is the product.
ITEMS = {
    "swemwbs_raw": (7, 1, 5),
    "wemwbs": (14, 1, 5),
    "ucla3_loneliness": (3, 1, 3),
    "phq9": (9, 0, 3),
    "gad7": (7, 0, 3),
    "rosenberg_0_30": (10, 0, 3),
    "rosenberg_10_40": (10, 1, 4),
    "ons4_life_satisfaction": (1, 0, 10),
}


@pytest.mark.parametrize(("name", "items"), ITEMS.items())
def test_the_range_is_that_of_its_items(name, items):
    row = instrument(load_instruments(), name)
    count, low, high = items
    assert (row["minimum"], row["maximum"]) == (count * low, count * high)
    assert row["whole_numbers"]


def test_which_way_is_better():
    table = load_instruments().set_index("instrument")["higher_is_better"]
    worse = {"ons4_anxious", "ucla3_loneliness", "phq9", "gad7"}
    assert set(table.index[~table.astype(bool)]) == worse


def test_published_meaningful_changes_and_what_is_not_known():
    # Printed: PHQ-9 5 points, GAD-7 4, EQ-5D (UK, 3L) 0.074, SWEMWBS 2.87 (2.77 SEM).
    change = load_instruments().set_index("instrument")["meaningful_change"].dropna()
    assert change.to_dict() == {"phq9": 5, "gad7": 4, "eq5d_3l_uk_index": 0.074, "swemwbs": 2.87}
    rest = load_instruments().query("meaningful_change.isna()")
    # What was looked for and not found says so.
    assert rest["notes"].str.contains("found|no single figure").all()


def test_every_row_has_a_source_that_is_listed():
    sources = set(pd.read_csv(FOLDER / "sources.csv")["source_id"])
    rules = rescaling_rules()
    for table in (load_instruments(), load_conversions(), rules):
        assert set(table["source_id"]) <= sources
        assert table["evidence"].notna().all()
    named = load_instruments()["meaningful_change_source"].dropna()
    assert set(named) <= sources


def test_the_data_package_is_of_these_files():
    package = json.loads((FOLDER / "datapackage.json").read_text(encoding="utf-8"))
    names = set()
    for each in package["resources"]:
        data = (FOLDER / each["path"]).read_bytes()
        assert each["hash"] == "sha256:" + hashlib.sha256(data).hexdigest()
        assert each["bytes"] == len(data)
        fields = [field["name"] for field in each["schema"]["fields"]]
        assert fields == data.decode("utf-8").splitlines()[0].split(",")
        names.add(each["path"])
    assert names == {path.name for path in FOLDER.glob("*.csv")}


def test_a_scale_of_ones_own_stands_beside_the_shipped():
    both = load_instruments(declared(meaningful_change=1))
    row = instrument(both, "confidence_1_5")
    assert (row["minimum"], row["maximum"], row["origin"]) == (1, 5, "own")
    assert len(both) == len(load_instruments()) + 1
    assert both.dtypes.drop("origin").equals(load_instruments().dtypes.drop("origin"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"instrument": "phq9"}, "shipped with the library"),
        ({"minimum": 5, "maximum": 5}, "minimum must be below maximum"),
        ({"meaningful_change": 0}, "meaningful_change must be more than 0"),
        ({"meaningful_change": -1}, "Write its size"),
        ({"meaningful_change": 6}, "must fit in the range"),
        ({"whole_numbers": "perhaps"}, "whole_numbers"),
        ({"higher_is_better": None}, "higher_is_better is required"),
        ({"maximum": "ten"}, "ten"),
        ({"directon": "up"}, "has no column of this name"),
    ],
)
def test_what_cannot_be_a_scale_is_said(changes, words):
    with pytest.raises(InputError, match="Your instruments cannot be used") as caught:
        load_instruments(declared(**changes))
    assert words in str(caught.value)
    assert len(caught.value.problems)


def test_two_of_ones_own_with_one_code():
    twice = pd.concat([declared(), declared()], ignore_index=True)
    with pytest.raises(InputError, match="instrument must be unique"):
        load_instruments(twice)


def test_a_broken_scale_is_one_problem_and_not_one_for_each_answer():
    own = parse_table(declared(minimum=None, whole_numbers=None), INSTRUMENTS, Origin())[0]
    known = beside_shipped(own, load_instruments())
    answer = {"person_id": "p", "activity_id": "a", "wave": "before", "score": 3.5}
    table = pd.DataFrame([{**answer, "instrument": "confidence_1_5"}])
    assert survey_problems(table, known) == []
    # What is still known bounds: the maximum is 5.
    assert len(survey_problems(table.assign(score=6.0), known)) == 1


def test_a_taken_code_stays_the_shipped_one():
    own = parse_table(declared(instrument="phq9"), INSTRUMENTS, Origin())[0]
    known = beside_shipped(own, load_instruments())
    assert instrument(known, "phq9")["maximum"] == 27
    assert known["instrument"].is_unique


def test_an_unknown_instrument_or_conversion_names_the_nearest():
    with pytest.raises(SettingsError, match="Did you mean wemwbs"):
        instrument(load_instruments(), "wembws")
    with pytest.raises(SettingsError, match="Did you mean wemwbs_wellworth"):
        conversion("wemwbs_welworth")


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(InputError, match="no file mine.csv"):
        load_instruments(path=tmp_path / "mine.csv")


def test_no_conversion_is_between_scales_that_are_not_there():
    known = set(load_instruments()["instrument"])
    table = load_conversions()
    assert set(table["from_instrument"]) | set(table["to_instrument"]) <= known
    assert set(table["to_instrument"]) == {"ons4_life_satisfaction"}


def test_the_columns_a_user_declares_are_columns_of_the_shipped_table():
    assert set(INSTRUMENTS.names) <= set(load_instruments().columns)


BY_10_6 = "life_satisfaction_1_7_to_0_10_by_10_6"
BY_11_7 = "life_satisfaction_1_7_to_0_10_by_11_7"


def test_seven_points_to_eleven_by_ten_sixths():
    # (score - 1) x 10/6: 1 -> 0, 2 -> 1.67, 3 -> 3.33, 4 -> 5, 5 -> 6.67, 6 -> 8.33, 7 -> 10.
    found = rescale(np.array([1, 2, 3, 4, 5, 6, 7]), BY_10_6)
    assert found.round(2).tolist() == [0.0, 1.67, 3.33, 5.0, 6.67, 8.33, 10.0]
    # The ends meet exactly, so that no score falls outside the scale it goes to.
    assert (rescale(1, BY_10_6), rescale(7, BY_10_6)) == (0.0, 10.0)


def test_a_change_by_each_rule():
    # One point of 1-7: 10/6 = 1.667 or 11/7 = 1.571.
    assert rescale(1, BY_10_6, differences=True) == pytest.approx(1.6667, abs=5e-5)
    assert rescale(1, BY_11_7, differences=True) == pytest.approx(1.5714, abs=5e-5)
    assert rescale(-1, BY_10_6, differences=True) == pytest.approx(-1.6667, abs=5e-5)


def test_a_rule_without_an_offset_is_for_changes():
    with pytest.raises(SettingsError, match="differences=True"):
        rescale(4, BY_11_7)


@pytest.mark.parametrize(("value", "differences"), [(0, False), (8, False), (7, True)])
def test_values_off_the_scale_are_refused(value, differences):
    with pytest.raises(InputError, match="takes values from"):
        rescale(value, BY_10_6, differences=differences)


def test_an_unknown_rule_and_a_missing_score():
    with pytest.raises(SettingsError, match="Did you mean " + BY_10_6):
        rescale(4, "life_satisfaction_1_7_to_0_10_by_10-6")
    assert math.isnan(rescale(pd.Series([math.nan]), BY_10_6).iloc[0])
