"""Element 4 of the description: the eleven design concepts, in plain words."""

from __future__ import annotations

from sim.model_description.markdown import code, joined, link, prose
from sim.model_description.overview import drawing

CONCEPTS = {
    "Basic principles": """
        The model joins theories that are usually studied apart, each as one submodel: states fear power that is near,
        armed and ill-disposed (Walt 1987); middle powers hedge by spreading their ties (Kuik 2008; Tessman 2012) while
        patrons woo, wedge and punish (Crawford 2011; Korolev 2019); rivals arm against each other (Richardson 1960);
        pacts trade autonomy for security (Morrow 1991) and bind imperfectly (Leeds, Long & Mitchell 2000); disputes
        rest on lasting conditions and escalate where the parties misjudge each other's costs (Fearon 1995); mediation
        needs a ripe moment (Zartman 2000) and a go-between who is believed or has leverage (Kydd 2003; Svensson 2009);
        norms spread through entrepreneurs and cascades (Finnemore and Sikkink 1998); friends of friends become friends
        (Heider 1946); trade follows size, distance and friendship (Head and Mayer 2014; Pollins 1989).

        What is this project's own is how they meet: the portfolio of alignments as a flow on a simplex whose straddling
        is punished in proportion to the rivalry of the poles, and the link from balanced ties to credibility as a
        mediator.
    """,
    "Emergence": """
        Emergent: who leans on whom and whether balancing lasts; blocs, polarisation and the cold-war index; the network
        of pacts and its clusters; arms races; who mediates, is accepted and succeeds; which norms cascade; trade flows
        and their decoupling; which states count as middle powers by behaviour.

        Imposed: who exists, who is a great power and which organisations there are (the scenario); base rates of
        disputes, of their escalation and of shocks, the distribution of the length and toll of wars, the mean price of
        oil and the frontier's growth (parameters). A dispute's hazard at the start of a run is the one fitted to the
        record; only its changes come from the simulation.
    """,
    "Adaptation": """
        States adapt their portfolios by climbing the gradient of an explicit utility (direct objective-seeking), and
        their military spending towards a need that follows the threats around them. They ask for pacts, consent, join
        and leave organisations, join disputes, adopt norms, impose sanctions, offer and accept mediation with
        probabilities that rise with what speaks for it (indirect objective-seeking: tendencies known from research, not
        optimal choices). What a state wants of its portfolio, arms, pacts and mediation is proposed by its policy;
        budgets, consent and simultaneous moves are settled by the mechanisms.
    """,
    "Objectives": """
        The utility of a portfolio is the appeal of its options, less a quadratic cost of concentration (the taste for
        independence) and of holding rivals at once; appeal adds up security, trade, affinity, inducements and common
        memberships, less threat and coercion. The surplus of a pact adds up common threats and likeness, less lost
        autonomy and entrapment. Offers of mediation weigh willingness and the chance of being accepted. No state aims
        at stability, and none at power as such.
    """,
    "Learning": """
        None. Rules and their weights stay the same; a policy changes only when a scenario, an intervention or a user
        says so. The world remembers instead: credibility, grievance, rivalry, records of disputes and of mediation,
        years of peace, norms that have become habit.
    """,
    "Prediction": """
        Almost none. Governments react to the world as it is in the present step. Expectations enter in three places
        only: a guarantee is the expected help of an ally; a pact is judged by the quarrels that it would drag a state
        into; and the chance of war in a crisis is that of a take-it-or-leave-it demand under uncertainty about the
        other side's costs.
    """,
    "Sensing": """
        Every state sees the true columns of all states, without error, cost or delay beyond the order of the phases:
        what a mechanism or policy may look at is declared and is checked (section 3, *reads*). Subjective are threat
        and intent, which differ by who looks. The uncertainty of bargaining about the costs of war is a number, not a
        missing sight of some column.
    """,
    "Interaction": """
        Direct: threats and arming, courtship and coercion by poles, requests for pacts and their consent, disputes and
        joining them, war, sanctions, mediation between two parties and a third, voting with one's feet in
        organisations. Indirect: through the network of affinities (structural balance), through trade and its
        diversion, through the oil price, through poles' rivalry that any courtship fans, and through norms that others
        keep or break. All moves of a phase are simultaneous, unless the scenario asks for turns (`activation`).
    """,
    "Stochasticity": """
        Chance stands for what the model leaves out. {drawing} draw random numbers; the other mechanisms are
        deterministic. Every mechanism has its own counter-based generator, keyed by the seed and its name and wound to
        the step, and draws arrays of full shape whatever the state of the world. So a run is repeatable bit for bit on
        one machine, and switching a mechanism off, or changing one country, leaves all other draws as they were: two
        runs that differ in one thing are paired, and their difference has far less noise than either. Numbers that mark
        states at the start (thresholds of norms, times in office that a scenario does not give) depend on their codes,
        not on the seed.
    """,
    "Collectives": """
        Poles and organisations are entities of their own; poles are fixed, the members of organisations change, and
        both bind their members. Bilateral pacts, the sides of a dispute (everybody who shares its mark) and the
        coalition of a war form and dissolve in the run. Affinity blocs are not entities: they are found by the measures
        and act on nobody.
    """,
    "Observation": """
        Recorded at the start and after every step: all measures of section 7, the portfolios, and the main columns of
        every state; at the start and at the end the main columns of pairs. Every discrete decision is logged with the
        signed terms that made it, its probability and the number drawn, read from the arrays that the decision used, so
        that a run can be explained event by event. Measures see the whole world without error, which no observer of
        real politics does; a comparison with data must take that into account.

        Beside the simulation stand two analyses of friendliness alone: the stable configurations of two blocs for given
        propensities or a scenario's affinities (Axelrod and Bennett 1993; `detente landscape`), and structural balance
        one triad at a time (Antal, Krapivsky and Redner 2005). Both are checked against the published cases.
    """,
}
"""Title -> text, in the order of the protocol."""


def concepts() -> str:
    """Element 4."""
    parts = ["## 4. Design concepts"]
    for n, (title, text) in enumerate(CONCEPTS.items(), 1):
        parts += [f"### 4.{n} {title}", prose(text).replace("{drawing}", chance_takers())]
    return joined(parts)


def chance_takers() -> str:
    """The mechanisms that draw random numbers, in words."""
    *most, last = (link(code(name), name) for name in drawing())
    return f"{', '.join(most)} and {last}"
