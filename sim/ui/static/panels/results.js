// Many runs at once: bands over replicates with the arms side by side, a heat map over two factors, and every single run.
import { poleColour, scaleOf } from "../drawing/colour.js";
import { button, choice, el, offer, panel } from "../drawing/dom.js";
import { digitsFor, number, plain } from "../drawing/numbers.js";
import { painter, sharpCanvas, style } from "../drawing/paint.js";

const named = (value) => (typeof value === "string" ? value : number(value));

// Measures are words ("Tension, mean"); factors are keys, which one types as they are.
function titled(name) {
  const [first, kind, ...rest] = name.split(".");
  if (rest.length) return name;
  return kind ? `${plain(first)}, ${kind}` : plain(first);
}

function within(name) {
  return name.includes(".") ? titled(name) : titled(name).toLowerCase();
}

export function create(root, store) {
  const view = panel("results", "Results");
  view.root.hidden = true;
  root.append(view.root);
  const held = { store, view, measure: "" };
  held.measures = choice([], "", (name) => ((held.measure = name), store.send({ name: "results", measure: name }), held.ask()), { "aria-label": "Measure", "data-test": "results-measure" });
  view.head.append(held.measures);
  held.legend = el("div", { class: "legend" });
  held.bands = el("div", { class: "bands" });
  held.heat = el("div", { class: "heat" });
  held.runs = el("div", { class: "runs" });
  view.body.append(held.legend, held.bands, el("div", { class: "split" }, held.heat, held.runs));
  held.ask = painter(view.root, () => draw(held));
  held.canvas = sharpCanvas(held.bands, held.ask);
  store.on("results", () => show(held));
  store.on("theme", () => held.ask());
  return { root: view.root };
}

function show(held) {
  const { results } = held.store.state;
  held.view.root.hidden = !results;
  if (!results) return;
  held.view.title.textContent = results.title || "Results";
  held.measure = results.measures.includes(held.measure) ? held.measure : results.measure || results.measures[0];
  offer(held.measures, results.measures.map((name) => [name, plain(name)]), held.measure);
  heat(held, results);
  runs(held, results);
  held.ask();
}

function draw(held) {
  const { results } = held.store.state;
  const band = results?.bands?.[held.measure];
  const { pen, width, height } = held.canvas;
  pen.clearRect(0, 0, width, height);
  held.bands.hidden = !band;
  if (!band || !width) return;
  held.legend.replaceChildren(...band.arms.map((arm, at) =>
    el("span", { class: "key" }, el("i", { style: `background:${poleColour(at)}` }), arm.name)),
  el("span", { class: "key soft", text: results.band_says || "line: median; band: nine runs in ten" }));
  const axes = frameOf(held, band);
  band.arms.forEach((arm, at) => ribbon(pen, band.year, arm, axes, poleColour(at)));
}

function frameOf(held, band) {
  const { pen, width, height } = held.canvas;
  const all = band.arms.flatMap((arm) => [...arm.low, ...arm.high]).filter(Number.isFinite);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const [from, to] = [band.year[0], band.year[band.year.length - 1]];
  const x = (year) => 46 + ((width - 58) * (year - from)) / (to - from || 1);
  const y = (value) => height - 24 - ((height - 38) * (value - low)) / (high - low || 1);
  pen.font = `11px ${style("--face")}`;
  pen.fillStyle = style("--soft");
  pen.strokeStyle = style("--line");
  pen.lineWidth = 1;
  for (const share of [0, 0.5, 1]) {
    const value = low + share * (high - low);
    pen.textAlign = "right";
    pen.fillText(number(value, digitsFor(low, high)), 40, y(value) + 4);
    pen.beginPath();
    pen.moveTo(46, y(value));
    pen.lineTo(width - 12, y(value));
    pen.stroke();
    pen.textAlign = share === 0 ? "left" : share === 1 ? "right" : "center";
    pen.fillText(number(from + share * (to - from)), x(from + share * (to - from)), height - 6);
  }
  return { x, y };
}

function ribbon(pen, years, arm, { x, y }, colour) {
  const known = [...years.keys()].filter((at) => Number.isFinite(arm.mid[at]));
  pen.fillStyle = pen.strokeStyle = colour;
  pen.globalAlpha = 0.18;
  pen.beginPath();
  for (const at of known) pen.lineTo(x(years[at]), y(arm.high[at]));
  for (const at of known.toReversed()) pen.lineTo(x(years[at]), y(arm.low[at]));
  pen.fill();
  pen.globalAlpha = 1;
  pen.lineWidth = 2;
  pen.beginPath();
  for (const at of known) pen.lineTo(x(years[at]), y(arm.mid[at]));
  pen.stroke();
}

function heat(held, results) {
  held.heat.textContent = "";
  const map = results.heat;
  if (!map) return;
  const flat = map.z.flat();
  const known = flat.filter(Number.isFinite);
  const scale = scaleOf({ low: Math.min(...known), high: Math.max(...known), isExact: true }, flat);
  const digits = digitsFor(Math.min(...known), Math.max(...known));
  const isWritten = map.xs.length <= 10;
  const cells = map.z.map((line, row) => el("tr", {}, el("th", { text: named(map.ys[row]) }), line.map((value, column) => {
    const cell = el("td", {
      title: `${titled(map.x)} ${named(map.xs[column])}${map.y ? `, ${titled(map.y)} ${named(map.ys[row])}` : ""}: ${number(value, digits + 1)}`,
      style: `background:${scale.colour(value)};color:${onColour(scale.colour(value))}`,
      text: isWritten && Number.isFinite(value) ? number(value, digits) : "",
    });
    const run = map.runs?.[row]?.[column];
    if (run) {
      cell.tabIndex = 0;
      cell.className = "opens";
      cell.addEventListener("click", () => open(held, run));
      cell.addEventListener("keydown", (event) => event.key === "Enter" && open(held, run));
    }
    return cell;
  })));
  held.heat.append(el("h3", { text: `${titled(map.measure)}, by ${within(map.x)}${map.y ? ` and ${within(map.y)}` : ""}` }),
    el("table", {}, el("tbody", {}, cells.reverse(), el("tr", {}, el("th"), map.xs.map((value) => el("th", { text: named(value) }))))));
}

function open(held, id) {
  held.opened = id;
  held.store.send({ name: "open_run", id });
  mark(held);
}

function mark(held) {
  for (const row of held.runs.querySelectorAll("[data-run]")) row.classList.toggle("chosen", row.dataset.run === held.opened);
}

// Dark letters on light cells, light ones on dark cells.
function onColour(colour) {
  const [red, green, blue] = (colour.match(/\d+/g) || [255, 255, 255]).map(Number);
  return 0.3 * red + 0.6 * green + 0.1 * blue > 140 ? "#1b2733" : "#ffffff";
}

function runs(held, results) {
  held.runs.textContent = "";
  const list = results.runs || [];
  if (!list.length) return;
  const columns = Object.keys(list[0]).filter((name) => name !== "id").slice(0, 6);
  held.runs.append(el("h3", { text: list.length < 500 ? `${list.length} runs` : "The first 500 runs" }),
    el("div", { class: "scroll" }, el("table", { class: "numbers" },
      el("thead", {}, el("tr", {}, columns.map((name) => el("th", { text: titled(name).split(".").slice(-2).join("."), title: name })), el("th"))),
      el("tbody", {}, list.slice(0, 500).map((run) => el("tr", { "data-run": run.id },
        columns.map((name) => el("td", { text: typeof run[name] === "number" ? number(run[name]) : String(run[name] ?? "") })),
        el("td", {}, button("Replay", () => open(held, run.id), { class: "linkish" }))))))));
  mark(held);
}
