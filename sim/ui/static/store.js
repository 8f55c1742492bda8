// What the browser knows: plain state, and who wants to hear of which topic.

export function createStore(send) {
  const listeners = new Map();
  const state = { sides: {}, status: null, catalogue: null, results: null, comparison: null, connected: true };
  const emit = (topic, payload) => {
    for (const listener of [...(listeners.get(topic) || [])]) {
      try {
        listener(payload);
      } catch (error) {
        console.error(`${topic}:`, error);
      }
    }
  };
  const on = (topic, listener) => {
    if (!listeners.has(topic)) listeners.set(topic, new Set());
    listeners.get(topic).add(listener);
    return () => listeners.get(topic).delete(listener);
  };
  return { state, on, emit, send };
}

// A message of the server, taken into the state before anybody hears of it.
export function take(store, message) {
  const { topic, ...rest } = message;
  const change = CHANGES[topic];
  const payload = change ? change(store.state, rest) : rest;
  if (payload !== undefined) store.emit(topic, payload);
}

const CHANGES = {
  hello: (state, catalogue) => (state.catalogue = catalogue),
  world: (state, { side, world, history }) => {
    state.sides[side] = { world, history, frame: null, events: [] };
    return { side, reset: true };
  },
  status: (state, status) => (state.status = { ...status, connected: true }),
  events: (state, { side, rows, reset }) => {
    const held = state.sides[side];
    if (!held) return undefined;
    if (reset) held.events.length = 0;
    for (const row of rows) held.events.push(row);
    return { side, rows, reset: !!reset };
  },
  history: (state, { side, portfolio }) => {
    if (state.sides[side]) state.sides[side].history.portfolio = portfolio;
    return { side };
  },
  parameters: (state, { side, values }) => {
    for (const one of state.sides[side]?.world.parameters || []) if (one.key in values) one.value = values[one.key];
    return { side };
  },
  interventions: (state, { side, made }) => {
    if (state.sides[side]) state.sides[side].world.interventions_made = made;
    return { side };
  },
  comparison: (state, news) => {
    if (news.closed) delete state.sides.B;
    state.comparison = news.closed ? null : news;
    return news;
  },
  results: (state, { results }) => (state.results = results),
  download: (state, { file, mime, base64 }) => ({
    name: file,
    mime,
    bytes: Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)),
  }),
};

// A frame, taken into the side that it shows; what did not change since the last one is kept from there.
export function takeFrame(store, { head, arrays }) {
  const held = store.state.sides[head.side];
  if (!held) return;
  append(held.history, head, arrays);
  const before = held.frame || {};
  const frame = { step: head.step, year: head.year, reached: head.reached, mediations: head.talks, values: {} };
  for (const name of ["portfolio", "alive", "treaty", "affinity", "hostility"]) frame[name] = arrays[name] || before[name];
  for (const [name, values] of Object.entries(arrays)) {
    if (name.startsWith("value:")) frame.values[name.slice(6)] = values;
  }
  frame.series = {};
  for (const name of held.history.names) frame.series[name] = held.history.world[name][head.step];
  held.frame = frame;
  if (store.state.status && head.side === "A") {
    store.state.status.step = head.reached;
    store.state.status.cursor = head.step;
  }
  store.emit("frame", { side: head.side });
}

function append(history, head, arrays) {
  const years = arrays["row:year"];
  if (!years) return;
  const { names, world, portfolio } = history;
  const series = arrays["row:series"];
  const shares = arrays["row:portfolio"];
  const options = portfolio.shares.length;
  years.forEach((year, row) => {
    history.year.push(year);
    names.forEach((name, at) => world[name].push(series[row * names.length + at]));
    if (portfolio.code === head.chosen) portfolio.shares.forEach((share, at) => share.push(shares[row * options + at]));
  });
}
