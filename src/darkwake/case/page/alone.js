import { createClaims } from "./claims.js";
import { createClock } from "./clock.js";
import { createSelection } from "./selection.js";
import { createSites } from "./sites.js";
import { createTables } from "./tables.js";

/** A page of claims or of sites alone: no map and no time line, the same filters and the same selection. */
function start() {
  const links = Object.fromEntries([...document.querySelectorAll("[id]")].map((thing) => [thing.id, { says: "" }]));
  createClaims();
  createSites();
  createTables(createClock([0, 86400]));
  createSelection(/** @type {any} */ ({ byAnchor: new Map(), markOf: new Map(), placeOf: new Map(), ships: [], span: [0, 86400], links }));
  if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView({ block: "start", behavior: "instant" });
  addEventListener("beforeprint", () => {
    for (const folded of document.querySelectorAll("details")) folded.open = true;
  });
  document.documentElement.dataset.ready = "0";
}

start();
