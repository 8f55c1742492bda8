// The world: who leans where, or any measure of states, and the ties between them.
import { atlas, inside, loadWorld, movable, span, viewOf } from "../drawing/atlas.js";
import { landColour, optionColour } from "../drawing/colour.js";
import { button, choice, el, offer, panel, say } from "../drawing/dom.js";
import { date, inUnit, number, percent, plain } from "../drawing/numbers.js";
import { painter } from "../drawing/paint.js";
import { clicked, hover, selectionOf } from "../drawing/selection.js";
import { LEANING, shades } from "../drawing/shade.js";
import { KINDS, tieLayers } from "../drawing/ties.js";

export function create(root, store, side = "A") {
  const view = panel("map", "World");
  root.append(view.root);
  const stage = el("div", { class: "stage" });
  const tip = el("div", { class: "tip", role: "status", hidden: true });
  const legend = el("div", { class: "legend" });
  view.body.append(stage, legend);
  const held = { store, side, stage, tip, legend, view, shown: (store.state.ties ||= new Set(["dispute", "mediation"])), colours: [], measure: LEANING };
  held.world = () => store.state.sides[side]?.world;
  held.frame = () => store.state.sides[side]?.frame;
  toolbar(held);
  const ready = loadWorld().then((data) => begin(held, data));
  store.on("world", () => ready.then(() => cast(held)));
  store.on("frame", () => held.ask?.());
  store.on("selection", () => held.atlas && highlight(held));
  store.on("theme", () => held.atlas && (forget(held), held.ask()));
  store.on("measure", () => held.atlas && (adopt(held), held.ask()));
  store.on("ties", () => held.ask?.());
  store.on("view", (view) => held.atlas && held.atlas.view !== view && held.atlas.fit(view));
  return { root: view.root, svg: () => held.atlas?.root };
}

function toolbar(held) {
  const { store, view } = held;
  held.chooser = choice([[LEANING, "Leaning"]], LEANING, (name) => {
    store.state.measure = name;
    if (name !== LEANING) store.send({ name: "watch", measure: name });
    store.emit("measure", name);
  }, { "aria-label": "Colour states by", title: "Colour states by", "data-test": "measure" });
  held.regions = choice([["", "World"]], "", (value) => held.atlas?.fit(regionView(held, value)), {
    "aria-label": "Zoom to a region",
    title: "Zoom to a region",
    "data-test": "region",
  });
  const chips = KINDS.map(([kind, title]) => button(title, (event) => {
    if (!held.shown.delete(kind)) held.shown.add(kind);
    event.currentTarget.setAttribute("aria-pressed", held.shown.has(kind));
    store.emit("ties");
  }, { class: `chip chip-${kind}`, "aria-pressed": held.shown.has(kind), "data-test": `ties-${kind}` }));
  view.head.append(el("span", { class: "chips" }, chips), held.chooser, held.regions);
}

function begin(held, data) {
  held.atlas = atlas(data);
  held.ties = tieLayers(held.atlas);
  held.stage.append(held.atlas.root, zoomButtons(held), held.tip);
  held.moving = movable(held.atlas);
  if (held.store.state.view) held.atlas.view = held.store.state.view;
  held.atlas.onzoom.push(() => {
    if (held.store.state.view === held.atlas.view) return;
    held.store.state.view = held.atlas.view;
    held.store.emit("view", held.atlas.view);
  });
  held.ask = painter(held.stage, () => paint(held));
  const { root } = held.atlas;
  root.addEventListener("pointerover", (event) => hover(held.store, actorOf(event)));
  root.addEventListener("pointerleave", () => {
    held.tip.hidden = true;
    hover(held.store, null);
  });
  root.addEventListener("pointermove", (event) => follow(held, event));
  root.addEventListener("click", (event) => {
    if (!held.moving.wasDragged()) clicked(held.store, actorOf(event), event);
  });
  cast(held);
}

function zoomButtons(held) {
  const zoom = (factor) => () => {
    const box = held.atlas.root.getBoundingClientRect();
    held.moving.zoom(factor, box.left + box.width / 2, box.top + box.height / 2);
  };
  return el("div", { class: "zoom" },
    button("+", zoom(0.6), { "aria-label": "Zoom in" }),
    button("\u2212", zoom(1 / 0.6), { "aria-label": "Zoom out" }));
}

// Land that nobody in the scenario owns still has a name.
function landOf(event) {
  return event.target.closest?.(".land [data-state]")?.getAttribute("data-state") || null;
}

function actorOf(event) {
  return event.target.closest?.("[data-actor]")?.getAttribute("data-actor") || null;
}

function cast(held) {
  const world = held.world();
  if (!world || !held.atlas || held.castOf === world) return;
  held.castOf = world;
  held.atlas.cast(world.states);
  held.ties.forget();
  forget(held);
  const measures = world.measures.state.map((one) => [one.name, plain(one.name)]);
  offer(held.chooser, [[LEANING, "Leaning"], ...measures], held.store.state.measure || LEANING);
  const regions = [...new Set(world.states.map((state) => state.region).filter(Boolean))].sort();
  const near = world.flagship ? [["@" + world.flagship, "Around " + nameOf(world, world.flagship)]] : [];
  offer(held.regions, [["", "World"], ...near, ...regions.map((name) => [name, plain(name)])], held.regions.value || "");
  adopt(held);
  highlight(held);
  held.ask();
}

function forget(held) {
  held.colours = held.castOf ? held.castOf.states.map(() => null) : [];
  held.ends = "";
}

function adopt(held) {
  held.measure = held.store.state.measure || LEANING;
  held.chooser.value = held.measure;
  held.ends = "";
}

function regionView(held, value) {
  const world = held.world();
  if (!value || !world) return viewOf(null);
  const chosen = (state) => state.region === value;
  if (!value.startsWith("@")) return viewOf(span(held.atlas.boxes.filter((_, index) => chosen(world.states[index]))));
  const [x, y] = held.atlas.places[world.states.findIndex((state) => state.code === value.slice(1))] || [500, 200];
  return inside([x - 140, y - 60, 280, 120]);
}

function nameOf(world, code) {
  return world.states.find((state) => state.code === code)?.name || code;
}

function paint(held) {
  const [world, frame] = [held.world(), held.frame()];
  const made = shades(held.store, held.side);
  if (!made || held.castOf !== world) return;
  made.colours.forEach((colour, index) => {
    if (held.colours[index] !== colour) held.atlas.paint(index, (held.colours[index] = colour));
  });
  explain(held, world, made);
  const chosen = world.states.findIndex((state) => state.code === selectionOf(held.store).state);
  held.ties.draw(world, frame, held.shown, chosen);
  if (!held.tip.hidden) tell(held);
}

function explain(held, world, { scale, measure }) {
  const ends = scale ? `${measure.name} ${scale.low} ${scale.high}` : held.measure;
  if (held.ends === ends) return;
  held.ends = ends;
  held.legend.replaceChildren(...(scale ? ramp(scale, measure) : leanings(world, !held.atlas.hasOthers)));
}

function leanings(world, isAll) {
  const names = ["Non-aligned", ...world.poles.map((pole) => pole.name)];
  const key = (colour, name) => el("span", { class: "key" }, el("i", { style: `background:${colour}` }), name);
  const keys = names.map((name, option) => key(optionColour(option), name));
  return isAll ? keys : [...keys, key(landColour(), "not in the scenario")];
}

function ramp(scale, measure) {
  const stops = scale.colours.filter((_, at) => at % 15 === 0).join(",");
  const unit = measure.unit === "1" ? "" : ` (${measure.unit})`;
  return [
    el("span", { class: "key", text: plain(measure.name) + unit, title: measure.doc }),
    el("span", { class: "key" }, (scale.low > measure.low ? "\u2264\u202f" : "") + number(scale.low),
      el("i", { class: "ramp", style: `background:linear-gradient(90deg,${stops})` }),
      (measure.high !== null && scale.high < measure.high ? "\u2265\u202f" : "") + number(scale.high)),
    scale.bent && el("span", { class: "key soft", text: "low values spread out" }),
  ].filter(Boolean);
}

function highlight(held) {
  const world = held.castOf;
  if (!world) return;
  const { hover: over, state, pair } = selectionOf(held.store);
  world.states.forEach((one, index) => {
    const now = [one.code === over, one.code === state || !!pair?.includes(one.code), one.code === world.flagship].join();
    if (held.atlas.groups[index].dataset.marks === now) return;
    held.atlas.groups[index].dataset.marks = now;
    const [isOver, isChosen, isFlagship] = now.split(",").map((word) => word === "true");
    held.atlas.mark(index, "flagship", isFlagship);
    held.atlas.mark(index, "chosen", isChosen);
    held.atlas.mark(index, "over", isOver);
  });
  if (!over && world.states.some((one) => one.code === held.tipOf)) held.tip.hidden = true;
  held.ask();
}

function follow(held, event) {
  const [code, land] = [actorOf(event), landOf(event)];
  if (!(code || land) || event.pointerType === "touch") {
    held.tip.hidden = true;
    return;
  }
  const box = held.stage.getBoundingClientRect();
  const x = Math.min(event.clientX - box.left + 14, box.width - 190);
  held.tip.style.transform = `translate(${Math.max(0, x)}px, ${event.clientY - box.top + 16}px)`;
  held.tip.hidden = false;
  held.tipOf = code || land;
  tell(held);
}

function tell(held) {
  const [world, frame] = [held.world(), held.frame()];
  const index = world?.states.findIndex((state) => state.code === held.tipOf) ?? -1;
  if (index < 0 && held.tipOf) say(held.tip, `${held.atlas.nameOf(held.tipOf)}\nnot in the scenario`);
  if (index < 0 || !frame) return;
  say(held.tip, `${world.states[index].name}\n${detail(held, world, frame, index)}`);
}

function detail(held, world, frame, index) {
  if (!frame.alive[index]) return `not in the world in ${date(frame.year, 1)}`;
  const measure = world.measures.state.find((one) => one.name === held.measure);
  if (measure) return inUnit(frame.values[held.measure]?.[index], measure.unit);
  if (world.states[index].pole >= 0) return "a pole of its own";
  const count = world.poles.length + 1;
  const shares = [...frame.portfolio.slice(index * count, (index + 1) * count)];
  const named = shares.map((share, option) => [share, option ? world.poles[option - 1].name : "Non-aligned"]);
  named.sort((first, second) => second[0] - first[0]);
  return named.slice(0, 3).map(([share, name]) => `${name} ${percent(share)}`).join(" \u00b7 ");
}
