/**
 * What is chosen. The address bar names it, so that a colleague can be sent to it and "back" works.
 *
 * @typedef {import("./data.js").World} World
 * @typedef {{anchor: string, ships: Set<number>, gaps: Set<string>, port: string | null, mark: string | null,
 *   place: number[] | null, box: number[] | null, window: number[] | null, says: string}} Choice  ships as places in the list of ships
 * @typedef {{now: () => Choice | null, choose: (anchor: string) => void, clear: () => void,
 *   listen: (then: (choice: Choice | null, fromMap: boolean) => void) => void}} Selection
 */

/**
 * @param {World} world @param {string} anchor
 * @returns {Choice | null} what to show for a thing; null where the anchor names none
 */
function choiceOf(world, anchor) {
  const thing = world.byAnchor.get(anchor);
  /** @type {Choice} */
  const none = { anchor, ships: new Set(), gaps: new Set(), port: null, mark: null, place: null, box: null, window: null, says: "" };
  if (thing && "e" in thing) {
    return { ...none, ships: new Set([thing.ship]), gaps: new Set([anchor]), window: [thing.s, thing.e], says: thing.says };
  }
  if (thing && "id" in thing) return { ...none, ships: new Set([world.placeOf.get(thing.id) ?? -1]), says: thing.name };
  if (thing) return { ...none, port: anchor, place: thing.p, says: thing.name };
  const mark = world.markOf.get(anchor);
  if (mark) {
    const box = "box" in mark ? mark.box : null;
    return {
      ...none,
      ships: new Set("ships" in mark ? mark.ships : []),
      mark: anchor,
      place: "p" in mark ? mark.p : null,
      box,
      window: [mark.s, mark.e],
      says: mark.says,
    };
  }
  const link = world.links[anchor];
  if (!link) return null;
  const place = link.ship === undefined ? undefined : world.placeOf.get(link.ship);
  const window = link.s === undefined ? null : [link.s, link.e ?? world.span[1]];
  return {
    ...none,
    ships: new Set(place === undefined ? [] : [place]),
    gaps: new Set(link.gaps ?? []),
    mark: link.event ?? null,
    place: link.p ?? null,
    window,
    says: link.says ?? spoken(anchor),
  };
}

/** What the text says of a piece of evidence: its number and its sentence. @param {string} anchor @returns {string} */
function spoken(anchor) {
  const entry = document.getElementById(anchor);
  const number = entry?.firstElementChild?.textContent ?? "";
  const sentence = entry?.querySelector("p:not(.ev-number)")?.firstChild?.textContent?.trim() ?? "";
  return `${number}: ${sentence.length > 300 ? `${sentence.slice(0, 300)} …` : sentence}`;
}

/** @param {Element} element opened and shown, whatever hides it */
function reveal(element) {
  for (let up = /** @type {Element | null} */ (element); up; up = up.parentElement) {
    if (up instanceof HTMLDetailsElement) up.open = true;
    up.classList.remove("is-over");
  }
}

/** @param {World} world @returns {Selection} */
export function createSelection(world) {
  /** @type {((choice: Choice | null, fromMap: boolean) => void)[]} */
  const listeners = [];
  /** @type {Choice | null} */
  let current = null;

  /** @param {boolean} fromMap */
  const follow = (fromMap) => {
    const anchor = decodeURIComponent(location.hash.slice(1));
    current = anchor ? choiceOf(world, anchor) : null;
    for (const old of document.querySelectorAll(".is-picked")) old.classList.remove("is-picked");
    if (current) {
      const own = [...current.gaps, ...(current.mark ? [current.mark] : [])];
      const also = own.length ? own : [...current.ships].map((ship) => world.ships[ship]?.a ?? "");
      for (const name of [anchor, ...also]) {
        // its own place has its name as id; what stands for it elsewhere names it in data-t
        document.getElementById(name)?.classList.add("is-picked");
        for (const element of document.querySelectorAll(`[data-t="${CSS.escape(name)}"]`)) element.classList.add("is-picked");
      }
    }
    const target = anchor ? document.getElementById(anchor) : null;
    if (target) reveal(target);
    for (const then of listeners) then(current, fromMap);
  };

  /** @param {string} url of this page with or without a part */
  const rename = (url) => history.pushState(null, "", url);

  addEventListener("hashchange", () => {
    follow(false);
    document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView({ block: "start" });
  });
  addEventListener("popstate", () => follow(false));
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
    // a second click on the same link changes no address, and still asks for the thing
    if (link && link.getAttribute("href") === location.hash) follow(false);
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && current) selection.clear();
  });

  const selection = {
    now: () => current,
    /** From the map or the time line. @param {string} anchor */
    choose(anchor) {
      const beside = matchMedia("(min-width: 68rem)").matches;
      rename(`#${anchor}`);
      follow(true);
      // stacked on a narrow screen, a jump would take the map out of sight: the card leads on instead
      if (beside) document.getElementById(anchor)?.scrollIntoView({ block: "start" });
    },
    clear() {
      rename(location.pathname + location.search);
      follow(true);
    },
    /** @param {(choice: Choice | null, fromMap: boolean) => void} then */
    listen(then) {
      listeners.push(then);
      then(current, false);
    },
  };
  follow(false);
  return selection;
}
