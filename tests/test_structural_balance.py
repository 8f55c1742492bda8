"""Structural balance in triads against Antal, Krapivsky & Redner 2005, at 64 nodes."""

from __future__ import annotations

from itertools import combinations
from math import sqrt

import numpy as np
import pytest

from sim.core.streams import Streams
from sim.landscape.triads import constrained_step, friendly_share, local_round, random_links, unbalanced_share

NODES, WORLDS = 64, 16


def settled_density(p: float, start: float, *, rounds: int = 3000) -> float:
    """Mean share of friendly links over the second half of so many rounds, 16 worlds of 64 nodes."""
    rng = Streams(11).at("triads", 0)
    friendly = random_links(rng, worlds=WORLDS, nodes=NODES, density=start)
    seen = []
    for number in range(rounds):
        local_round(friendly, rng, p=p)
        if number >= rounds // 2 and number % 20 == 0:
            seen.append(friendly_share(friendly).mean())
    return float(np.mean(seen))


@pytest.mark.parametrize(("p", "start"), [(0.2, 0.5), (0.2, 0.9), (0.33, 0.5), (0.4, 0.5), (0.45, 0.5), (0.45, 0.9)])
def test_below_one_half_friends_settle_at_the_published_density(p: float, start: float) -> None:
    assert settled_density(p, start) == pytest.approx(1 / (sqrt(3 * (1 - 2 * p)) + 1), abs=0.02)


@pytest.mark.parametrize("p", [0.55, 0.6])
def test_above_one_half_everybody_makes_friends(p: float) -> None:
    assert settled_density(p, 0.3) == pytest.approx(1, abs=0.02)


def test_a_local_round_turns_one_link_of_each_unbalanced_triad_that_met() -> None:
    """Three nodes are one triad: it ends balanced, with one link turned if it was not before."""
    rng = Streams(2).at("triads", 0)
    every = [[bool(code >> k & 1) for k in range(3)] for code in range(8)]
    friendly = np.zeros((4000, 3, 3), dtype=bool)
    for k, (i, j) in enumerate(((0, 1), (0, 2), (1, 2))):
        friendly[:, i, j] = friendly[:, j, i] = np.tile([links[k] for links in every], 500)
    before = friendly.copy()
    local_round(friendly, rng, p=0.3)
    assert (friendly == friendly.transpose(0, 2, 1)).all()
    turned = (before != friendly).sum(axis=(1, 2)) // 2
    np.testing.assert_array_equal(turned, (np.tril(before).sum(axis=(1, 2)) % 2 == 0).astype(int))
    assert (unbalanced_share(friendly) == 0).all()
    hostile_one = np.tril(before).sum(axis=(1, 2)) == 2
    assert friendly_share(friendly)[hostile_one].mean() == pytest.approx(0.3 + 0.7 / 3, abs=0.03)


def test_all_three_links_are_equally_likely_to_turn() -> None:
    rng = Streams(5).at("triads", 0)
    friendly = np.zeros((6000, 3, 3), dtype=bool)
    local_round(friendly, rng, p=0.9)
    np.testing.assert_allclose([friendly[:, i, j].mean() for i, j in ((0, 1), (0, 2), (1, 2))], 1 / 3, atol=0.03)


def plainly_unbalanced(links: np.ndarray) -> float:
    signs = [links[i, j] + links[j, k] + links[i, k] for i, j, k in combinations(range(len(links)), 3)]
    return float(np.mean([friends % 2 == 0 for friends in np.array(signs, dtype=int)]))


def test_shares_are_as_counted_one_by_one() -> None:
    friendly = random_links(Streams(1).at("links", 0), worlds=3, nodes=9, density=0.6)
    counted = [plainly_unbalanced(world.astype(int)) for world in friendly]
    np.testing.assert_allclose(unbalanced_share(friendly), counted)
    assert friendly_share(friendly)[0] == pytest.approx(friendly[0][np.triu_indices(9, 1)].mean())


def test_constrained_steps_never_unbalance_more() -> None:
    rng = Streams(4).at("constrained", 0)
    friendly = random_links(rng, worlds=8, nodes=12, density=0.5)
    for _ in range(300):
        before = unbalanced_share(friendly)
        constrained_step(friendly, rng)
        assert (unbalanced_share(friendly) <= before + 1e-12).all()
        assert (friendly == friendly.transpose(0, 2, 1)).all()


@pytest.mark.slow
@pytest.mark.parametrize("density", [0.2, 0.8])
def test_constrained_dynamics_end_in_two_camps_or_in_one(density: float) -> None:
    """Few friends at the start: two camps of about equal size, with rare jams. Many: everybody is a friend."""
    rng = Streams(3).at("constrained", 0)
    friendly = random_links(rng, worlds=WORLDS, nodes=NODES, density=density)
    for _ in range(35_000):
        constrained_step(friendly, rng)
    balanced = unbalanced_share(friendly) == 0
    assert balanced.mean() >= 0.8
    for world in friendly[balanced]:
        together = world | np.eye(NODES, dtype=bool)
        camps = np.unique(together, axis=0)
        assert (camps.sum(axis=0) == 1).all() and len(camps) == (2 if density < 0.5 else 1)
        assert len(camps) == 1 or 0.3 < camps[0].mean() < 0.7
