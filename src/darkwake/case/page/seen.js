import { paintDot } from "./chart.js";
import { unitX, unitY } from "./data.js";

/**
 * What was seen beside the silences, on the map: meetings and doubts as marks, areas of interference as dashed boxes,
 * and the water in which a ship could have been in the silence that is chosen.
 *
 * @typedef {import("./chart.js").View} View
 * @typedef {import("./data.js").World} World
 * @typedef {import("./data.js").Mark} Mark
 * @typedef {import("./selection.js").Choice} Choice
 */

/** @param {import("./data.js").Water} water @param {number} west @returns {number[][][][]} for each step its rings, as points of the unit square */
export function openWater(water, west) {
  const [left, south] = water.at;
  return water.steps.map((rings) =>
    rings.map((raw) => {
      const ring = [];
      for (let i = 0, column = 0, row = 0; i < raw.length; i += 2) {
        column += raw[i];
        row += raw[i + 1];
        // a ring may reach beyond the cut, so that only its corner is turned to this side of it
        ring.push([unitX(left, west) + (column * water.cell) / 360, unitY(south + row * water.cell)]);
      }
      return ring;
    }),
  );
}

/** @param {World} world @param {Choice | null} choice */
export function waterOf(world, choice) {
  return choice !== null && choice.gaps.has(choice.anchor) ? (world.water[choice.anchor] ?? null) : null;
}

/** Under the land, darker where there were more hours to spare, each step with its line. @param {View} view @param {import("./data.js").Water | null} water */
export function paintWater(view, water) {
  if (!water) return;
  const { context, scale, left, top, colour } = view;
  for (const rings of water.rings) {
    context.beginPath();
    for (const ring of rings) {
      ring.forEach(([x, y], i) => (i ? context.lineTo(x * scale - left, y * scale - top) : context.moveTo(x * scale - left, y * scale - top)));
      context.closePath();
    }
    context.globalAlpha = 0.14;
    context.fillStyle = colour.water;
    context.fill("evenodd");
    context.globalAlpha = 0.7;
    context.strokeStyle = colour.water;
    context.lineWidth = 0.8;
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** @param {View} view @param {World} world @param {Choice | null} choice @returns {Mark[]} the marks in the time shown: those of told ships, and what is chosen */
export function marksOf(view, world, choice) {
  return world.seen.marks.filter((mark) => mark.p && ((mark.told && mark.s <= view.to && mark.e >= view.from) || choice?.mark === mark.a));
}

/** @param {View} view @param {World} world @param {Choice | null} choice */
export function paintMarks(view, world, choice) {
  const quiet = choice !== null && choice.ships.size > 0;
  for (const mark of marksOf(view, world, choice)) {
    const x = mark.x * view.scale - view.left;
    const y = mark.y * view.scale - view.top;
    const on = choice?.mark === mark.a;
    if (on) {
      view.context.globalAlpha = 0.55;
      paintDot(view, x, y, 13, view.colour.pick);
    }
    view.context.globalAlpha = quiet && !on && !mark.ships.some((ship) => choice.ships.has(ship)) ? 0.35 : 1;
    paintMark(view, mark.kind, x, y);
  }
  view.context.globalAlpha = 1;
  // a place that no ship's mark shows, such as a building of a site
  if (choice?.place && !choice.mark && !choice.port && !choice.ships.size) {
    const x = unitX(choice.place[1], world.west) * view.scale - view.left;
    const y = unitY(choice.place[0]) * view.scale - view.top;
    paintDot(view, x, y, 9, view.colour.ink);
    paintDot(view, x, y, 7, view.colour.pick);
    paintDot(view, x, y, 2.5, view.colour.ink);
  }
}

/** The shapes of the legend: each kind has its own, so that none needs a colour. @param {View} view @param {string} kind @param {number} x @param {number} y */
function paintMark(view, kind, x, y) {
  const { context, colour } = view;
  const shape = new Path2D();
  const second = new Path2D();
  if (kind === "encounter" || kind === "dark_encounter") {
    shape.arc(x - 3, y, 4, 0, 7);
    second.arc(x + 3, y, 4, 0, 7);
  } else if (kind === "loitering") shape.roundRect(x - 7, y - 3, 14, 6, 3);
  else if (kind === "false_identity") shape.addPath(new Path2D(`M${x} ${y - 6}l6 10.500h-12z`));
  else shape.addPath(new Path2D(`M${x - 4.5} ${y - 4.5}l9 9m0 -9l-9 9`));
  const full = kind === "encounter" || kind === "false_identity";
  context.lineCap = "round";
  for (const path of [shape, second]) {
    context.strokeStyle = colour.halo;
    context.lineWidth = 5;
    context.stroke(path);
  }
  for (const path of [shape, second]) {
    context.setLineDash(kind === "dark_encounter" && path === second ? [2, 2.5] : []);
    context.fillStyle = full ? colour.ink : colour.halo;
    if (kind !== "false_position") context.fill(path);
    context.strokeStyle = colour.ink;
    context.lineWidth = kind === "false_position" ? 2.4 : full ? 0.8 : 1.6;
    context.stroke(path);
  }
  context.setLineDash([]);
  context.lineCap = "butt";
}

/** @param {View} view @param {World} world @param {Choice | null} choice @returns {{area: import("./data.js").Disturbed, box: number[]}[]} left, top, right, bottom in pixels */
export function areasOf(view, world, choice) {
  const { scale, left, top } = view;
  return world.seen.areas
    .filter((area) => (area.s <= view.to && area.e >= view.from) || choice?.mark === area.a)
    .map((area) => ({ area, box: [area.x[0] * scale - left, area.y[0] * scale - top, area.x[1] * scale - left, area.y[1] * scale - top] }));
}

/** @param {View} view @param {World} world @param {Choice | null} choice */
export function paintAreas(view, world, choice) {
  const { context, colour } = view;
  for (const { area, box } of areasOf(view, world, choice)) {
    const [x, y, right, bottom] = box;
    const on = choice?.mark === area.a;
    for (const [paint, wide, dash] of /** @type {[string, number, number[]][]} */ ([[on ? colour.pick : colour.halo, on ? 6 : 4, []], [colour.ink, 1.4, [7, 4, 2, 4]]])) {
      context.strokeStyle = paint;
      context.lineWidth = wide;
      context.setLineDash(dash);
      context.strokeRect(x, y, right - x, bottom - y);
    }
    context.setLineDash([]);
  }
}

/** @param {View} view @param {ReturnType<import("./labels.js").createLabels>} labels @param {World} world @param {Choice | null} choice @param {string} font */
export function labelAreas(view, labels, world, choice, font) {
  for (const { area, box } of areasOf(view, world, choice)) {
    const hours = Math.max(1, Math.round((area.e - area.s) / 3600));
    labels.along(`positions displaced: ${area.n} ships, ${hours.toLocaleString("en")} h`, box, font, view.colour.ink);
  }
}

/** @param {View} view @param {World} world @param {Choice | null} choice @param {number} px @param {number} py @returns {{anchor: string, says: string} | null} */
export function underSeen(view, world, choice, px, py) {
  let best = 81;
  let found = null;
  for (const mark of marksOf(view, world, choice)) {
    const far = (mark.x * view.scale - view.left - px) ** 2 + (mark.y * view.scale - view.top - py) ** 2;
    if (far >= best) continue;
    best = far;
    found = { anchor: mark.a, says: mark.says };
  }
  if (found) return found;
  // only its edge is the area: what lies in it can still be pointed at
  for (const { area, box } of areasOf(view, world, choice)) {
    const [x, y, right, bottom] = box;
    const inside = px > x - 5 && px < right + 5 && py > y - 5 && py < bottom + 5;
    const within = px > x + 5 && px < right - 5 && py > y + 5 && py < bottom - 5;
    if (inside && !within) return { anchor: area.a, says: area.says };
  }
  return null;
}
