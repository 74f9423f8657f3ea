"""Is the page whole in itself, readable by all, honest about its ratio, and safe to open?"""

import re
from html.parser import HTMLParser

import pandas as pd
import programmes
import pytest

from socialvalue.report import labels, page, page_parts, worth

VOID = {"meta", "br", "link", "img", "input", "hr", "col", "source", "wbr"}
INPUTS = pd.DataFrame(
    [{"input_id": "i", "amount": 500, "date": "2024-05-01", "input_type": "cash"}]
)


class Page(HTMLParser):
    """Elements of a page in order, and whether every tag that opens is closed."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.texts = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        element = {
            "tag": tag,
            "attrs": dict(attrs),
            "text": "",
            "in": [e["tag"] for e in self.open],
        }
        assert len(dict(attrs)) == len(attrs), f"an attribute twice in {tag}"
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.elements.append({"tag": tag, "attrs": dict(attrs), "text": "", "in": []})

    def handle_endtag(self, tag):
        assert self.open[-1]["tag"] == tag, f"{tag} closes {self.open[-1]['tag']}"
        self.open.pop()

    def handle_data(self, data):
        for element in self.open:
            element["text"] += data

    def all(self, tag):
        return [element for element in self.elements if element["tag"] == tag]


PAGES = ("network", "worked", "diabetes", "parts")
# A figure in whole pounds can be half of one off.
HALF = 0.5


def without_pictures(patch):
    """Leave out pictures where a test reads words only; test_charts looks at what is in them."""
    patch.setattr(page_parts.charts, "chart", lambda *_, **__: None)
    patch.setattr(page_parts, "_svg", lambda mark, ax: "")


@pytest.fixture
def plain(monkeypatch):
    without_pictures(monkeypatch)


@pytest.fixture(scope="module")
def pages():
    """Result as shown, and its page; that of the network with its pictures."""
    shown = {
        "worked": programmes.worked_example(),
        "diabetes": programmes.diabetes().for_output(),
        "parts": programmes.all_parts(),
    }
    network = programmes.network_published()
    drawn = {"network": (network, page.render(network))}
    with pytest.MonkeyPatch.context() as patch:
        without_pictures(patch)
        return drawn | {name: (result, page.render(result)) for name, result in shown.items()}


def rows_of(text, caption):
    """Rows of the table with a caption, as lists of the texts of their cells."""
    found = []
    for table in re.findall(r"<table.*?</table>", text, flags=re.DOTALL):
        if f"<caption>{caption}" in table:
            for row in re.findall(r"<tr.*?</tr>", table, flags=re.DOTALL):
                cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, flags=re.DOTALL)
                found.append([re.sub(r"<[^>]+>", " ", cell).strip() for cell in cells])
    assert found, caption
    return found


def pounds(text):
    return float(text.replace("£", "").replace(",", ""))


@pytest.mark.parametrize("name", PAGES)
def test_tags_are_balanced_and_ids_are_single(pages, name):
    parsed = Page(pages[name][1])
    ids = [each["attrs"]["id"] for each in parsed.elements if "id" in each["attrs"]]
    assert len(ids) == len(set(ids))
    for link in parsed.all("a"):
        assert link["attrs"]["href"].removeprefix("#") in ids


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_fetched_and_nothing_runs(pages, name):
    text = pages[name][1]
    parsed = Page(text)
    assert not any(parsed.all(tag) for tag in ("script", "iframe", "img", "link", "object", "form"))
    for element in parsed.elements:
        for key, value in element["attrs"].items():
            assert not key.startswith("on")
            if key in ("src", "href", "xlink:href", "action", "data", "poster"):
                assert value.startswith("#"), (element["tag"], key, value)
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)


@pytest.mark.parametrize("name", PAGES)
def test_it_says_its_language_and_has_one_first_heading(pages, name):
    parsed = Page(pages[name][1])
    assert parsed.all("html")[0]["attrs"]["lang"] == "en-GB"
    assert parsed.all("title")[0]["text"].startswith("Estimated social value")
    levels = [int(e["tag"][1]) for e in parsed.elements if re.fullmatch(r"h[1-6]", e["tag"])]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


@pytest.mark.parametrize("name", PAGES)
def test_every_table_has_a_caption_and_its_headings_a_scope(pages, name):
    parsed = Page(pages[name][1])
    tables = parsed.all("table")
    assert len(tables) >= 6
    captions = [each for each in parsed.all("caption") if each["text"].strip()]
    assert len(captions) == len(tables)
    assert all(each["attrs"].get("scope") in ("col", "row") for each in parsed.all("th"))
    # A row has as many cells as its table has columns.
    for table in re.findall(r"<table.*?</table>", pages[name][1], flags=re.DOTALL):
        widths = {
            len(re.findall(r"<t[hd]\b", row))
            + sum(int(span) - 1 for span in re.findall(r'colspan="(\d+)"', row))
            for row in re.findall(r"<tr.*?</tr>", table, flags=re.DOTALL)
        }
        assert len(widths) == 1, re.search(r"<caption>.*?</caption>", table)[0]


def test_every_picture_has_words_for_it(pages):
    parsed = Page(pages["network"][1])
    figures = parsed.all("figure")
    # One for wide pages and one for narrow ones, of which a page shows one.
    assert 2 * len(figures) == len(parsed.all("svg")) >= 8
    for figure in figures:
        assert figure["attrs"]["role"] == "img"
        assert figure["attrs"]["aria-label"].startswith("Bar chart of")


@pytest.mark.parametrize("name", PAGES)
def test_no_ratio_without_its_range_or_the_reason(pages, name):
    result, text = pages[name]
    found = {row[0]: row[1:] for row in rows_of(text, "Totals in GBP")}
    amount, meaning = found["Ratio"]
    assert amount == f"£{result.totals['sroi_ratio']:.2f}"
    if result.range.missing:
        assert "no range:" in meaning
    else:
        low, high = result.range.sroi_ratio_low, result.range.sroi_ratio_high
        assert f"range {low:.2f} to {high:.2f}" in meaning
    body = text[text.index("<body") :]
    for place in re.finditer(r"for each £1 put in", body):
        after = body[place.end() : place.end() + 30]
        assert "range" in after, after


def test_the_totals_of_the_worked_example(pages):
    # As printed in docs/explanation/worked_example.md.
    found = {row[0]: row[1] for row in rows_of(pages["worked"][1], "Totals in GBP")}
    assert found["Gross value"] == "£131,860"
    assert found["Present value"] == "£82,290"
    assert found["of which harms"] == "-£3,478"
    assert found["Net present value"] == "£72,547"
    assert found["Payback"] == "1.0 years"


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    "caption", ["Sustainable Development Goal:", "Marmot priority:", "Year:", "Stakeholder group:"]
)
def test_the_parts_shown_add_up_to_the_total_shown(pages, name, caption):
    head, *rows, last = rows_of(pages[name][1], caption)
    assert head[1] == "Present value"
    assert last[0] == "Total"
    parts = [pounds(row[1]) for row in rows if len(row) > 2]
    assert sum(parts) == pytest.approx(pounds(last[1]), abs=HALF * (len(parts) + 1))
    # The sum shown is the true one, rounded, and no sum of rounded parts.
    assert last[1] == labels.money(pages[name][0].totals["present_value"])
    for column in (3, 4, 5):
        parts = [pounds(row[column]) for row in rows if len(row) > 2]
        assert sum(parts) == pytest.approx(pounds(last[column]), abs=HALF * (len(parts) + 1))


def test_a_goal_without_value_says_why_and_shows_no_nought(pages):
    rows = {row[0]: row[1:] for row in rows_of(pages["worked"][1], "Sustainable Development")}
    assert rows["1 No Poverty"] == ["No proxy serves this, so it was not valued"]
    assert rows["11 Sustainable Cities and Communities"][0] == "£3,127"


def test_a_goal_with_unpriced_outcomes_only_says_so(assess, plain):
    links = pd.DataFrame(
        [{"outcome": "Fed", "framework": "sdg", "category": "2", "share": 1, "rationale": "x"}]
    )
    told = {"proxy_id": None, "unit": "meal", "outcome": "Fed"}
    rows = rows_of(page.render(assess({}, told, links=links)), "Sustainable Development")
    assert ["2 Zero Hunger", "Counted and told, not priced"] in rows


def test_figures_withheld_from_a_published_breakdown_are_not_called_missing(pages):
    text = pages["network"][1]
    head, *_, total = rows_of(text, "Deprivation decile (1 = most deprived):")
    assert head == ["Deprivation decile (1 = most deprived)", "Present value", "People"]
    assert total[1].startswith("£")
    assert "Only present value and people are published here" in text
    assert "Only present value" not in pages["worked"][1]


@pytest.mark.parametrize("name", PAGES)
def test_the_profile_is_said(pages, name):
    result, text = pages[name]
    internal = result.profile == "internal"
    assert ("Not for publication: small groups are shown" in text) == internal
    assert ("For publication. Disclosure policy under-5" in text) == (not internal)


@pytest.mark.parametrize("name", PAGES)
def test_assumptions_findings_sources_and_files_are_shown(pages, name):
    result, text = pages[name]
    plain = re.sub(r"<[^>]+>", " ", text)
    for setting in result.assumptions.to_rows()["setting"]:
        assert setting in plain
    # Each has a row for what was found, and one for why it matters and what to do.
    still_open = result.findings["accepted_because"].isna().sum()
    assert len(rows_of(text, "Open findings")) - 1 == 2 * still_open
    sources = " ".join(cell for row in rows_of(text, "Proxies") for cell in row)
    for proxy in result.proxies_used["proxy_id"]:
        assert proxy in sources
    for each in result.provenance["inputs"]:
        assert each["sha256"] in plain
    assert result.provenance["proxy_set"]["sha256"] in plain


def test_of_a_series_of_values_only_those_in_force_are_shown_and_together(assess, proxy_set, plain):
    rows = [
        {
            "uprating": "carbon",
            "unit_value": value,
            "notes": "See `env_carbon_2025` & the rest.",
            "valid_from": f"{year}-04-01",
            "valid_to": f"{year + 1}-03-31",
        }
        for year, value in ((2023, 90.0), (2024, 100.0), (2025, 120.0), (2026, 150.0))
    ]
    result = assess({"duration_years": 2}, proxies=proxy_set(*rows))
    text = page.render(result)
    _, [_, amounts, *_], below = rows_of(text, "Proxies")
    first = "2024-04-01 to 2025-03-31: £100.00 per person"
    assert amounts == f"{first}; 2025-04-01 to 2026-03-31: £120.00 per person"
    # Its notes stand below it, once, and a name in backticks as it was written.
    assert below == ["See  env_carbon_2025  &amp; the rest."]
    assert "<code>env_carbon_2025</code>" in text


def test_each_share_leads_to_where_it_came_from(pages):
    text = pages["worked"][1]
    rows = {row[0]: row for row in rows_of(text, "Impact map")}
    origins = [each["text"] for each in Page(text).all("li") if "origin-" in str(each["attrs"])]

    def origin(cell):
        return origins[int(re.search(r"\[(\d+)\]", cell)[1]) - 1]

    # As docs/explanation/worked_example.md says.
    assert rows["Keeps active"][4].startswith("20%")
    assert origin(rows["Keeps active"][4]) == "proxy: Invented"
    assert origin(rows["More satisfied with life"][4]) == "record"
    assert origin(rows["Fewer ambulance calls"][4]).startswith("adjustments, row 3")
    assert origin(rows["Finishes a course"][4]) == "stated nowhere"


HOSTILE = "<script>alert(1)</script>"


def test_hostile_text_is_shown_and_does_nothing(assess, proxy_set):
    texts = [HOSTILE, '"><img src=x onerror=alert(1)>', "</svg><b>", "{{ 7*7 }}", "&lt;", "a]]>b"]
    changes = [
        {"outcome": text, "stakeholder_group": text, "project": text, "age_band": text}
        for text in texts
    ]
    told = {"proxy_id": None, "unit": HOSTILE, "outcome": HOSTILE}
    adjustments = pd.DataFrame([{"proxy_id": "tea", "starts": 0, "reason": HOSTILE}])
    result = assess(
        *changes,
        told,
        proxies=proxy_set({"name": HOSTILE, "notes": HOSTILE}),
        inputs=INPUTS.assign(payer=HOSTILE),
        adjustments=adjustments,
        breakdowns=["age_band"],
    )
    text = page.render(result)
    parsed = Page(text)
    assert not parsed.all("script")
    assert not parsed.all("img")
    assert not parsed.all("b")
    assert "49" not in rows_of(text, "Stakeholder group")[4][0]
    shown = " ".join(each["text"] for each in parsed.all("th"))
    for each in texts:
        assert each in shown


@pytest.mark.parametrize(
    ("changes", "tables", "said"),
    [
        ([{}], {}, "no inputs were recorded"),
        ([{"proxy_id": None, "unit": "meal"}], {}, "no inputs were recorded"),
        ([{"proxy_id": None, "unit": "meal"}], {"inputs": INPUTS}, "no outcome was priced"),
        ([{"quantity": -5}], {"inputs": INPUTS}, "no range"),
    ],
)
def test_what_is_missing_is_said(assess, plain, changes, tables, said):
    text = page.render(assess(*changes, **tables))
    Page(text)
    assert said in text
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL).lower().split()


def test_the_two_cases_stand_beside_each_other(pages):
    text = pages["parts"][1]
    rows = {row[0]: row[1:] for row in rows_of(text, "The two cases beside each other")}
    assert rows["Figure"] == ["Public value", "Fiscal"]
    # As printed in docs/explanation/worked_example.md: all of it, and the ambulance calls alone.
    assert rows["Present value"] == ["£82,290", "£1,405"]
    assert rows["Inputs"] == ["£9,743", "£9,743"]
    # 1,404.72 - 9,743.49
    assert rows["Net present value"] == ["£72,547", "-£8,339"]
    # 1,404.72 / 9,743.49 = 0.1442
    assert rows["Benefit-cost ratio"] == ["8.45", "0.14"]
    # 65,634.20 and 98,946.44 by 9,743.49; of the other case nobody worked one out.
    ranges = ["range 6.74 to 10.16", "no range: it was worked out for the headline only"]
    assert rows["Range of that ratio"] == ranges
    assert rows["Payback (years)"] == ["1.0", "value never reaches the inputs"]
    reasons = rows["Internal rate of return (a year)"]
    assert all(reason.startswith("no internal rate of return: ") for reason in reasons)


def test_each_case_is_the_sum_of_its_parts(pages):
    rows = rows_of(pages["parts"][1], "Parts of each case")
    # 10,424.37 + 13,056.03; 60,883.47 - 3,478.26
    assert rows[1:] == [
        ["economic", "not stated", "£23,480", "–"],
        ["fiscal", "NHS", "£1,405", "£1,405"],
        ["wellbeing", "not stated", "£57,405", "–"],
        ["The whole case", "", "£82,290", "£1,405"],
    ]


def test_a_case_that_cannot_be_published_says_why(pages):
    rows = {row[0]: row[1:] for row in rows_of(pages["network"][1], "The two cases")}
    assert rows["Present value"][1].startswith("small groups of different kinds were merged")
    assert rows["Inputs"][1] == rows["Benefit-cost ratio"][1] == "–"


def test_what_one_of_each_cost(pages):
    text = pages["parts"][1]
    rows = {row[0]: row[1:] for row in rows_of(text, "What one of each cost")}
    # 20 people x 0.684 = 13.68 left; 9,743.49 / 13.68 = 712.24.
    assert rows["Keeps active"][:4] == ["person", "20", "13.68", "£712"]
    # 6 x 0.64125 = 3.8475; 9,743.49 / 3.8475 = 2,532.42; / (3.8475 / 1.015) = 2,570.41.
    assert rows["More satisfied with life"] == ["WELLBY", "6", "3.85", "£2,532", "£2,570"]
    assert rows["A person reached"][3] == "–"
    assert rows["people were not counted"] == []
    assert "All outcomes in person" in rows
    assert "divides the whole cost, £9,743, by one thing" in text
    assert "alternatives and no parts" in re.sub(r"\s+", " ", text)


def unit_costs_of(text):
    """What stands below single rows of the table of unit costs, and the notes above it."""
    part = text.split('<h2 id="unit-costs">')[1].split("</table>")[0]
    below = re.findall(r'<tr class="below"><td[^>]*>(.*?)</td>', part)
    return below, re.findall(r"<p>(.*?)</p>", part)


def test_what_all_unit_costs_leave_out_is_said_once(pages):
    below, notes = unit_costs_of(pages["network"][1])
    merged = "small groups that were merged are not in it"
    assert f"For every outcome: {merged}." in notes
    assert merged not in below
    assert len(below) == len(set(below))
    # All that the example has no price for is in one note.
    assert "Where an outcome has no cost over its years and no note: it is not priced." in notes
    assert "not all of it is priced" not in " ".join([*below, *notes])


def test_a_reason_that_several_unit_costs_share_is_said_once(assess, plain):
    # Half of each outcome is priced, so neither has a cost over its years, nor have both together.
    outcomes = [{"outcome": name, "proxy_id": proxy} for name in "AB" for proxy in ("tea", None)]
    records = [{**each, "unit": "person", "project": "in"} for each in outcomes]
    # Two more are of a project without inputs, so nobody knows what one person cost either.
    records += [{"outcome": name, "project": "out"} for name in "CD"]
    text = page.render(assess(*records, inputs=INPUTS.assign(project="in")))
    below, notes = unit_costs_of(text)
    assert (
        "Where an outcome has no cost over its years and no note: not all of it is priced." in notes
    )
    assert "Where a line has no cost and no note: its project has no inputs." in notes
    assert below == ["some belong to projects without inputs"]
    rows = {row[0]: row[1:] for row in rows_of(text, "What one of each cost")}
    # 500 / (10 + 10) of each, / 40 of both.
    assert rows["A"] == rows["B"] == ["person", "20", "20", "£25.00", "–"]
    assert rows["All outcomes in person"] == ["person", "40", "40", "£12.50", "–"]
    assert rows["C"][3:] == rows["D"][3:] == ["–", "–"]


def test_a_reason_of_one_unit_cost_stands_below_it(assess, plain):
    half = {"proxy_id": None, "unit": "person"}
    below, notes = unit_costs_of(page.render(assess({}, half, inputs=INPUTS)))
    assert below == ["people were not counted", "over its years: not all of it is priced"]
    assert len(notes) == 1


def test_a_reason_of_all_unit_costs_is_said_once(assess, plain):
    # What was put in comes to nothing, so there is nothing to divide.
    text = page.render(assess({}, {"outcome": "Fit"}, inputs=INPUTS.assign(amount=0)))
    below, notes = unit_costs_of(text)
    assert notes == [
        "What was put in for these outcomes comes to nothing, so nothing can be divided.",
        "For every line: no inputs to divide.",
    ]
    assert below == []
    rows = {row[0]: row[1:] for row in rows_of(text, "What one of each cost")}
    assert rows["Calmer"] == rows["Fit"] == ["person", "10", "10", "–", "–"]


def test_who_is_not_among_the_people_reached_is_said(assess):
    # Of three people one has no outcome but one without a price.
    told = {"person_id": "c", "outcome": "Told", "proxy_id": None, "unit": "person"}
    priced = [{"person_id": name} for name in "ab"]
    some, every = assess(*priced, told, inputs=INPUTS), assess(*priced, inputs=INPUTS)
    words = "whoever has none but outcomes that are not priced, or not in this view, is left out."
    for result, said in ((some, True), (every, False)):
        text = re.sub(r"\s+", " ", page.render(result))
        rows = {row[0]: row[1:] for row in rows_of(text, "What one of each cost")}
        assert rows["A person reached"][1] == "2"
        assert (words in text) == said


def test_a_workbook_keeps_the_reason_of_each_unit_cost(assess):
    # Half of each outcome is priced; what is said once on the page stands in each row here.
    outcomes = [{"outcome": name, "proxy_id": proxy} for name in "AB" for proxy in ("tea", None)]
    result = assess(*({**each, "unit": "person"} for each in outcomes), inputs=INPUTS)
    reasons = worth.all_unit_costs(result).table.set_index("what")["reason_missing"]
    assert reasons.to_dict() == {
        "A person reached": "people were not counted",
        "A": "over its years: not all of it is priced",
        "B": "over its years: not all of it is priced",
        "All outcomes in person": "over its years: not all of it is priced",
    }


def test_other_conventions_show_what_changes(pages):
    text = pages["parts"][1]
    head, *rows = rows_of(text, "Value under other conventions")
    assert head[:4] == ["Setting", "Choice", "Present value", "Change"]
    found = {(row[0], row[1]): row[2:] for row in rows}
    # In 2024-25, as printed: 6,876.72; less 82,290.32; by 9,743.49: 0.7058.
    assert found["horizon years", "1"] == ["£6,877", "-£75,414", "£9,743", "0.71", "–"]
    assert found["horizon years", "all years (in use)"][0] == "£82,290"
    # Nothing starts a year after its activity but what has no drop-off; nothing is so long.
    same = {("drop off from", "end of activity"), ("horizon years", "5"), ("horizon years", "10")}
    assert not same & set(found)
    # Those and the rate of 3.5%, which the schedule has in these years.
    assert "4 other choices of these and other settings change neither" in text
    assert text.count('<tbody class="strong">') == 1 + sum("(in use)" in key[1] for key in found)
    assert "Under other conventions" not in pages["worked"][1]


def test_before_and_after(pages):
    text = pages["parts"][1]
    _, row, caution = rows_of(text, "Change from before to after")
    # Six changes 1, 1, 1, 2, 0, 1: mean 1, standard deviation sqrt(2 / 5) = 0.6325; t of 5 degrees
    # 2.5706 x 0.6325 / sqrt(6) = 0.6637 either side.
    assert row[1:8] == ["6", "7", "5", "6", "1", "0.34", "1.66"]
    assert row[8:] == ["5", "1", "0"]
    assert caution == [pages["parts"][0].survey_change["caution"].iloc[0]]
    assert "no proof of what caused the change" in text
    assert "its 95% interval" in re.sub(r"\s+", " ", text)
    assert "Before and after" not in pages["worked"][1]


def test_what_mattered_most(pages):
    text = pages["parts"][1]
    rows = rows_of(text, "Outcomes by importance")[1:]
    # 13.68 x (1 + 0.7 + 0.49 / 2) = 26.6076, x 8; 14 x 0.95 x 0.9 = 11.97, x 5; -3 x 10; shares of
    # 212.86 + 59.85 + 30 = 302.71.
    assert rows == [
        ["Keeps active", "walkers", "26.61", "person", "8", "212.9", "70%"],
        ["Makes new friends", "walkers", "11.97", "person", "5", "59.9", "20%"],
        ["Hurt on a walk", "walkers", "-3", "incident", "10", "-30", "10%"],
    ]
    said = "Finishes a course; Fewer ambulance calls; More satisfied with life"
    assert f"No importance is stated for: {said}." in text
    assert "They are not money, are not discounted and have no ratio" in text
    goals = {row[0]: row[1:] for row in rows_of(text, "Points by Sustainable")}
    # The friends are Goal 11 alone; of keeping active 0.3 of the points go to it.
    friends = 59.85 + 0.3 * 212.8608
    assert goals["11 Sustainable Cities and Communities"][0] == f"{friends:.1f}"
    assert "What mattered most" not in pages["worked"][1]


def test_a_key_that_was_asked_for_is_a_section_once(pages):
    text = pages["parts"][1]
    assert text.count("<h2>By outcome</h2>") == text.count("<h2>By project</h2>") == 1
    rows = {row[0]: row[1] for row in rows_of(text, "Outcome: parts add up")}
    assert rows["Finishes a course"] == "£13,056"
    assert "By outcome" not in pages["worked"][1]


def test_harms_that_were_merged_are_not_called_all(pages):
    result, text = pages["network"]
    assert (result.findings["rule"] == "harms_merged").any()
    assert rows_of(text, "Totals in GBP")[4][0] == "of which harms shown (some are merged)"
    assert "of which harms<" not in text
    assert rows_of(pages["worked"][1], "Totals in GBP")[4][0] == "of which harms"


def test_rows_that_look_the_same_say_what_tells_them_apart(assess, plain):
    changes = [{"project": "A"}, {"project": "B"}, {"project": "B", "evidence": "trial"}]
    rows = rows_of(page.render(assess(*changes)), "Impact map")[1:]
    about = [row[1] for row in rows]
    assert len(set(about)) == 3
    assert "all; 2024-25; A" in about
    assert any("trial" in words for words in about)


def test_nothing_priced_is_not_nought(assess, plain):
    told = [{"proxy_id": None, "unit": "meal", "outcome": name} for name in ("Fed", "Warm")]
    result = assess(*told, inputs=INPUTS)
    text = page.render(result)
    Page(text)
    shown = re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)
    assert "£0" not in shown
    said = "No outcome was priced: 2 outcomes counted and told, without a money value."
    assert result.headline.startswith(said)
    assert said in shown
    assert rows_of(text, "Totals in GBP")[3] == ["Present value", "–", "no outcome was priced"]
    # No goal shows an empty table.
    assert "Sustainable Development Goal" not in shown
    # What it cost is known, and so is what one of each cost: 500 for 10 of each.
    assert rows_of(text, "Totals in GBP")[5][1] == "£500"
    assert ["Fed", "meal", "10", "10", "£50.00", "–"] in rows_of(text, "What one of each cost")


@pytest.mark.parametrize(
    ("amount", "unit", "words"),
    [
        (100, "check_in", "100 × check-in"),
        (0.66, "tonne_co2e", "0.66 × tonne CO2e"),
        (1.5, "person_year", "1.5 × person-year"),
        (float("nan"), "person", "–"),
    ],
)
def test_units_are_words(amount, unit, words):
    assert labels.quantity(amount, unit) == words


def test_no_identifier_loses_its_underscores():
    assert labels.name("older_people") == "older people"
    assert labels.name("as `env_carbon_tco2e_2025` says") == "as `env_carbon_tco2e_2025` says"
