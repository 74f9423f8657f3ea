"""How are tables joined? By key, refusing what is missing or repeated: the only joins there are."""

from collections.abc import Sequence

import pandas as pd

from socialvalue.errors import InputError


def lookup(table: pd.DataFrame, reference: pd.DataFrame, key: str, what: str) -> pd.DataFrame:
    """Add the reference's columns to each row, by key; no row is lost, blanked or repeated.

    Parameters
    ----------
    table : DataFrame, shape (n, p)
    reference : DataFrame
        One row a key.
    key : str
        Column of both.
    what : str
        What is looked up, in the words of a message.

    Returns
    -------
    DataFrame, shape (n, p + q)
        In the order of ``table``, with its index.

    Raises
    ------
    InputError
        If a key of ``table`` is blank or missing from the reference, or the reference repeats one.

    Examples
    --------
    >>> prices = pd.DataFrame({"fruit": ["pear"], "price": [2.0]})
    >>> lookup(pd.DataFrame({"fruit": ["pear", "pear"]}), prices, "fruit", "price").price.tolist()
    [2.0, 2.0]
    """
    repeated = reference.loc[reference[key].duplicated(), key]
    if len(repeated):
        raise InputError(f"{what}: {key} {_some(repeated)} stands more than once; keep one row.")
    missing = table.loc[~table[key].isin(reference[key]), key]
    if len(missing):
        raise InputError(f"{what}: there is none for {key} {_some(missing)}.")
    joined = table.merge(reference, on=key, how="left", validate="many_to_one")
    return joined.set_index(table.index)


def split(
    table: pd.DataFrame, shares: pd.DataFrame, key: str, amounts: Sequence[str]
) -> pd.DataFrame:
    """Divide the amounts of each row by the shares of its key; shares sum to at most 1.

    Parameters
    ----------
    table : DataFrame
        With ``key`` and the columns ``amounts``.
    shares : DataFrame
        With ``key``, ``share`` [share] and the columns that name the parts; a key may be absent.
    key : str
    amounts : sequence of str
        Columns to multiply by the share.

    Returns
    -------
    DataFrame
        One row for each row and part. What the shares leave over is not in it.

    Raises
    ------
    InputError
        If the shares of a key sum to more than 1, or one is negative.

    Examples
    --------
    >>> rows = pd.DataFrame({"id": [1], "value": [100.0]})
    >>> parts = pd.DataFrame({"id": [1, 1], "part": ["a", "b"], "share": [0.75, 0.25]})
    >>> split(rows, parts, "id", ["value"])[["part", "value"]].values.tolist()
    [['a', 75.0], ['b', 25.0]]
    """
    totals = shares.groupby(key)["share"].sum()
    # A third of three categories sums to 1 only up to the rounding of binary numbers.
    over = totals[totals > 1 + 1e-9]
    if len(over) or (shares["share"] < 0).any():
        raise InputError(f"Shares of {key} {_some(over.index.to_series())} sum to more than 1.")
    parts = table.merge(shares, on=key, how="inner", validate="many_to_many")
    return parts.assign(**{column: parts[column] * parts["share"] for column in amounts})


def stacked(*tables: pd.DataFrame) -> pd.DataFrame:
    """Tables one below another, with rows numbered from 0; those without rows decide nothing.

    An empty table's columns have types of no meaning, which pandas would let decide the whole's.

    Examples
    --------
    >>> none = pd.DataFrame({"share": pd.Series(dtype=object)})
    >>> stacked(none, pd.DataFrame({"share": [0.5]}))["share"].dtype
    dtype('float64')
    """
    filled = [table for table in tables if len(table)]
    return pd.concat(filled or list(tables[:1]), ignore_index=True)


def _some(values: pd.Series) -> str:
    names = [repr(value) for value in values.drop_duplicates().head(5)]
    more = values.nunique() - len(names)
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")
