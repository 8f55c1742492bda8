"""Scenarios: what they say however it is written, what is changed in them, the worlds that they begin with."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest
from scenario_files import HEAD, SMALL, TABLE, written

from sim.describe import everything
from sim.mechanisms.affinity import Affinity
from sim.mechanisms.forces import Forces
from sim.mechanisms.trade import Trade
from sim.mechanisms.war import DAYS, War
from sim.policies.align import Align
from sim.policies.balance import Balance
from sim.policies.neutral import Neutral
from sim.scenario import Scenario, ScenarioError, built_in_scenarios, load_scenario, scenario_schema
from sim.scenario.references import mechanism_kinds, mechanism_parameters, policy_kinds, policy_parameters
from sim.scenario.world_building import PEACE_YEARS, fixed_uniform
from sim.world import DEFENCE, OBLIGATIONS, World

FULL = (
    SMALL
    + """alignment = { AAA = 0.4 }
[states.CCC]
name = "Third"
region = "east"
gdp = 50
population = 5
latitude = 10
longitude = 20
tenure = 3
force = 7
great = true
neutrality_year = 2070
[ties]
pacts = [{ obligation = ["defence", "consultation"], members = ["AAA", "BBB"] }]
rivalries = [{ pair = ["CCC", "AAA"], level = 0.6 }]
disputes = [{ pair = ["CCC", "BBB"], level = 4, since = 1998.5 }]
sanctions = [{ sender = "AAA", target = "CCC", level = 0.3 }]
affinity = [{ pair = ["BBB", "CCC"], value = -0.4 }]
frailty = [{ pair = ["BBB", "CCC"], value = 1.5 }]
grievance = [{ pair = ["BBB", "CCC"], value = 2 }]
trade = [{ pair = ["AAA", "BBB"], value = 3 }]
contiguity = [{ pair = ["BBB", "CCC"] }, { pair = ["AAA", "BBB"], kind = "water" }]
[organisations.UNO]
title = "United"
kind = "global"
mediates = true
legitimacy = 0.7
members = ["AAA", "BBB"]
observers = ["CCC"]
[organisations.MARKET]
kind = "economic"
obligation = "nonaggression"
leader = "CCC"
members = ["BBB", "CCC"]
[norms.carbon_neutrality]
adopters = ["BBB"]
entrepreneurs = ["AAA"]
targets = { BBB = 2050 }
since = 1995
[policies]
BBB = "balance"
[mechanisms]
mediation = false
[mechanisms.alignment]
kappa = 2
[[events]]
year = 2005
kind = "policy"
state = "BBB"
policy = "neutral"
"""
)


@pytest.fixture
def full(tmp_path) -> Scenario:
    return load_scenario(written(tmp_path, FULL))


# -- what is read ------------------------------------------------------------------------------------------------------
def test_a_scenario_is_what_its_file_says(full):
    assert (full.name, full.title, full.start, full.end, full.dt, full.steps) == (
        "small",
        "small",
        2000,
        2010,
        0.25,
        40,
    )
    assert full.poles == {"AAA": {"AAA": 1.0}}
    assert full.states["CCC"].name == "Third"
    assert full.ties.pacts[0].obligation == ("defence", "consultation")
    assert full.organisations["MARKET"].leader == ("CCC",)
    assert full.events[0].policy == "neutral"
    assert full.mechanisms == {"mediation": False, "alignment": {"kappa": 2.0}}


def test_a_scenario_is_frozen(full):
    with pytest.raises(ValueError, match="frozen"):
        full.end = 2100


def test_name_defaults_to_the_file_and_title_to_the_name(tmp_path):
    scenario = load_scenario(written(tmp_path, SMALL.replace('name = "small"\n', "")))
    assert (scenario.name, scenario.title) == ("small", "small")


def test_built_in_scenarios_load_and_begin():
    names = built_in_scenarios()
    assert {"central-asia-2025", "three-powers"} <= names.keys()
    for name in names:
        scenario = load_scenario(name)
        assert scenario.name == name
        world = scenario.world()
        assert all(np.isfinite(values).all() for values in world.arrays().values())
        assert (world.affinity == world.affinity.T).all()


def test_the_flagship_has_its_figures():
    scenario = load_scenario("central-asia-2025")
    world = scenario.world()
    assert scenario.steps == 140
    assert world.sizes["i"] >= 36
    assert world.names.poles == ("USA", "CHN", "RUS", "EUU")
    assert len(scenario.states["EUU"].members) == 27
    kazakhstan, russia = world.index("KAZ"), world.index("RUS")
    assert world.gdp[kazakhstan] == 262.6
    assert world.contiguous[kazakhstan, russia]
    assert world.member[world.names.organisations.index("CSTO"), kazakhstan]
    assert world.allied[kazakhstan, russia]
    assert world.neutrality_year[kazakhstan] == 2060
    assert world.names.policies[world.policy[kazakhstan]] == "multi_vector"


# -- hash --------------------------------------------------------------------------------------------------------------
def test_hash_passes_over_comments_layout_and_sources(full, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    text = "# comment\n" + FULL.replace("end = 2010", "end    =   2010.0 # the end")
    text = text.replace('notes = ""', "").replace("level = 0.6 }", 'level = 0.60, source = "a book", note = "why" }')
    text += '\n[sources]\ngdp = "invented"\n'
    assert load_scenario(written(other, text)).hash == full.hash


def test_hash_passes_over_defaults_that_are_written_out(full, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    text = FULL.replace("end = 2010", "end = 2010\ndt = 0.25").replace(
        'region = "east"', 'region = "east"\nactivism = 0.3'
    )
    text = text.replace('poles = ["AAA"]', "poles = { AAA = { AAA = 1 } }").replace(
        'pair = ["CCC", "AAA"]', 'pair = ["AAA", "CCC"]'
    )
    assert load_scenario(written(other, text)).hash == full.hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("end = 2010", "end = 2011"),
        ("gdp = 50", "gdp = 51"),
        ("level = 0.6", "level = 0.61"),
        ("kappa = 2", "kappa = 2.5"),
        ("mediation = false", "mediation = true"),
        ('BBB = "balance"', 'BBB = "align"'),
        ('BBB = "balance"', 'BBB = "balance"\nbalance.arming = 2'),
        ("great = true", "great = true\ntolerance = 0.2"),
        ("year = 2005", "year = 2006"),
        ('pair = ["CCC", "BBB"]', 'pair = ["BBB", "CCC"]'),
        ('"Third"', '"Thirdland"'),
    ],
)
def test_hash_changes_with_what_changes_a_run(full, tmp_path, old, new):
    other = tmp_path / "other"
    other.mkdir()
    text = FULL.replace(old, new, 1)
    assert text != FULL
    assert load_scenario(written(other, text)).hash != full.hash


def test_hash_is_the_same_for_tables_and_inline(tmp_path):
    inline, tables = tmp_path / "inline", tmp_path / "tables"
    inline.mkdir()
    tables.mkdir()
    text = (
        '[tables]\nstates = "s.csv"\ntrade = "t.csv"\ncontiguity = "c.csv"\norganisations = "o.csv"\n'
        '[states.BBB]\nautonomy = 1.2\n[organisations.UNO]\nkind = "global"\n'
    )
    files = {
        "s_csv": TABLE.replace("longitude\n", "longitude,tolerance\n").replace("\nBBB", ",0.2\nBBB"),
        "t_csv": "a,b,trade\nBBB,AAA,3\n",
        "c_csv": "a,b,kind\nBBB,AAA,land\n",
        "o_csv": "organisation,state,role\nUNO,BBB,\nUNO,AAA,observer\n",
    }
    by_tables = load_scenario(written(tables, HEAD + text, **files))
    text = (
        'autonomy = 1.2\n[ties]\ntrade = [{ pair = ["AAA", "BBB"], value = 3 }]\n'
        'contiguity = [{ pair = ["AAA", "BBB"], kind = "land" }]\n'
        '[organisations.UNO]\nkind = "global"\nmembers = ["BBB"]\nobservers = ["AAA"]\n'
    )
    small = SMALL.replace("[states.BBB]", "tolerance = 0.2\n[states.BBB]")
    by_hand = load_scenario(written(inline, small + text))
    assert by_tables.hash == by_hand.hash
    assert by_tables.model_dump() == by_hand.model_dump()
    assert by_tables.world().tolerance.tolist() == [0.2, 0.5]


def test_a_scenario_survives_being_saved_and_sent(full):
    again = Scenario.model_validate(json.loads(json.dumps(full.model_dump(mode="json"))))
    assert again.model_dump() == full.model_dump()
    assert again.hash == full.hash
    assert pickle.loads(pickle.dumps(full)).hash == full.hash


def test_a_saved_scenario_is_checked_when_it_is_read(full):
    data = full.model_dump(mode="json")
    data["policies"] = {"BBD": "align"}
    with pytest.raises(ValueError, match="no state 'BBD'"):
        Scenario.model_validate(data)


# -- extends -----------------------------------------------------------------------------------------------------------
def test_a_file_that_extends_says_only_what_differs(full, tmp_path):
    text = (
        'extends = "small.toml"\nname = "tense"\nend = 2020\n[states.BBB]\nautonomy = 1.3\n[mechanisms]\n'
        "shocks = false\n[mechanisms.alignment]\neta = 2\n[ties]\n"
        'rivalries = [{ pair = ["AAA", "CCC"], level = 0.9 }]\n'
    )
    (tmp_path / "tense.toml").write_text(text, encoding="utf-8")
    tense = load_scenario(tmp_path / "tense.toml")
    assert (tense.name, tense.end, tense.start) == ("tense", 2020, 2000)
    assert tense.states["BBB"].autonomy == 1.3
    assert tense.states["BBB"].gdp == 10
    assert tense.mechanisms == {"mediation": False, "shocks": False, "alignment": {"kappa": 2.0, "eta": 2.0}}
    assert [tie.level for tie in tense.ties.rivalries] == [0.9]
    assert tense.ties.pacts == full.ties.pacts


def test_extending_is_resolved_before_the_hash(full, tmp_path):
    (tmp_path / "same.toml").write_text('extends = "small"\nname = "small"\n', encoding="utf-8")
    assert load_scenario(tmp_path / "same.toml").hash == full.hash


def test_extends_goes_on_from_file_to_file_and_to_built_in_ones(tmp_path):
    (tmp_path / "first.toml").write_text('extends = "three-powers"\n[states.MER]\nautonomy = 1.3\n', encoding="utf-8")
    (tmp_path / "second.toml").write_text('extends = "first"\n[states.DAL]\nautonomy = 0.6\n', encoding="utf-8")
    second = load_scenario(tmp_path / "second.toml")
    assert (second.name, second.states["MER"].autonomy, second.states["DAL"].autonomy) == ("second", 1.3, 0.6)
    assert second.ties == load_scenario("three-powers").ties


def test_tables_of_the_extended_file_are_found_from_its_own_folder(tmp_path):
    base, child = tmp_path / "base", tmp_path / "child"
    base.mkdir()
    child.mkdir()
    written(base, f'{HEAD}[tables]\nstates = "s.csv"\n', s_csv=TABLE)
    (child / "new.toml").write_text('extends = "../base/small.toml"\n[states.BBB]\ngdp = 20\n', encoding="utf-8")
    scenario = load_scenario(child / "new.toml")
    assert (scenario.states["AAA"].gdp, scenario.states["BBB"].gdp) == (1000, 20)


def test_a_mechanism_can_be_switched_on_again(tmp_path):
    written(tmp_path, FULL)
    (tmp_path / "on.toml").write_text('extends = "small"\n[mechanisms]\nmediation = true\n', encoding="utf-8")
    assert "mediation" in load_scenario(tmp_path / "on.toml").rules()


# -- changes -----------------------------------------------------------------------------------------------------------
def test_changes_are_made(tmp_path):
    changes = [
        "end=2020",
        "states.BBB.autonomy=1.2",
        "states.BBB.name=Big Land",
        "states.BBB.alignment.AAA=0.3",
        "policies.BBB=neutral",
        "policies.neutral.aloofness=1",
        "states.AAA.tolerance=0.1",
        "mechanisms.mediation=true",
        "mechanisms.shocks=false",
        "mechanisms.alignment.kappa=3",
        "organisations.UNO.legitimacy=0.9",
        "norms.carbon_neutrality.targets.CCC=2055",
        'title="A = b"',
    ]
    scenario = load_scenario(written(tmp_path, FULL), changes=changes)
    state = scenario.states["BBB"]
    assert (scenario.end, state.autonomy, state.name, state.alignment) == (2020, 1.2, "Big Land", {"AAA": 0.3})
    assert scenario.policies["BBB"] == "neutral"
    assert scenario.decisions()["neutral"] == Neutral(aloofness=1)
    assert scenario.world().tolerance.tolist() == [0.1, 0.5, 0.5]
    assert scenario.mechanisms == {"mediation": {}, "shocks": False, "alignment": {"kappa": 3.0}}
    assert scenario.organisations["UNO"].legitimacy == 0.9
    assert scenario.norms["carbon_neutrality"].targets == {"BBB": 2050, "CCC": 2055}
    assert scenario.title == "A = b"


def test_changes_in_python_and_on_the_command_line_are_the_same(tmp_path):
    file = written(tmp_path, FULL)
    texts = ["mechanisms.alignment.kappa=3", "mechanisms.mediation=false", "policies.BBB=align", "end=2020"]
    texts.append("policies.align.focus=1")
    values = {
        "mechanisms.alignment.kappa": np.float64(3),
        "mechanisms.mediation": False,
        "policies.BBB": "align",
        "policies.align.focus": np.int64(1),
        "end": np.int64(2020),
    }
    assert load_scenario(file, changes=texts).hash == load_scenario(file, changes=values).hash


def test_a_later_change_goes_before_an_earlier_one(tmp_path):
    file = written(tmp_path)
    assert load_scenario(file, changes=["end=2020", "end=2030"]).end == 2030
    off_and_on = ["mechanisms.alignment=false", "mechanisms.alignment.kappa=3"]
    assert load_scenario(file, changes=off_and_on).mechanisms == {"alignment": {"kappa": 3.0}}


def test_changes_leave_the_next_reading_as_it_was(tmp_path):
    file = written(tmp_path, FULL)
    before = load_scenario(file).hash
    load_scenario(file, changes=["states.BBB.gdp=11", "mechanisms.alignment.kappa=3"])
    assert load_scenario(file).hash == before


def test_another_end(full):
    longer = full.until(2020)
    assert (longer.end, longer.steps) == (2020, 80)
    assert longer.hash != full.hash
    assert longer.hash == Scenario.model_validate(longer.model_dump()).hash
    for end in (2000, 1990, 2010.1):
        with pytest.raises(ScenarioError, match="not a whole number of steps"):
            full.until(end)


# -- rules and policies ------------------------------------------------------------------------------------------------
def test_mechanisms_are_on_unless_switched_off(full):
    rules = full.rules()
    assert rules.keys() == mechanism_kinds().keys() - {"mediation"}
    assert rules["alignment"].kappa == 2


def test_policies_are_as_named_else_the_usual_ones(full):
    assert [full.policy_of(code) for code in full.states] == ["align", "balance", "multi_vector"]
    assert full.decisions().keys() == policy_kinds().keys()
    world = full.world()
    assert [world.names.policies[k] for k in world.policy] == ["align", "balance", "multi_vector"]


def test_policies_take_the_parameters_that_are_given(full, tmp_path):
    text = FULL.replace('BBB = "balance"', 'BBB = "balance"\nalign = { loyalty = 1 }\n[policies.balance]\narming = 2')
    given = load_scenario(written(tmp_path, text))
    assert given.policy_of("BBB") == "balance" and given.policy_names() == full.policy_names()
    changed = {"balance": Balance(arming=2), "align": Align(loyalty=1)}
    assert given.decisions() == full.decisions() | changed
    assert Scenario.model_validate(given.model_dump()).hash == given.hash
    efforts = [scenario.model(3).world.arms_effort - 1 for scenario in (full, given)]
    assert efforts[0][1] > 0
    np.testing.assert_allclose(efforts[1][1], 2 * efforts[0][1], rtol=0.05)  # settled among slightly other portfolios


def test_a_file_that_extends_changes_single_parameters_of_policies(tmp_path):
    written(tmp_path, FULL + "[policies.balance]\narming = 2\nagainst = 1\n")
    (tmp_path / "next.toml").write_text('extends = "small"\n[policies.balance]\narming = 3\n', encoding="utf-8")
    scenario = load_scenario(tmp_path / "next.toml", changes=["policies.balance.common=0"])
    assert scenario.decisions()["balance"] == Balance(against=1, arming=3, common=0)
    assert scenario.policy_of("BBB") == "balance"


def test_every_address_of_a_parameter_that_describe_gives_can_be_set():
    listed = [p for kind in ("policy", "mechanism") for told in everything(kind) for p in told["parameters"]]
    scenario = load_scenario("three-powers", changes={p["key"]: p["high"] for p in listed})
    for where, units in (("policies", scenario.decisions()), ("mechanisms", scenario.rules())):
        for p in listed:
            prefix, unit, name = p["key"].split(".")
            assert prefix != where or getattr(units[unit], name) == p["high"]


# -- the world ---------------------------------------------------------------------------------------------------------
def test_the_world_holds_what_the_scenario_says(full):
    world = full.world()
    a, b, c = range(3)
    assert world.names.states == ("AAA", "BBB", "CCC")
    assert world.names.titles == ("AAA", "BBB", "Third")
    assert world.names.regions == ("", "east")
    assert world.region.tolist() == [0, 0, 1]
    assert world.gdp.tolist() == [1000, 10, 50]
    assert world.great.tolist() == [True, False, True]
    assert world.pole.tolist() == [[1, 0, 0]]
    assert world.alignment.tolist() == [[0, 1], [0.6, 0.4], [0, 0]]
    assert [OBLIGATIONS[k] for k in np.flatnonzero(world.pact[:, a, b])] == ["consultation", "defence"]
    assert world.pact.sum() == 4
    assert world.rivalry[a, c] == world.rivalry[c, a] == 0.6
    assert world.hostility.tolist() == [[0, 0, 0], [0, 0, 4], [0, 4, 0]]
    assert world.originator.tolist() == [[0, 0, 0], [0, 0, 0], [0, 1, 0]]
    assert 0 < world.dispute_tag[b, c] == world.dispute_tag[c, b] < 1
    assert world.dispute_age[b, c] == 1.5
    assert not world.fatal.any()
    assert world.peace_years.tolist() == [[0, PEACE_YEARS, PEACE_YEARS], [PEACE_YEARS, 0, 0], [PEACE_YEARS, 0, 0]]
    assert world.grievance.tolist() == [[0, 0, 0], [0, 0, 2], [0, 0.4, 0]]
    assert world.sanctions[a, c] == 0.3
    assert world.sanctions.sum() == 0.3
    assert world.frailty[b, c] == 1.5
    assert world.contiguous[b, c]
    assert world.near_by_sea[a, b]
    assert not world.contiguous[a, b]
    assert world.distance[b, c] == 0 < world.distance[a, b]
    assert world.names.organisation_titles == ("United", "MARKET")
    assert world.member.tolist() == [[True, True, False], [False, True, True]]
    assert world.org_leader.tolist() == [[False] * 3, [False, False, True]]
    assert world.org_dialogue.tolist() == [True, False]
    assert world.org_economic.tolist() == [False, True]
    assert world.org_mediates.tolist() == [True, False]
    assert world.org_legitimacy.tolist() == [0.7, 0.5]
    assert world.org_obligation.sum() == 1
    assert world.org_obligation[1, OBLIGATIONS.index("nonaggression")]
    assert world.has_adopted("carbon_neutrality").tolist() == [False, True, False]
    assert world.adoption_years.tolist() == [[0, 5, 0]]
    assert world.entrepreneur.tolist() == [[True, False, False]]
    assert world.neutrality_year.tolist() == [9999, 2050, 2070]
    assert world.tenure[c] == 3
    assert world.ideal_anchor.tolist() == world.ideal_point.tolist()


def test_forces_start_at_what_spending_sustains(full):
    world = full.world()
    sustained = world.milex_share * world.gdp / Forces().depreciation
    np.testing.assert_allclose(world.force, [*sustained[:2], 7])
    updated = Forces()(world, np.random.Generator(np.random.PCG64(0))).set["force"]
    np.testing.assert_allclose(updated[:2], world.force[:2])


def test_trade_that_is_not_given_is_what_gravity_says_and_what_is_given_stays(full):
    world = full.world()
    predicted = Trade().predicted(world)
    np.testing.assert_allclose(predicted, world.trade, rtol=1e-9, atol=1e-9)
    assert world.trade[0, 1] == 3
    assert world.trade_residual[0, 1] != 0
    assert np.count_nonzero(world.trade_residual) == 2
    assert (world.trade[~np.eye(3, dtype=bool)] > 0).all()


def test_affinity_starts_where_its_mechanism_would_leave_it(full):
    world = full.world()
    assert world.affinity[1, 2] == -0.4
    assert world.affinity_residual[1, 2] < -0.1
    assert np.count_nonzero(world.affinity_residual) == 2
    still = Affinity(balance=0)(world, np.random.Generator(np.random.PCG64(0))).add["affinity"]
    assert np.abs(still).max() < 1e-3


def test_poles_of_several_states_share_their_weight(tmp_path):
    text = SMALL.replace('poles = ["AAA"]', "[poles]\nEU = { AAA = 1, BBB = 0.5 }\nB = { BBB = 0.5 }")
    scenario = load_scenario(written(tmp_path, text))
    world = scenario.world()
    assert world.names.poles == ("EU", "B")
    assert world.pole.tolist() == [[1, 0.5], [0, 0.5]]
    assert world.alignment.tolist() == [[0, 1, 0], [0, 0.5, 0.5]]
    assert scenario.policy_of("BBB") == "align"


def test_a_war_has_cost_lives(tmp_path):
    text = SMALL + '[ties]\ndisputes = [{ pair = ["AAA", "BBB"], level = 5 }]\n'
    assert load_scenario(written(tmp_path, text)).world().fatal[0, 1]


def test_a_war_goes_on_as_long_as_wars_of_its_age_do(tmp_path):
    def left(more: str) -> float:
        text = f'{SMALL}[ties]\ndisputes = [{{ pair = ["AAA", "BBB"], level = 5{more} }}]\n'
        world = load_scenario(written(tmp_path, text)).world()
        assert world.war_remaining[0, 1] == world.war_remaining[1, 0]
        return float(world.war_remaining[0, 1])

    assert left("") == 0
    assert left(", remaining = 3.5, since = 1990") == 3.5
    war = War()
    days = np.exp(war.log_days + war.spread_days * np.random.Generator(np.random.PCG64(1)).standard_normal(2_000_000))
    for age in (0.5, 2.0, 5.0):
        older = days[days > age * DAYS] / DAYS - age
        assert abs(left(f", since = {2000 - age}") / np.median(older) - 1) < 0.05


def test_thresholds_and_tenures_depend_on_names_not_on_order_or_chance():
    assert fixed_uniform("norm", "x", "KAZ") == fixed_uniform("norm", "x", "KAZ")
    marks = np.array([fixed_uniform("norm", "x", f"S{i}") for i in range(2000)])
    assert abs(marks.mean() - 0.5) < 0.02
    assert abs(marks.var() - 1 / 12) < 0.01
    thresholds = load_scenario("random:200").world().norm_threshold
    assert abs(thresholds.mean() - 1 / 3) < 0.02
    assert abs(thresholds.var() - 4 * 8 / (12**2 * 13)) < 0.004


def axes_of_states(world: World, order: np.ndarray, name: str, values: np.ndarray) -> np.ndarray:
    for axis, letter in enumerate(World.columns()[name].axes):
        if letter in "ij":
            values = np.take(values, order, axis=axis)
    return values


def test_states_in_another_order_give_the_same_world_in_another_order(tmp_path, checkout):
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
    source = checkout / "scenarios"
    text = (source / "central-asia-2025.toml").read_text(encoding="utf-8")
    text = text.replace('"central-asia-2025/', f'"{source}/central-asia-2025/')
    table = (source / "central-asia-2025" / "states.csv").read_text(encoding="utf-8").splitlines()
    order = np.random.Generator(np.random.PCG64(3)).permutation(len(table) - 1)
    shuffled = "\n".join([table[0], *(table[1 + k] for k in order)])
    text = text.replace(f'"{source}/central-asia-2025/states.csv"', '"states.csv"')
    first = load_scenario(written(one, text, states_csv="\n".join(table)))
    second = load_scenario(written(other, text, states_csv=shuffled))
    assert first.hash != second.hash
    before, after = first.world(), second.world()
    assert after.names.states == tuple(np.array(before.names.states)[order])
    for name, values in before.arrays().items():
        expected = axes_of_states(before, order, name, values)
        np.testing.assert_allclose(after.arrays()[name], expected, rtol=1e-9, atol=1e-9, err_msg=name)


def test_a_model_stands_ready(full):
    model = full.model(7, keep="summary")
    assert model.seed == 7
    assert model.ledger.keep == "summary"
    np.testing.assert_allclose(model.world.alignment.sum(axis=1), 1)
    assert model.world.alignment[1].tolist() == [0.6, 0.4]
    assert model.world.alignment[2, 1] > 0
    assert model.schedule[0].year == 2005
    assert DEFENCE == 4


# -- JSON Schema -------------------------------------------------------------------------------------------------------
def test_schema_holds_every_mechanism_parameter_and_policy():
    schema = scenario_schema()
    mechanisms = schema["properties"]["mechanisms"]["properties"]
    assert mechanisms.keys() == mechanism_kinds().keys()
    for name, declared in mechanism_parameters().items():
        numbers = mechanisms[name]["anyOf"][1]["properties"]
        assert numbers.keys() == declared.keys()
        for key, number in numbers.items():
            assert (number["minimum"], number["maximum"]) == (declared[key].low, declared[key].high)
            assert declared[key].doc in number["description"]
    numbered = schema["properties"]["policies"]["properties"]
    assert {name: set(table["properties"]) for name, table in numbered.items()} == {
        name: set(declared) for name, declared in policy_parameters().items()
    }
    policies = schema["properties"]["policies"]["additionalProperties"]["anyOf"]
    assert {policy["const"] for policy in policies if "const" in policy} == policy_kinds().keys()
    assert {"extends", "tables", "states", "ties", "events"} <= schema["properties"].keys()
    json.dumps(schema)


def test_every_field_of_the_schema_has_a_description():
    schema = scenario_schema()
    shown = [("", schema), *schema["$defs"].items()]
    silent = [
        f"{name}.{key}"
        for name, held in shown
        for key, field in held.get("properties", {}).items()
        if "description" not in field and not is_of_an_event(schema, name)
    ]
    assert silent == []


def is_of_an_event(schema: dict, name: str) -> bool:
    return "year" in schema["$defs"].get(name, {}).get("properties", {})


def test_files_of_scenarios_keep_to_the_schema(checkout):
    import tomllib

    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(scenario_schema())
    for file in built_in_scenarios().values():
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        assert [error.message for error in validator.iter_errors(data)] == []
    wrong = tomllib.loads(FULL.replace("kappa = 2", "kapa = 2").replace('"balance"', '"balanc"'))
    assert len(list(validator.iter_errors(wrong))) == 2
    wrong["policies"] = {"balance": {"armin": 1}, "BBB": "align"}
    assert len(list(validator.iter_errors(wrong))) == 2
    wrong["policies"]["balance"] = {"arming": 1}
    assert len(list(validator.iter_errors(wrong))) == 1


def test_the_schema_beside_the_scenarios_is_up_to_date(checkout):
    """Editors read it; `detente scenario schema > scenarios/scenario.schema.json` makes it anew."""
    kept = json.loads((checkout / "scenarios" / "scenario.schema.json").read_text())
    assert kept == json.loads(json.dumps(scenario_schema()))
