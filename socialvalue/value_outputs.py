"""Which totals and categories does a line of value belong to, and with what share?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from socialvalue.summary import with_rest
from socialvalue.totals import projects_in_ratio

if TYPE_CHECKING:
    from socialvalue.results import Result

COMPARED = "compared_value"
LINEAR = ("gross_value", "net_value", "present_value", "harm_present_value", COMPARED)
"""Totals that are sums of lines of value; the last is what the ratio compares."""
TOTALS = (*LINEAR, "input_value", "compared_inputs", "net_present_value", "sroi_ratio")
"""Totals that are functions of the parameters, in the order of a model's first outputs."""
_WEIGHT = {"gross_value": "gross", "net_value": "net"}


@dataclass(frozen=True)
class Members:
    """Lines that make up some outputs.

    Attributes
    ----------
    outputs : DataFrame
        A row an output: measure, and the keys of a table.
    line, output : ndarray of int
        Position of a line, and of an output it belongs to.
    share : ndarray of float
        Share of the line's value that is in the output.
    """

    outputs: pd.DataFrame
    line: np.ndarray
    output: np.ndarray
    share: np.ndarray

    def weights(
        self,
        lines: pd.DataFrame,
        of_lines: Mapping[str, np.ndarray],
        fixed: Mapping[str, np.ndarray],
    ) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Output, term and weight of every member, the weights still to be added up."""
        found = []
        for measure in self.outputs["measure"].unique():
            here = (self.outputs["measure"] == measure).to_numpy(bool)[self.output]
            line, weight = self.line[here], _WEIGHT.get(measure, "present")
            block = "gross" if weight == "gross" else "net"
            value = lines[weight].to_numpy(float)[line] * fixed[block][line] * self.share[here]
            found.append((self.output[here], of_lines[block][line], value))
        return found


def totals_of(lines: pd.DataFrame, result: "Result") -> Members:
    """The totals that are sums of lines.

    A harm is what is one in the assessment: in a draw in which a benefit turns out below nought it
    lowers the total, and is not moved to the harms.
    """
    main = np.flatnonzero((lines["map"] == "").to_numpy(bool))
    harm = np.flatnonzero(((lines["map"] == "") & lines["is_harm"].astype(bool)).to_numpy(bool))
    covered = projects_in_ratio(lines, result.inputs).to_numpy(bool)
    compared = main[covered[main]]
    parts = [main, main, main, harm, compared]
    line = np.concatenate(parts)
    output = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    return Members(pd.DataFrame({"measure": LINEAR}), line, output, np.ones(len(line)))


def table_of(
    lines: pd.DataFrame,
    rows: pd.DataFrame,
    keys: Sequence[str],
    allocation: pd.DataFrame,
    frameworks: Sequence[str],
) -> Members:
    """Present value by keys, any of which may be a framework.

    Parameters
    ----------
    lines : DataFrame
        From `socialvalue.value_lines.value_lines`.
    rows : DataFrame
        The counted rows of the one map that is split, with their keys; its index is ``line_of``.
    keys : sequence of str
    allocation : DataFrame
        row_id, framework, category, share: of that map.
    frameworks : sequence of str
    """
    inside = np.flatnonzero(lines["line_of"].isin(rows.index).to_numpy(bool))
    own = [key for key in keys if key != "year" and key not in frameworks]
    row = lines["line_of"].to_numpy(int)[inside]
    parts = rows.loc[row, ["row_id", *own]].reset_index(drop=True)
    parts = parts.assign(line=inside, share=1.0, year=lines["year"].to_numpy(object)[inside])
    for key in [key for key in keys if key in frameworks]:
        shares = with_rest(
            rows["row_id"].drop_duplicates(), allocation[allocation["framework"] == key]
        )
        shares = shares.rename(columns={"category": key, "share": "part"})
        parts = parts.merge(shares[["row_id", key, "part"]], on="row_id")
        parts = parts.assign(share=parts["share"] * parts["part"]).drop(columns="part")
    # In order of the keys, so that a longer reach does not put the outputs in another.
    groups = parts.groupby(list(keys), dropna=False, sort=True).ngroup()
    firsts = parts.assign(output=groups).drop_duplicates("output").sort_values("output")
    return Members(
        firsts[list(keys)].reset_index(drop=True).assign(measure="present_value"),
        parts["line"].to_numpy(int),
        groups.to_numpy(int),
        parts["share"].to_numpy(float),
    )
