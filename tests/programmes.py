"""Whole programmes, assessed once for all the tests of a process that read them."""

from functools import cache
from pathlib import Path

import socialvalue as sv

WORKED = Path(__file__).parent / "published" / "worked_example"


@cache
def network():
    """The synthetic network, with two breakdowns."""
    return sv.assess(sv.datasets.load_network(), breakdowns=["imd_decile", "age_band"])


@cache
def network_published():
    return network().for_output()


@cache
def worked_example():
    """The programme that docs/explanation/worked_example.md works by hand."""
    return worked_example_of(sv.read_records(WORKED))


def worked_example_of(records):
    """The worked example's settings and values, with other records."""
    settings = sv.Assumptions(price_year="2024-25", base_year="2024-25")
    return sv.assess(records, WORKED / "proxies", settings)


@cache
def diabetes():
    """A published analysis in which no value has a range."""
    case = sv.datasets.diabetes_path()
    settings = sv.Assumptions.from_toml(case.parent / "assumptions.toml")
    return sv.assess(sv.read_records(case), case.parent / "proxies", settings)
