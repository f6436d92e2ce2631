// What the content script knows of one image of the page.

import { imageKeyOf } from "./find-images.js";

/** @typedef {import("../shared/verdict-wording.js").Result} Result */
/** @typedef {import("./image-geometry.js").Rect} Rect */

/** One image element with one address; a changed address makes a new one. */
export class TrackedImage {
  /** @type {Result | null} */
  result = null;
  /** Whether the running check was sent as visible. */
  isUrgent = false;
  /** Whether the user asked for it, rather than the automatic. */
  wasAsked = false;
  /** The part of the image that was copied from the screen, in fractions of it. @type {Rect | null} */
  screenPart = null;
  #turn = 0;
  #pending = 0;

  /**
   * @param {HTMLImageElement} image
   * @param {string} [url] absolute; what the element shows, unless it only stands for an image of another document
   */
  constructor(image, url = image.currentSrc || image.src) {
    this.image = image;
    this.url = url;
    this.key = imageKeyOf(url);
  }

  /** Whether the element still shows this image. */
  get isCurrent() {
    return this.image.isConnected && (this.image.currentSrc || this.image.src) === this.url;
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
    this.result = result;
    return true;
  }
}
