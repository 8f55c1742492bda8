// A link that makes the same world again, and files to take away.
import { button, el } from "../drawing/dom.js";
import { chartsPicture, mapPicture, save } from "../drawing/pictures.js";

export function create(root, store, panels) {
  const sheet = el("dialog", { class: "sheet share", "aria-label": "Share and export", "data-test": "share-sheet" });
  sheet.addEventListener("click", (event) => event.target === sheet && sheet.close());
  const link = el("input", { type: "text", readonly: true, "aria-label": "Link", "data-test": "share-link" });
  const copy = button("Copy", async () => {
    link.select();
    await navigator.clipboard?.writeText(link.value).catch(() => document.execCommand("copy"));
    copy.textContent = "Copied";
  });
  sheet.append(
    el("header", {}, el("h2", { text: "Share and export" }), button("\u00d7", () => sheet.close(), { class: "close", "aria-label": "Close" })),
    el("p", { class: "soft", text: "This link holds the scenario, the seed, changed parameters and interventions: whoever opens it gets the same world to the last digit." }),
    el("div", { class: "filters" }, link, copy),
    el("div", { class: "exports" },
      item("Numbers", "CSV", "all measures at every step", () => store.send({ name: "export", format: "csv" }), "export-csv"),
      item("Whole run", "ZIP", "opens with detente view, report and explain", () => store.send({ name: "export", format: "run" }), "export-run"),
      item("Map", "SVG", "as it stands", () => mapPicture(panels.map.svg(), "svg", store), "export-svg"),
      item("Map", "PNG", "twice the size of the screen", () => mapPicture(panels.map.svg(), "png", store), "export-png"),
      item("Charts", "PNG", "portfolio and measures", () => chartsPicture(store), "export-charts")));
  root.append(sheet);
  store.on("share", (answer) => {
    link.value = new URL(answer.url, location.href).href;
    copy.textContent = "Copy";
    if (!sheet.open) sheet.showModal();
  });
  store.on("download", ({ name, mime, bytes }) => save(new Blob([bytes], { type: mime }), name));
  return { open: () => store.send({ name: "share" }) };
}

function item(title, kind, says, act, hook) {
  return el("button", { type: "button", class: "export", onclick: act, "data-test": hook },
    el("b", { text: title }), el("span", { class: "badge", text: kind }), el("span", { class: "soft", text: says }));
}
