"""Every decision of real runs is told by the numbers that made it: they add up to its chance, and the draw agrees."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from math import exp, expm1, log1p
from typing import Any

import pytest

from sim.mechanisms._shock_kinds import SHOCKS
from sim.results import Run
from sim.runner import run
from sim.scenario import load_scenario
from sim.scenario.references import mechanism_kinds

type Link = Callable[[float, float], float]


def logistic(total: float, dt: float) -> float:
    """The terms are contributions to the log-odds of this decision."""
    return 1 / (1 + exp(-total)) if total > -700 else 0.0


def within_a_year(total: float, dt: float) -> float:
    """The terms are contributions to the log-odds within a year, of which a step takes its part."""
    return -expm1(-dt * (total + log1p(exp(-total)) if total > 0 else log1p(exp(total))))


def log_rate(total: float, dt: float) -> float:
    """The terms are contributions to the logarithm of a yearly rate."""
    return -expm1(-exp(min(total, 700)) * dt)


def rate(total: float, dt: float) -> float:
    """The terms are parts of a yearly rate."""
    return -expm1(-total * dt)


def log_chance(total: float, dt: float) -> float:
    """The terms are logarithms of chances that must all come true."""
    return exp(total)


LINKS: dict[str, Link] = {
    "dispute onset": within_a_year,
    "first move": logistic,
    "opening level": logistic,
    "claim lapsed": log_rate,
    "escalation": log_rate,
    "first deaths": log_rate,
    "war begins": log_rate,
    "dispute ended": log_rate,
    "war ended": logistic,
    "joining": logistic,
    "sanction": log_rate,
    "sanction ended": log_rate,
    "concession": logistic,
    "coercion": log_rate,
    "coercive sanction": logistic,
    "pact request": log_rate,
    "pact": logistic,
    "pact ended": log_rate,
    "application": log_rate,
    "accession": logistic,
    "exit": log_rate,
    "dissolution": log_rate,
    "vote": logistic,
    "renewal": logistic,
    "call": log_rate,
    "founding": logistic,
    "pact application": log_rate,
    "pact accession": logistic,
    "pact exit": log_rate,
    "adoption": log_rate,
    "defection": rate,
    "leader change": log_rate,
    "consent": logistic,
    "offer": log_rate,
    "passed over": logistic,
    "mediation": log_chance,
    "settlement": logistic,
} | {shock.kind: log_rate for shock in SHOCKS}
"""How the chance of each kind of event follows from the sum of its terms."""
MARGINS = frozenset({"realignment", "middle power by size", "middle power by conduct", "small power"})
"""The kinds that are no draw against a sum: an option leads, or a bar is passed, by a margin."""
COUNTED = frozenset({"collective action", "suspension"})
"""The kinds that votes decide: for, less those that are not enough."""
RUNS = ("random:24", "central-asia-2025")
YEARS = 15


@pytest.fixture(scope="module", params=RUNS)
def done(request: pytest.FixtureRequest) -> Run:
    scenario = load_scenario(request.param)
    return run(scenario, seed=11, end=scenario.start + YEARS)


def decisions(of: Run) -> list[tuple[Mapping[str, Any], dict[str, float]]]:
    """Every event that the scenario did not schedule, with its terms."""
    return [(event, json.loads(event["terms"])) for event in of.events if event["mechanism"] != "scheduled"]


def agrees(of: Run, event: Mapping[str, Any], terms: Mapping[str, float], link: Link) -> bool:
    return link(sum(terms.values()), of.scenario.dt) == pytest.approx(event["chance"], rel=1e-6, abs=1e-9)


def test_no_decision_is_without_its_terms(done: Run) -> None:
    bare = [event["sentence"] for event, terms in decisions(done) if not terms]
    assert bare == [] and len(decisions(done)) > 500


def test_the_terms_add_up_to_the_chance_of_every_kind(done: Run) -> None:
    seen, wrong = Counter[str](), Counter[str]()
    for event, terms in decisions(done):
        kind = event["kind"]
        seen[kind] += 1
        if kind in LINKS:
            wrong[kind] += not agrees(done, event, terms, LINKS[kind])
    assert +wrong == Counter()
    assert len(seen) > 20


def test_a_kind_that_the_table_does_not_know_follows_one_of_the_usual_links(done: Run) -> None:
    """New kinds need no line above if their terms add up in a usual way; the message names those that do not."""
    ways: dict[str, set[str]] = {}
    usual = {link.__name__: link for link in LINKS.values()}
    for event, terms in decisions(done):
        kind = event["kind"]
        if kind in LINKS or kind in MARGINS | COUNTED:
            continue
        fitting = {
            name for name, link in usual.items() if event["chance"] is not None and agrees(done, event, terms, link)
        }
        ways[kind] = ways.get(kind, set(usual)) & fitting
    assert [kind for kind, fitting in ways.items() if not fitting] == []


def test_what_was_drawn_agrees_with_what_happened(done: Run) -> None:
    """Below its chance a draw lets things happen, and only there."""
    for event, _ in decisions(done):
        if event["drawn"] is None:
            continue
        assert 0 <= event["drawn"] <= 1 and 0 <= event["chance"] <= 1, event
        assert (event["drawn"] < event["chance"]) == event["done"], event


def test_who_mediates_came_before_every_other_candidate_that_is_told_of(done: Run) -> None:
    offers = {(e["step"], e["who"], e["whom"]): e for e, _ in decisions(done) if e["kind"] == "offer"}
    others = [event for event, _ in decisions(done) if event["kind"] == "passed over"]
    assert len(offers) > 2 and len(others) > len(offers)
    for event in others:
        offer = offers[event["step"], event["who"], event["whom"]]
        assert offer["third"] != event["third"]


def test_a_new_leading_option_has_the_terms_on_its_side(done: Run) -> None:
    for event, terms in decisions(done):
        if event["kind"] in MARGINS:
            assert sum(terms.values()) > 0 and event["amount"] > 0, event


def test_what_was_voted_on_is_done_when_the_votes_are_enough(done: Run) -> None:
    for event, terms in decisions(done):
        if event["kind"] in COUNTED:
            assert (sum(terms.values()) > 0) == event["done"] and event["chance"] is None, event


def test_the_table_knows_what_mechanisms_report(done: Run) -> None:
    """A name above that no mechanism reports any more is a mistake."""
    reported = {kind for unit in mechanism_kinds().values() for kind in unit.kinds}
    assert {*LINKS, *MARGINS, *COUNTED} <= reported


def test_a_wrong_term_would_be_found(done: Run) -> None:
    event, terms = next((e, t) for e, t in decisions(done) if e["kind"] == "leader change")
    assert agrees(done, event, terms, log_rate)
    assert not agrees(done, event, terms | {"whim": 0.01}, log_rate)
    assert not agrees(done, event, terms, logistic)
