// Measures of the world over the years, each on a small chart of its own with one common moment.
import { poleColour } from "../drawing/colour.js";
import { button, el, offer, panel, say } from "../drawing/dom.js";
import { number, plain } from "../drawing/numbers.js";
import { painter, style } from "../drawing/paint.js";

const FIRST = ["tension", "polarisation", "middle_power_hedging", "live_disputes", "mediations_successful", "pact_density"];
const HEIGHT = 96;
const MOST = 24;

export function create(root, store, side = "A") {
  const view = panel("series", "Over time");
  root.append(view.root);
  const held = { store, side, view, charts: new Map(), sync: `years-${side}`, names: [] };
  held.adder = el("select", { "aria-label": "Add a measure", title: "Add a measure", "data-test": "add-measure" });
  held.adder.addEventListener("change", () => add(held, held.adder.value));
  view.head.append(held.adder);
  held.grid = el("div", { class: "charts" });
  view.body.append(held.grid);
  held.ask = painter(view.root, () => draw(held));
  store.on("world", () => cast(held));
  for (const topic of ["frame", "history", "comparison"]) store.on(topic, held.ask);
  store.on("theme", () => rebuild(held));
  new ResizeObserver(() => {
    for (const chart of held.charts.values()) chart.plot.setSize({ width: chart.box.clientWidth, height: HEIGHT });
  }).observe(held.grid);
  return { root: view.root };
}

function cast(held) {
  const world = held.store.state.sides[held.side]?.world;
  if (!world || held.world === world) return;
  const isFirst = !held.world;
  held.world = world;
  const known = new Set(world.measures.world.map((one) => one.name));
  const kept = (isFirst ? FIRST : held.names).filter((name) => known.has(name));
  held.names = kept.length ? kept : [...known].slice(0, FIRST.length);
  rebuild(held);
}

function rebuild(held) {
  for (const chart of held.charts.values()) chart.plot.destroy();
  held.charts.clear();
  held.grid.textContent = "";
  if (!held.world) return;
  for (const name of held.names) build(held, name);
  offerRest(held);
  held.ask();
}

function offerRest(held) {
  const rest = held.world.measures.world.filter((one) => !held.charts.has(one.name));
  offer(held.adder, [["", "Add a measure \u2026"], ...rest.map((one) => [one.name, plain(one.name)])], "");
}

function add(held, name) {
  if (!name || held.charts.has(name) || held.names.length >= MOST) return;
  held.names.push(name);
  build(held, name);
  offerRest(held);
  held.ask();
}

function drop(held, name) {
  held.charts.get(name).plot.destroy();
  held.charts.get(name).card.remove();
  held.charts.delete(name);
  held.names = held.names.filter((one) => one !== name);
  offerRest(held);
}

function build(held, name) {
  const measure = held.world.measures.world.find((one) => one.name === name);
  if (!measure) return;
  const value = el("b");
  const unit = measure.unit === "1" ? "" : measure.unit;
  const head = el("div", { class: "chart-head", title: measure.doc || "" },
    el("span", { text: plain(name) }), el("span", { class: "soft unit", text: unit }), value,
    button("\u00d7", () => drop(held, name), { class: "drop", "aria-label": `Remove ${plain(name)}` }));
  const box = el("div", { class: "plot" });
  const card = el("figure", { class: "chart", "data-measure": name }, head, box);
  held.grid.append(card);
  const plot = new window.uPlot(options(held, measure, box), [[], [], []], box);
  held.charts.set(name, { card, box, value, plot });
}

function options(held, measure, box) {
  const line = { stroke: style("--line"), width: 1 };
  const axis = { stroke: style("--soft"), font: `11px ${style("--face")}`, ticks: { show: false } };
  const from = measure.low === 0 ? 0 : null;
  return {
    width: box.clientWidth || 240,
    height: HEIGHT,
    legend: { show: false },
    padding: [6, 16, 0, 0],
    cursor: { sync: { key: held.sync }, y: false, points: { size: 6 }, drag: { x: false, y: false } },
    scales: {
      x: { time: false, range: () => [held.world.scenario.start, Math.max(held.world.scenario.end, held.lastYear || 0)] },
      y: { range: (_, low, high) => span(low, high, from) },
    },
    axes: [
      { ...axis, grid: { show: false }, size: 22, gap: 5, space: 64, values: (_, years) => years.map((year) => String(year)) },
      { ...axis, grid: line, size: 38, gap: 4, space: 26, values: (_, ticks) => ticks.map((tick) => number(tick)) },
    ],
    series: [{}, { stroke: poleColour(0), width: 1.6, points: { show: false } },
      { stroke: poleColour(1), width: 1.6, dash: [5, 3], points: { show: false } }],
    hooks: { setCursor: [(plot) => told(held, measure.name, plot)], draw: [(plot) => moment(held, plot)] },
  };
}

function span(low, high, from) {
  if (low === null || !Number.isFinite(low)) return [0, 1];
  const bottom = from ?? low - (high - low) * 0.08;
  return high - bottom < 1e-9 ? [bottom, bottom + 1] : [bottom, high + (high - bottom) * 0.06];
}

// A thin line at the moment that is looked at, while that lies in the past.
function moment(held, plot) {
  const { frame, history } = held.store.state.sides[held.side] || {};
  if (!frame || frame.step >= history.year.length - 1) return;
  const { ctx, bbox } = plot;
  const x = Math.round(plot.valToPos(frame.year, "x", true));
  ctx.save();
  ctx.strokeStyle = style("--soft");
  ctx.lineWidth = window.devicePixelRatio || 1;
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

// The value under the pointer, else at the moment that is looked at; of both worlds where there are two.
function told(held, name, plot) {
  const chart = held.charts.get(name);
  if (!chart) return;
  const at = plot.cursor.idx ?? held.store.state.sides[held.side]?.frame?.step ?? plot.data[0].length - 1;
  const other = plot.data[2][at];
  const isForked = Number.isFinite(other);
  say(chart.value, isForked ? `${number(plot.data[1][at])} | ${number(other)}` : number(plot.data[1][at]));
}

function draw(held) {
  const now = held.store.state.sides[held.side];
  const history = now?.history;
  if (!history || !held.world) return;
  held.lastYear = history.year[history.year.length - 1];
  for (const [name, chart] of held.charts) {
    const values = history.world[name];
    if (!values) continue;
    chart.plot.setData(aligned(history.year, values, held.store.state.sides.B?.history, name));
    told(held, name, chart.plot);
  }
}

// A and, dashed, B over the same years; what one has not reached yet is a gap.
function aligned(years, values, other, name) {
  const also = other?.world[name] || [];
  if (!also.length) return [years, values, new Array(years.length).fill(null)];
  const all = other.year.length > years.length ? other.year : years;
  const filled = (line) => Array.from(all, (_, at) => line[at] ?? null);
  return [all, filled(values), filled(also)];
}
