// Elements made in one line. Text enters as text nodes only, so that no name can become markup.
const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("aria-") && typeof value === "boolean") {
      node.setAttribute(name, String(value));
      continue;
    }
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "text") node.textContent = value;
    else if (name === "value" && "value" in node) node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
}

export function el(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

export function button(text, onclick, attributes = {}) {
  return el("button", { type: "button", text, onclick, ...attributes });
}

export function choice(options, value, onchange, attributes = {}) {
  const box = el("select", { ...attributes, onchange: () => onchange(box.value) });
  offer(box, options, value);
  return box;
}

// Options are [value, text] pairs; [null, text] begins a group.
export function offer(box, options, value) {
  box.textContent = "";
  let into = box;
  for (const [key, text] of options) {
    if (key === null) {
      into = el("optgroup", { label: text });
      box.append(into);
    } else into.append(el("option", { value: key, text }));
  }
  if (value !== undefined) box.value = value;
}

export function panel(name, title, ...tools) {
  const head = el("header", {}, el("h2", { text: title }), el("span", { class: "grow" }), tools);
  const body = el("div", { class: "body" });
  const root = el("section", { class: `panel panel-${name}`, "data-test": `panel-${name}`, "aria-label": title }, head, body);
  return { root, head, body, title: head.firstChild };
}

// Puts numbers into a node only if they differ, since every write costs a layout.
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function isTyping(target) {
  if (!target || !target.tagName) return false;
  if (target.isContentEditable || target.tagName === "TEXTAREA" || target.tagName === "SELECT") return true;
  return target.tagName === "INPUT" && !["checkbox", "radio", "button", "range"].includes(target.type);
}
