"""States come and go: what comes with a new state, what ends with one that goes, and that the absent take no part."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim import load_scenario
from sim.interventions.presence import LOADS, STAYS
from sim.measures import BY_STATE, SCALAR
from sim.model import Geopolitics
from sim.policies.proposals import PROPOSED
from sim.scenario.world_building import PEACE_YEARS
from sim.world import World

SCENARIO = load_scenario("three-powers")
COLUMNS = World.columns()
BETWEEN = [
    name
    for name, declared in COLUMNS.items()
    if declared.axes in ("ij", "kij", "mi", "qi", "ig") and not declared.fixed and name not in {*STAYS, *PROPOSED}
]
GONE = "S006"


def of_state(world: World, name: str, i: int) -> list[Any]:
    """The parts of a column that belong to one state: rows and columns of pairs, entries of lists."""
    values, axes = world.arrays()[name], COLUMNS[name].axes
    return [values.take(i, axis=position) for position, letter in enumerate(axes) if letter in "ij"]


def emptied(world: World, code: str) -> list[str]:
    """Columns that still hold something of a state."""
    i = world.index(code)
    return [name for name in BETWEEN if any((part != COLUMNS[name].initial).any() for part in of_state(world, name, i))]


def without(code: str, years: float = 6, seed: int = 3) -> Geopolitics:
    """An invented world of a few years, then without one of its states."""
    model = load_scenario("random:14").model(seed)
    model.run_until(model.world.start + years)
    model.intervene("leave_world", state=code)
    return model


# -- exit --------------------------------------------------------------------------------------------------------------


def test_all_ties_end_with_a_state() -> None:
    """Nothing is left of pacts, disputes, sanctions, trade, memberships, norms; the others keep theirs."""
    model = load_scenario("random:14").model(3)
    model.run_until(2003)
    before, i = model.world.arrays(), model.world.index(GONE)
    assert before["trade"][i].sum() > 0 and before["member"][:, i].any()
    model.intervene("leave_world", state=GONE)
    assert emptied(model.world, GONE) == []
    others = np.arange(14) != i
    for name in {*BETWEEN, *LOADS}:
        values, kept = before[name], model.world.arrays()[name]
        for position, letter in enumerate(COLUMNS[name].axes):
            if letter in "ij":
                values, kept = values.compress(others, axis=position), kept.compress(others, axis=position)
        np.testing.assert_array_equal(values, kept, err_msg=name)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_absent_take_no_part(seed: int) -> None:
    """For years after its end a state gets no tie of any kind, is in no event, and its figures stand still."""
    model = without(GONE, years=3, seed=seed)
    world, i = model.world, model.world.index(GONE)
    figures = ("gdp", "population", "force", "technology", "democracy", "ideal_point", "credibility", "legitimacy")
    before = {name: getattr(world, name)[i] for name in figures}
    since = len(list(model.ledger.rows()))
    model.run_until(world.time + 9)
    assert emptied(world, GONE) == []
    for name, value in before.items():
        assert getattr(world, name)[i] == pytest.approx(value, rel=1e-12), name
    later = list(model.ledger.rows())[since:]
    assert not [row for row in later if row["done"] and GONE in (row["who"], row["whom"])]
    assert all(np.isfinite(values.astype(float)).all() for values in world.arrays().values())


def test_measures_ignore_the_absent() -> None:
    """No measure changes when the figures of a state that does not exist, or what is kept of it, are others."""
    world = without(GONE).world
    rng, i, changed = np.random.Generator(np.random.PCG64(1)), world.index(GONE), {}
    for name, declared in COLUMNS.items():
        if declared.fixed or name == "alive" or declared.axes not in ("i", "io", "ij") or name in {*BETWEEN, *LOADS}:
            continue
        values = world.arrays()[name].copy()
        low, high = max(declared.low, 0), min(declared.high, 10)
        new = rng.uniform(low, high, values[i].shape).astype(declared.dtype)
        values[i] = new
        if declared.axes == "ij":
            values[:, i], values[i, i] = new, 0
        changed[name] = values
    other = world.with_changes(**changed)
    for name, measure in SCALAR.items():
        assert float(measure(world)) == pytest.approx(float(measure(other)), rel=1e-9), name
    living = np.arange(world.sizes["i"]) != i
    for name, by_state in BY_STATE.items():
        np.testing.assert_allclose(by_state(world)[living], by_state(other)[living], rtol=1e-9, err_msg=name)


def test_shares_of_power_add_up_among_the_living() -> None:
    world = without(GONE).world
    assert world.power[world.index(GONE)] == 0 and world.power.sum() == pytest.approx(1)


def test_a_war_ends_with_one_of_its_sides() -> None:
    model = SCENARIO.model(1)
    model.intervene("war", originator="DAL", target="FEN")
    model.run_until(2000.5)
    model.intervene("leave_world", state="FEN")
    assert not model.world.hostility.any() and model.state("FEN").disputes == {}
    model.run_until(2003)
    assert model.world.hostility[model.world.index("FEN")].sum() == 0


def test_events_of_a_state_that_is_gone_come_to_nothing() -> None:
    model = SCENARIO.model(1)
    model.intervene("leave_world", state="FEN", year=2001)
    model.intervene("treaty", members=["FEN", "MER"], year=2002)
    model.intervene("leader", state="FEN", year=2002)
    model.run_until(2002.25)
    rows = [row for row in model.ledger.rows() if row["mechanism"] == "scheduled"]
    assert [(row["kind"], row["done"]) for row in rows] == [("leave_world", True), ("treaty", False), ("leader", False)]
    assert rows[1]["sentence"] == "treaty: Fenmark does not exist"


def test_a_world_goes_on_without_a_pole() -> None:
    """The only member of a pole leaves: the run stays finite, and its clients do not stay with nobody."""
    model = SCENARIO.model(2)
    held = model.state("FEN").portfolio["BOR"]
    model.intervene("leave_world", state="BOR", year=2001)
    model.run_until(2021)
    assert all(np.isfinite(values.astype(float)).all() for values in model.world.arrays().values())
    assert all(np.isfinite(series).all() for series in map(np.array, model.history.series.values()))
    assert model.state("FEN").portfolio["BOR"] < held / 2


# -- entry -------------------------------------------------------------------------------------------------------------


def entered(**fields: Any) -> Geopolitics:
    """The teaching world in which Fenmark comes into being in 2005."""
    changes = {"states.FEN.enters": 2005} | {f"states.FEN.{key}": value for key, value in fields.items()}
    model = load_scenario("three-powers", changes=changes).model(1)
    model.run_until(2005)
    return model


def test_a_state_is_not_there_before_it_enters() -> None:
    model = entered()
    assert not model.world.alive[model.world.index("FEN")] and emptied(model.world, "FEN") == []
    assert model.world.gdp[model.world.index("FEN")] == 500
    assert not [row for row in model.ledger.rows() if row["done"] and "FEN" in (row["who"], row["whom"])]


def test_an_entrant_starts_at_peace_with_its_ties() -> None:
    """No dispute behind it, memberships that the scenario lists, trade and affinity as the world predicts them."""
    model = entered()
    known = {name: getattr(model.world, name).copy() for name in ("trade", "affinity", "member", "peace_years")}
    model.schedule.carry_out(model)
    world, i = model.world, model.world.index("FEN")
    others = np.arange(6) != i
    assert world.alive.all() and (world.peace_years[i, others] == PEACE_YEARS).all()
    assert model.state("FEN").memberships == ("WORLD",) and model.state("FEN").disputes == {}
    assert (world.trade[i, others] > 0).all() and world.trade[i, i] == 0
    target = model.mechanisms["affinity"].target(world)  # type: ignore[attr-defined]
    assert np.abs(world.affinity[i, others] - target[i, others]).max() < 0.05
    np.testing.assert_allclose(world.affinity, world.affinity.T, rtol=1e-12)
    np.testing.assert_allclose(world.trade, world.trade.T, rtol=1e-12)
    for name, values in known.items():
        kept = getattr(world, name)
        np.testing.assert_array_equal(values[..., others], kept[..., others] if name == "member" else np.where(
            others[:, None], kept, values)[..., others], err_msg=name)  # fmt: skip


def test_an_entrant_trades_what_the_scenario_says() -> None:
    """Given trade counts from the entry on: the pair's residual keeps it near the figure."""
    model = entered()
    model.schedule.carry_out(model)
    assert model.world.trade[model.world.index("FEN"), model.world.index("BOR")] == pytest.approx(100, rel=0.35)


def test_an_entrant_inherits_rivalries_record_and_portfolio() -> None:
    model = entered(predecessor="BOR")
    model.schedule.carry_out(model)
    world = model.world
    i, p, rival = (world.index(code) for code in ("FEN", "BOR", "ALD"))
    assert world.rivalry[i, rival] == world.rivalry[rival, i] == world.rivalry[p, rival] > 0.2
    assert world.dispute_record[i, rival] == pytest.approx(world.dispute_record[p, rival])
    assert world.rivalry[i, p] == 0 and world.rivalry[i, i] == 0
    assert model.state("FEN").portfolio["BOR"] == pytest.approx(0.8), "its own, which the scenario gives"


def test_a_successor_inherits_from_a_state_that_left_before() -> None:
    model = SCENARIO.model(1)
    rivalry = float(model.world.rivalry[model.world.index("ALD"), model.world.index("COR")])
    model.intervene("leave_world", state="FEN", year=2000.5)
    model.intervene("leave_world", state="COR", year=2001)
    model.intervene("enter", state="FEN", predecessor="COR", year=2003)
    model.run_until(2003)
    model.schedule.carry_out(model)
    world = model.world
    assert world.alive[world.index("FEN")] and not world.alive[world.index("COR")]
    kept = world.rivalry[world.index("COR"), world.index("ALD")]
    assert world.rivalry[world.index("FEN"), world.index("ALD")] == kept == pytest.approx(rivalry, rel=0.3)


def test_a_state_may_replace_another_on_one_date() -> None:
    """Entry comes before exit, so that heirs find their predecessor as it was."""
    changes = {"states.COR.leaves": 2004, "states.FEN.enters": 2004, "states.FEN.predecessor": "COR"}
    model = load_scenario("three-powers", changes=changes).model(1)
    model.run_until(2004.25)
    rows = [row for row in model.ledger.rows() if row["mechanism"] == "scheduled"]
    assert [row["kind"] for row in rows] == ["enter", "leave_world"] and all(row["done"] for row in rows)
    assert rows[0]["sentence"] == "Fenmark, the successor of Corvia comes into being"


def test_an_entrant_joins_the_organisations_of_its_region() -> None:
    """Those to which more than half of the living states of its region belong, where nothing else is said."""
    model = load_scenario("random:14").model(3)
    world, i = model.world, model.world.index(GONE)
    neighbours = world.same_region[i]
    expected = world.member[:, neighbours].mean(axis=1) > 0.5
    assert expected.any() and not expected.all()
    model.intervene("leave_world", state=GONE)
    model.intervene("enter", state=GONE)
    np.testing.assert_array_equal(world.member[:, i], expected)


def test_an_entrant_takes_part() -> None:
    """Twenty years on it trades, has a portfolio of its own and grows."""
    model = entered()
    model.run_until(2025)
    world, i = model.world, model.world.index("FEN")
    alive = np.array(model.history.states["alive"])[:, i]
    assert alive[:21].sum() == 0 and alive[21:].all()
    assert world.trade[i].sum() > 0 and world.gdp[i] != 500
    np.testing.assert_allclose(world.alignment.sum(axis=1), 1)


def test_a_reference_for_disputes_is_taken_when_a_state_enters() -> None:
    """The mechanistic index counts as change since the entry, so that entering is no shock to the hazard."""
    model = load_scenario("random:10").model(3)
    code = "S005"
    model.intervene("leave_world", state=code)
    model.run_until(2001)
    model.intervene("enter", state=code)
    assert (model.world.onset_reference[4, [0, 1, 2]] == World.onset_reference.low).all()
    model.step()
    assert (model.world.onset_reference[4, [0, 1, 2]] > World.onset_reference.low).all()


def test_loads_are_columns() -> None:
    assert set(LOADS) | STAYS <= COLUMNS.keys()
