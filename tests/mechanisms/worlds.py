"""Small worlds to test single mechanisms in."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.world import Names, World, capital_distances


def small_world(n: int = 5, poles: int = 2, dt: float = 0.25, organisations: int = 2, **columns: Any) -> World:
    """A world of n states A, B, C ...; the first `poles` are great powers and poles; figures vary but are fixed.

    Args:
        columns: values for columns of the world, scalars are spread over the whole column.
    """
    codes = tuple(chr(65 + i) if i < 26 else f"S{i}" for i in range(n))
    norms = ("non_proliferation", "carbon_neutrality")
    names = Names(codes, codes[:poles], tuple(f"ORG{m}" for m in range(organisations)), norms, titles=codes)
    rng = np.random.Generator(np.random.PCG64(12345))
    size = np.where(np.arange(n) < poles, 1000.0, 100.0) * rng.uniform(0.5, 1.5, n)
    latitude, longitude = rng.uniform(-60, 60, n), rng.uniform(-180, 180, n)
    contiguous = np.zeros((n, n), dtype=bool)
    ring = np.arange(n)
    contiguous[ring, (ring + 1) % n] = contiguous[(ring + 1) % n, ring] = n > 2
    affinity = rng.uniform(-0.5, 0.5, (n, n))
    affinity = (affinity + affinity.T) / 2 * (1 - np.eye(n))
    pole = np.zeros((poles, n))
    pole[np.arange(poles), np.arange(poles)] = 1.0
    alignment = np.full((n, poles + 1), 1.0 / (poles + 1))
    alignment[:poles] = 0.0
    alignment[np.arange(poles), np.arange(poles) + 1] = 1.0
    trade = np.sqrt(np.outer(size, size)) * 0.05 * (1 - np.eye(n))
    given: dict[str, Any] = {
        "great": np.arange(n) < poles,
        "gdp": size,
        "population": size / 10,
        "force": size * 0.1,
        "latitude": latitude,
        "longitude": longitude,
        "contiguous": contiguous,
        "distance": capital_distances(latitude, longitude, contiguous),
        "affinity": affinity,
        "pole": pole,
        "alignment": alignment,
        "trade": trade,
        "democracy": rng.uniform(0.1, 0.9, n),
        "ideal_point": rng.uniform(-1.5, 1.5, n),
        "member": rng.random((organisations, n)) < 0.7,
        "diversification": np.ones(n),
        "region": (np.arange(n) % 2),
    }
    declared = World.columns()
    sizes = names.sizes()
    for name, value in columns.items():
        shape = tuple(sizes[letter] for letter in declared[name].axes)
        given[name] = np.broadcast_to(np.asarray(value), shape).copy()
    given.setdefault("democratic_tradition", given["democracy"])
    given = {name: np.asarray(value).astype(declared[name].dtype) for name, value in given.items()}
    return World(names, dt, 2000.0, given)


def busy_world(dt: float = 1.0) -> World:
    """Seven states, two of them poles, with something of everything going on: disputes, a war, pacts, sanctions."""
    n = 7
    rng = np.random.Generator(np.random.PCG64(99))
    noise = rng.uniform(0, 0.5, (n, n))
    apart = 1 - np.eye(n)
    hostility = np.zeros((n, n))
    tag, age, origin = np.zeros((n, n)), np.zeros((n, n)), np.zeros((n, n))
    for mark, (i, j, level) in enumerate([(0, 1, 2), (2, 3, 4), (4, 5, 5), (4, 6, 5)], start=1):
        hostility[i, j] = hostility[j, i] = level
        tag[i, j] = tag[j, i] = min(mark, 3) / 10
        age[i, j] = age[j, i] = 0.5 * mark
        origin[i, j] = mark < 4
    pact = np.zeros((5, n, n))
    pact[4, 2, 1] = pact[4, 1, 2] = pact[0, 3, 5] = pact[0, 5, 3] = pact[1, 6, 5] = pact[1, 5, 6] = 1
    alignment = rng.dirichlet(np.ones(3), n)
    alignment[:2] = [[0, 1, 0], [0, 0, 1]]
    return small_world(
        n, dt=dt, hostility=hostility, dispute_tag=tag, dispute_age=age, originator=origin, fatal=hostility >= 4,
        war_remaining=np.where(hostility == 5, 0.6, 0.0), pact=pact, alignment=alignment,
        drift=rng.normal(0, 0.1, (n, 3)), threat=noise * apart, intent=noise * apart,
        grievance=rng.uniform(0, 1, (n, n)) * apart, rivalry=(noise + noise.T) * apart,
        sanctions=np.where(rng.random((n, n)) < 0.2, 0.4, 0.0) * apart, guarantee=pact[4],
        benefit=rng.uniform(0, 1, (n, 3)), appeal=rng.uniform(0, 1, (n, 3)), inducement=rng.uniform(0, 2, (n, 2)),
        coercion=rng.uniform(0, 0.3, (n, 2)), hydrocarbon_share=rng.uniform(0, 0.8, n), nuclear=np.arange(n) < 2,
        tenure=rng.uniform(0, 9, n), org_mediates=True, org_dialogue=[True, False], peace_years=(noise + noise.T) * 40,
        adopted=rng.random((2, n)) < 0.4, adoption_years=rng.uniform(0, 12, (2, n)), landlocked=np.arange(n) > 4,
        org_obligation=[[False] * 5, [False, False, False, False, True]], credibility=rng.uniform(0.2, 0.9, n),
        activism=rng.uniform(0.2, 0.9, n), autonomy=rng.uniform(0.6, 1.4, n), settlement=(noise + noise.T) * apart / 2,
        mediation_success=rng.uniform(0, 2, n), technology=rng.uniform(0.2, 0.9, n), neutrality_year=2060,
    )  # fmt: skip


def permuted_world(world: World, order: np.ndarray) -> World:
    """The same world with the states in another order."""
    codes = tuple(world.names.states[i] for i in order)
    names = Names(codes, world.names.poles, world.names.organisations, world.names.norms, titles=codes)
    moved = {}
    for name, declared in World.columns().items():
        values = world.arrays()[name]
        for position, letter in enumerate(declared.axes):
            if letter in "ij":
                values = values.take(order, axis=position)
        moved[name] = values
    copy = World(names, world.dt, world.start, moved)
    copy.step = world.step
    return copy


class PermutedDraws:
    """A generator whose arrays are those of another, reordered along every axis as long as the states are many."""

    def __init__(self, rng: Any, order: np.ndarray) -> None:
        self._rng, self._order = rng, order

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._rng, name)

        def drawn(*args: Any, **more: Any) -> Any:
            values = method(*args, **more)
            n = len(self._order)
            for position, length in enumerate(np.shape(values)):
                if length == n:
                    values = values.take(self._order, axis=position)
                elif length > n and name == "random" and np.ndim(values) == 1:
                    values = np.concatenate([values[:n].take(self._order), values[n:]])
            return values

        return drawn
