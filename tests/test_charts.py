"""Do the charts show what the result says, without colour, whatever the records are called?"""

import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import programmes
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from socialvalue.errors import SettingsError
from socialvalue.report import charts, labels

ROOT = Path(__file__).parents[1]
SDG = pd.read_csv(ROOT / "proxies" / "frameworks" / "sdg.csv", dtype=str).set_index("category")


@pytest.fixture(scope="module")
def results():
    """The worked example, whose figures are printed, and the example network as published."""
    return programmes.worked_example(), programmes.network_published()


@pytest.fixture(scope="module")
def gallery(results):
    """All charts of both."""
    return [charts.charts_of(result) for result in results]


def bars(ax):
    """Bars of the first series, by name: the value each shows."""
    names = [text.get_text().replace("\n", " ") for text in ax.get_yticklabels()]
    drawn = ax.containers[0].patches if ax.containers else []
    return dict(zip(names, drawn, strict=True))


def numbers(ax):
    return [text.get_text() for text in ax.texts if text.get_fontsize() == 9]


def words(ax):
    return " ".join(text.get_text() for text in ax.texts)


def drawn(ax):
    """Everything drawn, so that nothing fails only then; the renderer to measure with."""
    canvas = FigureCanvasAgg(ax.get_figure())
    canvas.draw()
    return canvas.get_renderer()


def test_bars_of_goals_are_the_result(results):
    worked, _ = results
    ax = charts.by_category(worked, "sdg")
    found = {name: round(bar.get_width(), 2) for name, bar in bars(ax).items()}
    # As printed in docs/explanation/worked_example.md.
    assert found == {
        "SDG 3: Good Health and Well-being": 66106.98,
        "SDG 4: Quality Education": 13056.03,
        "SDG 11: Sustainable Cities and Communities": 3127.31,
    }
    # Under Goal 3 stands the one harm, as printed.
    assert numbers(ax) == ["£66,107 (after harms of £3,478)", "£13,056", "£3,127"]
    assert "2024-25 prices" in ax.get_xlabel()
    assert ax.get_title(loc="left") == "Estimated social value by Sustainable Development Goal"


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("key", ["sdg", "marmot", "year", "stakeholder_group"])
def test_every_part_with_value_has_its_bar_and_its_number(results, gallery, which, key):
    result = results[which]
    ax = gallery[which][key]
    table = result.by(key)
    table = table[table["present_value"].notna() & (table["present_value"] != 0)]
    widths = sorted(bar.get_width() for bar in bars(ax).values())
    assert widths == sorted(table["present_value"])
    # A bar that is good less harm says both.
    mixed = table["harm_present_value"].lt(0) & table["harm_present_value"].ne(
        table["present_value"]
    )
    said = [
        labels.money(row.present_value)
        + (f" (after harms of {labels.money(-row.harm_present_value)})" if both else "")
        for row, both in zip(table.itertuples(), mixed, strict=True)
    ]
    assert sorted(numbers(ax)) == sorted(said)
    for number, bar in zip(numbers(ax), bars(ax).values(), strict=True):
        assert number.partition(" (")[0] == labels.money(bar.get_width())
    ranges = table[["present_value_low", "present_value_high"]].dropna()
    lines = [line for each in ax.collections for line in each.get_segments()]
    ends = sorted((line[0][0], line[1][0]) for line in lines)
    assert ends == sorted(map(tuple, ranges.to_numpy().tolist()))
    assert ("lines show the range" in ax.get_xlabel()) == bool(len(ranges))


def test_goals_have_their_official_colours(results):
    _, network = results
    for name, bar in bars(charts.by_category(network, "sdg")).items():
        number = re.match(r"SDG (\d+):", name)
        if number:
            official = SDG.loc[number[1], "colour"]
            assert to_hex(bar.get_facecolor()) == official.lower()


def test_harms_are_hatched(results):
    worked, _ = results
    ax = charts.by_category(worked, "marmot")
    hatched = {name: bool(bar.get_hatch()) for name, bar in bars(ax).items()}
    assert hatched["Marmot E: Healthy and sustainable places"]
    assert sum(hatched.values()) == 1
    assert "hatched: harms" in ax.get_xlabel()
    # Under Goal 3 a harm is netted against more good: it shows as a bar of its own.
    ax = charts.by_category(worked, "sdg")
    [harm] = ax.containers[1].patches
    assert round(harm.get_width(), 2) == -3478.26
    assert harm.get_hatch()


def test_goals_without_a_bar_are_named_with_the_reason(results):
    worked, network = results
    said = words(charts.by_category(worked, "sdg"))
    assert "No proxy serves this, so it was not valued: 1, 2, 5, 6" in said
    for framework in ("sdg", "marmot"):
        table = network.by(framework)
        empty = table[table["present_value"].isna() | (table["present_value"] == 0)]
        said = words(charts.by_category(network, framework))
        for row in empty.to_dict("records"):
            if row["status"] != "unallocated":
                assert re.search(rf"\b{row[framework]}\b", said), row
                assert labels.STATUS[row["status"]] in said


def test_a_goal_with_unpriced_outcomes_only_says_so(assess):
    links = pd.DataFrame(
        [{"outcome": "Fed", "framework": "sdg", "category": "2", "share": 1, "rationale": "x"}]
    )
    told = {"proxy_id": None, "unit": "meal", "outcome": "Fed"}
    ax = charts.by_category(assess({}, told, links=links), "sdg")
    assert "Counted and told, not priced: 2." in words(ax)


def test_the_waterfall_shows_each_step(results):
    worked, _ = results
    ax = charts.waterfall(worked)
    found = {name: round(bar.get_width(), 2) for name, bar in bars(ax).items()}
    # As printed in docs/explanation/worked_example.md.
    assert found == {
        "Gross value": 131859.70,
        "Deadweight": -29735.23,
        "Displacement": -5286.22,
        "Attribution to others": -10043.82,
        "Drop-off": -3036.96,
        "Net value": 83757.46,
        "Discounting": -1467.14,
        "Present value": 82290.32,
    }
    # A bar of the step starts where the one before ended, and goes left by its change.
    drops, left = bars(ax), found["Gross value"]
    for step in ("Deadweight", "Displacement", "Attribution to others", "Drop-off"):
        span = drops[step].get_x() + np.array([0.0, drops[step].get_width()])
        # The amounts above are rounded to the penny.
        assert span.max() == pytest.approx(left, abs=0.05)
        left = span.min()


@pytest.mark.parametrize(
    "draw",
    [
        lambda result, ax: charts.by_category(result, "sdg", ax),
        charts.by_year,
        charts.stakeholder_group,
        charts.waterfall,
    ],
)
def test_axes_that_are_given_are_used(results, draw):
    figure = Figure(figsize=(4, 3))
    one, other = figure.subplots(1, 2)
    assert draw(results[0], ax=one) is one
    assert bars(one)
    assert not other.containers
    assert figure.get_size_inches().tolist() == [4, 3]


@pytest.fixture(scope="module")
def narrow(results):
    """The same for a telephone."""
    return [
        {name: charts.chart(result, name, narrow=True) for name in charts.charts_of(result)}
        for result in results
    ]


@pytest.mark.parametrize("width", ["wide", "narrow"])
@pytest.mark.parametrize("which", [0, 1])
def test_no_number_is_crossed_by_a_range_or_cut_off(gallery, narrow, which, width):
    for name, ax in (gallery if width == "wide" else narrow)[which].items():
        renderer = drawn(ax)
        inside = ax.get_figure().bbox
        boxes = []
        for text in [*ax.texts, *ax.get_yticklabels(), ax.title]:
            box = text.get_window_extent(renderer)
            # One pixel is what rounding to whole pixels takes.
            assert box.x0 >= inside.x0 - 1, (name, text)
            assert box.x1 <= inside.x1 + 1, (name, text)
            if text in ax.texts:
                boxes.append(box)
        for each in ax.collections:
            for line in ax.transData.transform(np.concatenate(each.get_segments())).reshape(
                -1, 2, 2
            ):
                for box in boxes:
                    level = box.y0 < line[0][1] < box.y1
                    assert not (level and line[1][0] > box.x0 and line[0][0] < box.x1), name
        for i, box in enumerate(boxes):
            assert not any(box.overlaps(other) for other in boxes[i + 1 :]), name


def test_a_negative_total(assess):
    result = assess({"quantity": -10, "outcome": "Hurt"})
    for ax in charts.charts_of(result).values():
        drawn(ax)
    ax = charts.by_category(result, "sdg")
    [bar] = bars(ax).values()
    assert bar.get_width() == -1000
    assert ax.get_xlim()[0] <= -1000
    assert numbers(ax) == ["-£1,000"]


def test_narrow_names_stand_above_their_bars(narrow):
    for name, ax in narrow[1].items():
        renderer = drawn(ax)
        boxes = [label.get_window_extent(renderer) for label in ax.get_yticklabels()]
        texts = [text.get_window_extent(renderer) for text in ax.texts if text.get_fontsize() == 9]
        for box, bar in zip(boxes, bars(ax).values(), strict=True):
            assert box.y0 >= bar.get_window_extent(renderer).y1, name
            # Nor does any number reach into a name.
            assert not any(box.overlaps(text) for text in texts), name


def test_a_key_that_is_no_framework_says_which_there_are(results):
    with pytest.raises(SettingsError, match=r"no framework 'project'.*It has sdg, marmot"):
        charts.by_category(results[0], "project")


def test_a_single_bar(assess):
    ax = charts.stakeholder_group(assess({}))
    assert numbers(ax) == ["£1,000"]
    drawn(ax)


def test_nothing_valued_is_said(assess):
    result = assess({"proxy_id": None, "unit": "meal"})
    for name, ax in charts.charts_of(result).items():
        drawn(ax)
        if name != "waterfall":
            assert "Nothing was valued" in words(ax)
            assert charts.alt_text(name, result).endswith("nothing was valued.")


@pytest.mark.parametrize(
    ("value", "number", "tick"),
    [
        (0.001, "£0.01", "£0.004"),
        (0.5, "£5.00", "£2.00"),
        (2e9, "£20,000,000,000", "£5bn"),
        (1.5e5, "£1,500,000", "£0.6m"),
        (9e3, "£90,000", "£40,000"),
    ],
)
def test_very_small_and_very_large_values(assess, proxy_set, value, number, tick):
    # Ten of each.
    ax = charts.by_year(assess({}, proxies=proxy_set({"unit_value": value})))
    drawn(ax)
    assert numbers(ax) == [number]
    ticks = [text.get_text() for text in ax.get_xticklabels()]
    assert len(set(ticks)) == len(ticks)
    assert tick in ticks
    assert all(len(text) <= 8 for text in ticks)


def test_very_long_names_are_wrapped_and_the_bars_keep_their_room(assess):
    names = ["people who " + "and whose friends " * 12, "x" * 300, "short"]
    ax = charts.stakeholder_group(assess(*({"stakeholder_group": name} for name in names)))
    renderer = drawn(ax)
    for text in ax.get_yticklabels():
        assert text.get_text().count("\n") <= 2
    width = ax.get_figure().bbox.width
    assert ax.get_window_extent(renderer).width > 0.4 * width


def test_dollars_and_formulas_in_names_are_text(assess):
    names = ["$5 to $10", r"$\nonsense{$", "a_b^c", "<b>&"]
    ax = charts.stakeholder_group(assess(*({"stakeholder_group": name} for name in names)))
    drawn(ax)
    shown = {text.get_text() for text in ax.get_yticklabels()}
    assert shown == {labels.name(name) for name in names}


def test_a_hundred_groups_make_one_readable_picture(assess):
    many = [{"stakeholder_group": f"g{i:03}", "quantity": i} for i in range(1, 101)]
    ax = charts.stakeholder_group(assess(*many))
    assert len(bars(ax)) == charts.MOST_GROUPS + 1
    # The smallest 70: 100 x (1 + ... + 70)
    assert bars(ax)["70 other groups together"].get_width() == pytest.approx(248_500)
    assert sum(bar.get_width() for bar in bars(ax).values()) == pytest.approx(505_000)


@pytest.mark.parametrize(
    "draw", [lambda result: charts.by_category(result, "sdg"), charts.waterfall]
)
def test_the_same_result_gives_the_same_picture(results, draw):
    first, second = io.StringIO(), io.StringIO()
    for buffer in (first, second):
        charts.save(draw(results[0]).get_figure(), buffer, "svg")
    assert first.getvalue() == second.getvalue()
    # Text stays text, which can be searched, read aloud and translated.
    assert "<text" in first.getvalue()


def test_alt_text_tells_every_bar(results, gallery):
    worked, network = results
    assert "SDG 3: Good Health and Well-being £66,107" in charts.alt_text("sdg", worked)
    for name, ax in gallery[1].items():
        told = charts.alt_text(name, network)
        for number in numbers(ax):
            assert number.partition(" (after")[0] in told


@pytest.mark.parametrize("profile", ["publish", "internal"])
def test_saved_pictures_of_the_internal_profile_say_so(assess, tmp_path, profile):
    charts.save_charts(assess({"people": 30}).for_output(profile), tmp_path / "charts")
    names = {path.stem for path in (tmp_path / "charts").iterdir()}
    assert {"sdg", "year", "stakeholder_group", "waterfall"} <= names
    for name in names:
        assert (tmp_path / "charts" / f"{name}.png").stat().st_size > 1000
        svg = (tmp_path / "charts" / f"{name}.svg").read_text("utf-8")
        assert ("Not for publication" in svg) == (profile == "internal")


@pytest.fixture(scope="module")
def simulated(results):
    """Draws of the worked example, whose inputs are those of all its value."""
    worked, _ = results
    return worked.simulate(1_600, 1)


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("of", ["present_value", "net_present_value", "sroi_ratio"])
def test_a_distribution_shows_every_draw_range_and_cost(simulated, of, narrow):
    ax = charts.distribution(simulated, of=of, narrow=narrow)
    drawn(ax)
    # Heights are shares of the draws, and together they are all of them.
    heights = sum(bar.get_height() for bar in ax.containers[0])
    assert heights == pytest.approx(1)
    row = simulated.totals.set_index("total").loc[of]
    plain = [bar for bar in ax.containers[0] if not bar.get_hatch()]
    # Bars that are not hatched are those between the ends, which are edges of bars.
    assert plain[0].get_x() == pytest.approx(row["low"])
    assert plain[-1].get_x() + plain[-1].get_width() == pytest.approx(row["high"])
    inside = sum(bar.get_height() for bar in plain)
    # 95% of 1,600 draws, but for the two that an end may fall between.
    assert inside == pytest.approx(0.95, abs=2 / 1_600)
    assert "95% of 1,600 draws" in words(ax) and "assessed" in words(ax)
    cost = {"present_value": 9743.49, "net_present_value": 0.0, "sroi_ratio": 1.0}[of]
    dashed = [line for line in ax.lines if line.get_linestyle() == "--"]
    assert dashed[0].get_xdata()[0] == pytest.approx(cost, abs=0.005)
    left, right = ax.get_xlim()
    assert left < cost < right


def test_a_distribution_takes_axes_and_names_what_it_cannot_draw(simulated, results):
    ax = Figure().subplots()
    assert charts.distribution(simulated, ax) is ax
    with pytest.raises(SettingsError, match="choose one of present_value"):
        charts.distribution(simulated, of="gross_value")
    published = results[1]
    assert published.simulation is None
    bare = programmes.network().with_range(programmes.network().simulate(320)).for_output()
    said = words(charts.distribution(bare.simulation))
    share = bare.simulation.share_fixed
    assert share > 0.31 and f"{share:.0%} of the value has none" in said


def test_a_distribution_without_a_ratio_has_no_cost(assess, proxy_set):
    proxies = proxy_set({"low": 60.0, "high": 160.0})
    simulation = assess({}, proxies=proxies, assumptions={"price_year": "2024-25"}).simulate(160)
    ax = charts.distribution(simulation)
    assert not [line for line in ax.lines if line.get_linestyle() == "--"]
    assert "exceeds cost" not in words(ax)
    with pytest.raises(SettingsError, match="no inputs were recorded"):
        charts.distribution(simulation, of="sroi_ratio")
