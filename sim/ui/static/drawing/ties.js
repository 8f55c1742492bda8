// Lines between states, one path a kind and strength: a frame costs a dozen writes at most.
import { poleColour } from "./colour.js";
import { svg } from "./dom.js";

export const KINDS = [
  ["alignment", "Alignment"],
  ["treaty", "Treaties"],
  ["dispute", "Disputes"],
  ["mediation", "Mediation"],
];
const WAR = 5;
const FORCE = 3;
const DEFENCE = 4;

export function tieLayers(held) {
  const layers = new Map();
  const bends = new Map();

  const bend = (first, second) => {
    const key = first * 4096 + second;
    if (!bends.has(key)) bends.set(key, curve(held.places[first], held.places[second]));
    return bends.get(key);
  };
  const layer = (name, kind, colour) => {
    if (!layers.has(name)) {
      const path = svg("path", { class: `tie tie-${kind}`, "data-tie": kind });
      held.over.append(path);
      layers.set(name, { path, text: "" });
    }
    const found = layers.get(name);
    if (colour && found.colour !== colour) found.path.style.stroke = found.colour = colour;
    return found;
  };

  return {
    forget() {
      bends.clear();
      layers.clear();
      held.over.textContent = "";
    },
    draw(world, frame, shown, chosen) {
      const drawn = new Map();
      const add = (name, kind, text, colour) => {
        if (!text) return;
        layer(name, kind, colour);
        drawn.set(name, (drawn.get(name) || "") + text);
      };
      const counts = (first, second) => chosen < 0 || first === chosen || second === chosen;
      if (shown.has("alignment")) alignments(world, frame, chosen, bend, add);
      if (shown.has("treaty")) pairs(world, frame.treaty, frame, counts, bend, (level, text) =>
        add(level >= DEFENCE ? "treaty-2" : "treaty-1", level >= DEFENCE ? "treaty strong" : "treaty", text));
      if (shown.has("dispute")) pairs(world, frame.hostility, frame, () => true, bend, (level, text) => {
        const size = level >= WAR ? 3 : level >= FORCE ? 2 : 1;
        add(`dispute-${size}`, `dispute size-${size}`, text);
      });
      if (shown.has("mediation")) mediations(held, frame, add);
      for (const [name, found] of layers) {
        const text = drawn.get(name) || "";
        if (text !== found.text) found.path.setAttribute("d", (found.text = text));
      }
    },
  };
}

function curve(from, to) {
  if (!from || !to) return "";
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const [x, y] = [(from[0] + to[0]) / 2 + dy * 0.14, (from[1] + to[1]) / 2 - Math.abs(dx) * 0.14];
  return `M${from[0].toFixed(1)},${from[1].toFixed(1)}Q${x.toFixed(1)},${y.toFixed(1)} ${to[0].toFixed(1)},${to[1].toFixed(1)}`;
}

function alignments(world, frame, chosen, bend, add) {
  const options = world.poles.length + 1;
  world.states.forEach((state, index) => {
    if (state.pole >= 0 && index !== chosen) return;
    if (chosen >= 0 && index !== chosen) return;
    if (!frame.alive[index]) return;
    world.poles.forEach((pole, at) => {
      const share = frame.portfolio[index * options + at + 1];
      const anchor = world.anchors[at];
      if (anchor < 0 || anchor === index || share < (chosen >= 0 ? 0.06 : 0.3)) return;
      const size = share > 0.5 ? 3 : share > 0.25 ? 2 : 1;
      add(`alignment-${at}-${size}`, `alignment size-${size}`, bend(index, anchor), poleColour(at));
    });
  });
}

function pairs(world, levels, frame, counts, bend, add) {
  const count = world.states.length;
  if (!levels) return;
  for (let first = 0; first < count; first++) {
    if (!frame.alive[first]) continue;
    for (let second = first + 1; second < count; second++) {
      const level = Math.max(levels[first * count + second], levels[second * count + first]);
      if (level > 0 && frame.alive[second] && counts(first, second)) add(level, bend(first, second));
    }
  }
}

function mediations(held, frame, add) {
  for (const [mediator, first, second] of frame.mediations || []) {
    const [from, a, b] = [held.places[mediator], held.places[first], held.places[second]];
    if (!a || !b) continue;
    const middle = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    const ring = `M${middle[0] - 3},${middle[1]}a3,3 0 1,0 6,0a3,3 0 1,0 -6,0`;
    add("mediation", "mediation", (from ? curve(from, middle) : "") + ring);
  }
}
