"""The page: one component that fills the window; everything seen in it is drawn by sim/ui/static.

Solara gives each visitor a kernel, in which `Page` begins their session; from then on the two talk by messages and
frames (`protocol`), and nothing here is ever drawn anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reacton import ipyvuetify
from reacton.core import get_widget, use_effect, use_memo
from solara.components.component_vue import component_vue
from solara.components.title import Title
from solara.core import component
from solara.routing import use_router

from sim.ui.limits import LIMITS
from sim.ui.opening import Opening, Places
from sim.ui.protocol import Message
from sim.ui.session import Session

OPENING = Opening()
"""What visitors find; the launcher puts another in its place before the first one comes."""
PLACES = Places()
FULL = f"{LIMITS.sessions} people are watching at once, which is all this server bears. Try again when one has left."


def opens_with(opening: Opening) -> None:
    """Say what visitors find from now on."""
    global OPENING
    OPENING = opening


@component_vue("Live.vue")
def Live(  # noqa: N802 - components are named like classes
    event_command: Callable[[Any], None] | None = None, event_ack: Callable[[Any], None] | None = None
) -> None:
    """The window; `command` and `ack` come from the browser."""


class Visitor:
    """One visitor: their session, once there is a widget to talk to."""

    def __init__(self, query: str) -> None:
        self.query, self.session, self.widget = query, None, None
        self.has_place = False

    session: Session | None
    widget: Any

    def arrive(self, widget: Any) -> Callable[[], None]:
        """The window is there; returns what to call when it goes."""
        self.widget, self.has_place = widget, PLACES.take()
        if self.has_place:
            opening = OPENING
            results = opening.results() if opening.results is not None else None
            self.session = Session(
                opening.catalogue(), self.say, self.show, lambda: opening.first(self.query, results), results=results
            )
        return self.leave

    def leave(self) -> None:
        """The visitor has gone."""
        self.widget = None
        if self.session is not None:
            self.session.close()
        if self.has_place:
            self.has_place = False
            PLACES.leave()

    def command(self, message: Any) -> None:
        """Something the visitor wants."""
        if self.session is not None:
            self.session.command(message)
        else:
            self.say({"topic": "full", "text": FULL})

    def ack(self, seq: Any) -> None:
        """A frame was drawn."""
        if self.session is not None:
            self.session.ack(seq)

    def say(self, message: Message) -> None:
        """Send a message."""
        self.send("message", [message])

    def show(self, frame: bytes) -> None:
        """Send a frame."""
        self.send("frame", [], [frame])

    def send(self, method: str, args: list[Any], buffers: list[bytes] | None = None) -> None:
        """Call a method of the window; a connection that is lost for the moment loses it, and asks for all anew."""
        widget = self.widget
        if widget is not None:
            widget.send({"method": method, "args": args}, buffers)


@component
def Page() -> None:  # noqa: N802 - solara looks for this name
    """The page of one visitor."""
    Title("Détente")
    search = use_router().search
    visitor = use_memo(lambda: Visitor(search or ""), [])
    window = Live(event_command=visitor.command, event_ack=visitor.ack)
    use_effect(lambda: visitor.arrive(get_widget(window)), [])


@component
def Layout(children: list[Any]) -> Any:  # noqa: N802 - solara looks for this name
    """Nothing round the page."""
    return ipyvuetify.Html(tag="div", children=children)
