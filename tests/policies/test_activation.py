"""Who acts when: reproducible, blind to names, paired, the same in the limit of small steps, and it matters."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import sim.mechanisms
from sim import load_scenario
from sim.activation import OWN_ACTS, STREAM, Activation, of_one, turns
from sim.cli.program import detente
from sim.core.registry import discover
from sim.core.streams import Streams
from sim.core.update import Happening, Update
from sim.mechanisms.alignment import Alignment
from sim.mechanisms.armament import Armament
from sim.mechanisms.base import Mechanism
from sim.model import Geopolitics
from sim.policies.bandwagon import Bandwagon
from sim.scenario import ScenarioError
from sim.world import World
from tests.mechanisms.recording import Recording
from tests.mechanisms.worlds import PermutedDraws, busy_world, permuted_world, small_world

IN_TURN: tuple[Activation, ...] = ("random", "by_power")
FREE = slice(2, None)


def followers(dt: float = 1.0, n: int = 8, **columns: Any) -> World:
    """Two poles and n - 2 equal bandwagoners who lean a little towards the first pole; nothing else happens."""
    start = np.full((n, 3), [0.2, 0.45, 0.35])
    start[:2] = [[0, 1, 0], [0, 0, 1]]
    given: dict[str, Any] = {
        "alignment": start,
        "gdp": 100,
        "population": 10,
        "force": 10,
        "technology": 0.5,
        "threat": 0,
        "benefit": 0.5,
    }
    world = small_world(n, dt=dt, **given | columns)
    world.names = dataclasses.replace(world.names, policies=("bandwagon",))
    return world


def wave(world: World, activation: Activation, seed: int = 1, years: float = 1.0) -> Geopolitics:
    """A world of bandwagoners who move their portfolios and arms and nothing else."""
    mechanisms = {"alignment": Alignment(mu=0.0), "armament": Armament(habit=0)}
    policies = {"bandwagon": Bandwagon(pull=1.5, following=2.0)}
    model = Geopolitics(world, mechanisms, policies, seed=seed, activation=activation)
    model.run_until(world.start + years)
    return model


# -- the order -------------------------------------------------------------------------------------------------------


def test_the_powerful_come_first_and_equals_by_the_draw() -> None:
    world = small_world(4, population=0.001, force=0, technology=0, gdp=[5, 9, 5, 7])
    assert turns(world, "by_power", np.array([0.9, 0.1, 0.2, 0.3])) == [1, 3, 2, 0]
    assert turns(world, "by_power", np.array([0.1, 0.1, 0.2, 0.3])) == [1, 3, 0, 2]
    assert turns(world, "random", np.array([0.9, 0.1, 0.2, 0.3])) == [1, 2, 3, 0]
    world.write({"alive": np.array([True, False, True, True])})
    assert turns(world, "random", np.array([0.9, 0.1, 0.2, 0.3])) == [2, 3, 0]


@given(
    gdp=st.lists(st.sampled_from([1.0, 2.0, 3.0]), min_size=6, max_size=6),
    living=st.lists(st.booleans(), min_size=6, max_size=6),
    drawn=st.permutations([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]),
    order=st.permutations(range(6)),
)
def test_everybody_who_lives_acts_once_and_names_do_not_matter(
    gdp: list[float], living: list[bool], drawn: list[float], order: list[int]
) -> None:
    world = small_world(6, population=0.001, force=0, technology=0, gdp=gdp, alive=living)
    moved = permuted_world(world, np.array(order))
    for activation in IN_TURN:
        acting = turns(world, activation, np.array(drawn))
        assert sorted(acting) == [i for i in range(6) if living[i]]
        assert [order[i] for i in turns(moved, activation, np.array(drawn)[order])] == acting
        if activation == "by_power":
            assert (np.diff(world.power[acting]) <= 0).all()


def test_a_random_order_is_drawn_anew_every_step() -> None:
    world, streams = followers(), Streams(3)
    orders = {tuple(turns(world, "random", streams.at(STREAM, step).random(8))) for step in range(20)}
    assert len(orders) == 20


def test_what_a_state_decides_about_itself_concerns_states_alone() -> None:
    known = discover(sim.mechanisms, Mechanism)
    for name in OWN_ACTS:
        for column in known[name].writes.split():
            assert World.columns()[column].axes[0] == "i" and not World.columns()[column].symmetric, column


def test_of_one_keeps_one_row_and_what_that_state_did() -> None:
    world = busy_world()
    told = Happening("x", np.array([3, 4, 3]), amount=np.arange(3.0), terms={"why": np.array([7.0, 8.0, 9.0])})
    one = of_one(Update(add={"gdp": np.ones(7)}, set={"tenure": np.arange(7.0)}, happenings=(told,)), 3, world)
    np.testing.assert_array_equal(one.add["gdp"], [0, 0, 0, 1, 0, 0, 0])
    assert one.set["tenure"][3] == 3 and (np.delete(one.set["tenure"] - world.tenure, 3) == 0).all()
    (kept,) = one.happenings
    assert kept.amount is not None and kept.amount.tolist() == [0, 2] and kept.terms["why"].tolist() == [7, 9]
    assert not of_one(Update(happenings=(told,)), 5, world).happenings


# -- reproducible, paired, blind to names ----------------------------------------------------------------------------


def test_simultaneous_is_what_happens_if_nothing_is_said() -> None:
    ends = []
    for changes in ({}, {"activation": "simultaneous"}):
        model = load_scenario("random:9", changes=changes).model(2)
        model.run_until(model.world.start + 2)
        ends.append(model.world.arrays())
    for name, values in ends[0].items():
        np.testing.assert_array_equal(values, ends[1][name], err_msg=name)


@pytest.mark.parametrize("activation", IN_TURN)
def test_an_order_is_reproducible_and_differs_from_all_at_once(activation: Activation) -> None:
    first, again = (wave(followers(), activation, years=3).world.alignment for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - wave(followers(), "simultaneous", years=3).world.alignment).max() > 1e-4


def drawn(*, swap: bool = False, activation: Activation = "simultaneous") -> dict[tuple[str, int], float]:
    event = {"kind": "policy", "year": 2001.5, "state": "S003", "policy": "isolate"}
    scenario = load_scenario("random:9", changes={"activation": activation, "policies.S003": "multi_vector"})
    if swap:
        scenario = type(scenario).model_validate(scenario.model_dump() | {"events": [event]})
    streams = Recording(7)
    world = scenario.world()
    model = Geopolitics(
        world, scenario.rules(), scenario.decisions(), seed=7, schedule=scenario.events, streams=streams,
        activation=scenario.activation,
    )  # fmt: skip
    model.run_until(world.start + 3)
    assert model.state("S003").policy == ("isolate" if swap else "multi_vector")
    return streams.drawn


@pytest.mark.parametrize("activation", IN_TURN)
def test_everybody_draws_the_same_numbers_in_every_order(activation: Activation) -> None:
    together, in_turn = drawn(), drawn(activation=activation)
    assert {key: value for key, value in in_turn.items() if key[0] != STREAM} == together


def test_a_policy_swapped_at_a_date_leaves_all_other_draws() -> None:
    plain, swapped = drawn(), drawn(swap=True)
    kept = {key: value for key, value in plain.items() if not key[0].startswith("policy/")}
    assert kept == {key: value for key, value in swapped.items() if not key[0].startswith("policy/")}
    both = plain.keys() & swapped.keys()
    assert len(both) > len(kept) and all(plain[key] == swapped[key] for key in both)


@pytest.mark.parametrize("activation", IN_TURN)
def test_names_do_not_matter_to_the_order(activation: Activation) -> None:
    scenario = load_scenario("random:9", changes={"activation": activation})
    order = np.array([4, 1, 8, 0, 6, 2, 7, 3, 5])

    class Permuted(Streams):
        def at(self, name: str, step: int) -> Any:
            return PermutedDraws(super().at(name, step), order)

    plain = scenario.model(5)
    world = permuted_world(scenario.world(), order)
    world.names = dataclasses.replace(world.names, policies=plain.world.names.policies)
    moved = Geopolitics(
        world, scenario.rules(), scenario.decisions(), seed=5, streams=Permuted(5), activation=scenario.activation
    )
    for model in (plain, moved):
        model.run_until(model.world.start + 3)
    for column in ("gdp", "alignment", "milex_share", "appeal"):
        expected = plain.world.arrays()[column][order]
        np.testing.assert_allclose(moved.world.arrays()[column], expected, rtol=1e-6, atol=1e-9, err_msg=column)


# -- it matters, and it vanishes with the step -----------------------------------------------------------------------


@pytest.mark.parametrize("activation", IN_TURN)
def test_who_moves_later_has_seen_the_wave_and_follows_further(activation: Activation) -> None:
    """Equal bandwagoners: the first moves as if all moved at once, every later one further towards the leader."""
    model, together = wave(followers(), activation), wave(followers(), "simultaneous")
    world, alike = model.world, together.world.alignment[FREE, 1]
    order = turns(world, "random", model.streams.at(STREAM, 0).random(8))
    joined = world.alignment[[i for i in order if i >= 2], 1]
    assert np.ptp(alike) < 1e-12 and joined[0] == pytest.approx(alike[0], abs=1e-12)
    assert (np.diff(joined) > 1e-5).all()


def test_what_the_powerful_do_first_carries_the_others() -> None:
    """A giant bound for the second pole: if it acts first, the small see it go and follow it further than at once.

    With the giant acting last (the mean of random orders lies between), the small follow less.
    """
    start = np.full((8, 3), [0.2, 0.4, 0.4])
    start[:2], start[2] = [[0, 1, 0], [0, 0, 1]], [0.2, 0.38, 0.42]
    benefit = np.full((8, 3), 0.5)
    benefit[2, 2] = 2.0
    columns: dict[str, Any] = {"alignment": start, "benefit": benefit, "gdp": [100, 100, 300, 20, 20, 20, 20, 20]}
    follow = {}
    for activation in ("simultaneous", *IN_TURN):
        ends = [wave(followers(**columns), activation, seed).world.alignment[3:, 2].mean() for seed in range(8)]
        follow[activation] = np.array(ends)
    assert np.ptp(follow["by_power"]) < 0.01
    assert follow["by_power"].min() > follow["random"].mean() > follow["simultaneous"][0]


@pytest.mark.parametrize("activation", IN_TURN)
def test_the_orders_agree_as_the_step_shrinks(activation: Activation) -> None:
    """The difference to all at once falls in proportion to dt: by about 4 when dt falls by 4."""
    gaps = []
    for dt in (0.5, 0.125, 0.03125):
        one, other = (wave(followers(dt), kind, years=2).world.alignment for kind in (activation, "simultaneous"))
        gaps.append(np.abs(one - other)[FREE].mean())
    assert gaps[0] > 1e-4 and gaps[1] < gaps[0] / 2.5 and gaps[2] < gaps[1] / 2.5


def test_an_arms_race_in_turn_answers_within_the_step() -> None:
    """Four equal enemies: whoever acts later answers what those before it have just bought, and ends higher."""
    foes: dict[str, Any] = {"n": 4, "intent": 1 - np.eye(4), "milex_share": 0.02, "distance": 0}
    model, together = wave(followers(**foes), "random"), wave(followers(**foes), "simultaneous").world.milex_share
    order = turns(model.world, "random", model.streams.at(STREAM, 0).random(4))
    armed = model.world.milex_share[order]
    assert np.ptp(together) < 1e-12 and armed[0] == pytest.approx(together[0], abs=1e-12)
    assert (np.diff(armed) > 1e-6).all()


def test_happenings_are_told_once_whoever_acts_when() -> None:
    rows = {}
    for activation in ("simultaneous", *IN_TURN):
        model = load_scenario("random:12", changes={"activation": activation}).model(3)
        model.run_until(model.world.start + 10)
        told = [(row["time"], row["who"]) for row in model.ledger.rows() if row["kind"] == "realignment"]
        assert len(told) == len(set(told))
        rows[activation] = len(told)
    assert min(rows.values()) > 0, rows


# -- from a scenario -------------------------------------------------------------------------------------------------


def test_a_scenario_says_the_order_and_a_change_too() -> None:
    scenario = load_scenario("three-powers", changes=["activation=by_power"])
    assert scenario.activation == "by_power" and scenario.model(1).activation == "by_power"
    assert scenario.hash != load_scenario("three-powers").hash
    with pytest.raises(ScenarioError, match=r"activation.*(simultaneous|random|by_power)"):
        load_scenario("three-powers", changes=["activation=randon"])


def test_an_unknown_order_ends_the_command_with_one_message(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(detente, ("run", "three-powers", "--set", "activation=in_turn", "--out", "out"))
    assert done.exit_code == 2 and "activation" in done.stderr and "by_power" in done.stderr
