// Everything about one state, or about two and what lies between them.
import { choice, el, offer, panel, say } from "../drawing/dom.js";
import { inUnit, number, plain } from "../drawing/numbers.js";
import { painter } from "../drawing/paint.js";
import { choose, choosePair, selectionOf } from "../drawing/selection.js";

export function create(root, store, side = "A") {
  const view = panel("inspector", "Inspector");
  root.append(view.root);
  const held = { store, side, view };
  held.first = choice([], "", (code) => pick(held, code, held.second.value), { "aria-label": "State", "data-test": "inspect-first" });
  held.second = choice([], "", (code) => pick(held, held.first.value, code), { "aria-label": "Other state", "data-test": "inspect-second" });
  held.facts = el("div", { class: "facts" });
  held.now = el("dl", { class: "pairs" });
  view.body.append(el("div", { class: "filters" }, held.first, held.second), held.facts, held.now);
  refreshing(held);
  store.on("world", () => cast(held));
  store.on("inspection", (answer) => tell(held, answer));
  store.on("selection", () => follow(held));
  for (const topic of ["frame", "status"]) store.on(topic, held.ask);
  return { root: view.root };
}

// Facts grow old while the world turns: they are asked for again, but only while they are seen, and not at every step.
function refreshing(held) {
  let [asked, shown] = [0, ""];
  held.ask = painter(held.view.root, () => {
    live(held);
    const { state, pair } = selectionOf(held.store);
    const step = held.store.state.sides[held.side]?.frame?.step;
    const key = `${step} ${pair || state}`;
    const isLate = performance.now() - asked > (held.store.state.status?.playing ? 600 : 0);
    if (!state || !isLate || key === shown || !held.view.root.offsetParent) return;
    [asked, shown] = [performance.now(), key];
    held.store.send({ name: "inspect", codes: pair || [state] });
  });
}

function pick(held, first, second) {
  if (first && second && first !== second) choosePair(held.store, first, second);
  else choose(held.store, first || second || null);
}

function cast(held) {
  const world = held.store.state.sides[held.side]?.world;
  if (!world || held.world === world) return;
  held.world = world;
  const names = world.states.map((state) => [state.code, state.name]).sort((a, b) => (a[1] < b[1] ? -1 : 1));
  offer(held.first, [["", "Choose a state \u2026"], ...names], "");
  offer(held.second, [["", "and another \u2026"], ...names], "");
  follow(held);
}

function follow(held) {
  const { state, pair } = selectionOf(held.store);
  const key = pair ? pair.join() : state;
  if (held.key === key) return;
  held.key = key;
  held.first.value = pair ? pair[0] : state || "";
  held.second.value = pair ? pair[1] : "";
  if (!state) held.facts.replaceChildren(el("p", { class: "soft empty", text: "Click a state on the map; with Shift a second one, to see what lies between them." }));
  [held.made, held.isTold] = [null, true];
  held.now.textContent = "";
  held.ask();
}

// What the server tells: groups of lines, or one list of them.
function tell(held, answer) {
  const groups = answer.groups || [{ title: "", rows: answer.rows || [] }];
  held.isTold = groups.some((group) => group.rows?.length);
  held.facts.replaceChildren(
    el("h3", { text: answer.title || "" }),
    answer.subtitle ? el("p", { class: "soft", text: answer.subtitle }) : "",
    ...groups.filter((group) => group.rows?.length).map((group) => el("div", {},
      group.title ? el("h4", { text: group.title }) : "",
      el("dl", { class: "pairs" }, group.rows.flatMap((row) => [
        el("dt", { text: row.label || plain(row.name || ""), title: row.doc || "" }),
        el("dd", { text: typeof row.value === "number" ? inUnit(row.value, row.unit) : String(row.value ?? "\u2013") }),
      ])))));
  held.ask();
}

// What frames tell of a pair at moments of which the server keeps no more.
function live(held) {
  const now = held.store.state.sides[held.side];
  const { state, pair } = selectionOf(held.store);
  if (!now?.frame || !state) return;
  const rows = pair && !held.isTold ? between(now, pair) : [];
  if (!held.made || held.made.length !== rows.length) {
    held.made = rows.map(() => [el("dt"), el("dd")]);
    held.now.replaceChildren(...held.made.flat());
  }
  rows.forEach(([name, value], at) => {
    say(held.made[at][0], name);
    say(held.made[at][1], value);
  });
}

const LEVELS = ["none", "claim", "threat", "display", "use of force", "war"];

function between({ world, frame }, codes) {
  const [first, second] = codes.map((code) => world.states.findIndex((one) => one.code === code));
  const count = world.states.length;
  const at = first * count + second;
  const rows = [];
  if (frame.affinity) rows.push(["Affinity", number(frame.affinity[at] / 127)]);
  if (frame.treaty) rows.push(["Treaty level", String(Math.max(frame.treaty[at], frame.treaty[second * count + first]))]);
  if (frame.hostility) rows.push(["Dispute", LEVELS[Math.max(frame.hostility[at], frame.hostility[second * count + first])] || "none"]);
  return rows;
}
