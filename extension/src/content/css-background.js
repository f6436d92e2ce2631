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
  if (!value.includes("url(")) return null;
  const quoted = /url\("((?:[^"\\]|\\.)*)"\)/.exec(value);
  return quoted ? quoted[1].replace(/\\(.)/g, "$1") : null;
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
  const layers = [""];
  let depth = 0;
  // A quoted text with its escapes, or one character.
  for (const [part] of list.matchAll(/"(?:[^"\\]|\\.)*"|[^]/g)) {
    depth += Number(part === "(") - Number(part === ")");
    if (part === "," && depth === 0) layers.push("");
    else layers[layers.length - 1] += part;
  }
  return layers.map((layer) => layer.trim());
}
