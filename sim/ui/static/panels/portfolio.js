// How a middle power divides itself among the poles: over the years as stacked areas, and now as a radar.
import { optionColour } from "../drawing/colour.js";
import { choice, el, offer, panel, say, svg } from "../drawing/dom.js";
import { percent } from "../drawing/numbers.js";
import { painter, sharpCanvas, style } from "../drawing/paint.js";
import { choose, selectionOf } from "../drawing/selection.js";

const SIZE = 200;
const RADIUS = 64;

export function create(root, store, side = "A") {
  const view = panel("portfolio", "Portfolio");
  root.append(view.root);
  const held = { store, side, view, title: view.title };
  held.chooser = choice([], "", (code) => choose(store, code), { "aria-label": "State", "data-test": "portfolio-state" });
  view.head.append(held.chooser);
  const box = el("div", { class: "areas" });
  const below = el("div", { class: "now" });
  view.body.append(box, below);
  held.radar = svg("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, class: "radar", role: "img", "aria-label": "Portfolio now" });
  held.shares = el("dl", { class: "shares" });
  below.append(held.radar, held.shares);
  held.ask = painter(view.root, () => draw(held));
  held.canvas = sharpCanvas(box, held.ask);
  store.on("world", () => cast(held));
  for (const topic of ["frame", "history"]) store.on(topic, held.ask);
  store.on("theme", () => ((held.of = null), held.ask()));
  store.on("selection", () => cast(held));
  return { root: view.root, canvas: () => held.canvas.canvas };
}

// A pole itself has no portfolio to speak of: then the last state that had one stays on view.
function subject(held) {
  const world = held.store.state.sides[held.side]?.world;
  if (!world) return null;
  const chosen = selectionOf(held.store).state;
  const isFree = (code) => world.states.some((state) => state.code === code && state.pole < 0);
  if (isFree(chosen)) held.code = chosen;
  else if (!isFree(held.code)) held.code = world.flagship;
  return world.states.findIndex((state) => state.code === held.code);
}

function cast(held) {
  const world = held.store.state.sides[held.side]?.world;
  if (!world) return;
  const index = subject(held);
  if (held.world !== world) {
    held.world = world;
    const free = world.states.filter((state) => state.pole < 0);
    offer(held.chooser, free.map((state) => [state.code, state.name]).sort((a, b) => (a[1] < b[1] ? -1 : 1)));
    held.of = null;
  }
  held.chooser.value = held.code;
  say(held.title, index >= 0 ? world.states[index].name : "Portfolio");
  held.ask();
}

function draw(held) {
  const now = held.store.state.sides[held.side];
  const index = subject(held);
  if (!now?.frame || index === null || index < 0) return;
  const count = now.world.poles.length + 1;
  const shares = now.frame.portfolio.subarray(index * count, (index + 1) * count);
  radar(held, now.world, shares);
  areas(held, now, count);
}

// A scale of every option starts at the middle; the rings are a third and two thirds.
function radar(held, world, shares) {
  const count = shares.length;
  if (held.of !== world) {
    held.of = world;
    axes(held, world, count);
  }
  const most = Math.max(0.6, ...shares);
  const at = (option, share) => spoke(option, count, (RADIUS * share) / most);
  held.shape.setAttribute("points", [...shares].map((share, option) => at(option, share).join()).join(" "));
  shares.forEach((share, option) => {
    const [x, y] = at(option, share);
    held.dots[option].setAttribute("cx", x);
    held.dots[option].setAttribute("cy", y);
    say(held.values[option], percent(share));
    held.bars[option].style.transform = `scaleX(${share.toFixed(4)})`;
  });
}

function spoke(option, count, length) {
  const angle = (2 * Math.PI * option) / count - Math.PI / 2;
  return [+(SIZE / 2 + length * Math.cos(angle)).toFixed(1), +(SIZE / 2 + length * Math.sin(angle)).toFixed(1)];
}

function axes(held, world, count) {
  const codes = ["none", ...world.poles.map((pole) => pole.code)];
  const names = ["Non-aligned", ...world.poles.map((pole) => pole.name)];
  const ring = (share) => svg("polygon", {
    points: codes.map((_, option) => spoke(option, count, RADIUS * share).join()).join(" "),
    class: "ring",
  });
  const lines = codes.map((_, option) => {
    const [x2, y2] = spoke(option, count, RADIUS);
    return svg("line", { x1: SIZE / 2, y1: SIZE / 2, x2, y2, class: "ring" });
  });
  const labels = codes.map((code, option) => {
    const [x, y] = spoke(option, count, RADIUS + 15);
    return svg("text", { x, y: y + 4, "text-anchor": "middle", text: option ? code : "free" });
  });
  held.shape = svg("polygon", { class: "stand" });
  held.dots = codes.map((_, option) => svg("circle", { r: 4, fill: optionColour(option) }));
  held.radar.replaceChildren(ring(1), ring(2 / 3), ring(1 / 3), ...lines, held.shape, ...held.dots, ...labels);
  held.values = codes.map((_, option) => el("dd", { "data-share": codes[option] }));
  held.bars = codes.map((_, option) => el("i", { style: `background:${optionColour(option)}` }));
  held.shares.replaceChildren(...names.flatMap((name, option) =>
    [el("dt", {}, name, el("span", { class: "bar" }, held.bars[option])), held.values[option]]));
}

function areas(held, now, count) {
  const { pen, width, height } = held.canvas;
  const years = now.history?.year || [];
  const shares = now.history?.portfolio?.code === held.code ? now.history.portfolio.shares : null;
  pen.clearRect(0, 0, width, height);
  if (!width || !shares || !years.length) return;
  const [left, right, top, bottom] = [2, width - 2, 4, height - 20];
  const [first, last] = [now.world.scenario.start, Math.max(now.world.scenario.end, years[years.length - 1])];
  const x = (year) => left + ((right - left) * (year - first)) / (last - first || 1);
  const length = Math.min(years.length, shares[0].length);
  const floor = new Float64Array(length);
  for (let option = 0; option < count; option++) {
    pen.beginPath();
    for (let at = 0; at < length; at++) pen.lineTo(x(years[at]), bottom - (bottom - top) * floor[at]);
    for (let at = length - 1; at >= 0; at--) {
      floor[at] += shares[option][at];
      pen.lineTo(x(years[at]), bottom - (bottom - top) * Math.min(1, floor[at]));
    }
    pen.closePath();
    pen.fillStyle = optionColour(option);
    pen.fill();
  }
  frameOf(pen, { left, right, top, bottom, first, last, x, now: now.frame.year });
}

function frameOf(pen, { left, right, top, bottom, first, last, x, now }) {
  const [ink, soft, line] = ["--ink", "--soft", "--line"].map(style);
  pen.strokeStyle = line;
  pen.lineWidth = 1;
  pen.strokeRect(left + 0.5, top + 0.5, right - left - 1, bottom - top - 1);
  pen.strokeStyle = ink;
  pen.beginPath();
  pen.moveTo(x(now), top - 4);
  pen.lineTo(x(now), bottom);
  pen.stroke();
  pen.fillStyle = soft;
  pen.font = `11px ${style("--face")}`;
  pen.textBaseline = "top";
  for (const [year, align] of [[first, "left"], [(first + last) / 2, "center"], [last, "right"]]) {
    pen.textAlign = align;
    pen.fillText(String(Math.round(year)), x(year), bottom + 5);
  }
}
