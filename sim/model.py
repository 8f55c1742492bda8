"""The model: for each phase ask the mechanisms, combine what they want, apply it, record it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import mesa
import numpy as np

from sim.activation import OWN_ACTS, STREAM, Activation, of_one, proposed_by, turns
from sim.agents import Organisation, State
from sim.core.columns import Array
from sim.core.spelling import nearest
from sim.core.streams import Streams
from sim.core.update import Happening, Update, combine
from sim.events import Entry, Keep, Ledger
from sim.interventions import Schedule, Scheduled, intervene
from sim.measures import BY_STATE, SCALAR
from sim.mechanisms.alignment import Alignment, portfolio_flow, utility_gradient
from sim.mechanisms.base import Mechanism
from sim.policies import Policy, ProposalError, Proposals
from sim.policies.proposals import PLAIN
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
    "nuclear_programme",
    "digital_share",
    "path_gap",
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


class PolicyError(StepError, ValueError):
    """A policy of the user's own, in plain Python, asked for what cannot be; says which, when, where and why."""


@dataclass
class History:
    """What a run leaves behind: measures, states and portfolios at the start and after every step; nothing if idle."""

    idle: bool = False
    time: list[float] = field(default_factory=list)
    series: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in SCALAR})
    states: dict[str, list[Array]] = field(default_factory=lambda: {name: [] for name in (*RECORDED, *BY_STATE)})
    alignment: list[Array] = field(default_factory=list)

    def take(self, world: World) -> None:
        """Add the world as it stands."""
        if self.idle:
            return
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
        activation: who acts when in DECIDE (`sim.activation`).
        streams: randomness, if not the usual `Streams(seed)`.
        record: keep the history; who only looks at the world as it goes can spare a tenth of the time.
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
        activation: Activation = "simultaneous",
        streams: Streams | None = None,
        record: bool = True,
    ) -> None:
        super().__init__(rng=seed)
        self.world, self.mechanisms, self.policies = world, dict(mechanisms), dict(policies)
        self.seed, self.streams, self.activation = seed, streams or Streams(seed), activation
        self.schedule = Schedule(schedule, world.names)
        self.ledger, self.history = Ledger(world.names, keep), History(idle=not record)
        self.bound: dict[str, int] = {}
        self._order: tuple[tuple[str, ...], dict[Phase, tuple[str, ...]]] | None = None
        self._held: tuple[Array, list[tuple[str, Array]]] | None = None
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
            if phase is Phase.DECIDE and self.activation != "simultaneous":
                self._decide_in_turn()
                continue
            if phase is Phase.DECIDE:
                world.write(self.proposals())
            self._apply(phase, self._answers(self._asked(phase)))
        world.step += 1
        for name, count in world.clips.items():
            self.bound[name] = self.bound.get(name, 0) + (count > 0)
        self.history.take(world)

    def run_until(self, year: float) -> None:
        """Step until the clock reaches `year`."""
        while self.world.time < year - 1e-9:
            self.turn()

    def _answers(self, names: Iterable[str]) -> dict[str, Update]:
        """What mechanisms want changed in the world as it stands."""
        world, updates = self.world, dict[str, Update]()
        for name in names:
            try:
                updates[name] = self.mechanisms[name](world, self.streams.at(name, world.step))
            except Exception as error:
                raise StepError(f"mechanism '{name}' failed at {world.time:.2f}: {error}") from error
        return updates

    def _apply(self, phase: Phase, updates: Mapping[str, Update]) -> None:
        """Change the world as these updates want it, and tell of it."""
        world = self.world
        try:
            world.write(combine(updates, world))
        except Exception as error:
            asked_for = ", ".join(name for name in updates)
            raise StepError(f"{phase.name} failed at {world.time:.2f} ({asked_for}): {error}") from error
        if self.ledger.keep != "none":
            for name, update in updates.items():
                for happening in filter(len, update.happenings):
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
        """Events whose date lies before the end of this step, or whose condition holds as it begins."""
        if self.schedule:
            self.schedule.carry_out(self)

    def intervene(self, event: str | Mapping[str, Any] | Scheduled, /, **fields: Any) -> None:
        """Do something to this world: now, or at a date (`year`), or under a condition (`when`).

            model.intervene("leave", state="ARM", organisation="CSTO")
            model.intervene("sanction", sender="USA", target="RUS", level=0.4, year=2030, lasting=5)
            model.intervene("policy", state="KAZ", policy="neutral", when="pairs.KAZ.RUS.threat > 0.4")

        Args:
            event: a kind of event with its fields, or a whole event as in a scenario (`sim.interventions`).

        Raises:
            InterventionError: names or numbers that are not valid; says what to write instead.
        """
        intervene(self, event, **fields)

    # -- policies ----------------------------------------------------------------------------------------------------
    def proposals(self) -> dict[str, Array]:
        """What all states propose, by column, each state asked through the policy it holds.

        Columns of which nobody speaks and that are plain already are left out.
        """
        world = self.world
        columns: dict[str, Array] = {}
        for name, members in self._holders():
            self._ask(name, members, columns)
        for name, rule in PLAIN.items():
            if name not in columns and getattr(world, name) is not (plain := rule(world)):
                columns[name] = plain
        return columns

    def _holders(self) -> list[tuple[str, Array]]:
        """Policies with the indices of the states that hold them, worked out anew when policies change."""
        world = self.world
        if self._held is None or self._held[0] is not world.policy:
            members = ((name, np.flatnonzero(world.policy == k)) for k, name in enumerate(world.names.policies))
            self._held = world.policy, [(name, who) for name, who in members if who.size]
        return self._held[1]

    def _ask(self, name: str, members: Array, columns: dict[str, Array] | None = None) -> Proposals:
        """What a policy proposes for some of its members; with `columns`, put there."""
        world = self.world
        try:
            proposals = self.policies[name].propose(world, members, self.streams.at(f"policy/{name}", world.step))
            if columns is not None:
                proposals.fill(columns)
        except ProposalError as error:
            raise PolicyError(f"policy '{name}' failed at {world.time:.2f}: {error}") from error
        except Exception as error:
            raise StepError(f"policy '{name}' failed at {world.time:.2f}: {error}") from error
        return proposals

    def _decide_in_turn(self) -> None:
        """DECIDE with one state after another; then what others do to them, all at once."""
        world, asked = self.world, self._asked(Phase.DECIDE)
        own = [name for name in asked if name in OWN_ACTS]
        drawn = self.streams.at(STREAM, world.step).random(world.sizes["i"])
        for i in turns(world, self.activation, drawn):
            name = world.names.policies[world.policy[i]]
            world.write(proposed_by(world, self._ask(name, np.array([i]))))
            acts = {unit: of_one(update, i, world) for unit, update in self._answers(own).items()}
            self._apply(Phase.DECIDE, acts)
        self._apply(Phase.DECIDE, self._answers(name for name in asked if name not in own))

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
