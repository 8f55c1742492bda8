"""Findings: sentences worked out from the data, each with the section of the report that shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sim.measures import COLLAPSE
from sim.report.cast import Cast, cast_of, ends, held_from, named, option_titles
from sim.report.mediators import Tally, tallies
from sim.report.words import count, index, listed, moved, number, opened, percent, plural, told, typical, year
from sim.results import Run

SHIFT = 0.02
"""Change of a share of a portfolio that is worth a mention."""
VECTOR = 0.05
"""Share of a portfolio from which a pole counts as one of its vectors."""
PARTS = {
    "bipolarity": "bipolarity",
    "bloc_hostility": "hostility between blocs",
    "trade_decoupling": "trade decoupling",
}
"""Of the cold-war index."""


@dataclass(frozen=True)
class Finding:
    """One sentence, and the id of the section that shows what it rests on."""

    section: str
    text: str


def headlines(runs: Sequence[Run]) -> list[str]:
    """What came out, the most important first, a sentence each."""
    return [finding.text for finding in findings(runs)]


def findings(runs: Sequence[Run], cast: Cast | None = None) -> list[Finding]:
    """All findings on one run, or on replicates of one scenario."""
    cast = cast or cast_of(runs)
    found = [Finding("balance", text) for text in (focus_sentences(runs, cast.focus) if cast.focus else ())]
    parts = (
        ("middle", middle_sentences(runs)),
        ("order", order_sentences(runs)),
        ("conflict", conflict_sentences(runs)),
        ("mediation", mediation_sentences(runs, cast.focus)),
        ("networks", pact_sentences(runs)),
        ("arms", arms_sentences(runs)),
        ("transition", transition_sentences(runs, cast.focus)),
        ("norms", norm_sentences(runs)),
    )
    return found + [Finding(section, text) for section, texts in parts for text in texts]


def focus_sentences(runs: Sequence[Run], code: str) -> Iterator[str]:
    """Did the balancing act hold, where did the portfolio go, what became of hedging and autonomy?"""
    yield verdict(runs, code)
    yield shifts(runs, code)
    name = named(runs[0], code)
    hedging = moved(*ends(runs, "hedging", code), index)
    autonomy = moved(*ends(runs, "strategic_autonomy", code), index)
    yield f"The hedging index of {name} {hedging}, its strategic autonomy {autonomy} (both run from 0 to 1)."


def verdict(runs: Sequence[Run], code: str) -> str:
    """Whether a state kept its balance: in how many runs, or since when not and who holds it."""
    name = named(runs[0], code)
    fallen = held_from(runs, code, COLLAPSE)
    if len(runs) > 1:
        return _verdict_of_many(runs, name, fallen)
    run, row = runs[0], runs[0].row(code)
    dependence = run.states["dependence"][:, row]
    top = int(dependence.argmax())
    pole = named(run, run.names.poles[int(run.alignment[top, row, 1:].argmax())])
    if (since := fallen[0]) is not None:
        when = "from the start" if since[0] == run.time[0] else f"in {year(since[0])}"
        share = percent(float(dependence[-1]))
        act = f"{opened(name)}'s balancing act collapsed {when}"
        return f"{act}: {named(run, since[1])} ended with {share} of its portfolio."
    if dependence[top] > COLLAPSE:
        last = year(float(run.time[np.flatnonzero(dependence > COLLAPSE)[-1]]))
        return (
            f"{opened(name)}'s balancing act failed for a time and recovered: {pole} held up to"
            f" {percent(dependence[top])} of its portfolio, until {last}."
        )
    if 1 - run.alignment[-1, row, 0] < 0.5:
        aloof = percent(float(run.alignment[-1, row, 0]))
        return (
            f"{opened(name)} gave up its balancing act for aloofness: {aloof} of its portfolio ended in non-alignment."
        )
    return (
        f"{opened(name)}'s balancing act held: no pole ever had more than {percent(dependence[top])} of its portfolio"
        f" ({pole}, {year(float(run.time[top]))})."
    )


def _verdict_of_many(runs: Sequence[Run], name: str, fallen: list[tuple[float, str] | None]) -> str:
    takers = Counter(named(runs[0], found[1]) for found in fallen if found)
    held = len(runs) - sum(takers.values())
    if not takers:
        return f"{opened(name)}'s balancing act held in all {len(runs)} runs: no pole ended with over 60% of its ties."
    by = listed([f"{pole} in {times}" for pole, times in takers.most_common()])
    return (
        f"{opened(name)}'s balancing act held in {held} of {len(runs)} runs; one pole ended with over 60% of it: {by}."
    )


def shifts(runs: Sequence[Run], code: str) -> str:
    """The largest changes of a portfolio."""
    run, row = runs[0], runs[0].row(code)
    before, after = (np.median([r.alignment[step, row] for r in runs], axis=0) for step in (0, -1))
    change = after - before
    order = [o for o in np.argsort(-np.abs(change), kind="stable")[:3] if abs(change[o]) >= SHIFT]
    titles = option_titles(run)
    if not order:
        lead = int(after.argmax())
        return f"Its portfolio hardly moved; its largest part is still {titles[lead]} ({percent(after[lead])})."
    told_shifts = [f"{titles[o]} {_went(before[o], after[o])}" for o in order]
    span = f"Between {year(run.time[0])} and {year(run.time[-1])}"
    kept, poles = int((after[1:] > VECTOR).sum()), len(after) - 1
    left = f"; {kept} of {poles} poles still had more than {percent(VECTOR)} of it" if kept < poles else ""
    return f"{span} the shares of its portfolio shifted: {listed(told_shifts)}{left}."


def _went(before: float, after: float) -> str:
    return f"{'rose' if after > before else 'fell'} from {percent(before)} to {percent(after)}"


def middle_sentences(runs: Sequence[Run]) -> Iterator[str]:
    """Hedging of the middle powers together, and how many states fell to one pole."""
    hedging = moved(*ends(runs, "middle_power_hedging"), index)
    before, after = ends(runs, "captured_share")
    captured = f"{percent(typical(before))} at the start and {told(after, percent)} at the end"
    yield (
        f"Among middle powers mean hedging {hedging}; of all states outside the poles, {captured} had over 60% of their"
        f" portfolio in one pole."
    )


def order_sentences(runs: Sequence[Run]) -> Iterator[str]:
    """Cold-war index with what drove it, polarity."""
    before, after = ends(runs, "cold_war_index")
    text = moved(before, after, index, noise=0.04)
    if not text.startswith("stayed"):
        lead = driver(runs, typical(after) > typical(before))
        text += f", most of all through {PARTS[lead]}, which {moved(*ends(runs, lead), index)}"
    yield f"The cold-war index {text}."
    yield f"The effective number of poles {moved(*ends(runs, 'polarity'), index)}."


def driver(runs: Sequence[Run], rising: bool) -> str:
    """The part of the cold-war index that did most to make it rise, or fall."""
    rates = {}
    for name in PARTS:
        first, last = (max(typical(values), 1e-3) for values in ends(runs, name))
        rates[name] = np.log(last / first) * (1 if rising else -1)
    return max(rates, key=lambda name: rates[name])


def conflict_sentences(runs: Sequence[Run]) -> Iterator[str]:
    """Disputes, wars, deaths."""
    span = float(runs[0].time[-1] - runs[0].time[0])
    disputes, wars, deaths = (ends(runs, name)[1] for name in ("disputes", "wars", "battle_deaths"))
    rate = f"{number(typical(disputes) / span)} a year"
    if not wars.any():
        yield f"{told(disputes, count)} disputes began ({rate}), and none became a war."
        return
    many = plural(float(wars[0]), "war") if len(runs) == 1 else f"{told(wars, count)} wars"
    cost = f"about {told(deaths, count)} battle deaths" if typical(deaths) > 0 else "hardly any battle deaths"
    yield f"{told(disputes, count)} disputes began ({rate}) and {many}, with {cost}."


def mediation_sentences(runs: Sequence[Run], focus: str | None) -> Iterator[str]:
    """Offers, acceptances, successes; the busiest mediators; the state in focus among them."""
    offered, accepted, settled = (
        ends(runs, name)[1] for name in ("mediations_offered", "mediations_accepted", "mediations_successful")
    )
    if not offered.any():
        yield "Nobody offered to mediate."
        return
    rates = percent(accepted.sum() / offered.sum()), percent(settled.sum() / max(accepted.sum(), 1))
    yield (
        f"Third parties offered {told(offered, count)} times to mediate; both sides accepted {told(accepted, count)}"
        f" offers ({rates[0]}), and {told(settled, count)} ended the dispute ({rates[1]} of those accepted)."
    )
    table = tallies(runs)
    if busiest := [t for t in table if t.accepted][:3]:
        per = "" if len(runs) == 1 else " (a run, on average)"
        names = [f"{t.title} ({number(t.accepted)} talks, {number(t.settled)} settled)" for t in busiest]
        yield f"The busiest mediators{per}: {listed(names)}.{_own_record(table, focus)}"


def _own_record(table: Sequence[Tally], focus: str | None) -> str:
    for rank, row in enumerate(table):
        if row.code == focus and rank >= 3:
            return f" {row.title} comes {_ordinal(rank + 1)} with {number(row.accepted)} and {number(row.settled)}."
    return ""


def _ordinal(rank: int) -> str:
    ending = "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank}{ending}"


def pact_sentences(runs: Sequence[Run]) -> Iterator[str]:
    """Pacts formed and ended, density."""
    formed, ended = (ends(runs, name)[1] for name in ("pacts_formed", "pacts_ended"))
    density = moved(*ends(runs, "alliance_density"), percent)
    pacts = "No bilateral pact was concluded or ended"
    if formed.any() or ended.any():
        pacts = f"Bilateral pacts concluded: {told(formed, count)}, ended: {told(ended, count)}"
    yield f"{pacts}; the share of pairs of states that a defence pact binds {density}."


def arms_sentences(runs: Sequence[Run]) -> Iterator[str]:
    """World military expenditure and its share of product."""
    before, after = ends(runs, "world_military_expenditure")
    low, high = ends(runs, "military_burden")
    burden = (
        f"{100 * typical(low):.1f}% of world product at the start, {told(high, lambda v: f'{100 * v:.1f}%')} at the end"
    )
    spent = moved(before / 1000, after / 1000, lambda value: f"{value:.2f}")
    yield f"World military expenditure {spent} trillion USD a year (constant prices): {burden}."


def transition_sentences(runs: Sequence[Run], focus: str | None) -> Iterator[str]:
    """Emissions of the world, and of the state in focus against its pledge; its hydrocarbons."""
    yield f"Emissions of carbon dioxide {moved(*ends(runs, 'world_emissions'))} Gt a year."
    if focus is None:
        return
    name = named(runs[0], focus)
    share = moved(*ends(runs, "hydrocarbon_share", focus), percent)
    before, after = ends(runs, "emissions", focus)
    emitted = f"its emissions {moved(before, after)} Mt a year{pledge(runs, focus)}"
    yield f"Hydrocarbons' share of the exports of {name} {share}; {emitted}."


def pledge(runs: Sequence[Run], code: str) -> str:
    """How emissions stand against a straight line from the start to a pledged year of neutrality; empty without one."""
    run = runs[0]
    norm = run.scenario.norms.get("carbon_neutrality")
    target = norm.targets.get(code) if norm else None
    if target is None or target <= run.time[0]:
        return ""
    before, after = ends(runs, "emissions", code)
    left = max(target - run.time[-1], 0.0) / (target - run.time[0])
    allowed = max(left, 0.1) * typical(before)
    stands = "in reach of" if typical(after) <= allowed else "far from" if typical(after) > 2 * allowed else "behind"
    return f", which is {stands} its pledge of carbon neutrality by {target:.0f}"


def norm_sentences(runs: Sequence[Run]) -> Iterator[str]:
    """How far norms have spread."""
    if runs[0].names.norms:
        yield f"The share of states and norms where the norm is adopted {moved(*ends(runs, 'norm_adoption'), percent)}."
