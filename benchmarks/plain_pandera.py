"""How would the same rules be checked by hand? With pandera, as its manual says, all at once."""

from typing import Any

import numpy as np
import pandas as pd

from benchmarks.generate import EVIDENCE


def schema(proxies: Any) -> Any:
    """The declared rules of the columns that the made-up records have, written by hand."""
    import pandera.pandas as pa

    size = [pa.Check(np.isfinite), pa.Check.in_range(-1e15, 1e15)]
    days = pa.Check.in_range(pd.Timestamp("1990-01-01"), pd.Timestamp("2100-12-31"))
    known = proxies.proxies["proxy_id"].unique().tolist()
    text = {"dtype": "string", "nullable": True}
    columns = {
        # Only later copies are wrong, as the library says.
        "outcome_id": pa.Column("string", unique=True, report_duplicates="exclude_first"),
        "activity_id": pa.Column(**text),
        "project": pa.Column(**text),
        "stakeholder_group": pa.Column("string"),
        "outcome": pa.Column(**text),
        "proxy_id": pa.Column(checks=pa.Check.isin(known), **text),
        "quantity": pa.Column("float64", size),
        "date": pa.Column("datetime64[us]", days),
        "evidence": pa.Column(checks=pa.Check.isin(EVIDENCE), **text),
        "person_id": pa.Column(**text),
        "imd_decile": pa.Column(
            "float64", [pa.Check.in_range(1, 10), pa.Check(lambda v: v % 1 == 0)], nullable=True
        ),
        "place": pa.Column(**text),
    }
    return pa.DataFrameSchema(columns)


def check(frame: pd.DataFrame, proxies: Any) -> dict[str, pd.DataFrame]:
    """Every problem of a frame, by row and column; later copies of an identifier count as wrong."""
    import pandera.errors

    cells: set[tuple[int, str]] = set()
    try:
        schema(proxies).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
        cells |= set(zip(cases["index"].astype("int64"), cases["column"], strict=True))
    problems = pd.DataFrame(sorted(cells), columns=["row", "column"])
    return {"problems": problems.astype({"row": "int64", "column": object})}
