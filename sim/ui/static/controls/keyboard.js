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
    if (document.querySelector("dialog[open]") || means(event)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (!actions[key]) return;
    event.preventDefault();
    actions[key](event);
  });
  lettingGo();
}

// Who came to a control by Tab means that control: Space presses it, arrows move it.
function means({ key, target }) {
  if (target.dataset?.test === "scrub") return false;
  if (key === " ") return ["BUTTON", "SUMMARY"].includes(target.tagName) || target.type === "checkbox" || target.type === "radio";
  return target.type === "range" && /^(Arrow|Home|End)/.test(key);
}

// Who uses the mouse does not think of what it left in focus: a pressed control lets go, and the keys are the page's.
function lettingGo() {
  let isByMouse = false;
  const release = (event) => {
    const { target } = event;
    const isControl = target.tagName === "SELECT" || target.type === "range" || target.type === "checkbox";
    if (isByMouse && isControl && !target.multiple && !target.closest("dialog")) target.blur();
  };
  document.addEventListener("pointerdown", () => (isByMouse = true), true);
  document.addEventListener("keydown", () => (isByMouse = false), true);
  document.addEventListener("change", release);
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest?.("button, summary");
    if (pressed && event.detail > 0 && !pressed.closest("dialog")) pressed.blur();
  });
}
