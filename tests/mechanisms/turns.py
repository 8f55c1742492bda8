"""Turn a world with a few mechanisms only, as the model does: ask, combine, apply."""

from __future__ import annotations

from sim.core.streams import Streams
from sim.core.update import Update, combine
from sim.mechanisms.base import Mechanism
from sim.world import World


def turned(world: World, *mechanisms: Mechanism, steps: int = 1, seed: int = 0) -> list[Update]:
    """Change `world` by some steps of mechanisms that are asked one after the other; their updates, in order."""
    streams, updates = Streams(seed), []
    for _ in range(steps):
        for mechanism in mechanisms:
            name = type(mechanism).__name__
            update = mechanism(world, streams.at(name, world.step))
            world.write(combine({name: update}, world))
            updates.append(update)
        world.step += 1
    return updates
