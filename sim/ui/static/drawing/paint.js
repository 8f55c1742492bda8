// One drawing per screen refresh at most, and none for what is off screen: panels say that they are out of date.
const waiting = new Set();
let asked = false;

function paint() {
  asked = false;
  const due = [...waiting];
  waiting.clear();
  for (const job of due) job();
}

// Returns a function that asks for `draw` at the next refresh; while `node` is out of sight it waits until it is seen.
export function painter(node, draw) {
  let seen = true;
  let late = false;
  const ask = () => {
    if (!seen) {
      late = true;
      return;
    }
    waiting.add(draw);
    if (!asked) {
      asked = true;
      requestAnimationFrame(paint);
    }
  };
  new IntersectionObserver((entries) => {
    seen = entries[entries.length - 1].isIntersecting;
    if (seen && late) {
      late = false;
      ask();
    }
  }, { rootMargin: "80px" }).observe(node);
  return ask;
}

// A canvas as sharp as the screen that fills its box; `redraw` is called after every change of size.
export function sharpCanvas(box, redraw) {
  const canvas = document.createElement("canvas");
  box.append(canvas);
  const held = { canvas, pen: canvas.getContext("2d"), width: 0, height: 0 };
  new ResizeObserver(() => {
    const ratio = window.devicePixelRatio || 1;
    held.width = box.clientWidth;
    held.height = box.clientHeight;
    canvas.width = Math.max(1, Math.round(held.width * ratio));
    canvas.height = Math.max(1, Math.round(held.height * ratio));
    held.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    redraw();
  }).observe(box);
  return held;
}

export function style(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
