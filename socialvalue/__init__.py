"""Estimate the social value of community activity, so that it can be audited.

Everything public is loaded on first use, so that ``import socialvalue`` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from socialvalue import datasets as datasets
    from socialvalue import equity as equity
    from socialvalue import spreads as spreads
    from socialvalue import survey_outcomes as survey_outcomes
    from socialvalue import surveys as surveys
    from socialvalue.assessment import Assessment as Assessment
    from socialvalue.assessment import assess as assess
    from socialvalue.assumptions import Assumptions as Assumptions
    from socialvalue.checks import check as check
    from socialvalue.comparing import compare as compare
    from socialvalue.comparison import Comparison as Comparison
    from socialvalue.correlation import CorrelationGroup as CorrelationGroup
    from socialvalue.errors import EngineError as EngineError
    from socialvalue.errors import InputError as InputError
    from socialvalue.errors import OutputError as OutputError
    from socialvalue.errors import SettingsError as SettingsError
    from socialvalue.errors import SocialValueError as SocialValueError
    from socialvalue.parse import parse_records as parse_records
    from socialvalue.proxies import ProxySet as ProxySet
    from socialvalue.proxies import load_proxies as load_proxies
    from socialvalue.read import read_records as read_records
    from socialvalue.record_values import value_records as value_records
    from socialvalue.records import Records as Records
    from socialvalue.report import charts as charts
    from socialvalue.spreads import Spread as Spread

__version__ = "0.1.0"

_HOME = {
    "Assessment": "socialvalue.assessment",
    "Assumptions": "socialvalue.assumptions",
    "Comparison": "socialvalue.comparison",
    "CorrelationGroup": "socialvalue.correlation",
    "EngineError": "socialvalue.errors",
    "InputError": "socialvalue.errors",
    "OutputError": "socialvalue.errors",
    "ProxySet": "socialvalue.proxies",
    "Records": "socialvalue.records",
    "SettingsError": "socialvalue.errors",
    "SocialValueError": "socialvalue.errors",
    "Spread": "socialvalue.spreads",
    "assess": "socialvalue.assessment",
    "check": "socialvalue.checks",
    "compare": "socialvalue.comparing",
    "load_proxies": "socialvalue.proxies",
    "parse_records": "socialvalue.parse",
    "read_records": "socialvalue.read",
    "value_records": "socialvalue.record_values",
}
_MODULES = {
    "charts": "socialvalue.report.charts",
    "datasets": "socialvalue.datasets",
    "equity": "socialvalue.equity",
    "spreads": "socialvalue.spreads",
    "survey_outcomes": "socialvalue.survey_outcomes",
    "surveys": "socialvalue.surveys",
}

__all__ = [
    "Assessment",
    "Assumptions",
    "Comparison",
    "CorrelationGroup",
    "EngineError",
    "InputError",
    "OutputError",
    "ProxySet",
    "Records",
    "SettingsError",
    "SocialValueError",
    "Spread",
    "assess",
    "charts",
    "check",
    "compare",
    "datasets",
    "equity",
    "load_proxies",
    "parse_records",
    "read_records",
    "spreads",
    "survey_outcomes",
    "surveys",
    "value_records",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
    elif name in _MODULES:
        value = import_module(_MODULES[name])
    else:
        raise AttributeError(f"module 'socialvalue' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
