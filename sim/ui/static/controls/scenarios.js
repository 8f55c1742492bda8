// Which world to begin in: the list of scenarios with their notes, or a file of one's own.
import { button, el, offer } from "../drawing/dom.js";

const LARGEST = 2_000_000;

export function create(root, store) {
  const chooser = el("select", { "aria-label": "Scenario", "data-test": "scenario" });
  const notes = el("dialog", { class: "sheet notes", "aria-label": "About this scenario", "data-test": "notes" });
  const file = el("input", { type: "file", accept: ".toml,text/plain", hidden: true, "data-test": "upload" });
  chooser.addEventListener("change", () => {
    if (chooser.value === "\u2026") {
      chooser.value = store.state.sides.A?.world?.scenario.id || "";
      file.click();
    } else store.send({ name: "load", scenario: chooser.value });
  });
  file.addEventListener("change", () => upload(store, file));
  notes.addEventListener("click", (event) => event.target === notes && notes.close());
  root.append(chooser, button("About", () => tell(store, notes), { class: "quiet", "data-test": "about" }), file, notes);
  const show = () => {
    const known = (store.state.catalogue?.scenarios || []).map((one) => [one.id, one.title || one.id]);
    const now = store.state.sides.A?.world?.scenario;
    if (now && !known.some(([id]) => id === now.id)) known.unshift([now.id, now.title || now.id]);
    offer(chooser, [...known, ["\u2026", "A file of your own \u2026"]], now?.id);
    chooser.title = now?.title || "";
  };
  store.on("hello", show);
  store.on("world", show);
}

async function upload(store, file) {
  const [chosen] = file.files;
  file.value = "";
  if (!chosen) return;
  if (chosen.size > LARGEST) store.emit("notice", { text: `${chosen.name} is too large: a scenario has at most 2 MB.`, kind: "error" });
  else store.send({ name: "upload", filename: chosen.name, text: await chosen.text() });
}

function tell(store, notes) {
  const now = store.state.sides.A?.world?.scenario;
  if (!now) return;
  const paragraphs = String(now.notes || "").split(/\n\s*\n/).map((text) => el("p", { text: text.replace(/\s+/g, " ").trim() }));
  notes.replaceChildren(el("header", {}, el("p", { class: "soft", text: `${now.start} to ${now.end}, steps of ${now.dt} years` }), button("\u00d7", () => notes.close(), { class: "close", "aria-label": "Close" })),
    el("h2", { text: now.title }), ...paragraphs);
  notes.showModal();
}
