/** Colours for the canvas, from the page's style, so that light, dark and print have one source. */

const NAMES = ["sea", "land", "coast", "grid", "halo", "track", "told", "gap", "hit", "hit-line", "port", "pick", "ink", "soft", "paper", "water"];

/** @returns {Record<string, string>} */
export function colours() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/** @param {() => void} then called when the reader's system changes between light and dark */
export function onColours(then) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", then);
}

/** The page's text face and the size of its type against 16 pixels, for labels on the canvas. */
export function type() {
  const style = getComputedStyle(document.documentElement);
  return { face: style.getPropertyValue("--face").trim(), size: parseFloat(style.fontSize) / 16 };
}
