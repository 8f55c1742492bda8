"""Leaders: how often they change and why, what they bring, and regimes that neither freeze nor leave their bounds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.core.update import Happening
from sim.mechanisms.leadership import Leadership, regime_after, regional_mean
from sim.world import World
from tests.mechanisms.turns import turned
from tests.mechanisms.worlds import small_world

FIXED = {"regional_pull": 0.0, "regime_noise": 0.0, "honeymoon": 0.0, "recovery": 0.0}


def many(dt: float = 0.25, n: int = 60, **columns: object) -> World:
    return small_world(n, dt=dt, organisations=0, **({"legitimacy": 0.6, "trade": 0.0} | columns))


def changes(world: World, years: float, **numbers: float) -> list[Happening]:
    updates = turned(world, Leadership(**(FIXED | numbers)), steps=int(years / world.dt), seed=8)
    return [h for update in updates for h in update.happenings if len(h.who)]


@pytest.mark.parametrize("dt", [0.25, 0.125])
@pytest.mark.parametrize(("democracy", "expected"), [(0.0, 0.138), (1.0, 0.327), (0.5, 0.212)])
def test_turnover_by_regime_whatever_the_step(dt: float, democracy: float, expected: float) -> None:
    years, n = 60, 60
    number = sum(len(h.who) for h in changes(many(dt, n, democracy=democracy), years))
    exact = -np.expm1(-expected * dt) / dt * years * n
    assert abs(number - exact) < 3.5 * np.sqrt(exact)
    assert exact == pytest.approx(expected * years * n, rel=0.05)


def test_lost_legitimacy_costs_office() -> None:
    liked, hated = (sum(len(h.who) for h in changes(many(legitimacy=x), 40)) for x in (0.6, 0.2))
    assert hated / liked == pytest.approx(np.exp(0.8), rel=0.25)


def test_ideal_points_gain_the_same_variance_in_all_regimes() -> None:
    """A third of .16^2 a year comes with leaders, in rare large steps or in frequent small ones."""
    for democracy in (0.05, 0.95):
        world = many(n=300, democracy=democracy, ideal_point=0.0)
        changes(world, 12)
        assert world.ideal_point.std() == pytest.approx(0.112 * np.sqrt(12), rel=0.15)


def test_tenure_is_the_time_since_the_change() -> None:
    world = many(tenure=3.0)
    first = changes(world, 0.25)[0]
    assert (world.tenure[first.who] == 0).all() and (first.amount == 3).all()
    rest = np.setdiff1d(np.arange(60), first.who)
    assert (world.tenure[rest] == 3.25).all()


def test_explanations_give_the_chance_that_was_drawn_against() -> None:
    world = many(legitimacy=np.linspace(0.1, 0.9, 60))
    for happening in changes(world, 0.25) + changes(world, 0.25):
        rate = np.exp(sum(happening.terms.values()))
        np.testing.assert_allclose(happening.chance, -np.expm1(-rate * 0.25))
        assert (happening.drawn < happening.chance).all()


def test_two_centuries_stay_inside_without_a_clip_and_do_not_freeze() -> None:
    world = small_world(40, dt=0.25)
    seen: dict[str, list[np.ndarray]] = {"autonomy": [], "activism": [], "democracy": [], "legitimacy": []}
    for _ in range(8):
        turned(world, Leadership(), steps=100, seed=3)
        for name, values in seen.items():
            values.append(getattr(world, name))
    assert not world.clips
    assert seen["autonomy"][-1].min() > 0.5 and seen["autonomy"][-1].max() < 1.5
    for values in seen.values():
        assert values[-1].std() > 0.03 or values is seen["legitimacy"]
        assert np.abs(values[-1] - values[-2]).max() > 0 or values is seen["legitimacy"]


@pytest.mark.parametrize("newness", [0.0, 1.0])
def test_extreme_newcomers_stay_inside(newness: float) -> None:
    world = small_world(20, dt=1.0)
    turned(world, Leadership(newness=newness, regime_noise=0.2, honeymoon=1.0), steps=100)
    assert not world.clips


def test_democracy_moves_by_its_noise_and_towards_its_region() -> None:
    z = np.random.Generator(np.random.PCG64(1)).standard_normal(20_000)
    d = np.full_like(z, 0.5)
    for dt in (1.0, 0.25):
        moved = regime_after(d, d, z, dt=dt, regional_pull=0.0, regime_noise=0.05)
        assert (moved - d).std() == pytest.approx(0.05 * np.sqrt(dt), rel=0.03)
    pulled = regime_after(np.array([0.2]), np.array([0.6]), np.zeros(1), dt=1.0, regional_pull=0.05, regime_noise=0.0)
    assert pulled[0] == pytest.approx(0.2 + 0.4 * -np.expm1(-0.05))


@pytest.mark.parametrize("start", [0.05, 0.2, 0.5, 0.9])
def test_luck_alone_makes_a_world_neither_more_nor_less_democratic(start: float) -> None:
    rng = np.random.Generator(np.random.PCG64(2))
    d = np.full(20_000, start)
    for _ in range(40):
        d = regime_after(d, d, rng.standard_normal(len(d)), dt=0.25, regional_pull=0.0, regime_noise=0.06)
    assert abs(d.mean() - start) < 4 * d.std() / np.sqrt(len(d))
    assert d.min() >= 0 and d.max() <= 1


def test_the_mean_of_a_region_counts_the_living() -> None:
    mean = regional_mean(np.array([0.2, 0.6, 1.0, 0.4]), np.array([1, 1, 1, 5]), np.array([True, True, False, False]))
    np.testing.assert_allclose(mean, [0.4, 0.4, 0.4, 0.4])


def test_support_recovers_in_calm_times() -> None:
    world = many(legitimacy=0.2)
    turned(world, Leadership(autocracy=0.02, democracy=0.02, by_legitimacy=0.0, honeymoon=0.0), steps=40)
    np.testing.assert_allclose(world.legitimacy, 0.6 - 0.4 * np.exp(-1))


def test_the_dead_have_no_leaders() -> None:
    world = many(alive=np.arange(60) != 7)
    before = world.arrays()
    turned(world, Leadership(), steps=40)
    for name in ("tenure", "ideal_point", "autonomy", "activism", "legitimacy", "democracy"):
        assert getattr(world, name)[7] == before[name][7]


def test_hazards_are_those_of_the_record(data_folder: Path) -> None:
    """Exits of 1946-2013 by polyarchy: .13 a year below .2, .26 above .8; the model's lie within a fifth."""
    leaders = pd.read_csv(data_folder / "archigos_v4.1.csv.gz")
    left = pd.to_numeric(leaders.enddate.str[:4], errors="coerce")
    exits = leaders[leaders.exit != "Still in Office"].groupby(["gwcode", left.rename("year")]).size()
    regimes = pd.read_csv(data_folder / "democracy_stateyear.csv.gz").query("1946 <= year <= 2013")
    regimes = regimes.dropna(subset=["v2x_polyarchy"]).drop_duplicates(["ccode", "year"])
    known = regimes[regimes.ccode.isin(leaders.gwcode.unique())]
    number = exits.reindex(pd.MultiIndex.from_frame(known[["ccode", "year"]])).fillna(0).to_numpy()
    d = known.v2x_polyarchy.to_numpy()
    usual = Leadership()
    for low, high in ((0.0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1.0)):
        inside = (d >= low) & (d < high)
        hazard = np.mean(usual.autocracy ** (1 - d[inside]) * usual.democracy ** d[inside])
        assert number[inside].mean() == pytest.approx(hazard, rel=0.2), (low, high)


def test_tenures_are_shorter_in_democracies() -> None:
    """The mean time in office at a change, over the same draws."""
    found = []
    for democracy in (0.1, 0.9):
        world = many(democracy=democracy, tenure=0.0)
        changes(world, 40)
        found.append(np.concatenate([h.amount for h in changes(world, 60) if h.amount is not None]).mean())
    assert found[1] < 0.7 * found[0]
