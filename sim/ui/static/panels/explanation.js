// Why something happened: its sentence, the signed contributions that decided it, and what came before.
import { button, el } from "../drawing/dom.js";
import { date, percent, plain, signed, number } from "../drawing/numbers.js";

export function create(root, store) {
  const box = el("dialog", { class: "sheet explanation", "data-test": "explanation", "aria-label": "Explanation" });
  root.append(box);
  box.addEventListener("click", (event) => {
    if (event.target === box) box.close();
  });
  store.on("explanation", (answer) => {
    fill(box, store, answer);
    if (!box.open) box.showModal();
  });
  return { root: box };
}

function fill(box, store, answer) {
  const dt = store.state.sides.A?.world?.scenario.dt ?? 1;
  const sentence = answer.sentence || answer.title || "";
  const when = answer.date || (answer.time !== undefined ? date(answer.time, dt) : "");
  box.replaceChildren(
    el("header", {}, el("p", { class: "soft", text: [when, plain(answer.kind || "")].filter(Boolean).join(" \u00b7 ") }),
      button("\u00d7", () => box.close(), { class: "close", "aria-label": "Close" })),
    el("h2", { text: sentence }),
    odds(answer),
    bars(answer.terms || [], answer.sum),
    prose(answer.told, sentence),
    related("At the same time", answer.beside, store, dt),
    related("What came before", answer.before, store, dt),
  );
}

function odds({ chance, drawn, done, adds_up_to: link }) {
  if (!Number.isFinite(chance)) return "";
  const luck = Number.isFinite(drawn) ? ` The draw was ${percent(drawn, 1)}, so it ${done === false ? "did not happen" : "happened"}.` : "";
  return el("p", {}, `Its chance was ${percent(chance, 1)}.`, luck, link ? el("span", { class: "soft", text: ` Terms add up to the ${plain(link).toLowerCase()}.` }) : "");
}

// Bars to the right of the line spoke for it, bars to the left against it.
export function bars(terms, sum) {
  if (!terms.length) return el("p", { class: "soft", text: "No terms were kept for this event." });
  const most = Math.max(1e-9, ...terms.map((term) => Math.abs(term.value)));
  const sorted = [...terms].sort((first, second) => Math.abs(second.value) - Math.abs(first.value));
  const rows = sorted.map((term) => row(term, most));
  const total = sum ?? terms.reduce((all, term) => all + term.value, 0);
  return el("div", { class: "terms", role: "list" }, rows,
    el("div", { class: "term total" }, el("span", { text: "Together" }), el("span"), el("b", { text: signed(total) })));
}

function row({ name, value }, most) {
  const size = (50 * Math.abs(value)) / most;
  const place = value < 0 ? `right:50%;width:${size}%` : `left:50%;width:${size}%`;
  return el("div", { class: "term", role: "listitem", "data-term": name, title: number(value, 4) },
    el("span", { text: plain(name) }),
    el("span", { class: "axis" }, el("i", { class: value < 0 ? "against" : "for", style: place })),
    el("b", { text: signed(value) }));
}

function prose(told, sentence) {
  const text = Array.isArray(told) ? told.join("\n") : told || "";
  return text && text !== sentence ? el("details", { class: "told" }, el("summary", { text: "In words" }), el("p", { text })) : "";
}

function related(title, rows, store, dt) {
  if (!rows?.length) return "";
  return el("div", { class: "related" }, el("h3", { text: title }), el("ul", {}, rows.map((one) =>
    el("li", {}, button(one.sentence || one.told, () => store.send({ name: "explain", id: one.id }), { class: "linkish" }),
      el("time", { class: "soft", text: one.date || date(one.time, dt) })))));
}
