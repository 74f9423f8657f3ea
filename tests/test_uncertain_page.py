"""Does what the page on uncertainty shows run, and say what the page says of it?"""

import re
from pathlib import Path

import matplotlib as mpl
import pytest

PAGE = Path(__file__).parents[1] / "docs/how-to/say_how_uncertain.md"


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """Names that the page's examples make, run one after another."""
    names = {}
    with mpl.rc_context({"backend": "agg"}), pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("page"))
        for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S):
            exec(compile(block, str(PAGE), "exec"), names)
        assert Path("tornado.png").exists()
    return names


def test_the_switching_value_that_the_page_quotes(shown):
    quoted = re.search(r"a WELLBY is worth more than £(\d+)", PAGE.read_text(encoding="utf-8"))
    switches = shown["switches"].set_index("parameter")
    assert round(switches.loc["unit_value: wb_wellby", "switching_value"]) == int(quoted[1])


def test_every_table_that_the_page_shows_has_rows(shown):
    for name in ("table", "switches", "grid", "shares", "compared"):
        assert len(shown[name]) > 1
    assert shown["compared"]["scenario"].tolist()[0] == "as assessed"
