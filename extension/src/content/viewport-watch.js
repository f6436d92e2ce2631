// Tells which images come near, into and out of view, and which take another space on the page.

// Started a little before it is seen, a verdict is often there in time.
const NEAR_MARGIN = "400px";

/**
 * @typedef {object} ViewportListener
 * @property {(image: Element, size: {width: number, height: number}, isVisible: boolean) => void} onView an image
 *   came near or into view; size as shown, CSS pixels
 * @property {(image: Element) => void} onLeave it went out of view
 * @property {(image: Element) => void} onResize it takes another space on the page
 */

/** Watches elements until it is stopped. */
export class ViewportWatch {
  #listener;
  #near;
  #visible;
  #resizes;

  /** @param {ViewportListener} listener */
  constructor(listener) {
    this.#listener = listener;
    this.#near = new IntersectionObserver((entries) => this.#report(entries, false), { rootMargin: NEAR_MARGIN });
    this.#visible = new IntersectionObserver((entries) => this.#report(entries, true));
    this.#resizes = new ResizeObserver((entries) => {
      for (const { target } of entries) this.#listener.onResize(target);
    });
  }

  /** @param {Element} image */
  watch(image) {
    this.#resizes.observe(image);
    this.lookAgain(image);
  }

  /** @param {Element} image is reported again if it is near or in view: observing anew does that */
  lookAgain(image) {
    for (const observer of [this.#near, this.#visible]) {
      observer.unobserve(image);
      observer.observe(image);
    }
  }

  /** @param {Element} image */
  unwatch(image) {
    this.#resizes.unobserve(image);
    this.#near.unobserve(image);
    this.#visible.unobserve(image);
  }

  /** Ends all watching. */
  stop() {
    this.#resizes.disconnect();
    this.#near.disconnect();
    this.#visible.disconnect();
  }

  /**
   * @param {IntersectionObserverEntry[]} entries
   * @param {boolean} areVisible whether they tell of the view itself, not of its surroundings
   */
  #report(entries, areVisible) {
    for (const { target, isIntersecting, boundingClientRect } of entries) {
      if (isIntersecting) this.#listener.onView(target, boundingClientRect, areVisible);
      else if (areVisible) this.#listener.onLeave(target);
    }
  }
}
