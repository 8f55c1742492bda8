"""`detente describe`: what a mechanism, policy, measure or column is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from textwrap import indent
from typing import Any

import click

from sim.cli.options import debug_option, json_option
from sim.cli.text import number, paragraph, table

KINDS = ("mechanism", "policy", "measure", "column")
EPILOG = """\b
Examples:
  detente describe
  detente describe mechanism alignment
  detente describe hostility
  detente describe policy --json
  detente describe mechanism --assumed
"""


@click.command(epilog=EPILOG)
@click.argument("kind", required=False, metavar="[mechanism|policy|measure|column]")
@click.argument("name", required=False)
@click.option("--assumed", "only_assumed", is_flag=True, help="List the numbers that rest on no source.")
@json_option("Print JSON.")
@debug_option
def describe(kind: str | None, name: str | None, only_assumed: bool, as_json: bool) -> None:
    """Explain the model: every mechanism, policy, measure and column.

    Without NAME one line an item. With it the sentence, the equation, the parameters with unit, bounds, default and
    source, and what is assumed. A name alone is looked for among all kinds.
    """
    from sim.describe import assumed, everything

    kind, name = (kind, name) if name or kind in KINDS else (None, kind)
    if kind is not None and kind not in KINDS:
        raise click.BadParameter(f"{kind!r} is not one of {', '.join(KINDS)}.", param_hint="kind")
    found = list(everything(kind, name))
    if only_assumed:
        numbers = list(assumed(iter(found)))
        click.echo(as_text(numbers) if as_json else told_numbers(numbers))
    elif name is None:
        click.echo(as_text([brief(item) for item in found]) if as_json else listed(found, kind))
    elif as_json:
        click.echo(as_text(found[0] if len(found) == 1 else found))
    else:
        click.echo("\n\n".join(told(item) for item in found))


def as_text(value: Any) -> str:
    """JSON for people."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def brief(item: dict[str, Any]) -> dict[str, str]:
    """What a list shows of an item."""
    return {key: item[key] for key in ("kind", "name", "sentence")}


def listed(items: Sequence[dict[str, Any]], kind: str | None) -> str:
    """One line an item, under a heading for each kind if there are several."""
    if kind is not None:
        return "\n".join(f"{item['name']:<22} {item['sentence']}" for item in items)
    kinds = [each for each in KINDS if any(item["kind"] == each for item in items)]
    parts = [listed([item for item in items if item["kind"] == each], each) for each in kinds]
    return "\n\n".join(f"{each.upper()}\n{indent(part, '  ')}" for each, part in zip(kinds, parts, strict=True))


def told_numbers(numbers: Sequence[dict[str, Any]]) -> str:
    """The table of --assumed."""
    rows = [[n["key"], n["default"], bounds(n), n["unit"], n["doc"]] for n in numbers]
    return table(["number", "value", "bounds", "unit", "meaning"], rows) if rows else "Every number here has a source."


def bounds(item: dict[str, Any]) -> str:
    """Two bounds, of which either may be missing."""
    return f"{number(item['low'])} .. {number(item['high'])}"


def told(item: dict[str, Any]) -> str:
    """All about one item."""
    parts = [f"{item['name']} ({item['kind']})", paragraph(item["sentence"])]
    parts += {"measure": measure_parts, "column": column_parts}.get(item["kind"], unit_parts)(item)
    return "\n\n".join(part for part in parts if part)


def measure_parts(item: dict[str, Any]) -> list[str]:
    """Unit and bounds of a measure."""
    facts = [("one number", f"a {item['per']}"), ("unit", item["unit"]), ("bounds", bounds(item))]
    return [table_of(facts), source_of(item)]


def column_parts(item: dict[str, Any]) -> list[str]:
    """Shape, unit, bounds and users of a column."""
    shape = f"{' x '.join(item['shape'])} [{', '.join(item['axes'])}]" if item["axes"] else "one number"
    kinds = [word for word in ("derived", "fixed", "symmetric") if item[word]]
    facts = [("shape", shape), ("unit", item["unit"]), ("bounds", bounds(item)), ("type", item["type"])]
    facts += [("also", ", ".join(kinds))] if kinds else []
    facts += [("starts at", number(item["initial"]))] if item["initial"] is not None else []
    facts += [("read by", ", ".join(item["read_by"]) or "-"), ("written by", ", ".join(item["written_by"]) or "-")]
    return [table_of(facts)]


def unit_parts(item: dict[str, Any]) -> list[str]:
    """Equation, symbols, parameters, assumptions and sources of a mechanism or policy."""
    symbols = [list(row.values()) for row in item["symbols"]]
    rows = [[p["name"], p["default"], bounds(p), p["unit"], p["source"], p["doc"]] for p in item["parameters"]]
    head = ["parameter", "default", "bounds", "unit", "source", "meaning"]
    return [
        indent(item["equation"], "    "),
        table(list(item["symbols"][0]), symbols, indent=2) if symbols else "",
        "\n".join(paragraph(note) for note in item["notes"].splitlines()),
        table(head, rows, indent=2) if rows else "",
        paragraph(item["assumes"], label="Assumes: ") if item["assumes"] else "",
        source_of(item),
        table_of(usage_facts(item)),
    ]


def usage_facts(item: dict[str, Any]) -> list[tuple[str, str]]:
    """When a unit acts, on what, and what it reports."""
    facts = [("phase", f"{item['phase']}: {item['phase_meaning']}")] if "phase" in item else []
    facts += [("reads", " ".join(item["reads"]))]
    facts += [("writes", " ".join(item["writes"]))] if "writes" in item else []
    facts += [("reports", ", ".join(item["events"]))] if item.get("events") else []
    return facts


def table_of(facts: Sequence[tuple[str, str]]) -> str:
    """Facts under each other."""
    return "\n".join(paragraph(text, label=f"{label:<11} ", hang=True) for label, text in facts)


def source_of(item: dict[str, Any]) -> str:
    """The source, and below it the citations of the keys that the parameters name."""
    keys = {key.strip() for p in item.get("parameters", []) for key in p["source"].split(";")}
    keys |= {key.strip() for key in item["source"].split(";")}
    from sim.describe import references

    cited = [paragraph(f"{key}: {references()[key]}", indent=4) for key in sorted(keys & set(references()))]
    return "\n".join([paragraph(item["source"] or "-", label="Source: "), *cited])
