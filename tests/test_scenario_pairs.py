"""What scenario files say of pairs, inline and in tables: past disputes, years at peace, pacts of two and of many."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim import load_scenario
from sim.scenario import ScenarioError, scenario_from
from sim.scenario.world_building import PEACE_YEARS
from sim.world import OBLIGATIONS, World

STATES = {
    code: {"gdp": 100.0, "population": 10.0, "latitude": 10.0 * k, "longitude": 20.0 * k}
    for k, code in enumerate(("ALD", "BOR", "CER", "DAL"))
}
DATA = {"name": "four", "start": 2000, "end": 2010, "poles": ["ALD"], "states": STATES}
TEXT = """name = "four"
start = 2000
end = 2010
poles = ["ALD"]
[tables]
states = "states.csv"
pairs = "pairs.csv"
pacts = "pacts.csv"
"""
PAIRS = """a,b,peace_years,dispute_record,rivalry,frailty,affinity
ALD,BOR,3,2.5,0.4,0.7,-0.3
CER,ALD,,1.25,,,
"""
PACTS = """a,b,obligations,since,shared
ALD,CER,defence consultation,1949,league
BOR,CER,nonaggression,,
DAL,ALD,defence,1955,league
"""


def written(folder: Path, *, text: str = TEXT, pairs: str = PAIRS, pacts: str = PACTS) -> Path:
    rows = [f"{code},{','.join(str(value) for value in state.values())}" for code, state in STATES.items()]
    (folder / "states.csv").write_text("\n".join(["code,gdp,population,latitude,longitude", *rows]), encoding="utf-8")
    (folder / "pairs.csv").write_text(pairs, encoding="utf-8")
    (folder / "pacts.csv").write_text(pacts, encoding="utf-8")
    (folder / "four.toml").write_text(text, encoding="utf-8")
    return folder / "four.toml"


def complaint(file: Path) -> str:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file)
    return str(caught.value)


def world_of(**ties: object) -> World:
    return scenario_from({**DATA, "ties": ties}).world()


def test_a_table_of_pairs_fills_the_columns_of_the_world_both_ways(tmp_path: Path) -> None:
    world = load_scenario(written(tmp_path)).world()
    for column, value in {"peace_years": 3, "dispute_record": 2.5, "rivalry": 0.4, "frailty": 0.7}.items():
        held = getattr(world, column)
        assert held[0, 1] == held[1, 0] == value, column
    assert world.affinity[0, 1] == pytest.approx(-0.3)
    assert world.dispute_record[2, 0] == 1.25
    assert world.rivalry[2, 0] == 0


def test_a_pair_without_a_record_has_the_one_that_its_rivalry_stands_for() -> None:
    world = world_of(rivalries=[{"pair": ["ALD", "BOR"], "level": 0.5}, {"pair": ["CER", "DAL"], "level": 0.5}])
    assert 1 - np.exp(-world.dispute_record[0, 1] / 2) == pytest.approx(0.5)
    given = world_of(
        rivalries=[{"pair": ["ALD", "BOR"], "level": 0.5}], dispute_record=[{"pair": ["ALD", "BOR"], "value": 0}]
    )
    assert given.dispute_record[0, 1] == 0
    assert given.rivalry[0, 1] == 0.5


def test_who_never_had_a_dispute_is_long_at_peace_however_young() -> None:
    states = {code: {**state} for code, state in STATES.items()}
    states["ALD"]["enters"], states["CER"]["enters"] = 1999.5, 2005.0
    told = {"peace_years": [{"pair": ["DAL", "BOR"], "value": 2}]}
    years = scenario_from({**DATA, "states": states, "ties": told}).world().peace_years
    assert years[0, 1] == years[0, 3] == years[1, 2] == PEACE_YEARS
    assert years[1, 3] == 2
    assert np.diag(years).max() == 0


def test_a_state_has_the_tradition_of_its_start_unless_told() -> None:
    states = {code: {**state} for code, state in STATES.items()}
    states["ALD"] |= {"democracy": 0.8, "democratic_tradition": 0.3}
    states["BOR"] |= {"democracy": 0.6}
    assert scenario_from({**DATA, "states": states}).world().democratic_tradition[:2].tolist() == [0.3, 0.6]


def test_a_live_dispute_leaves_no_years_at_peace() -> None:
    told = {"peace_years": [{"pair": ["ALD", "BOR"], "value": 9}], "disputes": [{"pair": ["BOR", "ALD"], "level": 4}]}
    assert world_of(**told).peace_years[0, 1] == 0


def test_the_pairs_of_one_dispute_share_its_mark() -> None:
    parts = [{"pair": [one, "DAL"], "level": 4, "shared": "Gulf"} for one in ("ALD", "BOR")]
    tag = world_of(disputes=[*parts, {"pair": ["CER", "DAL"], "level": 3}]).dispute_tag
    assert tag[0, 3] == tag[1, 3] > 0
    assert tag[2, 3] not in (0, tag[0, 3])


def test_a_table_of_pacts_binds_pairs_and_marks_the_parts_of_one_pact(tmp_path: Path) -> None:
    world = load_scenario(written(tmp_path)).world()
    held = {name: world.pact[k] for k, name in enumerate(OBLIGATIONS)}
    assert held["defence"][0, 2] and held["defence"][2, 0] and held["consultation"][0, 2]
    assert held["nonaggression"][1, 2] and not held["defence"][1, 2]
    assert world.pact_since[0, 2] == 1949
    assert world.pact_since[1, 2] == 0
    assert world.pact_mark[0, 2] == world.pact_mark[0, 3] > 0
    assert world.pact_mark[1, 2] == 0


def test_a_pact_of_three_is_one_pact_of_many() -> None:
    three = {"obligation": "defence", "members": ["ALD", "BOR", "CER"]}
    mark = world_of(pacts=[three, {"obligation": "defence", "members": ["ALD", "DAL"]}]).pact_mark
    assert mark[0, 1] == mark[1, 2] == mark[0, 2] > 0
    assert mark[0, 3] == 0


def test_what_the_scenario_file_says_goes_before_the_table(tmp_path: Path) -> None:
    more = '[ties]\nfrailty = [{ pair = ["BOR", "ALD"], value = -1 }]\npacts = [{ obligation = "offence", '
    text = f'{TEXT}{more}members = ["BOR", "DAL"] }}]\n'
    scenario = load_scenario(written(tmp_path, text=text))
    assert scenario.world().frailty[0, 1] == -1
    assert len(scenario.ties.pacts) == 4


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ("a,b,frailty\nALD,BOX,1\n", ("pairs.csv, row 2, column b", "no state 'BOX'", "did you mean 'BOR'?")),
        ("a,b,frailty\nALD,BOR,1\nALD,CER,x\n", ("pairs.csv, row 3, column frailty",)),
        ("a,b,dispute_record\nALD,BOR,-1\n", ("pairs.csv, row 2, column dispute_record", "0")),
        ("a,b,rivalry\nALD,BOR,7\n", ("pairs.csv, row 2, column rivalry", "1")),
        ("a,b,frality\nALD,BOR,1\n", ("pairs.csv, line 1", "no column 'frality'", "did you mean 'frailty'?")),
        ("a,peace_years\nALD,1\n", ("pairs.csv, line 1", "the column b is missing")),
        ("a,b,peace_years\nALD,BOR,1\nBOR,ALD,2\n", ("pairs.csv, line 3", "come twice")),
    ],
)
def test_faults_in_the_table_of_pairs_are_told_with_row_and_column(
    tmp_path: Path, pairs: str, words: tuple[str, ...]
) -> None:
    told = complaint(written(tmp_path, pairs=pairs))
    for word in words:
        assert word in told, told


@pytest.mark.parametrize(
    ("pacts", "words"),
    [
        ("a,b,obligations\nALD,BOR,defense\n", ("pacts.csv, row 2, column obligations", "defence")),
        ("a,b,obligations\nALD,BOR,\n", ("pacts.csv, row 2, column obligations",)),
        ("a,b,obligations\nALD,ALD,defence\n", ("pacts.csv, line 2", "named twice")),
        ("a,b,obligations,since\nALD,BOR,defence,soon\n", ("pacts.csv, row 2, column since",)),
        ("a,b\nALD,BOR\n", ("pacts.csv", "the column obligations is missing")),
    ],
)
def test_faults_in_the_table_of_pacts_are_told_with_row_and_column(
    tmp_path: Path, pacts: str, words: tuple[str, ...]
) -> None:
    told = complaint(written(tmp_path, pacts=pacts))
    for word in words:
        assert word in told, told


def test_data_in_memory_are_checked_as_a_file_is_and_stay_as_they_were() -> None:
    ties = {"pacts": [{"obligation": "defence", "members": ["ALD", "BOR"]}]}
    data = {**DATA, "ties": ties}
    changed = scenario_from(data, changes={"states.ALD.gdp": 7.0, "mechanisms.alliances.accede": 0.02})
    assert changed.states["ALD"].gdp == 7
    assert STATES["ALD"]["gdp"] == 100 and "mechanisms" not in data and ties == data["ties"]
    with pytest.raises(ScenarioError, match=r"ties.pacts#1.members#2: no state 'BOX'; did you mean 'BOR'"):
        scenario_from({**DATA, "ties": {"pacts": [{"obligation": "defence", "members": ["ALD", "BOX"]}]}})


def test_every_world_of_a_scenario_is_its_own() -> None:
    scenario = scenario_from(DATA)
    first = scenario.model(seed=1)
    for _ in range(8):
        first.turn()
    again, other = scenario.model(seed=1), scenario.world()
    assert other.step == 0
    for _ in range(8):
        again.turn()
    mine, theirs = first.world.arrays(), again.world.arrays()
    assert all(np.array_equal(mine[name], theirs[name]) for name in mine)
