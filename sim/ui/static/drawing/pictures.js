// Pictures of what is on the screen, made in the browser: nothing is sent anywhere.
import { style } from "./paint.js";

const LOOK = ["fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "fill-opacity", "stroke-opacity", "stroke-linecap"];

export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// A copy whose look no longer hangs on the style sheet of the page.
function alone(root) {
  const copy = root.cloneNode(true);
  const [from, into] = [root.querySelectorAll("*"), copy.querySelectorAll("*")];
  from.forEach((node, at) => {
    const look = getComputedStyle(node);
    for (const name of LOOK) into[at].setAttribute(name, look.getPropertyValue(name));
    for (const name of ["class", "data-marks", "tabindex"]) into[at].removeAttribute(name);
  });
  const [, , width, height] = root.getAttribute("viewBox").split(" ").map(Number);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", 2 * root.clientWidth);
  copy.setAttribute("height", (2 * root.clientWidth * height) / width);
  copy.setAttribute("style", `background:${style("--sea")}`);
  return copy;
}

export async function mapPicture(root, format, store) {
  const name = nameOf(store, "map");
  const copy = alone(root);
  const text = new XMLSerializer().serializeToString(copy);
  if (format === "svg") return save(new Blob([text], { type: "image/svg+xml" }), `${name}.svg`);
  const picture = new Image();
  picture.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
  await picture.decode();
  const sheet = document.createElement("canvas");
  [sheet.width, sheet.height] = [picture.width, picture.height];
  const pen = sheet.getContext("2d");
  pen.fillStyle = style("--sea");
  pen.fillRect(0, 0, sheet.width, sheet.height);
  pen.drawImage(picture, 0, 0);
  return saveSheet(sheet, name);
}

export function nameOf(store, what) {
  const { world, frame } = store.state.sides.A;
  return `detente-${world.scenario.id}-${world.seed}-${Math.floor(frame?.year ?? 0)}-${what}`;
}

function saveSheet(sheet, name) {
  return new Promise((done) => sheet.toBlob((blob) => done(save(blob, `${name}.png`)), "image/png"));
}

// The portfolio on top, the small charts in rows under it, each with its name.
export function chartsPicture(store) {
  const charts = [...document.querySelectorAll(".side-A .chart")];
  const areas = document.querySelector(".side-A .areas canvas");
  const ratio = window.devicePixelRatio || 1;
  const [cell, tall, columns, gap] = [300 * ratio, 150 * ratio, 3, 20 * ratio];
  const sheet = document.createElement("canvas");
  sheet.width = columns * (cell + gap) + gap;
  sheet.height = 260 * ratio + Math.ceil(charts.length / columns) * (tall + gap) + gap;
  const pen = sheet.getContext("2d");
  pen.fillStyle = style("--paper");
  pen.fillRect(0, 0, sheet.width, sheet.height);
  pen.fillStyle = style("--ink");
  pen.font = `${13 * ratio}px ${style("--face")}`;
  const title = document.querySelector(".side-A .panel-portfolio h2");
  pen.fillText(title?.textContent || "", gap, 26 * ratio);
  if (areas) pen.drawImage(areas, gap, 36 * ratio, sheet.width - 2 * gap, 200 * ratio);
  charts.forEach((chart, at) => {
    const [x, y] = [gap + (at % columns) * (cell + gap), 260 * ratio + Math.floor(at / columns) * (tall + gap)];
    pen.fillText(chart.querySelector(".chart-head span").textContent, x, y + 14 * ratio);
    const canvas = chart.querySelector("canvas");
    if (canvas) pen.drawImage(canvas, x, y + 22 * ratio, cell, (cell * canvas.height) / canvas.width);
  });
  return saveSheet(sheet, nameOf(store, "charts"));
}
