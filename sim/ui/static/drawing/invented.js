// Land for worlds that are nowhere on Earth: an island for every state, cut off half-way to each neighbour.
const [WIDE, HIGH] = [1000, 442];
const AIR = 88;
const STRETCH = 2.2;
const CORNERS = 40;

// States with a `place` (longitude and latitude, degrees) become shapes like those of the atlas.
export function inventedLand(states) {
  const sites = scaled(states.map((state) => state.place));
  const reach = radiusOf(sites);
  return states.map((state, index) => {
    const outline = cell(sites, index, island(sites[index], reach, seedOf(state.code)));
    const [xs, ys] = [outline.map(([x]) => x), outline.map(([, y]) => y)];
    return {
      id: state.code,
      name: state.name,
      at: sites[index],
      box: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
      area: reach * reach * Math.PI,
      d: `M${outline.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L")}Z`,
    };
  });
}

// As large as the sheet allows; flat worlds are stretched upwards, but not beyond recognition.
function scaled(places) {
  const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => -y)];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const [across, down] = [(WIDE - 2 * AIR) / (right - left || 1), (HIGH - 2 * AIR) / (bottom - top || 1)];
  const [wide, high] = [Math.min(across, STRETCH * down), Math.min(down, STRETCH * across)];
  const move = [WIDE / 2 - (wide * (left + right)) / 2, HIGH / 2 - (high * (top + bottom)) / 2];
  return places.map((_, at) => [wide * xs[at] + move[0], high * ys[at] + move[1]]);
}

// Wide enough for most to touch their nearest neighbour.
function radiusOf(sites) {
  const nearest = sites.map(([x, y], at) =>
    Math.min(...sites.map(([u, v], other) => (other === at ? Infinity : Math.hypot(x - u, y - v)))));
  nearest.sort((a, b) => a - b);
  const usual = nearest[Math.floor(nearest.length * 0.6)];
  return Math.min(64, Math.max(11, Number.isFinite(usual) ? usual * 0.85 : 64));
}

function seedOf(code) {
  return [...code].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 997, 7) / 997;
}

// A coast with bays, the same one every time.
function island([x, y], reach, seed) {
  return Array.from({ length: CORNERS }, (_, at) => {
    const angle = (2 * Math.PI * at) / CORNERS;
    const bays = 0.1 * Math.sin(3 * angle + 40 * seed) + 0.07 * Math.sin(5 * angle + 90 * seed) + 0.04 * Math.sin(11 * angle + 60 * seed);
    return [x + reach * (1 + bays) * Math.cos(angle), y + reach * (1 + bays) * Math.sin(angle)];
  });
}

// What lies nearer to this site than to any other (Sutherland and Hodgman's way of cutting polygons).
function cell(sites, index, outline) {
  const [x, y] = sites[index];
  let held = outline;
  sites.forEach(([u, v], other) => {
    if (other === index || (u === x && v === y)) return;
    const [nx, ny, middle] = [u - x, v - y, (u * u + v * v - x * x - y * y) / 2];
    held = cut(held, ([a, b]) => middle - nx * a - ny * b);
  });
  return held;
}

function cut(outline, inside) {
  const kept = [];
  outline.forEach((point, at) => {
    const next = outline[(at + 1) % outline.length];
    const [here, there] = [inside(point), inside(next)];
    if (here >= 0) kept.push(point);
    if (here < 0 !== there < 0) {
      const share = here / (here - there);
      kept.push([point[0] + share * (next[0] - point[0]), point[1] + share * (next[1] - point[1])]);
    }
  });
  return kept;
}
