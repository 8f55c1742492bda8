// Between server and store: frames as bytes, the sign that one was drawn, and whether anybody is still there.

const ARRAYS = { f4: Float32Array, u1: Uint8Array, i1: Int8Array };
const ASK_EVERY = 2000;
const PATIENCE = 6000;

// Bytes to { head, arrays }; the layout is told in sim/ui/protocol.py.
export function decode(view) {
  const { buffer, byteOffset, byteLength } = view;
  const bytes = buffer.slice(byteOffset, byteOffset + byteLength);
  const length = new DataView(bytes).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length)));
  const arrays = {};
  let at = 4 + padded(length);
  for (const [name, kind, count] of head.arrays) {
    const Kind = ARRAYS[kind];
    arrays[name] = new Kind(bytes, at, count);
    at += padded(count * Kind.BYTES_PER_ELEMENT);
  }
  return { head, arrays };
}

function padded(length) {
  return (length + 3) & ~3;
}

// Tells the server of the last frame once the browser has painted it; a page that is not seen paints nothing.
export function acknowledger(ack) {
  let waiting = null;
  return (seq) => {
    if (waiting === null) {
      requestAnimationFrame(() => {
        ack(waiting);
        waiting = null;
      });
    }
    waiting = seq;
  };
}

// Asks now and then whether the server is there; says so when it is not, and asks for everything when it is back.
export function heartbeat({ ask, lost, found }) {
  let heard = performance.now();
  let isLost = false;
  const timer = setInterval(() => {
    ask();
    if (!isLost && performance.now() - heard > PATIENCE) {
      isLost = true;
      lost();
    }
  }, ASK_EVERY);
  return {
    hear() {
      heard = performance.now();
      if (!isLost) return;
      isLost = false;
      found();
    },
    close: () => clearInterval(timer),
  };
}
