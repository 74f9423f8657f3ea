"""What do the surveys among the records say? Before and after, and what may be shown of it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from socialvalue.instruments import beside_shipped, load_instruments
from socialvalue.surveys import paired_change

COLUMNS = (
    "instrument",
    "name",
    "asked",
    "pairs",
    "missing_pair_rate",
    "mean_before",
    "mean_after",
    "improvement",
    "low",
    "high",
    "confidence",
    "effect_size_dz",
    "improved",
    "unchanged",
    "worsened",
    "meaningful_change",
    "share_meaningfully_improved",
    "mean_before_only",
    "people",
    "only_before",
    "method",
    "caution",
)
_OF_PAIRS = (
    "mean_before",
    "mean_after",
    "improvement",
    "low",
    "high",
    "effect_size_dz",
)
_COUNTED = ("improved", "unchanged", "worsened", "share_meaningfully_improved")
WITHHELD = "Too few people to show."


def survey_change(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Change from before to after of each scale among the records, in pairs.

    A pair is one person's first answer before and last answer after within one project, because
    people are asked at the activities that open and close a project.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Typed tables: surveys, activities and instruments.

    Returns
    -------
    DataFrame
        One row for each instrument, the figures of `socialvalue.surveys.paired_change` that a
        report needs; empty where there are no surveys.
    """
    surveys = tables["surveys"]
    if surveys.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    known = beside_shipped(tables["instruments"], load_instruments())
    projects = tables["activities"].set_index("activity_id")["project"]
    # An activity of no project stands by itself.
    project = surveys["activity_id"].map(projects).fillna(surveys["activity_id"])
    found = paired_change(surveys.assign(project=project), known, within="project")
    names = known.set_index("instrument")["name"].fillna("")
    found["name"] = found["instrument"].map(names).replace("", None).fillna(found["instrument"])
    return found[list(COLUMNS)]


def published_change(table: pd.DataFrame, fewest: int) -> pd.DataFrame:
    """The same as it can be published: nothing that rests on fewer people than the policy allows.

    Parameters
    ----------
    table : DataFrame
        From `survey_change`.
    fewest : int
        Fewest people a figure may rest on.
    """
    shown = table.astype(dict.fromkeys((*_OF_PAIRS, *_COUNTED, "mean_before_only"), "float64"))
    # One person in several projects is several pairs: at least so many people are behind them.
    spare = (table["asked"] - table["people"]).astype(float)
    few = (shown["pairs"] - spare) < fewest
    shown.loc[few, [*_OF_PAIRS, *_COUNTED, "mean_before_only"]] = np.nan
    shown.loc[few, "caution"] = WITHHELD
    # One small count would follow from the others, so all three go together.
    counts = shown[["improved", "unchanged", "worsened"]]
    small = ((counts > 0) & (counts < fewest)).any(axis=1)
    much = (shown["share_meaningfully_improved"] * shown["pairs"]).round()
    for part in (much, shown["improved"] - much):
        small |= (part > 0) & (part < fewest)
    shown.loc[small, list(_COUNTED)] = np.nan
    shown.loc[(table["only_before"] - spare) < fewest, "mean_before_only"] = np.nan
    return shown.drop(columns=["people", "only_before"])
