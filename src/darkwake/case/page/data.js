/**
 * The case's data as the page draws it: unpacked, with positions on the unit square of the Mercator projection.
 *
 * @typedef {{id: number, a: string, name: string, told: boolean, listed: boolean}} Ship
 * @typedef {{a: string, ship: number, s: number, e: number, p: number[], q: number[] | null, h: string, told: boolean,
 *   says: string, x: number[], y: number[]}} Gap  ship is a place in the list of ships; x, y hold one end or two
 * @typedef {{a: string, name: string, p: number[], main: boolean, x: number, y: number}} Port
 * @typedef {{ship?: number, gaps?: string[], event?: string, s?: number, e?: number, p?: number[], says?: string}} Link
 * @typedef {{ship: number, t: Float64Array, x: Float64Array, y: Float64Array, cut: Uint8Array, off: Uint8Array}} Track
 *   cut[i] is 1 where no line leads from the point before, off[i] where the ship was not there
 * @typedef {{x: Float64Array, y: Float64Array, box: number[]}} Ring
 * @typedef {{n: string[], ship: number[], lat: number[], lon: number[], t: (number | null)[], h: number[], says: string,
 *   x: number[], y: number[]}} Around  the other ships round a silence; h is 1 where heard then
 * @typedef {{p: number[], name: string, says: string, x: number, y: number}} Near  a port in reach
 * @typedef {{a: string, kind: string, ships: number[], s: number, e: number, p: number[] | null, told: boolean,
 *   says: string, x: number, y: number}} Mark  a meeting or a doubt
 * @typedef {{a: string, s: number, e: number, box: number[], n: number, says: string, x: number[], y: number[]}} Disturbed
 *   an area of interference; x and y hold left and right, top and bottom
 * @typedef {{cell: number, at: number[], steps: number[][][], labels: string[], rings: number[][][][]}} Water
 *   where a ship could have been in a silence
 * @typedef {{marks: Mark[], areas: Disturbed[], elsewhere: Record<string, number[][]>}} Seen
 * @typedef {{deg: number, across: number, cell: number[], present: number[], heard: number[], box: Float64Array,
 *   share: Float64Array}} Reception  box holds left, top, right, bottom of each square
 * @typedef {{west: number, fit: number[], span: number[], ships: Ship[], gaps: Gap[], ports: Port[],
 *   around: Record<string, Around>, reach: Record<string, Near[]>, reception: Reception | null,
 *   water: Record<string, Water>, seen: Seen, markOf: Map<string, Mark | Disturbed>,
 *   links: Record<string, Link>, tracks: Track[], silent: Gap[][], land: Ring[], byAnchor: Map<string, Gap | Ship | Port>,
 *   placeOf: Map<number, number>}} World
 */

/**
 * What the page carries under a name: base64 of gzipped bytes.
 * @param {string} name
 * @returns {Response}
 */
function unpack(name) {
  const held = document.getElementById(`packed-${name}`);
  const letters = atob(held?.textContent ?? "");
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i += 1) bytes[i] = letters.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream);
}

/**
 * Three columns of differences, each in four planes of bytes, signs in the lowest bit.
 * @param {Uint8Array} bytes @param {number} count numbers in a column
 * @returns {Int32Array[]} times, latitudes, longitudes
 */
function columnsOf(bytes, count) {
  return [0, 1, 2].map((column) => {
    const at = column * 4 * count;
    const found = new Int32Array(count);
    for (let i = 0; i < count; i += 1) {
      const low = bytes[at + i] | (bytes[at + count + i] << 8) | (bytes[at + 2 * count + i] << 16) | (bytes[at + 3 * count + i] << 24);
      found[i] = (low >>> 1) ^ -(low & 1);
    }
    return found;
  });
}

/**
 * The differences of a place from what they are off from the speed before, as embed.py reckons it.
 * @param {Int32Array} t seconds between positions @param {Int32Array} off @returns {Int32Array} the same, filled anew
 */
function waysOf(t, off) {
  for (let i = 2; i < off.length; i += 1) {
    const would = Math.floor((off[i - 1] * Math.max(t[i], 1)) / Math.max(t[i - 1], 1) + 0.5);
    off[i] += Math.max(-30000, Math.min(30000, would));
  }
  return off;
}

/** @param {number} lat degrees @returns {number} 0 in the north, 1 in the south, as web maps have it */
export function unitY(lat) {
  const held = (Math.max(-85.05, Math.min(85.05, lat)) * Math.PI) / 180;
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + held / 2)) / (2 * Math.PI);
}

/** @param {number} lon degrees @param {number} west where the map is cut @returns {number} */
export function unitX(lon, west) {
  return ((lon < west ? lon + 360 : lon > west + 360 ? lon - 360 : lon) + 180) / 360;
}

/**
 * A track from its differences. A silence cuts the line, and both its ends are points even where thinning lost them.
 * @param {{t: Int32Array, lat: Int32Array, lon: Int32Array, start: number}} raw @param {Gap[]} gaps of that ship, by
 *   their start @param {number} place @param {number} west @param {number[][]} elsewhere stretches in which it was not there
 * @returns {Track}
 */
function trackOf(raw, gaps, place, west, elsewhere) {
  const room = raw.t.length + 2 * gaps.length;
  const t = new Float64Array(room);
  const x = new Float64Array(room);
  const y = new Float64Array(room);
  const cut = new Uint8Array(room);
  const off = new Uint8Array(room);
  let count = 0;
  let next = 0;
  let time = raw.start;
  let lat = 0;
  let lon = 0;
  /** @param {number} at @param {number} px @param {number} py @param {boolean} torn */
  const push = (at, px, py, torn) => {
    t[count] = at;
    x[count] = px;
    y[count] = py;
    off[count] = Number(elsewhere.some(([first, last]) => at >= first && at <= last));
    cut[count] = torn || count === 0 || off[count] !== off[count - 1] || Math.abs(px - x[count - 1]) > 0.5 ? 1 : 0;
    count += 1;
  };
  for (let i = 0; i < raw.t.length; i += 1) {
    time += raw.t[i];
    lat += raw.lat[i];
    lon += raw.lon[i];
    let torn = false;
    while (next < gaps.length && time > gaps[next].s) {
      const gap = gaps[next];
      if (count && t[count - 1] < gap.s) push(gap.s, gap.x[0], gap.y[0], false);
      if (gap.q && time > gap.e) push(gap.e, gap.x[1], gap.y[1], true);
      else torn = true;
      next += 1;
    }
    push(time, unitX(lon / 1e4, west), unitY(lat / 1e4), torn);
  }
  return { ship: place, t: t.subarray(0, count), x: x.subarray(0, count), y: y.subarray(0, count), cut, off };
}

/** @param {number[][]} raw @returns {Ring} */
function ringOf(raw) {
  const [lons, lats] = raw;
  const x = new Float64Array(lons.length);
  const y = new Float64Array(lons.length);
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0, lon = 0, lat = 0; i < lons.length; i += 1) {
    lon += lons[i];
    lat += lats[i];
    x[i] = (lon / 1000 + 180) / 360;
    y[i] = unitY(lat / 1000);
    box[0] = Math.min(box[0], x[i]);
    box[1] = Math.min(box[1], y[i]);
    box[2] = Math.max(box[2], x[i]);
    box[3] = Math.max(box[3], y[i]);
  }
  return { x, y, box };
}

/** The squares of the reception table, where they lie and what share of ships was heard. @param {Reception} table @param {number} west */
function openReception(table, west) {
  const count = table.cell.length;
  table.box = new Float64Array(4 * count);
  table.share = new Float64Array(count);
  for (let i = 0, cell = 0; i < count; i += 1) {
    cell += table.cell[i];
    const south = Math.floor(cell / table.across) * table.deg - 90;
    const left = unitX((cell % table.across) * table.deg - 180 + table.deg / 2, west) - table.deg / 720;
    table.box.set([left, unitY(south + table.deg), left + table.deg / 360, unitY(south)], 4 * i);
    table.share[i] = table.heard[i] / table.present[i];
  }
}

/** @returns {Promise<World>} */
export async function openWorld() {
  const [data, bytes, land] = await Promise.all([unpack("data").json(), unpack("tracks").arrayBuffer(), unpack("land").json()]);
  for (const gap of data.gaps) {
    const ends = gap.q ? [gap.p, gap.q] : [gap.p];
    gap.x = ends.map((/** @type {number[]} */ end) => unitX(end[1], data.west));
    gap.y = ends.map((/** @type {number[]} */ end) => unitY(end[0]));
  }
  for (const port of data.ports) {
    port.x = unitX(port.p[1], data.west);
    port.y = unitY(port.p[0]);
  }
  for (const around of Object.values(data.around)) {
    around.x = around.lon.map((/** @type {number} */ lon) => unitX(lon / 1000, data.west));
    around.y = around.lat.map((/** @type {number} */ lat) => unitY(lat / 1000));
  }
  for (const port of Object.values(data.reach).flat()) {
    port.x = unitX(port.p[1], data.west);
    port.y = unitY(port.p[0]);
  }
  for (const mark of data.seen.marks) {
    if (!mark.p) continue;
    mark.x = unitX(mark.p[1], data.west);
    mark.y = unitY(mark.p[0]);
  }
  for (const area of data.seen.areas) {
    const [west, south, east, north] = area.box;
    const left = unitX(west, data.west);
    area.x = [left, left + ((east - west + 360) % 360) / 360];
    area.y = [unitY(north), unitY(south)];
  }
  data.markOf = new Map([...data.seen.marks, ...data.seen.areas].map((thing) => [thing.a, thing]));
  if (data.reception) openReception(data.reception, data.west);
  /** @type {Map<number, number>} */
  const placeOf = new Map(data.ships.map((/** @type {Ship} */ ship, /** @type {number} */ i) => [ship.id, i]));
  /** @type {Gap[][]} */
  const silent = data.ships.map(() => []);
  for (const gap of data.gaps) silent[gap.ship].push(gap);
  for (const gaps of silent) gaps.sort((a, b) => a.s - b.s);
  data.silent = silent;
  const count = data.tracks.reduce((/** @type {number} */ sum, /** @type {{n: number}} */ head) => sum + head.n, 0);
  const [t, lat, lon] = columnsOf(new Uint8Array(bytes), count);
  let at = 0;
  data.tracks = data.tracks.map((/** @type {{ship: number, start: number, n: number}} */ head) => {
    const place = placeOf.get(head.ship) ?? 0;
    const [from, to] = [at, (at += head.n)];
    const times = t.subarray(from, to);
    const raw = { t: times, lat: waysOf(times, lat.subarray(from, to)), lon: waysOf(times, lon.subarray(from, to)), start: head.start };
    return trackOf(raw, silent[place], place, data.west, data.seen.elsewhere[place] ?? []);
  });
  data.land = land.map(ringOf);
  data.byAnchor = new Map([...data.ships, ...data.ports, ...data.gaps].map((thing) => [thing.a, thing]));
  data.placeOf = placeOf;
  return data;
}

/** @param {number} seconds @param {boolean} [zone] @returns {string} such as "2025-09-03 04:12 UTC" */
export function moment(seconds, zone = true) {
  const text = new Date(seconds * 1000).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 16)}${zone ? " UTC" : ""}`;
}
