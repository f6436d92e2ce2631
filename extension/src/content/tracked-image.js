// What the content script knows of one image of the page.

import { isLargeEnough } from "./find-images.js";
import { imageKeyOf } from "./image-key.js";
import { pictureOf } from "./picture.js";

/** @typedef {import("../shared/verdict-wording.js").Result} Result */
/** @typedef {import("./image-geometry.js").Rect} Rect */

/** Failures of what is no photograph, or could never be read. */
const UNREADABLE = new Set(["not_an_image", "unreadable", "canvas_noise"]);

/** One image element with one address; a changed address makes a new one. */
export class TrackedImage {
  /** @type {Result | null} */
  result = null;
  /** Whether it is to be checked when it is seen: nothing is known of it, or what is known may be out of date. */
  isDue = true;
  /** Whether the running check is known to be of what is in view. */
  isUrgent = false;
  /** Whether the user asked for it, rather than the automatic. */
  wasAsked = false;
  /** Whether a check of it will start when others are done. */
  isWaiting = false;
  /** The part of the image that was copied from the screen, in fractions of it. @type {Rect | null} */
  screenPart = null;
  #turn = 0;
  #pending = 0;

  /**
   * @param {Element} image that shows it
   * @param {string} [url] absolute; what the element shows, unless it only stands for an image of another document
   */
  constructor(image, url) {
    const picture = url === undefined ? pictureOf(image) : null;
    this.image = image;
    this.kind = picture?.kind ?? "image";
    this.url = url ?? picture?.url ?? "";
    this.key = imageKeyOf(this.url);
  }

  /** Whether the element still shows this image. */
  get isCurrent() {
    return this.image.isConnected && pictureOf(this.image)?.url === this.url;
  }

  /** Whether it turned out to be too small to be worth a word, or no photograph: a texture, a drawing, a tracker. */
  get isNothing() {
    if (this.wasAsked || this.kind === "image" || !this.result) return false;
    const { code = "", imageSize } = this.result;
    return UNREADABLE.has(code) || (imageSize !== undefined && !isLargeEnough(imageSize));
  }

  get isChecking() {
    return this.#pending > 0;
  }

  /**
   * A check starts.
   *
   * @param {{wasAsked: boolean, isVisible: boolean}} check
   * @returns {number} to be handed to `finish`
   */
  begin({ wasAsked, isVisible }) {
    this.wasAsked ||= wasAsked;
    this.isUrgent ||= isVisible;
    this.isWaiting = false;
    this.#pending = this.#turn += 1;
    return this.#turn;
  }

  /**
   * A check ends.
   *
   * @param {number} turn from `begin`
   * @param {Result | null} result null when there is none: the image stays unchecked
   * @returns {boolean} false when a later check has taken its place
   */
  finish(turn, result) {
    if (turn !== this.#pending) return false;
    this.#pending = 0;
    this.isUrgent = false;
    this.result = result;
    this.isDue = result === null;
    return true;
  }
}
