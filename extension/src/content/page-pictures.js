// Follows the pictures of one document for as long as somebody wants to know of them.

import { ChangeWatch } from "./change-watch.js";
import { PageScan } from "./page-scan.js";

/**
 * @typedef {object} PicturesListener
 * @property {(element: Element) => void} onChange an element may show another picture now; told at once and often, it must be cheap
 * @property {(element: Element) => void} onPicture an element that shows a picture fit for a check; told again and again
 * @property {() => void} onDone what has changed has been looked at: what was known may be gone
 */

/** Starts and stops the looking. */
export class PagePictures {
  #listener;
  #scan = /** @type {PageScan | null} */ (null);
  #changes = /** @type {ChangeWatch | null} */ (null);

  /** @param {PicturesListener} listener */
  constructor(listener) {
    this.#listener = listener;
  }

  /** Looks at the whole page, and from now on where it changes. */
  follow() {
    if (this.#scan) return;
    const { onChange, onPicture, onDone } = this.#listener;
    const changes = new ChangeWatch((place) => {
      if (place instanceof Element) onChange(place);
      scan.request(place);
    });
    const scan = new PageScan({ onPicture, onDone, onRoot: (root) => changes.watch(root) });
    [this.#scan, this.#changes] = [scan, changes];
    changes.watch(document);
    scan.request(document);
  }

  /** Leaves the page alone. */
  leave() {
    this.#scan?.stop();
    this.#changes?.stop();
    this.#scan = this.#changes = null;
  }
}
