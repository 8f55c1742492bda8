"""Interventions in a running world: what each kind does, when it happens, how long it lasts, what it leaves alone."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from sim import load_scenario
from sim.core.streams import Streams
from sim.interventions import InterventionError
from sim.interventions.checking import mechanism_kinds
from sim.interventions.kinds import BY_KIND
from sim.model import Geopolitics
from sim.world import OBLIGATIONS
from tests.mechanisms.worlds import PermutedDraws, permuted_world

SCENARIO = load_scenario("three-powers")


@pytest.fixture
def model() -> Geopolitics:
    return SCENARIO.model(1)


def told(model: Geopolitics) -> list[dict[str, Any]]:
    return [row for row in model.ledger.rows() if row["mechanism"] == "scheduled"]


def at(model: Geopolitics, *codes: str) -> Any:
    rows = tuple(model.world.index(code) for code in codes)
    return rows[0] if len(rows) == 1 else rows


# -- what each kind does ---------------------------------------------------------------------------------------------


def test_every_kind_can_be_carried_out_and_is_told(model: Geopolitics) -> None:
    """Each kind once, on a live world: all are done, told in a sentence, and the world stays finite for ten years."""
    fields: dict[str, dict[str, Any]] = {
        "sanction": {"sender": "ALD", "target": "FEN", "level": 0.4},
        "treaty": {"members": ["COR", "DAL", "MER"]},
        "end_treaty": {"members": ["ALD", "DAL"]},
        "join": {"state": "DAL", "organisation": "FORUM"},
        "leave": {"state": "BOR", "organisation": "FORUM"},
        "dispute": {"originator": "FEN", "target": "MER", "level": 3},
        "war": {"originator": "ALD", "target": "BOR"},
        "peace": {"originator": "ALD", "target": "BOR"},
        "leader": {"state": "MER", "autonomy": 1.4, "ideal_point": -1},
        "policy": {"state": "MER", "policy": "neutral"},
        "parameter": {"key": "mechanisms.alignment.kappa", "value": 2},
        "mechanism": {"mechanism": "mediation", "on": False},
        "shock": {"name": "pandemic", "size": 3},
        "adopt": {"state": "ALD", "norm": "non_proliferation"},
        "abandon": {"state": "MER", "norm": "non_proliferation"},
        "nuclear": {"state": "BOR", "action": "renounce"},
        "tier": {"state": "MER", "tier": "great"},
        "collapse": {"pole": "COR"},
        "set": {"key": "states.MER.activism", "value": 0.9},
        "leave_world": {"state": "FEN"},
        "enter": {"state": "FEN", "predecessor": "BOR"},
    }
    assert fields.keys() == BY_KIND.keys()
    for kind, said in fields.items():
        model.intervene(kind, **said)
    rows = told(model)
    assert [row["kind"] for row in rows] == list(fields) and all(row["done"] and row["sentence"] for row in rows)
    model.run_until(2010)
    assert all(np.isfinite(values.astype(float)).all() for values in model.world.arrays().values())


def test_a_sanction_a_pact_and_its_end(model: Geopolitics) -> None:
    world = model.world
    model.intervene("sanction", sender="ALD", target="FEN", level=0.4)
    assert world.sanctions[at(model, "ALD", "FEN")] == 0.4 and world.sanctions[at(model, "FEN", "ALD")] == 0
    warm = world.affinity[at(model, "COR", "MER")]
    model.intervene("treaty", members=["COR", "MER"], obligation="neutrality")
    k = OBLIGATIONS.index("neutrality")
    assert world.pact[(k, *at(model, "COR", "MER"))] and world.pact[(k, *at(model, "MER", "COR"))]
    assert not world.pact[(k, *at(model, "COR", "COR"))] and world.pact_formed_count == 1
    assert world.affinity[at(model, "COR", "MER")] > warm
    assert world.pact[:, *at(model, "MER", "ALD")].sum() == 2
    model.intervene("end_treaty", members=["MER", "ALD"])
    assert not world.pact[:, *at(model, "MER", "ALD")].any() and world.pact_ended_count == 1


def test_a_dispute_sours_the_two_and_peace_ends_it(model: Geopolitics) -> None:
    world, pair, back = model.world, at(model, "FEN", "MER"), at(model, "MER", "FEN")
    before = {name: getattr(world, name).copy() for name in ("affinity", "grievance", "dispute_record", "rivalry")}
    model.mechanisms["dispute_onset"] = load_scenario("central-asia-2025").rules()["dispute_onset"]
    model.intervene("dispute", originator="FEN", target="MER", level=3)
    assert world.hostility[pair] == world.hostility[back] == 3 and world.dispute_tag[pair] > 0
    assert world.originator[pair] == 1 and world.originator[back] == 0 and world.dispute_count == 1
    assert world.affinity[pair] < before["affinity"][pair] and world.rivalry[pair] > before["rivalry"][pair]
    assert world.grievance[back] > before["grievance"][back] and world.grievance[pair] == before["grievance"][pair]
    assert world.dispute_record[pair] == before["dispute_record"][pair] + 1
    model.intervene("war", originator="FEN", target="MER")
    assert world.hostility[pair] == 5 and world.war_count == 1 and world.dispute_count == 1 and world.fatal[pair]
    model.intervene("peace", originator="MER", target="FEN")
    assert world.hostility[pair] == world.hostility[back] == 0
    model.step()
    assert world.dispute_tag[pair] == 0 and world.peace_years[pair] > 0


def test_a_shock_by_name_takes_what_the_mechanism_takes(model: Geopolitics) -> None:
    """A worldwide shock of size 4 costs every state product, a size of 0 costs nothing; more size, more loss."""
    lost = []
    for size in (0, 2, 4):
        each = SCENARIO.model(1)
        before = each.world.gdp.copy()
        each.intervene("shock", name="pandemic", size=size, state="COR")
        lost.append(1 - each.world.gdp / before)
    assert (lost[0] == 0).all() and (lost[1] > 0).all() and (lost[2] > lost[1]).all()
    assert told(each)[0]["who"] == "COR" and each.world.shock_count == 1


def test_a_shock_with_losses_of_its_own_strikes_those_named(model: Geopolitics) -> None:
    before = model.world.gdp.copy()
    model.intervene("shock", name="flood", states=["MER"], gdp=0.1, population=0.05)
    ratio = model.world.gdp / before
    assert ratio[at(model, "MER")] == pytest.approx(0.9) and (np.delete(ratio, at(model, "MER")) == 1).all()


def test_a_mechanism_comes_back_with_the_numbers_that_it_had() -> None:
    model = load_scenario("three-powers", changes={"mechanisms.mediation.offers": 1.25}).model(1)
    order = list(model.mechanisms)
    model.intervene("mechanism", mechanism="mediation", on=False)
    assert "mediation" not in model.mechanisms
    model.intervene("mechanism", mechanism="mediation", on=True)
    assert model.mechanisms["mediation"].offers == 1.25 and list(model.mechanisms) == order  # type: ignore[attr-defined]
    model.intervene("mechanism", mechanism="shocks", on=True)
    assert "shocks" in model.mechanisms


def test_renouncing_weapons_earns_what_the_mechanism_says(model: Geopolitics) -> None:
    model.mechanisms["nuclear"] = mechanism_kinds()["nuclear"]()
    i, before = at(model, "BOR"), model.world.credibility.copy()
    model.intervene("nuclear", state="BOR", action="renounce")
    share = model.mechanisms["nuclear"].renounced  # type: ignore[attr-defined]
    assert not model.world.nuclear[i]
    assert model.world.credibility[i] == pytest.approx(before[i] + share * (1 - before[i]))
    model.intervene("nuclear", state="BOR", action="acquire")
    assert model.world.nuclear[i]


def test_great_power_rank_is_lost_and_won_for_good(model: Geopolitics) -> None:
    model.intervene("tier", state="MER", tier="great")
    model.intervene("tier", state="COR", tier="small")
    model.run_until(2002)
    assert model.state("MER").tier == "great" and model.state("COR").tier != "great"


def test_a_pole_that_collapses_loses_strength_pacts_and_clients(model: Geopolitics) -> None:
    world, i, fen = model.world, at(model, "BOR"), at(model, "FEN")
    power, share = world.power[i], world.alignment[fen, 2]
    assert world.pact[:, i].any()
    model.intervene("collapse", pole="BOR", loyalty=0.25)
    assert world.power[i] < 0.75 * power and not world.pact[:, i].any() and not world.great[i]
    assert world.alignment[fen, 2] == pytest.approx(0.75 * share)
    np.testing.assert_allclose(world.alignment.sum(axis=1), 1)


# -- when it happens -------------------------------------------------------------------------------------------------


def times(model: Geopolitics, kind: str = "leader") -> list[float]:
    return [row["time"] for row in told(model) if row["kind"] == kind and row["done"]]


WHEN: dict[str, tuple[dict[str, Any], list[float]]] = {
    "a date": ({"year": 2001.3}, [2001.25]),
    "from now on": ({"every": 2, "before": 2003}, [2000, 2002]),
    "a date and again": ({"year": 2001, "every": 1.5, "before": 2005}, [2001, 2002.5, 2004]),
    "more often than steps": ({"year": 2001, "every": 0.125, "before": 2001.5}, [2001, 2001, 2001.25, 2001.25]),
    "a condition": ({"when": "year > 2001"}, [2001.25]),
    "a condition after a date": ({"when": "year > 2001", "after": 2002.1}, [2002.25]),
    "a condition before a date": ({"when": "year > 2001", "before": 2001.25}, []),
    "a condition that must have held": ({"when": "year > 2001", "held": 1}, [2002.25]),
    "a condition and again": ({"when": "year > 2001", "every": 2, "before": 2005}, [2001.25, 2003.25]),
    "each time it comes true": (
        {"when": "2001 <= year < 2002 or 2003 <= year < 2004", "once": False},
        [2001, 2003],
    ),
    "never": ({"when": "year < 1999"}, []),
}


@pytest.mark.parametrize("case", WHEN)
def test_an_event_happens_when_it_should(model: Geopolitics, case: str) -> None:
    fields, expected = WHEN[case]
    model.intervene("leader", state="MER", **fields)
    model.run_until(2005)
    assert times(model) == expected


def test_conditions_see_the_world_as_the_step_begins(model: Geopolitics) -> None:
    """Two events of one step: the second's condition is made true by the first, so it waits for the next step."""
    model.intervene("set", key="states.MER.activism", value=0.99, year=2001)
    model.intervene("leader", state="DAL", when="states.MER.activism > 0.98")
    model.run_until(2001.25)
    assert times(model, "set") == [2001] and times(model) == []
    model.step()
    assert times(model) == [2001.25]


def test_the_numbers_that_set_an_event_off_are_logged(model: Geopolitics) -> None:
    model.intervene("leader", state="DAL", when="pairs.ALD.BOR.rivalry > 0.2 and not states.MER.nuclear")
    rivalry = float(model.world.rivalry[at(model, "ALD", "BOR")])
    model.step()
    (row,) = told(model)
    assert row["terms"] == f'{{"pairs.ALD.BOR.rivalry": {rivalry}, "states.MER.nuclear": 0.0}}'
    assert (
        "because pairs.ALD.BOR.rivalry > 0.2 and not states.MER.nuclear: pairs.ALD.BOR.rivalry 0.3" in row["sentence"]
    )


def test_the_same_dates_whatever_the_step() -> None:
    found = []
    for dt in (0.5, 0.25, 0.125):
        model = load_scenario("three-powers", changes={"dt": dt}).model(1)
        model.intervene("leader", state="MER", when="year >= 2001", held=0.5, every=1, before=2004)
        model.intervene("sanction", sender="ALD", target="FEN", level=0.5, year=2002, lasting=1.5)
        model.run_until(2005)
        found.append((times(model), times(model, "sanction"), times(model, "sanction over")))
    assert found[0] == found[1] == found[2] == ([2001.5, 2002.5, 2003.5], [2002], [2003.5])


# -- how long it lasts -----------------------------------------------------------------------------------------------


def test_a_parameter_of_a_policy_changes_for_a_time(model: Geopolitics) -> None:
    """From 2001 to 2003 those who align, and they alone, spread more than they do."""
    usual, key = dict(model.policies), "policies.align.focus"
    model.intervene("parameter", key=key, value=1, year=2001, lasting=2)
    aligned = model.world.policy == model.world.names.policies.index("align")
    shares = []
    for year in (2001, 2001.25, 2003, 2003.25):
        model.run_until(year)
        shares.append(model.world.diversification / model.world.autonomy)
    np.testing.assert_allclose(np.array(shares)[:, aligned].T, [[0.8, 1.0, 1.0, 0.8]] * aligned.sum(), rtol=1e-12)
    np.testing.assert_allclose(np.array(shares)[:, ~aligned], 1)
    assert model.policies == usual
    assert [row["sentence"] for row in told(model)] == [
        f"{key} is 1 from now on, after 0.8",
        f"Put back after 2 years: {key} is 1 from now on, after 0.8",
    ]


FOR_A_TIME: dict[str, dict[str, Any]] = {
    "parameter": {"key": "mechanisms.alignment.kappa", "value": 3},
    "mechanism": {"mechanism": "alignment", "on": False},
    "policy": {"state": "MER", "policy": "neutral"},
    "sanction": {"sender": "ALD", "target": "FEN", "level": 0.5},
    "join": {"state": "FEN", "organisation": "FORUM"},
    "adopt": {"state": "ALD", "norm": "non_proliferation"},
    "treaty": {"members": ["COR", "MER"]},
    "nuclear": {"state": "MER", "action": "acquire"},
    "tier": {"state": "MER", "tier": "great"},
    "set": {"key": "oil_price", "value": 150},
}


@pytest.mark.parametrize("kind", FOR_A_TIME)
def test_what_is_changed_for_a_time_is_put_back(kind: str) -> None:
    """With all mechanisms off, the world after the end is the world before, but for what is counted or felt."""
    off = {f"mechanisms.{name}": False for name in SCENARIO.rules() if name != "alignment"}
    model = load_scenario("three-powers", changes=off).model(1)
    before, rules = model.world.arrays(), dict(model.mechanisms)
    model.intervene(kind, **FOR_A_TIME[kind], year=2001, **{"for": 2})
    model.run_until(2003)
    column = {
        "parameter": "",
        "mechanism": "",
        "join": "member",
        "adopt": "adopted",
        "treaty": "pact",
        "set": "oil_price",
    }
    name = column.get(kind, {"sanction": "sanctions", "tier": "great"}.get(kind, kind))
    changed = not np.array_equal(before[name], model.world.arrays()[name]) if name else model.mechanisms != rules
    assert changed
    model.run_until(2004)
    assert model.mechanisms == rules and len(model.schedule) == 0
    if name:
        np.testing.assert_array_equal(before[name], model.world.arrays()[name])
    (over,) = [row for row in told(model) if row["kind"] == f"{kind} over"]
    assert over["time"] == 2003 and over["sentence"].startswith("Put back after 2 years: ")


def test_what_others_changed_in_the_meantime_is_left_to_them(model: Geopolitics) -> None:
    model.intervene("policy", state="MER", policy="neutral", year=2001, lasting=2)
    model.intervene("policy", state="MER", policy="align", year=2002)
    model.run_until(2004)
    assert model.state("MER").policy == "align"


def test_a_number_is_held_where_it_was_set(model: Geopolitics) -> None:
    """The oil price moves every step of itself; held, it stands at each start of SHOCK where it was put."""
    model.intervene("set", key="oil_price", value=140, year=2001, lasting=2)
    model.run_until(2002.75)
    assert model.world.oil_price != 140
    model.schedule.carry_out(model)
    assert model.world.oil_price == 140


def test_a_change_for_a_time_does_not_come_again_while_it_lasts(model: Geopolitics) -> None:
    model.intervene("sanction", sender="ALD", target="FEN", level=0.5, when="year > 2001", every=0.25, lasting=1)
    model.run_until(2003.5)
    assert times(model, "sanction") == [2001.25, 2002.25, 2003.25]


# -- what comes to nothing -------------------------------------------------------------------------------------------


def test_what_is_so_already_is_told_as_refused(model: Geopolitics) -> None:
    world = {name: values.copy() for name, values in model.world.arrays().items()}
    model.intervene("join", state="MER", organisation="FORUM")
    model.intervene("adopt", state="MER", norm="non_proliferation")
    model.intervene("peace", originator="ALD", target="BOR")
    model.intervene("mechanism", mechanism="mediation", on=True)
    model.intervene("enter", state="MER")
    assert [row["done"] for row in told(model)] == [False] * 5
    for name, values in world.items():
        np.testing.assert_array_equal(values, model.world.arrays()[name])


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "sanktion": ({}, "no kind of event 'sanktion'; did you mean 'sanction'?"),
    "sanction": ({"sender": "ALDD", "target": "BOR", "level": 2}, "sender: no state 'ALDD'; did you mean 'ALD'?"),
    "policy": ({"state": "MER", "policy": "neutrl"}, "policy: no policy 'neutrl'; did you mean 'neutral'?"),
    "leave": ({"state": "MER", "organisation": "FORM"}, "no organisation 'FORM'; did you mean 'FORUM'?"),
    "adopt": ({"state": "MER", "norm": "nonproliferation"}, "did you mean 'non_proliferation'?"),
    "parameter": ({"key": "mechanisms.alignment.kapa", "value": 1}, "did you mean 'mechanisms.alignment.kappa'?"),
    "mechanism": ({"mechanism": "mediaton", "on": True}, "no mechanism 'mediaton'; did you mean 'mediation'?"),
    "shock": ({"name": "pandemc"}, "no shock 'pandemc'; did you mean 'pandemic'?"),
    "collapse": ({"pole": "BORR"}, "no pole 'BORR'; did you mean 'BOR'?"),
    "set": ({"key": "states.MER.gpd", "value": 1}, "no column 'gpd' of states; did you mean 'gdp'?"),
    "leader": ({"state": "MER", "autonmy": 1}, "autonmy: no such field; did you mean 'autonomy'?"),
    "treaty": ({"members": ["MER", "MER"]}, "MER is named twice"),
    "war": ({"originator": "MER", "target": "MER"}, "target: MER is named twice; name another state"),
    "nuclear": ({"state": "MER", "action": "acquire", "when": "tensoin > 1"}, "did you mean 'tension'?"),
    "dispute": ({"originator": "MER", "target": "ALD", "lasting": 2, "year": 2001}, "cannot be undone"),
    "tier": ({"state": "MER", "tier": "great", "held": 2, "year": 2001}, "`held` goes with a condition"),
}


def test_a_parameter_of_a_policy_must_exist_and_lie_within_bounds(model: Geopolitics) -> None:
    for key, value, message in (
        ("policies.align.focs", 1, "did you mean 'policies.align.focus'?"),
        ("policies.algn.focus", 1, "did you mean 'policies.align.focus'?"),
        ("policies.align.focus", 9, "value: 9 is out of bounds; write a number from 0.1 to 1 (default 0.8)"),
    ):
        with pytest.raises(
            InterventionError, match=message.replace("?", "[?]").replace("(", "[(]").replace(")", "[)]")
        ):
            model.intervene("parameter", key=key, value=value)


@pytest.mark.parametrize("kind", REFUSED)
def test_a_wrong_intervention_is_answered_in_words(model: Geopolitics, kind: str) -> None:
    fields, message = REFUSED[kind]
    with pytest.raises(InterventionError) as caught:
        model.intervene(kind, **fields)
    assert message in str(caught.value) and not told(model) and not model.schedule


# -- what it leaves alone --------------------------------------------------------------------------------------------


class Audited(Streams):
    """Streams that note how far each consumer went in each step."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.drawn: dict[tuple[str, int], str] = {}
        self._last: dict[str, tuple[int, Any]] = {}

    def at(self, name: str, step: int) -> Any:
        self.note(name)
        generator = super().at(name, step)
        self._last[name] = step, generator
        return generator

    def note(self, name: str) -> None:
        if name in self._last:
            step, generator = self._last[name]
            self.drawn[name, step] = repr(generator.bit_generator.state)

    def all(self) -> dict[tuple[str, int], str]:
        for name in self._last:
            self.note(name)
        return self.drawn


COUNTERFACTUALS: tuple[dict[str, Any], ...] = (
    {"kind": "war", "originator": "S003", "target": "S005"},
    {"kind": "sanction", "sender": "S001", "target": "S004", "level": 0.8},
    {"kind": "policy", "state": "S004", "policy": "neutral"},
    {"kind": "shock", "name": "financial crisis", "size": 5},
    {"kind": "leave_world", "state": "S006"},
)


@pytest.mark.parametrize("event", COUNTERFACTUALS, ids=lambda event: event["kind"])
def test_a_counterfactual_changes_nobody_elses_draws(event: dict[str, Any]) -> None:
    """Same seed with and without one event: the past is the same to the bit, and in every step every mechanism
    and policy draws from the same numbers, as many as before."""
    scenario = load_scenario("random:12")
    runs = []
    for events in ((), (event | {"year": 2002},)):
        streams = Audited(5)
        model = Geopolitics(scenario.world(), scenario.rules(), scenario.decisions(), seed=5, streams=streams)
        for each in events:
            model.intervene(each)
        model.run_until(2002)
        past = model.world.arrays()
        model.run_until(2004)
        runs.append((past, model.world.arrays(), streams.all()))
    (past, present, draws), (same_past, other, other_draws) = runs
    for name, values in past.items():
        np.testing.assert_array_equal(values, same_past[name], err_msg=name)
    assert any(not np.array_equal(values, other[name]) for name, values in present.items())
    shared = draws.keys() & other_draws.keys()
    assert {key: draws[key] for key in shared} == {key: other_draws[key] for key in shared}
    alone = {name for name, _ in draws.keys() ^ other_draws.keys()}
    assert alone <= {"policy/neutral", "intervention/S003/S005"}, "only who is asked because of the event draws more"


def test_relabelled_states_have_the_relabelled_events() -> None:
    scenario = load_scenario("random:9")
    order = np.array([4, 1, 8, 0, 6, 2, 7, 3, 5])

    class Permuted(Streams):
        def at(self, name: str, step: int) -> Any:
            return PermutedDraws(super().at(name, step), order)

    world = permuted_world(scenario.world(), order)
    world.names = dataclasses.replace(world.names, policies=scenario.world().names.policies)
    rules, decisions = scenario.rules(), scenario.decisions()
    plain = Geopolitics(scenario.world(), rules, decisions, seed=5)
    moved = Geopolitics(world, rules, decisions, seed=5, streams=Permuted(5))
    for model in (plain, moved):
        model.intervene("war", originator="S004", target="S007", year=2001)
        model.intervene("treaty", members=["S005", "S006", "S008"], when="pairs.S004.S007.hostility > 0")
        model.intervene("leave_world", state="S009", year=2003)
        model.intervene("enter", state="S009", predecessor="S008", year=2005)
        model.intervene("shock", name="climate disaster", size=3, year=2002)
        model.run_until(2007)
    assert [(r["kind"], r["who"], r["time"]) for r in told(plain)] == [
        (r["kind"], r["who"], r["time"]) for r in told(moved)
    ]
    for column in ("gdp", "alignment", "credibility", "alive"):
        expected = plain.world.arrays()[column][order]
        np.testing.assert_allclose(moved.world.arrays()[column], expected, rtol=1e-6, atol=1e-9, err_msg=column)
    for column in ("hostility", "affinity", "trade", "rivalry"):
        expected = plain.world.arrays()[column][np.ix_(order, order)]
        np.testing.assert_allclose(moved.world.arrays()[column], expected, rtol=1e-6, atol=1e-9, err_msg=column)


def test_a_schedule_that_waits_costs_next_to_nothing() -> None:
    """Ten conditions that never come true change no bit of a run, and each is read once only."""
    plain, waiting = (load_scenario("random:10").model(4, "none") for _ in range(2))
    for k in range(10):
        waiting.intervene("leader", state="S004", when=f"tension > {5 + k} and states.S002.credibility < 0")
    read = [each.condition for each in waiting.schedule.pending]
    for model in (plain, waiting):
        model.run_until(2003)
    assert [each.condition for each in waiting.schedule.pending] == read
    for name, values in plain.world.arrays().items():
        np.testing.assert_array_equal(values, waiting.world.arrays()[name], err_msg=name)
