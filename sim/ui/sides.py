"""A world that can be stepped, looked back upon, changed and branched: one side of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from sim.core.columns import Array
from sim.explain import explanation
from sim.explain.asked import Asked
from sim.measures import BY_STATE, SCALAR
from sim.results import Run, pair_columns
from sim.scenario import Scenario
from sim.ui.describing import rules_of, rules_of_scenario, world_of
from sim.ui.feed import Feed, brief, mediations
from sim.world import World

type Act = tuple[int, dict[str, Any]]
type Arrays = dict[str, tuple[str, Array]]

TALKS_LAST = 4
"""Steps for which talks stay on the map after they were held."""
FINE_STEPS = 8
"""Ties between all pairs are kept at every so many steps for looking back; in between the last ones are shown."""
MOST_PAIRS_KEPT = 24_000_000
"""Bytes of ties kept; beyond that no more moments are added."""


@dataclass(frozen=True)
class Plan:
    """All that makes a world: whoever has it gets the same one again, to the last bit.

    Attributes:
        scenario: changed as wished. identity: what the page calls it.
        changes: what was changed in it, key path -> value.
        acts: what was done while it ran: step at which, and the event.
        offered: what the changed numbers were before.
    """

    scenario: Scenario
    identity: str
    seed: int
    changes: Mapping[str, Any] = field(default_factory=dict)
    acts: Sequence[Act] = ()
    offered: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_offered(self) -> bool:
        """Whether others can begin it by its name: not a file of the visitor's, nor a run of a sweep."""
        return not self.identity.startswith(("file:", "sweep:"))


class Simulated:
    """A simulation that stands where it has got to, and remembers where it was."""

    is_live = True

    def __init__(self, plan: Plan) -> None:
        self.plan, self.acts = plan, list(deepcopy(list(plan.acts)))
        self.model = plan.scenario.model(plan.seed, "full")
        self.start = pair_columns(self.model.world)
        self.feed = Feed(self.model.ledger)
        self.pairs: dict[int, Arrays] = {}
        self.kept = 0
        self._remember()

    @property
    def steps(self) -> int:
        """How many there are to the end."""
        return self.plan.scenario.steps

    @property
    def reached(self) -> int:
        """Steps done."""
        return len(self.model.history.time) - 1

    def advance(self) -> None:
        """One step."""
        for step, event in self.acts:
            if step == self.reached and not event.get("done"):
                event["done"] = True
                self.model.intervene(done_of(event))
        self.model.turn()
        self._remember()

    def act(self, event: Mapping[str, Any]) -> None:
        """Do something to the world as it stands.

        Raises:
            InterventionError: it is not valid; says what to write instead. Nothing has changed then.
        """
        self.model.intervene(dict(event))
        self.acts.append((self.reached, {**event, "done": True}))

    def plan_now(self, until: int | None = None) -> Plan:
        """What would make this world again, up to a step or to where it stands."""
        last = self.reached if until is None else until
        acts = [(step, done_of(event)) for step, event in self.acts if step <= last]
        return replace(self.plan, acts=acts)

    def made(self) -> list[dict[str, Any]]:
        """What was done, each with its date."""
        start, dt = self.plan.scenario.start, self.plan.scenario.dt
        return [{"year": start + step * dt, **done_of(event)} for step, event in self.acts]

    # -- what the page sees ------------------------------------------------------------------------------------------
    def world(self) -> dict[str, Any]:
        """What does not change."""
        rules = rules_of(self.model.mechanisms, self.model.policies)
        plan = self.plan
        told = world_of(
            plan.scenario, self.model.world, rules, identity=plan.identity, seed=plan.seed, offered=plan.offered
        )
        return told | {"interventions_made": self.made()}

    def year(self, step: int) -> float:
        """The date after so many steps."""
        return float(self.model.history.time[step])

    def series(self, first: int, last: int) -> Array:
        """Measures of the world, (steps, measures), from the first step to the last, both included."""
        held = self.model.history.series
        return np.array([held[name][first : last + 1] for name in SCALAR], dtype=float).T

    def portfolios(self, row: int, first: int, last: int) -> Array:
        """The portfolio of a state, (steps, 1 + g)."""
        return np.array([shares[row] for shares in self.model.history.alignment[first : last + 1]])

    def states(self, step: int, measures: Sequence[str]) -> Arrays:
        """Portfolios, presence and measures of all states after so many steps."""
        history = self.model.history
        arrays: Arrays = {
            "portfolio": ("f4", history.alignment[step]),
            "alive": ("u1", history.states["alive"][step]),
        }
        return arrays | {f"value:{name}": ("f4", history.states[name][step]) for name in measures}

    def ties(self, step: int) -> Arrays:
        """Treaties, affinities and disputes between all pairs: now, or at the nearest earlier moment that was kept."""
        if step == self.reached:
            return pairs_of(self.model.world)
        return self.pairs[max(moment for moment in self.pairs if moment <= step)]

    def talks(self, step: int) -> list[list[int]]:
        """Go-betweens with the two between whom they went; only known of the present."""
        if step != self.reached:
            return []
        return mediations(self.model.ledger, len(self.model.world.names.states), step - TALKS_LAST)

    def rows(self, most: int) -> list[dict[str, Any]]:
        """Events since the last call."""
        return self.feed.rows(most)

    def explained(self, number: int) -> dict[str, Any]:
        """Why an event happened."""
        return explained(self.run(), number)

    def run(self) -> Run:
        """What has been simulated, as a finished run that ends here."""
        scenario = self.plan.scenario
        whole = scenario if self.reached in (0, self.steps) else scenario.until(self.year(self.reached))
        return Run.of(whole, self.model, self.start)

    def _remember(self) -> None:
        if self.reached % FINE_STEPS and self.reached > 1:
            return
        if self.kept < MOST_PAIRS_KEPT:
            arrays = pairs_of(self.model.world)
            self.pairs[self.reached] = arrays
            self.kept += sum(values.nbytes for _, values in arrays.values())


class Replayed:
    """A finished run, looked at again."""

    is_live = False

    def __init__(self, run: Run, identity: str) -> None:
        self.finished, self.identity, self.told = run, identity, False
        self.acts: list[Act] = []

    @property
    def steps(self) -> int:
        """How many there are to the end."""
        return len(self.finished.time) - 1

    @property
    def reached(self) -> int:
        """All of them are done."""
        return self.steps

    def made(self) -> list[dict[str, Any]]:
        """Nothing is done to a finished run."""
        return []

    def world(self) -> dict[str, Any]:
        """What does not change."""
        run = self.finished
        scenario = run.scenario
        rules = rules_of_scenario(scenario)
        told = world_of(scenario, scenario.world(), rules, identity=self.identity, seed=run.seed)
        return told | {"scenario": told["scenario"] | {"steps": self.steps, "end": float(run.time[-1])}}

    def year(self, step: int) -> float:
        """The date after so many steps."""
        return float(self.finished.time[step])

    def series(self, first: int, last: int) -> Array:
        """Measures of the world, (steps, measures); nan where the run does not hold one."""
        held, missing = self.finished.series, np.full(len(self.finished.time), np.nan)
        return np.array([held.get(name, missing)[first : last + 1] for name in SCALAR], dtype=float).T

    def portfolios(self, row: int, first: int, last: int) -> Array:
        """The portfolio of a state, (steps, 1 + g)."""
        return self.finished.alignment[first : last + 1, row]

    def states(self, step: int, measures: Sequence[str]) -> Arrays:
        """Portfolios, presence and measures of all states after so many steps."""
        held = self.finished.states
        arrays: Arrays = {"portfolio": ("f4", self.finished.alignment[step]), "alive": ("u1", held["alive"][step])}
        return arrays | {f"value:{name}": ("f4", held[name][step]) for name in measures if name in held}

    def ties(self, step: int) -> Arrays:
        """Ties of the start, or of the end once it is reached: runs keep no others."""
        held = self.finished.pairs["end" if step == self.steps else "start"]
        kinds = {
            "treaty": ("u1", "treaty_level", 1),
            "affinity": ("i1", "affinity", 127),
            "hostility": ("u1", "hostility", 1),
        }
        return {name: (kind, np.nan_to_num(held[column]) * factor) for name, (kind, column, factor) in kinds.items()}

    def talks(self, step: int) -> list[list[int]]:
        """Go-betweens of the steps just before."""
        states = {code: row for row, code in enumerate(self.finished.names.states)}
        found = []
        for event in self.finished.events:
            if event["kind"] == "mediation" and step - TALKS_LAST <= event["step"] < step:
                found.append([states.get(event["third"], -1), states[event["who"]], states[event["whom"]]])
        return found

    def rows(self, most: int) -> list[dict[str, Any]]:
        """All events, once."""
        if self.told:
            return []
        self.told = True
        return [brief(row) for row in self.finished.events[-most:]]

    def explained(self, number: int) -> dict[str, Any]:
        """Why an event happened."""
        return explained(self.finished, number)

    def run(self) -> Run:
        """The run itself."""
        return self.finished


type Side = Simulated | Replayed


def remade(plan: Plan, step: int) -> Simulated:
    """A world made again from its plan, up to a step."""
    side = Simulated(plan)
    while side.reached < step:
        side.advance()
    for when, event in side.acts:
        if when == step and not event.get("done"):
            event["done"] = True
            side.model.intervene(done_of(event))
    return side


def done_of(event: Mapping[str, Any]) -> dict[str, Any]:
    """An act without the mark that it has been carried out."""
    return {name: value for name, value in event.items() if name != "done"}


def pairs_of(world: World) -> Arrays:
    """Ties between all pairs in as few bytes as a picture needs."""
    return {
        "treaty": ("u1", world.treaty_level.astype(np.uint8)),
        "affinity": ("i1", np.round(127 * world.affinity).astype(np.int8)),
        "hostility": ("u1", np.asarray(world.hostility).astype(np.uint8)),
    }


def explained(run: Run, number: int) -> dict[str, Any]:
    """Why an event happened: itself, what was decided beside it and what came before."""
    data = explanation(run, Asked(event=number)).data()
    if not data["decisions"]:
        return {"title": f"There is no event {number}.", "terms": []}
    return {**data["decisions"][0], "beside": data["beside"], "before": data["before"]}


def final_measures(side: Side, step: int) -> dict[str, float]:
    """Every measure of the world after so many steps."""
    return dict(zip(SCALAR, side.series(step, step)[0].tolist(), strict=True))


def known_measures(names: Sequence[str]) -> list[str]:
    """Those of the names that are measures of states."""
    return [name for name in names if name in BY_STATE]
