// Colours that the colour-blind can tell apart: Okabe and Ito for poles, cividis for amounts, blue to orange for signs.
const POLES = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6bb1", "#b2a300", "#666666"];
const POLES_DARK = ["#3a9bd9", "#f07c33", "#22b98b", "#dd95bb", "#efb32e", "#7cc7f0", "#a98fd0", "#cfc02c", "#9aa3ab"];
const NEUTRAL = { light: "#c6ced5", dark: "#56626d" };
const LAND = { light: "#e3e6e4", dark: "#2a323a" };
const CIVIDIS = ["#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838"];
const CIVIDIS_DARK = ["#35558f", "#4b618a", "#616d86", "#767a80", "#8b877a", "#a19672", "#b9a868", "#d2bc5b", "#ead24b", "#fee838"];
const SIGNED = ["#2166ac", "#6aa6d0", "#c9dceb", "#f1efe9", "#f3d3b1", "#e08f4e", "#b2530c"];

export function isDark() {
  return document.documentElement.dataset.theme === "dark";
}

export function poleColour(index) {
  return (isDark() ? POLES_DARK : POLES)[index % POLES.length];
}

export function optionColour(option) {
  return option === 0 ? NEUTRAL[isDark() ? "dark" : "light"] : poleColour(option - 1);
}

export function landColour() {
  return LAND[isDark() ? "dark" : "light"];
}

function parts(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

// Light adds up linearly, so mixing is done there: two poles of equal share give an honest halfway colour.
const linear = (channel) => (channel / 255) ** 2.2;
const screen = (light) => Math.round(255 * light ** (1 / 2.2));

export function mixture(shares, offset, count) {
  const total = [0, 0, 0];
  let sum = 0;
  for (let option = 0; option < count; option++) {
    const weight = Math.max(0, shares[offset + option]) ** 2;
    const channels = parts(optionColour(option));
    for (let k = 0; k < 3; k++) total[k] += weight * linear(channels[k]);
    sum += weight;
  }
  if (!(sum > 0)) return landColour();
  return `rgb(${total.map((light) => screen(light / sum)).join()})`;
}

function ramp(stops) {
  return Array.from({ length: 256 }, (_, at) => {
    const place = (at / 255) * (stops.length - 1);
    const first = Math.min(stops.length - 2, Math.floor(place));
    const [from, to] = [parts(stops[first]), parts(stops[first + 1])];
    return `rgb(${from.map((channel, k) => Math.round(channel + (place - first) * (to[k] - channel))).join()})`;
  });
}

const AMOUNT = ramp(CIVIDIS);
const AMOUNT_DARK = ramp(CIVIDIS_DARK); // the darkest blue would be lost on a dark sea
const BALANCE = ramp(SIGNED);

// A scale says where a value lies between 0 and 1, which colour that is, and what its ends are called.
export function scaleOf(measure, values) {
  let [low, high] = bounds(measure, values);
  const isSigned = low < 0;
  if (isSigned) [low, high] = [-Math.max(-low, high), Math.max(-low, high)];
  const isWide = low >= 0 && measure.high === null && high > 0;
  const bend = isWide ? (share) => share ** 0.4 : (share) => share;
  const colours = isSigned ? BALANCE : isDark() ? AMOUNT_DARK : AMOUNT;
  const place = (value) => bend(Math.min(1, Math.max(0, (value - low) / (high - low || 1))));
  const colour = (value) => (Number.isFinite(value) ? colours[Math.round(255 * place(value))] : landColour());
  return { low, high, place, colour, colours, bent: isWide };
}

// A few that stand apart must not wash out all others: ends lie where nearly all are, in tenths of what is possible.
function bounds(measure, values) {
  const known = [...values].filter(Number.isFinite).sort((a, b) => a - b);
  if (!known.length) return [0, 1];
  const at = (share) => known[Math.round(share * (known.length - 1))];
  if (measure.isExact) return [measure.low, measure.high];
  const hasBounds = Number.isFinite(measure.low ?? NaN) && Number.isFinite(measure.high ?? NaN);
  if (!hasBounds) return [Math.min(0, known[0]), rounded(known[known.length - 1])];
  const tenth = (measure.high - measure.low) / 10;
  const low = measure.low + tenth * Math.floor((at(0.06) - measure.low) / tenth + 1e-6);
  const high = measure.low + tenth * Math.ceil((at(0.97) - measure.low) / tenth - 1e-6);
  return high - low < tenth ? [low, low + tenth] : [low, high];
}

// Ends of scales are round numbers, so that the legend is calm while the world changes.
function rounded(value) {
  if (value <= 0) return value;
  const size = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((step) => step * size >= value * 0.9999) * size;
}
