"""`detente explain`: why things happened in a run, in sentences and as data."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from sim.cli.explain import show
from sim.cli.program import detente
from sim.explain import ExplainError, asked_of, explanation
from sim.explain.asked import codes_of
from sim.explain.balance import turns
from sim.explain.decisions import Decisions
from sim.explain.links import DRAWN, LOG_ODDS, LOG_RATE, MARGIN, fits, links_of
from sim.explain.replay import DIFFERENT, Pulls, pulls
from sim.explain.telling import odds, outcome, told
from sim.report.cast import named
from sim.results import Run, load_run, save_runs
from sim.runner import run
from sim.scenario import load_scenario

START, END = 2025, 2040


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved run of fifteen years."""
    place = tmp_path_factory.mktemp("explain") / "run"
    finished = run(load_scenario("central-asia-2025", changes={"end": END}), seed=7)
    return finished.save(place)


@pytest.fixture(scope="module")
def saved(folder: Path) -> Run:
    return load_run(folder)


def call(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": None}).invoke(detente, ["explain", *arguments], prog_name="detente")


def output(*arguments: str) -> str:
    result = call(*arguments)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    return result.stdout


def data(*arguments: str) -> dict[str, Any]:
    found = json.loads(output(*arguments, "--json"))
    assert isinstance(found, dict)
    return found


def first(of: Run, kind: str, **wanted: Any) -> int:
    """The id of the first event of a kind."""
    return next(e["id"] for e in of.events if e["kind"] == kind and all(e[k] == v for k, v in wanted.items()))


# -- what the numbers are ----------------------------------------------------------------------------------------------
def test_every_kind_of_decision_adds_up_in_one_of_the_usual_ways(saved: Run) -> None:
    decisions = Decisions(saved)
    everything = [decisions.of(number) for number in range(len(saved.events))]
    loose = {d.event["kind"] for d in everything if d.link is None and d.event["mechanism"] != "scheduled"}
    assert loose == set()
    for decision in everything:
        if decision.link in DRAWN:
            assert fits(decision.link, decision.total, decision.event["chance"], saved.scenario.dt)
        assert list(map(abs, decision.terms.values())) == sorted(map(abs, decision.terms.values()), reverse=True)


def test_a_link_is_read_from_the_numbers_and_never_guessed() -> None:
    def found(*pairs: tuple[float, float | None]) -> Any:
        events = [({"kind": "x", "chance": chance}, {"a": total - 1, "b": 1.0}) for total, chance in pairs]
        return links_of(events, 0.25)["x"]

    assert found((0.0, 0.5), (-1.0, LOG_ODDS.chance(-1.0, 0.25))) is LOG_ODDS
    assert found((-1.0, LOG_RATE.chance(-1.0, 0.25))) is LOG_RATE
    assert found((0.0, 0.5), (-1.0, 0.3)) is None
    assert found((0.0, 0.5), (0.0, None)) is None
    assert found((0.3, None)) is MARGIN


def test_no_decision_of_a_state_is_without_its_terms(folder: Path) -> None:
    whole = data(str(folder), "--state", "KAZ")
    assert whole["matching"] == len(whole["decisions"]) > 20
    for each in whole["decisions"]:
        if each["mechanism"] != "scheduled":
            assert each["terms"] and each["told"], each["sentence"]
        if each["adds_up_to"] == "log-odds":
            assert 1 / (1 + np.exp(-each["sum"])) == pytest.approx(each["chance"], rel=1e-6)


# -- filters -----------------------------------------------------------------------------------------------------------
def ids(*arguments: str) -> list[int]:
    return [each["id"] for each in data(*arguments)["decisions"]]


def test_options_combine(folder: Path, saved: Run) -> None:
    place = str(folder)
    state, years = set(ids(place, "--state", "CHN")), set(ids(place, "--year", "2027:2029"))
    pair = ids(place, "--pair", "JPN,CHN")
    assert set(ids(place, "--state", "CHN", "--year", "2027:2029")) == state & years
    assert ids(place, "--pair", "CHN,JPN", "--year", "2027:2029") == sorted(set(pair) & years)
    assert ids(place, "--event", str(pair[0]), "--pair", "CHN,JPN", "--state", "JPN") == [pair[0]]
    assert ids(place, "--event", str(pair[0]), "--state", "KAZ") == []
    by_hand = [e["id"] for e in saved.events if {"CHN", "JPN"} <= set(codes_of(e))]
    assert pair == by_hand and len(by_hand) > 5
    assert years == {e["id"] for e in saved.events if 2027 <= e["time"] < 2030}
    assert set(ids(place, "--year", "2027")) < years


def test_a_state_alone_is_told_whole_and_the_weightiest_first(folder: Path, saved: Run) -> None:
    found = ids(str(folder), "--state", "kazakhstan")
    assert sorted(found) == [e["id"] for e in saved.events if "KAZ" in codes_of(e)]
    decisions = Decisions(saved)
    weights = [decisions.weight(decisions.of(number), "KAZ") for number in found]
    assert weights == sorted(weights, reverse=True) and weights[0] > 2 * weights[-1]
    assert ids(str(folder), "--state", "KAZ", "--most", "3") == found[:3]


def test_nothing_asked_tells_the_weightiest_and_how_to_see_more(folder: Path, saved: Run) -> None:
    text = output(str(folder))
    assert len(re.findall(r"^#\d+  ", text, re.MULTILINE)) == 20
    assert f"--most {len(saved.events)} tells them all" in text


# -- text --------------------------------------------------------------------------------------------------------------
def test_why_a_treaty_was_refused(folder: Path, saved: Run) -> None:
    number = first(saved, "pact", done=False)
    event = saved.events[number]
    text = output(str(folder), "--event", str(number))
    assert "\x1b" not in text
    assert f"#{number}  {int(event['time'])}" in text and event["sentence"] in text
    assert f"Decided by {saved.title(event['whom'])}." in text.replace("by the ", "by ")
    for name, value in json.loads(event["terms"]).items():
        assert name in text and (abs(value) < 0.005 or f"({value:+.2f})" in text)
    percent, drawn = odds(event["chance"], event["drawn"])
    assert f"Chance {percent}, drawn {drawn}: so the pact did not happen." in text
    assert "Decided in the same matter:" in text and f"asks {saved.title(event['whom'])} for a pact" in text


def test_why_a_mediator_was_refused(folder: Path, saved: Run) -> None:
    number = first(saved, "mediation", done=False)
    answer = data(str(folder), "--event", str(number))
    consents = [each for each in answer["beside"] if each["kind"] == "consent"]
    assert len(consents) == 2 and not all(each["done"] for each in consents)
    for each in consents:
        assert {term["name"] for term in each["terms"]} >= {"credibility", "affinity", "leverage", "bias against"}
    assert set(answer["decisions"][0]["decided_by"]) == {saved.events[number]["who"], saved.events[number]["whom"]}


def test_why_this_mediator_and_not_that_one(folder: Path, saved: Run) -> None:
    number = first(saved, "offer")
    answer = data(str(folder), "--event", str(number))
    others = [each for each in answer["beside"] if each["kind"] == "passed over"]
    assert 1 <= len(others) <= 3
    for each in others:
        assert [term["name"] for term in each["terms"]] and each["adds_up_to"] == "log-odds"
        assert {term["name"] for term in each["terms"]} >= {
            "stakes",
            "zeal",
            "free capacity",
            "acceptance by the target",
        }
        assert f"The offer came from {named(saved, saved.events[number]['third'])}" in each["told"][0]
        assert each["drawn"] < each["chance"]


def test_why_a_balancing_act_collapsed(folder: Path, saved: Run) -> None:
    fallen = {
        code: [turn for turn in turns(saved, code, asked_of(saved)) if turn.kind == "collapse"]
        for code in saved.names.states
    }
    state, (turn, *_) = next((code, found) for code, found in fallen.items() if found)
    row = saved.row(state)
    assert saved.states["dependence"][turn.step, row] > 0.6 >= saved.states["dependence"][turn.step - 1, row]
    text = output(str(folder), "--state", state)
    assert "the balancing act of" in text and "straddling rivals" in text
    last = max(turn.years)
    option, other, pulled = turn.option, turn.other, turn.years[last][2]
    w, dt = saved.alignment[:, row], saved.scenario.dt
    moved = np.log(w[last + 1, option] / w[last + 1, other]) - np.log(w[last, option] / w[last, other])
    eta, mu = (saved.scenario.rules()["alignment"].numbers()[name] for name in ("eta", "mu"))
    drawn_back = mu / w.shape[1] * (1 / w[last, option] - 1 / w[last, other])
    assert sum(pulled.values()) * eta + drawn_back == pytest.approx(moved / dt, abs=0.05)


def test_a_realignment_is_told_with_the_years_before(folder: Path, saved: Run) -> None:
    number = next(e["id"] for e in saved.events if e["kind"] == "realignment" and e["time"] > START + 3)
    answer = data(str(folder), "--event", str(number))
    (turn,) = answer["portfolio"]["turns"]
    assert turn["kind"] == "realignment" and turn["option"] == saved.events[number]["third"]
    assert turn["time"] == saved.events[number]["time"] and len(turn["years"]) >= 3
    gradient = {term["name"]: term["value"] for term in answer["decisions"][0]["terms"]}
    read_again = turn["years"][-1]["terms"]
    if "straddling rivals" in gradient:
        assert np.sign(gradient["straddling rivals"]) == np.sign(read_again.get("straddling rivals", 0.0))


def test_the_replay_is_given_out_only_if_it_repeats_the_run(saved: Run) -> None:
    read = pulls(saved, 4)
    assert isinstance(read, Pulls) and len(read.parts) == 4
    bent = np.array(saved.alignment)
    bent[2, 0, 0] += 1e-15 + np.spacing(bent[2, 0, 0])
    other = Run(**{**vars(saved), "alignment": bent})
    assert pulls(other, 4) == DIFFERENT
    assert isinstance(pulls(other, 1), Pulls)


def test_members_of_poles_have_no_balancing_act(saved: Run) -> None:
    assert turns(saved, "RUS", asked_of(saved)) == []


def test_colours_are_for_terminals_only(saved: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    show(explanation(saved, asked_of(saved, event=0)))
    assert "\x1b[1m#0" in screen.getvalue()


def test_draws_are_shown_with_digits_that_tell_them_from_the_chance() -> None:
    assert odds(0.34, 0.21) == ("34%", ".21")
    assert odds(0.3401, 0.3399) == ("34.01%", ".3399")
    assert odds(0.004, 0.0012) == ("0.4%", ".001")
    assert odds(1.0, 0.82) == ("100%", ".82")
    assert outcome(-0.66, LOG_ODDS) == "Together they make the log-odds -0.66."
    assert "0.37 a year" in outcome(-1.0, LOG_RATE)


def test_what_the_scenario_orders_is_no_decision(saved: Run) -> None:
    decisions = Decisions(saved)
    number = next((e["id"] for e in saved.events if e["mechanism"] == "scheduled"), None)
    assert number is not None
    assert told(saved, decisions.of(number)) == ["The scenario ordered it."]


# -- data --------------------------------------------------------------------------------------------------------------
def test_the_shape_of_json(folder: Path, saved: Run) -> None:
    found = data(str(folder), "--state", "UZB", "--year", "2026:2030")
    assert list(found) == ["run", "asked", "matching", "decisions", "beside", "before", "portfolio"]
    assert found["run"]["scenario"] == "central-asia-2025" and found["run"]["seed"] == 7
    assert found["asked"] == {"event": None, "state": "UZB", "pair": None, "years": [2026, 2030]}
    each = found["decisions"][0]
    assert {
        "id",
        "time",
        "date",
        "kind",
        "sentence",
        "decided_by",
        "terms",
        "sum",
        "adds_up_to",
        "chance",
        "drawn",
    } <= set(each)
    assert set(each["terms"][0]) == {"name", "value"}
    assert found["portfolio"]["options"] == ["none", *saved.names.poles]
    assert len(found["portfolio"]["trajectory"]) == len(saved.time)


# -- what cannot be told -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("arguments", "hints"),
    [
        (("--state", "KZA"), ("KZA", "'KAZ'")),
        (("--state", "Kazachstan"), ("'Kazakhstan'",)),
        (("--event", "999999"), ("999999", "from 0 to")),
        (("--event", "-1"), ("-1", "from 0 to")),
        (("--event", "one"), ("--event",)),
        (("--pair", "KAZ"), ("not a pair", "as KAZ,")),
        (("--pair", "KAZ,RUS,CHN"), ("not a pair",)),
        (("--pair", "KAZ,kaz"), ("twice the same state", "--state KAZ")),
        (("--pair", "KAZ,RSU"), ("RSU", "'RUS'")),
        (("--year", "2010"), ("2025 to 2039", "2025:2025")),
        (("--year", "2030:2050"), ("2025 to 2039", "2030:2039")),
        (("--year", "2035:2030"), ("2030:2035",)),
        (("--year", "soon"), ("as 2025",)),
        (("--most", "0"), ("--most",)),
        (("--seed", "8"), ("--seed 8", "7")),
    ],
)
def test_bad_input(folder: Path, arguments: tuple[str, ...], hints: tuple[str, ...]) -> None:
    result = call(str(folder), *arguments)
    assert result.exit_code == 2 and result.stdout == ""
    assert result.stderr.startswith("detente: ") and result.stderr.count("detente: ") == 1
    for hint in hints:
        assert hint in result.stderr


def test_a_folder_that_is_no_run(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere"):
        result = call(str(place))
        assert result.exit_code == 2 and "holds no run" in result.stderr


@pytest.mark.parametrize(("keep", "hint"), [("none", "holds no events"), ("summary", "--events summary")])
def test_a_run_without_reasons(tmp_path: Path, keep: Any, hint: str) -> None:
    scenario = load_scenario("three-powers")
    run(scenario, 1, end=scenario.start + 10, keep=keep).save(tmp_path / "run")
    result = call(str(tmp_path / "run"), "--state", "MER")
    assert result.exit_code == 2 and result.stdout == ""
    assert hint in result.stderr and "--events full" in result.stderr


def test_one_of_several_runs(tmp_path: Path) -> None:
    scenario = load_scenario("three-powers")
    runs = [run(scenario, seed, end=scenario.start + 15) for seed in (3, 4)]
    save_runs(runs, tmp_path / "runs")
    assert data(str(tmp_path / "runs"))["run"]["seed"] == 3
    assert data(str(tmp_path / "runs"), "--seed", "4")["run"]["seed"] == 4


def test_an_answer_with_nothing_in_it(folder: Path) -> None:
    others = [code for code in load_run(folder).names.states if code != "KAZ"]
    quiet = next(code for code in others if not ids(str(folder), "--pair", f"KAZ,{code}"))
    assert "nothing in the run fits" in output(str(folder), "--pair", f"KAZ,{quiet}")


def test_asking_from_python(saved: Run) -> None:
    answer = explanation(saved, asked_of(saved, pair="Kazakhstan,Russia"))
    assert answer.matching == len(answer.decisions) > 0
    with pytest.raises(ExplainError, match="KAZ"):
        asked_of(saved, state="KZA")
