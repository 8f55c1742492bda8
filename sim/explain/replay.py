"""The pulls on a state's portfolio, year by year, read from the run as it is run once more.

A run is fixed by its scenario and seed. What the portfolios were decided by is not saved with it; it is read off the
same arrays in a second run, and given out only if the portfolios of that run equal the saved ones bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, cast

import numpy as np
from numpy.random import Generator

from sim.core.columns import Array
from sim.core.update import Update
from sim.mechanisms.base import Mechanism
from sim.mechanisms.benefit import Benefit, benefit_terms
from sim.results import Run
from sim.timeline import Phase
from sim.world import World

ALIGNMENT, BENEFIT = "alignment", "benefit"
DIFFERENT = "this version of the program does not repeat the run bit for bit, so what pulled at it cannot be read again"
OF_NOTHING = "the mechanism that moves portfolios is off"


@dataclass(frozen=True)
class Pulls:
    """What pulled at all portfolios.

    Attributes:
        parts: step -> name -> contribution to the marginal utility of each option, (n, 1 + g); the names add up to it.
    """

    parts: tuple[Mapping[str, Array], ...]

    def between(self, step: int, row: int, option: int, other: int) -> dict[str, float]:
        """How much more each part pulls a state to an option than to another one."""
        found = {name: float(part[row, option] - part[row, other]) for name, part in self.parts[step].items()}
        return {name: value for name, value in found.items() if value}


class Watch:
    """Looks on in one phase as if it were a mechanism, and wants nothing changed."""

    kinds: ClassVar[Mapping[str, str]] = MappingProxyType({})

    def __init__(self, phase: Phase, look: Any) -> None:
        self.phase, self.look = phase, look

    def __call__(self, world: World, rng: Generator) -> Update:
        """Nothing, after a look."""
        self.look(world)
        return Update()


def pulls(run: Run, steps: int) -> Pulls | str:
    """What pulled at the portfolios in the first steps of a run, or why that cannot be said."""
    try:
        model = run.scenario.model(run.seed, keep="none")
    except ValueError as error:  # code of its own, or a scenario of another version
        return f"the run cannot be repeated: {str(error).splitlines()[0]}"
    if ALIGNMENT not in model.mechanisms:
        return OF_NOTHING
    offered: list[dict[str, Array]] = []
    parts: list[dict[str, Array]] = []
    held = model.mechanisms

    def perceive(world: World) -> None:
        offered.append(_offers(world, held.get(BENEFIT)))

    def decide(world: World) -> None:
        parts.append(_parts(world, offered[-1], held[ALIGNMENT].numbers()["kappa"]))

    held["watch perceptions"] = cast(Mechanism, Watch(Phase.PERCEIVE, perceive))
    held["watch decisions"] = cast(Mechanism, Watch(Phase.DECIDE, decide))
    for _ in range(steps):
        model.turn()
    again = np.array(model.history.alignment)
    if not np.array_equal(again, run.alignment[: steps + 1]):
        return DIFFERENT
    return Pulls(tuple(parts))


def _offers(world: World, benefit: Any) -> dict[str, Array]:
    """The weighted benefits as `benefit` sums them, (n, 1 + g) each."""
    if not isinstance(benefit, Benefit):
        return {}
    zero = np.zeros(world.sizes["i"])
    told = {}
    for name, part in benefit_terms(world, benefit.impressive).items():
        told[name] = np.column_stack([zero, benefit.numbers()[f"by_{name}"] * part])
    aloof = np.zeros_like(world.alignment)
    aloof[:, 0] = benefit.aloof + benefit.by_autonomy * world.autonomy
    return told | {"worth of non-alignment": aloof, "standing ties": np.array(world.leaning)}


def _parts(world: World, offered: Mapping[str, Array], kappa: float) -> dict[str, Array]:
    """Contributions to the marginal utility of each option; those of the benefits only if they add up to them."""
    w = world.alignment
    total = sum(offered.values(), np.zeros_like(w))
    if np.allclose(total, world.benefit, rtol=0, atol=1e-9):
        told = dict(offered) | {"policy": world.appeal - world.benefit}
    else:
        told = {"appeal": np.array(world.appeal)}
    straddle = np.zeros_like(w)
    straddle[:, 1:] = -kappa * (w[:, 1:] @ world.pole_rivalry)
    return told | {"spreading": -world.diversification[:, None] * w, "straddling rivals": straddle}
