// The picture in an element's CSS background, or in that of its ::before or ::after.

import { isLargeEnough } from "./find-images.js";

const PSEUDO_ELEMENTS = ["::before", "::after"];

/**
 * @param {Element} element
 * @returns {string | null} absolute address of the first picture; null for none, and for a background of colours only
 */
export function backgroundAddressOf(element) {
  const own = firstAddress(getComputedStyle(element).backgroundImage);
  // Asking for the style of a pseudo-element is the dear part, and one on a small element cannot show a face.
  if (own || !(element instanceof HTMLElement) || !isLargeEnough({ width: element.offsetWidth, height: element.offsetHeight })) return own;
  for (const pseudo of PSEUDO_ELEMENTS) {
    const { content, backgroundImage } = getComputedStyle(element, pseudo);
    const address = content === "none" ? null : firstAddress(backgroundImage) ?? firstAddress(content);
    if (address) return address;
  }
  return null;
}

/**
 * @param {string} value of background-image as computed: addresses are absolute and quoted there
 * @returns {string | null} the first address; of an image-set that is its first choice
 */
export function firstAddress(value) {
  const opening = 'url("';
  const start = value.indexOf(opening) + opening.length;
  if (start < opening.length) return null;
  return value.slice(start, endOfText(value, start)).replace(/\\(.)/g, "$1");
}

/**
 * Puts background-size and background-position into the words of object-fit, as far as they can be.
 *
 * @param {{backgroundImage: string, backgroundSize: string, backgroundPosition: string}} style computed
 * @returns {{fit: string, position: string}} of the layer with the first picture; a size in lengths counts as filling the box
 */
export function backgroundFit({ backgroundImage, backgroundSize, backgroundPosition }) {
  const layer = Math.max(0, layersOf(backgroundImage).findIndex((value) => value.includes("url(")));
  // Lists that are shorter than that of the pictures start anew.
  const ofLayer = (/** @type {string} */ list) => {
    const values = layersOf(list);
    return values[layer % values.length];
  };
  const size = ofLayer(backgroundSize);
  const fit = size === "cover" || size === "contain" ? size : size === "auto" || size === "auto auto" ? "none" : "fill";
  return { fit, position: ofLayer(backgroundPosition) };
}

/** @param {string} list of CSS values @returns {string[]} split at the commas that lie in no brackets and no quotes */
function layersOf(list) {
  const layers = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < list.length; at += 1) {
    const character = list[at];
    depth += Number(character === "(") - Number(character === ")");
    if (character === '"') at = endOfText(list, at + 1);
    if (character !== "," || depth > 0) continue;
    layers.push(list.slice(start, at));
    start = at + 1;
  }
  return [...layers, list.slice(start)].map((layer) => layer.trim());
}

/**
 * Without a regular expression: over an address of some megabytes the browser's has no stack left.
 *
 * @param {string} value
 * @param {number} start of a quoted text, behind its quote
 * @returns {number} of the quote that ends it; the value's length where none does
 */
function endOfText(value, start) {
  for (let end = value.indexOf('"', start); end >= 0; end = value.indexOf('"', end + 1)) {
    let escapes = 0;
    while (value[end - 1 - escapes] === "\\") escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return value.length;
}
