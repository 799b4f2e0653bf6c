import { moment } from "./data.js";

/**
 * The brush on the time line: drag to choose a time, drag it along, pull its ends, or use the arrow keys.
 *
 * @typedef {import("./clock.js").Clock} Clock
 */

const HOUR = 3600;

/** @param {string} kind @param {HTMLElement} parent */
function part(kind, parent) {
  const made = document.createElement("div");
  made.className = kind;
  parent.append(made);
  return made;
}

/** @param {Clock} clock */
export function createTimeline(clock) {
  const brush = /** @type {HTMLElement} */ (document.getElementById("brush"));
  const plot = /** @type {HTMLElement} */ (document.getElementById("hist"));
  const told = /** @type {HTMLElement} */ (document.getElementById("window"));
  const reset = /** @type {HTMLButtonElement} */ (document.getElementById("reset"));
  const [first, last] = clock.span;
  brush.hidden = false;
  const grip = part("grip", brush);
  const masks = [part("mask", brush), part("mask", brush)];
  const pane = part("window", brush);
  const handles = ["Start of the time shown", "End of the time shown"].map((label) => {
    const handle = part("handle", brush);
    handle.tabIndex = 0;
    handle.setAttribute("role", "slider");
    handle.setAttribute("aria-label", label);
    handle.setAttribute("aria-valuemin", "0");
    handle.setAttribute("aria-valuemax", String(Math.round((last - first) / HOUR)));
    return handle;
  });

  const place = () => {
    const outer = /** @type {HTMLElement} */ (brush.parentElement).getBoundingClientRect();
    const inner = plot.getBoundingClientRect();
    brush.style.left = `${inner.left - outer.left}px`;
    brush.style.width = `${inner.width}px`;
  };
  const show = () => {
    const at = [clock.from, clock.to].map((time) => ((time - first) / (last - first)) * 100);
    masks[0].style.left = "0";
    masks[0].style.width = `${at[0]}%`;
    masks[1].style.left = `${at[1]}%`;
    masks[1].style.width = `${100 - at[1]}%`;
    pane.style.left = `${at[0]}%`;
    pane.style.width = `${at[1] - at[0]}%`;
    pane.hidden = clock.whole();
    [clock.from, clock.to].forEach((time, end) => {
      handles[end].style.left = `${at[end]}%`;
      handles[end].setAttribute("aria-valuenow", String(Math.round((time - first) / HOUR)));
      handles[end].setAttribute("aria-valuetext", moment(time));
    });
    told.textContent = `${moment(clock.from, false)} – ${moment(clock.to)}`;
    reset.hidden = clock.whole();
  };

  /** @param {PointerEvent} event */
  const timeAt = (event) => {
    const box = plot.getBoundingClientRect();
    return first + (Math.max(0, Math.min(box.width, event.clientX - box.left)) / box.width) * (last - first);
  };
  /** Follow a pointer from where it went down. @param {HTMLElement} on @param {(start: number) => (now: number) => void} begin */
  const drag = (on, begin) => {
    on.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      const startX = event.clientX;
      const move = begin(timeAt(event));
      on.setPointerCapture(event.pointerId);
      const moved = (/** @type {PointerEvent} */ next) => {
        if (Math.abs(next.clientX - startX) > 2) move(timeAt(next));
      };
      on.addEventListener("pointermove", moved);
      on.addEventListener("lostpointercapture", () => on.removeEventListener("pointermove", moved), { once: true });
    });
  };
  drag(grip, (start) => (now) => clock.set(start, now));
  drag(pane, (start) => {
    const [from, to] = [clock.from, clock.to];
    return (now) => {
      const by = Math.max(first - from, Math.min(last - to, now - start));
      clock.set(from + by, to + by);
    };
  });
  drag(handles[0], () => (now) => clock.set(Math.min(now, clock.to), clock.to));
  drag(handles[1], () => (now) => clock.set(clock.from, Math.max(now, clock.from)));

  const step = Math.max(HOUR, Math.round((last - first) / 200 / HOUR) * HOUR);
  handles.forEach((handle, end) => {
    handle.addEventListener("keydown", (event) => {
      /** @type {Record<string, number>} */
      const by = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step, PageDown: -10 * step, PageUp: 10 * step, Home: -Infinity, End: Infinity };
      if (!(event.key in by)) return;
      event.preventDefault();
      const move = event.shiftKey ? by[event.key] * 10 : by[event.key];
      if (end === 0) clock.set(Math.min(clock.from + move, clock.to), clock.to);
      else clock.set(clock.from, Math.max(clock.to + move, clock.from));
    });
  });
  reset.addEventListener("click", () => clock.reset());
  clock.listen(show);
  new ResizeObserver(place).observe(plot);
  place();
  show();
}
