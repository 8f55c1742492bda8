"""The year turns: pairing of counterfactuals, relabelling, agents, events, bounds, and two centuries alive."""

from __future__ import annotations

import dataclasses
from typing import Any

import mesa
import numpy as np
import pytest

import sim.mechanisms
from sim import load_scenario
from sim.agents import Organisation, State
from sim.core.params import build, parameters
from sim.core.registry import discover
from sim.core.streams import Streams
from sim.mechanisms.base import Mechanism
from sim.model import Geopolitics, StepError
from sim.scenario import Scenario
from tests.mechanisms.recording import Recording
from tests.mechanisms.worlds import PermutedDraws, permuted_world

MECHANISMS = discover(sim.mechanisms, Mechanism)  # type: ignore[type-abstract]
EXTREMES = [
    (name, p.name, value)
    for name, kind in MECHANISMS.items()
    for p in parameters(kind).values()
    for value in (p.low, p.high)
]


def model_of(scenario: Scenario | str, seed: int = 1, **changes: Any) -> Geopolitics:
    loaded = load_scenario(scenario, changes=changes) if isinstance(scenario, str) else scenario
    return loaded.model(seed)


def recorded(scenario: Scenario, years: float = 3) -> tuple[Geopolitics, dict[tuple[str, int], float]]:
    world, streams = scenario.world(), Recording(7)
    model = Geopolitics(world, scenario.rules(), scenario.decisions(), seed=7, streams=streams)
    model.run_until(world.start + years)
    return model, streams.drawn


# -- pairing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("off", ["mediation", "shocks", "alignment", "war"])
def test_switching_a_mechanism_off_leaves_the_draws_of_the_others(off: str) -> None:
    _, whole = recorded(load_scenario("random:12"))
    model, less = recorded(load_scenario("random:12", changes={f"mechanisms.{off}": False}))
    assert off not in model.mechanisms
    assert {key: value for key, value in whole.items() if key[0] != off} == less


def test_a_mechanism_that_is_off_has_no_effect() -> None:
    changes = {f"mechanisms.{name}": False for name in ("mediation", "norms", "transition", "alliances", "trade")}
    changes["mechanisms.sanctions.rerouting"] = 0  # what sanctions send round by third states is theirs, not trade's
    model = model_of("random:12", **changes)
    before = {
        name: model.world.arrays()[name] for name in ("adopted", "oil_price", "pact", "trade", "emission_intensity")
    }
    model.run_until(model.world.start + 5)
    for name, values in before.items():
        np.testing.assert_array_equal(model.world.arrays()[name], values, err_msg=name)
    assert model.world.offer_count == 0


def test_an_empty_model_stands_still() -> None:
    scenario = load_scenario("random:8", changes={f"mechanisms.{name}": False for name in MECHANISMS})
    model = scenario.model(3)
    first = {name: values.copy() for name, values in model.world.arrays().items()}
    model.run_until(model.world.start + 10)
    moved = [n for n, v in model.world.arrays().items() if not np.array_equal(v, first[n])]
    assert not moved


def test_relabelled_states_give_the_relabelled_history() -> None:
    scenario = load_scenario("random:9")
    order = np.array([4, 1, 8, 0, 6, 2, 7, 3, 5])
    plain = scenario.model(5)

    class Permuted(Streams):
        def at(self, name: str, step: int) -> Any:
            return PermutedDraws(super().at(name, step), order)

    world = permuted_world(scenario.world(), order)
    world.names = dataclasses.replace(world.names, policies=plain.world.names.policies)
    moved = Geopolitics(world, scenario.rules(), scenario.decisions(), seed=5, streams=Permuted(5))
    for model in (plain, moved):
        model.run_until(model.world.start + 12)
    for column in ("gdp", "alignment", "credibility", "milex_share"):
        np.testing.assert_allclose(
            moved.world.arrays()[column], plain.world.arrays()[column][order], rtol=1e-6, atol=1e-9
        )
    for column in ("hostility", "affinity", "trade"):
        expected = plain.world.arrays()[column][np.ix_(order, order)]
        np.testing.assert_allclose(moved.world.arrays()[column], expected, rtol=1e-6, atol=1e-9, err_msg=column)


# -- agents ----------------------------------------------------------------------------------------------------------


def test_a_notebook_user_holds_mesa_agents() -> None:
    model = model_of("central-asia-2025", 7)
    assert isinstance(model, mesa.Model)
    kazakhstan = model.state("KAZ")
    assert isinstance(kazakhstan, State) and isinstance(kazakhstan, mesa.Agent)
    assert kazakhstan.alignment.sum() == pytest.approx(1) and set(kazakhstan.portfolio) >= {"non-alignment", "RUS"}
    middle = model.agents.select(lambda agent: isinstance(agent, State) and agent.tier == "middle")
    assert kazakhstan in middle and len(model.agents_by_type[Organisation]) == model.world.sizes["m"]
    assert "KAZ" in model.organisation("CSTO").members and "defence" in model.organisation("CSTO").obligations
    assert "CSTO" in kazakhstan.memberships and "RUS" in kazakhstan.treaties
    before = kazakhstan.gdp
    model.step()
    assert model.world.time == 2025.25 and kazakhstan.gdp != before
    assert model.agents.get("code")


def test_unknown_names_are_answered_with_the_nearest() -> None:
    model = model_of("three-powers")
    with pytest.raises(KeyError, match="no state 'XXX'"):
        model.state("XXX")
    with pytest.raises(AttributeError, match="gpd"):
        _ = model.agents[0].gpd


def test_a_failing_mechanism_is_named() -> None:
    @dataclasses.dataclass(frozen=True)
    class Broken(MECHANISMS["trade"]):  # type: ignore[misc,name-defined]
        def __call__(self, world: Any, rng: Any) -> Any:
            raise ZeroDivisionError("by nothing")

    model = model_of("random:5")
    model.mechanisms["trade"] = Broken()
    with pytest.raises(StepError, match=r"mechanism 'trade' failed at 2000\.00: by nothing"):
        model.step()


# -- scheduled events ------------------------------------------------------------------------------------------------


def test_scheduled_events_happen_once_at_their_date_and_are_told() -> None:
    model = load_scenario("central-asia-2025").model(3)
    world, states = model.world, model.world.names.states
    kinds = [
        {"kind": "sanction", "year": 2026.3, "sender": "NOR", "target": "BRA", "level": 0.5},
        {"kind": "leave", "year": 2026.3, "state": "ARM", "organisation": "CSTO"},
        {"kind": "policy", "year": 2026.3, "state": "KAZ", "policy": "neutral"},
        {"kind": "parameter", "year": 2026.3, "key": "mechanisms.mediation.offers", "value": 0},
        {"kind": "war", "year": 2026.3, "originator": "EGY", "target": "MEX"},
    ]
    for event in kinds:
        model.intervene(event)
    model.run_until(2026.25)
    assert world.sanctions[states.index("NOR"), states.index("BRA")] == 0
    model.step()
    told = [row for row in model.ledger.rows() if row["mechanism"] == "scheduled" and row["time"] > 2025]
    assert len(told) == 5 and {row["time"] for row in told} == {2026.25}
    assert model.state("KAZ").policy == "neutral" and model.mechanisms["mediation"].offers == 0
    assert "CSTO" not in model.state("ARM").memberships
    assert any(row["who"] == "EGY" and row["whom"] == "MEX" for row in told)
    assert not model.schedule


# -- bounds and long runs --------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(MECHANISMS))
def test_any_parameter_at_either_end_keeps_fifty_years_finite(name: str) -> None:
    scenario = load_scenario("random:10", changes={"dt": 1.0, "end": 2050})
    kind = MECHANISMS[name]
    for p in parameters(kind).values():
        for value in (p.low, p.high):
            model = scenario.model(11, "none")
            model.mechanisms[name] = build(kind, {p.name: value}, name)
            model.run_until(2050)
            for column, values in model.world.arrays().items():
                assert np.isfinite(values.astype(float)).all(), f"{name}.{p.name} = {value}: {column}"


def test_no_bound_binds_often() -> None:
    """Being alive comes from the rates: a clip that binds in more than 1% of the steps would be listed here."""
    listed: set[str] = set()
    shares: dict[str, float] = {}
    for scenario in ("central-asia-2025", "random:30"):
        model = load_scenario(scenario).model(2, "none")
        model.run_until(model.world.start + 35)
        shares |= {name: share for name, share in model.clip_shares().items() if share > 0.01}
    assert set(shares) <= listed, shares


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
def test_two_centuries_stay_alive(seed: int) -> None:
    model = load_scenario("central-asia-2025", changes={"end": 2225}).model(seed, "none")
    model.run_until(2225)
    check_alive(model)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_two_centuries_of_a_small_world_stay_alive(seed: int) -> None:
    model = load_scenario("random:24", changes={"end": 2200}).model(seed, "none")
    model.run_until(2200)
    check_alive(model)


def check_alive(model: Geopolitics) -> None:
    """No freezing, no absorbing empire, no explosion, decade by decade; every vector keeps a hundredth."""
    series = {name: np.array(values) for name, values in model.history.series.items()}
    decade = round(10 / model.world.dt)
    for name in ("disputes", "mediations_accepted", "pacts_formed", "pacts_ended"):
        made = np.diff(series[name][::decade])
        early, late = made[: len(made) // 2].mean(), made[len(made) // 2 :].mean()
        if name.startswith("pacts"):  # they come in bursts: in a small world some decades see none
            assert (made[-8:].reshape(4, 2).sum(axis=1) > 0).sum() >= 2, f"{name} dry up: {made}"
        else:
            assert (made[-8:] > 0).sum() >= 6, f"{name} dries up: {made}"
        before, last = made[-10:-5].mean(), made[-5:].mean()  # what begins out of balance may grow towards it
        assert late > early / 4 - 1, f"{name} fades: {made}"
        if name == "pacts_ended":  # follow those formed, which are bounded
            continue
        chance = 25 if name == "pacts_formed" else 10  # one pact of many makes dozens of ties in a year
        assert last < 2 * before + chance and late < 6 * early + 10, f"{name} grows without bound: {made}"
    assert series["top_power"].max() < 0.5
    assert 0.02 < series["alliance_density"][-1] < 0.4
    used = np.array(model.history.alignment)[-decade:, ~model.world.in_pole].mean(axis=(0, 1))
    assert (used > 0.01).all(), f"a vector is forgotten: {used}"
    growth = np.log(series["world_product"][-1] / series["world_product"][0]) / (model.world.time - model.world.start)
    assert 0 < growth < 0.04
    assert all(np.isfinite(values).all() for values in series.values())


def test_halving_the_step_leaves_yearly_statistics() -> None:
    """Disputes, pacts and mediations over 12 paired decades at dt = 1/2 and 1/4, within sampling error."""
    totals = {}
    for dt in (0.5, 0.25):
        counts = []
        for seed in range(8):
            model = load_scenario("random:24", changes={"dt": dt, "end": 2015}).model(seed, "none")
            model.run_until(2015)
            world = model.world
            counts.append([float(world.dispute_count), float(world.pact_formed_count), float(world.offer_count)])
        totals[dt] = np.array(counts)
    for k, name in enumerate(("disputes", "pacts", "offers")):
        coarse, fine = totals[0.5][:, k], totals[0.25][:, k]
        error = np.sqrt((coarse.var(ddof=1) + fine.var(ddof=1)) / len(coarse))
        assert abs(coarse.mean() - fine.mean()) < 3 * error + 0.1 * fine.mean(), (
            f"{name}: {coarse.mean()} {fine.mean()}"
        )
