"""The command line. Importing it takes only click and the standard library; a command imports the rest when it runs."""

from __future__ import annotations

from collections.abc import Sequence

from sim.cli.program import detente

__all__ = ["main"]


def main(args: Sequence[str] | None = None, prog_name: str = "detente") -> None:
    """Run the command `detente` with these arguments (those of the process, if None is given) and exit."""
    detente.main(args=args, prog_name=prog_name)
