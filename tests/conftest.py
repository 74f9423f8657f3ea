"""Small records and proxy sets, fit to check by eye."""

import pandas as pd
import pytest

import socialvalue as sv

PROXY = {
    "proxy_id": "tea",
    "theme": "test",
    "name": "A cup of tea",
    "unit": "person",
    "unit_value": 100.0,
    "currency": "GBP",
    "price_year": "2024-25",
    "value_type": "wellbeing",
    "value_covers": "year",
    "discount_class": "standard",
    "transfer": "no",
    "uprating": "deflator",
    "source_id": "s1",
}
OUTCOME = {
    "outcome_id": "o1",
    "outcome": "Calmer",
    "proxy_id": "tea",
    "stakeholder_group": "all",
    "quantity": 10,
    "date": "2024-05-01",
    "deadweight": 0,
    "displacement": 0,
    "attribution_to_others": 0,
    "drop_off": 0,
    "duration_years": 1,
}


@pytest.fixture
def proxy_set(tmp_path):
    """Make a proxy set from a few changes to one invented proxy each, and links."""

    def make(*changes, links=(("tea", "sdg", "3", 1.0),)):
        folder = tmp_path / f"set{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        rows = [{**PROXY, **change} for change in changes or ({},)]
        pd.DataFrame(rows).to_csv(folder / "proxies.csv", index=False)
        columns = ["proxy_id", "framework", "category", "share"]
        table = pd.DataFrame(links, columns=columns).assign(rationale="test")
        table.to_csv(folder / "links.csv", index=False)
        (folder / "sources.csv").write_text("source_id,title\ns1,Invented\n", encoding="utf-8")
        return sv.load_proxies(folder)

    return make


@pytest.fixture
def outcomes():
    """Make an outcomes frame from a few changes to one record each."""

    def make(*changes):
        rows = [
            {**OUTCOME, "outcome_id": f"o{i}", **change}
            for i, change in enumerate(changes or ({},))
        ]
        return pd.DataFrame(rows)

    return make


@pytest.fixture
def assess(proxy_set, outcomes):
    """Assess records made by `outcomes` with a set made by `proxy_set`."""

    def make(*changes, proxies=None, assumptions=None, breakdowns=(), **tables):
        records = sv.Records(outcomes=outcomes(*changes), **tables)
        settings = {"discount_rate": 0.0, "health_discount_rate": None, **(assumptions or {})}
        return sv.assess(
            records, proxies or proxy_set(), sv.Assumptions(**settings), breakdowns=breakdowns
        )

    return make
