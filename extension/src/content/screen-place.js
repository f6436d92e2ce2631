// Prepares an image for a copy of the screen: in view, nothing of ours over it, its place in fractions of the view.

import { isLargeEnough } from "./find-images.js";
import { fractionsOf, intersect, placeOf } from "./image-geometry.js";

/** @typedef {import("./image-geometry.js").Rect} Rect */

// Should the background never say that it is done, the badges come back all the same.
const MAX_HIDDEN_MS = 3000;

/** Hides the overlay for the instant of a copy. */
export class ScreenPlace {
  #overlay;
  #timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  #prepared = /** @type {import("./tracked-image.js").TrackedImage | null} */ (null);

  /** @param {Pick<import("./overlay.js").Overlay, "setHidden">} overlay */
  constructor(overlay) {
    this.#overlay = overlay;
  }

  /**
   * @param {import("./tracked-image.js").TrackedImage} tracked its `screenPart` is set
   * @returns {Promise<Rect | null>} fractions of the visible page; null when too little of it can be seen
   */
  async prepare(tracked) {
    this.#show(false);
    this.#prepared = tracked;
    this.#timer = setTimeout(() => this.#show(true), MAX_HIDDEN_MS);
    if (!isLargeEnough(await seenPart(tracked.image))) tracked.image.scrollIntoView({ block: "center", behavior: "instant" });
    await nextPaint();
    const seen = await seenPart(tracked.image);
    if (!isLargeEnough(seen)) return null;
    tracked.screenPart = fractionsOf(seen, placeOf(tracked.image).pixels);
    return fractionsOfView(seen);
  }

  /**
   * The copy is taken.
   *
   * @returns {Promise<Rect | null>} where the image is by now, as `prepare` tells it, and nothing is scrolled: the copy may have
   *   been taken of what has come into its place
   */
  async release() {
    this.#show(true);
    const image = this.#prepared?.image;
    this.#prepared = null;
    const seen = image && (await seenPart(image));
    return seen && isLargeEnough(seen) ? fractionsOfView(seen) : null;
  }

  /** @param {boolean} isShown what the extension has drawn */
  #show(isShown) {
    clearTimeout(this.#timer);
    this.#overlay.setHidden(!isShown);
  }
}

/** @param {Element} image @returns {Promise<Rect>} CSS pixels of the viewport */
async function seenPart(image) {
  const left = await clippedBox(image);
  const { box, pixels } = placeOf(image);
  return intersect(intersect(intersect(box, pixels), left), view());
}

/** @param {Element} image @returns {Promise<Rect>} what the boxes around it leave of it: beside them others' pictures are copied */
function clippedBox(image) {
  return new Promise((resolve) => {
    const observer = new IntersectionObserver(([{ intersectionRect }]) => {
      observer.disconnect();
      resolve(intersectionRect);
    });
    observer.observe(image);
  });
}

/** @returns {Rect} what a copy of the tab shows: all of it, or the part that is pinched into view */
function view() {
  const { scale = 1, offsetLeft = 0, offsetTop = 0, width = innerWidth, height = innerHeight } = window.visualViewport ?? {};
  return scale === 1 ? { x: 0, y: 0, width: innerWidth, height: innerHeight } : { x: offsetLeft, y: offsetTop, width, height };
}

/** @param {Rect} rect @returns {Rect} in fractions of the view, with rounding errors beyond 0 and 1 cut off */
function fractionsOfView(rect) {
  const { x, y, width, height } = fractionsOf(rect, view());
  return { x: Math.max(0, x), y: Math.max(0, y), width: Math.min(1 - Math.max(0, x), width), height: Math.min(1 - Math.max(0, y), height) };
}

/** @returns {Promise<void>} once what was changed is on the screen */
function nextPaint() {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
}
