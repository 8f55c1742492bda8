// Places for the nodes of a network, found once and kept: who likes whom lies close, and nobody lies on anybody.
const ROUNDS = 220;
const GOLDEN = Math.PI * (3 - Math.sqrt(5));

// `pull` is a weight for every pair, (n * n), from -1 to 1; returns x and y between 0 and 1. The same input gives the
// same places: the start is a spiral, in the order given, and nothing is drawn by lot.
export function placesOf(count, pull) {
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const radius = Math.sqrt((i + 0.5) / count) * 0.5;
    x[i] = radius * Math.cos(i * GOLDEN);
    y[i] = radius * Math.sin(i * GOLDEN);
  }
  const ideal = 0.95 / Math.sqrt(Math.max(count, 1));
  for (let round = 0; round < ROUNDS; round++) relax(x, y, pull, ideal, 0.08 * (1 - round / ROUNDS) + 0.002);
  return spread(x, y);
}

function relax(x, y, pull, ideal, most) {
  const count = x.length;
  const [fx, fy] = [new Float64Array(count), new Float64Array(count)];
  for (let i = 0; i < count; i++) {
    fx[i] -= x[i] * 0.25;
    fy[i] -= y[i] * 0.25;
    for (let j = 0; j < i; j++) {
      const [dx, dy] = [x[i] - x[j], y[i] - y[j]];
      const far = Math.sqrt(dx * dx + dy * dy) + 1e-6;
      const weight = Math.max(0, pull[i * count + j]);
      const force = (ideal * ideal) / (far * far) - (weight * far) / ideal / 3;
      fx[i] += dx * force;
      fy[i] += dy * force;
      fx[j] -= dx * force;
      fy[j] -= dy * force;
    }
  }
  for (let i = 0; i < count; i++) {
    const size = Math.hypot(fx[i], fy[i]) || 1;
    const step = Math.min(most, size * 0.05);
    x[i] += (fx[i] / size) * step;
    y[i] += (fy[i] / size) * step;
  }
}

// Half by place and half by rank, so that one far node does not press all others together.
function spread(x, y) {
  const fit = (values) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const order = [...values.keys()].sort((a, b) => values[a] - values[b]);
    const rank = new Float64Array(values.length);
    order.forEach((at, place) => (rank[at] = place / Math.max(1, values.length - 1)));
    return values.map((value, at) => (0.45 * (value - low)) / (high - low || 1) + 0.55 * rank[at]);
  };
  return { x: fit(x), y: fit(y) };
}
