// Checks the images of one document and keeps their badges true, whatever the page does to them.

import { findImages, fitnessOf, isLargeEnough } from "./find-images.js";
import { intersect } from "./image-geometry.js";
import { readSource } from "./image-source.js";
import { TrackedImage } from "./tracked-image.js";

/** @typedef {import("../shared/verdict-wording.js").Result} Result */
/** @typedef {import("../shared/settings.js").Settings} Settings */
/** @typedef {{wasAsked?: boolean, screenCopy?: boolean, isVisible?: boolean}} CheckOptions */

/** The images of a document, from first sight to verdict. */
export class PageChecker {
  #tracked = /** @type {Map<HTMLImageElement, TrackedImage>} */ (new Map());
  #overlay;
  #watch;
  #ask;
  #isAutomatic = false;
  #badgesWanted = /** @type {Settings["badges"]} */ ("all");
  #wasPageAsked = false;

  /**
   * @param {object} parts
   * @param {(onAgain: (tracked: TrackedImage) => void) => import("./overlay.js").Overlay} parts.createOverlay
   * @param {(listener: import("./viewport-watch.js").ViewportListener) => import("./viewport-watch.js").ViewportWatch} parts.createWatch
   * @param {(type: string, fields?: Record<string, unknown>) => Promise<any>} parts.ask the background
   */
  constructor({ createOverlay, createWatch, ask }) {
    this.#ask = ask;
    this.#overlay = createOverlay((tracked) => void this.#check(tracked, { wasAsked: true, screenCopy: true, isVisible: true }));
    this.#watch = createWatch({
      onView: (image, size, isVisible) => this.#handleView(image, size, isVisible),
      onLeave: (image) => this.#overlay.setInView(image, false),
      onPageChange: () => this.#refresh(),
    });
  }

  /** @param {boolean} isAutomatic @param {Settings["badges"]} badges which automatic results get one */
  configure(isAutomatic, badges) {
    [this.#isAutomatic, this.#badgesWanted] = [isAutomatic, badges];
    for (const tracked of this.#tracked.values()) {
      if (!isAutomatic && !tracked.wasAsked) this.#forget(tracked);
      else this.#render(tracked);
    }
    this.#refresh();
  }

  /** @param {string} url of the image that the user pointed at @returns {boolean} whether it is in this document */
  checkImage(url) {
    const candidates = [...document.images].filter((image) => image.currentSrc === url || image.src === url);
    const view = { x: 0, y: 0, width: innerWidth, height: innerHeight };
    const seen = (/** @type {HTMLImageElement} */ image) => {
      const { width, height } = intersect(image.getBoundingClientRect(), view);
      return width * height;
    };
    const [image] = candidates.sort((a, b) => seen(b) - seen(a));
    if (!image) return false;
    const tracked = this.#track(image);
    void this.#check(tracked, { wasAsked: true, screenCopy: true, isVisible: true });
    this.#overlay.open(tracked);
    return true;
  }

  /** Checks every image, those in view first, and from now on those that come. */
  checkPage() {
    this.#wasPageAsked = true;
    const shown = findImages(document).map((image) => ({ image, rect: image.getBoundingClientRect() }));
    const isVisible = (/** @type {DOMRect} */ rect) => rect.bottom > 0 && rect.top < innerHeight;
    for (const { image, rect } of shown.filter(({ rect: { width, height } }) => isLargeEnough({ width, height }))) {
      void this.#check(this.#track(image), { wasAsked: true, isVisible: isVisible(rect) });
    }
  }

  /** Checks again what could not be read, now that the user has allowed more hosts. */
  retryRefused() {
    for (const tracked of this.#tracked.values()) {
      if (tracked.result?.code === "no_access") void this.#check(tracked, { wasAsked: tracked.wasAsked });
    }
  }

  /** Checks again what had a verdict: the page comes back from the back/forward cache, where it was forgotten. */
  resume() {
    for (const tracked of this.#tracked.values()) {
      if (tracked.result) void this.#check(tracked, { wasAsked: tracked.wasAsked, isVisible: true });
    }
  }

  /** @returns {TrackedImage[]} every image worth a check, in document order */
  list() {
    const asked = [...this.#tracked.values()].filter((tracked) => tracked.isCurrent);
    const others = findImages(document).filter((image) => !this.#tracked.has(image));
    const all = [...asked, ...others.map((image) => new TrackedImage(image))];
    const isShown = (/** @type {TrackedImage} */ { image, result }) => result !== null || isLargeEnough(image.getBoundingClientRect());
    const order = (/** @type {TrackedImage} */ { image: a }, /** @type {TrackedImage} */ { image: b }) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1);
    return all.filter(isShown).sort(order);
  }

  /** @param {string} key scrolls to an image and opens its panel */
  reveal(key) {
    const tracked = this.list().find((candidate) => candidate.key === key);
    if (!tracked) return;
    tracked.image.scrollIntoView({ block: "center", behavior: "instant" });
    if (!tracked.result) return;
    this.#overlay.show(tracked);
    this.#overlay.open(tracked, { takeFocus: true });
  }

  /** Stops watching and takes every badge away. */
  stop() {
    this.#watch.stop();
    this.#overlay.destroy();
    this.#tracked.clear();
  }

  /**
   * @param {HTMLImageElement} image
   * @returns {TrackedImage} of what the element shows now
   */
  #track(image) {
    const known = this.#tracked.get(image);
    if (known?.isCurrent) return known;
    if (known) this.#forget(known);
    const tracked = new TrackedImage(image);
    this.#tracked.set(image, tracked);
    this.#watch.watch(image);
    return tracked;
  }

  /** @param {TrackedImage} tracked */
  #forget(tracked) {
    this.#tracked.delete(tracked.image);
    this.#watch.unwatch(tracked.image);
    this.#overlay.remove(tracked);
  }

  /** The page's images may have changed: follow them. */
  #refresh() {
    for (const tracked of [...this.#tracked.values()]) {
      if (!tracked.isCurrent) this.#forget(tracked);
    }
    if (this.#isAutomatic || this.#wasPageAsked) findImages(document).forEach((image) => this.#track(image));
    this.#overlay.schedule();
  }

  /** @type {import("./viewport-watch.js").ViewportListener["onView"]} */
  #handleView(image, size, isVisible) {
    const tracked = this.#tracked.get(image);
    if (isVisible) this.#overlay.setInView(image, true);
    if (!tracked || tracked.result || !isLargeEnough(size) || !(this.#isAutomatic || this.#wasPageAsked)) return;
    const isMoreUrgent = isVisible && !tracked.isUrgent;
    if (!tracked.isChecking || isMoreUrgent) void this.#check(tracked, { wasAsked: tracked.wasAsked || this.#wasPageAsked, isVisible });
  }

  /**
   * @param {TrackedImage} tracked
   * @param {CheckOptions} options
   */
  async #check(tracked, { wasAsked = false, screenCopy = false, isVisible = false }) {
    const turn = tracked.begin({ wasAsked, isVisible });
    this.#render(tracked);
    const result = await this.#askForResult(tracked, { wasAsked, screenCopy, isVisible });
    // Meanwhile the image may have changed, or the user may have asked for another check.
    if (!tracked.finish(turn, result) || this.#tracked.get(tracked.image) !== tracked) return;
    this.#render(tracked);
    if (wasAsked || result?.band === "likely_fake") this.#overlay.announce(tracked);
  }

  /**
   * @param {TrackedImage} tracked
   * @param {Required<CheckOptions>} options
   * @returns {Promise<Result | null>} null when the background has dropped the check with its page
   */
  async #askForResult({ image, key }, { wasAsked, screenCopy, isVisible }) {
    if (fitnessOf(image) === "broken" || image.naturalWidth === 0) return { status: "failed", code: "not_loaded" };
    try {
      const source = await readSource(image);
      return await this.#ask("image.check", { key, source, mode: wasAsked ? "check" : "automatic", visible: isVisible, screenCopy });
    } catch (error) {
      return { status: "failed", reason: error instanceof Error ? error.message : String(error) };
    }
  }

  /** @param {TrackedImage} tracked */
  #render(tracked) {
    const { wasAsked, result, isChecking } = tracked;
    const isWanted = this.#badgesWanted === "all" || result?.band === "likely_fake";
    if ((isChecking || result) && (wasAsked || isWanted)) this.#overlay.show(tracked);
    else this.#overlay.remove(tracked);
  }
}
