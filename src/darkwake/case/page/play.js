import { moment } from "./data.js";

/**
 * Playback: the window of time moves on by itself, and with it the ships, the strips and the tables.
 *
 * @typedef {import("./clock.js").Clock} Clock
 */

const HOUR = 3600;
const SPEEDS = [1, 3, 6, 12, 24, 72, 168]; // hours of the case in a second
const STEPPED_MS = 1000; // one step a second where the reader asked the system for less motion

/** @param {number} hours @returns {string} */
const speedSays = (hours) => (hours < 24 ? `${hours} h` : hours % 24 ? `${hours / 24} days` : `${hours / 24} day${hours > 24 ? "s" : ""}`);

/** @param {Clock} clock */
export function createPlay(clock) {
  const holder = /** @type {HTMLElement | null} */ (document.getElementById("play"));
  if (!holder) return;
  const [first, last] = clock.span;
  const [before, toggle, after] = /** @type {HTMLButtonElement[]} */ ([...holder.querySelectorAll("button")]);
  const speed = /** @type {HTMLSelectElement} */ (holder.querySelector("select"));
  const told = /** @type {HTMLElement} */ (holder.querySelector("[role=status]"));
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  // a step is a fiftieth of the case in round hours, and a case is played in half a minute or so
  const step = (SPEEDS.find((hours) => hours * HOUR * 60 >= last - first) ?? 168) * HOUR;
  const usual = SPEEDS.find((hours) => hours * HOUR * 45 >= last - first) ?? 168;
  for (const hours of SPEEDS) speed.add(new Option(`${speedSays(hours)} a second`, String(hours), hours === usual, hours === usual));

  let playing = false;
  let own = false; // whether the window was last moved from here
  let timer = 0;
  let frame = 0;

  /** @param {number} from @param {number} to */
  const move = (from, to) => {
    own = true;
    clock.set(from, to);
  };
  /** The window that is played: the one chosen, or a day's tail (more in a long case) where all time is shown. */
  const open = () => {
    if (!clock.whole()) return;
    const tail = Math.max(24 * HOUR, Math.min((last - first) / 20, 14 * 24 * HOUR));
    move(first, Math.min(first + tail, last));
  };
  /** @param {number} seconds @returns {boolean} whether there is more to come */
  const shift = (seconds) => {
    const by = Math.max(first - clock.from, Math.min(last - clock.to, seconds));
    if (by) move(clock.from + by, clock.to + by);
    return clock.to < last;
  };
  const say = () => {
    told.textContent = `Shown: ${moment(clock.from, false)} to ${moment(clock.to)}`;
  };
  const show = () => {
    toggle.textContent = playing ? "❚❚" : "▶";
    toggle.setAttribute("aria-label", playing ? "Pause" : "Play");
    toggle.title = playing ? "Pause" : "Play";
    document.documentElement.classList.toggle("is-playing", playing);
  };
  const pause = () => {
    if (!playing) return;
    playing = false;
    clock.playing = false;
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    show();
    say(); // once it rests, and never while it runs
    own = true;
    clock.set(clock.from, clock.to); // the tables catch up
  };
  const play = () => {
    open();
    if (clock.to >= last) move(first, first + (clock.to - clock.from)); // from the start again
    playing = true;
    clock.playing = true;
    told.textContent = "";
    show();
    let then = performance.now();
    if (still.matches) {
      const tick = () => {
        if (!shift(step)) pause();
        else timer = setTimeout(tick, STEPPED_MS);
      };
      timer = setTimeout(tick, STEPPED_MS);
      return;
    }
    const run = (/** @type {number} */ now) => {
      // a frame that came late moves on by no more than a tenth of a second: no ship leaps
      const passed = Math.max(0, Math.min(now - then, 100)) / 1000;
      then = now;
      if (!shift(passed * Number(speed.value) * HOUR)) pause();
      else frame = requestAnimationFrame(run);
    };
    frame = requestAnimationFrame(run);
  };
  /** @param {number} by */
  const stepBy = (by) => {
    pause();
    open();
    shift(by * step);
    say();
  };

  toggle.addEventListener("click", () => (playing ? pause() : play()));
  before.addEventListener("click", () => stepBy(-1));
  after.addEventListener("click", () => stepBy(1));
  holder.addEventListener("keydown", (event) => {
    if (event.target === speed) return;
    if (event.key === "ArrowLeft") stepBy(-1);
    else if (event.key === "ArrowRight") stepBy(1);
    else if (event.key === "Home") shift(first - last);
    else if (event.key === "Escape" && playing) {
      event.stopPropagation();
      pause();
    } else return;
    event.preventDefault();
  });
  clock.listen(() => {
    // whoever takes the brush stops the playback
    if (playing && !own) pause();
    own = false;
  });
  document.addEventListener("visibilitychange", () => document.hidden && pause());
  holder.hidden = false;
  show();
}
