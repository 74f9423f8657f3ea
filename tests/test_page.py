"""Is the page whole in itself, readable by all, honest about its ratio, and safe to open?"""

import re
from html.parser import HTMLParser

import pandas as pd
import programmes
import pytest

from socialvalue.report import page

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


@pytest.fixture(scope="module")
def pages():
    """Result as shown, and its page."""
    shown = {
        "network": programmes.network_published(),
        "worked": programmes.worked_example(),
        "diabetes": programmes.diabetes().for_output(),
    }
    return {name: (result, page.render(result)) for name, result in shown.items()}


PAGES = ("network", "worked", "diabetes")


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


@pytest.mark.parametrize("name", PAGES)
def test_every_picture_has_words_for_it(pages, name):
    parsed = Page(pages[name][1])
    figures = parsed.all("figure")
    assert len(figures) == len(parsed.all("svg")) >= 4
    for figure in figures:
        assert figure["attrs"]["role"] == "img"
        assert figure["attrs"]["aria-label"].startswith("Bar chart of")


@pytest.mark.parametrize("name", PAGES)
def test_no_ratio_without_its_range_or_the_reason(pages, name):
    result, text = pages[name]
    found = {row[0]: row[1:] for row in rows_of(text, "Totals in GBP")}
    amount, meaning = found["Ratio"]
    assert amount == f"{result.totals['sroi_ratio']:.2f}"
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
    assert found["Gross value"] == "£131,859.70"
    assert found["Present value"] == "£82,290.32"
    assert found["of which harms"] == "-£3,478.26"
    assert found["Net present value"] == "£72,546.83"
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
    # Each is shown to the penny, so half of one each may be lost.
    assert sum(parts) == pytest.approx(pounds(last[1]), abs=0.005 * (len(parts) + 1))
    assert pounds(last[1]) == pytest.approx(pages[name][0].totals["present_value"], abs=0.006)
    for column in (3, 4, 5):
        parts = [pounds(row[column]) for row in rows if len(row) > 2]
        assert sum(parts) == pytest.approx(pounds(last[column]), abs=0.005 * (len(parts) + 1))


def test_a_goal_without_value_says_why_and_shows_no_nought(pages):
    rows = {row[0]: row[1:] for row in rows_of(pages["worked"][1], "Sustainable Development")}
    assert rows["1 No Poverty"] == ["No proxy serves this, so it was not valued"]
    assert rows["11 Sustainable Cities and Communities"][0] == "£3,127.31"


def test_a_goal_with_unpriced_outcomes_only_says_so(assess):
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
    assert len(rows_of(text, "Open findings")) - 1 == len(result.findings)
    sources = " ".join(cell for row in rows_of(text, "Proxies") for cell in row)
    for proxy in result.proxies_used["proxy_id"]:
        assert proxy in sources
    for each in result.provenance["inputs"]:
        assert each["sha256"] in plain
    assert result.provenance["proxy_set"]["sha256"] in plain


def test_of_a_series_of_values_only_those_in_force_are_shown(assess, proxy_set):
    rows = [
        {
            "uprating": "carbon",
            "unit_value": value,
            "valid_from": f"{year}-04-01",
            "valid_to": f"{year + 1}-03-31",
        }
        for year, value in ((2023, 90.0), (2024, 100.0), (2025, 120.0), (2026, 150.0))
    ]
    result = assess({"duration_years": 2}, proxies=proxy_set(*rows))
    shown = [row[1] for row in rows_of(page.render(result), "Proxies")[1:]]
    assert shown == ["£100.00 per person", "£120.00 per person"]


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
def test_what_is_missing_is_said(assess, changes, tables, said):
    text = page.render(assess(*changes, **tables))
    Page(text)
    assert said in text
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL).lower().split()
