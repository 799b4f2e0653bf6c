/**
 * The one time filter of the page.
 *
 * @typedef {{span: number[], from: number, to: number, playing: boolean, whole: () => boolean, set: (from: number, to: number) => void,
 *   reset: () => void, meets: (start: number, end: number) => boolean, listen: (then: () => void) => void}} Clock
 */

/** @param {number[]} span first and last second of the data @returns {Clock} */
export function createClock(span) {
  /** @type {(() => void)[]} */
  const listeners = [];
  const least = Math.min(3600, (span[1] - span[0]) / 50);
  let waiting = false;
  const tell = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      for (const then of listeners) then();
    });
  };
  const clock = {
    span,
    from: span[0],
    to: span[1],
    playing: false,
    whole: () => clock.from <= span[0] && clock.to >= span[1],
    /** @param {number} from @param {number} to */
    set(from, to) {
      const low = Math.max(span[0], Math.min(from, to, span[1] - least));
      clock.from = low;
      clock.to = Math.min(span[1], Math.max(from, to, low + least));
      tell();
    },
    reset() {
      clock.set(span[0], span[1]);
    },
    /** @param {number} start @param {number} end */
    // what lies outside the ships' data, such as an image of last year, is left out only where a time was chosen
    meets: (start, end) => clock.whole() || (start <= clock.to && end >= clock.from),
    /** @param {() => void} then */
    listen(then) {
      listeners.push(then);
    },
  };
  return clock;
}
