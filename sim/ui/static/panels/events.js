// What happened, newest first; a click asks why.
import { button, el, offer, panel, say } from "../drawing/dom.js";
import { date, plain } from "../drawing/numbers.js";
import { painter } from "../drawing/paint.js";
import { hover, selectionOf } from "../drawing/selection.js";

const SHOWN = 80;
const KEPT = 4000;

export function create(root, store, side = "A") {
  const view = panel("events", "Events");
  root.append(view.root);
  const held = { store, side, view, rows: [], most: SHOWN, kind: "", text: "", onlyChosen: false, onlyDone: true };
  filters(held);
  held.list = el("ol", { class: "feed" });
  held.more = button("Show more", () => ((held.most += 200), held.ask()), { class: "quiet", hidden: true });
  held.none = el("p", { class: "soft empty", text: "Nothing yet. Press play." });
  view.body.append(held.list, held.none, held.more);
  held.list.addEventListener("click", (event) => {
    const row = event.target.closest("li");
    if (row) store.send({ name: "explain", id: Number(row.dataset.id), side });
  });
  held.list.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.target.click();
  });
  held.list.addEventListener("pointerover", (event) => hover(store, event.target.closest("li")?.dataset.who || null));
  held.list.addEventListener("pointerleave", () => hover(store, null));
  held.ask = painter(view.root, () => draw(held));
  store.on("events", (news) => take(held, news));
  store.on("world", held.ask);
  store.on("selection", () => {
    if (held.onlyChosen && held.chosen !== selectionOf(store).state) held.ask();
    mark(held);
  });
  return { root: view.root };
}

function filters(held) {
  const refresh = () => ((held.most = SHOWN), held.ask());
  held.kinds = el("select", { "aria-label": "Kind of event", "data-test": "event-kind" });
  held.kinds.addEventListener("change", () => ((held.kind = held.kinds.value), refresh()));
  const words = el("input", { type: "search", placeholder: "Find a state or word", "aria-label": "Find in events", "data-test": "event-text" });
  words.addEventListener("input", () => ((held.text = words.value.trim().toLowerCase()), refresh()));
  const toggle = (text, key, isOn) => button(text, (event) => {
    held[key] = !held[key];
    event.currentTarget.setAttribute("aria-pressed", held[key] === isOn);
    refresh();
  }, { class: "chip", "aria-pressed": held[key] === isOn, "data-test": `event-${key}` });
  offer(held.kinds, [["", "All kinds"]]);
  held.view.body.append(el("div", { class: "filters" }, words, held.kinds,
    toggle("of the chosen state", "onlyChosen", true), toggle("with refusals", "onlyDone", false)));
}

function take(held, news) {
  if (news && news.side && news.side !== held.side) return;
  held.rows = held.store.state.sides[held.side]?.events || [];
  if (held.rows.length > KEPT * 2) held.rows.splice(0, held.rows.length - KEPT);
  held.ask();
}

function admits(held, row) {
  if (held.onlyDone && row.done === false) return false;
  if (held.kind && row.kind !== held.kind) return false;
  if (held.onlyChosen && held.chosen && ![row.who, row.whom, row.third].includes(held.chosen)) return false;
  if (!held.text) return true;
  const { text } = held;
  return row.sentence.toLowerCase().includes(text) || [row.who, row.whom, row.third].some((code) => code?.toLowerCase() === text);
}

// Only what passes the filters and fits is made into elements; rows that stay are kept, new ones are put on top.
function draw(held) {
  const now = held.store.state.sides[held.side];
  if (!now?.world) return;
  held.rows = now.events || [];
  held.chosen = selectionOf(held.store).state;
  const found = [];
  for (let at = held.rows.length - 1; at >= 0 && found.length <= held.most; at--) {
    if (admits(held, held.rows[at])) found.push(held.rows[at]);
  }
  const isMore = found.length > held.most;
  reconcile(held, found.slice(0, held.most), now.world.scenario.dt);
  held.more.hidden = !isMore;
  held.none.hidden = found.length > 0;
  say(held.none, held.rows.length ? "Nothing passes the filters." : "Nothing yet. Press play.");
  kindsOf(held);
  mark(held);
}

function reconcile(held, rows, dt) {
  const old = new Map([...held.list.children].map((item) => [item.dataset.id, item]));
  const wanted = rows.map((row) => old.get(String(row.id)) || item(row, dt));
  const keep = new Set(wanted);
  for (const one of old.values()) if (!keep.has(one)) one.remove();
  let before = held.list.firstChild;
  for (const one of wanted) {
    if (one === before) before = before.nextSibling;
    else held.list.insertBefore(one, before);
  }
}

function item(row, dt) {
  return el("li", {
    "data-id": row.id,
    "data-who": row.who || "",
    "data-parties": [row.who, row.whom, row.third].filter(Boolean).join(" "),
    "data-kind": row.kind,
    class: row.done === false ? "refused" : "",
    tabindex: 0,
    title: "Why did this happen?",
  }, el("time", { text: date(row.time, dt) }), el("span", { class: `dot kind-${familyOf(row.kind)}`, title: plain(row.kind) }),
  el("span", { text: row.sentence }));
}

const FAMILIES = [
  ["peace", /mediat|settle|negotiated|concession|consent|offer|venue|proposal|guarantor|ended|lapsed|pressure/],
  ["money", /sanction|trade|aid|coerc|punish|submission/],
  ["conflict", /war|dispute|deaths|escalat|relapse|first move|opening|^joining$|terror|cyber|nuclear|imposed/],
  ["pact", /pact|renewal|application|accession|coalition|adoption|defection|founding|realign|exit|join|call|request|norm|band/],
];

export function familyOf(kind) {
  return FAMILIES.find(([, words]) => words.test(kind))?.[0] || "other";
}

function kindsOf(held) {
  const kinds = new Set(held.rows.map((row) => row.kind));
  if (held.kindCount === kinds.size) return;
  held.kindCount = kinds.size;
  offer(held.kinds, [["", "All kinds"], ...[...kinds].sort().map((kind) => [kind, plain(kind)])], held.kind);
}

function mark(held) {
  const { hover: over, state } = selectionOf(held.store);
  for (const one of held.list.children) {
    const parties = one.dataset.parties.split(" ");
    one.classList.toggle("over", !!over && parties.includes(over));
    one.classList.toggle("chosen", !!state && parties.includes(state));
  }
}
