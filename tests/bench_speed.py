"""How fast it is on this machine: a year, a run, the whole command, each mechanism. Shows; asserts nothing.

Run it with `make bench`, on a machine that does nothing else: the tables give the best of several tries.
"""
# ruff: noqa: E402

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sim.cli.program import collect_seldom

collect_seldom()  # as the command does

import numpy as np

from sim import __version__
from sim.cli.text import table
from sim.measures import BY_STATE, SCALAR
from sim.mechanisms.threat import Threat, hostile_intent, perceived_threat
from sim.model import Geopolitics
from sim.scenario import load_scenario
from sim.world import World

FLAGSHIP = "central-asia-2025"
MOODS = ("base", "by_hostility", "by_grievance", "by_rivalry", "by_affinity", "by_pact")
MEANS = ("ally_weight", "half_offence", "nuclear_shield")


def best(task: Callable[[], Any], tries: int = 5) -> float:
    """Seconds that the fastest of several tries took."""
    taken = []
    for _ in range(tries):
        began = time.perf_counter()
        task()
        taken.append(time.perf_counter() - began)
    return min(taken)


def section(title: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print one table."""
    print(f"\n{title}\n{table(head, rows, indent=2)}", flush=True)


def against(seconds: float, target: float) -> list[Any]:
    """A time, its target, and whether it is met."""
    return [round(seconds, 3), target, "met" if seconds < target else "MISSED"]


def finished(command: Sequence[str]) -> None:
    """Run a command to its end."""
    subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parent.parent)


# -- the whole ---------------------------------------------------------------------------------------------------------
def whole_runs() -> None:
    """The flagship: 140 steps in this process, and the command from start to end in a new one."""
    scenario = load_scenario(FLAGSHIP)

    def stepped() -> float:
        model = scenario.model(seed=7)
        began = time.perf_counter()
        model.run_until(scenario.end)
        return time.perf_counter() - began

    steps = min(stepped() for _ in range(3))
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "sim", "run", FLAGSHIP, "--seed", "7", "--json", "--force", "--out", folder]
        whole = best(lambda: finished(command), 3)
    start = best(lambda: finished([sys.executable, "-m", "sim", "--help"]), 5)
    rows = [
        ["load the scenario", round(best(lambda: load_scenario(FLAGSHIP), 3), 3), "", ""],
        [f"{scenario.steps} steps of {FLAGSHIP}", *against(steps, 1.0)],
        ["the whole command, with report", *against(whole, 6.0)],
        ["detente --help", *against(start, 0.3)],
    ]
    section(f"Détente {__version__}, the flagship", ["what", "seconds", "target", ""], rows)
    print(f"  {scenario.steps / steps:.0f} steps a second, {1000 * steps / scenario.steps:.2f} ms a step")


def sizes() -> None:
    """How a step grows with the number of states."""
    rows = []
    for n, steps in ((50, 40), (100, 20), (200, 8)):
        model = load_scenario(f"random:{n}").model(seed=7)
        model.turn()
        taken = best(lambda model=model, steps=steps: [model.turn() for _ in range(steps)], 3) / steps  # type: ignore[misc]
        rows.append([f"random:{n}", round(1000 * taken, 2), round(1e9 * taken / n**2, 0)])
    section("Size", ["world", "ms a step", "ns a step and pair"], rows)


# -- the parts ---------------------------------------------------------------------------------------------------------
class Timed:
    """A mechanism that notes how long each call takes."""

    def __init__(self, mechanism: Any, taken: list[float]) -> None:
        self._mechanism, self._taken = mechanism, taken

    def __getattr__(self, name: str) -> Any:
        return getattr(self._mechanism, name)

    def __call__(self, world: World, rng: Any) -> Any:
        began = time.perf_counter()
        update = self._mechanism(world, rng)
        self._taken.append(time.perf_counter() - began)
        return update


def parts() -> None:
    """Microseconds of each mechanism, of the policies and of the measures, in the flagship."""
    model = load_scenario(FLAGSHIP).model(seed=7)
    taken: dict[str, list[float]] = defaultdict(list)
    phases = {name: mechanism.phase.name for name, mechanism in model.mechanisms.items()}
    for name, mechanism in list(model.mechanisms.items()):
        model.mechanisms[name] = Timed(mechanism, taken[name])  # type: ignore[assignment]
    began = time.perf_counter()
    for _ in range(140):
        model.turn()
    step = (time.perf_counter() - began) / 140
    rows = [[name, phases[name], micro(np.median(times)), micro(np.mean(times))] for name, times in taken.items()]
    rows.sort(key=lambda row: -row[3])
    rows += [["policies", "DECIDE", micro(best(model.proposals, 50)), ""], ["measures", "", measured(model), ""]]
    shared = sum(row[3] for row in rows if row[3] != "")
    section("Parts of a step", ["part", "phase", "median, us", "mean, us"], rows)
    print(f"  mechanisms {shared:.0f} us of a step of {micro(step)} us")


def measured(model: Geopolitics) -> int:
    """Microseconds of all measures of a world that has just changed."""
    measures = [*SCALAR.values(), *BY_STATE.values()]

    def all_of_them() -> float:
        world = model.world.with_changes()
        began = time.perf_counter()
        for measure in measures:
            measure(world)
        return time.perf_counter() - began

    return micro(min(all_of_them() for _ in range(20)))


def micro(seconds: float) -> int:
    """Whole microseconds."""
    return round(1e6 * float(seconds))


# -- the baseline ------------------------------------------------------------------------------------------------------
def threat_by_loops(world: World, p: Threat) -> np.ndarray:
    """The threat that states feel, as a plain loop over pairs: what the vectorised kernel replaces."""
    n = world.sizes["i"]
    names = ("reach", "power", "guarantee", "milex_share", "nuclear", "hostility", "grievance", "rivalry", "affinity")
    lists = {name: getattr(world, name).tolist() for name in (*names, "treaty_level", "dyad")}
    reach, power, guarantee, milex_share, nuclear, hostility, grievance, rivalry, affinity = (lists[k] for k in names)
    threat = np.zeros((n, n))
    for i in range(n):
        protected = power[i] + p.ally_weight * sum(guarantee[i][k] * reach[k][i] for k in range(n))
        for j in range(n):
            if not lists["dyad"][i][j]:
                continue
            push = p.base + p.by_hostility * hostility[i][j] + p.by_grievance * grievance[j][i]
            push += p.by_rivalry * rivalry[i][j] - p.by_affinity * affinity[i][j]
            push -= p.by_pact * (lists["treaty_level"][i][j] >= 2)
            ratio = reach[j][i] / (reach[j][i] + protected + 1e-12)
            offence = milex_share[j] / (milex_share[j] + p.half_offence)
            threat[i, j] = ratio * offence / (1 + math.exp(-push)) * (1 - p.nuclear_shield * nuclear[i])
    return threat


def threat_by_arrays(world: World, p: Threat) -> np.ndarray:
    """The same by the kernels of the mechanism."""
    feelings = (world.hostility, world.grievance, world.rivalry, world.affinity, world.treaty_level >= 2)
    intent = hostile_intent(*feelings, **p.numbers(*MOODS))
    means = (world.reach, world.power, world.guarantee, world.milex_share, intent, world.nuclear)
    return np.where(world.dyad, perceived_threat(*means, **p.numbers(*MEANS)), 0.0)


def baseline() -> None:
    """One kernel, threat, as a loop over pairs and as arrays, in the same run of this program."""
    rows = []
    for name in (FLAGSHIP, "random:200"):
        world, numbers = load_scenario(name).model(seed=7).world, Threat()
        gap = abs(threat_by_loops(world, numbers) - threat_by_arrays(world, numbers)).max()
        loops = best(lambda w=world, p=numbers: threat_by_loops(w, p), 3)  # type: ignore[misc]
        arrays = best(lambda w=world, p=numbers: threat_by_arrays(w, p), 20)  # type: ignore[misc]
        rows.append([name, world.sizes["i"], micro(loops), micro(arrays), round(loops / arrays, 1), f"{gap:.0e}"])
    head = ["world", "states", "loops, us", "arrays, us", "times faster", "largest difference"]
    section("One kernel (threat) against a plain loop over pairs", head, rows)


if __name__ == "__main__":
    for part in (whole_runs, sizes, parts, baseline):
        part()
