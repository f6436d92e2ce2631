// All badges of a page, drawn and placed a few milliseconds in each frame.

import { createElement } from "../shared/dom.js";
import { Badge } from "./badge.js";

/** @typedef {import("./tracked-image.js").TrackedImage} TrackedImage */
/** @typedef {import("./image-geometry.js").Rect} Rect */

/** Work in one frame; what is left is done in the next one. */
const MAX_FRAME_MS = 6;

/** Keeps a badge for each image that is to have one. */
export class BadgeLayer {
  #translate;
  #onOpen;
  #badges = /** @type {Map<TrackedImage, Badge>} */ (new Map());
  #inView = /** @type {Set<Element>} */ (new Set());
  #toRender = /** @type {Set<TrackedImage>} */ (new Set());
  #toPlace = /** @type {Set<TrackedImage>} */ (new Set());
  #seenAt = "";
  /** Whether anything may have moved. */
  isStale = false;
  element = createElement("div");

  /**
   * @param {import("../shared/i18n.js").Translate} translate
   * @param {(tracked: TrackedImage) => void} onOpen a badge was clicked
   */
  constructor(translate, onOpen) {
    this.#translate = translate;
    this.#onOpen = onOpen;
  }

  get size() {
    return this.#badges.size;
  }

  /** @returns {Iterable<Element>} pictures that are to be seen now */
  get inView() {
    return this.#inView;
  }

  /** @param {TrackedImage} tracked gets a badge, or its badge other words, with the next frames */
  show(tracked) {
    if (!this.#badges.has(tracked)) this.#badges.set(tracked, new Badge(tracked.image, this.#translate, () => this.#onOpen(tracked)));
    this.#toRender.add(tracked);
  }

  /** All words have changed. */
  showAllAgain() {
    for (const tracked of this.#badges.keys()) this.#toRender.add(tracked);
  }

  /** @param {TrackedImage} tracked */
  remove(tracked) {
    this.#badges.get(tracked)?.element.remove();
    this.#badges.delete(tracked);
    this.#toRender.delete(tracked);
    this.#toPlace.delete(tracked);
    if (!tracked.image.isConnected) this.#inView.delete(tracked.image);
  }

  /** @param {Element} image @param {boolean} isInView */
  setInView(image, isInView) {
    if (isInView) this.#inView.add(image);
    else this.#inView.delete(image);
  }

  /** @returns {boolean} whether a picture in view lies elsewhere than at the last call */
  hasMoved() {
    const places = [...this.#inView].map((image) => {
      const { x, y, width, height } = image.getBoundingClientRect();
      return [x, y, width, height].join();
    });
    const seenAt = places.join(";");
    const hasMoved = seenAt !== this.#seenAt;
    this.#seenAt = seenAt;
    return hasMoved;
  }

  /** @param {TrackedImage} tracked */
  focus(tracked) {
    this.#badges.get(tracked)?.element.focus({ preventScroll: true });
  }

  /**
   * @param {Rect} view the visible part of the page, CSS pixels of the viewport
   * @param {{x: number, y: number}} origin of the overlay, the same
   * @returns {boolean} whether all is done; if not, it wants to be called with the next frame
   */
  draw(view, origin) {
    const endAt = performance.now() + MAX_FRAME_MS;
    if (this.isStale && this.#toPlace.size === 0) {
      this.#toPlace = new Set(this.#badges.keys());
      this.isStale = false;
    }
    this.#render(endAt);
    this.#place(view, origin, endAt);
    return this.#toRender.size === 0 && this.#toPlace.size === 0 && !this.isStale;
  }

  /** @param {number} endAt milliseconds */
  #render(endAt) {
    for (const tracked of this.#toRender) {
      if (performance.now() > endAt) return;
      this.#toRender.delete(tracked);
      const badge = /** @type {Badge} */ (this.#badges.get(tracked));
      badge.show(tracked.isChecking ? null : tracked.result, tracked);
      if (badge.element.parentNode !== this.element) this.element.append(badge.element);
      // Itself only: finding places for all of a page's badges with each of its verdicts is most of what the page would feel.
      this.#toPlace.add(tracked);
    }
  }

  /**
   * @param {Rect} view
   * @param {{x: number, y: number}} origin
   * @param {number} endAt milliseconds
   */
  #place(view, origin, endAt) {
    // All reads first, then all writes: one layout for all.
    const places = [];
    for (const tracked of this.#toPlace) {
      this.#toPlace.delete(tracked);
      const badge = /** @type {Badge} */ (this.#badges.get(tracked));
      places.push({ badge, place: this.#inView.has(tracked.image) ? badge.measure(view) : null });
      if (performance.now() >= endAt) break;
    }
    for (const { badge, place } of places) badge.move(place, origin);
  }
}
