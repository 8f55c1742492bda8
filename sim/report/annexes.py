"""What stands around the figures: the head of the page, findings, chronicle, glossary, where it all comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from sim.measures import BY_STATE, COLLAPSE, SCALAR
from sim.report.cast import Cast, ends, held_from
from sim.report.chronicle import Moment, chronicle, colour_group, involving
from sim.report.findings import Finding
from sim.report.page import folded, glossary, paragraph
from sim.report.words import date, index, listed, number, percent, plural, typical
from sim.results import Run

BANNER = "A simulation, not a forecast."
BOUND = 0.01
"""Share of steps from which a bound that binds is worth a mention."""


def head(runs: Sequence[Run], cast: Cast) -> Iterator[str]:
    """Title, what was simulated, and what it is not."""
    run = runs[0]
    span = f"{run.time[0]:g} to {run.time[-1]:g}"
    numbers = [each.seed for each in runs]
    in_a_row = numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    which = f"{numbers[0]} to {numbers[-1]}" if in_a_row else listed([str(seed) for seed in numbers])
    seeds = f"seed {run.seed}" if len(runs) == 1 else f"{len(runs)} runs, seeds {which}"
    yield '<p class="kicker">Détente · simulation report</p>'
    yield f"<h1>{escape(run.scenario.title)}</h1>"
    poles = listed([run.title(code) for code in cast.poles])
    steps = {0.25: "quarters", 1.0: "years"}.get(round(run.scenario.dt, 6), f"steps of {run.scenario.dt:g} years")
    facts = (span, f"{len(run.time) - 1} {steps}", f"{len(run.names.states)} states", f"poles: {poles}", seeds)
    yield f'<ul class="facts">{"".join(f"<li>{escape(fact)}</li>" for fact in facts)}</ul>'
    which = "one possible course of events" if len(runs) == 1 else f"{len(runs)} possible courses of events"
    yield (
        f'<p class="banner" role="note"><strong>{BANNER}</strong> This is {which} in a model that simplifies the world;'
        " many of its numbers are assumptions. Use it to think about mechanisms, not to predict dates or winners.</p>"
    )
    yield tiles(runs, cast)


def tiles(runs: Sequence[Run], cast: Cast) -> str:
    """Six figures to begin with."""
    cells = list(_focus_tiles(runs, cast.focus)) if cast.focus else []
    disputes, wars = (typical(ends(runs, name)[1]) for name in ("disputes", "wars"))
    cells.append((number(disputes), f"disputes began, {plural(wars, 'war')} among them"))
    accepted, settled = (typical(ends(runs, name)[1]) for name in ("mediations_accepted", "mediations_successful"))
    cells.append((f"{number(settled)} of {number(accepted)}", "accepted mediations ended the dispute"))
    cells.append((_from_to(*ends(runs, "cold_war_index")), "cold-war index, start to end (0 to 1)"))
    boxes = (f'<div class="tile"><b>{escape(value)}</b><span>{escape(what)}</span></div>' for value, what in cells)
    return f'<div class="tiles">{"".join(boxes)}</div>'


def _from_to(before: object, after: object) -> str:
    return f"{index(typical(before))} → {index(typical(after))}"  # type: ignore[arg-type]


def _focus_tiles(runs: Sequence[Run], code: str) -> Iterator[tuple[str, str]]:
    name = runs[0].title(code)
    fallen = [found for found in held_from(runs, code, COLLAPSE) if found]
    if len(runs) > 1:
        yield f"{len(runs) - len(fallen)} of {len(runs)}", f"runs in which the balancing act of {name} held"
    else:
        yield ("collapsed", f"balancing act of {name}") if fallen else ("held", f"balancing act of {name}")
    yield _from_to(*ends(runs, "hedging", code)), f"hedging of {name}, start to end (0 to 1)"
    yield _from_to(*ends(runs, "strategic_autonomy", code)), f"strategic autonomy of {name}, start to end (0 to 1)"


def finding_list(found: Sequence[Finding], shown: Mapping[str, str]) -> str:
    """Findings, each with a link to what shows it; `shown` maps the ids of the sections to their names."""
    rows = []
    for k, finding in enumerate(found):
        name = escape(shown.get(finding.section, ""))
        link = f'&nbsp;<a href="#{finding.section}" aria-label="see {name}" title="{name}">↓</a>' if name else ""
        rows.append(f"<li{' class=first' if k == 0 else ''}>{escape(finding.text)}{link}</li>")
    return f'<ul class="findings">{"".join(rows)}</ul>'


def setting(runs: Sequence[Run], cast: Cast) -> Iterator[str]:
    """Who exists, how they decide, what was scheduled, what was changed."""
    run = runs[0]
    scenario = run.scenario
    notes = [paragraph(text.strip()) for text in scenario.notes.strip().split("\n\n") if text.strip()]
    yield "".join(notes[:1]) + folded("More about the scenario", "".join(notes[1:]))
    held = Counter(scenario.policy_of(code) for code in run.names.states)
    policies = listed([f"{name.replace('_', ' ')} ({count})" for name, count in held.most_common()])
    entries = [
        ("Poles", listed([run.title(code) for code in cast.poles])),
        ("Policies and how many states begin with them", policies),
        ("Organisations", listed([run.title(code) for code in run.names.organisations]) or "none"),
        ("Norms", listed([name.replace("_", " ") for name in run.names.norms]) or "none"),
        ("Scheduled events", plural(len(scenario.events), "event")),
        ("Mechanisms switched off", listed([n for n, v in scenario.mechanisms.items() if v is False]) or "none"),
        ("Numbers changed from the usual", listed(list(_changed(run))) or "none"),
        ("All states", ", ".join(run.title(code) for code in run.names.states)),
    ]
    yield glossary(entries)


def _changed(run: Run) -> Iterator[str]:
    for name, numbers in run.scenario.mechanisms.items():
        for key, value in (numbers or {}).items():
            yield f"{name}.{key} = {value:g}"


def chronicle_parts(run: Run, cast: Cast, several: bool) -> Iterator[str]:
    """The events worth telling, and all that the state in focus took part in."""
    if not run.events:
        yield paragraph("No events were kept.", "lead")
        return
    which = f" of the run with seed {run.seed}" if several else ""
    yield paragraph(
        f"The most telling events{which}, a few a year at most; bold ones involve the state in focus.", "lead"
    )
    yield moment_list(chronicle(run, cast), run, cast)
    if cast.focus is not None:
        own = involving(run, cast.focus)
        yield folded(f"All {len(own)} events that involve {run.title(cast.focus)}", moment_list(own, run, cast))


def moment_list(moments: Sequence[Moment], run: Run, cast: Cast) -> str:
    """Events with their dates."""
    rows = []
    for moment in moments:
        own = ' class="own"' if cast.focus in moment.codes else ""
        mark = f'style="--mark:var(--{colour_group(moment.kind)})"'
        when = f"<time>{escape(date(moment.time, run.scenario.dt))}</time>"
        rows.append(f"<li>{when}<span{own} {mark}>{escape(moment.text)}</span></li>")
    return f'<ol class="chronicle">{"".join(rows)}</ol>' if rows else ""


def meanings(run: Run) -> Iterator[str]:
    """What every measure means."""
    yield paragraph("Indices run from 0 to 1 unless a unit is given.", "lead")
    for title, held, known in (("Of the world", run.series, SCALAR), ("Of every state", run.states, BY_STATE)):
        entries = [
            (f"{name.replace('_', ' ')}{'' if known[name].unit == '1' else f' ({known[name].unit})'}", known[name].doc)
            for name in held
            if name in known
        ]
        yield folded(f"{title}: {len(entries)} measures", glossary(entries))


def origin(runs: Sequence[Run]) -> Iterator[str]:
    """Where the run comes from, so that it can be repeated; and where bounds bound."""
    run = runs[0]
    told = run.provenance
    versions = ", ".join(f"{name} {number}" for name, number in told.get("versions", {}).items())
    commit = told.get("commit")
    modified = " with changes" if told.get("modified") else ""
    entries = [
        ("Scenario", f"{run.scenario.name}, hash {told.get('scenario_hash', run.scenario.hash)}"),
        ("Seed" if len(runs) == 1 else "Seeds", ", ".join(str(each.seed) for each in runs)),
        ("Command", str(told.get("command") or "not recorded")),
        ("Made", str(told.get("created") or "not recorded")),
        ("Versions", versions),
        ("Commit", f"{commit}{modified}" if commit else "not from a checkout"),
        ("Machine", f"{told.get('platform', '')}; {len(told.get('cpu_features', []))} vector instruction sets"),
    ]
    bound = {name: share for each in runs for name, share in each.clips.items() if share > BOUND}
    if bound:
        text = listed([f"{name} ({percent(share)})" for name, share in sorted(bound.items())])
        entries.append(("Columns whose bounds bound, and in what share of the steps", text))
    yield glossary(entries)
    yield paragraph(
        "The same scenario, seed and versions give the same numbers, bit for bit, on the same kind of machine."
    )
