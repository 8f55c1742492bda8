"""Everything that can be wrong with a scenario is told at once: where, what, what to write instead."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from scenario_files import HEAD, SMALL, TABLE, line_of, written

from sim.scenario import ScenarioError, load_scenario


def complaint(file: Path | str, **more) -> str:
    """What loading a file objects to."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file, **more)
    return str(caught.value)


def test_the_small_scenario_is_sound(tmp_path):
    assert load_scenario(written(tmp_path)).steps == 40


ADDED = {
    "unknown key": ("typo = 1\n", "states.BBB.typo", "no key 'typo' here"),
    "misspelt key": ("autonmy = 1\n", "states.BBB.autonmy", "did you mean 'autonomy'?"),
    "out of bounds": ("autonomy = 5\n", "states.BBB.autonomy", "5 is out of bounds; write a number from 0.5 to 1.5"),
    "no number": ('activism = "much"\n', "states.BBB.activism", "'much' is no number; write a number from 0 to 1"),
    "not finite": ("activism = nan\n", "states.BBB.activism", "write a number from 0 to 1"),
    "true is no number": ("activism = true\n", "states.BBB.activism", "True is no number"),
    "no flag": ("nuclear = 2\n", "states.BBB.nuclear", "write true or false"),
    "no text": ("name = 3\n", "states.BBB.name", "write text in quotes"),
    "unknown pole": ("alignment = { AAC = 0.5 }\n", "states.BBB.alignment.AAC", "no pole 'AAC'; did you mean 'AAA'?"),
    "unknown state in a pact": (
        '[ties]\npacts = [{ obligation = "defence", members = ["AAA", "BBC"] }]\n',
        "ties.pacts#1.members#2",
        "no state 'BBC'; did you mean 'BBB'?",
    ),
    "unknown obligation": (
        '[ties]\npacts = [{ obligation = "defense", members = ["AAA", "BBB"] }]\n',
        "ties.pacts#1.obligation#1",
        "did you mean 'defence'?",
    ),
    "a pact of one": (
        '[ties]\npacts = [{ obligation = "defence", members = ["AAA"] }]\n',
        "ties.pacts#1.members",
        "has 1 entries; write at least 2",
    ),
    "a pair of one": (
        '[ties]\naffinity = [{ pair = ["AAA"], value = 0 }]\n',
        "ties.affinity#1.pair",
        "has 1 entries; write at least 2",
    ),
    "itself": (
        '[ties]\nfrailty = [{ pair = ["AAA", "AAA"], value = 1 }]\n',
        "ties.frailty#1.pair",
        "AAA is named twice",
    ),
    "own sanction": (
        '[ties]\nsanctions = [{ sender = "AAA", target = "AAA", level = 1 }]\n',
        "ties.sanctions#1.target",
        "AAA cannot sanction itself",
    ),
    "level of a dispute": (
        '[ties]\ndisputes = [{ pair = ["AAA", "BBB"], level = 9 }]\n',
        "ties.disputes#1.level",
        "9 is out of bounds; write a number from 1 to 5",
    ),
    "unknown tie": ("[ties]\nrivalry = []\n", "ties.rivalry", "no key 'rivalry' here; did you mean 'rivalries'?"),
    "unknown policy": ('[policies]\nBBB = "multivector"\n', "policies.BBB", "did you mean 'multi_vector'?"),
    "parameter of an unknown policy": (
        "[policies.balanc]\narming = 1\n",
        "policies.balanc",
        "no policy 'balanc'; did you mean 'balance'?",
    ),
    "unknown parameter of a policy": (
        "[policies.balance]\narmin = 1\n",
        "policies.balance.armin",
        "policy 'balance' has no parameter 'armin'; did you mean 'arming'?",
    ),
    "parameter of a policy out of bounds": (
        "[policies.balance]\narming = 9\n",
        "policies.balance.arming",
        "9 is out of bounds; write a number from 0 to 3 (default 1)",
    ),
    "policy for a policy": ('[policies]\nbalance = "align"\n', "policies.balance", "write a table of its parameters"),
    "table for a state": ("[policies.BBB]\narming = 1\n", "policies.BBB", "write its name in quotes"),
    "policy is a number": ("[policies]\nBBB = 3\n", "policies.BBB", "3 names no policy; write its name in quotes"),
    "tolerance out of bounds": (
        "tolerance = 2\n",
        "states.BBB.tolerance",
        "2 is out of bounds; write a number from 0 to 1",
    ),
    "unknown parameter of a policy in an event": (
        '[[events]]\nyear = 2001\nkind = "parameter"\nkey = "policies.balance.armin"\nvalue = 1\n',
        "events#1.key",
        "no parameter 'policies.balance.armin'; did you mean 'policies.balance.arming'?",
    ),
    "policy of an unknown state": (
        '[policies]\nBBC = "align"\n',
        "policies.BBC",
        "no state 'BBC'; did you mean 'BBB'?",
    ),
    "unknown mechanism": ("[mechanisms]\nmediaton = false\n", "mechanisms.mediaton", "did you mean 'mediation'?"),
    "unknown parameter": (
        "[mechanisms.alignment]\nkapa = 1\n",
        "mechanisms.alignment.kapa",
        "mechanism 'alignment' has no parameter 'kapa'; did you mean 'kappa'?",
    ),
    "parameter out of bounds": (
        "[mechanisms.alignment]\nkappa = 200\n",
        "mechanisms.alignment.kappa",
        "200 is out of bounds; write a number from 0 to 6 (default 1.5)",
    ),
    "parameter is no number": (
        "[mechanisms.alignment]\nkappa = true\n",
        "mechanisms.alignment.kappa",
        "True is no number",
    ),
    "mechanism is a number": ("[mechanisms]\nmediation = 3\n", "mechanisms.mediation", "write true, false or a table"),
    "kind of organisation": (
        '[organisations.X]\nkind = "securty"\n',
        "organisations.X.kind",
        "did you mean 'security'?",
    ),
    "unknown member": (
        '[organisations.X]\nkind = "global"\nmembers = ["AAC"]\n',
        "organisations.X.members#1",
        "no state 'AAC'; did you mean 'AAA'?",
    ),
    "unknown leader": (
        '[organisations.X]\nkind = "global"\nleader = "AAC"\n',
        "organisations.X.leader#1",
        "no state 'AAC'",
    ),
    "target of another norm": (
        "[norms.x]\ntargets = { AAA = 2050 }\n",
        "norms.x.targets",
        "only carbon_neutrality has",
    ),
    "unknown adopter": ('[norms.x]\nadopters = ["AAC"]\n', "norms.x.adopters#1", "did you mean 'AAA'?"),
    "no list": ('[norms.x]\nadopters = "AAA"\n', "norms.x.adopters", "write a list"),
    "kind of event": ('[[events]]\nkind = "sanctn"\nyear = 2001\n', "events#1", "did you mean 'sanction'?"),
    "event without a kind": ("[[events]]\nyear = 2001\n", "events#1", "the event has no kind"),
    "unknown state in an event": (
        '[[events]]\nyear = 2001\nkind = "sanction"\nsender = "AAC"\ntarget = "BBB"\nlevel = 1\n',
        "events#1.sender",
        "no state 'AAC'; did you mean 'AAA'?",
    ),
    "unknown organisation in an event": (
        '[organisations.UN]\nkind = "global"\n'
        '[[events]]\nyear = 2001\nkind = "join"\nstate = "AAA"\norganisation = "UM"\n',
        "events#1.organisation",
        "no organisation 'UM'; valid are: UN",
    ),
    "unknown norm in an event": (
        '[norms.norm]\n[[events]]\nyear = 2001\nkind = "adopt"\nstate = "AAA"\nnorm = "nom"\n',
        "events#1.norm",
        "no norm 'nom'; did you mean 'norm'?",
    ),
    "unknown policy in an event": (
        '[[events]]\nyear = 2001\nkind = "policy"\nstate = "AAA"\npolicy = "algn"\n',
        "events#1.policy",
        "did you mean 'align'?",
    ),
    "unknown parameter in an event": (
        '[[events]]\nyear = 2001\nkind = "parameter"\nkey = "mechanisms.alignment.kapa"\nvalue = 1\n',
        "events#1.key",
        "did you mean 'mechanisms.alignment.kappa'?",
    ),
    "parameter out of bounds in an event": (
        '[[events]]\nyear = 2001\nkind = "parameter"\nkey = "mechanisms.alignment.kappa"\nvalue = 99\n',
        "events#1.value",
        "99 is out of bounds; write a number from 0 to 6",
    ),
    "missing key in an event": (
        '[[events]]\nyear = 2001\nkind = "shock"\n',
        "events#1.name",
        "is missing; write text in quotes",
    ),
    "unknown table": ('[tables]\nstate = "x.csv"\n', "tables.state", "no such table; did you mean 'states'?"),
    "table without a path": ("[tables]\nstates = 3\n", "tables.states", "write its path in quotes"),
    "table that is missing": ('[tables]\nstates = "x.csv"\n', "tables.states", "no file"),
    "unknown top key": ("[sorces]\n", "sorces", "no key 'sorces' here; did you mean 'sources'?"),
}


@pytest.mark.parametrize("case", ADDED)
def test_what_is_added_wrongly_is_told(tmp_path, case):
    added, key, message = ADDED[case]
    file = written(tmp_path, SMALL + added)
    said = complaint(file)
    assert message in said
    assert f"{key}: " in said
    assert "\n" not in said
    last = key.split(".")[-1].partition("#")[0]
    first = len(SMALL.splitlines()) + 1
    line = max([n for n, line in enumerate(added.splitlines(), first) if last in line], default=first)
    assert f"{file}, line {line}: " in said


REPLACED = {
    "gdp below zero": (
        "gdp = 10\n",
        "gdp = -5\n",
        "states.BBB.gdp: -5 is out of bounds; write a number from 0.001 to 1e+07",
    ),
    "no gdp": ("gdp = 10\n", "", "states.BBB.gdp: is missing; write a number from 0.001"),
    "ends before it starts": ("end = 2010", "end = 1990", "the end, 1990, is not after the start, 2000"),
    "ends as it starts": ("end = 2010", "end = 2000", "write a later year"),
    "no end": ("end = 2010\n", "", "end: is missing; write a number"),
    "no step": ("end = 2010", "end = 2010\ndt = 0", "dt: 0 is out of bounds; write a number above 0, at most 1"),
    "negative step": ("end = 2010", "end = 2010\ndt = -1", "dt: -1 is out of bounds"),
    "step that does not divide": ("end = 2010", "end = 2010\ndt = 0.3", "write for instance 0.25"),
    "usual step that does not divide": ("end = 2010", "end = 2010.1", "dt: steps of 0.25 years do not divide"),
    "pole that is no state": ('"AAA"]', '"AAC"]', "poles.AAC: no state 'AAC'; did you mean 'AAA'?"),
    "pole twice": ('"AAA"]', '"AAA", "AAA"]', "poles: a pole is named twice"),
    "no pole": ('poles = ["AAA"]', "poles = []", "poles: has 0 entries; write at least 1"),
    "poles missing": ('poles = ["AAA"]\n', "", "poles: is missing"),
    "poles of another form": ('poles = ["AAA"]', "poles = 3", "poles: 3 is not valid here"),
    "weight of a pole": ('poles = ["AAA"]', "poles.EU = { AAA = 2 }", "poles.EU.AAA: 2 is out of bounds"),
    "too much alignment": (
        '["AAA"]\n',
        '["AAA", "CCC"]\n[states.CCC]\ngdp=1\npopulation=1\nlatitude=1\nlongitude=1\n',
        None,
    ),
    "alignment of a pole": ("gdp = 1000\n", "gdp = 1000\nalignment = { AAA = 1 }\n", "AAA belongs to a pole"),
    "code in small letters": ("[states.BBB]", "[states.bbb]", "'bbb' is no code; write capital letters"),
    "one state": (SMALL[SMALL.index("[states.BBB]") :], "", "states: has 1 entries; write at least 2"),
    "state twice": ("[states.BBB]", "[states.AAA]", "Cannot declare states.AAA twice"),
}


@pytest.mark.parametrize("case", REPLACED)
def test_what_is_replaced_wrongly_is_told(tmp_path, case):
    old, new, message = REPLACED[case]
    text = SMALL.replace(old, new, 1)
    assert text != SMALL
    if message is None:
        text, message = text + "alignment = { AAA = 0.7, CCC = 0.5 }\n", "the shares add up to 1.2"
    said = complaint(written(tmp_path, text))
    assert message in said
    assert "small.toml" in said


BROKEN = {
    "x = \n": "the value is missing",
    "x = text\n": "write text in quotes",
    "x = .5\n": "0.5, not .5",
    "x = True\n": "true and false in small letters",
    'x = "open\n': "close the quotes on the same line",
    "x 3\n": "write KEY = VALUE",
    "x = 3 4\n": "write one key a line",
    "gdp = 11\n": "keep one of the two",
    "[states.BBB]\n": "join the two",
}


@pytest.mark.parametrize("added", BROKEN)
def test_wrong_toml_is_told_in_plain_words(tmp_path, added):
    said = complaint(written(tmp_path, SMALL + added))
    assert f"small.toml, line {len(SMALL.splitlines()) + 1}: this is not TOML" in said
    assert BROKEN[added] in said


def test_all_problems_are_told_at_once_with_their_lines(tmp_path):
    text = SMALL.replace("gdp = 10\n", "gdp = -5\n") + (
        'typo = 1\n[policies]\nBBB = "algn"\n[mechanisms]\nmediaton = false\n[mechanisms.alignment]\nkappa = 99\n'
        '[norms.x]\nadopters = 3\ntargets = { AAA = 2050 }\n[[events]]\nyear = "soon"\nkind = "adopt"\n'
        'state = "AAC"\nnorm = "x"\n'
    )
    lines = complaint(written(tmp_path, text)).splitlines()
    needles = ("gdp = -5", "typo", '"algn"', "mediaton", "kappa", "adopters", "targets", '"soon"', '"AAC"')
    assert lines[0] == f"{len(needles)} problems in this scenario:"
    told = [int(line.partition(", line ")[2].partition(":")[0]) for line in lines[1:]]
    assert told == [line_of(text, needle) for needle in needles]


def table_complaint(folder: Path, key: str, table: str, more: str = "") -> list[str]:
    head = HEAD if key == "states" else SMALL
    text = f'{head}[tables]\n{key} = "t.csv"\n{more}'
    said = complaint(written(folder, text, t_csv=table)).replace(f"{folder}{os.sep}", "")
    return [line.strip() for line in said.splitlines() if not line.endswith("in this scenario:")]


ROWS = {
    "no number": (
        "CCC,abc,1,1,1\n",
        "t.csv, row 4, column gdp: states.CCC.gdp: 'abc' is no number; write a number from",
    ),
    "below zero": ("CCC,-3,1,1,1\n", "t.csv, row 4, column gdp: states.CCC.gdp: -3 is out of bounds"),
    "not finite": ("CCC,nan,1,1,1\n", "t.csv, row 4, column gdp: states.CCC.gdp: nan is no finite number"),
    "empty": ("CCC,,1,1,1\n", "t.csv, row 4, column gdp: states.CCC.gdp: is missing; write a number"),
    "twice": ("\nAAA,1,1,1,1\n", "t.csv, row 5, column code: AAA comes twice, first in row 2; keep one row"),
    "no code": (",1,1,1,1\n", "t.csv, row 4, column code: the row has no code"),
    "too many cells": ("CCC,1,000,1,1,1\n", "t.csv, line 4: the row has 6 cells and the head 5"),
    "small letters": ("ccc,1,1,1,1\n", "t.csv, line 4: states.ccc: 'ccc' is no code"),
    "open quotes": ('"CCC,1,1,1,1\n', "t.csv, line 4: this is not CSV"),
}


@pytest.mark.parametrize("case", ROWS)
def test_a_wrong_row_of_states_is_told(tmp_path, case):
    row, message = ROWS[case]
    assert any(line.startswith(message) for line in table_complaint(tmp_path, "states", TABLE + row))


def test_wrong_columns_of_a_table_are_told(tmp_path):
    (unknown, missing) = table_complaint(tmp_path, "states", TABLE.replace("latitude", "lattitude"))[:2]
    assert unknown == "t.csv, line 1: no column 'lattitude' in a table of states; did you mean 'latitude'?"
    assert missing.startswith("t.csv, line 1: the column latitude is missing; a table of states must have code, gdp")
    doubled = TABLE.replace("population", "gdp")
    assert "t.csv, line 1: the column 'gdp' comes twice; keep one" in table_complaint(tmp_path, "states", doubled)
    assert (
        table_complaint(tmp_path, "states", "")[0] == "t.csv: the table is empty; write the names of its columns first"
    )


@pytest.mark.parametrize(
    ("key", "table", "message"),
    [
        ("trade", "a,b,trade\nAAA,BBB,-1\n", "row 2, column trade: ties.trade#1.value: -1 is out of bounds"),
        (
            "trade",
            "a,b,trade\nAAA,BBC,1\n",
            "row 2, column b: ties.trade#1.pair#2: no state 'BBC'; did you mean 'BBB'?",
        ),
        ("trade", "a,b,trade\nAAA,BBB,1\nBBB,AAA,1\n", "line 3: ties.trade#2: AAA and BBB come twice"),
        ("trade", "a,b\nAAA,BBB\n", "line 1: the column trade is missing"),
        (
            "contiguity",
            "a,b,kind\nAAA,BBB,sea\n",
            "row 2, column kind: ties.contiguity#1.kind: 'sea' is not valid here",
        ),
        ("organisations", "organisation,state\nUM,AAA\n", "row 2, column organisation: no organisation 'UM'"),
        (
            "organisations",
            "organisation,state\nUNO,AAC\n",
            "row 2, column state: organisations.UNO.members#1: no state 'AAC'",
        ),
        (
            "organisations",
            "organisation,state,role\nUNO,AAA,membre\n",
            "row 2, column role: no role 'membre'; did you mean",
        ),
    ],
)
def test_a_wrong_row_of_pairs_or_members_is_told(tmp_path, key, table, message):
    (line,) = table_complaint(tmp_path, key, table, '[organisations.UNO]\nkind = "global"\n')
    assert line.startswith(f"t.csv, {message}")


def test_a_missing_table_names_the_nearest_file(tmp_path):
    said = complaint(written(tmp_path, f'{HEAD}[tables]\nstates = "sates.csv"\n', states_csv=TABLE))
    assert "small.toml, line 6: tables.states: no file" in said
    assert "did you mean 'states.csv'?" in said


def test_a_state_that_no_table_holds_is_misspelt(tmp_path):
    text = f'{HEAD}[tables]\nstates = "t.csv"\n[states.BBD]\nautonomy = 1.2\n'
    said = complaint(written(tmp_path, text, t_csv=TABLE))
    assert (
        "states.BBD: no state 'BBD'; did you mean 'BBB'? (a new one needs gdp, population, latitude, longitude)" in said
    )


def test_what_is_no_scenario_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "latin.toml").write_bytes(b'name = "x"\nnotes = "\xe9"\n')
    assert "did you mean 'three-powers'?" in complaint("three-power")
    assert "did you mean 'small.toml'?" in complaint("smal.toml")
    assert "the folder" in complaint("nowhere/x.toml")
    assert "folder is a folder, not a scenario" in complaint("folder")
    assert "latin.toml, line 2: this is not UTF-8" in complaint("latin.toml")
    assert complaint("x" * 5000).endswith("write a built-in name or a path")
    assert complaint("a\0b").endswith("write a built-in name or a path")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(tmp_path):
    file = written(tmp_path)
    file.chmod(0)
    assert "cannot be read: permission denied" in complaint(file)


@pytest.mark.parametrize("number", ["2", "401", "many", "", "-5", "3.5"])
def test_an_invented_world_has_three_to_four_hundred_states(number):
    assert "write the number of states, from 3 to 400" in complaint(f"random:{number}")


def test_extends_that_leads_nowhere_is_told(tmp_path):
    (tmp_path / "other.toml").write_text('extends = "small"\n', encoding="utf-8")
    assert "small.toml, line 1: extends: no scenario 'three-power'" in complaint(
        written(tmp_path, 'extends = "three-power"\n')
    )
    assert "a circle; take one `extends` out" in complaint(written(tmp_path, 'extends = "other.toml"\n'))
    assert "extends: 3 names no scenario" in complaint(written(tmp_path, "extends = 3\n"))


def test_a_wrong_override_is_told_where_it_is_written(tmp_path):
    said = complaint(
        written(tmp_path, 'extends = "three-powers"\n[states.MERR]\nautonomy = 1\n[states.MER]\nautonomy = 9\n')
    )
    assert "small.toml, line 2: states.MERR: no state 'MERR'; did you mean 'MER'?" in said
    assert "small.toml, line 5: states.MER.autonomy: 9 is out of bounds" in said


POLICY = '''
from dataclasses import dataclass
from typing import ClassVar
from sim.policies.base import Policy
from sim.policies.proposals import Proposals

@dataclass(frozen=True)
class Calm(Policy):
    """Keeps calm."""
    reads: ClassVar = "benefit autonomy"
    def propose(self, world, members, rng):
        return Proposals.plain(world, members)

class NoPolicy:
    pass
'''


def test_code_runs_only_when_allowed(tmp_path):
    trap = tmp_path / "ran"
    code = POLICY + f"\nopen({str(trap)!r}, 'w').close()\n"
    file = written(tmp_path, SMALL + '[policies]\nBBB = "own_policy:Calm"\n', own_policy_py=code)
    said = complaint(file)
    assert "small.toml, line 16: policies.BBB: names code of its own (own_policy:Calm)" in said
    assert "--allow-code" in said
    assert "allow_code=True" in said
    assert not trap.exists()
    scenario = load_scenario(file, allow_code=True)
    assert trap.exists()
    assert type(scenario.decisions()["own_policy:Calm"]).__name__ == "Calm"
    model = scenario.model(1)
    model.turn()
    assert model.world.names.policies[model.world.policy[1]] == "own_policy:Calm"


def test_code_in_an_event_or_a_change_needs_leave_too(tmp_path):
    event = '[[events]]\nyear = 2001\nkind = "policy"\nstate = "BBB"\npolicy = "own_policy:Calm"\n'
    file = written(tmp_path, SMALL + event, own_policy_py=POLICY)
    assert "--allow-code" in complaint(file)
    assert "own_policy:Calm" in load_scenario(file, allow_code=True).policy_names()
    assert "--allow-code" in complaint(written(tmp_path), changes=["policies.BBB=own_policy:Calm"])


NUMBERED = (
    POLICY.replace(
        "def propose(self, world, members, rng):\n        return Proposals.plain(world, members)",
        "def propose(self, world, members, rng):\n        return Proposals.plain(world, members,"
        " arms_effort=self.arms + 0 * members)",
    )
    .replace(
        "    reads:", '    arms: float = param(1, unit="1", low=0, high=3, doc="Arms.", source="assumed")\n    reads:'
    )
    .replace("from sim.policies.base", "from sim.core.params import param\nfrom sim.policies.base")
)


def test_parameters_of_own_policies_are_given_like_those_of_others(tmp_path):
    text = f'{SMALL}[policies]\nBBB = "own_policy:Calm"\n[policies."own_policy:Calm"]\narms = 2\n'
    file = written(tmp_path, text, own_policy_py=NUMBERED)
    model = load_scenario(file, allow_code=True).model(1)
    assert model.world.arms_effort.tolist() == [1, 2]
    changed = load_scenario(file, changes=["policies.own_policy:Calm.arms=3"], allow_code=True)
    assert changed.model(1).world.arms_effort.tolist() == [1, 3]
    for wrong, message in {
        "arms=9": "arms: 9 is out of bounds",
        "arm=1": "arm: no such parameter; did you mean",
    }.items():
        said = complaint(file, changes=[f"policies.own_policy:Calm.{wrong}"], allow_code=True)
        assert said.startswith("policies.own_policy:Calm.") and message in said
    model.intervene("parameter", key="policies.own_policy:Calm.arms", value=1.5, year=2001, lasting=1)
    model.intervene("parameter", key="policies.own_policy:Calm.arm", value=1.5)
    efforts = [model.world.arms_effort[1] for year in (2001, 2001.25, 2002, 2002.25) if not model.run_until(year)]
    assert efforts == [2, 1.5, 1.5, 2]
    assert "no such parameter; did you mean 'arms'?" in next(model.ledger.rows())["sentence"]


PLAIN = """
from dataclasses import dataclass
from sim.core.params import param
from sim.policies import Arm

@dataclass(frozen=True)
class Armed:
    arms: float = param(1, unit="1", low=0, high=3, doc="Arms.", source="assumed")
    def decide(self, agent):
        return [Arm(self.arms)]

class Bare:
    def decide(self, agent):
        return []
"""


def test_plain_own_policies_take_parameters_too_if_they_declare_some(tmp_path):
    file = written(tmp_path, f'{SMALL}[policies]\nBBB = "plain:Armed"\n', plain_py=PLAIN)
    model = load_scenario(file, changes={"policies.plain:Armed.arms": 2}, allow_code=True).model(1)
    assert model.world.arms_effort.tolist() == [1, 2]
    model.intervene("parameter", key="policies.plain:Armed.arms", value=3)
    model.turn()
    assert model.world.arms_effort.tolist() == [1, 3]
    said = complaint(file, changes=["policies.plain:Bare.arms=2"], allow_code=True)
    assert "policies.plain:Bare: Bare has no parameters" in said


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("absent:Calm", "no module 'absent' on Python's path"),
        ("own_policy:Clam", "own_policy has no class 'Clam'; did you mean 'Calm'?"),
        ("own_policy:NoPolicy", "NoPolicy is no policy; write a frozen dataclass"),
        ("broken:Calm", "broken fails when imported: ZeroDivisionError"),
        ("needy:Calm", "needy needs absent_module, which is missing"),
    ],
)
def test_code_that_does_not_work_is_told(tmp_path, name, message):
    text = f'{SMALL}[policies]\nBBB = "{name}"\n'
    files = {"own_policy_py": POLICY, "broken_py": "1 / 0\n", "needy_py": "import absent_module\n"}
    assert message in complaint(written(tmp_path, text, **files), allow_code=True)


CHANGES = {
    "kappa": "write KEY=VALUE",
    "end=": "the value is missing",
    "end=2 or 3 [": "is no value",
    "mechanism.alignment.kappa=1": "no key 'mechanism'; did you mean 'mechanisms'?",
    "mechanisms.alignment.kapa=1": "no parameter 'kapa'; did you mean 'kappa'?",
    "mechanisms.alinment=false": "no mechanism 'alinment'; did you mean 'alignment'?",
    "mechanisms.alignment=off": "write true, false or a table of parameters",
    "mechanisms.alignment.kappa=99": "99 is out of bounds; write a number from 0 to 6",
    "mechanisms=false": "not of the form mechanisms.NAME",
    "states.BBC.gdp=1": "no state 'BBC'; did you mean 'BBB'?",
    "states.BBB.gpd=1": "no column 'gpd'; did you mean 'gdp'?",
    "states.BBB=1": "not of the form states.CODE.COLUMN",
    "states.BBB.gdp=-1": "-1 is out of bounds",
    "states.BBB.alignment.AAC=0.1": "no pole 'AAC'; did you mean 'AAA'?",
    "policies.BBC=align": "no state 'BBC'; did you mean 'BBB'?",
    "policies.BBB=algn": "no policy 'algn'; did you mean 'align'?",
    "policies.balanc.arming=1": "no policy 'balanc'; did you mean 'balance'?",
    "policies.balance.armin=1": "no parameter 'armin'; did you mean 'arming'?",
    "policies.balance.arming=9": "9 is out of bounds; write a number from 0 to 3",
    "policies.balance.arming=much": "'much' is no number",
    "policies.BBB.arming=1": "not of the form policies.CODE or policies.NAME.PARAMETER",
    "policies.balance=1": "write a table of its parameters",
    "organisations.X.legitimacy=1": "no organisation 'X'",
    "norms.x.since=1": "no norm 'x'",
    "end=1990": "the end, 1990, is not after the start",
    "start.x=1": "not of the form start",
    "ties.pacts=1": "'ties' cannot be set like this; write it in a file that begins with extends = ",
    "events=1": "'events' cannot be set like this",
    'poles=["BBB"]': "'poles' cannot be set like this",
    'states.BBB.members=["X"]': "a list cannot be set like this",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_cannot_be_made_is_told(tmp_path, change):
    said = complaint(written(tmp_path), changes=[change])
    assert said.startswith(f"--set {change}: ")
    assert CHANGES[change] in said


def test_all_wrong_changes_are_told_in_their_order(tmp_path):
    said = complaint(written(tmp_path), changes=["states.BBC.gdp=1", "end=1990", "kappa"]).splitlines()
    assert [line.partition(": ")[0].strip() for line in said[1:]] == [
        "--set states.BBC.gdp=1",
        "--set kappa",
        "--set end=1990",
    ]


def test_a_wrong_change_in_python_names_its_key(tmp_path):
    assert complaint(written(tmp_path), changes={"states.BBC.gdp": 1}).startswith(
        "changes 'states.BBC.gdp': no state 'BBC'"
    )


JUNK = (3, -1.5, "x", "", True, [], ["AAA"], [["AAA"]], [3], {}, {"AAA": 1}, {"x": {"y": []}}, [{"pair": [{}, []]}])
WHOLE = {
    "start": 2000,
    "end": 2010,
    "poles": ["AAA"],
    "tables": {"trade": "t.csv", "organisations": "o.csv", "contiguity": "c.csv"},
    "states": {
        "AAA": {"gdp": 10, "population": 1, "latitude": 1, "longitude": 1, "great": True},
        "BBB": {"gdp": 10, "population": 1, "latitude": 1, "longitude": 1, "alignment": {"AAA": 0.5}},
    },
    "ties": {
        "pacts": [{"obligation": ["defence"], "members": ["AAA", "BBB"]}],
        "disputes": [{"pair": ["AAA", "BBB"], "level": 2}],
        "trade": [{"pair": ["AAA", "BBB"], "value": 2}],
        "contiguity": [{"pair": ["AAA", "BBB"], "kind": "land"}],
    },
    "organisations": {"UNO": {"kind": "global", "leader": "AAA"}},
    "norms": {"carbon_neutrality": {"adopters": ["AAA"], "targets": {"AAA": 2050}}},
    "policies": {"BBB": "align", "balance": {"arming": 2}},
    "mechanisms": {"alignment": {"kappa": 2}, "mediation": False},
    "events": [{"kind": "treaty", "year": 2001, "members": ["AAA", "BBB"], "obligation": "defence"}],
    "sources": {"gdp": "a book"},
}


def as_toml(value) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {as_toml(held)}' for key, held in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def every_place(value, path=()):
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in items:
        yield (*path, key)
        yield from every_place(held, (*path, key))


def spoilt(value, path, junk):
    if not path:
        return junk
    copy = value.copy()
    copy[path[0]] = spoilt(value[path[0]], path[1:], junk)
    return copy


@pytest.mark.parametrize("path", list(every_place(WHOLE)), ids=lambda path: ".".join(map(str, path)))
def test_whatever_stands_anywhere_the_answer_is_a_scenario_or_a_clear_error(tmp_path, path):
    written(tmp_path, "", t_csv="a,b,trade\n", o_csv="organisation,state\nUNO,AAA\n", c_csv="a,b\n")
    for number, junk in enumerate(JUNK):
        data = spoilt(WHOLE, path, junk)
        file = tmp_path / f"spoilt{number}.toml"
        file.write_text("\n".join(f"{key} = {as_toml(value)}" for key, value in data.items()), encoding="utf-8")
        try:
            scenario = load_scenario(file)
        except ScenarioError as error:
            assert f"spoilt{number}.toml" in str(error) or "o.csv, row 2" in str(error)
        else:
            assert np.isfinite(scenario.world().gdp).all()
