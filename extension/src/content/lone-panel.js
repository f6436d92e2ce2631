// Opens a panel without a badge: for what is no element of this document.

import { TrackedImage } from "./tracked-image.js";

/** @typedef {import("../shared/verdict-wording.js").Result} Result */

/** One such panel at a time. */
export class LonePanel {
  #overlay;
  /** What had its panel opened last. @type {TrackedImage | null} */
  shown = null;

  /** @param {import("./overlay.js").Overlay} overlay */
  constructor(overlay) {
    this.#overlay = overlay;
  }

  /**
   * @param {string} url
   * @param {(tracked: TrackedImage) => Promise<Result | null>} resultOf
   */
  async show(url, resultOf) {
    const tracked = new TrackedImage(document.createElement("img"), url);
    this.shown = tracked;
    const turn = tracked.begin({ wasAsked: true, isVisible: true });
    this.#overlay.open(tracked);
    tracked.finish(turn, await resultOf(tracked));
    this.#overlay.open(tracked);
    this.#overlay.announce(tracked);
  }
}
