"""The stylised facts: what counts as reproduced, and how each is measured, on worlds small enough to count by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from sim import load_scenario
from sim.cli.program import detente
from sim.core.streams import Streams
from sim.empirical import measuring
from sim.empirical.facts import FACTS, Part, reproduced
from sim.empirical.measuring import measured
from sim.empirical.validation import era_of, validated
from sim.empirical.watching import Quarrel, Watched, watched


def seen(**more: object) -> Watched:
    """Two years of three states in which next to nothing happens."""
    plain: dict[str, object] = {
        "disputes": np.array([2, 0]),
        "wars": np.zeros(2, dtype=int),
        "onsets": np.zeros((2, 6)),
        "at_risk": np.ones((2, 6)),
        "allied": np.zeros((3, 3, 3), dtype=bool),
        "power": np.tile([0.5, 0.3, 0.2], (3, 1)),
        "votes": np.tile([0.0, 1.0, 2.0], (3, 1)),
        "alive": np.ones((3, 3), dtype=bool),
    }
    return Watched(**(plain | more))


def test_fourteen_facts_each_with_a_range_that_holds_its_own_figure() -> None:
    assert [fact.key for fact in FACTS] == [f"F{number}" for number in range(1, 15)]
    for fact in FACTS:
        for part in fact.parts:
            for era in ("1946-1990", "1991-2010"):
                observed = part.observed(era)
                low, high = part.range(observed)
                assert low < high
                assert observed is None or low <= observed <= high, (fact.key, part.name)


def test_what_counts_as_reproduced() -> None:
    assert Part("x", "1", 2.0, None, factor=1.25).range(2.0) == (1.6, 2.5)
    assert Part("x", "1", 2.0, None, within=0.5).range(2.0) == (1.5, 2.5)
    assert Part("x", "1", low=5).range(None) == (5, np.inf)
    first = FACTS[0]
    assert reproduced(first, {"all pairs": 2.1, "relevant pairs": 17.0}, "1991-2010") is True
    assert reproduced(first, {"all pairs": 2.1, "relevant pairs": 30.0}, "1991-2010") is False
    assert reproduced(first, {"all pairs": None, "relevant pairs": 17.0}, "1991-2010") is None
    assert era_of(1946) == "1946-1990"
    assert era_of(1991) == "1991-2010"


def test_onsets_by_kind_of_pair() -> None:
    onsets, at_risk = np.zeros((2, 6)), np.full((2, 6), 500.0)
    onsets[0], onsets[1] = [4, 3, 2, 2, 0, 3], [0, 0, 0, 0, 1, 0]
    run = seen(onsets=onsets, at_risk=at_risk)
    assert measuring.onset_rates(run) == {"all pairs": 4.0, "relevant pairs": 3.0}
    assert measuring.neighbours(run) == {"ratio": 1.0}
    assert measuring.joint_democracy(run)["ratio"] == pytest.approx(1 / 3)


def test_disputes_their_levels_and_who_takes_part() -> None:
    run = seen(quarrels=[Quarrel(3), Quarrel(4, fatal=True, mediated=True)], crowds={0.1: {0, 1, 2}})
    assert measuring.levels(run) == {"threat": 0, "display": 0.5, "force": 0.5, "war": 0}
    assert measuring.participants(run) == {"mean number": 2.5, "more than two": 0.5}
    assert measuring.disputes_a_year(run) == {"mean": 1.0, "variance over mean": 2.0}
    assert measuring.crises(run) == {"mediated": 1.0}


def test_pacts_form_and_end() -> None:
    allied = np.zeros((3, 3, 3), dtype=bool)
    allied[1, 0, 1] = allied[1, 1, 0] = True  # one of three pairs in the second year, none in the third
    found = measuring.pacts_come_and_go(seen(allied=allied))
    assert found["formation"] == pytest.approx(1000 / 5)  # three pairs could, then two
    assert found["termination"] == pytest.approx(100)
    assert measuring.pacts(seen(allied=allied))["density"] == pytest.approx(1 / 9)


def test_states_that_come_and_go_conclude_and_end_nothing_thereby() -> None:
    allied, alive = np.zeros((3, 3, 3), dtype=bool), np.ones((3, 3), dtype=bool)
    allied[1:, 0, 1] = allied[1:, 1, 0] = True
    alive[0, 1] = False
    found = measuring.pacts_come_and_go(seen(allied=allied, alive=alive))
    assert found["formation"] == 0
    assert found["termination"] == 0


def test_two_cliques_are_two_modules() -> None:
    tie = np.kron(np.eye(2), np.ones((4, 4))).astype(bool) & ~np.eye(8, dtype=bool)
    assert measuring.modularity(tie) == pytest.approx(0.5)
    assert measuring.modularity(np.zeros((3, 3), dtype=bool)) is None


def test_the_tail_of_war_sizes_is_that_of_the_law_they_are_drawn_from() -> None:
    drawn = Streams(1).at("wars", 0).random(20_000)
    deaths = 1000 * (1 - drawn) ** (-1 / 0.53)  # density x ** -1.53 above 1000
    found = measuring.war_tail(deaths)
    assert found["alpha by maximum likelihood"] == pytest.approx(1.53, abs=0.02)
    assert found["slope of the log10 share of larger wars"] == pytest.approx(-0.53, abs=0.03)
    assert measuring.war_tail(np.array([2000.0]))["alpha by maximum likelihood"] is None


def test_ideal_points_that_wander_at_a_known_rate() -> None:
    noise = Streams(2).at("votes", 0).normal(size=(400, 200))
    x = np.zeros((400, 200))
    for year in range(1, 400):
        x[year] = 0.9 * x[year - 1] + noise[year]
    run = seen(votes=x[100:], alive=np.ones((300, 200), dtype=bool))
    found = measuring.votes(run)
    assert found["1 year"] == pytest.approx(0.9, abs=0.01)
    assert found["5 years"] == pytest.approx(0.9**5, abs=0.02)


def test_intervals_hold_the_mean_and_narrow_with_more_runs() -> None:
    runs = [seen(disputes=np.array([number % 5, 3])) for number in range(40)]
    few, many = measured(runs[:5])["F5"]["mean"], measured(runs)["F5"]["mean"]
    assert few.low < few.value < few.high
    assert many.high - many.low < few.high - few.low


def test_a_watched_run_counts_what_the_world_counts() -> None:
    model = load_scenario("random:12", changes={"end": 2050}).model(3, "summary")
    run = watched(model, 10)
    assert run.disputes.sum() == model.world.dispute_count == len(run.quarrels)
    assert run.wars.sum() == model.world.war_count
    assert run.mediators.sum() == model.world.acceptance_count
    assert all(2 <= quarrel.level <= 5 for quarrel in run.quarrels)
    assert (run.onsets[:, 0] == run.onsets[:, 2] + run.onsets[:, 3]).all()
    assert (run.onsets.sum(axis=0) <= run.at_risk.sum(axis=0)).all()


@pytest.mark.slow
def test_the_same_whatever_the_number_of_workers() -> None:
    from sim.experiment.executor import local

    scenario = load_scenario("random:10", changes={"end": 2050})
    one, two = (validated(scenario, years=3, runs=3, factory=local(workers)).data() for workers in (1, 2))
    assert one == two


@pytest.mark.slow
def test_the_command_tells_of_every_fact() -> None:
    shown = CliRunner().invoke(detente, ["validate", "random:10", "--runs", "2", "--years", "3", "--json"])
    assert shown.exit_code == 0, shown.output
    found = json.loads(shown.output)
    assert [fact["key"] for fact in found["facts"]] == [f"F{number}" for number in range(1, 15)]
    assert found["of"] == 14
