"""Named randomness: an independent generator for every (seed, name, step).

Taking one consumer away leaves the draws of all others as they were, bit for bit. Consumers draw arrays of full
shape, never "as many as needed", so that a change in one country leaves the draws of the others alone too.
"""

from __future__ import annotations

import hashlib
from typing import Any, cast

import numpy as np
from numpy.random import PCG64, Generator, Philox

from sim.core.columns import Array


class Stream:
    """A generator that is wound to its step when something is first asked of it; many steps draw nothing."""

    __slots__ = ("_generator", "_start", "_step")

    def __init__(self, generator: Generator, start: dict[str, Any]) -> None:
        self._generator, self._start, self._step = generator, start, -1

    def wind(self, step: int) -> None:
        """Be ready for another step."""
        self._step = step

    def __getattr__(self, name: str) -> Any:
        if self._step >= 0:
            self._start["state"]["counter"] = (0, 0, 0, self._step)
            self._generator.bit_generator.state = self._start
            self._step = -1
        return getattr(self._generator, name)


class Streams:
    """All generators of one run.

    Args:
        seed: any integer of at least 0.
    """

    def __init__(self, seed: int) -> None:
        if seed < 0:
            raise ValueError(f"a seed is an integer of at least 0, not {seed}")
        self.seed = seed
        self._streams: dict[str, Stream] = {}

    def at(self, name: str, step: int) -> Generator:
        """The generator of one consumer in one step: Philox, keyed by (seed, name), counted from the step.

        It is valid until the same name is asked for again: the generator is wound to the new step, at its first draw,
        which costs a fifth of making one.
        """
        stream = self._streams.get(name) or self._made(name)
        stream.wind(step)
        return cast(Generator, stream)

    def _made(self, name: str) -> Stream:
        digest = hashlib.blake2b(f"{self.seed}/{name}".encode(), digest_size=16).digest()
        bits = Philox(key=np.frombuffer(digest, dtype=np.uint64))
        start = {**bits.state, "buffer": (0, 0, 0, 0), "state": {"key": tuple(bits.state["state"]["key"].tolist())}}
        self._streams[name] = Stream(Generator(bits), start)
        return self._streams[name]


def seed_of(entropy: int, *address: int) -> int:
    """A seed for whatever stands at an address, 0 .. 2**63 - 1: always the same, and unrelated to its neighbours'."""
    sequence = np.random.SeedSequence(entropy, spawn_key=address)
    return int(sequence.generate_state(1, np.uint64)[0] >> np.uint64(1))


def generator_of(seed: int) -> Generator:
    """The one generator of something that is drawn once, before any model runs: the points of a design."""
    return Generator(PCG64(seed))


def symmetric_uniform(rng: Generator, n: int) -> Array:
    """One uniform number a pair: shape (n, n), [0, 1), symmetric.

    (u + u.T) mod 1 is uniform off the diagonal and, unlike an upper triangle, does not depend on the order of names.
    """
    u = rng.random((n, n))
    return _within_one(u + u.T)


def crossed_uniform(pair: Array, unit: Array) -> Array:
    """Uniform numbers for every (case, candidate) from one number a case and one a candidate.

    Args:
        pair: uniforms, shape (d,). unit: uniforms, shape (c,).

    Returns:
        (pair + unit) mod 1, shape (d, c): uniform, independent along each axis; a whole (n, n, n) draw is spared.
    """
    return _within_one(pair[:, None] + unit)


def _within_one(total: Array) -> Array:
    """`total` mod 1 for numbers in [0, 2), in place; exact, and three times as fast as the operator."""
    total -= total >= 1.0
    return total
