"""Do the steps from gross to present value hold for every category, and add up to the whole?"""

import pytest

from socialvalue.errors import SettingsError
from socialvalue.report import charts

SHARED = [("tea", "sdg", "3", 0.75), ("bread", "sdg", "2", 0.5), ("bread", "sdg", "3", 0.25)]


@pytest.fixture
def result(assess, proxy_set):
    """Two values: 10 x 100 over two years, and 8 x 50 in one; a fifth and a half taken off."""
    proxies = proxy_set({}, {"proxy_id": "bread", "unit_value": 50.0}, links=SHARED)
    calm = {"quantity": 10, "deadweight": 0.2, "duration_years": 2, "drop_off": 0.5, "place": "x"}
    fed = {"proxy_id": "bread", "outcome": "Fed", "stakeholder_group": "some", "place": None}
    fed |= {"quantity": 8, "attribution_to_others": 0.5}
    return assess(
        {**calm, "people": 10},
        {**fed, "people": 8},
        proxies=proxies,
        assumptions={"discount_rate": 0.1},
        breakdowns=["place"],
    )


def changes(table, key, category):
    return dict(table.loc[table[key] == category, ["step", "change"]].to_numpy())


def test_steps_of_a_goal(result):
    # Tea: gross 10 x 100 x 2 = 2,000; deadweight 400; drop-off half of the second year's 800;
    # net 1,200; the second year's 400 over 1.1 is 363.64, so discounting takes 36.36.
    # Bread: gross 400; others 200; net 200. SDG 3 has 0.75 of tea and 0.25 of bread.
    found = changes(result.waterfall("sdg"), "sdg", "3")
    assert found == pytest.approx(
        {
            "gross_value": 0.75 * 2000 + 0.25 * 400,
            "deadweight": -0.75 * 400,
            "displacement": 0.0,
            "attribution_to_others": -0.25 * 200,
            "drop_off": -0.75 * 400,
            "optimism_bias": 0.0,
            "net_value": 0.75 * 1200 + 0.25 * 200,
            "discounting": -0.75 * (400 - 400 / 1.1),
            "present_value": 0.75 * (800 + 400 / 1.1) + 0.25 * 200,
        },
        abs=1e-9,  # rounding of binary numbers
    )


def test_what_no_goal_takes_has_steps_too(result):
    found = changes(result.waterfall("sdg"), "sdg", "unallocated")
    assert found["gross_value"] == pytest.approx(0.25 * 2000 + 0.25 * 400, abs=1e-9)
    assert list(result.waterfall("sdg")["sdg"].unique()) == ["2", "3", "unallocated"]


@pytest.mark.parametrize("profile", ["internal", "publish"])
@pytest.mark.parametrize(
    "keys", [("sdg",), ("stakeholder_group",), ("year",), ("proxy_id",), ("sdg", "year")]
)
def test_categories_add_up_to_the_whole_at_every_step(result, keys, profile):
    shown = result.for_output(profile)
    whole = shown.waterfall().set_index("step")
    parts = shown.waterfall(*keys).groupby("step")[["value", "change"]].sum()
    for step in whole.index:
        # 2,400 in binary numbers.
        assert parts.loc[step].tolist() == pytest.approx(whole.loc[step].tolist(), abs=1e-9)


def test_each_category_ends_at_its_present_value(result):
    ends = result.waterfall("stakeholder_group").set_index(["stakeholder_group", "step"])["value"]
    by = result.by("stakeholder_group").set_index("stakeholder_group")
    for group, row in by.iterrows():
        for measure in ("gross_value", "net_value", "present_value"):
            assert ends[group, measure] == pytest.approx(row[measure], abs=1e-9)


def test_a_breakdown_with_a_blank_adds_up(result):
    table = result.waterfall("place")
    assert table["place"].isna().sum() == len(result.waterfall())
    ends = table.loc[table["step"] == "present_value", "value"]
    assert ends.sum() == pytest.approx(result.totals["present_value"], abs=1e-9)


def test_a_published_breakdown_shows_its_present_value_only(result):
    table = result.for_output().waterfall("place")
    shown = table[table["value"].notna()]
    assert set(shown["step"]) == {"present_value"}
    assert shown["value"].sum() == pytest.approx(result.totals["present_value"], abs=1e-9)
    with pytest.raises(SettingsError, match="cannot cross 'place'"):
        result.for_output().waterfall("place", "sdg")


def test_categories_stand_in_their_order(assess, proxy_set):
    links = [("tea", "sdg", "11", 0.5), ("tea", "sdg", "3", 0.5)]
    table = assess({}, proxies=proxy_set(links=links)).waterfall("sdg")
    assert list(table["sdg"].unique()) == ["3", "11"]
    assert table["sdg_title"].iloc[0] == "Good Health and Well-being"


def test_an_unknown_key_is_refused(result):
    with pytest.raises(SettingsError, match="cannot be split by 'colour'"):
        result.waterfall("colour")


def test_nothing_of_value_has_steps_of_nought(assess):
    result = assess({"proxy_id": None, "unit": "meal", "outcome": "Fed"})
    assert result.waterfall()["value"].tolist() == [0.0] * 9
    assert result.waterfall("sdg").empty


def test_the_chart_of_one_goal(result):
    ax = charts.waterfall(result, of=("sdg", "3"))
    names = [text.get_text() for text in ax.get_yticklabels()]
    widths = [bar.get_width() for bar in ax.containers[0].patches]
    found = dict(zip(names, widths, strict=True))
    # As worked above; steps of nothing have no bar.
    assert found == pytest.approx(
        {
            "Gross value": 1600.0,
            "Deadweight": -300.0,
            "Attribution to others": -50.0,
            "Drop-off": -300.0,
            "Net value": 950.0,
            "Discounting": -0.75 * (400 - 400 / 1.1),
            "Present value": 950 - 0.75 * (400 - 400 / 1.1),
        },
        abs=1e-9,
    )
    assert ax.get_title(loc="left").endswith("Sustainable Development Goal 3")


def test_the_chart_refuses_what_it_cannot_show(result):
    with pytest.raises(SettingsError, match="category '4' of sdg. There is: 2, 3, unallocated"):
        charts.waterfall(result, of=("sdg", "4"))
    shown = result.for_output()
    merged = shown.waterfall("place")["place"].iloc[0]
    with pytest.raises(SettingsError, match="only the present value of each place"):
        charts.waterfall(shown, of=("place", merged))
