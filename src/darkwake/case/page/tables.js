/**
 * Long tables and lists: filtered by words and by the time chosen, sorted by a click, shown in part until asked.
 *
 * @typedef {import("./clock.js").Clock} Clock
 */

/** @param {Element} row @param {number} column @returns {string | number} */
function valueOf(row, column) {
  const cell = row.children[column];
  const exact = cell?.getAttribute("data-v");
  return exact ? Number(exact) : (cell?.textContent ?? "").trim();
}

/** Put a class on or off only where that changes something: thousands of rows are asked at every step of the brush. @param {Element} row @param {string} name @param {boolean} on */
function mark(row, name, on) {
  if (row.classList.contains(name) !== on) row.classList.toggle(name, on);
}

/** @param {() => void} work @param {number} rows @param {Clock} clock @returns {() => void} the same, once the brush rests, where there are many rows; twice a second while the time plays */
function atRest(work, rows, clock) {
  let timer = 0;
  let last = 0;
  return () => {
    clearTimeout(timer);
    const now = performance.now();
    const due = clock.playing ? (rows < 400 ? now - last > 500 : false) : rows < 400;
    if (due) {
      last = now;
      work();
    } else timer = setTimeout(work, 150);
  };
}

/** @param {HTMLElement} list a table or an ordered list with data-cap @param {Clock} clock */
function tame(list, clock) {
  const body = /** @type {HTMLElement} */ (list.querySelector("tbody") ?? list);
  const what = list.dataset.what ?? "rows";
  const cap = Number(list.dataset.cap);
  let rows = /** @type {HTMLElement[]} */ ([...body.children]);
  let all = rows.length <= cap;
  let words = "";
  const texts = new Map();
  const times = new Map(rows.map((row) => [row, row.dataset.s ? [Number(row.dataset.s), Number(row.dataset.e || row.dataset.s)] : [-Infinity, Infinity]]));

  const tools = document.createElement("div");
  tools.className = "tools";
  const box = document.createElement("input");
  box.type = "search";
  box.placeholder = `Filter ${what}`;
  box.setAttribute("aria-label", `Filter ${what} by words`);
  const count = document.createElement("span");
  count.setAttribute("role", "status");
  const more = document.createElement("button");
  more.type = "button";
  more.textContent = "Show all";
  tools.append(box, count, more);
  (list.closest(".scroll") ?? list).before(tools);

  const apply = () => {
    let shown = 0;
    let fits = 0;
    for (const row of rows) {
      const [start, end] = /** @type {number[]} */ (times.get(row));
      const inTime = clock.meets(start, end);
      let said = true;
      if (words) {
        if (!texts.has(row)) texts.set(row, (row.textContent ?? "").toLowerCase());
        said = texts.get(row).includes(words);
      }
      mark(row, "is-out", !inTime);
      const fit = inTime && said;
      fits += Number(fit);
      const over = !said || (fit && !all && shown >= cap);
      mark(row, "is-over", over);
      shown += Number(fit && !over);
    }
    count.textContent = shown === rows.length
      ? `${rows.length.toLocaleString("en")} ${what}`
      : `${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")} ${what} shown`;
    more.hidden = all || fits <= cap;
    more.textContent = `Show all ${fits.toLocaleString("en")}`;
  };
  box.addEventListener("input", () => {
    words = box.value.trim().toLowerCase();
    apply();
  });
  more.addEventListener("click", () => {
    all = true;
    apply();
  });
  clock.listen(atRest(apply, rows.length, clock));
  list.querySelectorAll("thead th").forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of list.querySelectorAll("thead th")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const keyed = rows.map((row) => ({ row, key: valueOf(row, column) }));
      keyed.sort((a, b) => (typeof a.key === "number" && typeof b.key === "number" ? a.key - b.key : String(a.key).localeCompare(String(b.key), "en", { numeric: true })));
      if (down) keyed.reverse();
      rows = keyed.map((pair) => pair.row);
      body.append(...rows);
      apply();
    });
  });
  apply();
}

/** @param {Clock} clock */
export function createTables(clock) {
  /** @type {NodeListOf<HTMLElement>} */
  const lists = document.querySelectorAll("[data-cap]");
  for (const list of lists) tame(list, clock);
  const others = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-s]")]).filter((row) => row.dataset.s && !row.closest("[data-cap]"));
  const follow = () => {
    for (const row of others) mark(row, "is-out", !clock.meets(Number(row.dataset.s), Number(row.dataset.e || row.dataset.s)));
  };
  clock.listen(atRest(follow, others.length, clock));
}
