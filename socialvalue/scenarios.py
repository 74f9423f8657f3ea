"""What would the answer be under other sets of assumptions? Named scenarios, side by side."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from socialvalue.appraisal import Appraisal, Basis, appraise
from socialvalue.assumptions import Assumptions
from socialvalue.conventions import fitting
from socialvalue.errors import SettingsError, SocialValueError
from socialvalue.sensitivity import checked_values, place_of
from socialvalue.value_model import ValueModel, value_model

if TYPE_CHECKING:
    from socialvalue.results import Result

AS_ASSESSED = "as assessed"
MEASURES = (
    "gross_value",
    "net_value",
    "present_value",
    "input_value",
    "net_present_value",
    "sroi_ratio",
    "payback_years",
)
Scenario = Assumptions | Mapping[str, Any]
"""Assumptions, or settings and values of parameters that differ from those of the assessment."""
_SETTINGS = tuple(field.name for field in fields(Assumptions))


def scenarios(result: "Result", named: Mapping[str, Scenario]) -> pd.DataFrame:
    """Appraise the same records under named sets of assumptions.

    Parameters
    ----------
    result : Result
        Not published.
    named : mapping of str to Assumptions or mapping
        Each scenario by its name: assumptions, or a mapping of what differs from those of the
        result, such as ``{"discount_rate": 0.05}``. A key may also be the name of a parameter, with
        its value.

    Returns
    -------
    DataFrame
        The result itself, then a row a scenario: scenario, differs (in words), gross_value,
        net_value, present_value, input_value, net_present_value [money], sroi_ratio [ratio],
        payback_years [years; null where a parameter is changed], change (of present value, from the
        result) [money], reason_missing (why figures are missing).

    Raises
    ------
    SettingsError
        If the result is published, or a scenario names no setting or parameter, or a value that it
        does not take.
    """
    if result.basis is None:
        raise SettingsError(
            "A published result cannot be valued again. Ask the assessment itself, and publish the "
            "table of scenarios that comes of it."
        )
    if not isinstance(named, Mapping) or not named:
        raise SettingsError(
            'Give scenarios by name, such as {"cautious": {"discount_rate": 0.05}}, or with '
            "Assumptions in place of the mapping."
        )
    rows = [_row(result, result.basis, AS_ASSESSED, {})]
    rows += [_row(result, result.basis, str(name), choice) for name, choice in named.items()]
    table = pd.DataFrame(rows)
    table["change"] = table["present_value"] - table["present_value"].iloc[0]
    return table[["scenario", "differs", *MEASURES, "change", "reason_missing"]]


def _row(result: "Result", basis: Basis, name: str, choice: Scenario) -> dict[str, Any]:
    assumptions, numbers = _parted(result, basis, name, choice)
    row: dict[str, Any] = {"scenario": name, "reason_missing": None}
    row |= dict.fromkeys(MEASURES, np.nan)
    try:
        found = appraise(basis, assumptions)
    except SocialValueError as error:
        # A schedule that ends too early, a proxy not valid in a calendar year: said, not raised.
        row["reason_missing"] = str(error)
        return row | {"differs": _differs(result, assumptions)}
    row |= {measure: float(found.totals[measure]) for measure in MEASURES}
    row["reason_missing"] = found.ratio_missing
    words = [_differs(result, found.assumptions)]
    if numbers:
        model = value_model(_appraised(result, found), by=())
        row |= _at(model, numbers) | {"payback_years": np.nan}
        words += [
            f"{parameter}: {value:g} (was {model.central[place_of(model, parameter)]:g})"
            for parameter, value in numbers.items()
        ]
    return row | {"differs": "; ".join(part for part in words if part)}


def _parted(
    result: "Result", basis: Basis, name: str, choice: Scenario
) -> tuple[Assumptions, dict[str, float]]:
    """The assumptions of a scenario, and the values of parameters that it states."""
    if isinstance(choice, Assumptions):
        return choice, {}
    if not isinstance(choice, Mapping):
        raise SettingsError(
            f"Scenario {name!r}: give Assumptions, or a mapping of settings and values, not "
            f"{choice!r}."
        )
    settings = {key: value for key, value in choice.items() if key in _SETTINGS}
    numbers = {key: value for key, value in choice.items() if key not in _SETTINGS}
    model = value_model(result, by=()) if numbers else None
    for key in numbers:
        _check_known(model, name, key)
    changed = result.assumptions.changed(**fitting(basis, result.assumptions, settings))
    return changed, numbers


def _check_known(model: ValueModel | None, name: str, key: str) -> None:
    try:
        assert model is not None
        place_of(model, key)
    except SettingsError as error:
        raise SettingsError(
            f"Scenario {name!r}: {key!r} is neither a setting nor a parameter. {error}"
        ) from error


def _appraised(result: "Result", found: Appraisal) -> "Result":
    """The result as it would be under other assumptions, as far as totals need it."""
    return replace(
        result,
        assumptions=found.assumptions,
        valued=found.valued,
        inputs=found.spent,
        breakdowns={},
        totals=found.totals,
        ratio_missing=found.ratio_missing,
        compared_value=found.compared_value,
        compared_inputs=found.compared_inputs,
    )


def _at(model: ValueModel, numbers: Mapping[str, float]) -> dict[str, float]:
    places = [place_of(model, parameter) for parameter in numbers]
    values = [
        checked_values(model, place, [value])[0]
        for place, value in zip(places, numbers.values(), strict=True)
    ]
    found = model.evaluate(np.array([values]), places)[0]
    at = dict(zip(model.outputs["measure"], found.tolist(), strict=True))
    return {measure: at[measure] for measure in MEASURES if measure in at}


def _differs(result: "Result", assumptions: Assumptions) -> str:
    own, other = (each.to_rows() for each in (result.assumptions, assumptions))
    changed = (own["value"] != other["value"]).to_numpy(bool)
    return "; ".join(
        f"{setting}: {now or 'none'} (was {was or 'none'})"
        for setting, was, now in zip(
            own["setting"][changed], own["value"][changed], other["value"][changed], strict=True
        )
    )
