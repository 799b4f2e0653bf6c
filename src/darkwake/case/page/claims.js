/** Filters over the claims: a claim stands where every filter lets it; a card where one of its claims does. */

/** @param {HTMLElement} row @param {Map<string, string>} wanted @returns {boolean} */
function fits(row, wanted) {
  const marks = (row.dataset.f ?? "").split(" ");
  const { first = "", last = "" } = row.dataset;
  for (const [kind, value] of wanted) {
    // a claim without a day cannot be shown to lie outside, and is kept
    if (kind === "first") {
      if (last && last < value) return false;
    } else if (kind === "last") {
      if (first && first > value) return false;
    } else if (kind === "words") {
      if (!(row.textContent ?? "").toLowerCase().includes(value.toLowerCase())) return false;
    } else if (!marks.includes(value)) return false;
  }
  return true;
}

/** Make the filters work; nothing where the page has no claims. */
export function createClaims() {
  const tools = /** @type {HTMLElement | null} */ (document.querySelector(".claim-tools"));
  if (!tools) return;
  /** @type {NodeListOf<HTMLInputElement | HTMLSelectElement>} */
  const fields = tools.querySelectorAll("[data-kind]");
  /** @type {NodeListOf<HTMLElement>} */
  const rows = document.querySelectorAll("#claims [data-f]");
  const cards = document.querySelectorAll(".claim-card");
  const count = /** @type {HTMLElement} */ (tools.querySelector(".claim-count"));
  const clear = /** @type {HTMLButtonElement} */ (tools.querySelector(".claim-clear"));

  const apply = () => {
    /** @type {Map<string, string>} */
    const wanted = new Map();
    for (const field of fields) if (field.value.trim()) wanted.set(field.dataset.kind ?? "", field.value.trim());
    let shown = 0;
    for (const row of rows) {
      const fit = fits(row, wanted);
      row.classList.toggle("is-filtered", !fit);
      shown += Number(fit);
    }
    for (const card of cards) card.classList.toggle("is-filtered", !card.querySelector("[data-f]:not(.is-filtered)"));
    // what a filter finds is not left folded away
    for (const group of document.querySelectorAll("details.claims-beside")) {
      if (wanted.size && group.querySelector(".claim-card:not(.is-filtered)")) group.setAttribute("open", "");
      group.classList.toggle("is-filtered", !group.querySelector(".claim-card:not(.is-filtered)"));
    }
    count.textContent = wanted.size ? `${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")} claims` : "";
    clear.hidden = !wanted.size;
  };
  const reset = () => {
    for (const field of fields) field.value = "";
    apply();
  };
  for (const field of fields) field.addEventListener("input", apply);
  clear.addEventListener("click", reset);
  // whoever is sent to a claim sees it, whatever was filtered before
  addEventListener("hashchange", () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target?.closest(".is-filtered")) {
      reset();
      target.scrollIntoView({ block: "start" });
    }
  });
  tools.hidden = false;
  apply();
}
