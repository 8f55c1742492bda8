"""`run`: from a scenario to a finished run."""

from __future__ import annotations

import numpy as np
import pytest

from sim.results import Run
from sim.runner import run
from sim.scenario import ScenarioError, load_scenario


@pytest.fixture(scope="module")
def short() -> Run:
    return run("random:5", 7, end=2004)


def test_a_run_has_a_step_a_quarter_and_its_start(short):
    assert len(short.time) == 17
    assert short.time[0] == 2000
    assert short.time[-1] == 2004
    assert all(len(values) == 17 for values in short.series.values())
    assert all(values.shape[:2] == (17, 5) for values in short.states.values())
    assert short.alignment.shape == (17, 5, 1 + len(short.names.poles))
    assert (short.scenario.end, short.seed) == (2004, 7)
    assert short.names.states == tuple(short.scenario.states)
    assert np.isfinite(short.alignment).all()


def test_the_flagship_has_140_steps():
    assert load_scenario("central-asia-2025").steps == 140


def test_the_same_seed_gives_the_same_bits_and_another_another(short):
    again, other = run("random:5", 7, end=2004), run("random:5", 8, end=2004)
    assert all(np.array_equal(again.states[name], values) for name, values in short.states.items())
    assert list(again.events) == list(short.events)
    assert not np.array_equal(other.states["gdp"], short.states["gdp"])


def test_what_is_kept_of_events_changes_nothing_else():
    full, summary, none = (run("random:12", 7, end=2010, keep=keep) for keep in ("full", "summary", "none"))
    for less in (summary, none):
        assert all(np.array_equal(less.states[name], values) for name, values in full.states.items())
    happened = [(event["time"], event["kind"], event["who"]) for event in full.events if event["done"]]
    assert 0 < len(happened) < len(full.events)
    assert [(event["time"], event["kind"], event["who"]) for event in summary.events] == happened
    assert not none.events


def test_progress_counts_every_step():
    seen = []
    run("random:5", end=2001, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_an_interruption_ends_the_run():
    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run("random:5", end=2010, progress=stop)


def test_a_loaded_scenario_runs_with_its_changes():
    scenario = load_scenario("random:5", changes={"end": 2002, "mechanisms.mediation": False})
    finished = run(scenario)
    assert len(finished.time) == 9
    assert finished.scenario is scenario
    assert not any(event["mechanism"] == "mediation" for event in finished.events)


def test_an_end_that_no_step_reaches_is_told():
    with pytest.raises(ScenarioError, match=r"2000\.3 is not a whole number of steps.*write for instance 2000\.25"):
        run("random:5", end=2000.3)
    with pytest.raises(ScenarioError, match="not a whole number of steps"):
        run("random:5", end=1990)


def test_switching_a_mechanism_off_leaves_the_draws_of_the_others(monkeypatch):
    from sim.core.streams import Streams

    def draws(changes):
        seen = {}
        at = Streams.at

        def note(self, name, step):
            seen[(name, step)] = at(self, name, step).random()
            return at(self, name, step)

        with monkeypatch.context() as patch:
            patch.setattr(Streams, "at", note)
            run(load_scenario("random:5", changes={"end": 2001, **changes}), 3)
        return seen

    whole, without = draws({}), draws({"mechanisms.shocks": False})
    assert {name for name, _ in whole} - {name for name, _ in without} == {"shocks"}
    assert all(whole[key] == value for key, value in without.items())
