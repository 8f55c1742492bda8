"""`detente scenario`: list, show, check and begin scenarios."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import allow_code_option, debug_option, help_if_alone
from sim.cli.text import paragraph, table

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.world import World

TEMPLATE = Path(__file__).with_name("template.toml")
GROUP_EPILOG = """\b
Examples:
  detente scenario list
  detente scenario show three-powers
  detente scenario new my-world
  detente scenario validate my-world.toml
  detente scenario schema > scenario.schema.json
"""


@click.group(epilog=GROUP_EPILOG, invoke_without_command=True)
@click.pass_context
def scenario(context: click.Context) -> None:
    """List, show, check and begin scenarios."""
    help_if_alone(context)


@scenario.command("list", epilog="\b\nExample:\n  detente scenario list")
@debug_option
def listing() -> None:
    """The built-in scenarios, and those that `detente data build` has kept."""
    from sim.built_in import user_folder
    from sim.scenario import built_in_scenarios, load_scenario

    own = sorted(file.stem for file in user_folder().glob("*.toml"))
    loaded = [load_scenario(name) for name in (*built_in_scenarios(), *own)]
    rows = [[each.name, len(each.states), years(each), each.title] for each in loaded]
    click.echo(table(["name", "actors", "years", "title"], rows))


@scenario.command(epilog="\b\nExample:\n  detente scenario show three-powers")
@click.argument("name", metavar="NAME")
@allow_code_option
@debug_option
def show(name: str, allow_code: bool) -> None:
    """Everything in a scenario, readable.

    NAME is a built-in name, the path of a file, or random:N.
    """
    from sim.scenario import load_scenario

    click.echo("\n\n".join(part for part in told(load_scenario(name, allow_code=allow_code)) if part))


@scenario.command(epilog="\b\nExample:\n  detente scenario validate my-world.toml")
@click.argument("file", metavar="FILE")
@allow_code_option
@debug_option
def validate(file: str, allow_code: bool) -> None:
    """Check a file: "ok", or all that is wrong."""
    from sim.scenario import load_scenario

    loaded = load_scenario(file, allow_code=allow_code)
    loaded.model(seed=0)
    click.echo(f"ok: {loaded.name}, {len(loaded.world().names.states)} actors, {years(loaded)}")


@scenario.command(epilog="\b\nExample:\n  detente scenario new my-world")
@click.argument("name", metavar="NAME")
@click.option("--extends", "base", default="central-asia-2025", show_default=True, help="The scenario to start from.")
@debug_option
def new(name: str, base: str) -> None:
    """Write NAME.toml, a commented start.

    The file extends another scenario: what it does not say is as there.
    """
    from sim.scenario import load_scenario

    path = Path(name if name.endswith(".toml") else f"{name}.toml")
    parent = load_scenario(base)
    text = TEMPLATE.read_text(encoding="utf-8")
    for mark, value in {"BASE": base, "NAME": path.stem, "TITLE": parent.title, "FILE": str(path)}.items():
        text = text.replace(f"@{mark}@", json.dumps(value, ensure_ascii=False)[1:-1])
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise click.BadParameter(f"{path} exists already; choose another name", param_hint="NAME") from None
    click.echo(f"Wrote {path}. Edit it, then: detente run {path}")


@scenario.command(epilog="\b\nExample:\n  detente scenario schema > scenario.schema.json")
@debug_option
def schema() -> None:
    """The JSON Schema of scenario files.

    Editors that know TOML complete and check with it.
    """
    from sim.scenario import scenario_schema

    click.echo(json.dumps(scenario_schema(), indent=2, ensure_ascii=False))


# -- show --------------------------------------------------------------------------------------------------------------
def years(each: Scenario) -> str:
    """The years that a scenario spans."""
    return f"{each.start:g} to {each.end:g}"


def told(each: Scenario) -> Iterator[str]:
    """The parts of `show`."""
    world = each.world()
    yield f"{each.name}: {each.title}\n{years(each)}, {each.steps} steps of {each.dt:g} years, hash {each.hash[:8]}"
    yield "\n\n".join(paragraph(" ".join(text.split()), indent=0) for text in each.notes.split("\n\n"))
    yield headed("Actors", actors(world))
    yield headed("Poles", poles(world))
    yield headed("Organisations", organisations(world))
    yield headed("Norms", norms(world))
    yield headed("Live disputes", disputes(world))
    yield headed("Policies", policies(world))
    yield headed("Mechanisms", paragraph(", ".join(each.rules())))
    yield headed("Scheduled events", events(each))


def headed(head: str, text: str) -> str:
    """A part under its heading; nothing if it is empty."""
    return f"{head}\n{text}" if text else ""


def actors(world: World) -> str:
    """The table of states, the richest first."""
    names, rows = world.names, list[list[Any]]()
    for i in world.gdp.argsort()[::-1]:
        figures = (world.gdp[i], world.population[i], 100 * world.milex_share[i], 100 * world.hydrocarbon_share[i])
        policy = names.policies[world.policy[i]] if names.policies else "-"
        title = names.title(names.states[i])
        rounded = [round(float(value), 1) for value in figures]
        rows.append([names.states[i], *rounded, round(float(world.democracy[i]), 2), policy, title])
    head = ["code", "gdp", "people", "arms", "fuels", "democracy", "policy", "name"]
    units = "gdp in 1e9 USD, people in 1e6, arms in % of gdp, fuels in % of exports, democracy from 0 to 1"
    return f"  {units}\n{table(head, rows, indent=2)}"


def poles(world: World) -> str:
    """Each pole with its members."""
    codes = world.names.states
    rows = []
    for pole, weights in zip(world.names.poles, world.pole, strict=True):
        held = [(code, weight) for code, weight in zip(codes, weights, strict=True) if weight > 0]
        rows.append([pole, ", ".join(code if weight == 1 else f"{code} {weight:g}" for code, weight in held)])
    return table(["pole", "members"], rows, indent=2) if rows else ""


def holders(world: World, flags: Any) -> str:
    """Codes of the states whose flag is set."""
    return ", ".join(code for code, flag in zip(world.names.states, flags, strict=True) if flag)


def organisations(world: World) -> str:
    """Each organisation with its members."""
    codes = world.names.organisations
    rows = [[code, int(row.sum()), holders(world, row)] for code, row in zip(codes, world.member, strict=True)]
    return table(["organisation", "n", "members"], rows, indent=2) if rows else ""


def norms(world: World) -> str:
    """Each norm with those who hold it."""
    rows = [
        [norm, int(row.sum()), holders(world, row)] for norm, row in zip(world.names.norms, world.adopted, strict=True)
    ]
    return table(["norm", "n", "adopted by"], rows, indent=2) if rows else ""


def disputes(world: World) -> str:
    """Each live dispute with its level."""
    from sim.world import LEVELS

    codes, level = world.names.states, world.hostility
    pairs = [(i, j) for i, j in zip(*level.nonzero(), strict=True) if i < j]
    rows = [[f"{codes[i]} - {codes[j]}", LEVELS[level[i, j]]] for i, j in pairs]
    return table(["between", "level"], rows, indent=2) if rows else ""


def policies(world: World) -> str:
    """Each policy with those who follow it."""
    followers = [(policy, holders(world, world.policy == k)) for k, policy in enumerate(world.names.policies)]
    rows = [[policy, codes] for policy, codes in followers if codes]
    return table(["policy", "followed by"], rows, indent=2) if rows else ""


def events(each: Scenario) -> str:
    """What the scenario schedules."""
    rows = []
    for event in each.schedule():
        fields = event.model_dump(exclude={"year", "when", "kind", "note"}, exclude_defaults=True)
        when = f"when {event.when}" if event.year is None else event.year
        rows.append([when, event.kind, ", ".join(f"{key} {value}" for key, value in fields.items())])
    return table(["when", "kind", "what"], rows, indent=2) if rows else ""
