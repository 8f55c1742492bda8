// Play, pause, step, reset, speed, seed, the year and the time line that it lies on.
import { button, el, say } from "../drawing/dom.js";
import { date } from "../drawing/numbers.js";

const SPEEDS = [1, 2, 5, 10, 20, 30, 60, 120, 200];

export function create(root, store) {
  const held = { store };
  held.play = button("Play", () => send(store, "play"), { class: "go", "data-test": "play", title: "Play (Space)" });
  held.pause = button("Pause", () => send(store, "pause"), { class: "go", "data-test": "pause", title: "Pause (Space)" });
  held.step = button("Step", () => send(store, "step"), { "data-test": "step-once", title: "One step (S)" });
  held.reset = button("Reset", () => send(store, "reset"), { "data-test": "reset", title: "Back to the start (R)" });
  held.speed = el("input", { type: "range", min: 0, max: SPEEDS.length - 1, value: 3, "aria-label": "Speed", "data-test": "speed" });
  held.said = el("output", { class: "soft" });
  held.speed.addEventListener("input", () => {
    const value = SPEEDS[held.speed.value];
    say(held.said, `${value}/s`);
    store.send({ name: "speed", value });
  });
  held.seed = el("input", { type: "number", min: 0, max: 2147483647, step: 1, "aria-label": "Seed", "data-test": "seed" });
  held.seed.addEventListener("change", () => store.send({ name: "reset", seed: Math.max(0, Math.floor(Number(held.seed.value)) || 0) }));
  root.append(
    el("div", { class: "buttons" }, held.play, held.pause, held.step, held.reset),
    el("label", { class: "speed", title: "Steps per second" }, "Speed", held.speed, held.said),
    el("label", { class: "seed", title: "The same seed gives the same world" }, "Seed", held.seed));
  store.on("status", () => show(held));
  store.on("world", () => show(held));
  return { play: () => send(store, store.state.status?.playing ? "pause" : "play") };
}

function send(store, name) {
  store.send({ name });
}

function show(held) {
  const { status, sides } = held.store.state;
  if (!status) return;
  const isOver = (status.cursor ?? status.step) >= status.steps;
  held.play.hidden = !!status.playing;
  held.pause.hidden = !status.playing;
  held.play.disabled = isOver && !status.playing;
  held.step.disabled = !!status.playing || isOver;
  const at = SPEEDS.findIndex((value) => value >= status.speed);
  if (document.activeElement !== held.speed) held.speed.value = at < 0 ? SPEEDS.length - 1 : at;
  say(held.said, `${status.speed}/s`);
  const seed = sides.A?.world?.seed;
  if (seed === undefined || document.activeElement === held.seed) return;
  held.seed.value = seed;
  held.seed.style.width = `${Math.max(9, String(seed).length + 3)}ch`;
}

export function timeline(root, store) {
  const year = el("output", { class: "year", "data-test": "year" });
  const step = button("", () => store.send({ name: "step" }), { class: "quiet soft", "data-test": "step", title: "A click makes one step (S)" });
  const slider = el("input", { type: "range", min: 0, max: 1, value: 0, "aria-label": "Moment", "data-test": "scrub" });
  const late = button("Back to now", () => store.send({ name: "seek", step: store.state.status.step }), { class: "quiet", hidden: true, "data-test": "live" });
  const held = { store, slider, isHeld: false };
  slider.addEventListener("input", () => seek(held, Number(slider.value)));
  slider.addEventListener("pointerdown", () => (held.isHeld = true));
  slider.addEventListener("pointerup", () => (held.isHeld = false));
  root.append(year, el("div", { class: "scrubber" }, slider), step, late);
  const show = () => {
    const { sides, status } = store.state;
    const { world, frame } = sides.A || {};
    if (!world || !frame) return;
    say(year, date(frame.year, world.scenario.dt));
    say(step, `step ${frame.step} of ${status?.steps ?? world.scenario.steps}`);
    slider.max = status?.steps ?? world.scenario.steps;
    if (!held.isHeld) slider.value = frame.step;
    say(late, status?.mode === "replay" ? "To the end" : "Back to now");
    late.hidden = !status || frame.step >= status.step;
    const done = (status?.step ?? frame.step) / (slider.max || 1);
    root.style.setProperty("--reached", `${(100 * Math.min(1, done)).toFixed(2)}%`);
  };
  for (const topic of ["frame", "status", "world"]) store.on(topic, show);
  return { seek: (step) => seek(held, step), by: (steps) => seek(held, (store.state.sides.A?.frame?.step ?? 0) + steps) };
}

function seek(held, step) {
  const reached = held.store.state.status?.step ?? 0;
  held.store.send({ name: "seek", step: Math.max(0, Math.min(reached, step)) });
}
