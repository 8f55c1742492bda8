// Acts of the person who watches: a sanction, a treaty, a shock, a mediator's offer ... in the world that runs.
import { button, choice, el, offer, panel } from "../drawing/dom.js";
import { date, plain } from "../drawing/numbers.js";
import { selectionOf } from "../drawing/selection.js";
import { field } from "./fields.js";

const ORDER = ["sanction", "treaty", "policy", "shock", "mediate", "dispute", "leader", "join"];
const SCHEDULING = new Set(["year", "when", "after", "before", "held", "once", "every", "note"]);

export function create(root, store) {
  const view = panel("interventions", "Intervene");
  root.append(view.root);
  const held = { store, view, fields: [] };
  held.kinds = choice([], "", () => form(held), { "aria-label": "Kind of intervention", "data-test": "intervention-kind" });
  held.doc = el("p", { class: "soft" });
  held.form = el("form", { class: "form", "data-test": "intervention-form", novalidate: true });
  held.form.addEventListener("submit", (event) => {
    event.preventDefault();
    store.send({ name: "intervene", event: read(held) });
  });
  held.made = el("ol", { class: "made" });
  view.body.append(el("div", { class: "filters" }, held.kinds), held.doc, held.form, held.made);
  store.on("world", () => cast(held));
  store.on("interventions", () => log(held));
  store.on("selection", () => suggest(held));
  return { root: view.root, read: () => read(held) };
}

function cast(held) {
  const world = held.store.state.sides.A?.world;
  if (!world || held.world === world) return;
  const same = held.world && held.world.scenario.id === world.scenario.id;
  held.world = world;
  if (!same) {
    const rank = (one) => (ORDER.indexOf(one.kind) + 1 || 99);
    const kinds = [...world.interventions].sort((a, b) => rank(a) - rank(b));
    offer(held.kinds, kinds.map((one) => [one.kind, plain(one.kind)]));
    form(held);
  }
  log(held);
}

function form(held) {
  const kind = held.world.interventions.find((one) => one.kind === held.kinds.value);
  if (!kind) return;
  const { state, pair } = selectionOf(held.store);
  const chosen = pair || (state ? [state] : []);
  held.doc.textContent = kind.doc || "";
  held.fields = kind.fields.map((one) => ({ one, ...field(held.world, one, chosen) }));
  const main = held.fields.filter(({ one }) => !SCHEDULING.has(one.name)).sort((a, b) => order(a.one) - order(b.one));
  const rest = held.fields.filter(({ one }) => SCHEDULING.has(one.name));
  held.form.replaceChildren(...main.map(({ node }) => node),
    rest.length ? el("details", {}, el("summary", { text: "At another time, or on a condition" }), rest.map(({ node }) => node)) : "",
    button("Do it now", null, { type: "submit", class: "go", "data-test": "intervene" }));
  const submit = held.form.querySelector("[data-test=intervene]");
  submit.type = "submit";
  suggest(held);
}

// What an act is about comes first, how long it lasts comes last.
function order(one) {
  return one.name === "for" ? 3 : one.required ? 1 : 2;
}

// Who is chosen on the map stands in the form, as long as nobody else was put there by hand.
function suggest(held) {
  const { state, pair } = selectionOf(held.store);
  const codes = pair || (state ? [state] : []);
  const places = held.fields.filter(({ one }) => one.type === "state" && one.required);
  places.forEach(({ input }, at) => {
    const isFree = input.value === "" || input.value === input.dataset.suggested;
    if (isFree && codes[at]) input.value = input.dataset.suggested = codes[at];
  });
}

function read(held) {
  const event = { kind: held.kinds.value };
  for (const { one, read: value } of held.fields) {
    const entered = value();
    const isSilent = entered === undefined || (!one.required && entered === one.default);
    if (!isSilent && !(Array.isArray(entered) && !entered.length)) event[one.name] = entered;
  }
  return event;
}

function log(held) {
  const world = held.store.state.sides.A?.world;
  const made = world?.interventions_made || [];
  held.made.replaceChildren(...[...made].reverse().map((one) => {
    const rest = Object.entries(one).filter(([name]) => !["kind", "year"].includes(name)).map(([name, value]) => `${plain(name).toLowerCase()} ${value}`);
    return el("li", {}, el("time", { text: date(one.year, world.scenario.dt) }), el("b", { text: plain(one.kind) }), el("span", { class: "soft", text: rest.join(", ") }));
  }));
}
