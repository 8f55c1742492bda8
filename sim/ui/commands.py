"""What a visitor can ask of their session, one function a command."""

from __future__ import annotations

import base64
import io
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.interventions.outcomes import InterventionError
from sim.measures import BY_STATE, SCALAR
from sim.scenario import ScenarioError
from sim.ui.catalogue import RefusedError, uploaded
from sim.ui.describing import parameters_of, rules_of
from sim.ui.inspecting import of_pair, of_state
from sim.ui.limits import LIMITS
from sim.ui.sharing import link_of
from sim.ui.sides import Plan, Simulated, remade

if TYPE_CHECKING:
    from sim.ui.session import Session

type Message = Mapping[str, Any]


class TroubleError(ValueError):
    """Something a visitor asked for that cannot be; the message says why."""


def play(session: Session, message: Message) -> None:
    """Go on, from where one looks."""
    side = session.sides["A"]
    if session.cursor >= side.steps:
        return
    session.playing, session.error = True, None
    session.watched_at = time.monotonic()
    session.status()


def pause(session: Session, message: Message) -> None:
    """Stand still."""
    session.pause()


def step(session: Session, message: Message) -> None:
    """One step."""
    session.playing, session.error = False, None
    session.step()
    if session.error is None:
        session.pause()


def speed(session: Session, message: Message) -> None:
    """Steps a second."""
    session.speed = min(LIMITS.speed, max(0.2, number(message, "value")))
    session.status()


def seek(session: Session, message: Message) -> None:
    """Look at another moment."""
    last = max(side.reached for side in session.sides.values())
    session.cursor = int(min(last, max(0, number(message, "step"))))
    session.pictures()
    session.status()


def reset(session: Session, message: Message) -> None:
    """Back to the start, perhaps with another seed; what was done in between is undone."""
    side = session.sides["A"]
    if not isinstance(side, Simulated):
        session.playing = False
        seek(session, {"step": 0})
        return
    seed = side.plan.seed
    if "seed" in message:
        seed = int(min(LIMITS.seed, max(0, number(message, "seed"))))
    begin(session, replace(side.plan, seed=seed, acts=()))


def begin(session: Session, plan: Plan) -> None:
    """Another world in place of all there were."""
    made = Simulated(plan)
    session.playing, session.error, session.cursor = False, None, 0
    close_fork(session)
    session.sides["A"] = made
    session.world("A")
    session.status()


def load(session: Session, message: Message) -> None:
    """Another scenario from the list."""
    side = session.sides["A"]
    seed = side.plan.seed if isinstance(side, Simulated) else 0
    try:
        begin(session, session.catalogue.plan(str(message.get("scenario")), seed))
    except (RefusedError, ScenarioError) as error:
        raise TroubleError(str(error)) from error


def upload(session: Session, message: Message) -> None:
    """A scenario of the visitor's own."""
    try:
        begin(session, uploaded(str(message.get("filename", ""))[:120], str(message.get("text", "")), 0))
    except (RefusedError, ScenarioError) as error:
        raise TroubleError(str(error)) from error


def watch(session: Session, message: Message) -> None:
    """Colour the map by another measure."""
    name = str(message.get("measure"))
    if name in BY_STATE:
        session.measures = list(dict.fromkeys([name, *session.measures]))[:3]
        session.pictures()


def select(session: Session, message: Message) -> None:
    """Follow the portfolio of another state."""
    code = message.get("code")
    for name in session.sides:
        if code in session.names(name).states:
            session.chosen[name] = str(code)
            session.sent[name] = session.sides[name].reached
            session.say("history", side=name, portfolio=session.portfolio(name))


def inspect(session: Session, message: Message) -> None:
    """Everything about a state, or about a pair."""
    codes = [code for code in message.get("codes", []) if code in session.names("A").states][:2]
    if not codes:
        return
    told = (
        of_state(session.sides["A"], session.cursor, codes[0])
        if len(codes) == 1
        else of_pair(session.sides["A"], session.cursor, codes)
    )
    session.say("inspection", codes=codes, **told)


def explain(session: Session, message: Message) -> None:
    """Why an event happened."""
    side = session.sides.get(str(message.get("side", "A"))) or session.sides["A"]
    session.say("explanation", **side.explained(int(number(message, "id"))))


def parameter(session: Session, message: Message) -> None:
    """Another number of the model: from the start if nothing has happened yet, else from now on."""
    side, key, value = live(session), str(message.get("key")), number(message, "value")
    if side.reached == 0 and not side.acts:
        plan = side.plan
        try:
            if not plan.is_offered:
                raise RefusedError("this world takes other numbers once it runs; make a step first")
            begin(session, session.catalogue.plan(plan.identity, plan.seed, {**plan.changes, key: value}))
        except (RefusedError, ScenarioError) as error:
            raise TroubleError(str(error)) from error
        return
    acted(session, {"kind": "parameter", "key": key, "value": value})


def intervene(session: Session, message: Message) -> None:
    """An act of the visitor."""
    event = message.get("event")
    if not isinstance(event, dict):
        raise TroubleError("an intervention needs its kind and fields")
    acted(session, event)


def acted(session: Session, event: Message) -> None:
    """Do something to A where one looks; what was known of the time after that is made anew."""
    side = live(session)
    if len(side.acts) >= LIMITS.acts:
        raise TroubleError(f"at most {LIMITS.acts} interventions in one world")
    if session.cursor < side.reached:
        session.sides["A"] = side = remade(side.plan_now(session.cursor), session.cursor)
        session.world("A")
        session.notice("From here on the future is made anew.")
    try:
        side.act(spelt(event))
    except InterventionError as error:
        raise TroubleError(str(error)) from error
    session.pictures()
    session.news()
    session.say("interventions", side="A", made=side.made())
    rules = rules_of(side.model.mechanisms, side.model.policies)
    session.say("parameters", side="A", values={one["key"]: one["value"] for one in parameters_of(rules)})
    session.status()


def spelt(event: Message) -> dict[str, Any]:
    """An act as the model knows it: to offer good offices is to be active in diplomacy for a time."""
    if event.get("kind") != "mediate":
        return dict(event)
    key = f"states.{event.get('state', '')}.activism"
    lasting = {"for": event["for"]} if "for" in event else {}
    return {"kind": "set", "key": key, "value": event.get("activism", 1.0), **lasting}


def fork(session: Session, message: Message) -> None:
    """Branch into A and B, where B differs by one change."""
    side = live(session)
    plan, at = side.plan_now(session.cursor), session.cursor
    other = remade(plan, at)
    event = message.get("event")
    acts = [spelt(event)] if isinstance(event, dict) else []
    numbers = message.get("parameters")
    for key, value in (numbers if isinstance(numbers, dict) else {}).items():
        acts.append({"kind": "parameter", "key": key, "value": value})
    if not acts:
        raise TroubleError("choose what is to be different in B")
    try:
        for act in acts:
            other.act(act)
    except InterventionError as error:
        raise TroubleError(str(error)) from error
    if side.reached > at:
        session.sides["A"] = remade(plan, at)
        session.world("A")
    session.sides["B"] = other
    session.world("B")
    session.change = "; ".join(in_words(act) for act in acts)
    session.say("comparison", change=session.change, year=other.year(at), step=at)
    session.status()


def in_words(act: Message) -> str:
    """An act in a line."""
    if act["kind"] == "parameter":
        return f"{act.get('key', '')} = {act.get('value', '')}"
    rest = ", ".join(f"{name} {value}" for name, value in act.items() if name not in ("kind", "key"))
    return f"{act['kind']} {act.get('key', '')} {rest}".replace("  ", " ").strip()


def unfork(session: Session, message: Message) -> None:
    """Let go of B."""
    close_fork(session)
    session.status()


def close_fork(session: Session) -> None:
    """Forget B, if it is there."""
    if session.sides.pop("B", None) is not None:
        session.say("comparison", closed=True)


def share(session: Session, message: Message) -> None:
    """The link that makes A again."""
    side = live(session)
    if not side.plan.is_offered:
        raise TroubleError("only worlds from the list have a link; export this run instead")
    session.say("share", url=link_of(side.plan_now(), side.reached))


def export(session: Session, message: Message) -> None:
    """Numbers as CSV, or the whole run as a zipped folder."""
    side = session.sides["A"]
    run = side.run()
    stem = f"detente-{run.scenario.name}-{run.seed}"
    if message.get("format") == "csv":
        lines = [",".join(["year", *SCALAR])]
        table = side.series(0, side.reached)
        lines += [",".join([repr(side.year(at)), *map(repr, row)]) for at, row in enumerate(table.tolist())]
        send(session, f"{stem}.csv", "text/csv", "\n".join(lines).encode())
        return
    with tempfile.TemporaryDirectory() as folder:
        place = run.save(Path(folder) / stem)
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(place.rglob("*")):
                archive.write(file, Path(stem) / file.relative_to(place))
    send(session, f"{stem}.zip", "application/zip", held.getvalue())


def send(session: Session, name: str, mime: str, data: bytes) -> None:
    """Hand a file to the page."""
    session.say("download", file=name, mime=mime, base64=base64.b64encode(data).decode())


def results(session: Session, message: Message) -> None:
    """Another measure of a sweep."""
    if session.results is not None:
        session.say("results", results=session.results.told(str(message.get("measure", ""))))


def open_run(session: Session, message: Message) -> None:
    """One run of a sweep, to look at as it went."""
    if session.results is None:
        return
    try:
        made = session.results.replay(str(message.get("id")))
    except RefusedError as error:
        raise TroubleError(str(error)) from error
    close_fork(session)
    session.sides["A"] = made
    session.cursor, session.playing, session.error = 0, False, None
    session.world("A")
    session.status()


def resync(session: Session, message: Message) -> None:
    """Everything anew: at the beginning, or after the connection was lost."""
    session.say("hello", **session.hello())
    if session.greeting:  # nobody listened yet when it went wrong
        session.notice(session.greeting, "error")
        session.greeting = ""
    for name in session.sides:
        session.world(name)
    if "B" in session.sides:
        session.say("comparison", change=session.change)
    if session.results is not None:
        session.say("results", results=session.results.told(""))
    session.status()


def ping(session: Session, message: Message) -> None:
    """Are you there?"""
    session.say("pong")


def live(session: Session) -> Simulated:
    """Side A, if it can still be changed."""
    side = session.sides["A"]
    if not isinstance(side, Simulated):
        raise TroubleError(
            "this is the replay of a finished run; choose a scenario to begin a world that can be changed"
        )
    return side


def number(message: Message, name: str) -> float:
    """A number of a command; infinity is one."""
    value = message.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise TroubleError(f"{name} must be a number")
    return float(value)


COMMANDS: dict[str, Callable[[Session, Message], None]] = {
    each.__name__: each
    for each in (
        play, pause, step, speed, seek, reset, load, upload, watch, select, inspect, explain, parameter, intervene,
        fork, unfork, share, export, results, open_run, resync, ping,
    )
}  # fmt: skip
