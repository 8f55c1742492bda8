// Begins the page: uPlot, the store, the panels; then asks the server for the world.
import { mount } from "./page.js";
import { createStore, take, takeFrame } from "./store.js";
import { acknowledger, decode, heartbeat } from "./transport.js";

const PLOTS = new URL("../uplot/", import.meta.url);

export async function open(box, { command, ack }) {
  const store = createStore((message) => command(message));
  await Promise.all([styled(new URL("page.css", import.meta.url)), styled(new URL("uPlot.min.css", PLOTS)), uPlotLoaded()]);
  mount(box, store);
  const drawn = acknowledger(ack);
  const came = location.search;
  if (window.solara) window.solara.forceRefresh = true; // a server that was started anew: load anew, without asking
  const connection = (isThere) => {
    store.state.connected = isThere;
    if (store.state.status) store.state.status.connected = isThere;
    store.emit("connection", isThere);
  };
  const heart = heartbeat({
    ask: () => command({ name: "ping" }),
    lost: () => {
      connection(false);
      homeward(store.state.status?.link);
    },
    found: () => {
      connection(true);
      homeward(came);
      command({ name: "resync" });
    },
  });
  const full = (text) => {
    heart.close();
    const sign = document.createElement("p");
    Object.assign(sign.style, { maxWidth: "32em", margin: "20vh auto", padding: "0 1em", font: "18px/1.5 sans-serif" });
    sign.dataset.test = "full";
    sign.textContent = text;
    box.replaceChildren(sign);
  };
  command({ name: "resync" });
  return {
    message(message) {
      heart.hear();
      if (message.topic === "full") full(message.text);
      else if (message.topic !== "pong") take(store, message);
    },
    frame(buffer) {
      heart.hear();
      const frame = decode(buffer);
      takeFrame(store, frame);
      drawn(frame.head.seq);
    },
    close: () => heart.close(),
  };
}

// Where the page leads if it must be loaded anew: while the server is away, to the world as it was last heard of.
function homeward(link) {
  if (link !== undefined) history.replaceState(history.state, "", link || location.pathname);
}

// The page is drawn when it knows how it looks; without its style it is still of use.
function styled(url) {
  const style = document.createElement("link");
  return new Promise((resolve) => {
    Object.assign(style, { rel: "stylesheet", href: url.href, onload: resolve, onerror: resolve });
    document.head.append(style);
  });
}

function uPlotLoaded() {
  if (window.uPlot) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("uPlot.iife.js", PLOTS).href;
    script.onload = resolve;
    script.onerror = () => reject(new Error("uPlot did not load"));
    document.head.append(script);
  });
}
