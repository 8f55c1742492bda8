// Who likes whom, who is bound to whom: the same states as on the map, placed once by their ties and then left there.
import { landColour } from "../drawing/colour.js";
import { choice, el, panel } from "../drawing/dom.js";
import { placesOf } from "../drawing/layout.js";
import { painter, sharpCanvas, style } from "../drawing/paint.js";
import { shades } from "../drawing/shade.js";
import { clicked, hover, selectionOf } from "../drawing/selection.js";

const KINDS = [["treaty", "Treaties"], ["affinity", "Affinity"], ["dispute", "Disputes"]];
const FRIENDLY = 38;

export function create(root, store, side = "A") {
  const view = panel("network", "Network");
  root.append(view.root);
  const held = { store, side, view, kind: "treaty" };
  view.head.append(choice(KINDS, "treaty", (kind) => ((held.kind = kind), held.ask()), { "aria-label": "Ties shown", "data-test": "network-kind" }));
  const box = el("div", { class: "web" });
  view.body.append(box);
  held.ask = painter(view.root, () => draw(held));
  held.canvas = sharpCanvas(box, held.ask);
  held.canvas.canvas.addEventListener("pointermove", (event) => hover(store, codeAt(held, event)));
  held.canvas.canvas.addEventListener("pointerleave", () => hover(store, null));
  held.canvas.canvas.addEventListener("click", (event) => clicked(store, codeAt(held, event), event));
  for (const topic of ["frame", "selection", "measure", "theme"]) store.on(topic, held.ask);
  store.on("world", held.ask);
  return { root: view.root, canvas: () => held.canvas.canvas };
}

function settle(held, { world, frame }) {
  const count = world.states.length;
  const pull = new Float32Array(count * count);
  for (let at = 0; at < pull.length; at++) {
    pull[at] = Math.max(0, (frame.affinity?.[at] ?? 0) / 127) * 0.5 + (frame.treaty?.[at] ?? 0) * 0.15;
  }
  held.places = placesOf(count, pull);
  held.of = world;
}

function spots(held, world) {
  const { width, height } = held.canvas;
  const air = 22;
  const largest = Math.max(...world.states.map((state) => state.weight ?? 0), 1e-9);
  held.spots = world.states.map((state, at) => ({
    x: air + held.places.x[at] * (width - 2 * air),
    y: air + held.places.y[at] * (height - 2 * air),
    r: 3.5 + 7 * Math.sqrt(Math.max(0, state.weight ?? 0) / largest),
  }));
}

function draw(held) {
  const now = held.store.state.sides[held.side];
  if (!now?.frame || !held.canvas.width) return;
  if (held.of !== now.world) settle(held, now);
  spots(held, now.world);
  const { pen, width, height } = held.canvas;
  pen.clearRect(0, 0, width, height);
  const chosen = indexOf(now.world, selectionOf(held.store).hover) ?? indexOf(now.world, selectionOf(held.store).state) ?? -1;
  edges(held, now, chosen);
  nodes(held, now, chosen);
}

function indexOf(world, code) {
  const found = world.states.findIndex((state) => state.code === code);
  return found < 0 ? undefined : found;
}

function strengthOf(held, frame, at) {
  if (held.kind === "treaty") return frame.treaty?.[at] >= 4 ? 2 : frame.treaty?.[at] > 0 ? 1 : 0;
  if (held.kind === "dispute") return frame.hostility?.[at] >= 5 ? 2 : frame.hostility?.[at] > 0 ? 1 : 0;
  const value = frame.affinity?.[at] ?? 0;
  return value > 2 * FRIENDLY ? 2 : value > FRIENDLY ? 1 : value < -FRIENDLY ? -1 : 0;
}

// Lines of one strength are one path; those of the chosen state lie on top, and the others step back.
function edges(held, { world, frame }, chosen) {
  const { pen } = held.canvas;
  const count = world.states.length;
  const batches = new Map();
  for (let i = 0; i < count; i++) {
    if (!frame.alive[i]) continue;
    for (let j = i + 1; j < count; j++) {
      const strength = strengthOf(held, frame, i * count + j) || strengthOf(held, frame, j * count + i);
      if (!strength || !frame.alive[j]) continue;
      const isOfChosen = i === chosen || j === chosen;
      const key = `${isOfChosen ? 1 : 0} ${strength}`;
      if (!batches.has(key)) batches.set(key, []);
      batches.get(key).push(i, j);
    }
  }
  for (const key of [...batches.keys()].sort()) stroke(held, pen, key, batches.get(key), chosen >= 0);
  pen.globalAlpha = 1;
  pen.setLineDash([]);
}

function stroke(held, pen, key, ends, isAnyChosen) {
  const [isOfChosen, strength] = key.split(" ").map(Number);
  const isHostile = held.kind === "dispute" || strength < 0;
  pen.strokeStyle = style(isHostile ? "--conflict" : "--tie");
  pen.lineWidth = (Math.abs(strength) === 2 ? 1.5 : 0.9) + (isOfChosen ? 0.8 : 0);
  pen.globalAlpha = isOfChosen ? 0.95 : isAnyChosen ? 0.1 : isHostile ? 0.8 : 0.28;
  pen.setLineDash(strength < 0 ? [4, 3] : []);
  pen.beginPath();
  for (let at = 0; at < ends.length; at += 2) {
    pen.moveTo(held.spots[ends[at]].x, held.spots[ends[at]].y);
    pen.lineTo(held.spots[ends[at + 1]].x, held.spots[ends[at + 1]].y);
  }
  pen.stroke();
}

function nodes(held, { world, frame }, chosen) {
  const { pen } = held.canvas;
  const colours = shades(held.store, held.side)?.colours;
  const [paper, ink] = [style("--paper"), style("--ink")];
  pen.font = `11px ${style("--face")}`;
  pen.textAlign = "center";
  pen.textBaseline = "bottom";
  world.states.forEach((state, at) => {
    if (!frame.alive[at]) return;
    const { x, y, r } = held.spots[at];
    pen.beginPath();
    pen.arc(x, y, r + (at === chosen ? 2 : 0), 0, 7);
    pen.fillStyle = colours?.[at] || landColour();
    pen.fill();
    pen.lineWidth = at === chosen || state.code === world.flagship ? 2 : 1;
    pen.strokeStyle = at === chosen || state.code === world.flagship ? ink : paper;
    pen.stroke();
  });
  labels(held, world, frame, chosen, { pen, paper, ink });
}

// Names where there is room: the chosen one, the poles and the flagship always, the rest if they cover nobody.
function labels(held, world, frame, chosen, { pen, paper, ink }) {
  const taken = [];
  const rank = (at) => (at === chosen ? 0 : world.states[at].pole >= 0 || world.states[at].code === world.flagship ? 1 : 2);
  const order = world.states.map((_, at) => at).filter((at) => frame.alive[at]);
  order.sort((a, b) => rank(a) - rank(b) || held.spots[b].r - held.spots[a].r);
  pen.lineWidth = 3;
  pen.strokeStyle = paper;
  pen.fillStyle = ink;
  for (const at of order) {
    const text = at === chosen ? world.states[at].name : world.states[at].code;
    const { x, y, r } = held.spots[at];
    const half = pen.measureText(text).width / 2 + 2;
    const box = [x - half, y - r - 15, x + half, y - r - 2];
    if (rank(at) && taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) continue;
    taken.push(box);
    const middle = Math.min(Math.max(x, half), held.canvas.width - half);
    pen.strokeText(text, middle, y - r - 2);
    pen.fillText(text, middle, y - r - 2);
  }
}

function codeAt(held, event) {
  const world = held.store.state.sides[held.side]?.world;
  if (!world || !held.spots) return null;
  const box = held.canvas.canvas.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  let [best, near] = [null, 14];
  held.spots.forEach((spot, at) => {
    const far = Math.hypot(spot.x - x, spot.y - y) - spot.r;
    if (far < near) [best, near] = [at, far];
  });
  return best === null ? null : world.states[best].code;
}
