/**
 * People's notes: each shown beside the thing that it is about too. On the live page they can be added and withdrawn,
 * and the rows that a piece of evidence cites can be seen; in the file there is nobody to write to, and no form.
 *
 * @typedef {import("./selection.js").Selection} Selection
 */

const ABOUT = /^(ship|gap|event|voyage|thread|hit|call|port|hypothesis|building|claim|cluster|missing|ev|source)-/;
const CITES = /^(ev|gap|event|hit|source)-/;
const MOST_TOOLS = 1500;
const EVERY_MS = 5000;
const NAME = "darkwake-author";

/** @template {HTMLElement} T @param {string} id @returns {T} */
function held(id) {
  return /** @type {T} */ (document.getElementById(id));
}

/** @param {string} anchor @returns {string} what a reader calls the thing */
function called(anchor) {
  const element = document.getElementById(anchor);
  // of the register the number and the sentence, elsewhere the head
  const heads = element?.matches(".register > li") ? [...element.children].slice(0, 2) : [element?.querySelector("h3, h4, th, b, p") ?? element];
  const words = heads.map((head) => head?.textContent ?? "").join(" ").replace(/\s+/g, " ").trim();
  if (!anchor || !words) return anchor || "the whole case";
  return words.length > 140 ? `${words.slice(0, 140)}…` : words;
}

/** Lay a copy of every note beside the thing that it is about. */
function layBeside() {
  for (const old of document.querySelectorAll(".beside")) old.remove();
  /** @type {Map<string, HTMLElement[]>} */
  const byThing = new Map();
  for (const note of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#notes-held [data-about]"))) {
    const about = note.dataset.about ?? "";
    byThing.set(about, [...(byThing.get(about) ?? []), note]);
  }
  for (const [about, notes] of byThing) {
    const element = document.getElementById(about);
    if (!element) continue;
    const beside = document.createElement("div");
    beside.className = "beside";
    const head = document.createElement("p");
    head.textContent = notes.length === 1 ? "A note of a person" : `${notes.length} notes of people`;
    const list = document.createElement("ul");
    for (const note of notes) {
      const copy = /** @type {HTMLElement} */ (note.cloneNode(true));
      copy.removeAttribute("id");
      copy.removeAttribute("data-about");
      list.append(copy);
    }
    beside.append(head, list);
    const tools = element.querySelector(":scope > .live-tools");
    if (tools) tools.before(beside);
    else (element instanceof HTMLTableRowElement ? (element.lastElementChild ?? element) : element).append(beside);
  }
}

/** @param {string} words @param {Record<string, string>} data @returns {HTMLButtonElement} */
function button(words, data) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  Object.assign(made.dataset, data);
  return made;
}

/** Buttons at the things that are read most; every other thing has them in the bar below once it is chosen. */
function layTools() {
  const wanted = document.querySelectorAll("article[id], .voyage[id], .rival[id], .wants > li[id], .register:not(.brief) > .ev");
  for (const element of [...wanted].slice(0, MOST_TOOLS)) {
    if (!ABOUT.test(element.id)) continue;
    const tools = document.createElement("p");
    tools.className = "live-tools";
    tools.append(button("Add a note", { note: element.id }));
    if (CITES.test(element.id)) tools.append(button("Show the rows", { rows: element.id }));
    if (element.id.startsWith("hit-")) tools.append(button("Decide", { decide: element.id }));
    for (const one of tools.children) one.setAttribute("aria-label", `${one.textContent}: ${called(element.id)}`);
    element.append(tools);
  }
}

/** @param {string} path @param {unknown} [body] @returns {Promise<any>} what the case answers; throws what is wrong, in words */
async function ask(path, body) {
  /** @type {Response} */
  let answer;
  try {
    answer = await fetch(path, body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  } catch {
    throw new Error("Darkwake does not answer: was it ended in the terminal? Nothing was saved.");
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.error ?? `Darkwake refused that (${answer.status}). Nothing was saved.`);
  return told;
}

/** @param {Selection} selection */
function goLive(selection) {
  // names relative to the page's own address, which holds the token
  const dialog = /** @type {HTMLDialogElement} */ (held("note-dialog"));
  const rows = /** @type {HTMLDialogElement} */ (held("rows-dialog"));
  const form = /** @type {HTMLFormElement} */ (held("note-form"));
  const kind = /** @type {HTMLSelectElement} */ (held("note-kind"));
  const text = /** @type {HTMLTextAreaElement} */ (held("note-text"));
  const author = /** @type {HTMLInputElement} */ (held("note-author"));
  const remember = /** @type {HTMLInputElement} */ (held("note-remember"));
  const error = held("note-error");
  const said = held("live-said");
  let about = "";
  let work = "note";
  let withdraws = "";
  let changedAt = "";

  const rating = () => work === "note" && kind.value === "rating";
  const fold = () => {
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-for]"))) {
      row.hidden = row.dataset.for === "rating" ? !rating() : row.dataset.for !== work;
    }
  };
  /** @param {string} message @param {HTMLElement | null} [field] */
  const wrong = (message, field = null) => {
    error.textContent = message;
    for (const one of [text, author]) one.toggleAttribute("aria-invalid", false);
    field?.setAttribute("aria-invalid", "true");
    field?.focus();
  };
  /** @param {"note" | "decision" | "withdraw"} what @param {string} thing */
  const open = (what, thing) => {
    work = what;
    about = thing;
    held("note-title").textContent = { note: "Add a note", decision: "Decide about this hit", withdraw: "Withdraw" }[what];
    held("note-text-label").textContent = { note: "Text", decision: "Because", withdraw: "Because (may be left empty)" }[what];
    held("note-about").textContent = called(thing);
    const hypotheses = /** @type {HTMLSelectElement} */ (held("note-hypothesis"));
    for (const option of kind.options) option.disabled = option.value === "rating" && !(thing.startsWith("ev-") && hypotheses.options.length);
    kind.value = thing.startsWith("missing-") ? "answer" : "note";
    text.value = "";
    author.value = author.value || (localStorage.getItem(NAME) ?? "");
    remember.checked = localStorage.getItem(NAME) !== null;
    wrong("");
    fold();
    dialog.showModal();
    text.focus();
  };
  /** @param {any} told */
  const take = (told) => {
    held("notes-held").innerHTML = told.html; // drawn by the case's own template, in which all text is escaped
    layBeside();
  };
  /** @param {string} thing */
  const show = async (thing) => {
    held("rows-about").textContent = called(thing);
    held("rows-held").textContent = "Reading the source…";
    rows.showModal();
    try {
      held("rows-held").innerHTML = (await ask(`cited?about=${encodeURIComponent(thing)}`)).html;
    } catch (failed) {
      held("rows-held").textContent = failed instanceof Error ? failed.message : String(failed);
    }
  };
  const send = async () => {
    const by = author.value.trim();
    if (work !== "withdraw" && !text.value.trim()) return wrong("The text is missing.", text);
    if (!by) return wrong("Your name is missing.", author);
    const value = (/** @type {string} */ id) => /** @type {HTMLSelectElement} */ (held(id)).value;
    const marks = rating() ? { hypothesis: value("note-hypothesis"), mark: value("note-mark") } : {};
    try {
      const told = work === "decision" || withdraws.startsWith("dec-")
        ? await ask("decisions", { hit: about, word: work === "decision" ? value("note-word") : "withdrawn", because: text.value.trim() || "withdrawn", author: by })
        : work === "withdraw"
          ? await ask("withdrawals", { note: withdraws, because: text.value, author: by })
          : await ask("notes", { kind: kind.value, about, text: text.value, author: by, ...marks });
      if (remember.checked) localStorage.setItem(NAME, by);
      else localStorage.removeItem(NAME);
      dialog.close();
      take(told);
      said.textContent = told.says;
    } catch (failed) {
      wrong(failed instanceof Error ? failed.message : String(failed));
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
  kind.addEventListener("change", fold);
  for (const one of [dialog, rows]) {
    // escape closes the dialog alone, and what was chosen beneath stays chosen
    one.addEventListener("keydown", (event) => event.stopPropagation());
    one.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest("[data-close]")) one.close();
    });
  }
  document.addEventListener("click", (event) => {
    const pressed = event.target instanceof Element ? event.target.closest("button") : null;
    if (!pressed) return;
    withdraws = pressed.dataset.withdraw ?? (dialog.open ? withdraws : "");
    if (pressed.dataset.withdraw !== undefined) open("withdraw", pressed.dataset.to ?? "");
    else if (pressed.dataset.note !== undefined) open("note", pressed.dataset.note);
    else if (pressed.dataset.decide !== undefined) open("decision", pressed.dataset.decide);
    else if (pressed.dataset.rows !== undefined) void show(pressed.dataset.rows);
  });
  const picked = () => {
    const anchor = decodeURIComponent(location.hash.slice(1));
    const fits = ABOUT.test(anchor) && document.getElementById(anchor) !== null;
    held("live-picked").hidden = !fits;
    held("live-what").textContent = fits ? called(anchor) : "";
    held("live-note").dataset.note = anchor;
    held("live-rows").dataset.rows = anchor;
    held("live-rows").hidden = !CITES.test(anchor);
  };
  selection.listen(picked);
  addEventListener("hashchange", picked);
  held("live-reload").addEventListener("click", () => location.reload());

  const look = async () => {
    if (document.hidden) return;
    try {
      const state = await ask("state");
      if (document.body.dataset.live !== state.case) held("live-changed").hidden = false;
      if (changedAt && changedAt !== state.notes) take(await ask("notes"));
      changedAt = state.notes;
      if (said.dataset.away) {
        said.textContent = "";
        delete said.dataset.away;
      }
    } catch (failed) {
      said.textContent = failed instanceof Error ? failed.message.replace(" Nothing was saved.", "") : "";
      said.dataset.away = "1";
    }
  };
  layTools();
  setInterval(look, EVERY_MS);
  void look();
}

/** @param {Selection} selection */
export function createNotes(selection) {
  if (document.body.dataset.live !== undefined) goLive(selection);
  if (document.getElementById("notes-held")) layBeside();
}
