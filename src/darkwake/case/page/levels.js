/**
 * Tracks for every zoom: fewer points where the eye sees no more, and boxes to pass over what is out of sight.
 *
 * @typedef {import("./data.js").Track} Track
 * @typedef {{at: Int32Array | null, boxes: Float32Array}} Level  places in the track, null for all of them; of each run
 *   of points left, top, right, bottom
 */

export const RUN = 128; // points that share a box
const ZOOMS = [12, 10, 8, 7, 6, 5, 4, 3, 1]; // up to such a zoom a level is off by no more than OFF, the finest first
const OFF = 0.45; // pixels
const SLICE_MS = 9;
const AT_REST = 150_000; // points that are drawn at once, and while the map moves
const ON_THE_MOVE = 50_000;

/** @type {WeakMap<Track, (Level | undefined)[]>} of each track all points, then one level for each of ZOOMS */
const levels = new WeakMap();

/** @param {Track} track @param {Int32Array | null} at @returns {Level} */
function boxed(track, at) {
  const count = at ? at.length : track.t.length;
  const boxes = new Float32Array(4 * Math.ceil(count / RUN));
  for (let run = 0; run * RUN < count; run += 1) {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    // one point more, so that the line to the next run lies in the box
    for (let k = run * RUN; k < Math.min(count, (run + 1) * RUN + 1); k += 1) {
      const i = at ? at[k] : k;
      left = Math.min(left, track.x[i]);
      right = Math.max(right, track.x[i]);
      top = Math.min(top, track.y[i]);
      bottom = Math.max(bottom, track.y[i]);
    }
    boxes.set([left, top, right, bottom], 4 * run);
  }
  return { at, boxes };
}

/**
 * The points of a level that a coarser one needs: from each kept point on as far as one straight line passes all
 * points within `off` (a cone of directions that narrows). Both sides of a cut stay.
 * @param {Track} track @param {Int32Array | null} finer @param {number} off in the unit square @returns {Int32Array}
 */
function thinned(track, finer, off) {
  const count = finer ? finer.length : track.t.length;
  const kept = new Int32Array(count);
  let size = 0;
  let from = -1;
  let last = -1;
  let low = 0;
  let high = 0;
  let middle = 0;
  let far = 0;
  let open = true;
  for (let k = 0; k < count; k += 1) {
    const i = finer ? finer[k] : k;
    if (from < 0 || track.cut[i]) {
      if (last >= 0 && last !== from) kept[size++] = last;
      kept[size++] = i;
      from = last = i;
      open = true;
      far = 0;
      continue;
    }
    for (let again = 0; again < 2; again += 1) {
      const dx = track.x[i] - track.x[from];
      const dy = track.y[i] - track.y[from];
      const away = Math.hypot(dx, dy);
      if (away <= off && open) break; // still beside the kept point: any direction will do
      const half = away > off ? Math.asin(off / away) : 1.5;
      let turn = Math.atan2(dy, dx);
      if (open) {
        middle = turn;
        low = -half;
        high = half;
        open = false;
        far = away;
        break;
      }
      turn -= middle;
      if (turn > Math.PI) turn -= 2 * Math.PI;
      else if (turn < -Math.PI) turn += 2 * Math.PI;
      // a ship that turns back would leave the line's end behind it
      if (turn >= low && turn <= high && away >= far - off) {
        low = Math.max(low, turn - half);
        high = Math.min(high, turn + half);
        far = Math.max(far, away);
        break;
      }
      kept[size++] = last;
      from = last;
      open = true;
      far = 0;
    }
    last = i;
  }
  if (last >= 0 && last !== kept[size - 1]) kept[size++] = last;
  return kept.slice(0, size);
}

/** @param {Track} track @returns {(Level | undefined)[]} */
function of(track) {
  let found = levels.get(track);
  if (!found) levels.set(track, (found = [boxed(track, null)]));
  return found;
}

/** @param {number} scale pixels of the unit square @returns {number} the place in a track's levels that is fine enough */
function wantedAt(scale) {
  const zoom = Math.log2(scale / 256);
  let wanted = 0;
  while (wanted < ZOOMS.length && ZOOMS[wanted] >= zoom) wanted += 1;
  return wanted;
}

/** The level to draw at a scale: the coarsest that is made and fine enough. @param {Track} track @param {number} scale pixels of the unit square @param {number} coarser how many levels coarser than that @returns {Level} */
export function levelFor(track, scale, coarser) {
  const made = of(track);
  for (let n = Math.min(ZOOMS.length, wantedAt(scale) + coarser); n > 0; n -= 1) {
    const level = made[n];
    if (level) return level;
  }
  return /** @type {Level} */ (made[0]);
}

/**
 * How many levels coarser the tracks must be drawn so that a frame holds no more points than the page can draw with
 * ease: none in most cases; where a million points lie in sight, the lines are off by a pixel or two.
 * @param {Track[]} tracks @param {{scale: number, left: number, top: number, width: number, height: number}} view @param {boolean} busy whether the map moves
 * @returns {number}
 */
export function coarserFor(tracks, view, busy) {
  const most = busy ? ON_THE_MOVE : AT_REST;
  for (let coarser = 0; ; coarser += 1) {
    let points = 0;
    for (const track of tracks) {
      const level = levelFor(track, view.scale, coarser);
      for (let run = 0; 4 * run < level.boxes.length; run += 1) if (inSight(level, run, view)) points += RUN;
    }
    if (points <= most || wantedAt(view.scale) + coarser >= ZOOMS.length) return coarser;
  }
}

/** Make all levels in slices, so that the page answers meanwhile. @param {Track[]} tracks @param {() => void} then */
export function makeLevels(tracks, then) {
  let next = 0;
  const slice = () => {
    const until = performance.now() + SLICE_MS;
    while (next < tracks.length && performance.now() < until) {
      const track = tracks[next];
      const made = of(track);
      let finer = null;
      ZOOMS.forEach((zoom, n) => {
        finer = thinned(track, finer, OFF / (256 * 2 ** zoom));
        made[n + 1] = boxed(track, finer);
      });
      next += 1;
    }
    if (next < tracks.length) setTimeout(slice, 0);
    else then();
  };
  slice();
}

/** Whether a run of a level lies in sight. @param {Level} level @param {number} run @param {{scale: number, left: number, top: number, width: number, height: number}} view @param {number} [margin] pixels */
export function inSight(level, run, view, margin = 4) {
  const { boxes } = level;
  return (
    boxes[4 * run] * view.scale - view.left <= view.width + margin &&
    boxes[4 * run + 2] * view.scale - view.left >= -margin &&
    boxes[4 * run + 1] * view.scale - view.top <= view.height + margin &&
    boxes[4 * run + 3] * view.scale - view.top >= -margin
  );
}

/** How many points a level holds. @param {Track} track @param {Level} level */
export const sizeOf = (track, level) => (level.at ? level.at.length : track.t.length);
