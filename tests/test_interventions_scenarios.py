"""Scheduled events in scenario files: what is read, what is objected to and where, and a whole run by command."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim import load_scenario
from sim.cli.program import detente
from sim.interventions.kinds import BY_KIND
from sim.results import load_run
from sim.scenario import ScenarioError, scenario_schema
from sim.scenario.scheduled import absent_at_start

HEAD = 'extends = "three-powers"\nname = "changed"\nend = 2006\n'
EVENTS = """
[states.FEN]
enters = 2002
predecessor = "BOR"

[[events]]
kind = "policy"
state = "MER"
policy = "neutral"
when = "pairs.ALD.BOR.rivalry > 0.2 and states.MER.alignment.ALD > 0.05"
after = 2001
note = "Meridia has had enough"

[[events]]
kind = "parameter"
key = "mechanisms.alignment.kappa"
value = 3
year = 2001.5
for = 2

[[events]]
kind = "sanction"
sender = "ALD"
target = "DAL"
level = 0.25
when = "tension > 0.99"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "changed.toml"
    file.write_text(HEAD + text, encoding="utf-8")
    return file


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(written(folder, text))
    return str(caught.value)


WRONG = {
    "no date": ("", "events#1", 4, "the event has no date; write year = 2030, or a condition"),
    "date and condition": ('year = 2001\nwhen = "tension > 1"\n', "events#1.year", 8, "a date or a condition"),
    "before the start": ("year = 1999\n", "events#1.year", 8, "1999 lies before the start, 2000; write a later year"),
    "after the end": ("year = 2006\n", "events#1.year", 8, "2006 is not before the end of the run, 2006"),
    "too late a condition": ('when = "tension > 1"\nafter = 2010\n', "events#1.after", 9, "2010 is not before the end"),
    "too early an end": ('when = "tension > 1"\nbefore = 1990\n', "events#1.before", 9, "1990 lies before the start"),
    "never": (
        'when = "tension > 1"\nafter = 2004\nbefore = 2003\n',
        "events#1.before",
        10,
        "2003 is not later than 2004, so that the event would never happen",
    ),
    "unknown measure": ('when = "tensoin > 1"\n', "events#1.when", 8, "no measure 'tensoin'; did you mean 'tension'?"),
    "unknown state": ('when = "states.MRE.gdp > 1"\n', "events#1.when", 8, "no state 'MRE'; did you mean 'MER'?"),
    "single equals": ('when = "tension = 1"\n', "events#1.when", 8, "write == to compare"),
    "no condition": ("when = 3\n", "events#1.when", 8, "write text in quotes"),
    "unknown key": ("year = 2001\nevry = 2\n", "events#1.evry", 9, "no key 'evry' here; did you mean 'every'?"),
    "no number": ('year = 2001\nfor = "x"\n', "events#1.for", 9, "'x' is no number; write a number from 0.01"),
    "no pause": ("year = 2001\nevery = 0\n", "events#1.every", 9, "0 is out of bounds; write a number from 0.01"),
    "held at a date": ("year = 2001\nheld = 2\n", "events#1.held", 9, "`held` goes with a condition"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_with_an_event_is_told_with_its_line(tmp_path: Path, case: str) -> None:
    added, key, line, message = WRONG[case]
    said = complaint(tmp_path, f'[[events]]\nkind = "join"\nstate = "DAL"\norganisation = "FORUM"\n{added}')
    assert message in said and f"changed.toml, line {line}: {key}: " in said and "\n" not in said


OF_KINDS = {
    'kind = "leave_world"\nstate = "FEN"\nfor = 2': "what a leave_world does cannot be undone; `for` goes with",
    'kind = "shock"\nname = "pandemc"': "no shock 'pandemc'; did you mean 'pandemic'? (or give its losses: gdp",
    'kind = "shock"\nname = "flood"\ngdp = 0.1\nsize = 2': "`size` goes with a shock that is known by its name",
    'kind = "set"\nkey = "states.MER.gdp"': "write one of value, add and factor",
    'kind = "set"\nkey = "states.MER.gdp"\nvalue = 0': "0 is out of bounds; write a number from 0.001",
    'kind = "set"\nkey = "states.MER.policy"\nvalue = 1': "write an event of the kind policy",
    'kind = "set"\nkey = "pairs.MER.threat"\nvalue = 1': "write pairs.STATE.STATE.COLUMN",
    'kind = "collapse"\npole = "MER"': "no pole 'MER'",
    'kind = "collapse"\npole = "BOR"\norganisations = ["WRLD"]': "no organisation 'WRLD'; did you mean 'WORLD'?",
    'kind = "enter"\nstate = "FEN"\npredecessor = "FEN"': "FEN is named twice; name another state",
    'kind = "enter"\nstate = "FEN"\nnorms = ["x"]': "no norm 'x'",
    'kind = "treaty"\nmembers = ["MER", "DLA"]': "events#1.members#2: no state 'DLA'; did you mean 'DAL'?",
    'kind = "nuclear"\nstate = "MER"\naction = "aquire"': "did you mean 'acquire'?",
    'kind = "tier"\nstate = "MER"\ntier = "grat"': "did you mean 'great'?",
    'kind = "mechanism"\nmechanism = "mediaton"\non = true': "no mechanism 'mediaton'; did you mean 'mediation'?",
    'kind = "mechanism"\nmechanism = "mediation"\non = 3': "write true or false",
}


@pytest.mark.parametrize("event", OF_KINDS)
def test_what_is_wrong_with_a_kind_is_told(tmp_path: Path, event: str) -> None:
    said = complaint(tmp_path, f"[[events]]\nyear = 2001\n{event}\n")
    assert OF_KINDS[event] in said and "changed.toml, line" in said and "\n" not in said


def test_all_problems_of_events_are_told_at_once(tmp_path: Path) -> None:
    said = complaint(
        tmp_path,
        '[states.FEN]\nenters = 2003\nleaves = 2002\npredecessor = "BRO"\n[[events]]\nkind = "policy"\n'
        'state = "MRE"\npolicy = "neutrl"\nwhen = "tensoin > 1"\n[[events]]\nkind = "leave"\nyear = 1990\n'
        'state = "MER"\norganisation = "FORM"\n',
    ).splitlines()
    assert said[0] == "7 problems in this scenario:"
    lines = [int(line.partition(", line ")[2].partition(":")[0]) for line in said[1:]]
    assert lines == sorted(lines)


def test_an_end_that_is_moved_from_outside_passes_over_later_events(tmp_path: Path) -> None:
    file = written(tmp_path, '[[events]]\nyear = 2005\nkind = "leader"\nstate = "MER"\n')
    shorter = load_scenario(file, changes={"end": 2003})
    model = shorter.model(1)
    model.run_until(2003)
    assert len(model.schedule) == 1


def test_ties_of_states_that_are_still_to_come_are_objected_to(tmp_path: Path) -> None:
    said = complaint(
        tmp_path,
        '[states.FEN]\nenters = 2002\n[ties]\npacts = [{ obligation = "defence", members = ["BOR", "FEN"] }]\n',
    )
    assert "line 7: ties.pacts#1: FEN does not exist when the run starts; write an event in place of this tie" in said


def test_who_exists_when_the_run_starts(tmp_path: Path) -> None:
    def absent(text: str) -> frozenset[str]:
        return absent_at_start(load_scenario(written(tmp_path, text)))

    assert absent("[states.FEN]\nenters = 1990\n") == frozenset()
    assert absent("[states.FEN]\nenters = 2001\n") == {"FEN"}
    assert absent("[states.FEN]\nleaves = 1999\n") == {"FEN"}
    assert absent("[states.FEN]\nleaves = 2001\n") == frozenset()
    comes = '[[events]]\nkind = "enter"\nstate = "FEN"\nyear = 2003\n'
    goes = '[[events]]\nkind = "leave_world"\nstate = "FEN"\nyear = 2002\n'
    assert absent(comes) == {"FEN"} and absent(goes) == frozenset() and absent(comes + goes) == frozenset()


def test_a_scenario_with_events_is_the_same_when_read_again(tmp_path: Path) -> None:
    scenario = load_scenario(written(tmp_path, EVENTS))
    again = type(scenario).model_validate(scenario.model_dump(mode="json"))
    assert again.model_dump() == scenario.model_dump() and again.hash == scenario.hash
    assert scenario.hash != load_scenario(written(tmp_path, EVENTS.replace("for = 2\n", "for = 1\n"))).hash
    assert scenario.hash == load_scenario(written(tmp_path, EVENTS.replace("had enough", "changed her mind"))).hash


def test_the_schema_knows_every_kind_and_the_keys_of_time() -> None:
    schema = scenario_schema()
    kinds = schema["properties"]["events"]["items"]["discriminator"]["mapping"]
    assert kinds.keys() == BY_KIND.keys()
    for definition in {ref.rpartition("/")[2] for ref in kinds.values()}:
        held = schema["$defs"][definition]["properties"]
        assert {"year", "when", "after", "before", "held", "once", "every", "for"} <= held.keys()
    assert {"enters", "leaves", "predecessor"} <= schema["$defs"]["State"]["properties"].keys()


# -- the page that explains them ---------------------------------------------------------------------------------------


def test_the_examples_of_the_page_work(checkout: Path, tmp_path: Path) -> None:
    """The scenario on the page loads, the Python on it runs, and its tables name every kind and every key of time."""
    text = (checkout / "docs" / "events.md").read_text(encoding="utf-8")
    (scenario,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "page.toml").write_text(scenario, encoding="utf-8")
    assert len(load_scenario(tmp_path / "page.toml").schedule()) == 4
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    told: list[str] = []
    exec(code.replace("print(", "told.append("), {"told": told})
    assert any("Meridia leaves Meridian Forum" in sentence for sentence in told[0])
    for word in (*BY_KIND, "year", "when", "after", "before", "held", "once", "every", "for"):
        assert f"`{word}`" in text, word


# -- by command --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_file_with_conditions_is_validated_shown_run_and_explained(tmp_path: Path) -> None:
    """From the file to the explanation: the conditional event falls due once, with the numbers that set it off."""
    file, out = written(tmp_path, EVENTS), tmp_path / "run"
    command = CliRunner()

    def asked(*arguments: str) -> str:
        result = command.invoke(detente, arguments, prog_name="detente", catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    assert "ok" in asked("scenario", "validate", str(file))
    assert "when pairs.ALD.BOR.rivalry > 0.2" in asked("scenario", "show", str(file))
    asked("run", str(file), "--seed", "4", "--out", str(out))
    run = load_run(out)
    rows = [row for row in run.events if row["mechanism"] == "scheduled"]
    assert [(row["time"], row["kind"]) for row in rows] == [
        (2001.0, "policy"),
        (2001.5, "parameter"),
        (2002.0, "enter"),
        (2003.5, "parameter over"),
    ]
    values = json.loads(rows[0]["terms"])
    assert set(values) == {"pairs.ALD.BOR.rivalry", "states.MER.alignment.ALD"}
    assert values["pairs.ALD.BOR.rivalry"] == pytest.approx(0.3, rel=0.1)
    alive = run.states["alive"][:, run.row("FEN")]
    assert not alive[:9].any() and alive[9:].all()
    said = " ".join(asked("explain", str(out), "--state", "MER").split())
    assert "Meridia decides by neutral from now on (because pairs.ALD.BOR.rivalry > 0.2" in said


def test_validate_shows_what_is_wrong(tmp_path: Path) -> None:
    file = written(tmp_path, '[[events]]\nkind = "leader"\nstate = "MRE"\nwhen = "tension > 1 AND tension < 2"\n')
    result = CliRunner().invoke(detente, ["scenario", "validate", str(file)], prog_name="detente")
    assert result.exit_code == 2
    assert "line 6: events#1.state: no state 'MRE'; did you mean 'MER'?" in result.output
    assert "line 7: events#1.when: " in result.output and "write and in small letters" in result.output
    assert "Traceback" not in result.output
