// Checks what the user pointed at: by its address where the browser tells it, by its place where it does not.

import { mostVisible } from "./image-geometry.js";
import { findPictures } from "./page-scan.js";
import { pictureOf } from "./picture.js";

/** The way from a click in the context menu to a check. */
export class PointedCheck {
  #pointer;
  #checker;

  /**
   * @param {import("./pointer-watch.js").PointerWatch} pointer
   * @param {import("./page-checker.js").PageChecker} checker
   */
  constructor(pointer, checker) {
    this.#pointer = pointer;
    this.#checker = checker;
  }

  /**
   * @param {string} url of the picture, as the browser tells it
   * @param {number} [targetElementId] of the clicked element, in browsers that tell it
   */
  async checkAddress(url, targetElementId) {
    const pictures = await findPictures();
    const pointedAt = this.#pointer.find(pictures, targetElementId);
    const isIt = (/** @type {Element} */ element) => pictureOf(element)?.url === url || (element instanceof HTMLImageElement && element.src === url);
    const image = pointedAt && isIt(pointedAt) ? pointedAt : mostVisible([...new Set([...document.images, ...pictures])].filter(isIt));
    if (!image) return this.#checker.checkElsewhere(url);
    // A spacer or a watermark can lie over what was meant.
    return this.#checker.checkElement(pointedAt && pictureOf(image)?.fitness === "unfit" ? pointedAt : image);
  }

  /** @param {number} [targetElementId] as above; the browser tells no address: something lies over the picture, or it is no image element */
  async checkHere(targetElementId) {
    const element = this.#pointer.find([...(await findPictures()), ...document.querySelectorAll("video")], targetElementId);
    return element ? this.#checker.checkElement(element) : this.#checker.showNothingHere();
  }
}
