"""Run a scenario from its start to its end."""

from __future__ import annotations

from collections.abc import Callable

from sim.core.garbage import uncollected
from sim.events import Keep
from sim.results import Run, pair_columns
from sim.scenario import Scenario, load_scenario


def run(
    scenario: Scenario | str,
    seed: int = 0,
    *,
    end: float | None = None,
    keep: Keep = "full",
    progress: Callable[[int, int], None] | None = None,
) -> Run:
    """Simulate a scenario.

    Args:
        scenario: a scenario, or the name or path of one.
        seed: of all randomness.
        end: date at which to stop, if not the scenario's; the run has (end - start) / dt steps.
        keep: how much of the explanations to keep: full, summary or none; the numbers are the same in all three.
        progress: called after every step with the steps done and their total. What it raises ends the run.

    Raises:
        ScenarioError: a scenario that cannot be used, or an end that whole steps do not reach.
        StepError: a mechanism or policy failed.
    """
    whole = load_scenario(scenario) if isinstance(scenario, str) else scenario
    if end is not None:
        whole = whole.until(end)
    model = whole.model(seed, keep)
    start = pair_columns(model.world)
    with uncollected():
        for done in range(1, whole.steps + 1):
            model.turn()
            if progress is not None:
                progress(done, whole.steps)
    return Run.of(whole, model, start)
