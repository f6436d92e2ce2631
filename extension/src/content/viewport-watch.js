// Tells which images come near, into and out of view, and when the page's images change.

// Started a little before it is seen, a verdict is often there in time.
const NEAR_MARGIN = "400px";
const IDLE_LIMIT_MS = 500;

/**
 * @typedef {object} ViewportListener
 * @property {(image: HTMLImageElement, size: {width: number, height: number}, isVisible: boolean) => void} onView an image
 *   came near or into view; size as shown, CSS pixels
 * @property {(image: HTMLImageElement) => void} onLeave it went out of view
 * @property {(image: HTMLImageElement) => void} onResize it takes another space on the page
 * @property {() => void} onPageChange images were added, removed, loaded or changed: batched, when the page is idle
 */

/** Watches one document until it is stopped. */
export class ViewportWatch {
  #listener;
  #near;
  #visible;
  #resizes;
  #mutations;
  #changePending = 0;
  #abort = new AbortController();

  /** @param {ViewportListener} listener */
  constructor(listener) {
    this.#listener = listener;
    this.#near = new IntersectionObserver((entries) => this.#report(entries, false), { rootMargin: NEAR_MARGIN });
    this.#visible = new IntersectionObserver((entries) => this.#report(entries, true));
    this.#resizes = new ResizeObserver((entries) => {
      for (const { target } of entries) this.#listener.onResize(/** @type {HTMLImageElement} */ (target));
    });
    this.#mutations = new MutationObserver(() => this.#schedule());
  }

  /** @param {Document | ShadowRoot} root is watched for changes; doing it twice is doing it once */
  watchRoot(root) {
    this.#mutations.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ["src", "srcset", "sizes"] });
    // load and error do not bubble, but they can be caught on their way down.
    const options = { capture: true, signal: this.#abort.signal };
    root.addEventListener("load", this.#handleLoad, options);
    root.addEventListener("error", this.#handleLoad, options);
  }

  /** @param {HTMLImageElement} image */
  watch(image) {
    this.#resizes.observe(image);
    this.lookAgain(image);
  }

  /** @param {HTMLImageElement} image is reported again if it is near or in view: observing anew does that */
  lookAgain(image) {
    for (const observer of [this.#near, this.#visible]) {
      observer.unobserve(image);
      observer.observe(image);
    }
  }

  /** @param {HTMLImageElement} image */
  unwatch(image) {
    this.#resizes.unobserve(image);
    this.#near.unobserve(image);
    this.#visible.unobserve(image);
  }

  /** Ends all watching. */
  stop() {
    this.#abort.abort();
    this.#mutations.disconnect();
    this.#resizes.disconnect();
    this.#near.disconnect();
    this.#visible.disconnect();
    if (this.#changePending) cancelIdleCallback(this.#changePending);
  }

  #handleLoad = (/** @type {Event} */ event) => {
    if (event.target instanceof HTMLImageElement) this.#schedule();
  };

  #schedule() {
    this.#changePending ||= requestIdleCallback(
      () => {
        this.#changePending = 0;
        this.#listener.onPageChange();
      },
      { timeout: IDLE_LIMIT_MS },
    );
  }

  /**
   * @param {IntersectionObserverEntry[]} entries
   * @param {boolean} areVisible whether they tell of the view itself, not of its surroundings
   */
  #report(entries, areVisible) {
    for (const { target, isIntersecting, boundingClientRect } of entries) {
      const image = /** @type {HTMLImageElement} */ (target);
      if (isIntersecting) this.#listener.onView(image, boundingClientRect, areVisible);
      else if (areVisible) this.#listener.onLeave(image);
    }
  }
}
