// What goes wrong, and what was done about it: an error of the model, a lost connection, a limit.
import { button, el, say } from "../drawing/dom.js";

const SECONDS = 6;

export function create(root, store) {
  const error = el("div", { class: "trouble", role: "alert", "data-test": "error", hidden: true });
  const title = el("b");
  const text = el("p");
  error.append(el("div", {}, title, text),
    button("Reset", () => store.send({ name: "reset" })), button("Close", () => (error.hidden = true), { class: "quiet" }));
  const lost = el("div", { class: "lost", role: "status", "data-test": "connection", hidden: true },
    el("span", { text: "The connection is lost. Trying again \u2026" }), button("Load the page anew", () => location.reload()));
  const toasts = el("div", { class: "toasts", role: "status" });
  root.append(lost, error, toasts);
  const show = (status) => {
    lost.hidden = store.state.connected !== false && status?.connected !== false;
    const now = status?.error || null;
    if (JSON.stringify(now) === held.last) return;
    held.last = JSON.stringify(now);
    error.hidden = !now;
    if (!now) return;
    say(title, now.title || "The simulation stopped.");
    say(text, now.text || String(now));
  };
  const held = { last: "null" };
  store.on("status", show);
  store.on("connection", () => show(store.state.status));
  store.on("notice", (notice) => toast(toasts, notice));
}

function toast(box, notice) {
  const isError = notice.kind === "error";
  const one = el("p", { class: isError ? "toast bad" : "toast", text: notice.text, "data-test": "notice" });
  box.append(one);
  while (box.children.length > 4) box.firstChild.remove();
  setTimeout(() => one.remove(), (isError ? 2 : 1) * SECONDS * 1000);
}
