// A canvas as a picture: it has no address, so it is named by number; and its pixels, where the page may read them.

/** @typedef {import("./picture.js").Picture} Picture */

import { isLargeEnough } from "./find-images.js";

const SCHEME = "canvas:";
const numbers = /** @type {WeakMap<HTMLCanvasElement, number>} */ (new WeakMap());
let lastNumber = 0;

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Picture} what is painted on it may change unnoticed: a verdict tells of the moment at which it was read
 */
export function canvasPicture(canvas) {
  const number = numbers.get(canvas) ?? (lastNumber += 1);
  numbers.set(canvas, number);
  const size = { width: canvas.width, height: canvas.height };
  return { kind: "canvas", url: `${SCHEME}${number}`, size, fitness: isLargeEnough(size) ? "fit" : "unfit" };
}

/**
 * @param {CanvasImageSource} drawable
 * @param {{width: number, height: number}} size pixels
 * @returns {Promise<Blob>} a PNG of what it shows
 * @throws {UnreadableError} where it holds pixels of another site, or none any more
 */
export async function readPixels(drawable, { width, height }) {
  const canvas = drawable instanceof HTMLCanvasElement ? drawable : document.createElement("canvas");
  if (canvas !== drawable) {
    [canvas.width, canvas.height] = [width, height];
    canvas.getContext("2d")?.drawImage(drawable, 0, 0);
  }
  try {
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    if (blob) return blob;
  } catch {
    // A SecurityError: told below, in the same words.
  }
  throw new UnreadableError();
}

/** The page does not let anyone read these pixels. */
export class UnreadableError extends Error {
  constructor() {
    super("The page does not let this picture's pixels be read.");
    this.name = "UnreadableError";
  }
}
