import { colours, onColours, type } from "./colours.js";
import { moment, unitX, unitY } from "./data.js";
import { aroundOf, createReception, paintReception, reachOf, showKeys, underLayers } from "./layers.js";
import { paintWater, underSeen, waterOf } from "./seen.js";
import { paintGrid, paintLand, placeIn } from "./chart.js";
import { paintAll } from "./scene.js";
import { RUN, coarserFor, inSight, levelFor, makeLevels } from "./levels.js";

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
  let rest = 0;

  /** @param {boolean} [busy] whether the map or the time is on the move: lines may be coarser until they rest */
  const draw = (busy = false) => {
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
    const coarser = coarserFor(world.tracks, view, busy);
    paintAll(view, world, selection.now(), type(), reception() ? 0.25 : 1, coarser);
    clearTimeout(rest);
    if (busy && coarser) rest = setTimeout(() => draw(), 180);
  };
  const redraw = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => draw(true));
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
  makeLevels(world.tracks, redraw);
  return { redraw, map };
}

/** @param {any} map @param {CanvasRenderingContext2D} context @param {Clock} clock @param {Record<string, string>} colour @returns {View} */
function viewOf(map, context, clock, colour) {
  const size = map.getSize();
  const corner = map.getPixelBounds().min;
  const scale = 256 * 2 ** map.getZoom();
  return { context, width: size.x, height: size.y, scale, left: corner.x, top: corner.y, from: clock.from, to: clock.to, playing: clock.playing, colour };
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
    const whole = levelFor(track, Infinity, 0);
    const here = { ...view, left: left + px, top: top + py, width: 0, height: 0 };
    for (let i = placeIn(track.t, view.from) + 1; i < last; i += 1) {
      if (i % RUN === 1 && !inSight(whole, Math.floor(i / RUN), here, 8)) i += RUN - 1;
      if (i >= last || track.cut[i]) continue;
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
    if (waiting || event.originalEvent.buttons) return;
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
