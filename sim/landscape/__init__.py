"""Landscape theory: into which blocs actors of given sizes and mutual propensities settle.

`read_case` takes the actors from a file or a scenario, `landscape` finds all their stable configurations; `triads`
holds the related dynamics of structural balance.
"""

from sim.landscape.blocs import MOST, Landscape, landscape
from sim.landscape.cases import BY_DEFAULT, Case, LandscapeError, read_case

__all__ = ["BY_DEFAULT", "MOST", "Case", "Landscape", "LandscapeError", "landscape", "read_case"]
