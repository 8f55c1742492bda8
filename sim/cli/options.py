"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

type Command = Callable[..., Any]


def help_if_alone(context: click.Context) -> None:
    """Show the help of a group of commands that is called without one."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def debug_option(command: Command) -> Command:
    """`--debug`, noted in the session."""

    def note(context: click.Context, option: click.Parameter, value: bool) -> None:
        if value:
            context.obj.debug = True

    return click.option(
        "--debug", is_flag=True, expose_value=False, callback=note, help="Show the traceback of an error."
    )(command)


def allow_code_option(command: Command) -> Command:
    """`--allow-code`, without which a scenario that names Python code is refused."""
    return click.option(
        "--allow-code", is_flag=True, help="Let the scenario run Python code that it names (module:Class)."
    )(command)


def json_option(text: str) -> Callable[[Command], Command]:
    """`--json`, with what it prints."""
    return click.option("--json", "as_json", is_flag=True, help=text)
