/** Sites: the date of a map, and what of two pictures is seen. Both stand without a script; here they move. */

/**
 * @param {HTMLElement} figure a map with the letters of all dates on its shapes
 * @param {import("./clock.js").Clock} [clock] whose time the map follows until the reader moves it
 */
function dated(figure, clock) {
  const tools = /** @type {HTMLElement} */ (figure.querySelector(".map-tools"));
  const slider = /** @type {HTMLInputElement} */ (tools.querySelector("input"));
  const named = /** @type {HTMLElement} */ (figure.querySelector(".map-date"));
  const counted = /** @type {HTMLElement} */ (figure.querySelector(".map-counts"));
  const dates = (named.dataset.dates ?? "").split("|");
  const keys = /** @type {HTMLElement[]} */ ([...figure.querySelectorAll(".map-key")]);
  const words = new Map(keys.map((key) => [key.dataset.letter ?? "", (key.lastChild?.textContent ?? "").trim()]));
  const shapes = /** @type {SVGPathElement[]} */ ([...figure.querySelectorAll("path[data-st]")]).map((path) => ({
    path,
    letters: path.dataset.st ?? "",
    label: path.dataset.label ?? "",
    text: path.nextElementSibling,
    title: path.previousElementSibling,
    now: "",
  }));
  const show = () => {
    const at = Number(slider.value);
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const shape of shapes) {
      const letter = shape.letters[at] ?? "X";
      counts.set(letter, (counts.get(letter) ?? 0) + 1);
      if (letter === shape.now) continue;
      shape.now = letter;
      shape.path.setAttribute("class", `st st-${letter}`);
      if (shape.text) shape.text.textContent = letter === "X" ? "?" : letter;
      if (shape.title && letter !== "N") shape.title.textContent = `${shape.label}: ${words.get(letter) ?? "unknown"}`;
    }
    for (const key of keys) key.classList.toggle("is-none", !counts.has(key.dataset.letter ?? ""));
    named.textContent = dates[at] ?? "";
    const told = [...words].filter(([letter]) => counts.has(letter)).map(([letter, word]) => `${(counts.get(letter) ?? 0).toLocaleString("en")} ${word}`);
    counted.textContent = `: ${told.join(", ")}`;
    slider.setAttribute("aria-valuetext", dates[at] ?? "");
  };
  /** @param {number} by */
  const step = (by) => {
    slider.value = String(Number(slider.value) + by);
    show();
  };
  slider.addEventListener("input", show);
  tools.querySelector(".map-before")?.addEventListener("click", () => step(-1));
  tools.querySelector(".map-after")?.addEventListener("click", () => step(1));
  const seconds = dates.map((date) => Date.parse(`${date} UTC`) / 1000);
  clock?.listen(() => {
    // the last image of the time chosen; all of it again: the last image there is
    const at = clock.whole() ? dates.length - 1 : Math.max(0, seconds.filter((second) => second <= clock.to).length - 1);
    if (seconds.some(Number.isNaN) || String(at) === slider.value) return;
    slider.value = String(at);
    show();
  });
  tools.hidden = false;
  show();
}

/** @param {HTMLElement} figure two pictures of one size, laid on each other */
function sliding(figure) {
  const pair = /** @type {HTMLElement} */ (figure.querySelector(".ba-pair"));
  const tools = /** @type {HTMLElement} */ (figure.querySelector(".ba-tools"));
  const slider = /** @type {HTMLInputElement} */ (tools.querySelector("input"));
  const beside = /** @type {HTMLButtonElement} */ (tools.querySelector("button"));
  const show = () => {
    pair.style.setProperty("--cut", `${slider.value}%`);
    slider.setAttribute("aria-valuetext", `${slider.value} % before, ${100 - Number(slider.value)} % after`);
  };
  /** @param {PointerEvent} event */
  const drag = (event) => {
    if (!event.buttons || !figure.classList.contains("is-sliding")) return;
    const box = /** @type {Element} */ (pair.querySelector(".ba-hold")).getBoundingClientRect();
    if (event.clientY > box.bottom) return;
    slider.value = String(Math.round(((event.clientX - box.left) / box.width) * 100));
    show();
  };
  slider.addEventListener("input", show);
  pair.addEventListener("pointerdown", drag);
  pair.addEventListener("pointermove", drag);
  pair.addEventListener("dragstart", (event) => event.preventDefault());
  beside.addEventListener("click", () => {
    const apart = figure.classList.toggle("is-sliding");
    beside.setAttribute("aria-pressed", String(!apart));
    slider.disabled = !apart;
  });
  figure.classList.add("is-sliding");
  tools.hidden = false;
  show();
}

/** Make the maps and the pairs of pictures move; nothing where the page has no sites. @param {import("./clock.js").Clock} [clock] */
export function createSites(clock) {
  /** @type {NodeListOf<HTMLElement>} */
  const maps = document.querySelectorAll(".site-map[data-map]");
  for (const map of maps) dated(map, clock);
  /** @type {NodeListOf<HTMLElement>} */
  const pairs = document.querySelectorAll(".ba[data-ba]");
  for (const pair of pairs) sliding(pair);
}
