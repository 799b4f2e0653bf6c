import { createClaims } from "./claims.js";
import { createClock } from "./clock.js";
import { openWorld } from "./data.js";
import { createMap } from "./map.js";
import { createNotes } from "./notes.js";
import { createPlay } from "./play.js";
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
  createSites(clock);
  const staged = document.getElementById("map") !== null; // a case without ships has no map and no time line
  if (staged) createTimeline(clock);
  if (staged) createPlay(clock);
  const selection = createSelection(world);
  if (staged) createMap(world, clock, selection);
  createNotes(selection);
  if (location.hash) {
    // once more after the layout has settled: what was folded or off screen has its true height only then
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    let left = 12;
    const jump = () => {
      const before = target?.getBoundingClientRect().top;
      target?.scrollIntoView({ block: "start", behavior: "instant" });
      left -= 1;
      if (left && (left > 9 || target?.getBoundingClientRect().top !== before)) requestAnimationFrame(jump);
    };
    jump();
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
