"""Elements 5 and 6 of the description: how a run begins, and what is fed into it later."""

from __future__ import annotations

import tomllib
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter
from pydantic_core import PydanticUndefined

from sim.interventions import Event
from sim.model import SETTLING_YEARS
from sim.model_description.markdown import code, codes, joined, plain, prose, table
from sim.scenario import Scenario, built_in_scenarios
from sim.scenario.parts import Norm, Organisation, State, Ties

START = """
    A scenario gives the initial conditions: who exists, their figures, what holds between them, which mechanisms are on
    and with which numbers, which policy each state holds. Nothing is drawn at random, so all seeds of a scenario begin
    in the same world. Columns that a scenario does not give begin at the value in section 2, or as follows:

    - **Affinity** is where its mechanism would settle if third parties did not pull; where the scenario gives it, the
      difference stands for good (`affinity_residual`). **Trade** is what gravity predicts; where it is given, the ratio
      stays with the pair (`trade_residual`). The two rest on each other and are worked out in turns.
    - **Military capital** is what present spending would sustain; what a state spends beyond its need is a habit
      (`arms_residual`) that fades.
    - **Portfolios** that are given are made a balance at the start: what the benefits do not explain becomes a standing
      leaning. Those that are not given follow the portfolio flow, the world standing still, for {years:g} years.
    - **Rivalry** that is given implies a record of disputes; the **frailty** of pairs, which a scenario may give, says
      which quarrel more than their kind. Mechanistic causes of disputes count as changes from the start
      (`onset_reference`).
    - **Wars and disputes** may be live at the start; a war that does not say how long it will last gets the median rest
      of wars of its age. Thresholds of norms follow Beta(4, 8) by a mark of each state and norm.

    Before the first step every mechanism of PERCEIVE and DECIDE that fills a column looks at the world three times,
    because benefits rest on threats, threats on guarantees and guarantees on portfolios. No time passes in that.
"""

SCENARIO_KEYS = "Keys of a scenario file (`detente scenario schema` gives the whole schema):"
FIGURES = "Where the figures of the built-in scenarios come from (their files give the source of single ties as well):"

INPUT = """
    No time series drives the model: oil prices, growth, leaders, shocks and technology come from inside. What may enter
    from outside during a run are **scheduled events**, in a scenario under `[[events]]` or by an intervention from
    Python:
"""


def initialization() -> str:
    """Element 5."""
    parts = ["## 5. Initialization", prose(START).format(years=SETTLING_YEARS), SCENARIO_KEYS, keys_of(Scenario)]
    for title, part in (("A state", State), ("Ties", Ties), ("An organisation", Organisation), ("A norm", Norm)):
        parts += [f"### {title}", keys_of(part)]
    parts += ["#### Kinds of ties", table(["kind", "what it is", "its keys"], kinds_of_ties())]
    parts += ["### Built-in scenarios", FIGURES, *(sources_of(name) for name in sorted(built_in_scenarios()))]
    return joined(parts)


def keys_of(part: type[BaseModel]) -> str:
    """The fields of a part of a scenario."""
    rows = [[code(name), given(field), plain(field.description or "")] for name, field in part.model_fields.items()]
    return table(["key", "if not given", "meaning"], rows)


def given(field: Any) -> str:
    """What stands where a key is not given."""
    if field.is_required():
        return "must be given"
    if field.default is PydanticUndefined or field.default in (None, "") or isinstance(field.default, BaseModel):
        return ""
    return code(field.default) if field.default not in ((), {}) else "none"


def kinds_of_ties() -> list[list[str]]:
    """One row a kind of tie."""
    kinds = [(name, get_args(field.annotation)[0]) for name, field in Ties.model_fields.items()]
    return [[code(name), plain(kind.__doc__ or ""), codes(kind.model_fields)] for name, kind in kinds]


def sources_of(name: str) -> str:
    """The title of a built-in scenario and the table of its sources."""
    told = tomllib.loads(built_in_scenarios()[name].read_text(encoding="utf-8"))
    rows = [[code(what), plain(whence)] for what, whence in told.get("sources", {}).items()]
    return joined([f"#### {name}", plain(told.get("title", "")), table(["figures", "source"], rows) if rows else ""])


def input_data() -> str:
    """Element 6."""
    return joined(["## 6. Input data", prose(INPUT), table(["kind", "what happens", "keys"], kinds_of_events())])


def kinds_of_events() -> list[list[str]]:
    """One row a model of scheduled events."""
    rows = []
    for event in TypeAdapter(Event).json_schema()["$defs"].values():
        kind = event.get("properties", {}).get("kind")
        if kind is not None:
            names = kind.get("enum") or [kind["const"]]
            rows.append([codes(names), plain(event.get("description", "")), codes(event["properties"])])
    return sorted(rows)
