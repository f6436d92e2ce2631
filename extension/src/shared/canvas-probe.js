// Tells whether a canvas gives back the pixels that were drawn on it: protections against fingerprinting add noise.

/** @typedef {Pick<OffscreenCanvasRenderingContext2D, "createImageData" | "putImageData" | "getImageData">} PixelContext */

// Large and varied: the protections change only some pixels, and leave plain areas alone.
const SIDE = 64;

/**
 * Draws known pixels and reads them back. Noise of one step in a few pixels is nothing to the eye, but it is what a
 * forgery's traces look like, and some protections give back an empty or a random picture.
 *
 * @param {PixelContext} context of a canvas of at least 64 x 64 pixels, which is overwritten
 * @returns {boolean}
 */
export function isCanvasExact(context) {
  const drawn = context.createImageData(SIDE, SIDE);
  for (let place = 0; place < drawn.data.length; place += 1) {
    const pixel = place >> 2;
    // Opaque, as every image is when it is decoded: a canvas rounds what lies under transparency.
    drawn.data[place] = place % 4 === 3 ? 255 : (pixel * 7 + (pixel >> 6) * 13 + (place % 4) * 85) % 256;
  }
  context.putImageData(drawn, 0, 0);
  const read = context.getImageData(0, 0, SIDE, SIDE).data;
  return drawn.data.every((value, place) => read[place] === value);
}

/**
 * @param {() => PixelContext | null} createContext of a canvas of at least 64 x 64 pixels
 * @returns {() => boolean} asks once where the answer is good: a protection may be turned off, but seldom on
 */
export function createCanvasProbe(createContext) {
  let isExact = false;
  return () => {
    const context = isExact ? null : createContext();
    isExact ||= context !== null && isCanvasExact(context);
    return isExact;
  };
}
