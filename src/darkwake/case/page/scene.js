import { createLabels } from "./labels.js";
import { aroundOf, paintAround, paintReach, paintRing, reachOf } from "./layers.js";
import { labelAreas, marksOf, paintAreas, paintMarks } from "./seen.js";
import { paintDiamond, paintDot, paintGap, paintQuietGaps, paintSquare, paintTrack, placeIn } from "./chart.js";

/**
 * What lies on the map, in its order: tracks, silences, ports, marks, ships, and the labels last.
 *
 * @typedef {import("./data.js").World} World
 * @typedef {import("./chart.js").View} View
 */

/** @param {View} view @param {World} world @param {import("./selection.js").Choice | null} choice @param {{face: string, size: number}} letters @param {number} quiet how much of their strength the ordinary tracks keep @param {number} coarser levels that lines may be coarser */
export function paintAll(view, world, choice, letters, quiet, coarser) {
  const { colour, scale, left, top } = view;
  const some = choice !== null && choice.ships.size > 0;
  const picked = (/** @type {number} */ ship) => some && choice.ships.has(ship);
  for (let i = world.tracks.length - 1; i >= 0; i -= 1) {
    const track = world.tracks[i];
    const told = world.ships[track.ship].told;
    if (picked(track.ship)) continue;
    paintTrack(view, track, told ? colour.told : colour.track, told ? 1.6 : 1, told ? (some ? 0.35 : 0.9) : (some ? 0.3 : 0.6) * quiet, coarser);
  }
  for (const track of world.tracks) {
    if (!picked(track.ship)) continue;
    paintTrack(view, track, colour.told, 1.2, choice?.window ? 0.5 : 0);
    const around = choice && choice.gaps.has(choice.anchor) ? 3 * 86400 : 0; // a gap is seen with the days beside it
    const [from, to] = choice?.window ?? [view.from, view.to];
    const shown = { ...view, from: Math.max(view.from, from - around), to: Math.min(view.to, to + around) };
    paintTrack(shown, track, colour.told, 2.6, 1);
  }
  const seen = world.gaps.filter((gap) => gap.s <= view.to && gap.e >= view.from);
  const on = (/** @type {import("./data.js").Gap} */ gap) => choice !== null && choice.gaps.has(gap.a);
  // the silences that no thread tells of stay quiet until the reader comes near
  const near = scale >= 256 * 2 ** 6 || seen.length <= 40;
  paintQuietGaps(view, seen.filter((gap) => !gap.told && !on(gap)), near ? 2.6 : 0, some ? 0.2 : near ? 0.85 : 0.55);
  for (const gap of seen) if (gap.told && !on(gap)) paintGap(view, gap, { wide: 2.2, radius: 4, alpha: some && choice.gaps.size ? 0.4 : 1, halo: false });
  paintOthers(view, world);
  paintAround(view, aroundOf(world, choice));
  for (const gap of seen) if (on(gap)) paintGap(view, gap, { wide: 2.6, radius: 5, alpha: 1, halo: true });
  for (const port of world.ports) {
    paintSquare(view, port.x * scale - left, port.y * scale - top, port.main || choice?.port === port.a ? 3 : 2, colour.port);
  }
  paintAreas(view, world, choice);
  paintReach(view, reachOf(world, choice));
  paintShips(view, world);
  paintMarks(view, world, choice);
  paintLabels(view, world, choice, letters, seen);
}

/**
 * The labels, when all marks stand: what is chosen first, then what the case tells of, and the other ports last.
 * @param {View} view @param {World} world @param {import("./selection.js").Choice | null} choice
 * @param {{face: string, size: number}} letters @param {import("./data.js").Gap[]} seen
 */
function paintLabels(view, world, choice, letters, seen) {
  const { colour, scale, left, top } = view;
  const labels = createLabels(view.context, view.width, view.height, colour.halo, letters.size);
  labels.block(view.width - 26, 70, 74); // the buttons stand there
  const on = (/** @type {import("./data.js").Gap} */ gap) => choice !== null && choice.gaps.has(gap.a);
  const some = choice !== null && choice.ships.size > 0;
  const named = choice?.gaps.size ? seen.filter(on) : seen.filter((gap) => gap.told || (gap.x.length > 1 && scale >= 256 * 2 ** 7 && seen.length <= 400));
  for (const gap of named) gap.x.forEach((x, end) => labels.block(x * scale - left, gap.y[end] * scale - top, 5));
  for (const port of world.ports) labels.block(port.x * scale - left, port.y * scale - top, 3.5);
  const reach = reachOf(world, choice);
  for (const port of reach) labels.block(port.x * scale - left, port.y * scale - top, 6);
  for (const mark of marksOf(view, world, choice)) labels.block(mark.x * scale - left, mark.y * scale - top, 8);
  const around = aroundOf(world, choice);
  around?.x.forEach((x, i) => labels.block(x * scale - left, around.y[i] * scale - top, 3));
  const ships = lastOf(view, world);
  for (const { x, y } of ships) labels.block(x, y, 6);
  const font = (/** @type {number} */ px, weight = 400) => `${weight} ${px * letters.size}px ${letters.face}`;
  const [bold, plain, small, name] = [font(12.5, 600), font(12), font(11), font(11.5, 600)];

  for (const gap of [...named].sort((a, b) => Number(on(b)) - Number(on(a)) || Number(b.told) - Number(a.told))) {
    const end = gap.x.length - 1;
    const x = (gap.x[0] + gap.x[end]) / 2 * scale - left;
    const y = (gap.y[0] + gap.y[end]) / 2 * scale - top;
    const level = Math.abs(gap.x[end] - gap.x[0]) > Math.abs(gap.y[end] - gap.y[0]);
    labels.put(gap.h, x, y, 9, gap.told || on(gap) ? bold : small, gap.told || on(gap) ? colour.ink : colour.soft, level);
  }
  const put = (/** @type {{x: number, y: number, name: string}} */ port, /** @type {boolean} */ first) =>
    labels.put(port.name, port.x * scale - left, port.y * scale - top, first ? 10 : 8, first ? plain : small, first ? colour.ink : colour.soft, false, first ? 1 : 2);
  for (const port of world.ports) if (choice?.port === port.a) put(port, true);
  for (const { ship, x, y } of ships) if (some && choice.ships.has(ship)) labels.put(world.ships[ship].name, x, y, 10, name, colour.ink, false, 1);
  for (const port of reach) put(port, true);
  const rest = world.ports.filter((port) => choice?.port !== port.a && !reach.some((other) => other.name === port.name));
  for (const port of rest) if (port.main) put(port, true);
  labelAreas(view, labels, world, choice, small);
  for (const { ship, x, y } of ships) if (!some) labels.put(world.ships[ship].name, x, y, 10, name, colour.ink, false, 1);
  if (scale < 256 * 2 ** 3.5) return;
  for (const port of rest) if (!port.main) put(port, false);
}

/** The ships that no thread tells of, as small dots. @param {View} view @param {World} world */
function paintOthers(view, world) {
  if (world.ships.length > 400) return;
  for (const track of world.tracks) {
    const ship = world.ships[track.ship];
    const last = placeIn(track.t, view.to + 1) - 1;
    if (last < 0 || track.t[last] < view.from || ship.told || ship.listed) continue;
    paintDot(view, track.x[last] * view.scale - view.left, track.y[last] * view.scale - view.top, 2.2, view.colour.track);
  }
}

/** Where each ship of note was last heard in the time shown, those of the first threads first; `silent` where it is unheard at its end. @param {View} view @param {World} world */
function lastOf(view, world) {
  const found = [];
  for (const track of world.tracks) {
    const ship = world.ships[track.ship];
    if (!(ship.told || ship.listed)) continue;
    const last = placeIn(track.t, view.to + 1) - 1;
    const silent = (world.silent[track.ship] ?? []).some((gap) => gap.s <= view.to && gap.e > view.to);
    if (last < 0 || (track.t[last] < view.from && !silent)) continue;
    const [x, y] = between(view, track, last);
    found.push({ ship: track.ship, silent, x: x * view.scale - view.left, y: y * view.scale - view.top });
  }
  return found.sort((a, b) => a.ship - b.ship);
}

/** Where a ship was at the end of the time shown: while it plays, on the line to the next position heard. @param {View} view @param {import("./data.js").Track} track @param {number} last */
function between(view, track, last) {
  const next = last + 1;
  if (!view.playing || next >= track.t.length || track.cut[next]) return [track.x[last], track.y[last]];
  const share = (view.to - track.t[last]) / Math.max(1, track.t[next] - track.t[last]);
  return [track.x[last] + share * (track.x[next] - track.x[last]), track.y[last] + share * (track.y[next] - track.y[last])];
}

/** @param {View} view @param {World} world */
function paintShips(view, world) {
  for (const { ship, silent, x, y } of lastOf(view, world).reverse()) {
    if (silent) paintRing(view, x, y, world.ships[ship].listed ? 10 : 5);
    if (world.ships[ship].listed) paintDiamond(view, x, y, 6, view.colour.hit, view.colour["hit-line"]);
    else if (!silent) paintDot(view, x, y, 3.5, view.colour.told);
  }
}
