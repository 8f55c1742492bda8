"""The model: for each phase ask the mechanisms, combine what they want, apply it, record it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import mesa
import numpy as np

from sim.agents import Organisation, State
from sim.core.columns import Array
from sim.core.spelling import nearest
from sim.core.streams import Streams
from sim.core.update import Happening, Update, combine
from sim.events import Entry, Keep, Ledger
from sim.interventions import intervene
from sim.measures import BY_STATE, SCALAR
from sim.mechanisms.alignment import Alignment, portfolio_flow, utility_gradient
from sim.mechanisms.base import Mechanism
from sim.policies.base import Policy
from sim.policies.proposals import PROPOSED, Proposals
from sim.timeline import Phase
from sim.world import World

RECORDED = (
    "alive",
    "tier",
    "gdp",
    "population",
    "milex_share",
    "force",
    "technology",
    "hydrocarbon_share",
    "emission_intensity",
    "democracy",
    "ideal_point",
    "credibility",
    "autonomy",
    "activism",
    "legitimacy",
    "nuclear",
    "policy",
    "mediation_success",
)
"""Columns of states that the history keeps at every step, beside all measures of states."""
SETTLING_YEARS = 60.0
SLIGHT = 0.05
MOVING = frozenset({"alignment", "drift", "arms_residual"})
"""Columns that DECIDE sets by letting time pass; looking around leaves them alone."""


class StepError(RuntimeError):
    """A mechanism or policy failed in a step; says which, when, and why."""


@dataclass
class History:
    """What a run leaves behind: measures, states and portfolios at the start and after every step."""

    time: list[float] = field(default_factory=list)
    series: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in SCALAR})
    states: dict[str, list[Array]] = field(default_factory=lambda: {name: [] for name in (*RECORDED, *BY_STATE)})
    alignment: list[Array] = field(default_factory=list)

    def take(self, world: World) -> None:
        """Add the world as it stands."""
        self.time.append(world.time)
        for name, measure in SCALAR.items():
            self.series[name].append(float(measure(world)))
        for name in RECORDED:
            self.states[name].append(getattr(world, name))
        for name, by_state in BY_STATE.items():
            self.states[name].append(by_state(world))
        self.alignment.append(world.alignment)


def standing_ties(world: World, *, kappa: float) -> Array:
    """What must be added to the benefits for the portfolios as they stand to be balances, shape (n, 1 + g).

    A share below `SLIGHT` is supported only in proportion: what a state hardly holds needs no explanation.
    """
    w = world.alignment
    slope = utility_gradient(w, world.benefit, world.autonomy, world.pole_rivalry, kappa=kappa)
    missing = (w * slope).sum(axis=1, keepdims=True) - slope
    return np.where(missing > 0, missing * np.minimum(1.0, w / SLIGHT), missing)


class Geopolitics(mesa.Model):
    """A world that turns.

    Args:
        world: the initial conditions; rows of `alignment` that are all zero find their own balance in `settle`.
        mechanisms: name -> mechanism; one left out has no effect and changes nobody else's draws.
        policies: name -> policy, for every name in `world.names.policies`.
        seed: of all randomness.
        schedule: events to carry out at their dates (`sim.interventions`).
        keep: how much of the explanations the ledger keeps; the state's bits are the same in all three.
        streams: randomness, if not the usual `Streams(seed)`.
    """

    def __init__(
        self,
        world: World,
        mechanisms: Mapping[str, Mechanism],
        policies: Mapping[str, Policy],
        *,
        seed: int = 0,
        schedule: Sequence[Any] = (),
        keep: Keep = "full",
        streams: Streams | None = None,
    ) -> None:
        super().__init__(rng=seed)
        self.world, self.mechanisms, self.policies = world, dict(mechanisms), dict(policies)
        self.seed, self.streams = seed, streams or Streams(seed)
        self.schedule = sorted(schedule, key=lambda event: event.year)
        self.ledger, self.history = Ledger(world.names, keep), History()
        self.bound: dict[str, int] = {}
        self._order: tuple[tuple[str, ...], dict[Phase, tuple[str, ...]]] | None = None
        self._states = [State(self, i) for i in range(world.sizes["i"])]
        self._organisations = [Organisation(self, m) for m in range(world.sizes["m"])]
        self.settle()
        self.history.take(world)

    # -- the year ----------------------------------------------------------------------------------------------------
    def step(self) -> None:
        """One step of `world.dt` years."""
        self.turn()

    def turn(self) -> None:
        """One step, plainly: every phase in order, then the clock and the record.

        Raises:
            StepError: a mechanism or policy failed; the world is as the last finished phase left it.
        """
        world = self.world
        world.clips.clear()
        for phase in Phase:
            if phase is Phase.SHOCK:
                self._carry_out_schedule()
            if phase is Phase.DECIDE:
                world.write(self.proposals())
            self._apply(phase)
        world.step += 1
        for name, count in world.clips.items():
            self.bound[name] = self.bound.get(name, 0) + (count > 0)
        self.history.take(world)

    def run_until(self, year: float) -> None:
        """Step until the clock reaches `year`."""
        while self.world.time < year - 1e-9:
            self.turn()

    def _apply(self, phase: Phase) -> None:
        world, updates = self.world, dict[str, Update]()
        for name in self._asked(phase):
            try:
                updates[name] = self.mechanisms[name](world, self.streams.at(name, world.step))
            except Exception as error:
                raise StepError(f"mechanism '{name}' failed at {world.time:.2f}: {error}") from error
        try:
            world.write(combine(updates, world))
        except Exception as error:
            asked_for = ", ".join(name for name in updates)
            raise StepError(f"{phase.name} failed at {world.time:.2f} ({asked_for}): {error}") from error
        if self.ledger.keep != "none":
            for name, update in updates.items():
                for happening in update.happenings:
                    kinds = self.mechanisms[name].kinds
                    told, refused = kinds[happening.kind], kinds.get(f"{happening.kind} refused", "")
                    self.log(name, phase.name, happening, told, refused)

    def _asked(self, phase: Phase) -> tuple[str, ...]:
        """Names of the mechanisms of a phase, worked out anew when mechanisms come or go."""
        names = tuple(self.mechanisms)
        if self._order is None or self._order[0] != names:
            phases = {p: tuple(n for n, m in self.mechanisms.items() if m.phase is p) for p in Phase}
            self._order = (names, phases)
        return self._order[1][phase]

    def log(self, mechanism: str, phase: str, happening: Happening, told: str, refused: str = "") -> None:
        """Put a batch of happenings into the ledger, with the sentences that tell it."""
        self.ledger.add(Entry(self.world.step, self.world.time, phase, mechanism, happening, told, refused))

    def _carry_out_schedule(self) -> None:
        """Events whose date lies before the end of this step; those before the start fall due at once."""
        end = self.world.time + self.world.dt - 1e-9
        while self.schedule and self.schedule[0].year < end:
            intervene(self, self.schedule.pop(0))

    # -- policies ----------------------------------------------------------------------------------------------------
    def proposals(self) -> dict[str, Array]:
        """What all states propose, by column, each state asked through the policy it holds."""
        world = self.world
        parts: list[Proposals] = []
        order: list[Array] = []
        for number, name in enumerate(world.names.policies):
            members = np.flatnonzero(world.policy == number)
            if members.size:
                rng = self.streams.at(f"policy/{name}", world.step)
                try:
                    parts.append(self.policies[name].propose(world, members, rng))
                except Exception as error:
                    raise StepError(f"policy '{name}' failed at {world.time:.2f}: {error}") from error
                order.append(members)
        back = np.argsort(np.concatenate(order))
        return {name: np.concatenate([getattr(part, name) for part in parts])[back] for name in PROPOSED}

    def settle(self) -> None:
        """Before the first step: look around, and let portfolios that nobody gave find their own balance.

        A row of `alignment` that is all zero starts even and follows the portfolio flow, the world standing still,
        for 60 years. A row that was given stays; what the benefits do not explain of
        it becomes a standing leaning, so that it is a balance (stable or not) of the world as it starts for a state
        that takes each pole for what it offers; its policy acts on top of that.
        """
        world = self.world
        unset = (world.alignment.sum(axis=1) == 0) & ~world.in_pole
        even = np.full(world.alignment.shape, 1.0 / world.sizes["o"])
        world.write({"alignment": np.where(unset[:, None], even, world.alignment)})
        mover = self.mechanisms.get("alignment")
        flow = (mover if isinstance(mover, Alignment) else Alignment()).numbers() | {"mu": 0.0}
        for _ in range(3):  # benefits rest on threats, threats on guarantees, guarantees on portfolios
            self._look_around()
            settled = portfolio_flow(
                world.alignment,
                world.appeal,
                world.diversification,
                world.pole_rivalry,
                dt=SETTLING_YEARS,
                **flow,
            )
            world.write({"alignment": np.where(unset[:, None], settled, world.alignment)})
        held = ~unset & ~world.in_pole & world.alive
        leaning = standing_ties(world, kappa=flow["kappa"])
        world.write({"leaning": np.where(held[:, None], leaning, 0.0)})
        self._look_around()
        world.clips.clear()

    def _look_around(self) -> None:
        """What PERCEIVE and DECIDE set (nothing that grows or moves), then the proposals; no time passes."""
        for phase in (Phase.PERCEIVE, Phase.DECIDE):
            for mechanism in self._asked(phase):
                seen = self.mechanisms[mechanism](self.world, self.streams.at("settle", 0)).set
                self.world.write({name: values for name, values in seen.items() if name not in MOVING})
            self.world.write(self.proposals())

    # -- looking at it -----------------------------------------------------------------------------------------------
    def state(self, code: str) -> State:
        """The agent of a state.

        Raises:
            KeyError: no such state; names the nearest.
        """
        return self._states[self.world.index(code)]

    def organisation(self, code: str) -> Organisation:
        """The agent of an organisation.

        Raises:
            KeyError: no such organisation; names the nearest.
        """
        names = self.world.names.organisations
        if code not in names:
            raise KeyError(f"no organisation '{code}'; {nearest(code, names)}")
        return self._organisations[names.index(code)]

    def clip_shares(self) -> dict[str, float]:
        """Column -> share of the steps so far in which its bounds bound."""
        return {name: count / max(self.world.step, 1) for name, count in sorted(self.bound.items())}
