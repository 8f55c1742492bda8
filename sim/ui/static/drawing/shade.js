// The colour of every state at this moment, the same on the map and in the network; worked out once a frame.
import { isDark, landColour, mixture, optionColour, scaleOf } from "./colour.js";

export const LEANING = "leaning";
const cache = new WeakMap();

// Returns {colours, scale, measure}; scale and measure are null where states are coloured by leaning.
export function shades(store, side) {
  const { world, frame } = store.state.sides[side] || {};
  if (!world || !frame) return null;
  const name = store.state.measure || LEANING;
  const key = `${name} ${isDark()} ${frame.step} ${name in frame.values}`;
  const held = cache.get(frame);
  if (held?.key === key) return held;
  const made = name === LEANING ? leaning(world, frame) : measured(world, frame, name);
  made.key = key;
  cache.set(frame, made);
  return made;
}

function each(world, frame, colour) {
  return world.states.map((_, index) => (frame.alive[index] ? colour(index) : landColour()));
}

function leaning(world, frame) {
  const count = world.poles.length + 1;
  const colour = (index) => {
    const { pole } = world.states[index];
    return pole >= 0 ? optionColour(pole + 1) : mixture(frame.portfolio, index * count, count);
  };
  return { colours: each(world, frame, colour), scale: null, measure: null };
}

function measured(world, frame, name) {
  const values = frame.values[name];
  const measure = world.measures.state.find((one) => one.name === name);
  if (!values || !measure) return leaning(world, frame); // until the server has sent the numbers
  const scale = scaleOf(measure, values);
  return { colours: each(world, frame, (index) => scale.colour(values[index])), scale, measure };
}
