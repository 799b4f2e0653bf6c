/** Labels on the canvas that never lie on one another: the first that asks for a place has it. */

/**
 * @param {CanvasRenderingContext2D} context @param {number} width @param {number} height of the canvas in CSS pixels
 * @param {string} halo colour behind the letters @param {number} size of the page's type against 16 pixels
 */
export function createLabels(context, width, height, halo, size) {
  /** @type {number[][]} */
  const taken = [];
  /** @param {number[]} box left, top, right, bottom */
  const free = (box) =>
    box[0] > 2 && box[1] > 2 && box[2] < width - 2 && box[3] < height - 2 &&
    taken.every((other) => box[2] < other[0] || box[0] > other[2] || box[3] < other[1] || box[1] > other[3]);
  /** @param {string} text @param {number[][]} places left end and base line of each place that it may take @param {string} font @param {string} colour @param {number} apart */
  const first = (text, places, font, colour, apart) => {
    context.font = font;
    const wide = context.measureText(text).width;
    for (const [left, base] of places) {
      const box = [left - 2, base - 11 * size, left + wide + 2, base + 4 * size];
      if (!free([box[0] - apart, box[1] - apart, box[2] + apart, box[3] + apart])) continue;
      taken.push(box);
      context.lineJoin = "round";
      context.lineWidth = 3.5 * size;
      context.strokeStyle = halo;
      context.strokeText(text, left, base);
      context.fillStyle = colour;
      context.fillText(text, left, base);
      return true;
    }
    return false;
  };
  return {
    /** Keep a mark's own place free of letters. @param {number} x @param {number} y @param {number} radius */
    block(x, y, radius) {
      taken.push([x - radius, y - radius, x + radius, y + radius]);
    },
    /**
     * @param {string} text @param {number} x @param {number} y the mark @param {number} off distance from it
     * @param {string} font @param {string} colour @param {boolean} [aside] above or below first, where a line runs level
     * @param {number} [apart] pixels that it keeps from everything else
     * @returns {boolean} whether there was room
     */
    put(text, x, y, off, font, colour, aside = false, apart = 0) {
      context.font = font;
      const wide = context.measureText(text).width;
      const places = [[x + off, y + 4 * size], [x - off - wide, y + 4 * size], [x - wide / 2, y - off - 2], [x - wide / 2, y + off + 11 * size],
        [x + off * 0.8, y - off], [x + off * 0.8, y + off + 9 * size], [x - off * 0.8 - wide, y - off], [x - off * 0.8 - wide, y + off + 9 * size]];
      if (aside) places.unshift(places[2], places[3]);
      return first(text, places, font, colour, apart);
    },
    /**
     * Along the edges of a box: above it, below it, inside it.
     * @param {string} text @param {number[]} box left, top, right, bottom @param {string} font @param {string} colour
     */
    along(text, box, font, colour) {
      context.font = font;
      const wide = context.measureText(text).width;
      const [left, top, right, bottom] = box;
      const bases = [top - 5 * size, bottom + 13 * size, top + 14 * size, bottom - 7 * size];
      return first(text, bases.flatMap((base, i) => [[left + (i > 1 ? 5 : 0), base], [right - wide - (i > 1 ? 5 : 0), base]]), font, colour, 0);
    },
  };
}
