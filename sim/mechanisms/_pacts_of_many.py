"""Pacts of many states: who calls for one, who agrees, who joins and leaves those that exist.

All pairs of a pact of many carry its mark in `pact_mark`; no list of pacts is kept beside it. Joining one binds a
state to all of its members at once, leaving it ends all these ties; it is gone when one member is left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from sim.core.columns import Array
from sim.core.once import once
from sim.core.streams import crossed_uniform
from sim.core.update import Happening
from sim.mechanisms._rounds import ROUNDS, Round
from sim.mechanisms._surplus import Views, mean_of, told
from sim.world import World

type Terms = dict[str, Array]
type Looking = Callable[[Array, Array], Views]
type Numbers = Mapping[str, float]
"""Parameters of `alliances`, by name."""


@dataclass(frozen=True)
class PactsOfMany:
    """The pacts of many in force: marks, (p,), and members, bool (p, n)."""

    mark: Array
    member: Array


@once
def pacts_of_many(pact_mark: Array, dyad: Array) -> PactsOfMany:
    """Those that the marks of the pairs that exist tell of; (n, n) each."""
    i, j = np.nonzero((pact_mark > 0) & dyad)
    mark, of = np.unique(pact_mark[i, j], return_inverse=True)
    member = np.zeros((len(mark), len(pact_mark)), dtype=bool)
    member[of, i] = True
    return PactsOfMany(mark, member)


BUNDLES = np.array(
    [  # consultation, non-aggression, neutrality, offence, defence
        [1, 1, 0, 0, 1],
        [1, 1, 0, 1, 1],
        [1, 1, 0, 0, 0],
        [1, 1, 1, 0, 0],
        [1, 0, 0, 0, 0],
    ],
    dtype=bool,
)
"""What a new pact obliges to, in the order defence, offence, non-aggression, neutrality, consultation."""


def bundles(drawn: Array, numbers: Numbers) -> Array:
    """The obligations of new pacts by a uniform each, (p,) -> bool (p, k)."""
    shares = np.cumsum([numbers[name] for name in ("defence", "offence", "nonaggression", "neutrality")])
    return BUNDLES[np.searchsorted(shares, drawn, side="right")]


@dataclass
class Changes:
    """What changes in the pacts, filled in turn; all symmetric.

    Attributes:
        some: something is concluded or untied.
        new: obligations concluded, bool (k, n, n). untied: pairs whose pact ends, bool (n, n).
        mark: of the pact of many that a pair enters, (n, n), 0 for none.
    """

    new: Array
    untied: Array
    mark: Array
    told: list[Happening]
    some: bool = False

    @classmethod
    def none(cls, n: int) -> Changes:
        """Nothing changes yet."""
        return cls(np.zeros((BUNDLES.shape[1], n, n), bool), np.zeros((n, n), bool), np.zeros((n, n)), [])

    def conclude(self, rows: Array, columns: Array, mark: float, bundle: Array, free: Array) -> None:
        """Tie all `rows` to all `columns` that are free to; where two pacts claim a pair, it has the higher mark."""
        self.some = True
        block = np.zeros(self.untied.shape, dtype=bool)
        block[np.ix_(rows, columns)] = block[np.ix_(columns, rows)] = True
        block &= free
        self.new |= block & bundle[:, None, None]
        np.maximum(self.mark, mark * block, out=self.mark)


def chance_of_calling(world: World, talks: Round, numbers: Numbers, *, upheaval: bool) -> tuple[Terms, Array]:
    """Contributions to the log of the yearly rate at which states call for a pact of many, (n,) each, and chances."""
    n = world.sizes["i"]
    share = np.maximum(world.power, 1e-12) * max(int(world.alive.sum()), 1)
    terms = {
        "usual rate": np.full(n, np.log(max(numbers["found"], 1e-300))),
        "power": numbers["by_power"] * np.log(share),
        "after an upheaval": np.full(n, np.log(numbers["surge"]) if upheaval else 0.0),
    }
    chance = talks.chance(np.exp(sum(terms.values(), np.zeros(n)))) * world.alive
    return terms | {ROUNDS: np.full(n, talks.term)}, chance


def founded(
    look: Looking,
    numbers: Numbers,
    changes: Changes,
    calling: tuple[Terms, Array],
    drawn: Array,
    free: Array,
    *,
    apart: Array,
) -> None:
    """Calls for a pact of many, and who agrees.

    Args:
        calling: what `chance_of_calling` says. drawn: uniforms for calling, answering and kind, (3, n).
        free: pairs that may conclude, bool (n, n). apart: pairs without a defence pact, who alone are called, (n, n).
    """
    for i in np.flatnonzero(drawn[0] < calling[1]).tolist():
        others = np.flatnonzero(free[i] & apart[i])
        fit = look(np.full(len(others), i), others).mutual - numbers["a0"]
        invited = others[fit >= numbers["kinship"]]
        at = np.array([i])
        why = {name: part[at] for name, part in calling[0].items()}
        number = np.array([float(len(invited))])
        changes.told.append(Happening("call", at, amount=number, chance=calling[1][at], drawn=drawn[0, at], terms=why))
        if len(invited):
            _answered(changes, look, numbers, i, invited, drawn, drawn[0, i] / calling[1][i], free)


def _answered(
    changes: Changes,
    look: Looking,
    numbers: Numbers,
    i: int,
    invited: Array,
    drawn: Array,
    shift: float,
    free: Array,
) -> None:
    """Each of the invited answers by what it sees in all the others; those who agree are tied to each other."""
    group = np.append(invited, i)
    row, column = (part.ravel() for part in np.indices((len(invited), len(group))))
    apart = invited[row] != group[column]
    row, column = row[apart], column[apart]
    terms = _with_company(numbers, mean_of(look(invited[row], group[column]).forth, row, len(invited)))
    chance, luck = expit(sum(terms.values())), (drawn[1, invited] + shift) % 1.0
    agrees = luck < chance
    caller = np.full(len(invited), i)
    changes.told.append(
        Happening("founding", invited, whom=caller, chance=chance, drawn=luck, terms=terms, done=agrees)
    )
    members = np.append(invited[agrees], i)
    mark = max(float(drawn[1, i]), 1e-9)
    changes.conclude(members, members, mark, bundles(drawn[2, [i]], numbers)[0], free)


def _with_company(numbers: Numbers, reasons: Array) -> Terms:
    """Mean reasons, (10, p), and what many members are worth beyond them."""
    return told(reasons) | {"company of many": np.full(reasons.shape[1], numbers["company"])}


def joined(
    world: World,
    talks: Round,
    look: Looking,
    numbers: Numbers,
    changes: Changes,
    drawn: tuple[Array, Array],
    free: Array,
) -> None:
    """States that join a pact of many: consent of the applicant and of the mean member.

    Args:
        drawn: uniforms for applying and for the answer, (n,) each. free: pairs that may conclude, bool (n, n).
    """
    held = pacts_of_many(world.pact_mark, world.dyad)
    luck = crossed_uniform(held.mark, drawn[0])
    at_most = talks.at_most(numbers["accede"])
    p, i = np.nonzero((luck < at_most) & ~held.member & world.alive)
    if not p.size:
        return
    case, k = np.nonzero(held.member[p])
    seen = look(i[case], k)
    ground = {"rate of applying": np.full(len(p), np.log(max(numbers["accede"], 1e-300)))}
    wish = _with_company(numbers, mean_of(seen.forth, case, len(p)))
    wish["limit of the rate"] = -np.logaddexp(0.0, sum(wish.values()))
    wish = ground | wish | {ROUNDS: np.full(len(p), talks.term)}
    consent = _with_company(numbers, mean_of(seen.back, case, len(p)))
    del consent["allies already"]  # members are bound to each other: that must not keep out everybody else
    applying, granting = -np.expm1(-world.dt * np.exp(sum(wish.values()))), expit(sum(consent.values()))
    fighting = np.bincount(case, weights=world.hostility[i[case], k] >= 2, minlength=len(p)) > 0
    asks = (luck[p, i] < applying) & ~fighting
    answer = crossed_uniform(held.mark, drawn[1])[p, i]
    leading = np.where(held.member, world.power, -1.0).argmax(axis=1)
    for c in np.flatnonzero(asks):
        one = np.array([c])
        who, whom = i[one], leading[p[one]]
        for kind, terms, chance, uniform, done in (
            ("pact application", wish, applying, luck[p, i], None),
            ("pact accession", consent, granting, answer, answer < granting),
        ):
            why = {name: part[one] for name, part in terms.items()}
            taken = None if done is None else done[one]
            changes.told.append(
                Happening(kind, who, whom=whom, chance=chance[one], drawn=uniform[one], terms=why, done=taken)
            )
        if answer[c] < granting[c]:
            mark, members = float(held.mark[p[c]]), np.flatnonzero(held.member[p[c]])
            terms_of_it = world.pact[:, world.pact_mark == mark].all(axis=1)
            changes.conclude(who, members, mark, terms_of_it, free)


def left(
    world: World, talks: Round, look: Looking, numbers: Numbers, changes: Changes, drawn: Array, *, at_most: float
) -> None:
    """States that leave a pact of many, each for what it sees in the others, and unbind themselves from all.

    Args:
        drawn: uniforms, (n,). at_most: a chance that none exceeds.
    """
    held = pacts_of_many(world.pact_mark, world.dyad)
    luck = crossed_uniform(held.mark, drawn)
    p, i = np.nonzero(held.member & (luck < at_most))
    if not p.size:
        return
    case, k = np.nonzero(held.member[p])
    apart = i[case] != k
    case, k = case[apart], k[apart]
    seen = look(i[case], k).surplus - numbers["a0"] - numbers["usual"]
    size = np.bincount(case, minlength=len(p))
    feud = np.bincount(case, weights=world.hostility[i[case], k] >= 2, minlength=len(p)) > 0
    terms = {
        "usual rate": np.full(len(p), np.log(max(numbers["t0"] / 2, 1e-300))),
        "lost surplus": -numbers["by_loss"] * np.bincount(case, weights=seen, minlength=len(p)) / size,
        "dispute": np.log(numbers["strain"]) * feud,
    }
    terms[ROUNDS] = np.full(len(p), talks.term)
    chance, luck = world.chance(np.exp(sum(terms.values()))), luck[p, i]
    over = np.flatnonzero(luck < chance)
    changes.some |= over.size > 0
    for c in over:
        among = held.member[p[c]]
        pairs = np.zeros(world.pact_mark.shape, dtype=bool)
        pairs[i[c], among] = pairs[among, i[c]] = True
        changes.untied |= pairs & (world.pact_mark == held.mark[p[c]])
    if over.size:
        leading = np.where(held.member[p[over]] & (np.arange(len(drawn)) != i[over, None]), world.power, -1.0)
        why = {name: part[over] for name, part in terms.items()}
        changes.told.append(
            Happening(
                "pact exit", i[over], whom=leading.argmax(axis=1), chance=chance[over], drawn=luck[over], terms=why
            )
        )
