// What is pointed at and what is chosen; every panel shows both, whoever said so.
export function selectionOf(store) {
  store.state.selection ||= { hover: null, state: null, pair: null };
  return store.state.selection;
}

function change(store, values) {
  const held = selectionOf(store);
  if (Object.entries(values).every(([key, value]) => held[key] === value)) return;
  Object.assign(held, values);
  store.emit("selection", held);
}

export function hover(store, code) {
  change(store, { hover: code });
}

// The server keeps the portfolio of one state over time; a pole has none, so the last state's stays in view.
function follow(store, code) {
  const isFree = store.state.sides.A?.world?.states.some((state) => state.code === code && state.pole < 0);
  if (isFree) store.send({ name: "select", code });
}

export function choose(store, code) {
  change(store, { state: code, pair: null });
  follow(store, code);
  if (code) store.send({ name: "inspect", codes: [code] });
}

export function choosePair(store, first, second) {
  if (!first || first === second) return choose(store, second);
  change(store, { state: second, pair: [first, second] });
  follow(store, second);
  store.send({ name: "inspect", codes: [first, second] });
  return undefined;
}

// A click chooses; with Shift it makes a pair with what was chosen before.
export function clicked(store, code, event) {
  const before = selectionOf(store).state;
  if (event.shiftKey && before && code) choosePair(store, before, code);
  else choose(store, code);
}
