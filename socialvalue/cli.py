"""The command line: it reads its words, calls the library, prints, and holds no logic."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialvalue import __version__
from socialvalue.errors import SettingsError, SocialValueError

if TYPE_CHECKING:
    from socialvalue.results import Result

BAD_INPUT, USAGE, HIGH_FINDINGS = 1, 2, 3

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Estimate the social value of community activity, so that it can be audited.",
)
proxies_app = typer.Typer(no_args_is_help=True, help="Look at and check sets of proxies.")
app.add_typer(proxies_app, name="proxies")

InputPath = Annotated[
    Path, typer.Argument(metavar="INPUT", help="A workbook, or a folder of CSV or Parquet files.")
]
OutFolder = Annotated[Path, typer.Option("--out", help="Folder for the outputs.")]
ProxiesOption = Annotated[
    str, typer.Option("--proxies", metavar="SET|DIR", help="A shipped proxy set, or a folder.")
]
DatesOption = Annotated[
    str, typer.Option("--dates", help="How text dates are written: day-first or iso.")
]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"socialvalue {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command()
def demo(
    out: OutFolder = Path("demo-output"),
    internal: Annotated[
        bool, typer.Option("--internal", help="Show small groups too; not for publication.")
    ] = False,
) -> None:
    """Value a synthetic example network and write every output."""
    from socialvalue import datasets
    from socialvalue.assessment import assess
    from socialvalue.report.folder import write_folder

    result = assess(datasets.load_network(), "uk-public", breakdowns=["imd_decile"])
    shown = result.for_output(_profile(internal))
    write_folder(shown, out)
    typer.echo("Synthetic example data: no real people, organisations or results.")
    _say_outputs(shown, out)


@app.command()
def template(
    out: Annotated[
        Path | None, typer.Argument(metavar="OUT.xlsx", help="Workbook to make.")
    ] = None,
    describe: Annotated[
        str | None, typer.Option("--describe", metavar="TABLE", help="Print a table's columns.")
    ] = None,
) -> None:
    """Write a blank workbook with labels, notes and drop-downs."""
    from socialvalue import template as blank

    if describe is not None:
        columns = blank.describe(describe)
        typer.echo(columns.to_string(index=False))
        return
    if out is None:
        raise SettingsError("Say which workbook to make: socialvalue template OUT.xlsx.")
    blank.write_template(out)
    typer.echo(f"Blank workbook: {out}")


@app.command()
def check(
    path: InputPath,
    proxies: ProxiesOption = "uk-public",
    annotate: Annotated[
        Path | None,
        typer.Option("--annotate", metavar="COPY.xlsx", help="Copy with each problem marked."),
    ] = None,
    dates: DatesOption = "day-first",
) -> None:
    """Find every problem at once: sheet, row, column, value and what to do."""
    from socialvalue.annotate import annotate as mark
    from socialvalue.checks import check as find_problems
    from socialvalue.checks import notes_on
    from socialvalue.errors import format_problems
    from socialvalue.proxies import load_proxies
    from socialvalue.read import read_records

    records = read_records(path, dates=dates)
    problems = find_problems(records, load_proxies(proxies))
    for line in notes_on(records).itertuples():
        where = ", ".join(filter(None, [line.table, line.column]))
        typer.echo(f"{where}: {line.what} ({line.count})")
    if len(problems):
        typer.echo(format_problems(problems), err=True)
        typer.echo("\nColumn meanings: socialvalue template --describe TABLE", err=True)
    # The list is out before the copy is made, which can fail by itself.
    if annotate is not None:
        mark(path, problems, annotate)
        typer.echo(f"Copy with each problem marked: {annotate}")
    if len(problems):
        raise typer.Exit(BAD_INPUT)
    typer.echo("No problems found.")


@app.command()
def assess(
    path: InputPath,
    out: OutFolder,
    proxies: ProxiesOption = "uk-public",
    assumptions: Annotated[
        Path | None, typer.Option("--assumptions", metavar="FILE.toml", help="Settings.")
    ] = None,
    by: Annotated[
        list[str] | None, typer.Option("--by", metavar="COLUMN", help="Break down by; repeatable.")
    ] = None,
    internal: Annotated[
        bool, typer.Option("--internal", help="Show small groups too; not for publication.")
    ] = False,
    disclosure: Annotated[
        str,
        typer.Option("--disclosure", help="Merge groups of fewer people: under-5, under-10 ..."),
    ] = "under-5",
    conventions: Annotated[
        bool,
        typer.Option("--conventions", help="Show the answer under each convention, side by side."),
    ] = False,
    draws: Annotated[
        int | None,
        typer.Option("--draws", help="Simulate the range from so many draws, such as 10000."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same draws.")] = 1,
    spreads: Annotated[
        Path | None,
        typer.Option("--spreads", metavar="FILE.csv", help="How far numbers may be off; --draws."),
    ] = None,
    grades: Annotated[
        Path | None,
        typer.Option("--grades", metavar="FILE.csv", help="The same by grade of evidence."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 3 if a finding is of high severity.")
    ] = False,
    dates: DatesOption = "day-first",
) -> None:
    """Check and value INPUT; write workbook, report, charts, tables and data."""
    from socialvalue.assessment import assess as value
    from socialvalue.assumptions import Assumptions
    from socialvalue.findings import open_findings
    from socialvalue.read import read_records
    from socialvalue.report.folder import write_folder

    stated = [file for file in (spreads, grades) if file is not None]
    if stated and draws is None:
        raise SettingsError(f"{stated[0]} says what to draw from: add --draws 10000.")
    settings = Assumptions.from_toml(assumptions) if assumptions else Assumptions()
    records = read_records(path, dates=dates)
    result = value(records, proxies, settings, breakdowns=by or [], conventions=conventions)
    if draws is not None:
        result = result.with_range(result.simulate(draws, seed, spreads=spreads, grades=grades))
    shown = result.for_output(_profile(internal), disclosure)
    write_folder(shown, out, protect=[path, *stated])
    _say_outputs(shown, out)
    still_open = open_findings(result.findings)
    high = still_open[still_open["severity"] == "high"]
    if strict and len(high):
        for finding in high.itertuples():
            typer.echo(f"High: {finding.message}", err=True)
        raise typer.Exit(HIGH_FINDINGS)


@app.command()
def compare(
    last: Annotated[Path, typer.Argument(metavar="A", help="Last time's assessment.json.")],
    this: Annotated[Path, typer.Argument(metavar="B", help="This time's assessment.json.")],
    by: Annotated[
        list[str] | None, typer.Option("--by", metavar="KEY", help="Split by; repeatable.")
    ] = None,
    last_covers: Annotated[
        str, typer.Option(metavar="MONTHS", help="What A covers, as 2024-04:2024-06.")
    ] = "",
    this_covers: Annotated[
        str, typer.Option(metavar="MONTHS", help="What B covers, as 2024-07:2024-09.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it as .csv or .json.")
    ] = None,
) -> None:
    """Say what changed from A to B: volume, mix, prices, adjustments, method, corrections."""
    from socialvalue.comparing import compare as comparing
    from socialvalue.covered_months import months_in_words
    from socialvalue.report.change_files import write_comparison
    from socialvalue.report.change_words import as_text, by_as_text

    covers = {"last_covers": last_covers, "this_covers": this_covers}
    comparison = comparing(
        last, this, **{name: months_in_words(words) for name, words in covers.items()}
    )
    tables = [by_as_text(comparison, key) for key in by or []]
    if out is not None:
        write_comparison(comparison, out, by or [], protect=[last, this])
    typer.echo("\n\n".join([as_text(comparison), *tables]))
    if out is not None:
        typer.echo(f"\nWritten: {out}")


@proxies_app.command("list")
def list_sets() -> None:
    """List the shipped proxy sets."""
    from socialvalue.proxies import load_proxies, shipped_sets

    for name in shipped_sets():
        typer.echo(str(load_proxies(name)))


@proxies_app.command("show")
def show(
    name: Annotated[str, typer.Argument(metavar="SET|DIR")] = "uk-public",
    proxy: Annotated[str | None, typer.Argument(metavar="PROXY_ID")] = None,
) -> None:
    """Show the proxies of a set, or everything about one of them."""
    from socialvalue.proxies import load_proxies

    chosen = load_proxies(name)
    if proxy is None:
        columns = ["proxy_id", "unit", "unit_value", "price_year", "value_type", "evidence", "name"]
        typer.echo(chosen.proxies[columns].to_string(index=False))
        return
    for row in chosen.describe(proxy):
        typer.echo(row)


@proxies_app.command("check")
def check_set(name: Annotated[str, typer.Argument(metavar="SET|DIR")]) -> None:
    """Check every row of a proxy set."""
    from socialvalue.proxies import load_proxies

    typer.echo(f"No problems found: {load_proxies(name)}")


def _profile(internal: bool) -> str:
    return "internal" if internal else "publish"


def _say_outputs(shown: "Result", out: Path) -> None:
    from socialvalue.report.labels import headline

    typer.echo(headline(shown))
    for each in shown.findings.dropna(subset=["accepted_because"]).itertuples():
        typer.echo(f"  accepted, {each.rule}: {each.accepted_because}")
    made = ("report.html", "impact_map.xlsx", "assessment.json", "charts", "tables", "files.txt")
    for name in made:
        typer.echo(f"  {out / name}")


def main() -> None:
    """Run the command line; errors are one paragraph, and the exit code says what kind."""
    try:
        app()
    except SettingsError as error:
        typer.echo(str(error), err=True)
        sys.exit(USAGE)
    except SocialValueError as error:
        typer.echo(str(error), err=True)
        sys.exit(BAD_INPUT)
