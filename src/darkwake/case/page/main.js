import { createClaims } from "./claims.js";
import { createClock } from "./clock.js";
import { openWorld } from "./data.js";
import { createMap } from "./map.js";
import { openWater } from "./seen.js";
import { createSelection } from "./selection.js";
import { createSites } from "./sites.js";
import { createTables } from "./tables.js";
import { createTimeline } from "./timeline.js";

/** Everything in its order: unpack, then one clock and one selection that all the views share. */
async function start() {
  const world = await openWorld();
  for (const water of Object.values(world.water)) water.rings = openWater(water, world.west);
  const clock = createClock(world.span);
  createTables(clock);
  createClaims();
  createSites();
  createTimeline(clock);
  const selection = createSelection(world);
  createMap(world, clock, selection);
  if (location.hash) {
    // once more after the layout has settled: what was folded or off screen has its true height only then
    const jump = () => document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView({ block: "start", behavior: "instant" });
    jump();
    requestAnimationFrame(() => requestAnimationFrame(jump));
  }
  // paper holds what the screen folds away
  addEventListener("beforeprint", () => {
    for (const folded of document.querySelectorAll("details:not([open])")) folded.setAttribute("data-folded", "");
    for (const folded of document.querySelectorAll("details")) folded.open = true;
  });
  addEventListener("afterprint", () => {
    for (const folded of document.querySelectorAll("details[data-folded]")) {
      folded.removeAttribute("data-folded");
      folded.removeAttribute("open");
    }
  });
  document.documentElement.dataset.ready = performance.now().toFixed(0);
}

start().catch((error) => {
  // the text and the drawn map stand without the script; the reader is told, and nothing else is lost
  document.documentElement.classList.remove("js");
  document.documentElement.dataset.failed = String(error);
  console.error(error);
});
