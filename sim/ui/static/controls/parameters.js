// Every number of the model as a slider: the few that people turn first, then all of them by mechanism, and a search.
import { button, el, panel, say } from "../drawing/dom.js";
import { number, plain } from "../drawing/numbers.js";

const FIRST = {
  "mechanisms.alignment.kappa": "How hard it is to straddle rivals",
  "mechanisms.alignment.eta": "How fast portfolios move",
  "mechanisms.guarantee.ambiguity": "How much hedging blurs guarantees",
  "mechanisms.rivalry.up": "How fast poles become rivals",
  "mechanisms.mediation.offers": "How many offer to mediate",
  "mechanisms.mediation.causal_share": "How much mediation brings about",
  "mechanisms.dispute_onset.baseline": "How readily disputes begin",
  "mechanisms.escalation.war_since": "How often force becomes war",
  "mechanisms.sanctions.impose": "How readily states sanction",
  "mechanisms.coercion.strictness": "How poles punish drifting",
  "mechanisms.norms.cascade": "How norms cascade",
  "mechanisms.shocks.rate_factor": "How often shocks come",
};

export function create(root, store) {
  const view = panel("parameters", "Parameters");
  root.append(view.root);
  const held = { store, view, rows: new Map() };
  const search = el("input", { type: "search", placeholder: "Find a parameter, a mechanism, a source", "aria-label": "Find a parameter", "data-test": "parameter-search" });
  search.addEventListener("input", () => filter(held, search.value.trim().toLowerCase()));
  held.changed = el("span", { class: "soft" });
  held.back = button("Undo all", () => backToStart(held), { class: "quiet", "data-test": "parameters-reset", hidden: true });
  view.head.append(held.changed, held.back);
  held.list = el("div", { class: "parameters" });
  held.none = el("p", { class: "soft empty", hidden: true });
  view.body.append(el("div", { class: "filters" }, search), held.none, held.list);
  store.on("world", () => cast(held));
  store.on("parameters", () => refresh(held));
  return { root: view.root };
}

function cast(held) {
  const world = held.store.state.sides.A?.world;
  if (!world || held.world === world) return;
  const same = held.world && held.world.parameters.length === world.parameters.length
    && held.world.parameters.every((one, at) => one.key === world.parameters[at].key);
  held.world = world;
  if (!same) build(held);
  refresh(held);
}

function build(held) {
  held.rows.clear();
  held.list.textContent = "";
  const byKey = new Map(held.world.parameters.map((one) => [one.key, one]));
  const groups = new Map();
  for (const one of held.world.parameters) {
    if (!groups.has(one.group)) groups.set(one.group, []);
    groups.get(one.group).push(one);
  }
  const first = Object.keys(FIRST).filter((key) => byKey.has(key)).map((key) => byKey.get(key));
  if (first.length) held.list.append(groupOf(held, "Often changed", first, true));
  for (const [name, ones] of groups) held.list.append(groupOf(held, titleOf(name), ones, false));
}

function titleOf(group) {
  const [kind, name] = String(group).split(/\.(.*)/);
  return plain(name || kind) + (kind === "policies" ? " (policy)" : "");
}

// Rows of a group are made when it is first opened: there are several hundred, and most stay closed.
function groupOf(held, title, parameters, isOpen) {
  const box = el("details", { open: isOpen, class: "group" }, el("summary", {}, title, el("span", { class: "soft", text: ` ${parameters.length}` })));
  box.make = () => {
    if (box.made) return;
    box.made = true;
    box.append(...parameters.map((one) => row(held, one, isOpen)));
    refresh(held);
  };
  box.parameters = parameters;
  box.addEventListener("toggle", () => box.open && box.make());
  if (isOpen) box.make();
  return box;
}

function row(held, one, isFirst) {
  const [low, high] = ends(one);
  const step = one.integer ? 1 : stepOf(high - low);
  const slider = el("input", { type: "range", min: low, max: high, step, "aria-label": `${one.key} slider` });
  const box = el("input", { type: "number", min: one.low ?? undefined, max: one.high ?? undefined, step: one.integer ? 1 : "any", "aria-label": one.key });
  const send = (value) => {
    if (!Number.isFinite(value)) return;
    const within = Math.min(one.high ?? Infinity, Math.max(one.low ?? -Infinity, value));
    held.store.send({ name: "parameter", key: one.key, value: one.integer ? Math.round(within) : within });
  };
  slider.addEventListener("input", () => (box.value = slider.value));
  slider.addEventListener("change", () => send(Number(slider.value)));
  box.addEventListener("change", () => box.value !== "" && send(Number(box.value)));
  const back = button("\u21ba", () => send(usual(one)), { class: "drop", title: `Back to ${number(usual(one), 4)}`, "aria-label": `Back to the usual ${one.name}` });
  const unit = one.unit && one.unit !== "1" ? one.unit : "";
  const whence = one.source === "assumed" ? "assumed" : one.source;
  const label = el("div", { class: "parameter", "data-parameter": one.key },
    el("div", { class: "line" }, el("span", { class: "name", text: isFirst ? FIRST[one.key] : plain(one.name) }), box, el("span", { class: "soft unit", text: unit }), back),
    slider,
    el("p", { class: "soft", text: `${one.doc} `, title: one.key }, el("span", { class: "origin", text: `${defaults(one)} ${plain(whence || "").replace(/\.$/, "")}.` })));
  if (!held.rows.has(one.key)) held.rows.set(one.key, []);
  held.rows.get(one.key).push({ slider, box, back, label });
  return label;
}

// What the scenario begins with, which need not be what the mechanism declares.
function usual(one) {
  return one.start ?? one.default;
}

function defaults(one) {
  const own = usual(one) === one.default ? "" : `, in this scenario ${number(usual(one), 4)}`;
  return `Default ${number(one.default, 4)}${own}.`;
}

// A parameter without an upper bound gets a slider to four times its default; the box beside it takes any number.
function ends(one) {
  const size = Math.abs(one.default) || 1;
  return [one.low ?? -4 * size, one.high ?? Math.max(4 * size, (one.low ?? 0) + size)];
}

function stepOf(span) {
  return 10 ** Math.floor(Math.log10(span / 100 || 0.01));
}

function refresh(held) {
  const now = held.store.state.sides.A?.world?.parameters || [];
  let count = 0;
  for (const one of now) {
    const isChanged = one.value !== usual(one);
    count += isChanged;
    for (const { slider, box, back, label } of held.rows.get(one.key) || []) {
      if (document.activeElement !== box) box.value = one.value;
      if (document.activeElement !== slider || Number(slider.value) !== one.value) slider.value = one.value;
      back.hidden = !isChanged;
      label.classList.toggle("changed", isChanged);
    }
  }
  say(held.changed, count ? `${count} changed` : "");
  held.back.hidden = !count;
}

function backToStart(held) {
  for (const one of held.store.state.sides.A.world.parameters) {
    if (one.value !== usual(one)) held.store.send({ name: "parameter", key: one.key, value: usual(one) });
  }
}

function filter(held, words) {
  let any = false;
  for (const group of held.list.children) {
    const matches = (one) => `${one.key} ${one.doc} ${one.source}`.toLowerCase().replaceAll("_", " ").includes(words.replaceAll("_", " "));
    const found = words ? group.parameters.filter(matches) : group.parameters;
    group.hidden = words && !found.length;
    any ||= !group.hidden;
    if (words && found.length) {
      group.make();
      group.open = true;
    } else if (!words) group.open = group === held.list.firstChild;
    const keys = new Set(found.map((one) => one.key));
    for (const line of group.querySelectorAll("[data-parameter]")) line.hidden = !keys.has(line.dataset.parameter);
  }
  held.none.hidden = any;
  say(held.none, `No parameter is about \u201c${words}\u201d.`);
}
