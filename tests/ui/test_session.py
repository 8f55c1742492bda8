"""One visitor's session: what they ask for happens, and is told; nothing reaches anybody else."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from visiting import Visitor

from sim import load_scenario
from sim.measures import SCALAR
from sim.model import Geopolitics
from sim.results import load_run
from sim.ui.limits import LIMITS
from sim.ui.opening import Opening
from sim.ui.session import Session
from sim.ui.sides import Simulated

SMALL = """
extends = "three-powers"
title = "<img src=x onerror=alert(1)>"
end = 2003
"""


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    someone = Visitor()
    yield someone
    someone.leave()


def side_of(visitor: Visitor, name: str = "A") -> Simulated:
    side = visitor.session.sides[name]
    assert isinstance(side, Simulated)
    return side


def measures_of(side: Simulated) -> dict[str, float]:
    return {name: float(values[-1]) for name, values in side.model.history.series.items()}


def test_a_world_arrives_whole_and_its_first_picture_with_it(visitor: Visitor) -> None:
    world, (head, arrays) = visitor.world, visitor.frame
    assert visitor.told("hello")[0]["limits"]["states"] == LIMITS.states
    assert world["scenario"]["id"] == "three-powers" and world["seed"] == 3
    states, poles = len(world["states"]), len(world["poles"])
    assert head["step"] == 0 and arrays["portfolio"].size == states * (1 + poles)
    assert np.allclose(arrays["portfolio"].reshape(states, -1).sum(axis=1), 1, atol=1e-5)
    assert arrays["treaty"].size == arrays["affinity"].size == states**2
    declared = {one["key"]: one for one in world["parameters"]}
    kappa = declared["mechanisms.alignment.kappa"]
    assert kappa["low"] <= kappa["value"] <= kappa["high"] and kappa["source"] and kappa["unit"]


def test_steps_show_the_very_numbers_of_the_model(visitor: Visitor) -> None:
    for _ in range(6):
        visitor.asked("step")
    model = load_scenario("three-powers").model(3)
    for _ in range(6):
        model.turn()
    head, arrays = visitor.frame
    assert head["step"] == 6 and head["year"] == pytest.approx(model.world.time)
    assert np.array_equal(arrays["portfolio"], model.world.alignment.astype("f4").ravel())
    series = {name: values[-1] for name, values in model.history.series.items()}
    assert measures_of(side_of(visitor)) == pytest.approx(series, nan_ok=True, abs=0)


def test_it_plays_at_the_speed_that_was_asked_for_and_pauses_when_told(visitor: Visitor) -> None:
    visitor.ask("speed", value=40)
    visitor.ask("play")
    visitor.until(lambda: side_of(visitor).reached >= 10)
    assert visitor.session.playing
    visitor.asked("pause")
    stood = side_of(visitor).reached
    assert not visitor.status["playing"] and visitor.frame[0]["step"] == stood
    visitor.settled()
    assert side_of(visitor).reached == stood


def test_it_ends_at_the_end_and_says_so(visitor: Visitor) -> None:
    visitor.ask("upload", filename="small.toml", text=SMALL)
    visitor.ask("speed", value=LIMITS.speed)
    visitor.ask("play")
    visitor.until(lambda: visitor.status.get("step") == visitor.status.get("steps") == 12)
    visitor.until(lambda: not visitor.status["playing"])
    visitor.asked("step")
    assert side_of(visitor).reached == 12


def test_every_row_of_every_series_is_sent_once_and_in_order(visitor: Visitor) -> None:
    visitor.ask("speed", value=200)
    visitor.ask("play")
    visitor.until(lambda: side_of(visitor).reached >= 60)
    visitor.asked("pause")
    from visiting import unpacked

    rows = [unpacked(frame)[1].get("row:year") for frame in visitor.frames]
    years = np.concatenate([row for row in rows if row is not None])
    model = side_of(visitor).model
    assert np.allclose(years, np.array(model.history.time[1:]), atol=1e-3)


def test_looking_back_shows_the_past_and_going_on_does_not_change_it(visitor: Visitor) -> None:
    for _ in range(5):
        visitor.asked("step")
    then = side_of(visitor).model.history.alignment[2].astype("f4").ravel()
    visitor.asked("seek", step=2)
    head, arrays = visitor.frame
    assert head["step"] == 2 and head["reached"] == 5 and np.array_equal(arrays["portfolio"], then)
    visitor.asked("step")
    assert visitor.frame[0]["step"] == 3 and side_of(visitor).reached == 5
    visitor.asked("seek", step=10**9)
    assert visitor.frame[0]["step"] == 5


def test_another_seed_is_another_world_and_the_same_seed_the_same(visitor: Visitor) -> None:
    ends = []
    for seed in (5, 6, 5):
        visitor.asked("reset", seed=seed)
        for _ in range(8):
            visitor.asked("step")
        ends.append(measures_of(side_of(visitor)))
    assert ends[0] == ends[2] != ends[1]
    visitor.asked("reset", seed=10**30)
    assert visitor.world["seed"] == LIMITS.seed


def test_a_number_changed_before_the_first_step_is_part_of_the_scenario_and_later_an_act(visitor: Visitor) -> None:
    visitor.asked("parameter", key="mechanisms.alignment.kappa", value=3)
    assert side_of(visitor).plan.changes == {"mechanisms.alignment.kappa": 3.0}
    assert side_of(visitor).model.mechanisms["alignment"].kappa == 3
    told = next(one for one in visitor.world["parameters"] if one["key"] == "mechanisms.alignment.kappa")
    assert told["value"] == 3 and told["start"] == load_scenario("three-powers").rules()["alignment"].kappa
    visitor.asked("step")
    visitor.asked("parameter", key="mechanisms.alignment.kappa", value=0.7)
    assert side_of(visitor).model.mechanisms["alignment"].kappa == 0.7
    assert visitor.last("interventions")["made"][0]["kind"] == "parameter"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"name": "parameter", "key": "mechanisms.alignment.kapa", "value": 1}, "kappa"),
        ({"name": "parameter", "key": "mechanisms.alignment.kappa", "value": "1"}, "must be a number"),
        ({"name": "parameter", "key": "mechanisms.alignment.kappa", "value": 1e9}, "from 0 to 6"),
        ({"name": "intervene", "event": {"kind": "sanctoin"}}, "sanction"),
        ({"name": "intervene", "event": {"kind": "sanction", "sender": "ALD", "target": "XXX"}}, "XXX"),
        ({"name": "load", "scenario": "../../etc/passwd"}, "no scenario"),
        ({"name": "load", "scenario": "random:100000"}, "no scenario"),
        ({"name": "upload", "filename": "a.toml", "text": "x" * 3_000_000}, "larger than 2 MB"),
        ({"name": "upload", "filename": "a.toml", "text": 'tables = "."'}, "cannot refer to tables"),
        ({"name": "upload", "filename": "a.toml", "text": 'extends = "/etc/passwd"'}, "cannot extend"),
        ({"name": "upload", "filename": "a.toml", "text": 'extends = "three-powers"\nendd = 3'}, "end"),
        ({"name": "fork"}, "choose what is to be different"),
        ({"name": "seek", "step": "now"}, "must be a number"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence_and_nothing_changes(
    visitor: Visitor, asked: dict[str, Any], said: str
) -> None:
    visitor.asked("step")
    before = side_of(visitor)
    visitor.asked(**asked)
    notices = [notice for notice in visitor.told("notice") if notice["kind"] == "error"]
    assert notices and said in notices[-1]["text"] and "Traceback" not in notices[-1]["text"]
    assert side_of(visitor) is before and before.reached == 1 and not before.acts


def test_a_file_of_ones_own_is_read_as_data_and_its_code_is_never_run(visitor: Visitor, tmp_path: Path) -> None:
    visitor.asked("upload", filename="../mine.toml", text=SMALL)
    assert visitor.world["scenario"]["id"] == "file:mine"
    assert visitor.world["scenario"]["title"].startswith("<img"), "told as it is; the page writes it as text"
    text = f'{SMALL}\n[policies]\nMER = "{tmp_path.name}:Policy"\n'
    visitor.asked("upload", filename="code.toml", text=text)
    assert "allow-code" in visitor.last("notice")["text"]
    visitor.asked("share")
    assert "only worlds from the list" in visitor.last("notice")["text"]


def test_an_act_is_done_logged_and_told(visitor: Visitor) -> None:
    visitor.asked("step")
    visitor.asked("intervene", event={"kind": "sanction", "sender": "ALD", "target": "MER", "level": 0.5})
    visitor.asked("step")
    world = side_of(visitor).model.world
    assert world.sanctions[world.index("ALD"), world.index("MER")] > 0
    made = visitor.last("interventions")["made"]
    assert made == [
        {"year": pytest.approx(2000.25), "kind": "sanction", "sender": "ALD", "target": "MER", "level": 0.5}
    ]


def test_an_act_in_the_past_makes_the_future_anew(visitor: Visitor) -> None:
    for _ in range(6):
        visitor.asked("step")
    visitor.asked("seek", step=2)
    visitor.asked("intervene", event={"kind": "policy", "state": "MER", "policy": "align"})
    side = side_of(visitor)
    assert side.reached == 2 and side.acts[0][0] == 2
    assert "made anew" in visitor.last("notice")["text"]


def test_two_branches_share_everything_up_to_the_fork_and_differ_by_one_change_after(visitor: Visitor) -> None:
    for _ in range(4):
        visitor.asked("step")
    visitor.asked("fork", event={"kind": "policy", "state": "MER", "policy": "align"})
    a, b = side_of(visitor), side_of(visitor, "B")
    assert a.reached == b.reached == 4
    for name in SCALAR:
        assert a.model.history.series[name][:5] == pytest.approx(b.model.history.series[name][:5], nan_ok=True, abs=0)
    for _ in range(8):
        visitor.asked("step")
    assert a.reached == b.reached == 12
    row = a.model.world.index("MER")
    assert not np.allclose(a.model.world.alignment[row], b.model.world.alignment[row])
    alone = load_scenario("three-powers").model(3)
    for _ in range(12):
        alone.turn()
    assert measures_of(a) == pytest.approx({k: v[-1] for k, v in alone.history.series.items()}, nan_ok=True, abs=0)
    assert visitor.last("comparison")["step"] == 4
    visitor.asked("unfork")
    assert set(visitor.session.sides) == {"A"} and visitor.last("comparison")["closed"]


def test_a_link_grows_the_same_world_to_the_last_digit(visitor: Visitor) -> None:
    visitor.asked("parameter", key="mechanisms.alignment.kappa", value=2.5)
    for _ in range(3):
        visitor.asked("step")
    visitor.asked("intervene", event={"kind": "sanction", "sender": "ALD", "target": "MER", "level": 0.5, "for": 2})
    assert side_of(visitor).acts
    for _ in range(9):
        visitor.asked("step")
    visitor.asked("share")
    link = visitor.last("share")["url"]
    other = Visitor(Opening("central-asia-2025"), link)
    try:
        assert side_of(other).reached == 12
        assert measures_of(side_of(other)) == pytest.approx(measures_of(side_of(visitor)), nan_ok=True, abs=0)
        for someone in (visitor, other):
            for _ in range(4):
                someone.asked("step")
        assert measures_of(side_of(other)) == pytest.approx(measures_of(side_of(visitor)), nan_ok=True, abs=0)
    finally:
        other.leave()


def test_two_visitors_do_not_meet(visitor: Visitor) -> None:
    other = Visitor()
    try:
        visitor.asked("parameter", key="mechanisms.alignment.kappa", value=4)
        for _ in range(3):
            visitor.asked("step")
        assert side_of(other).reached == 0
        assert side_of(other).model.mechanisms["alignment"].kappa != 4
        assert all(message["topic"] != "interventions" for message in other.messages)
    finally:
        other.leave()


def test_a_step_that_fails_pauses_and_says_why_and_the_page_lives_on(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.asked("step")

    def fail(model: Geopolitics) -> None:
        raise RuntimeError("the model has lost its way")

    monkeypatch.setattr(Geopolitics, "turn", fail)
    visitor.ask("play")
    visitor.until(lambda: visitor.status.get("error"))
    assert not visitor.status["playing"] and "lost its way" in visitor.status["error"]["text"]
    monkeypatch.undo()
    visitor.asked("step")
    assert visitor.status["error"] is None and side_of(visitor).reached == 2


def test_who_looks_away_is_paused(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.ui.session.LIMITS", type(LIMITS)(silence=0.4))
    visitor.is_away = True
    visitor.ask("speed", value=2)
    visitor.ask("play")
    visitor.until(lambda: visitor.status.get("playing"))
    visitor.until(lambda: not visitor.status["playing"])
    assert "nobody was looking" in visitor.last("notice")["text"]


def test_every_event_is_told_once_and_can_be_explained(visitor: Visitor) -> None:
    for _ in range(12):
        visitor.asked("step")
    rows = [row for message in visitor.told("events") for row in message["rows"]]
    assert [row["id"] for row in rows] == list(range(len(rows))) and len(rows) > 5
    visitor.asked("explain", id=rows[-1]["id"], side="A")
    told = visitor.last("explanation")
    assert told["sentence"] == rows[-1]["sentence"]
    visitor.asked("explain", id=10**9)
    assert "no event" in visitor.last("explanation")["title"]


def test_inspecting_a_state_and_a_pair(visitor: Visitor) -> None:
    visitor.asked("inspect", codes=["MER"])
    told = visitor.last("inspection")
    assert told["title"] == "Meridia" and {group["title"] for group in told["groups"]} >= {"Portfolio", "Standing"}
    visitor.asked("inspect", codes=["MER", "ALD", "<script>"])
    labels = [row["label"] for group in visitor.last("inspection")["groups"] for row in group["rows"]]
    assert "Treaty" in labels and "Dispute" in labels


def test_exports_are_the_run_itself(visitor: Visitor, tmp_path: Path) -> None:
    for _ in range(4):
        visitor.asked("step")
    visitor.asked("export", format="csv")
    lines = base64.b64decode(visitor.last("download")["base64"]).decode().splitlines()
    assert len(lines) == 6 and lines[0].startswith("year,")
    visitor.asked("export", format="run")
    zipfile.ZipFile(io.BytesIO(base64.b64decode(visitor.last("download")["base64"]))).extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    run = load_run(folder)
    model = side_of(visitor).model
    assert run.final["tension"] == pytest.approx(model.history.series["tension"][-1], abs=0)


def test_a_finished_run_is_replayed_and_cannot_be_changed(tmp_path: Path) -> None:
    from sim import run

    folder = run(load_scenario("three-powers", changes={"end": 2003}), seed=4).save(tmp_path / "held")
    someone = Visitor(Opening("three-powers", run=folder))
    try:
        assert someone.status["mode"] == "replay" and someone.status["steps"] == 12
        someone.asked("seek", step=7)
        assert someone.frame[0]["step"] == 7
        someone.asked("intervene", event={"kind": "shock", "name": "epidemic"})
        assert "replay of a finished run" in someone.last("notice")["text"]
        someone.asked("step")
        assert someone.frame[0]["step"] == 8
    finally:
        someone.leave()


def test_a_link_that_is_damaged_or_absurd_is_no_trouble() -> None:
    from sim.ui.sharing import asked_for

    assert asked_for("?scenario=three-powers&seed=7&world=%00%ff") == {"scenario": "three-powers", "seed": 7}
    assert asked_for("?seed=-1&seed=9") == {}
    assert asked_for("?seed=999999999999999")["seed"] == LIMITS.seed
    for query in ("?scenario=no-such-world", "?scenario=../../x&seed=2"):
        someone = Visitor(Opening("three-powers"), query)
        try:
            assert someone.world["scenario"]["id"] == "three-powers"
            assert "Here is the usual world instead" in someone.last("notice")["text"]
        finally:
            someone.leave()


def test_the_session_obeys_in_turn_and_never_more_than_it_can_hold(visitor: Visitor) -> None:
    for junk in (None, 7, "play", [], {"name": None}, {"name": "__class__"}, {"nme": "play"}):
        visitor.session.command(junk)
    visitor.settled()
    assert visitor.session.thread.is_alive() and side_of(visitor).reached == 0
    assert isinstance(visitor.session, Session)
