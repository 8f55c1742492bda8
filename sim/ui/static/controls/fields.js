// Form fields made from declarations: what a kind of event asks for is what the form asks for.
import { choice, el } from "../drawing/dom.js";
import { plain } from "../drawing/numbers.js";

function namesOf(world, type) {
  const states = world.states.map((state) => [state.code, state.name]).sort((a, b) => (a[1] < b[1] ? -1 : 1));
  const lists = {
    state: states,
    states,
    organisation: (world.organisations || []).map((one) => [one.code, one.name || one.code]),
    pole: world.poles.map((one) => [one.code, one.name]),
    policy: (world.policies || []).map((name) => [name, plain(name)]),
    norm: (world.norms || []).map((name) => [name, plain(name)]),
    parameter: world.parameters.map((one) => [one.key, one.key]),
    mechanism: [...new Set(world.parameters.map((one) => one.group.split(".")[1]).filter(Boolean))].map((name) => [name, plain(name)]),
  };
  return lists[type];
}

// Returns {node, read}; read gives undefined where nothing was entered, and numbers as numbers.
export function field(world, one, chosen) {
  const options = one.choices ? one.choices.map((name) => (Array.isArray(name) ? name : [name, plain(name)])) : namesOf(world, one.type);
  const made = one.type === "states" ? several(options, chosen) : options ? single(one, options) : typed(one);
  const hint = [one.unit && one.unit !== "1" ? one.unit : "", bounds(one)].filter(Boolean).join(", ");
  made.node = el("label", { class: "field", title: one.doc || "", "data-field": one.name },
    el("span", {}, plain(one.name), one.required ? "" : el("span", { class: "soft", text: " optional" })), made.input,
    options ? "" : el("span", { class: "soft", text: [one.doc, hint].filter(Boolean).join("; ") }));
  return made;
}

function bounds({ low, high }) {
  const has = (value) => value !== null && value !== undefined;
  if (has(low) && has(high)) return `${low} to ${high}`;
  return has(low) ? `${low} or more` : has(high) ? `${high} or less` : "";
}

function single(one, options) {
const all = !one.required ? [["", "\u2013"], ...options] : one.type === "state" ? [["", "Choose \u2026"], ...options] : options;
    const input = choice(all, undefined, () => {}, { name: one.name });
  input.value = String(one.default ?? all[0]?.[0] ?? "");
  return { input, read: () => input.value || undefined };
}

function several(options, chosen) {
  const input = el("select", { multiple: true, size: 5 }, options.map(([value, text]) => el("option", { value, text, selected: chosen.includes(value) })));
  return { input, read: () => [...input.selectedOptions].map((option) => option.value) };
}

function typed(one) {
  if (one.type === "flag") {
    const input = el("input", { type: "checkbox", name: one.name, checked: !!one.default });
    return { input, read: () => input.checked };
  }
  const isNumber = one.type === "number" || one.type === "integer";
  const input = el("input", {
    type: isNumber ? "number" : "text",
    name: one.name,
    min: isNumber ? one.low ?? undefined : undefined,
    max: isNumber ? one.high ?? undefined : undefined,
    step: one.type === "integer" ? 1 : isNumber ? "any" : undefined,
    value: one.default ?? "",
    required: one.required,
    maxlength: 200,
  });
  return { input, read: () => (input.value === "" ? undefined : isNumber ? Number(input.value) : input.value) };
}
