// The page: what stands where, and who listens to whom. Called once by main.js when the first world is on its way.
import { KEYS, listen } from "./controls/keyboard.js";
import * as interventions from "./controls/interventions.js";
import * as notices from "./controls/notices.js";
import * as parameters from "./controls/parameters.js";
import * as scenarios from "./controls/scenarios.js";
import * as sharing from "./controls/sharing.js";
import * as transport from "./controls/transport.js";
import { button, el } from "./drawing/dom.js";
import { choose, selectionOf } from "./drawing/selection.js";
import * as comparison from "./panels/comparison.js";
import * as events from "./panels/events.js";
import * as explanation from "./panels/explanation.js";
import * as inspector from "./panels/inspector.js";
import * as map from "./panels/map.js";
import * as network from "./panels/network.js";
import * as portfolio from "./panels/portfolio.js";
import * as results from "./panels/results.js";
import * as series from "./panels/series.js";

const SHADES = ["light", "dark"];

export function mount(root, store) {
  selectionOf(store);
  store.on("world", () => anchors(store));
  const theme = themeOf(store);
  const page = el("div", { class: "page" });
  root.replaceChildren(page);
  const head = el("header", { class: "top" });
  const message = el("div", { class: "messages" });
  const moment = el("div", { class: "moment" });
  const sweep = el("div", { class: "sweep" });
  const main = el("main", { class: "sides" });
  page.append(head, message, moment, sweep, main);

  const steer = el("div", { class: "steer", "data-test": "panel-controls", role: "toolbar", "aria-label": "Controls" });
  const pick = el("div", { class: "pick" });
  const more = el("div", { class: "more" });
  head.append(el("h1", { text: "D\u00e9tente" }), pick, steer, more);
  scenarios.create(pick, store);
  const moving = transport.create(steer, store);
  const line = transport.timeline(moment, store);
  notices.create(message, store);
  results.create(sweep, store);

  const first = sideOf(main, store, "A");
  const share = sharing.create(page, store, first);
  const help = helpSheet(page);
  explanation.create(page, store);
  more.append(
    button("Share", share.open, { "data-test": "share", title: "Link, CSV, PNG, SVG, run directory" }),
    button("Keys", help, { class: "quiet", title: "Keyboard shortcuts (?)" }),
    button("\u25d0", theme, { class: "quiet", "data-test": "theme", title: "Light or dark (D)", "aria-label": "Light or dark" }));
  listen({ store, transport: moving, timeline: line, theme, help, release: () => choose(store, null) });
  twoSides(main, store);
  return first;
}

// The state that stands for each pole; said first, since panels draw with it.
function anchors(store) {
  for (const side of Object.values(store.state.sides)) {
    const { world } = side || {};
    if (!world || world.anchors) continue;
    world.anchors = world.poles.map((pole) => world.states.findIndex((state) => pole.members.includes(state.code)));
  }
}

function sideOf(main, store, side) {
  const root = el("div", { class: `side side-${side}`, "data-side": side });
  const [left, right] = [el("div", { class: "left" }), el("div", { class: "right" })];
  root.append(left, right);
  main.append(root);
  const made = { map: map.create(left, store, side) };
  made.portfolio = portfolio.create(right, store, side);
  badges(made, side);
  const tabs = el("div", { class: "tabs" });
  right.append(tabs);
  const forms = {};
  const names = [
    ["events", "Events", (box) => events.create(box, store, side)],
    ["inspector", "Inspect", (box) => inspector.create(box, store, side)],
    ["parameters", "Parameters", (box) => parameters.create(box, store)],
    ["interventions", "Intervene", (box) => (forms.interventions = interventions.create(box, store))],
    ["comparison", "What if?", (box) => comparison.create(box, store, forms)],
  ];
  tabbed(tabs, names, store);
  const row = el("div", { class: "duo" });
  left.append(row);
  series.create(row, store, side);
  network.create(row, store, side);
  return made;
}

function tabbed(box, names, store) {
  const bar = el("div", { class: "tab-bar", role: "tablist" });
  box.append(bar);
  const pages = new Map();
  const show = (name) => {
    for (const [key, { tab, page }] of pages) {
      page.hidden = key !== name;
      tab.setAttribute("aria-selected", key === name);
    }
  };
  for (const [name, title, create] of names) {
    const page = el("div", { class: "tab-page", role: "tabpanel", "aria-label": title });
    const tab = button(title, () => show(name), { role: "tab", "data-test": `tab-${name}` });
    bar.append(tab);
    box.append(page);
    pages.set(name, { tab, page });
    create(page);
  }
  show("events");
  store.on("selection", () => {
    const { state, pair } = store.state.selection;
    const key = pair?.join() || state;
    if (key && key !== box.dataset.chosen && !pages.get("events").page.hidden) show("inspector");
    box.dataset.chosen = key || "";
  });
}

// Which world a panel shows; only to be seen while there are two.
function badges(made, side) {
  for (const { root } of Object.values(made)) root.querySelector("h2").before(el("span", { class: "badge of-side", text: side }));
}

// B gets a map and a portfolio of its own beside those of A, made when it is there and dropped when it is not.
function twoSides(main, store) {
  const root = el("div", { class: "side side-B", "data-side": "B", hidden: true });
  main.append(root);
  let isMade = false;
  let title = null;
  const name = () => title && (title.textContent = `World with ${store.state.comparison?.change || "one change"}`);
  const show = () => {
    const isThere = !!store.state.sides.B?.world;
    root.hidden = !isThere;
    main.classList.toggle("two", isThere);
    if (!isThere || isMade) return;
    isMade = true;
    const [left, right] = [el("div", { class: "left" }), el("div", { class: "right" })];
    root.append(left, right);
    const made = { map: map.create(left, store, "B"), portfolio: portfolio.create(right, store, "B") };
    badges(made, "B");
    title = made.map.root.querySelector("h2");
    name();
    anchors(store);
    store.emit("world", { side: "B" });
    store.emit("frame", { side: "B" });
  };
  store.on("world", show);
  store.on("comparison", () => {
    show();
    name();
  });
}

function helpSheet(page) {
  const sheet = el("dialog", { class: "sheet help", "aria-label": "Keyboard shortcuts", "data-test": "help" });
  sheet.append(el("header", {}, el("h2", { text: "Keys" }), button("\u00d7", () => sheet.close(), { class: "close", "aria-label": "Close" })),
    el("dl", { class: "pairs" }, KEYS.flatMap(([key, does]) => [el("dt", {}, el("kbd", { text: key })), el("dd", { text: does })])),
    el("p", { class: "soft", text: "On the map: a click chooses a state, with Shift a second one; the wheel zooms once the map was clicked, dragging moves." }));
  sheet.addEventListener("click", (event) => event.target === sheet && sheet.close());
  page.append(sheet);
  return () => sheet.showModal();
}

// The system's choice until the visitor makes one of their own, which the browser keeps.
function themeOf(store) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const kept = () => {
    const name = localStorage.getItem("detente-theme");
    return SHADES.includes(name) ? name : null;
  };
  const set = () => {
    document.documentElement.dataset.theme = kept() || (system.matches ? "dark" : "light");
    store.emit("theme");
  };
  system.addEventListener("change", set);
  set();
  return () => {
    localStorage.setItem("detente-theme", document.documentElement.dataset.theme === "dark" ? "light" : "dark");
    set();
  };
}
