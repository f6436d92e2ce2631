// Turns an image of the page into what the background can read: an address, or its bytes as a data: URL.

import { createCanvasProbe } from "../shared/canvas-probe.js";
import { sourceKindOf } from "./find-images.js";

/** @typedef {{kind: "url", url: string} | {kind: "data", dataUrl: string}} Source */

/** More than this cannot be sent to the background, bytes. */
const MAX_BYTES = 40 * 1024 * 1024;

// In a page's own document some browsers add noise to what an extension reads, too.
const isCanvasExact = createCanvasProbe(() => Object.assign(document.createElement("canvas"), { width: 64, height: 64 }).getContext("2d"));

/**
 * @param {HTMLImageElement} image
 * @returns {Promise<Source>}
 * @throws {Error} when a blob: image has become unreadable
 */
export async function readSource(image) {
  const url = image.currentSrc || image.src;
  const kind = sourceKindOf(url);
  if (kind === "url") return { kind, url };
  if (kind === "data") return { kind, dataUrl: url };
  // A blob: address means nothing outside its page.
  return { kind: "data", dataUrl: await toDataUrl(await readBlob(image, url)) };
}

/**
 * @param {HTMLImageElement} image
 * @param {string} url blob: address
 * @returns {Promise<Blob>}
 */
async function readBlob(image, url) {
  try {
    return await (await fetch(url)).blob();
  } catch {
    // Pages often revoke the address once the image shows; what it shows can still be drawn.
    if (!isCanvasExact()) throw new Error("The image's data is no longer there, and a protection against fingerprinting keeps it from being read off the page.");
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    canvas.getContext("2d")?.drawImage(image, 0, 0);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    if (!blob) throw new Error("The image's data is no longer there.");
    return blob;
  }
}

/**
 * @param {Blob} blob
 * @returns {Promise<string>}
 */
function toDataUrl(blob) {
  if (blob.size > MAX_BYTES) throw new Error(`The image is larger than ${MAX_BYTES / 1024 / 1024} MB.`);
  // Pages often leave the type of a blob empty; the decoder looks at the bytes.
  const typed = blob.type.startsWith("image/") ? blob : new Blob([blob], { type: "image/png" });
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(/** @type {string} */ (reader.result));
    reader.onerror = () => reject(reader.error ?? new Error("The image's data could not be read."));
    reader.readAsDataURL(typed);
  });
}
