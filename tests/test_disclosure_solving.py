"""Can few people be solved for? An attacker who knows every value, reduction and visible row."""

import json

import numpy as np
import openpyxl
import pandas as pd
import pytest

import socialvalue as sv
from socialvalue.value_by_year import STEPS

FEWEST = 5


def people(number, first=0, **change):
    return [{"person_id": f"p{first + i}", **change} for i in range(number)]


@pytest.fixture
def three(proxy_set):
    """Values of 100, 70 and 30 for one."""
    cake = {"proxy_id": "cake", "unit_value": 70.0}
    return proxy_set({}, cake, {"proxy_id": "pie", "unit_value": 30.0})


class Attacker:
    """What anybody can work out of published files, who has the proxy set.

    Of the rows that are hidden the attacker knows what one unit would be worth after every step,
    and tries every amount that the visible rows leave over.
    """

    def __init__(self, internal, folder):
        self.folder = folder
        self.rows = pd.read_csv(folder / "tables/impact_map.csv", encoding="utf-8-sig")
        self.values = pd.read_csv(folder / "tables/values_by_year.csv", encoding="utf-8-sig")
        self.json = json.loads((folder / "assessment.json").read_text(encoding="utf-8"))
        book = openpyxl.load_workbook(folder / "impact_map.xlsx", data_only=True)
        self.sheet = pd.DataFrame(book["Impact map"].values)
        names = self.sheet.iloc[2].tolist()
        self.sheet = self.sheet.iloc[3:].set_axis(names, axis=1).dropna(subset="Row")
        self.shown = self.rows[~self.rows["merged"].astype(bool) & self.rows["counted"]]
        self.few = self._one_of_each_hidden(internal)

    def _one_of_each_hidden(self, internal):
        """For each hidden row of few people: its quantity, and one unit of it at every step."""
        rows = internal.valued.rows.set_index("row_id")
        small = rows[(rows["people"] < FEWEST) & rows["counted"].astype(bool)]
        sums = internal.valued.values.groupby("row_id")[list(STEPS)].sum()
        ends = small[["present_value_low", "present_value_high"]]
        table = sums.loc[small.index].join(ends)
        return small["quantity"], table.div(small["quantity"], axis=0)

    def amounts(self):
        """Amounts of hidden rows: their own figures, and what visible rows leave over."""
        found = []
        merged = self.rows[self.rows["merged"].astype(bool) & self.rows["counted"]]
        money = ["gross_value", "net_value", "present_value"]
        money += ["present_value_low", "present_value_high"]
        for row in merged[money].to_numpy(float):
            found += self._with_differences(row)
        in_book = self.sheet[self.sheet["Row"].isin(merged["row_id"])]
        names = [n for n in self.sheet if str(n).startswith("After ")]
        for row in in_book[["Gross value", *names, "Net value", "Present value"]].to_numpy(float):
            found += self._with_differences(row)
        return np.array([each for each in (*found, *self._left_over()) if abs(each) > 0.01])

    @staticmethod
    def _with_differences(row):
        row = row[~np.isnan(row)]
        return [*row, *(row[:, None] - row[None, :]).ravel()]

    def _left_over(self):
        seen = self.values[self.values["row_id"].isin(self.shown["row_id"])]
        steps = pd.read_csv(self.folder / "tables/waterfall.csv", encoding="utf-8-sig")
        after = {"deadweight": 1, "displacement": 2, "attribution_to_others": 3, "drop_off": 4}
        for step, place in after.items():
            change = steps.set_index("step").loc[step, "change"]
            yield change - (seen[STEPS[place]].sum() - seen[STEPS[place - 1]].sum())
        found, ends = self.json["range"]["present_value"], {}
        for end in ("low", "high"):
            column = self.shown[f"present_value_{end}"]
            ends[end] = found[end] - column.fillna(self.shown["present_value"]).sum()
            yield ends[end]
        yield ends["high"] - ends["low"]
        value = self.shown["present_value"].abs()
        kinds = [value[self.shown["proxy_id"] == each].sum() for each in self.shown["proxy_id"]]
        sums = {0.0, value.sum(), *kinds, *(value.sum() - each for each in kinds)}
        for finding in self.json["findings"]:
            if finding["value_at_stake"] is not None:
                yield from (finding["value_at_stake"] - each for each in sums)

    def solved(self):
        """Hidden rows of which some amount, over one unit or a step of it, is the quantity."""
        quantities, units = self.few
        amounts, found = self.amounts(), set()
        for row_id, one in units.iterrows():
            levels = one.dropna().to_numpy(float)
            per_unit = np.unique(np.abs([*levels, *(levels[:, None] - levels).ravel()]))
            for each in per_unit[per_unit > 1e-6]:
                if (abs(np.abs(amounts / each) - abs(quantities[row_id])) < 1e-6).any():
                    found.add(row_id)
        return found


@pytest.mark.parametrize("policy", ["under-5", "under-10"])
def test_nobody_is_solved_for_in_the_network(tmp_path, policy):
    result = sv.assess(sv.datasets.load_network(), conventions=True)
    result.write_folder(tmp_path / "out", disclosure=policy)
    attacker = Attacker(result, tmp_path / "out")
    # Three people are no longer lonely, and theirs is the only value with a drop-off.
    assert 3.0 in attacker.few[0].tolist()
    assert len(attacker.amounts()) > 20
    assert attacker.solved() == set()


def test_what_is_reduced_alone_is_merged_with_what_is_reduced_too(assess, three):
    records = [
        *people(12),
        *people(6, first=20, outcome="Rested"),
        *people(9, first=40, outcome="Fed", proxy_id="pie", deadweight=0.2),
        *people(2, first=60, outcome="Brave", proxy_id="cake", deadweight=0.5),
    ]
    published = assess(*records, proxies=three).for_output()
    [merged] = published.impact_map.query("merged").to_dict("records")
    # With the six, gross less net value would be 2 x 10 x 70 x 0.5 = 700, which is the two alone;
    # with the nine, two sums would solve for two numbers. With both, they do not.
    assert merged["gross_value"] == pytest.approx(6 * 1000 + 9 * 300 + 2 * 700)
    assert merged["net_value"] == pytest.approx(6 * 1000 + 9 * 240 + 2 * 350)
    assert "totals_tell_of_few" not in set(published.findings["rule"])


def test_a_group_that_alone_is_reduced_is_said_to_show_in_the_totals(assess, three):
    few = people(2, first=60, outcome="Brave", proxy_id="cake", deadweight=0.5)
    found = assess(*people(12), *few, proxies=three).for_output().findings
    assert found.loc[found["rule"] == "totals_tell_of_few", "severity"].tolist() == ["high"]
    # Reduced as all others are, the two do not stand out.
    alike = [{**each, "deadweight": 0.5} for each in (*people(12), *few)]
    found = assess(*alike, proxies=three).for_output().findings
    assert "totals_tell_of_few" not in set(found["rule"])


def test_years_of_one_value_are_not_told_apart_by_discounting(assess):
    # 3 + 2 people at 1000, the two a year later: 5000 gross and 3000 + 2000 / 1.1 today would
    # solve for both; the merged row must hold others of the later year, too.
    records = [
        *people(12),
        *people(12, date="2025-05-01"),
        *people(3, first=20, outcome="Rested"),
        *people(2, first=40, outcome="Rested", date="2025-05-01"),
    ]
    published = assess(*records, assumptions={"discount_rate": 0.1}).for_output()
    [merged] = published.impact_map.query("merged").to_dict("records")
    gross, today = merged["gross_value"], merged["present_value"]
    later = (gross - today) / (1000 - 1000 / 1.1)
    assert later == pytest.approx(14) and gross / 1000 - later >= FEWEST


def test_reductions_of_merged_groups_are_one_step(assess, three):
    records = [
        *people(12, deadweight=0.1, drop_off=0.5, duration_years=2),
        *people(6, first=20, outcome="Fed", proxy_id="pie", deadweight=0.2),
        *people(7, first=40, outcome="Rested"),
        *people(2, first=60, outcome="Brave", proxy_id="cake", displacement=0.5),
    ]
    published = assess(*records, proxies=three).for_output()
    [merged] = published.impact_map.query("merged").to_dict("records")
    assert merged["gross_value"] == pytest.approx(6 * 300 + 7000 + 2 * 700)
    changes = published.waterfall().set_index("step")["change"]
    # Of the twelve: 24,000 gross, a tenth of it off, and half of the second year's 10,800.
    assert changes["deadweight"] == pytest.approx(-2400)
    assert changes["displacement"] == 0
    assert changes["drop_off"] == pytest.approx(-5400)
    assert changes["small_groups"] == pytest.approx(-6 * 60 - 2 * 350)
    assert changes["net_value"] == pytest.approx(24_000 - 7800 + 10_200 - 1060)
    assert "small_groups" not in set(assess(*records, proxies=three).waterfall()["step"])


def test_a_simulated_range_does_not_move_what_is_merged(assess, proxy_set):
    """The mean of draws less that of the visible rows would tell of the two behind "wide"."""
    wide = {"proxy_id": "wide", "unit_value": 100.0, "low": 80.0, "high": 180.0}
    proxies = proxy_set({"low": 90.0, "high": 120.0}, wide, {"proxy_id": "pie"})
    records = [
        *people(12),
        *people(9, first=20, outcome="Fed", proxy_id="pie"),
        *people(2, first=60, outcome="Brave", proxy_id="wide"),
    ]
    result = assess(*records, proxies=proxies, assumptions={"price_year": "2024-25"})
    published = result.with_range(result.simulate(1600)).for_output()
    drawn = published.simulation
    groups = drawn.by("outcome").set_index("outcome")
    still = groups.loc["small groups, merged"]
    assert still["mean"] == pytest.approx(11_000) and pd.isna(still["low"])
    seen = groups.loc["Calmer"]
    assert 12 * 900 < seen["low"] < seen["high"] < 12 * 1200
    total = drawn.totals.set_index("total").loc["present_value"]
    ends = ["mean", "low", "median", "high"]
    assert (total[ends] - seen[ends]).to_numpy(float) == pytest.approx([11_000] * 4)
    assert published.range.present_value_low == total["low"]
    assert drawn.share_fixed == pytest.approx(11 / 23)
    [message] = published.findings.query("rule == 'no_published_range'")["message"]
    assert message.startswith("48% of the value")


@pytest.mark.parametrize("drawn", [False, True])
def test_a_range_of_merged_groups_alone_is_none_and_says_why(assess, proxy_set, tmp_path, drawn):
    pie = {"proxy_id": "pie", "low": 90.0, "high": 120.0}
    proxies = proxy_set({"low": 80.0, "high": 130.0}, pie)
    records = [*people(6), *people(2, first=20, outcome="Fed", proxy_id="pie")]
    result = assess(*records, proxies=proxies, assumptions={"price_year": "2024-25"})
    result = result.with_range(result.simulate(160)) if drawn else result
    published = result.for_output()
    assert "small groups that were merged" in published.range.missing
    assert np.isnan(published.range.present_value_low)
    written = published.write_folder(tmp_path / "out")
    told = json.loads((written / "assessment.json").read_text(encoding="utf-8"))
    assert told["range"] is None and "merged" in told["range_missing"]


def test_the_ratio_does_not_tell_which_of_a_merged_row_are_in_it(assess):
    spent = {"input_id": ["i"], "project": ["P"], "amount": [400.0], "date": ["2024-05-01"]}
    inputs = pd.DataFrame(spent).assign(input_type="cash")
    records = [
        *people(9, project="P"),
        *people(7, first=20, project="Q"),
        *people(3, first=40, project="P", outcome="Rested"),
        *people(3, first=60, project="Q", outcome="Rested"),
    ]
    # Inside are 12,000: less the nine that are shown, the three of P.
    published = assess(*records, inputs=inputs).for_output()
    assert published.totals[["sroi_ratio", "net_present_value"]].isna().all()
    assert "too few people" in published.ratio_missing


def test_another_convention_does_not_tell_of_few(assess, three):
    """Drop-off from the first year cuts by half what only the two have."""
    records = [
        *people(12),
        *people(9, first=20, outcome="Fed", proxy_id="pie"),
        *people(2, first=60, outcome="Brave", proxy_id="cake", drop_off=0.5),
    ]
    result = sv.assess(
        sv.Records(outcomes=records_of(assess, records)),
        three,
        sv.Assumptions(discount_rate=0.0, health_discount_rate=None),
        conventions=True,
    )
    table = result.for_output().shown_conventions
    first = table.query("choice == 'first_year'").iloc[0]
    assert pd.isna(first[["present_value", "change", "sroi_ratio"]].to_numpy(float)).all()
    assert "too few people" in first["reason_missing"]
    internal = result.shown_conventions.query("choice == 'first_year'").iloc[0]
    assert internal["change"] == pytest.approx(-2 * 700 * 0.5)
    # What moves all that is hidden alike is shown.
    kept = table.query("choice == 'end'").iloc[0]
    assert kept["present_value"] == pytest.approx(12_000 + 9 * 300 + 2 * 700)


def records_of(assess, records):
    from conftest import OUTCOME

    return pd.DataFrame([{**OUTCOME, "outcome_id": f"o{i}", **r} for i, r in enumerate(records)])
