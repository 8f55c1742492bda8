"""`detente data`: published data sets, brought by the user."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from sim.cli.data_build import build
from sim.cli.options import debug_option, help_if_alone, json_option
from sim.cli.text import paragraph, table

if TYPE_CHECKING:
    from sim.empirical.checking import Checked, Report

GROUP_EPILOG = """\b
Examples:
  detente data check my-data
"""
CHECK_EPILOG = """\b
Examples:
  detente data check my-data
  detente data check my-data --json
"""


@click.group(epilog=GROUP_EPILOG, invoke_without_command=True)
@click.pass_context
def data(context: click.Context) -> None:
    """Published data sets: check them, build scenarios from them."""
    help_if_alone(context)


data.add_command(build)


@data.command(epilog=CHECK_EPILOG)
@click.argument("folder", metavar="DIR")
@json_option(
    "Print one JSON object: complete, starts, data_sets (name, found, file, version, years, rows, missing, download, "
    "...), unused."
)
@debug_option
def check(folder: str, as_json: bool) -> None:
    """Say which data sets a folder holds, which are missing, and where to get them.

    Every file is read as a whole: a column that is missing, or holds something else than its codes, ends the check with
    one message that names the data set and the column. Files are known by the beginning of their names (those of the
    official downloads and others, see docs/data.md), as .csv, .csv.gz or .tab.
    """
    from sim.empirical.checking import check as check_folder

    report = check_folder(folder)
    if as_json:
        click.echo(json.dumps(report.as_dict(), indent=2, ensure_ascii=False))
    else:
        click.echo("\n\n".join(told(report)))


def told(report: Report) -> Iterator[str]:
    """The report as text."""
    there = [each for each in report.data_sets if each.found]
    if there:
        rows = [[each.name, span(each), each.rows, each.version or "-", each.file] for each in there]
        yield table(["data set", "years", "rows", "version", "file"], rows)
    yield from missing("Missing, and needed:", [e for e in report.data_sets if e.missing and e.needed])
    yield from missing("Missing, but can be done without:", [e for e in report.data_sets if e.missing and not e.needed])
    if report.unused:
        rows = [[file, why] for file, why in report.unused]
        yield f"Not read:\n{table(['file', 'why'], rows, indent=2)}"
    yield verdict(report)


def span(each: Checked) -> str:
    """The years of a data set."""
    return f"{each.years[0]}-{each.years[1]}" if each.years else "-"


def missing(heading: str, lacking: list[Checked]) -> Iterator[str]:
    """What is missing, what is lost without it, and where to get it."""
    if lacking:
        lines = [
            paragraph(
                f"{each.title}{f' ({each.without})' if each.without else ''}: {each.download}", label=f"{each.name}: "
            )
            for each in lacking
        ]
        yield "\n".join([heading, *lines])


def verdict(report: Report) -> str:
    """What can be done with the folder."""
    if not report.complete:
        return "Incomplete: nothing can be built or fitted before the needed data sets are there."
    if report.starts is None:
        return "Complete, but no year is covered by all needed data sets."
    first, last = report.starts
    return f"Complete: all needed data sets cover {first}-{last}."
