"""The sections of the report that show figures: each takes the page and the runs and gives its parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from sim.measures import COLLAPSE
from sim.plots import across_states, counts, measures, network, pole_power, portfolio, ranked, state_measures
from sim.plots.charts import SMALL, WIDE
from sim.plots.network import FRIENDSHIP, drawn_states, places
from sim.plots.style import NEUTRAL, WARNING, pole_colours
from sim.report.cast import Cast
from sim.report.mediators import tallies
from sim.report.page import Page, box, folded, paragraph, table
from sim.report.words import date, number, percent
from sim.results import Run

INDEX = "index (0 to 1)"
BANDS = "Line: median of the runs; band: four runs in five."


def bands(runs: Sequence[Run], text: str) -> str:
    """How to read a chart, with a word on its bands if there are several runs."""
    return f"{text} {BANDS}" if len(runs) > 1 else text


def balance(page: Page, runs: Sequence[Run], cast: Cast) -> Iterator[str]:
    """The portfolio of the state in focus, and what follows from it."""
    if cast.focus is None:
        return
    name = runs[0].title(cast.focus)
    mean = f" The mean of {len(runs)} runs." if len(runs) > 1 else ""
    caption = f"Portfolio of {name}: how its ties are divided"
    wide, narrow = portfolio(runs, cast.focus, size=WIDE), portfolio(runs, cast.focus)
    reading = (
        "At any date the heights add up to 100%: in colour what of its attention, cooperation and trust goes to each"
        f" pole, in grey what is kept from all. Balance ends where one colour swallows the others.{mean}"
    )
    drawn = (("wide", wide), ("narrow", narrow))
    both = "".join(f'<div class="{kind}">{page.drawing(chart, caption)}</div>' for kind, chart in drawn)
    note = f'<p class="read">{escape(reading)}</p>'
    yield f'<figure class="hero"><figcaption>{escape(caption)}</figcaption>{both}{note}</figure>'
    yield box("grid", _balance_charts(page, runs, cast, name))


def _balance_charts(page: Page, runs: Sequence[Run], cast: Cast, name: str) -> Iterator[str]:
    assert cast.focus is not None
    shape = {"hedging": "hedging", "strategic_autonomy": "autonomy", "dependence": "dependence"}
    limit = (COLLAPSE, "above: one pole holds it")
    chart = state_measures(runs, cast.focus, shape, unit=INDEX, low=0, high=1, threshold=limit)
    reading = (
        "Hedging: wide and even ties. Dependence: the largest share of one pole. Autonomy: freedom from any one pole."
    )
    yield page.figure(chart, f"Hedging, autonomy and dependence of {name}", bands(runs, reading))
    others = [cast.focus, *cast.middle[:4]]
    chart = across_states(runs, "strategic_autonomy", others, first=cast.focus, unit=INDEX, low=0, high=1)
    reading = (
        "What the leading pole does not hold of a state's portfolio and trade, less coercion; 1 is free of all poles."
    )
    yield page.figure(chart, "Strategic autonomy", bands(runs, reading))
    chart = state_measures(
        runs, cast.focus, {"credibility": "credibility", "brokerage": "brokerage"}, unit=INDEX, low=0, high=1
    )
    reading = (
        "Credibility is a reputation as an honest broker; brokerage is standing between states that are not friends."
    )
    yield page.figure(chart, f"{name} as a go-between", bands(runs, reading))


def middle(page: Page, runs: Sequence[Run], cast: Cast) -> Iterator[str]:
    """Small portfolios of the other middle powers."""
    if not cast.middle:
        return
    yield paragraph("The same picture for other middle powers, those that balance by policy first.", "lead")
    yield pole_key(runs[0])
    small = (page.figure(portfolio(runs, code, size=SMALL), runs[0].title(code)) for code in cast.middle)
    yield box("many", small)
    yield box("grid", _middle_charts(page, runs))


def _middle_charts(page: Page, runs: Sequence[Run]) -> Iterator[str]:
    named = {"middle_power_hedging": "hedging", "middle_power_autonomy": "autonomy"}
    chart = measures(runs, named, unit=INDEX, low=0, high=1)
    yield page.figure(chart, "Middle powers together", bands(runs, "Means over all middle powers outside the poles."))
    shares = {"multi_vector_share": "two poles or more", "captured_share": "held by one"}
    chart = measures(runs, shares, unit="share of states (%)", percent=True, low=0, high=1)
    reading = (
        "Of all states outside the poles: ties spread over at least two poles, and over 60% of the portfolio in one."
    )
    yield page.figure(chart, "Who balances, who is held", bands(runs, reading))


def pole_key(run: Run) -> str:
    """Which colour is which pole."""
    colours = [*pole_colours(run.names.poles).items()]
    items = [(colour, run.title(code)) for code, colour in colours] + [(NEUTRAL, "non-aligned")]
    marks = "".join(f'<li><i style="background:{colour}"></i>{escape(title)}</li>' for colour, title in items)
    return f'<ul class="key">{marks}</ul>'


def order(page: Page, runs: Sequence[Run]) -> Iterator[str]:
    """Cold-war index, polarity, power, trust."""
    yield box("grid", _order_charts(page, runs))


def _order_charts(page: Page, runs: Sequence[Run]) -> Iterator[str]:
    chart = measures(runs, {"cold_war_index": "cold-war index"}, unit=INDEX, low=0, high=1)
    reading = "Near 1: two even blocs, hostile, trading little. It is the geometric mean of the three parts beside."
    yield page.figure(chart, "Cold-war index", bands(runs, reading))
    parts = {"bipolarity": "bipolarity", "bloc_hostility": "hostility", "trade_decoupling": "decoupling"}
    chart = measures(runs, parts, unit=INDEX, low=0, high=1)
    reading = "Decoupling of 0.5 means that the blocs trade as much as chance would have it; 1 means not at all."
    yield page.figure(chart, "What the cold-war index is made of", bands(runs, reading))
    chart = measures(runs, {"polarity": "polarity"}, unit="effective number of poles", low=1)
    yield page.figure(
        chart, "Polarity", bands(runs, "How many poles of equal power would make the same concentration.")
    )
    reading = "Power is military capital, product, population and technology."
    yield page.figure(pole_power(runs), "Power of the poles", bands(runs, reading))
    named = {"tension": "tension", "rivalry_among_poles": "rivalry", "trust_among_poles": "trust"}
    chart = measures(runs, named, unit=INDEX, low=0, high=1)
    reading = "Tension is ill will over all pairs of states by their power; rivalry and trust are among poles only."
    yield page.figure(chart, "Tension, rivalry and trust", bands(runs, reading))
    named = {"polarisation": "polarisation", "larger_bloc": "larger bloc"}
    chart = measures(runs, named, unit=INDEX, low=0, high=1)
    reading = "Polarisation: modularity of the split into two camps of friends. Larger bloc: share of states in it."
    yield page.figure(chart, "Two camps?", bands(runs, reading))


def conflict(page: Page, runs: Sequence[Run]) -> Iterator[str]:
    """Disputes and wars."""
    parts = []
    whiskers = " Bars: mean of the runs; whiskers: four runs in five." if len(runs) > 1 else ""
    reading = f"Wars are a part of the disputes.{whiskers}"
    chart = counts(runs, {"disputes": "disputes", "wars": "wars"}, unit="number begun a year")
    parts.append(page.figure(chart, "Disputes and wars that began", reading))
    chart = measures(runs, {"live_disputes": "disputes", "live_wars": "wars"}, unit="number going on", low=0)
    parts.append(
        page.figure(chart, "Disputes and wars going on", bands(runs, "However many states take part in each."))
    )
    deaths = {"battle_deaths": "battle deaths"}
    chart = measures(runs, deaths, unit="battle deaths since the start (thousand)", scale=1e-3, low=0)
    parts.append(page.figure(chart, "Battle deaths", bands(runs, "Added up since the start.")))
    yield box("grid", parts)


def mediation(page: Page, runs: Sequence[Run], cast: Cast) -> Iterator[str]:
    """Who mediated what with what success."""
    named = {"mediations_offered": "offered", "mediations_accepted": "accepted", "mediations_successful": "settled"}
    chart = measures(runs, named, unit="number since the start", low=0)
    reading = "Offers of third parties, those that both sides accepted, and those that ended the dispute."
    parts = [page.figure(chart, "Mediation added up", bands(runs, reading))]
    busiest = [t for t in tallies(runs) if t.accepted][:10]
    if busiest:
        ended = {"settled": [t.settled for t in busiest], "failed": [t.accepted - t.settled for t in busiest]}
        unit = "talks that both sides accepted" + (", mean per run" if len(runs) > 1 else "")
        chart = ranked([t.title for t in busiest], ended, unit=unit)
        parts.append(page.figure(chart, "Who mediated", "The ten busiest mediators, states and organisations."))
    named = {"middle_power_credibility": "credibility", "middle_power_brokerage": "brokerage"}
    chart = measures(runs, named, unit=INDEX, low=0, high=1)
    reading = (
        "Means over middle powers: the reputation that opens doors, and the position between those who are not friends."
    )
    parts.append(page.figure(chart, "What middle powers bring to the table", bands(runs, reading)))
    yield box("grid", parts)
    yield mediators_table(runs, cast)
    if len(runs) == 1:
        yield talks_table(runs[0])


def mediators_table(runs: Sequence[Run], cast: Cast) -> str:
    """The busiest mediators and the state in focus, in numbers."""
    tally = tallies(runs)
    if not any(run.events for run in runs):
        return paragraph("No events were kept, so it cannot be told who mediated.", "lead")
    if not tally:
        return ""
    rows = tally[:15] + [t for t in tally[15:] if t.code == cast.focus]
    cells = [
        [t.title, number(t.offered), number(t.accepted), number(t.settled), percent(t.success) if t.accepted else "-"]
        for t in rows
    ]
    own = next((r for r, t in enumerate(rows) if t.code == cast.focus), None)
    caption = "The busiest mediators" + ("" if len(runs) == 1 else f", mean of {len(runs)} runs")
    return table(caption, ["Mediator", "Offers", "Accepted", "Settled", "Success"], cells, own=own)


def talks_table(run: Run) -> str:
    """Every mediation that both sides accepted: who, between whom, how it went; folded away."""
    rows = []
    for talk in (event for event in run.events if event["kind"] == "settlement"):
        pair = f"{run.title(talk['who'])} and {run.title(talk['whom'])}"
        when = date(talk["time"], run.scenario.dt)
        rows.append([run.title(talk["third"]), pair, when, "settled" if talk["done"] else "failed"])
    if not rows:
        return ""
    return folded(f"All {len(rows)} talks", table("Talks", ["Mediator", "Between", "Date", "Outcome"], rows))


def networks(page: Page, run: Run, several: bool) -> Iterator[str]:
    """Pacts, friendship and rivalry at the start and at the end."""
    shown = drawn_states(run)
    where = places(run, shown)
    only = (
        f" Of {len(run.names.states)} states the most powerful are shown."
        if len(shown) < run.states["alive"].shape[1]
        else ""
    )
    which = f" Run with seed {run.seed}." if several else ""
    yield paragraph(
        "States stand in the same place in both pictures; friends pull each other together. A disc has the colour of"
        f" the state's largest tie, so a change of colour is a change of side; its size is power.{only}{which}",
        "lead",
    )
    yield network_key(run)
    moments = (("start", run.time[0]), ("end", run.time[-1]))
    yield box(
        "pair",
        (
            page.figure(network(run, moment, shown=shown, where=where), f"Pacts, friendship and rivalry in {when:.0f}")  # type: ignore[arg-type]
            for moment, when in moments
        ),
    )


def network_key(run: Run) -> str:
    """Which line is which tie."""
    ties = (
        ('class="line" style="border-color:var(--ink)"', "defence pact"),
        (f'class="line" style="border-color:{FRIENDSHIP}"', "closest friends"),
        (f'class="line dash" style="border-color:{WARNING}"', "rivalry or use of force"),
    )
    lines = "".join(f"<li><i {style}></i>{text}</li>" for style, text in ties)
    return pole_key(run).removesuffix("</ul>") + lines + "</ul>"


def pacts(page: Page, runs: Sequence[Run]) -> Iterator[str]:
    """Pacts over time."""
    named = {"pact_density": "any pact", "alliance_density": "defence pact"}
    chart = measures(runs, named, unit="share of pairs of states (%)", percent=True, low=0)
    parts = [page.figure(chart, "How densely pacts bind", bands(runs, "Bilateral pacts and those of organisations."))]
    chart = measures(
        runs, {"pacts_formed": "concluded", "pacts_ended": "ended"}, unit="bilateral pacts since the start", low=0
    )
    parts.append(page.figure(chart, "Pacts concluded and ended", bands(runs, "Added up since the start.")))
    chart = measures(runs, {"norm_adoption": "norms"}, unit="share adopted (%)", percent=True, low=0, high=1)
    reading = "Share of all pairs of a state and a norm where the state has adopted the norm."
    if runs[0].names.norms:
        parts.append(page.figure(chart, "Spread of norms", bands(runs, reading)))
    yield box("grid", parts)


def arms(page: Page, runs: Sequence[Run], cast: Cast) -> Iterator[str]:
    """Military expenditure."""
    spent = {"world_military_expenditure": "expenditure"}
    chart = measures(runs, spent, unit="1e12 USD a year", scale=1e-3, low=0)
    parts = [
        page.figure(chart, "World military expenditure", bands(runs, "Of the states simulated, at constant prices."))
    ]
    chart = measures(runs, {"military_burden": "burden"}, unit="share of world product (%)", percent=True, low=0)
    parts.append(page.figure(chart, "Military burden", bands(runs, "World military expenditure over world product.")))
    who = [code for code in (cast.focus, *cast.middle[:3]) if code]
    if who:
        chart = across_states(runs, "milex_share", who, first=cast.focus, unit="share of gdp (%)", percent=True, low=0)
        parts.append(page.figure(chart, "Burden of middle powers", bands(runs, "Military expenditure over product.")))
    yield box("grid", parts)


def transition(page: Page, runs: Sequence[Run], cast: Cast) -> Iterator[str]:
    """Emissions and the way out of hydrocarbons."""
    chart = measures(runs, {"world_emissions": "emissions"}, unit="carbon dioxide (Gt a year)", low=0)
    parts = [page.figure(chart, "World emissions", bands(runs, "Fossil carbon dioxide of the states simulated."))]
    if cast.focus is not None:
        name = runs[0].title(cast.focus)
        chart = state_measures(runs, cast.focus, {"emissions": "emissions"}, unit="carbon dioxide (Mt a year)", low=0)
        parts.append(page.figure(chart, f"Emissions of {name}", bands(runs, "Fossil carbon dioxide.")))
        named = {"hydrocarbon_share": "hydrocarbons", "technology": "technology"}
        chart = state_measures(runs, cast.focus, named, unit="share, level (%)", percent=True, low=0, high=1)
        reading = "Oil, gas and coal as a share of goods exports; technology as a level, 100% being the frontier."
        parts.append(page.figure(chart, f"Diversification of {name}", bands(runs, reading)))
    named = {"hydrocarbon_dependence": "hydrocarbons", "technology_level": "technology"}
    chart = measures(runs, named, unit="share, level (%)", percent=True, low=0, high=1)
    reading = "Hydrocarbons in exports, mean over states; technology, mean over world product."
    parts.append(page.figure(chart, "Diversification of the world", bands(runs, reading)))
    chart = measures(runs, {"world_product": "world product"}, unit="1e12 USD a year", scale=1e-3, low=0)
    parts.append(page.figure(chart, "World product", bands(runs, "Of the states simulated, at constant prices.")))
    chart = measures(runs, {"trade_openness": "openness"}, unit="trade over product (%)", percent=True, low=0)
    parts.append(page.figure(chart, "Openness to trade", bands(runs, "Goods traded over world product.")))
    yield box("grid", parts)
