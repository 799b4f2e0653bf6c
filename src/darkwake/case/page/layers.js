import { paintDot } from "./chart.js";
import { moment } from "./data.js";
import { waterOf } from "./seen.js";

/**
 * What the map shows on demand: how well the water was heard, and round a chosen silence who was there and which
 * ports lay in reach.
 *
 * @typedef {import("./chart.js").View} View
 * @typedef {import("./data.js").World} World
 * @typedef {import("./data.js").Around} Around
 * @typedef {import("./selection.js").Choice} Choice
 */

const LEAST = 3; // pixels: smaller squares are drawn so large, to be seen beside the tracks
const HATCHED = 6; // pixels: squares smaller than this carry their colour only
const NUMBERED = 40; // and from this on their share in figures

/** @param {World} world @param {Choice | null} choice @returns {Around | null} who was around the one silence that is chosen */
export function aroundOf(world, choice) {
  return choice !== null && choice.gaps.has(choice.anchor) ? (world.around[choice.anchor] ?? null) : null;
}

/** @param {World} world @param {Choice | null} choice */
export function reachOf(world, choice) {
  return choice !== null && choice.gaps.has(choice.anchor) ? (world.reach[choice.anchor] ?? []) : [];
}

/** The water by the share of ships heard in it. @param {View} view @param {World} world */
export function paintReception(view, world) {
  const table = world.reception;
  if (!table) return;
  const { context, scale, left, top, width, height, colour } = view;
  const hatch = new Path2D();
  context.font = "10px sans-serif";
  context.textAlign = "center";
  for (let i = 0; i < table.share.length; i += 1) {
    for (const turn of [-1, 0, 1]) {
      const x = (table.box[4 * i] + turn) * scale - left;
      const wide = (table.box[4 * i + 2] + turn) * scale - left - x;
      if (x > width || x + wide < 0) continue;
      const y = table.box[4 * i + 1] * scale - top;
      const tall = table.box[4 * i + 3] * scale - top - y;
      if (y > height || y + tall < 0) continue;
      const share = table.share[i];
      context.globalAlpha = share < 0.25 || share >= 0.75 ? 0.36 : 0.18;
      context.fillStyle = share < 0.5 ? colour.gap : colour.told;
      context.fillRect(x, y, Math.max(wide, LEAST), Math.max(tall, LEAST));
      if (share < 0.5 && wide >= HATCHED) {
        hatch.moveTo(x, y + tall);
        hatch.lineTo(x + wide, y);
      }
      if (wide < NUMBERED) continue;
      context.globalAlpha = 1;
      context.fillStyle = colour.soft;
      context.fillText(`${Math.round(share * 100)} %`, x + wide / 2, y + tall / 2 + 3);
    }
  }
  context.globalAlpha = 0.5;
  context.strokeStyle = colour.gap;
  context.lineWidth = 1;
  context.stroke(hatch);
  context.globalAlpha = 1;
  context.textAlign = "start";
}

/** Who was around: solid where heard in those hours, hollow where not. @param {View} view @param {Around | null} around */
export function paintAround(view, around) {
  if (!around) return;
  const { context, scale, left, top, colour } = view;
  for (let i = 0; i < around.x.length; i += 1) {
    const x = around.x[i] * scale - left;
    const y = around.y[i] * scale - top;
    if (around.h[i]) paintDot(view, x, y, 4, colour.told);
    else paintRing(view, x, y, 3.6);
  }
}

/** @param {View} view @param {number} x @param {number} y @param {number} radius */
export function paintRing(view, x, y, radius) {
  paintDot(view, x, y, radius, view.colour.paper);
  view.context.strokeStyle = view.colour.gap;
  view.context.lineWidth = 1.8;
  view.context.beginPath();
  view.context.arc(x, y, radius, 0, 7);
  view.context.stroke();
}

/** Ports that could have been called at unheard, as hollow squares. @param {View} view @param {{x: number, y: number}[]} ports */
export function paintReach(view, ports) {
  const { context, scale, left, top, colour } = view;
  for (const port of ports) {
    const x = port.x * scale - left;
    const y = port.y * scale - top;
    context.fillStyle = colour.halo;
    context.fillRect(x - 6, y - 6, 12, 12);
    context.strokeStyle = colour.ink;
    context.lineWidth = 1.6;
    context.strokeRect(x - 4.5, y - 4.5, 9, 9);
  }
}

/**
 * What of these lies under a point.
 * @param {View} view @param {World} world @param {Choice | null} choice @param {number} px @param {number} py
 * @returns {{anchor: string, says: string} | null} anchor is empty where there is no text to go to
 */
export function underLayers(view, world, choice, px, py) {
  const around = aroundOf(world, choice);
  let best = 49;
  let found = null;
  for (let i = 0; around && i < around.x.length; i += 1) {
    const far = (around.x[i] * view.scale - view.left - px) ** 2 + (around.y[i] * view.scale - view.top - py) ** 2;
    if (far >= best) continue;
    best = far;
    const place = world.placeOf.get(around.ship[i]);
    const at = around.t[i];
    const when = at === null ? "" : `, ${around.h[i] ? "heard here" : "last heard before"} ${moment(at)}`;
    found = { anchor: place === undefined ? "" : world.ships[place].a, says: `${around.n[i]}${around.h[i] ? "" : ", not heard in those hours"}${when}` };
  }
  for (const port of reachOf(world, choice)) {
    const far = (port.x * view.scale - view.left - px) ** 2 + (port.y * view.scale - view.top - py) ** 2;
    if (far < Math.min(best, 64)) {
      best = far;
      found = { anchor: "", says: port.says };
    }
  }
  return found;
}

/** The words of the legend that belong to what is chosen. @param {World} world @param {Choice | null} choice */
export function showKeys(world, choice) {
  const some = { around: aroundOf(world, choice) !== null, reach: reachOf(world, choice).length > 0, water: waterOf(world, choice) !== null };
  for (const [name, shown] of Object.entries(some)) {
    for (const key of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`.key-${name}`))) key.hidden = !shown;
  }
}

/** The button of the reception layer. @param {() => void} redraw @returns {() => boolean} whether it is on */
export function createReception(redraw) {
  const button = document.getElementById("reception");
  const key = /** @type {HTMLElement | null} */ (document.querySelector(".reception-key"));
  if (!button || !key) return () => false;
  button.hidden = false;
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    key.hidden = !on;
    redraw();
  });
  return () => button.getAttribute("aria-pressed") === "true";
}
