import { RUN, inSight, levelFor, sizeOf } from "./levels.js";

/**
 * The drawing on the map: land, tracks, silences, ports, ships. Every function paints one layer of one frame.
 *
 * @typedef {{context: CanvasRenderingContext2D, width: number, height: number, scale: number, left: number, top: number,
 *   from: number, to: number, playing: boolean, colour: Record<string, string>}} View
 *   a point of the unit square lies at x * scale - left, y * scale - top
 * @typedef {import("./data.js").World} World
 * @typedef {import("./data.js").Track} Track
 * @typedef {import("./data.js").Gap} Gap
 * @typedef {import("./selection.js").Choice} Choice
 */

const LEAST = 0.8; // pixels: shorter steps are not drawn

/** @param {View} view @param {import("./data.js").Ring} ring @param {number} left of the world that it is drawn in */
function traceRing(view, ring, left) {
  const { context, scale, top, width, height } = view;
  const [west, north, east, south] = ring.box;
  if (east * scale - left < -4 || west * scale - left > width + 4) return;
  if (south * scale - top < -4 || north * scale - top > height + 4) return;
  if ((east - west) * scale < LEAST && (south - north) * scale < LEAST) return;
  let oldX = ring.x[0] * scale - left;
  let oldY = ring.y[0] * scale - top;
  context.moveTo(oldX, oldY);
  for (let i = 1; i < ring.x.length; i += 1) {
    const x = ring.x[i] * scale - left;
    const y = ring.y[i] * scale - top;
    if (Math.abs(x - oldX) + Math.abs(y - oldY) < LEAST) continue;
    context.lineTo(x, y);
    oldX = x;
    oldY = y;
  }
  context.closePath();
}

/** The land, on every turn of the world that is in sight. @param {View} view @param {import("./data.js").Ring[]} rings */
export function paintLand(view, rings) {
  const { context, scale, left } = view;
  context.beginPath();
  for (const turn of [-1, 0, 1]) for (const ring of rings) traceRing(view, ring, left - turn * scale);
  context.fillStyle = view.colour.land;
  context.fill("evenodd");
  context.strokeStyle = view.colour.coast;
  context.lineWidth = 0.8;
  context.stroke();
}

/** @param {View} view lines of latitude and longitude, as many as stay quiet */
export function paintGrid(view) {
  const { context, scale, left, top, width, height } = view;
  const step = [30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05].find((deg) => (width / scale) * 360 > deg * 4) ?? 0.05;
  context.strokeStyle = view.colour.grid;
  context.lineWidth = 1;
  context.fillStyle = view.colour.soft;
  context.font = "10px sans-serif";
  context.globalAlpha = 0.9;
  const west = ((left / scale) * 360 - 180) / step;
  const east = (((left + width) / scale) * 360 - 180) / step;
  context.beginPath();
  for (let n = Math.ceil(west); n <= east; n += 1) {
    const x = Math.round(((n * step + 180) / 360) * scale - left) + 0.5;
    context.moveTo(x, 0);
    context.lineTo(x, height);
  }
  for (let n = Math.ceil(-80 / step); n * step <= 80; n += 1) {
    const lat = (n * step * Math.PI) / 180;
    const y = Math.round((0.5 - Math.log(Math.tan(Math.PI / 4 + lat / 2)) / (2 * Math.PI)) * scale - top) + 0.5;
    if (y < 0 || y > height) continue;
    context.moveTo(0, y);
    context.lineTo(width, y);
  }
  context.stroke();
  context.globalAlpha = 1;
}

/** The first place in `times` that is not before `at`. @param {Float64Array | Int32Array} times @param {number} at */
export function placeIn(times, at) {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * @param {View} view @param {Track} track @param {string} colour @param {number} wide @param {number} alpha
 * @param {number} [coarser] levels that the line may be coarser while the map moves
 * @returns {number} how many points were looked at
 */
export function paintTrack(view, track, colour, wide, alpha, coarser = 0) {
  const first = placeIn(track.t, view.from);
  const last = placeIn(track.t, view.to + 1) - 1;
  if (last <= first) return 0;
  const { context } = view;
  context.beginPath();
  const seen = trace(view, track, first, last, levelFor(track, view.scale, coarser));
  context.globalAlpha = alpha;
  context.strokeStyle = colour;
  context.lineWidth = wide;
  context.lineJoin = "round";
  context.stroke();
  context.globalAlpha = 1;
  return seen;
}

/**
 * The line between two places of a track: its exact ends, and between them the points of a level.
 * @param {View} view @param {Track} track @param {number} first @param {number} last @param {import("./levels.js").Level} level
 * @returns {number}
 */
function trace(view, track, first, last, level) {
  const { context, scale, left, top, width, height } = view;
  const { at } = level;
  const size = sizeOf(track, level);
  let seen = 0;
  let oldX = NaN;
  let oldY = NaN;
  let pen = false;
  /** @param {number} i @param {boolean} must */
  const point = (i, must) => {
    const x = track.x[i] * scale - left;
    const y = track.y[i] * scale - top;
    if (track.cut[i]) {
      if (pen) context.lineTo(oldX, oldY);
      pen = false;
    } else if (pen) {
      if (!must && Math.abs(x - oldX) + Math.abs(y - oldY) < LEAST) return;
      const away = (x < 0 && oldX < 0) || (y < 0 && oldY < 0) || (x > width && oldX > width) || (y > height && oldY > height);
      if (away) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
    if (!pen) context.moveTo(x, y);
    pen = true;
    oldX = x;
    oldY = y;
  };
  point(first, true);
  // where all points are drawn, a place in the level is a place in the track
  let k = at ? placeIn(at, first + 1) : first + 1;
  while (k < size && (at ? at[k] : k) < last) {
    const run = Math.floor(k / RUN);
    const next = Math.min((run + 1) * RUN, size);
    if (!inSight(level, run, view)) {
      // passed over: the pen is put down again at the last point of the run, of which the line to the next one lies in its box
      const jump = Math.min(at ? at[next - 1] : next - 1, last);
      if (pen) context.lineTo(oldX, oldY);
      pen = false;
      const x = track.x[jump] * scale - left;
      const y = track.y[jump] * scale - top;
      context.moveTo(x, y);
      pen = true;
      oldX = x;
      oldY = y;
      k = next;
      continue;
    }
    for (; k < next; k += 1) {
      const i = at ? at[k] : k;
      if (i >= last) break;
      seen += 1;
      const after = at ? at[k + 1] : i + 1;
      point(i, after < last && track.cut[after] === 1);
    }
  }
  point(last, true);
  return seen;
}

/**
 * Gaps of which no thread tells, in one stroke: there may be thousands.
 * @param {View} view @param {Gap[]} gaps @param {number} radius @param {number} alpha
 */
export function paintQuietGaps(view, gaps, radius, alpha) {
  const { context, scale, left, top, width, height } = view;
  const ends = [];
  context.beginPath();
  for (const gap of gaps) {
    const [ax, ay] = [gap.x[0] * scale - left, gap.y[0] * scale - top];
    const two = gap.x.length === 2;
    const [bx, by] = two ? [gap.x[1] * scale - left, gap.y[1] * scale - top] : [ax, ay];
    if (Math.max(ax, bx) < -4 || Math.min(ax, bx) > width + 4 || Math.max(ay, by) < -4 || Math.min(ay, by) > height + 4) continue;
    ends.push(ax, ay);
    if (!two) continue;
    ends.push(bx, by);
    context.moveTo(ax, ay);
    context.lineTo(bx, by);
  }
  context.globalAlpha = alpha;
  context.strokeStyle = view.colour.gap;
  context.lineWidth = 1.1;
  context.setLineDash([3.3, 2.2]);
  context.stroke();
  context.setLineDash([]);
  if (radius > 0) {
    context.beginPath();
    for (let n = 0; n < ends.length; n += 2) {
      context.moveTo(ends[n] + radius, ends[n + 1]);
      context.arc(ends[n], ends[n + 1], radius, 0, 7);
    }
    context.fillStyle = view.colour.paper;
    context.lineWidth = 1;
    context.fill();
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** @param {View} view @param {Gap} gap @param {{wide: number, radius: number, alpha: number, halo: boolean}} look */
export function paintGap(view, gap, look) {
  const { context, scale, left, top } = view;
  const x = gap.x.map((value) => value * scale - left);
  const y = gap.y.map((value) => value * scale - top);
  context.globalAlpha = look.alpha;
  if (x.length === 2) {
    if (look.halo) {
      context.strokeStyle = view.colour.pick;
      context.lineWidth = look.wide + 6;
      context.lineCap = "round";
      context.globalAlpha = 0.45;
      context.beginPath();
      context.moveTo(x[0], y[0]);
      context.lineTo(x[1], y[1]);
      context.stroke();
      context.globalAlpha = look.alpha;
      context.lineCap = "butt";
    }
    context.strokeStyle = view.colour.gap;
    context.lineWidth = look.wide;
    context.setLineDash([look.wide * 3, look.wide * 2]);
    context.beginPath();
    context.moveTo(x[0], y[0]);
    context.lineTo(x[1], y[1]);
    context.stroke();
    context.setLineDash([]);
  }
  context.fillStyle = view.colour.paper;
  context.strokeStyle = view.colour.gap;
  context.lineWidth = Math.max(1, look.wide * 0.8);
  for (let end = 0; end < x.length && look.radius > 0; end += 1) {
    context.beginPath();
    context.arc(x[end], y[end], look.radius, 0, 7);
    context.fill();
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** @param {View} view @param {number} x @param {number} y @param {number} half @param {string} fill @param {string} line */
export function paintDiamond(view, x, y, half, fill, line) {
  const { context } = view;
  context.beginPath();
  context.moveTo(x, y - half);
  context.lineTo(x + half, y);
  context.lineTo(x, y + half);
  context.lineTo(x - half, y);
  context.closePath();
  context.lineWidth = 3;
  context.strokeStyle = view.colour.halo;
  context.stroke();
  context.fillStyle = fill;
  context.fill();
  context.lineWidth = 1.2;
  context.strokeStyle = line;
  context.stroke();
}

/** @param {View} view @param {number} x @param {number} y @param {number} half @param {string} colour */
export function paintSquare(view, x, y, half, colour) {
  view.context.fillStyle = view.colour.halo;
  view.context.fillRect(x - half - 1.2, y - half - 1.2, 2 * half + 2.4, 2 * half + 2.4);
  view.context.fillStyle = colour;
  view.context.fillRect(x - half, y - half, 2 * half, 2 * half);
}

/** @param {View} view @param {number} x @param {number} y @param {number} radius @param {string} colour */
export function paintDot(view, x, y, radius, colour) {
  view.context.beginPath();
  view.context.arc(x, y, radius, 0, 7);
  view.context.lineWidth = 2.5;
  view.context.strokeStyle = view.colour.halo;
  view.context.stroke();
  view.context.fillStyle = colour;
  view.context.fill();
}
