import { colours, onColours, type } from "./colours.js";
import { moment, unitX, unitY } from "./data.js";
import { createLabels } from "./labels.js";
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
    paintLand(view, world.land);
    paintAll(view, world, selection.now(), type());
  };
  const redraw = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(draw);
  };
  map.on("move zoom viewreset resize", redraw);
  clock.listen(redraw);
  onColours(() => {
    colour = colours();
    redraw();
  });
  new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(holder);

  selection.listen((choice, fromMap) => {
    redraw();
    showCard(choice, selection);
    if (choice && !fromMap) goTo(map, world, choice);
  });
  point(map, holder, () => viewOf(map, context, clock, colour), world, selection);
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

/** @param {View} view @param {World} world @param {import("./selection.js").Choice | null} choice @param {{face: string, size: number}} letters */
function paintAll(view, world, choice, letters) {
  const { colour, scale, left, top } = view;
  const some = choice !== null && choice.ships.size > 0;
  const picked = (/** @type {number} */ ship) => some && choice.ships.has(ship);
  for (let i = world.tracks.length - 1; i >= 0; i -= 1) {
    const track = world.tracks[i];
    const told = world.ships[track.ship].told;
    if (picked(track.ship)) continue;
    paintTrack(view, track, told ? colour.told : colour.track, told ? 1.6 : 1, some ? (told ? 0.35 : 0.3) : told ? 0.9 : 0.6);
  }
  for (const track of world.tracks) {
    if (!picked(track.ship)) continue;
    paintTrack(view, track, colour.told, 1.2, choice?.window ? 0.5 : 0);
    const around = choice && choice.gaps.has(choice.anchor) ? 3 * 86400 : 0; // a gap is seen with the days beside it
    const [from, to] = choice?.window ?? [view.from, view.to];
    const shown = { ...view, from: Math.max(view.from, from - around), to: Math.min(view.to, to + around) };
    paintTrack(shown, track, colour.told, 2.6, 1);
  }
  const labels = createLabels(view.context, view.width, view.height, colour.halo, letters.size);
  labels.block(view.width - 26, 70, 74); // the buttons stand there
  const seen = world.gaps.filter((gap) => gap.s <= view.to && gap.e >= view.from);
  const on = (/** @type {import("./data.js").Gap} */ gap) => choice !== null && choice.gaps.has(gap.a);
  // the silences that no thread tells of stay quiet until the reader comes near
  const near = scale >= 256 * 2 ** 6 || seen.length <= 40;
  for (const gap of seen) {
    if (!gap.told && !on(gap)) paintGap(view, gap, { wide: 1.1, radius: near ? 2.6 : 0, alpha: some ? 0.2 : near ? 0.85 : 0.55, halo: false });
  }
  for (const gap of seen) if (gap.told && !on(gap)) paintGap(view, gap, { wide: 2.2, radius: 4, alpha: some && choice.gaps.size ? 0.4 : 1, halo: false });
  for (const gap of seen) if (on(gap)) paintGap(view, gap, { wide: 2.6, radius: 5, alpha: 1, halo: true });
  paintOthers(view, world);
  for (const port of world.ports) {
    paintSquare(view, port.x * scale - left, port.y * scale - top, port.main || choice?.port === port.a ? 3 : 2, colour.port);
  }
  for (const track of world.tracks) {
    const last = placeIn(track.t, view.to + 1) - 1;
    const ship = world.ships[track.ship];
    if (last >= 0 && track.t[last] >= view.from && (ship.told || ship.listed)) {
      labels.block(track.x[last] * scale - left, track.y[last] * scale - top, 5);
    }
  }
  for (const port of world.ports) if (port.main) labels.block(port.x * scale - left, port.y * scale - top, 4);
  const font = (/** @type {number} */ px, weight = 400) => `${weight} ${px * letters.size}px ${letters.face}`;
  const [bold, plain, small, name] = [font(12.5, 600), font(12), font(11), font(11.5, 600)];
  const order = [...seen].sort((a, b) => Number(on(b)) - Number(on(a)) || Number(b.told) - Number(a.told));
  for (const gap of order) {
    if (choice?.gaps.size ? !on(gap) : !gap.told && (scale < 256 * 2 ** 7 || seen.length > 400)) continue;
    const x = (gap.x[0] + gap.x[gap.x.length - 1]) / 2 * scale - left;
    const y = (gap.y[0] + gap.y[gap.y.length - 1]) / 2 * scale - top;
    for (let end = 0; end < gap.x.length; end += 1) labels.block(gap.x[end] * scale - left, gap.y[end] * scale - top, 4);
    const end = gap.x.length - 1;
    const level = Math.abs(gap.x[end] - gap.x[0]) > Math.abs(gap.y[end] - gap.y[0]);
    labels.put(gap.h, x, y, 9, gap.told || on(gap) ? bold : small, gap.told || on(gap) ? colour.ink : colour.soft, level);
  }
  for (const port of [...world.ports].sort((a, b) => Number(b.main) - Number(a.main))) {
    if (!port.main && choice?.port !== port.a && scale < 256 * 2 ** 3.5) continue;
    const x = port.x * scale - left;
    const y = port.y * scale - top;
    labels.put(port.name, x, y, 8, port.main ? plain : small, port.main ? colour.ink : colour.soft);
  }
  paintShips(view, world, picked, some, labels, name);
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

/** Each ship of note where it was last heard in the time shown. @param {View} view @param {World} world @param {(ship: number) => boolean} picked @param {boolean} some @param {any} labels @param {string} font */
function paintShips(view, world, picked, some, labels, font) {
  const { colour, scale, left, top } = view;
  for (const track of [...world.tracks].reverse()) {
    const ship = world.ships[track.ship];
    const last = placeIn(track.t, view.to + 1) - 1;
    if (last < 0 || track.t[last] < view.from || !(ship.told || ship.listed)) continue;
    const x = track.x[last] * scale - left;
    const y = track.y[last] * scale - top;
    if (ship.listed) paintDiamond(view, x, y, 6, colour.hit, colour["hit-line"]);
    else paintDot(view, x, y, 3.5, colour.told);
    if (!some || picked(track.ship)) labels.put(ship.name, x, y, 10, font, colour.ink);
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

/** Hover and click. @param {any} map @param {HTMLElement} holder @param {() => View} view @param {World} world @param {Selection} selection */
function point(map, holder, view, world, selection) {
  const tip = /** @type {HTMLElement} */ (document.getElementById("tip"));
  let waiting = false;
  map.on("mousemove", (/** @type {any} */ event) => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const thing = under(view(), world, event.containerPoint.x, event.containerPoint.y);
      holder.style.cursor = thing ? "pointer" : "";
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
    const thing = under(view(), world, event.containerPoint.x, event.containerPoint.y);
    if (thing) selection.choose(thing.anchor);
    else if (selection.now()) selection.clear();
  });
}

/** Bring what was chosen elsewhere into sight. @param {any} map @param {World} world @param {import("./selection.js").Choice} choice */
function goTo(map, world, choice) {
  const bounds = L.latLngBounds([]);
  const back = (/** @type {number} */ x, /** @type {number} */ y) => [(Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI, x * 360 - 180];
  for (const gap of world.gaps) if (choice.gaps.has(gap.a)) gap.x.forEach((x, end) => bounds.extend(back(x, gap.y[end])));
  if (choice.place) bounds.extend(back(unitX(choice.place[1], world.west), unitY(choice.place[0])));
  const wide = !choice.gaps.size && !choice.place;
  const whole = choice.anchor.startsWith("thread-") || choice.anchor.startsWith("voyage-");
  if (wide || whole) {
    for (const track of world.tracks) {
      if (!choice.ships.has(track.ship)) continue;
      const [from, to] = choice.window ?? world.span;
      for (let i = placeIn(track.t, from); i < placeIn(track.t, to + 1); i += 8) bounds.extend(back(track.x[i], track.y[i]));
    }
  }
  if (!bounds.isValid()) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const options = { paddingTopLeft: [50, 60], paddingBottomRight: [50, 110], maxZoom: wide || whole ? 9 : 7 };
  if (still || document.hidden) map.fitBounds(bounds, { ...options, animate: false });
  else map.flyToBounds(bounds, { ...options, duration: 0.6 });
}

/** @param {import("./selection.js").Choice | null} choice @param {Selection} selection */
function showCard(choice, selection) {
  const card = /** @type {HTMLElement} */ (document.getElementById("card"));
  card.replaceChildren();
  card.hidden = !choice;
  if (!choice) return;
  const says = document.createElement("p");
  says.textContent = `${choice.says} `;
  const link = document.createElement("a");
  link.href = `#${choice.anchor}`;
  link.textContent = "Read in the text";
  says.append(link);
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "×";
  close.setAttribute("aria-label", "Clear the selection (Escape)");
  close.addEventListener("click", () => selection.clear());
  card.append(says, close);
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
