"""A finished run: frozen arrays and events, and the tables that can be made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from sim.core.columns import Array
from sim.core.spelling import nearest
from sim.events import EVENT_COLUMNS
from sim.results.origin import provenance
from sim.world import Names, World

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.model import Geopolitics
    from sim.scenario import Scenario

PAIR_COLUMNS = ("affinity", "treaty_level", "trade", "rivalry", "hostility")
"""Columns of pairs that a run keeps of its start and of its end."""
MOMENTS = ("start", "end")
NUMBERS = ("amount", "chance", "drawn")

type Table = dict[str, Array]


@dataclass(frozen=True, eq=False)
class Run:
    """What a run left behind.

    Attributes:
        scenario: what was simulated.
        seed: of all randomness.
        names: who is who along the axes.
        time: dates in years, the start first, (t,).
        series: measure -> values, (t,).
        states: column or measure of states -> values, (t, n).
        alignment: portfolios, (t, n, 1 + g); option 0 is non-alignment.
        pairs: "start" and "end" -> column -> values, (n, n).
        events: one dict an event, with the keys of `sim.events.EVENT_COLUMNS`; `terms` is JSON.
        clips: column -> share of the steps in which its bounds bound.
        provenance: what made it (see `provenance`).
    """

    scenario: Scenario
    seed: int
    names: Names
    time: Array
    series: Mapping[str, Array]
    states: Mapping[str, Array]
    alignment: Array
    pairs: Mapping[str, Mapping[str, Array]]
    events: Sequence[Mapping[str, Any]]
    clips: Mapping[str, float]
    provenance: Mapping[str, Any]

    @classmethod
    def of(cls, scenario: Scenario, model: Geopolitics, start: Mapping[str, Array], command: str | None = None) -> Self:
        """The run that a model has been through.

        Args:
            start: `pair_columns(model.world)` before the first step.
            command: see `provenance`.
        """
        history, world = model.history, model.world
        return cls(
            scenario=scenario,
            seed=model.seed,
            names=world.names,
            time=np.array(history.time),
            series={name: np.array(values) for name, values in history.series.items()},
            states={name: np.array(values) for name, values in history.states.items()},
            alignment=np.array(history.alignment),
            pairs={"start": dict(start), "end": pair_columns(world)},
            events=list(model.ledger.rows()),
            clips=model.clip_shares(),
            provenance=provenance(scenario, model.seed, command),
        )

    @property
    def final(self) -> dict[str, float]:
        """Every scalar measure at the end."""
        return {name: float(values[-1]) for name, values in self.series.items()}

    def row(self, code: str) -> int:
        """Position of a state in the arrays.

        Raises:
            KeyError: no such state; names the nearest.
        """
        if code not in self.names.states:
            raise KeyError(f"no state '{code}'; {nearest(code, self.names.states)}")
        return self.names.states.index(code)

    def title(self, code: str) -> str:
        """The name of a state or organisation in English; its code, if it has none."""
        return self.names.title(code)

    def to_frame(self, what: Literal["series", "states", "pairs", "events"] = "series") -> DataFrame:
        """One of its tables as a data frame, with the columns of the saved file."""
        import pandas as pd

        if what not in TABLES:
            raise ValueError(f"no table '{what}'; {nearest(what, TABLES)}")
        return pd.DataFrame(TABLES[what](self))

    def _repr_html_(self) -> str:
        """A notebook's view: what it was, and every measure at its start and end."""
        from sim.results.shown import run_html

        return run_html(self)

    def __repr__(self) -> str:
        years = f"{self.time[0]:g} to {self.time[-1]:g}"
        return f"Run({self.scenario.name}, seed {self.seed}, {years}, {len(self.events)} events)"

    def save(self, folder: str | Path, *, force: bool = False) -> Path:
        """Write it into a folder; see `save_runs`."""
        from sim.results.storage import save_runs

        return save_runs([self], folder, force=force)


def pair_columns(world: World) -> dict[str, Array]:
    """The columns of pairs that a run keeps, (n, n) each."""
    return {name: getattr(world, name) for name in PAIR_COLUMNS}


# -- tables ------------------------------------------------------------------------------------------------------------
def series_table(run: Run) -> Table:
    """A row a date: seed, time and every scalar measure."""
    return {"seed": np.full(len(run.time), run.seed), "time": run.time, **run.series}


def states_table(run: Run) -> Table:
    """A row a date and state: seed, time, state, its columns and measures, and its portfolio."""
    t, n = len(run.time), len(run.names.states)
    options = {name: run.alignment[:, :, o].ravel() for o, name in enumerate(option_columns(run.names))}
    columns = {name: values.reshape(t * n) for name, values in run.states.items()}
    where = {"time": np.repeat(run.time, n), "state": np.tile(np.array(run.names.states, dtype=object), t)}
    return {"seed": np.full(t * n, run.seed), **where, **columns, **options}


def pairs_table(run: Run) -> Table:
    """A row a moment (start, end) and ordered pair of states: seed, moment, i, j and the columns of pairs."""
    n = len(run.names.states)
    codes = np.array(run.names.states, dtype=object)
    values = {name: np.concatenate([run.pairs[m][name].ravel() for m in MOMENTS]) for name in PAIR_COLUMNS}
    moment = np.repeat(np.array(MOMENTS, dtype=object), n * n)
    where = {"moment": moment, "i": np.tile(np.repeat(codes, n), 2), "j": np.tile(np.tile(codes, n), 2)}
    return {"seed": np.full(2 * n * n, run.seed), **where, **values}


def events_table(run: Run) -> Table:
    """A row an event: seed and the columns of the event ledger; a number that there is none of is missing."""
    kinds: dict[str, Any] = {"id": int, "step": int, "time": float, "done": bool} | dict.fromkeys(NUMBERS, float)
    columns = {name: np.array([e[name] for e in run.events], dtype=kinds.get(name, object)) for name in EVENT_COLUMNS}
    return {"seed": np.full(len(run.events), run.seed), **columns}


TABLES: dict[str, Callable[[Run], Table]] = {
    "series": series_table,
    "states": states_table,
    "pairs": pairs_table,
    "events": events_table,
}


def option_columns(names: Names) -> list[str]:
    """Names of the columns that hold the options of a portfolio, in their order."""
    return ["alignment_none", *(f"alignment_{code}" for code in names.poles)]
