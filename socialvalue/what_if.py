"""What would the answer be if a number were another? The questions that a result can be asked."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from socialvalue.errors import SettingsError
from socialvalue.spread_files import GivenTable

if TYPE_CHECKING:
    from socialvalue.results import Result
    from socialvalue.scenarios import Scenario

# Each is a method of the result; what it asks of is loaded on first use.


def sensitivity(
    result: "Result",
    of: str = "",
    *,
    spreads: GivenTable | None = None,
    grades: GivenTable | None = None,
) -> pd.DataFrame:
    """Each parameter moved to its own low and high, the others kept: the table of a tornado chart.

    Parameters
    ----------
    of : {"present_value", "net_present_value", "sroi_ratio"}, optional
        The answer whose swing puts the parameters in order; by default the net present value, or
        the present value where there is none.
    spreads, grades : DataFrame or path of a CSV file, optional
        Spreads of your own, as for ``simulate``.

    Returns
    -------
    DataFrame
        As `socialvalue.sensitivity.one_way` says; a parameter without a range is not moved.

    Raises
    ------
    SettingsError
        If the result is published, nothing is valued, or an argument does not fit.

    Examples
    --------
    >>> import socialvalue as sv
    >>> result = sv.assess(sv.datasets.load_network())
    >>> table = result.sensitivity()
    >>> float(table["swing"].iloc[0]) >= float(table["swing"].iloc[1])
    True
    """
    from socialvalue.sensitivity import one_way
    from socialvalue.value_model import value_model

    return one_way(value_model(result, spreads, grades, by=()), of)


def two_way(
    result: "Result",
    first: str,
    second: str,
    first_values: Sequence[float] | None = None,
    second_values: Sequence[float] | None = None,
    **stated: pd.DataFrame | None,
) -> pd.DataFrame:
    """The answer at every pair of values of two parameters.

    Parameters
    ----------
    first, second : str
        Names of parameters, as `sensitivity` lists them.
    first_values, second_values : sequence of float, optional
        In the parameters' own units; by default low, central and high, and what is halfway.
    **stated
        spreads and grades, as for ``simulate``: the ranges that those values are from.

    Returns
    -------
    DataFrame
        As `socialvalue.sensitivity.two_way` says: a row a pair.

    Raises
    ------
    SettingsError
        If there is no such parameter, or no such value of it.
    """
    from socialvalue.sensitivity import two_way as grid
    from socialvalue.value_model import value_model

    return grid(value_model(result, by=(), **stated), first, second, first_values, second_values)


def switching_values(
    result: "Result",
    *,
    spreads: GivenTable | None = None,
    grades: GivenTable | None = None,
) -> pd.DataFrame:
    """The value of each parameter at which the net present value is nought, the others kept.

    Parameters
    ----------
    spreads, grades : DataFrame or path of a CSV file, optional
        Spreads of your own, as for ``simulate``: they say which switches lie within a range.

    Returns
    -------
    DataFrame
        As `socialvalue.switching_values.switching_values` says: the nearest first, with the reason
        where no value can switch the answer.

    Raises
    ------
    SettingsError
        If there are no inputs to set the value against, or the result is published.
    """
    from socialvalue.switching_values import switching_values as switches
    from socialvalue.value_model import value_model

    return switches(value_model(result, spreads, grades, by=()))


def variance_shares(
    result: "Result",
    of: str = "",
    draws: int = 1_024,
    seed: int = 1,
    *,
    spreads: GivenTable | None = None,
    grades: GivenTable | None = None,
) -> pd.DataFrame:
    """Which assumption drives the answer: shares of its variance, by Sobol's indices.

    Parameters
    ----------
    of : {"present_value", "net_present_value", "sroi_ratio"}, optional
    draws : int
        A power of two.
    seed : int
    spreads, grades : DataFrame or path of a CSV file, optional
        Spreads of your own, as for ``simulate``.

    Returns
    -------
    DataFrame
        As `socialvalue.variance_shares.variance_shares` says, the largest share first.

    Raises
    ------
    SettingsError
        If no parameter has a range, or an argument does not fit.
    """
    from socialvalue.value_model import value_model
    from socialvalue.variance_shares import variance_shares as shares

    return shares(value_model(result, spreads, grades, by=()), of, draws, seed)


def scenarios(result: "Result", named: "Mapping[str, Scenario]") -> pd.DataFrame:
    """Named sets of assumptions, or of what differs from those in use, side by side.

    Parameters
    ----------
    named : mapping of str to Assumptions or mapping
        A mapping holds settings, and values of parameters by name.

    Returns
    -------
    DataFrame
        As `socialvalue.scenarios.scenarios` says: the result as assessed, then a row a scenario.

    Raises
    ------
    SettingsError
        If the result is published, or a scenario names what is not there.

    Examples
    --------
    >>> import socialvalue as sv
    >>> result = sv.assess(sv.datasets.load_network())
    >>> result.scenarios({"slow": {"discount_rate": 0.05}})["differs"].tolist()
    ['', 'discount_rate: 0.05 (was green-book)']
    """
    from socialvalue.scenarios import scenarios as compared

    return compared(result, named)


def side_by_side(
    result: "Result", choices: Sequence[Mapping[str, Any]] | None = None
) -> pd.DataFrame:
    """The answer under each convention of the field, the other settings kept.

    Parameters
    ----------
    choices : sequence of mapping, optional
        Settings to change together, a mapping for each row; by default each convention in turn.

    Returns
    -------
    DataFrame
        As `socialvalue.conventions.side_by_side` says.

    Raises
    ------
    SettingsError
        If a choice names no setting, or a published result was assessed without conventions.

    Examples
    --------
    >>> import socialvalue as sv
    >>> result = sv.assess(sv.datasets.load_diabetes(), sv.datasets.diabetes_proxies())
    >>> result.side_by_side([{"timing": "end"}])[["setting", "choice", "used"]].values.tolist()
    [['timing', 'end', False]]
    """
    from socialvalue import conventions

    if choices is None and result.shown_conventions is not None:
        return result.shown_conventions
    if result.basis is None:
        raise SettingsError(
            "A published result cannot be valued again. Ask the assessment itself, or assess "
            "with conventions=True: the table is published then."
        )
    return conventions.side_by_side(result.basis, result.assumptions, choices)
