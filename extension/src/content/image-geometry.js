// Where an image's pixels lie on the page: object-fit, borders and padding taken into account.

import { backgroundFit } from "./css-background.js";

/** @typedef {{x: number, y: number, width: number, height: number}} Rect */

/** Elements that show their picture as their content. */
const REPLACED = new Set(["img", "image", "input", "video", "canvas"]);

/**
 * @param {Rect} box content box of the element
 * @param {{width: number, height: number}} natural size of the image, pixels
 * @param {string} fit computed object-fit
 * @param {string} position computed object-position, two lengths or percentages
 * @returns {Rect} the place of the whole image, which may reach beyond the box
 */
export function fitImage(box, natural, fit, position) {
  if (fit === "fill" || natural.width === 0 || natural.height === 0) return box;
  const contain = Math.min(box.width / natural.width, box.height / natural.height);
  const cover = Math.max(box.width / natural.width, box.height / natural.height);
  const scale = { cover, none: 1, "scale-down": Math.min(1, contain) }[fit] ?? contain;
  const [width, height] = [natural.width * scale, natural.height * scale];
  const [left = "50%", top = "50%"] = position.split(" ");
  return { x: box.x + offset(left, box.width - width), y: box.y + offset(top, box.height - height), width, height };
}

/**
 * @param {string} length such as "50%" or "12px"
 * @param {number} free space left over, pixels; negative when the image is larger than its box
 */
function offset(length, free) {
  const value = Number.parseFloat(length) || 0;
  return length.endsWith("%") ? (value / 100) * free : value;
}

/**
 * @param {Element} image an element that shows a picture
 * @param {{width: number, height: number}} [known] size of that picture, pixels, where it has been read: a page is told that of
 *   image elements only
 * @returns {{box: Rect, pixels: Rect}} its content box and the place of its pixels, CSS pixels of the viewport; where the
 *   picture's size is not known they are taken to fill the box
 */
export function placeOf(image, known) {
  const rect = image.getBoundingClientRect();
  const style = getComputedStyle(image);
  const isBackground = !REPLACED.has(image.localName);
  /** @param {string} side */
  const edge = (side) =>
    Number.parseFloat(style.getPropertyValue(`border-${side}-width`)) +
    // A background reaches below the padding.
    (isBackground ? 0 : Number.parseFloat(style.getPropertyValue(`padding-${side}`)));
  const box = image instanceof SVGElement ? rect : {
    x: rect.x + edge("left"),
    y: rect.y + edge("top"),
    width: Math.max(0, rect.width - edge("left") - edge("right")),
    height: Math.max(0, rect.height - edge("top") - edge("bottom")),
  };
  const natural = image instanceof HTMLImageElement ? { width: image.naturalWidth, height: image.naturalHeight } : known;
  if (!natural) return { box, pixels: box };
  const { fit, position } = isBackground ? backgroundFit(style) : fitOf(image, style);
  return { box, pixels: fitImage(box, natural, fit, position) };
}

/** @param {Element} image @param {CSSStyleDeclaration} style */
function fitOf(image, style) {
  if (!(image instanceof SVGImageElement)) return { fit: style.objectFit, position: style.objectPosition };
  const { align, meetOrSlice } = image.preserveAspectRatio.baseVal;
  if (align === SVGPreserveAspectRatio.SVG_PRESERVEASPECTRATIO_NONE) return { fit: "fill", position: "50% 50%" };
  // The nine alignments are numbered from 2, left to right and then down.
  const [column, row] = [(align - 2) % 3, Math.floor((align - 2) / 3)];
  const isSlice = meetOrSlice === SVGPreserveAspectRatio.SVG_MEETORSLICE_SLICE;
  return { fit: isSlice ? "cover" : "contain", position: `${50 * column}% ${50 * row}%` };
}

/**
 * @param {Rect} a
 * @param {Rect} b
 * @returns {Rect} what both share; width or height 0 when nothing
 */
export function intersect(a, b) {
  const [x, y] = [Math.max(a.x, b.x), Math.max(a.y, b.y)];
  const width = Math.max(0, Math.min(a.x + a.width, b.x + b.width) - x);
  const height = Math.max(0, Math.min(a.y + a.height, b.y + b.height) - y);
  return { x, y, width, height };
}

/**
 * @param {number[]} boxXyxy pixels of the checked image
 * @param {{width: number, height: number}} imageSize of the checked image, pixels
 * @param {Rect} place where the checked image lies on the page
 * @returns {Rect}
 */
export function boxOnPage([x1, y1, x2, y2], imageSize, place) {
  const [scaleX, scaleY] = [place.width / imageSize.width, place.height / imageSize.height];
  return { x: place.x + x1 * scaleX, y: place.y + y1 * scaleY, width: (x2 - x1) * scaleX, height: (y2 - y1) * scaleY };
}

/**
 * @param {Rect} inner
 * @param {Rect} outer
 * @returns {Rect} inner in fractions of outer
 */
export function fractionsOf(inner, outer) {
  return {
    x: (inner.x - outer.x) / outer.width,
    y: (inner.y - outer.y) / outer.height,
    width: inner.width / outer.width,
    height: inner.height / outer.height,
  };
}

/**
 * @param {Rect} fractions of outer
 * @param {Rect} outer
 * @returns {Rect}
 */
export function partOf(fractions, outer) {
  return {
    x: outer.x + fractions.x * outer.width,
    y: outer.y + fractions.y * outer.height,
    width: fractions.width * outer.width,
    height: fractions.height * outer.height,
  };
}

/**
 * @param {Element[]} elements
 * @returns {Element | null} the one of which most is in view
 */
export function mostVisible(elements) {
  const view = { x: 0, y: 0, width: innerWidth, height: innerHeight };
  const seen = (/** @type {Element} */ element) => {
    const { width, height } = intersect(element.getBoundingClientRect(), view);
    return width * height;
  };
  return elements.map((element) => ({ element, area: seen(element) })).sort((a, b) => b.area - a.area)[0]?.element ?? null;
}
