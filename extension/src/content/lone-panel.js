// Opens a panel without a badge: for what is no element of this document.

import { TrackedImage } from "./tracked-image.js";

/** @typedef {import("../shared/verdict-wording.js").Result} Result */

/** One such panel at a time. */
export class LonePanel {
  #overlay;
  #resultOf = /** @type {(tracked: TrackedImage) => Promise<Result | null>} */ (async () => null);
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
    this.shown = new TrackedImage(document.createElement("img"), url);
    this.#resultOf = resultOf;
    await this.again(this.shown);
  }

  /** Forgets what it was opened for, and closes it. */
  forget() {
    if (this.shown && this.#overlay.opened === this.shown) this.#overlay.close();
    this.shown = null;
  }

  /** @param {TrackedImage} tracked what is shown, to be checked */
  async again(tracked) {
    const turn = tracked.begin({ wasAsked: true, isVisible: true });
    this.#overlay.open(tracked);
    const result = await this.#resultOf(tracked);
    // Meanwhile the user may have asked for another check, closed the panel, or opened that of another picture.
    if (!tracked.finish(turn, result) || this.#overlay.opened !== tracked) return;
    if (!result) return this.#overlay.close();
    this.#overlay.open(tracked);
    this.#overlay.announce(tracked);
  }
}
