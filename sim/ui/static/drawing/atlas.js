// The outlines of the world as SVG: one group an actor, so that a new colour is one write however many members it has.
import { svg } from "./dom.js";
import { inventedLand } from "./invented.js";

const TINY = 5;
const MARKER = 2.6;
const WHOLE = [0, 3, 1000, 436];
let loading;

export function loadWorld() {
  loading ||= fetch(new URL("../map/world.json", import.meta.url)).then((answer) => answer.json());
  return loading;
}

// The land to draw: the Earth, unless nobody in the scenario lives there and all say where they are instead.
function landFor(data, states) {
  const known = new Set([...data.shapes.map((shape) => shape.id), ...Object.keys(data.successors)]);
  const isOnEarth = states.some((state) => [state.code, ...(state.members || [])].some((code) => known.has(code)));
  return isOnEarth || !states.length || states.some((state) => !state.place) ? data.shapes : inventedLand(states);
}

// Shape -> actor for a cast; former states are drawn on the land of those that came after them.
function ownersOf(data, shapes, states) {
  const owner = new Map();
  const known = new Set(shapes.map((shape) => shape.id));
  states.forEach((state, index) => {
    for (const code of state.members?.length ? state.members : [state.code]) if (known.has(code)) owner.set(code, index);
  });
  states.forEach((state, index) => {
    for (const code of data.successors[state.code] || []) if (!owner.has(code)) owner.set(code, index);
  });
  return owner;
}

function placeOf(shapes) {
  let [x, y, weight] = [0, 0, 0];
  for (const shape of shapes) {
    const part = Math.max(shape.area, 0.01);
    x += part * shape.at[0];
    y += part * shape.at[1];
    weight += part;
  }
  return weight ? [x / weight, y / weight] : null;
}

export function atlas(data) {
  const land = svg("g", { class: "land" });
  const actors = svg("g", { class: "actors" });
  const over = svg("g", { class: "ties" });
  const dots = svg("g", { class: "dots" });
  const root = svg("svg", { viewBox: WHOLE.join(" "), role: "img", "data-test": "map", tabindex: 0 }, land, actors, over, dots);
  const held = { root, over, data, groups: [], markers: [], places: [], boxes: [], view: WHOLE, onzoom: [] };

  held.cast = (states) => {
    for (const part of [land, actors, dots]) part.textContent = "";
    held.shapes = landFor(data, states);
    const owner = ownersOf(data, held.shapes, states);
    const shapesOf = states.map(() => []);
    held.groups = states.map((state) => svg("g", { "data-actor": state.code, class: "actor" }));
    for (const shape of held.shapes) {
      const index = owner.get(shape.id);
      const path = svg("path", { d: shape.d, "data-state": shape.id });
      if (index === undefined) land.append(path);
      else {
        held.groups[index].append(path);
        shapesOf[index].push(shape);
      }
    }
    actors.append(...held.groups);
    held.hasOthers = !!land.firstChild;
    held.places = shapesOf.map(placeOf);
    held.boxes = shapesOf.map((shapes) => (shapes.length ? span(shapes.map((shape) => shape.box)) : null));
    held.markers = states.map((state, index) => {
      const isTiny = shapesOf[index].length && shapesOf[index].reduce((sum, shape) => sum + shape.area, 0) < TINY;
      if (!isTiny) return null;
      const [cx, cy] = held.places[index];
      const dot = svg("circle", { cx, cy, r: MARKER, "data-actor": state.code, class: "actor" });
      dots.append(dot);
      return dot;
    });
    held.fit(held.view);
  };

  held.nameOf = (id) => held.shapes.find((shape) => shape.id === id)?.name || id;

  held.paint = (index, colour) => {
    held.groups[index].setAttribute("fill", colour);
    held.markers[index]?.setAttribute("fill", colour);
  };

  held.mark = (index, name, isOn) => {
    held.groups[index].classList.toggle(name, isOn);
    held.markers[index]?.classList.toggle(name, isOn);
    if (isOn) actors.append(held.groups[index]);
  };

  held.fit = (view) => {
    held.view = view;
    root.setAttribute("viewBox", view.map((value) => value.toFixed(1)).join(" "));
    const radius = MARKER * Math.max(0.3, view[2] / 1000);
    for (const dot of held.markers) dot?.setAttribute("r", radius);
    for (const told of held.onzoom) told();
  };
  return held;
}

export function span(boxes) {
  const found = boxes.filter(Boolean);
  if (!found.length) return null;
  const [left, top] = [0, 1].map((at) => Math.min(...found.map((box) => box[at])));
  const [right, bottom] = [2, 3].map((at) => Math.max(...found.map((box) => box[at])));
  return [left, top, right, bottom];
}

// A box with some air around it in the shape of the whole map.
export function viewOf(box) {
  if (!box) return WHOLE;
  const ratio = WHOLE[2] / WHOLE[3];
  const [x, y] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
  const width = Math.min(WHOLE[2], Math.max(60, (box[2] - box[0]) * 1.12, (box[3] - box[1]) * 1.12 * ratio));
  return inside([x - width / 2, y - width / ratio / 2, width, width / ratio]);
}

export function inside([x, y, width, height]) {
  const within = (value, low, high) => Math.min(Math.max(value, low), Math.max(low, high));
  return [
    within(x, WHOLE[0], WHOLE[0] + WHOLE[2] - width),
    within(y, WHOLE[1] - 8, WHOLE[1] + WHOLE[3] - height + 20),
    width,
    height,
  ];
}

// Dragging moves, fingers pinch, and the wheel zooms with Ctrl or once the map was clicked: until then it scrolls the page.
export function movable(held) {
  const { root } = held;
  const fingers = new Map();
  let moved = 0;
  const scale = () => held.view[2] / root.clientWidth;
  const zoom = (factor, clientX, clientY) => {
    const box = root.getBoundingClientRect();
    const [x, y, width, height] = held.view;
    const wide = Math.min(WHOLE[2], Math.max(40, width * factor));
    const [px, py] = [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
    held.fit(inside([x + (width - wide) * px, y + (height - (wide * height) / width) * py, wide, (wide * height) / width]));
  };
  root.addEventListener("wheel", (event) => {
    const isMeant = event.ctrlKey || event.metaKey || document.activeElement === root;
    if (!isMeant || (held.view[2] >= WHOLE[2] && event.deltaY > 0)) return;
    event.preventDefault();
    zoom(Math.exp(event.deltaY * 0.0018), event.clientX, event.clientY);
  }, { passive: false });
  root.addEventListener("pointerdown", (event) => {
    root.focus({ preventScroll: true });
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
    moved = 0;
  });
  root.addEventListener("pointermove", (event) => {
    const last = fingers.get(event.pointerId);
    if (!last) return;
    const step = [event.clientX - last[0], event.clientY - last[1]];
    moved += Math.abs(step[0]) + Math.abs(step[1]);
    const others = [...fingers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
    if (others.length) {
      const far = (point) => Math.hypot(point[0] - others[0][0], point[1] - others[0][1]);
      zoom(far(last) / Math.max(1, far([event.clientX, event.clientY])), others[0][0], others[0][1]);
    } else if (moved > 4 && held.view[2] < WHOLE[2]) {
      const [x, y, width, height] = held.view;
      held.fit(inside([x - step[0] * scale(), y - step[1] * scale(), width, height]));
    }
  });
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) {
    root.addEventListener(name, (event) => fingers.delete(event.pointerId));
  }
  return { zoom, wasDragged: () => moved > 4 };
}
