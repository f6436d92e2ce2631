// What an element shows as a picture: an image element, a background, a poster, a canvas, and where its address is.

import { canvasPicture } from "./canvas-picture.js";
import { backgroundAddressOf } from "./css-background.js";
import { isLargeEnough, sourceKindOf } from "./find-images.js";

/** @typedef {"image" | "background" | "svg" | "input" | "poster" | "canvas"} PictureKind */
/**
 * @typedef {object} Picture
 * @property {PictureKind} kind
 * @property {string} url absolute address; "canvas:" and a number for a canvas
 * @property {{width: number, height: number} | null} size of the picture itself, pixels; null where a page is not told
 * @property {"loading" | "broken" | "unfit" | "fit"} fitness by what it has loaded; its size on the page is not looked at
 */

/**
 * @param {Element} element
 * @returns {Picture | null} null for an element that shows none
 */
export function pictureOf(element) {
  switch (element.localName) {
    case "img":
      return imagePicture(/** @type {HTMLImageElement} */ (element));
    case "image":
      return element instanceof SVGImageElement ? addressed("svg", resolve(element.href.baseVal, element)) : null;
    case "input":
      return /** @type {HTMLInputElement} */ (element).type === "image" ? addressed("input", /** @type {HTMLInputElement} */ (element).src) : null;
    case "video":
      return posterPicture(/** @type {HTMLVideoElement} */ (element));
    case "canvas":
      return canvasPicture(/** @type {HTMLCanvasElement} */ (element));
    default:
      return addressed("background", backgroundAddressOf(element));
  }
}

/** @param {HTMLImageElement} image @returns {Picture | null} an image whose own picture is a spacer may still have a background */
function imagePicture(image) {
  const url = image.currentSrc || image.src;
  const size = { width: image.naturalWidth, height: image.naturalHeight };
  const fitness = fitnessOf(image, url);
  if (fitness === "unfit") {
    const background = addressed("background", backgroundAddressOf(image));
    if (background) return background;
  }
  return url ? { kind: "image", url, size, fitness } : null;
}

/**
 * @param {Pick<HTMLImageElement, "complete" | "naturalWidth" | "naturalHeight" | "loading">} image
 * @param {string} url
 * @returns {Picture["fitness"]}
 */
export function fitnessOf(image, url) {
  if (!image.complete) return "loading";
  if (!url || sourceKindOf(url) === null) return "unfit";
  // A lazy image counts as complete before its turn, without a size, as a broken one does.
  if (image.naturalWidth === 0) return image.loading === "lazy" ? "loading" : "broken";
  return isLargeEnough({ width: image.naturalWidth, height: image.naturalHeight }) ? "fit" : "unfit";
}

/** @param {HTMLVideoElement} video @returns {Picture | null} its poster, for as long as it shows */
function posterPicture(video) {
  const hasStarted = !video.paused || video.currentTime > 0 || video.played.length > 0;
  return hasStarted ? null : addressed("poster", video.poster);
}

/**
 * @param {PictureKind} kind
 * @param {string | null} url absolute
 * @returns {Picture | null}
 */
function addressed(kind, url) {
  return url && sourceKindOf(url) !== null ? { kind, url, size: null, fitness: "fit" } : null;
}

/** @param {string} address @param {Element} element @returns {string | null} absolute */
function resolve(address, element) {
  return address && URL.canParse(address, element.baseURI) ? new URL(address, element.baseURI).href : null;
}

/** @param {Element} element @returns {string} what the page calls it, or "" */
export function nameOf(element) {
  return element.getAttribute("alt") || element.getAttribute("aria-label") || element.getAttribute("title") || "";
}
