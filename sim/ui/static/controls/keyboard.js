// Keys work on the whole page from the start, unless somebody is typing.
import { isTyping } from "../drawing/dom.js";

export const KEYS = [
  ["Space", "play or pause"],
  ["S", "one step"],
  ["R", "back to the start"],
  ["\u2190 \u2192", "one step back or forth in time; with Shift ten"],
  ["Home, End", "to the start; back to now"],
  ["Esc", "let go of the chosen state"],
  ["D", "light or dark"],
  ["?", "this list"],
];

export function listen({ store, transport, timeline, theme, help, release }) {
  const actions = {
    " ": transport.play,
    s: () => store.state.status?.playing || store.send({ name: "step" }),
    r: () => store.send({ name: "reset" }),
    d: theme,
    "?": help,
    Escape: release,
    ArrowLeft: (event) => timeline.by(event.shiftKey ? -10 : -1),
    ArrowRight: (event) => timeline.by(event.shiftKey ? 10 : 1),
    Home: () => timeline.seek(0),
    End: () => timeline.seek(Infinity),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const isOnButton = event.target.tagName === "BUTTON" && key === " ";
    if (!actions[key]) return;
    event.preventDefault();
    if (isOnButton) event.target.blur();
    actions[key](event);
  });
  // Browsers press the focused button when Space comes up; the page has answered already.
  document.addEventListener("keyup", (event) => {
    if (event.key === " " && event.target.tagName === "BUTTON" && !event.target.closest("dialog")) event.preventDefault();
  });
}
