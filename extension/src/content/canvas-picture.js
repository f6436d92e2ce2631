// A canvas as a picture: it has no address, so it is named by number; and its pixels, where the page may read them.

import { createCanvasProbe } from "../shared/canvas-probe.js";
import { isLargeEnough } from "./find-images.js";

/** @typedef {import("./picture.js").Picture} Picture */

const SCHEME = "canvas:";
const numbers = /** @type {WeakMap<HTMLCanvasElement, number>} */ (new WeakMap());
let lastNumber = 0;
// In a page's own document some browsers add noise to what an extension reads, too.
const isCanvasExact = createCanvasProbe(() => Object.assign(document.createElement("canvas"), { width: 64, height: 64 }).getContext("2d"));

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
 * @throws {UnreadableError} where it holds pixels of another site, or none any more, or the browser would change them
 */
export async function readPixels(drawable, { width, height }) {
  if (!isCanvasExact()) throw new UnreadableError("canvas_noise");
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
  throw new UnreadableError("unreadable");
}

/** The page, or the browser's protection against fingerprinting, does not let these pixels be read; `code` says which. */
export class UnreadableError extends Error {
  /** @param {"unreadable" | "canvas_noise"} code */
  constructor(code) {
    super(code === "unreadable" ? "The page does not let this picture be read." : "A protection against fingerprinting keeps this picture from being read.");
    this.name = "UnreadableError";
    this.code = code;
  }
}
