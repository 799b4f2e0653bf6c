import { colours, onColours, type } from "./colours.js";
import { moment, unitX, unitY } from "./data.js";
import { createLabels } from "./labels.js";
import { aroundOf, createReception, paintAround, paintReach, paintReception, reachOf, showKeys, underLayers } from "./layers.js";
import { labelAreas, marksOf, paintAreas, paintMarks, paintWater, underSeen, waterOf } from "./seen.js";
import { paintDiamond, paintDot, paintGap, paintGrid, paintLand, paintSquare, paintTrack, placeIn } from "./chart.js";

/**
 * The map: Leaflet moves and zooms, one canvas of our own shows everything, so that a brush redraws in one pass.
 *
 * @typedef {import("./data.js").World} World
 * @typedef {import("./clock.js").Clock} Clock
 * @typedef {import("./selection.js").Selection} Selection
 * @typedef {import("./chart.js").View} View
 */

/** @param {World} world @param {Clock} clock @param {Selection} selection */
export function createMap(world, clock, selection) {
  const holder = /** @type {HTMLElement} */ (document.getElementById("map"));
  holder.hidden = false;
  const map = L.map(holder, {
    zoomControl: false, zoomSnap: 0.25, zoomDelta: 0.75, wheelPxPerZoomLevel: 110, minZoom: 1, maxZoom: 15,
    zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, attributionControl: false,
  });
  L.control.zoom({ position: "topright" }).addTo(map);
  const fit = L.latLngBounds([[world.fit[1], world.fit[0]], [world.fit[3], world.fit[2]]]);
  const home = () => map.fitBounds(fit, { paddingTopLeft: [16, 16], paddingBottomRight: [40, 30], animate: false });
  home();
  homeButton(home).addTo(map);
  scaleBar().addTo(map);

  const canvas = /** @type {HTMLCanvasElement} */ (L.DomUtil.create("canvas", "leaflet-zoom-hide", map.getPanes().overlayPane));
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  let colour = colours();
  let asked = false;

  const draw = () => {
    asked = false;
    const size = map.getSize();
    const sharp = Math.min(devicePixelRatio || 1, 3);
    if (canvas.width !== Math.round(size.x * sharp) || canvas.height !== Math.round(size.y * sharp)) {
      canvas.width = Math.round(size.x * sharp);
      canvas.height = Math.round(size.y * sharp);
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
    }
    L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
    context.setTransform(sharp, 0, 0, sharp, 0, 0);
    context.clearRect(0, 0, size.x, size.y);
    const view = viewOf(map, context, clock, colour);
    paintGrid(view);
    paintWater(view, waterOf(world, selection.now()));
    paintLand(view, world.land);
    if (reception()) paintReception(view, world);
    paintAll(view, world, selection.now(), type(), reception() ? 0.25 : 1);
  };
  const redraw = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(draw);
  };
  const reception = createReception(redraw);
  map.on("move zoom viewreset resize", redraw);
  clock.listen(redraw);
  onColours(() => {
    colour = colours();
    redraw();
  });
  new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(holder);

  selection.listen((choice, fromMap) => {
    redraw();
    showKeys(world, choice);
    showCard(choice, selection, aroundOf(world, choice), (around) => showAround(map, around));
    if (choice && !fromMap) goTo(map, world, choice);
  });
  const view = () => viewOf(map, context, clock, colour);
  point(map, holder, (px, py) =>
    underLayers(view(), world, selection.now(), px, py) ?? underSeen(view(), world, selection.now(), px, py) ?? under(view(), world, px, py), selection);
  draw();
  return { redraw, map };
}

/** @param {any} map @param {CanvasRenderingContext2D} context @param {Clock} clock @param {Record<string, string>} colour @returns {View} */
function viewOf(map, context, clock, colour) {
  const size = map.getSize();
  const corner = map.getPixelBounds().min;
  const scale = 256 * 2 ** map.getZoom();
  return { context, width: size.x, height: size.y, scale, left: corner.x, top: corner.y, from: clock.from, to: clock.to, colour };
}

/** @param {View} view @param {World} world @param {import("./selection.js").Choice | null} choice @param {{face: string, size: number}} letters @param {number} quiet how much of their strength the ordinary tracks keep */
function paintAll(view, world, choice, letters, quiet) {
  const { colour, scale, left, top } = view;
  const some = choice !== null && choice.ships.size > 0;
  const picked = (/** @type {number} */ ship) => some && choice.ships.has(ship);
  for (let i = world.tracks.length - 1; i >= 0; i -= 1) {
    const track = world.tracks[i];
    const told = world.ships[track.ship].told;
    if (picked(track.ship)) continue;
    paintTrack(view, track, told ? colour.told : colour.track, told ? 1.6 : 1, told ? (some ? 0.35 : 0.9) : (some ? 0.3 : 0.6) * quiet);
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
  for (const gap of seen) {
    if (!gap.told && !on(gap)) paintGap(view, gap, { wide: 1.1, radius: near ? 2.6 : 0, alpha: some ? 0.2 : near ? 0.85 : 0.55, halo: false });
  }
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
  const named = choice?.gaps.size ? seen.filter(on) : seen.filter((gap) => gap.told || (scale >= 256 * 2 ** 7 && seen.length <= 400));
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

/** Where each ship of note was last heard in the time shown, those of the first threads first. @param {View} view @param {World} world */
function lastOf(view, world) {
  const found = [];
  for (const track of world.tracks) {
    const ship = world.ships[track.ship];
    const last = placeIn(track.t, view.to + 1) - 1;
    if (last < 0 || track.t[last] < view.from || !(ship.told || ship.listed)) continue;
    found.push({ ship: track.ship, x: track.x[last] * view.scale - view.left, y: track.y[last] * view.scale - view.top });
  }
  return found.sort((a, b) => a.ship - b.ship);
}

/** @param {View} view @param {World} world */
function paintShips(view, world) {
  for (const { ship, x, y } of lastOf(view, world).reverse()) {
    if (world.ships[ship].listed) paintDiamond(view, x, y, 6, view.colour.hit, view.colour["hit-line"]);
    else paintDot(view, x, y, 3.5, view.colour.told);
  }
}

/**
 * What lies under a point, the nearest mark first: gaps, ports, tracks.
 * @param {View} view @param {World} world @param {number} px @param {number} py
 * @returns {{anchor: string, says: string} | null}
 */
function under(view, world, px, py) {
  const { scale, left, top } = view;
  let best = 64;
  let found = null;
  for (const gap of world.gaps) {
    if (gap.s > view.to || gap.e < view.from) continue;
    const end = gap.x.length - 1;
    const far = toSegment(px, py, gap.x[0] * scale - left, gap.y[0] * scale - top, gap.x[end] * scale - left, gap.y[end] * scale - top);
    if (far < best) {
      best = far;
      found = { anchor: gap.a, says: gap.says };
    }
  }
  for (const port of world.ports) {
    const far = (port.x * scale - left - px) ** 2 + (port.y * scale - top - py) ** 2;
    if (far < Math.min(best, 49)) {
      best = far;
      found = { anchor: port.a, says: port.name };
    }
  }
  if (found) return found;
  best = 36;
  for (const track of world.tracks) {
    const last = placeIn(track.t, view.to + 1);
    for (let i = placeIn(track.t, view.from) + 1; i < last; i += 1) {
      if (track.cut[i]) continue;
      const x = track.x[i] * scale - left;
      const y = track.y[i] * scale - top;
      const oldX = track.x[i - 1] * scale - left;
      const oldY = track.y[i - 1] * scale - top;
      if (Math.min(x, oldX) > px + 6 || Math.max(x, oldX) < px - 6 || Math.min(y, oldY) > py + 6 || Math.max(y, oldY) < py - 6) continue;
      const far = toSegment(px, py, oldX, oldY, x, y);
      if (far < best) {
        best = far;
        const ship = world.ships[track.ship];
        found = { anchor: ship.a, says: `${ship.name}, heard ${moment(track.t[i])}` };
      }
    }
  }
  return found;
}

/** Squared distance of a point from a line between two. @param {number} px @param {number} py @param {number} ax @param {number} ay @param {number} bx @param {number} by */
function toSegment(px, py, ax, ay, bx, by) {
  const long = (bx - ax) ** 2 + (by - ay) ** 2;
  const share = long ? Math.max(0, Math.min(1, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / long)) : 0;
  return (px - ax - share * (bx - ax)) ** 2 + (py - ay - share * (by - ay)) ** 2;
}

/**
 * Hover and click.
 * @param {any} map @param {HTMLElement} holder
 * @param {(px: number, py: number) => {anchor: string, says: string} | null} find what lies under a point
 * @param {Selection} selection
 */
function point(map, holder, find, selection) {
  const tip = /** @type {HTMLElement} */ (document.getElementById("tip"));
  let waiting = false;
  map.on("mousemove", (/** @type {any} */ event) => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const thing = find(event.containerPoint.x, event.containerPoint.y);
      holder.style.cursor = thing?.anchor ? "pointer" : "";
      tip.hidden = !thing;
      if (!thing) return;
      tip.textContent = thing.says;
      tip.style.left = `${Math.min(event.originalEvent.clientX + 14, innerWidth - tip.offsetWidth - 8)}px`;
      tip.style.top = `${Math.min(event.originalEvent.clientY + 14, innerHeight - tip.offsetHeight - 8)}px`;
    });
  });
  map.on("mouseout movestart", () => {
    tip.hidden = true;
  });
  map.on("click", (/** @type {any} */ event) => {
    const thing = find(event.containerPoint.x, event.containerPoint.y);
    if (thing?.anchor) selection.choose(thing.anchor);
    else if (!thing && selection.now()) selection.clear();
  });
}

/** From the unit square to degrees: latitude, longitude. @param {number} x @param {number} y */
const back = (x, y) => [(Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI, x * 360 - 180];

/** Bring what was chosen elsewhere into sight. @param {any} map @param {World} world @param {import("./selection.js").Choice} choice */
function goTo(map, world, choice) {
  const bounds = L.latLngBounds([]);
  for (const gap of world.gaps) if (choice.gaps.has(gap.a)) gap.x.forEach((x, end) => bounds.extend(back(x, gap.y[end])));
  if (choice.place) bounds.extend(back(unitX(choice.place[1], world.west), unitY(choice.place[0])));
  for (const ring of waterOf(world, choice)?.rings[0] ?? []) for (const [x, y] of ring) bounds.extend(back(x, y));
  for (const area of world.seen.areas) if (choice.mark === area.a) area.x.forEach((x, end) => bounds.extend(back(x, area.y[end])));
  for (const port of reachOf(world, choice)) bounds.extend(back(port.x, port.y));
  const wide = !choice.gaps.size && !choice.place && !choice.box;
  const whole = choice.anchor.startsWith("thread-") || choice.anchor.startsWith("voyage-");
  if (wide || whole) {
    for (const track of world.tracks) {
      if (!choice.ships.has(track.ship)) continue;
      const [from, to] = choice.window ?? world.span;
      for (let i = placeIn(track.t, from); i < placeIn(track.t, to + 1); i += 8) if (!track.off[i]) bounds.extend(back(track.x[i], track.y[i]));
    }
  }
  if (!bounds.isValid()) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const options = { paddingTopLeft: [50, 60], paddingBottomRight: [50, 110], maxZoom: wide || whole ? 9 : 7 };
  if (still || document.hidden) map.fitBounds(bounds, { ...options, animate: false });
  else map.flyToBounds(bounds, { ...options, duration: 0.6 });
}

/** The water where a silence began, with those who were around. @param {any} map @param {import("./data.js").Around} around */
function showAround(map, around) {
  const bounds = L.latLngBounds(around.x.map((x, i) => back(x, around.y[i])));
  map.fitBounds(bounds.pad(0.1), { maxZoom: 11, animate: false });
}

/**
 * @param {import("./selection.js").Choice | null} choice @param {Selection} selection
 * @param {import("./data.js").Around | null} around @param {(around: import("./data.js").Around) => void} show
 */
function showCard(choice, selection, around, show) {
  const card = /** @type {HTMLElement} */ (document.getElementById("card"));
  card.replaceChildren();
  card.hidden = !choice;
  if (!choice) return;
  const says = document.createElement("p");
  says.textContent = `${choice.says}${around ? `. ${around.says}` : ""} `;
  const link = document.createElement("a");
  link.href = `#${choice.anchor}`;
  link.textContent = "Read in the text";
  says.append(link);
  card.append(says, button("×", "close", () => selection.clear()));
  card.lastElementChild?.setAttribute("aria-label", "Clear the selection (Escape)");
  if (around) card.append(button("Show who was around", "near", () => show(around)));
}

/** @param {string} text @param {string} kind @param {() => void} then */
function button(text, kind, then) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = kind;
  made.textContent = text;
  made.addEventListener("click", then);
  return made;
}

/** @param {() => void} home */
function homeButton(home) {
  const control = new L.Control({ position: "topright" });
  control.onAdd = () => {
    const box = L.DomUtil.create("div", "leaflet-bar");
    const button = L.DomUtil.create("a", "", box);
    button.href = "#map-and-time";
    button.title = "Show the whole case";
    button.setAttribute("role", "button");
    button.setAttribute("aria-label", "Show the whole case");
    button.textContent = "⤢";
    L.DomEvent.on(button, "click", (/** @type {Event} */ event) => {
      L.DomEvent.stop(event);
      home();
    });
    return box;
  };
  return control;
}

/** A bar in nautical miles, with kilometres beside it. */
function scaleBar() {
  const control = new L.Control({ position: "bottomleft" });
  control.onAdd = (/** @type {any} */ map) => {
    const box = L.DomUtil.create("div", "scale");
    const text = L.DomUtil.create("span", "", box);
    const bar = L.DomUtil.create("i", "", box);
    const update = () => {
      const lat = (map.getCenter().lat * Math.PI) / 180;
      const perPixel = (40075016.7 * Math.cos(lat)) / (256 * 2 ** map.getZoom()) / 1852;
      const most = perPixel * 110;
      const power = 10 ** Math.floor(Math.log10(most));
      const nice = [5, 2, 1].map((n) => n * power).find((n) => n <= most) ?? power;
      bar.style.width = `${nice / perPixel}px`;
      text.textContent = `${nice.toLocaleString("en")} nautical miles (${Math.round(nice * 1.852).toLocaleString("en")} km)`;
    };
    map.on("zoom move viewreset", update);
    update();
    return box;
  };
  return control;
}
