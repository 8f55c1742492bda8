// Two worlds that were one until a moment: A as it was, B with one change; side by side, and what the change made.
import { poleColour } from "../drawing/colour.js";
import { button, choice, el, offer, panel, say } from "../drawing/dom.js";
import { date, digitsFor, number, plain, signed } from "../drawing/numbers.js";
import { painter, sharpCanvas, style } from "../drawing/paint.js";

export function create(root, store, forms) {
  const view = panel("comparison", "What if?");
  root.append(view.root);
  const held = { store, view, forms, measure: "tension" };
  held.say = el("p", { class: "soft" });
  held.start = el("div", { class: "fork-form" });
  held.result = el("div", { class: "fork-result", hidden: true });
  view.body.append(held.say, held.start, held.result);
  starts(held);
  results(held);
  held.ask = painter(view.root, () => draw(held));
  for (const topic of ["world", "frame", "history", "comparison", "theme"]) store.on(topic, held.ask);
  return { root: view.root };
}

function starts(held) {
  const { store } = held;
  held.keys = el("input", { type: "search", list: "all-parameters", placeholder: "Parameter", "aria-label": "Parameter of B", "data-test": "fork-key" });
  held.list = el("datalist", { id: "all-parameters" });
  held.value = el("input", { type: "number", step: "any", "aria-label": "Its value in B", "data-test": "fork-value" });
  held.keys.addEventListener("input", () => {
    const one = store.state.sides.A?.world?.parameters.find((other) => other.key === held.keys.value);
    if (!one) return;
    held.value.value = one.value;
    [held.value.min, held.value.max] = [one.low ?? "", one.high ?? ""];
  });
  held.over = el("p", { class: "soft", hidden: true, text: "The world has come to its end: go back in time, and branch from there." });
  held.start.append(held.over,
    el("div", { class: "filters" }, held.keys, held.value, held.list,
      button("Fork with this number", () => {
        const value = Number(held.value.value);
        if (!held.keys.value || held.value.value === "" || !Number.isFinite(value)) {
          store.emit("notice", { text: "Choose a parameter and a value for B.", kind: "error" });
        } else fork(held, { parameters: { [held.keys.value]: value } });
      }, { class: "go", "data-test": "fork-parameter" })),
    button("Fork with the act in the form \u201cIntervene\u201d", () => fork(held, { event: held.forms.interventions.read() }), { "data-test": "fork-event" }));
}

function fork(held, change) {
  held.store.send({ name: "fork", step: held.store.state.sides.A?.frame?.step ?? 0, ...change });
}

function results(held) {
  held.chooser = choice([], "", (name) => ((held.measure = name), held.ask()), { "aria-label": "Measure compared", "data-test": "compare-measure" });
  held.plot = el("div", { class: "difference" });
  held.table = el("table", { class: "numbers" });
  held.change = el("p", { "data-test": "fork-change" });
  held.result.append(held.change,
    el("div", { class: "filters" }, held.chooser, button("Close B", () => held.store.send({ name: "unfork" }), { "data-test": "unfork" })),
    held.plot, held.table);
  held.canvas = sharpCanvas(held.plot, () => held.ask?.());
}

function draw(held) {
  const { A, B } = held.store.state.sides;
  const world = A?.world;
  if (!world) return;
  if (held.world !== world) {
    held.world = world;
    offer(held.chooser, world.measures.world.map((one) => [one.name, plain(one.name)]), held.measure);
    held.list.replaceChildren(...world.parameters.map((one) => el("option", { value: one.key })));
  }
  held.start.hidden = !!B;
  held.result.hidden = !B;
  held.over.hidden = !A.frame || A.frame.step < world.scenario.steps;
  const at = A.frame ? date(A.frame.year, world.scenario.dt) : "";
  say(held.say, B ? "" : `Branch the world as it stands in ${at} into A and B, change one thing in B, and watch both.`);
  if (!B?.frame || !A.frame) return;
  say(held.change, changeOf(held.store.state.comparison));
  lines(held, A.history, B.history, world);
  table(held, A, B, world);
}

function changeOf(comparison) {
  if (!comparison) return "B differs by one change.";
  const text = comparison.change || comparison.title || "";
  const from = comparison.year !== undefined ? `, from ${Math.floor(comparison.year)} on` : "";
  return `In B${from}: ${text}`;
}

function lines(held, first, second, world) {
  const { pen, width, height } = held.canvas;
  if (!width) return;
  const [one, two] = [first.world[held.measure] || [], second.world[held.measure] || []];
  let [low, high] = [Infinity, -Infinity];
  for (const value of [...one, ...two]) if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
  if (low > high) return;
  const room = high - low || 1;
  const { start, end } = world.scenario;
  const x = (year) => 40 + ((width - 48) * (year - start)) / (end - start || 1);
  const y = (value) => height - 22 - ((height - 34) * (value - low)) / room;
  pen.clearRect(0, 0, width, height);
  pen.font = `11px ${style("--face")}`;
  pen.fillStyle = style("--soft");
  pen.textAlign = "right";
  pen.fillText(number(high, digitsFor(low, high)), 34, y(high) + 4);
  pen.fillText(number(low, digitsFor(low, high)), 34, y(low) + 4);
  pen.textAlign = "left";
  pen.fillText(String(Math.round(start)), x(start), height - 5);
  pen.textAlign = "right";
  pen.fillText(String(Math.round(end)), x(end), height - 5);
  for (const [years, values, colour, name] of [[first.year, one, poleColour(0), "A"], [second.year, two, poleColour(1), "B"]]) {
    pen.strokeStyle = pen.fillStyle = colour;
    pen.lineWidth = 1.8;
    pen.beginPath();
    values.forEach((value, at) => pen.lineTo(x(years[at]), y(value)));
    pen.stroke();
    const last = values.length - 1;
    const isBelow = name === (one[last] < two[last] ? "A" : "B");
    if (last >= 0) pen.fillText(name, x(years[last]) - 2, y(values[last]) + (isBelow ? 14 : -5));
  }
}

const COMPARED = ["tension", "polarisation", "live_wars", "battle_deaths", "mediations_successful", "pact_density", "middle_power_hedging", "middle_power_autonomy", "norm_adoption"];

function table(held, A, B, world) {
  const names = [...new Set([held.measure, ...COMPARED])].filter((name) => A.history.world[name] && B.history.world[name]);
  const step = Math.min(A.frame.step, B.frame.step);
  const valueAt = (side, name) => side.frame.series?.[name] ?? side.history.world[name][side.history.world[name].length - 1];
  const rows = names.map((name) => [name, valueAt(A, name), valueAt(B, name)]);
  const key = JSON.stringify([step, rows]);
  if (held.key === key) return;
  held.key = key;
  held.table.replaceChildren(el("thead", {}, el("tr", {}, ["", "A", "B", "B \u2212 A"].map((text) => el("th", { text })))),
    el("tbody", {}, rows.map(([name, one, two]) => el("tr", { "data-measure": name },
      el("td", { text: plain(name), title: world.measures.world.find((other) => other.name === name)?.doc || "" }),
      el("td", { text: number(one) }), el("td", { text: number(two) }), el("td", { class: "sum", text: signed(two - one) })))));
}
