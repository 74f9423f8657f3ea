"""Are the indices of inequality the published ones, and are impossible gradients refused?"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from socialvalue.equity import FEWEST, MOST, slope_index
from socialvalue.errors import InputError, SettingsError

PUBLISHED = Path(__file__).parent / "published" / "sii_rii_phe"
DATA = pd.read_csv(PUBLISHED / "data.csv")
EXPECTED = pd.read_csv(PUBLISHED / "expected.csv")
SIMULATED = 0.05  # the source's own relative tolerance, for its limits from 10,000 draws
SETTINGS = ["set", "kind", "transform", "multiplier", "confidence"]


def data(name: str) -> pd.DataFrame:
    return DATA[DATA["set"] == name].drop(columns="set").reset_index(drop=True)


def straight(quantiles: int = 5, **columns: object) -> pd.DataFrame:
    """Equal groups with values 1, 2, 3, ..., as much apart as the groups are."""
    numbers = range(1, quantiles + 1)
    table = pd.DataFrame({"quantile": numbers, "population": 100, "value": numbers})
    return table.astype(float).assign(**columns)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param(dict(zip(SETTINGS, key, strict=True)), rows, id=f"{key}")
        for key, rows in EXPECTED.groupby(SETTINGS, sort=False)
    ],
)
def test_published_indices_come_out(settings, expected):
    found = slope_index(
        data(settings["set"]),
        settings["kind"],
        transform=settings["transform"] == "yes",
        multiplier=settings["multiplier"],
        confidence=settings["confidence"],
        seed=1,
    ).set_index("statistic")
    for line in expected.itertuples():
        row = found.loc[line.statistic]
        # Printed to 15 to 17 digits, the last of which hang on the order of summation.
        assert row["value"] == pytest.approx(line.value, rel=1e-13)
        assert row["confidence"] == line.confidence
        if pd.notna(line.lower):
            assert row["lower"] == pytest.approx(line.lower, rel=SIMULATED)
            assert row["upper"] == pytest.approx(line.upper, rel=SIMULATED)
        if pd.notna(line.at_most_deprived):
            assert row["at_most_deprived"] == pytest.approx(line.at_most_deprived, rel=1e-13)


def test_limits_of_the_value_serve_as_well_as_its_standard_errors():
    table = data("infant_mortality")
    by_error = slope_index(table.drop(columns=["lower", "upper"]), "rate")
    by_limits = slope_index(table.drop(columns="standard_error"), "rate")
    # 1.96 against the exact normal quantile: 0.002% of a standard error, with the same draws.
    assert by_limits["lower"].to_numpy() == pytest.approx(by_error["lower"].to_numpy(), rel=1e-4)
    assert by_limits["upper"].to_numpy() == pytest.approx(by_error["upper"].to_numpy(), rel=1e-4)


def test_limits_of_a_straight_line_are_those_of_least_squares():
    # The slope is linear in the values: with shares of 1/5 and ranks 0.1, 0.3, ..., 0.9 each counts
    # (rank - 0.5) / 0.4, and its standard error is 2 x sqrt(2 x 1 + 2 x 0.5^2) = sqrt(10). A limit
    # from 100,000 draws is uncertain by some 0.5% of that.
    found = slope_index(straight(standard_error=2.0), confidence=0.95).iloc[0]
    assert found["value"] == pytest.approx(5.0)
    assert found["upper"] - found["value"] == pytest.approx(1.959964 * np.sqrt(10), rel=0.01)
    assert found["value"] - found["lower"] == pytest.approx(1.959964 * np.sqrt(10), rel=0.01)


def test_groups_count_by_their_people_whatever_their_order():
    whole = pd.DataFrame(
        {"quantile": [5, 4, 3, 2, 1], "population": [1, 1, 2, 1, 1], "value": [9, 7, 5, 3, 1]}
    )
    # By hand: shares 1/6, 1/6, 1/3, 1/6, 1/6; distances from the middle -5/12, -1/4, 0, 1/4, 5/12.
    # slope = (8 x 5/12 + 4 x 1/4) / (2 x (25/144 + 9/144)) = (13/3) / (17/36) = 156/17.
    found = slope_index(whole).set_index("statistic")["value"]
    assert found["sii"] == pytest.approx(156 / 17)
    # The line is 5 at the middle: its ends are 5 -/+ 78/17, that is 7/17 and 163/17.
    assert found["rii"] == pytest.approx(163 / 7)


def test_several_levels_come_in_one_call_and_a_seed_fixes_them():
    table = data("life_expectancy")
    found = slope_index(table, confidence=(0.95, 0.998), seed=3)
    assert found[["statistic", "confidence"]].to_numpy().tolist() == [
        ["sii", 0.95],
        ["rii", 0.95],
        ["sii", 0.998],
        ["rii", 0.998],
    ]
    width = (found["upper"] - found["lower"]).to_numpy()
    assert (width[2:] > width[:2]).all()
    pd.testing.assert_frame_equal(found, slope_index(table, confidence=(0.95, 0.998), seed=3))
    assert found["lower"][0] != slope_index(table, seed=4)["lower"][0]


def test_a_table_without_errors_gets_indices_and_says_that_there_are_no_limits():
    found = slope_index(straight())
    assert found["value"].tolist() == pytest.approx([5.0, 11.0])
    assert found[["lower", "upper"]].isna().all(axis=None)
    assert found["caution"].str.contains("no limits").all()


def test_more_than_ten_quantiles_are_cautioned():
    assert slope_index(straight(10, standard_error=1.0))["caution"].tolist() == ["", ""]
    assert "11 quantiles" in slope_index(straight(11, standard_error=1.0))["caution"][0]


def test_no_ratio_where_the_line_falls_below_zero():
    table = straight().assign(value=[-4.0, -1.0, 2.0, 5.0, 8.0])
    found = slope_index(table).set_index("statistic")
    # Steps of 3 at ranks 0.2 apart: the line runs from -5.5 to 9.5.
    assert found["value"]["sii"] == pytest.approx(15.0)
    assert np.isnan(found["value"]["rii"])
    assert "no ratio" in found["caution"]["rii"]


def test_the_table_is_not_changed():
    table = data("child_obesity").sample(frac=1, random_state=1)
    before = table.copy()
    slope_index(table, "proportion")
    pd.testing.assert_frame_equal(table, before)


def with_one(column: str, value: object) -> pd.DataFrame:
    table = straight(standard_error=1.0, lower=0.0, upper=9.0).astype(object)
    table.loc[2, column] = value
    return table


REFUSED = [
    (with_one("population", 0), "mean", r"population must be more than 0: row 2 \(quantile 3\): 0"),
    (with_one("population", -5), "mean", "population must be more than 0"),
    (with_one("population", None), "mean", "population is missing"),
    (with_one("value", "many"), "mean", "value is missing or not a number"),
    (with_one("quantile", 2), "mean", "quantile is there twice"),
    (with_one("standard_error", None), "mean", "standard_error is missing"),
    (with_one("standard_error", -1), "mean", "standard_error must not be negative"),
    (with_one("lower", None), "mean", "lower is missing"),
    (with_one("lower", 4), "mean", "lower must not be above the value"),
    (with_one("upper", 2), "mean", "upper must not be below the value"),
    (with_one("upper", None), "mean", "upper is missing"),
    (with_one("value", 0), "rate", "value must lie between 0 and inf"),
    (with_one("lower", 0), "rate", "lower must lie between 0 and inf"),
    (straight(), "proportion", r"value must lie between 0 and 1: row 0 \(quantile 1\): 1"),
    (straight(FEWEST - 1), "mean", "There are 4 quantiles. A slope needs at least 5"),
    (straight(MOST + 1), "mean", "There are 101 quantiles"),
    (straight().drop(columns="population"), "mean", "no column population"),
]


@pytest.mark.parametrize(("table", "kind", "message"), REFUSED)
def test_what_cannot_be_a_gradient_is_refused(table, kind, message):
    with pytest.raises(InputError, match=message):
        slope_index(table, kind)


def test_the_fewest_and_the_most_quantiles_are_taken():
    assert slope_index(straight(FEWEST))["quantiles"].tolist() == [5, 5]
    assert slope_index(straight(MOST))["quantiles"].tolist() == [100, 100]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "ratio"}, "choose one of mean, rate, proportion"),
        ({"confidence": 95}, "95% is 0.95"),
        ({"confidence": (0.95, 1.0)}, "a share"),
        ({"multiplier": 0}, "other than 0"),
        ({"multiplier": float("nan")}, "other than 0"),
    ],
)
def test_settings_that_do_not_fit_are_refused(settings, message):
    with pytest.raises(SettingsError, match=message):
        slope_index(straight(), **settings)


@pytest.mark.parametrize("quantiles", [[1, 2, 3, 4, 6], [0, 1, 2, 3, 4], [1, 2, 2.5, 4, 5]])
def test_a_quantile_that_is_missing_is_named(quantiles):
    table = pd.DataFrame({"quantile": quantiles, "population": 100, "value": range(1, 6)})
    with pytest.raises(InputError, match="so one is missing"):
        slope_index(table)
