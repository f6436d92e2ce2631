// Turns a picture of the page into what the background can read: an address, or its bytes as a data: URL.

import { imageUrlOf, MAX_SENT_BYTES } from "../shared/data-url.js";
import { readPixels, UnreadableError } from "./canvas-picture.js";
import { sourceKindOf } from "./find-images.js";

/** @typedef {{kind: "url", url: string} | {kind: "data", dataUrl: string}} Source */

/**
 * @param {Element} element that shows it
 * @param {string} url of its picture
 * @returns {Promise<Source>}
 * @throws {UnreadableError} when a blob: image has become unreadable, or a canvas is
 * @throws {Error} when there is too much of it
 */
export async function readSource(element, url) {
  return (await readPicture(element, url)).source;
}

/**
 * @param {Element} element as for `readSource`
 * @param {string} url
 * @returns {Promise<{source: Source, isDrawn: boolean}>} isDrawn: it has no file to read, and its pixels were made one
 */
export async function readPicture(element, url) {
  const kind = sourceKindOf(url);
  if (kind === "url") return { source: { kind, url }, isDrawn: false };
  if (kind === "data") return { source: { kind, dataUrl: url }, isDrawn: false };
  // A blob: address means nothing outside its page, and a canvas has none.
  const { blob, isDrawn } = await readBlob(element, url);
  return { source: { kind: "data", dataUrl: await toDataUrl(blob) }, isDrawn };
}

/**
 * @param {Element} element that shows a picture
 * @returns {Promise<Source | null>} what is on the page, whatever its address gives; null where the page may not read it, or it is too much
 */
export async function readShown(element) {
  if (!(element instanceof HTMLImageElement)) return null;
  try {
    return { kind: "data", dataUrl: await toDataUrl(await drawnPixels(element)) };
  } catch {
    return null;
  }
}

/** @param {string} url absolute @returns {boolean} of another site than the page; also what a page has set as an address and is none */
export function isForeign(url) {
  return url.startsWith("http") && (!URL.canParse(url) || new URL(url).origin !== location.origin);
}

/** @param {HTMLImageElement} image */
function drawnPixels(image) {
  return readPixels(image, { width: image.naturalWidth, height: image.naturalHeight });
}

/**
 * @param {Element} element
 * @param {string} url blob: address, or the name of a canvas
 * @returns {Promise<{blob: Blob, isDrawn: boolean}>}
 */
async function readBlob(element, url) {
  if (element instanceof HTMLCanvasElement) return { blob: await readPixels(element, element), isDrawn: true };
  try {
    return { blob: await (await fetch(url)).blob(), isDrawn: false };
  } catch {
    // Pages often revoke the address once the image shows; what it shows can still be drawn.
    if (!(element instanceof HTMLImageElement)) throw new UnreadableError("unreadable");
    return { blob: await drawnPixels(element), isDrawn: true };
  }
}

/**
 * @param {Blob} blob of an image
 * @returns {Promise<string>}
 * @throws {Error} when there is too much of it
 */
export function toDataUrl(blob) {
  if (blob.size > MAX_SENT_BYTES) throw new Error(`The image is larger than ${MAX_SENT_BYTES / 1024 / 1024} MB.`);
  return imageUrlOf(blob);
}
