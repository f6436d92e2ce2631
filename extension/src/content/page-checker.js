// Checks the images of one document and keeps their badges true, whatever the page does to them.

import { findRoots, fitnessOf, imagesOf, isLargeEnough } from "./find-images.js";
import { intersect } from "./image-geometry.js";
import { readSource } from "./image-source.js";
import { ResultRequest } from "./result-request.js";
import { TrackedImage } from "./tracked-image.js";

/** @typedef {import("../shared/verdict-wording.js").Result} Result */
/** @typedef {import("../shared/settings.js").Settings} Settings */
/** @typedef {Partial<import("./result-request.js").CheckOptions>} CheckOptions */

/** The images of a document, from first sight to verdict. */
export class PageChecker {
  #tracked = /** @type {Map<HTMLImageElement, TrackedImage>} */ (new Map());
  #overlay;
  #watch;
  #request;
  #isAutomatic = false;
  #badgesWanted = /** @type {Settings["badges"]} */ ("all");
  #wasPageAsked = false;
  /** The image of a frame that may not be entered whose panel was opened last. @type {TrackedImage | null} */
  #elsewhere = null;

  /**
   * @param {object} parts
   * @param {(actions: import("./overlay.js").OverlayActions) => import("./overlay.js").Overlay} parts.createOverlay
   * @param {(listener: import("./viewport-watch.js").ViewportListener) => import("./viewport-watch.js").ViewportWatch} parts.createWatch
   * @param {(type: string, fields?: Record<string, unknown>) => Promise<any>} parts.ask the background
   */
  constructor({ createOverlay, createWatch, ask }) {
    this.#request = new ResultRequest(ask);
    this.#overlay = createOverlay({
      onAgain: (tracked) => void this.#check(tracked, { wasAsked: true, screenCopy: true, isVisible: true }),
      onReport: ({ key }) => void ask("report.open", { key }).catch((error) => console.warn("The report was not opened:", error)),
    });
    this.#watch = createWatch({
      onView: (image, size, isVisible) => this.#handleView(image, size, isVisible),
      onLeave: (image) => this.#overlay.setInView(image, false),
      onResize: (image) => this.#handleResize(image),
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

  /** @param {string} url of the image that the user pointed at */
  checkImage(url) {
    const candidates = imagesOf(findRoots(document)).filter((image) => image.currentSrc === url || image.src === url);
    const view = { x: 0, y: 0, width: innerWidth, height: innerHeight };
    const seen = (/** @type {HTMLImageElement} */ image) => {
      const { width, height } = intersect(image.getBoundingClientRect(), view);
      return width * height;
    };
    const [image] = candidates.sort((a, b) => seen(b) - seen(a));
    if (!image) {
      void this.#checkElsewhere(url);
      return;
    }
    const tracked = this.#track(image);
    void this.#check(tracked, { wasAsked: true, screenCopy: true, isVisible: true });
    this.#overlay.open(tracked);
  }

  /** Checks every image, those in view first, and from now on those that come. */
  checkPage() {
    this.#wasPageAsked = true;
    const shown = this.#findFit().map((image) => ({ image, rect: image.getBoundingClientRect() }));
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
    const others = this.#findFit().filter((image) => !this.#tracked.has(image));
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

  /**
   * @param {string} key
   * @returns {Promise<import("../report/subject.js").PageImage>} what the report page needs to know of an image
   * @throws {Error} when the page does not show it any more
   */
  async describe(key) {
    const tracked = [...this.list(), this.#elsewhere].find((candidate) => candidate?.key === key);
    if (!tracked) throw new Error("The page does not show this image any more.");
    const { image, url, result } = tracked;
    const isElsewhere = tracked === this.#elsewhere;
    const source = isElsewhere ? /** @type {const} */ ({ kind: "url", url }) : await readSource(image);
    return { source, pageUrl: location.href, name: image.alt, band: result?.band ?? null, copy: result?.copy ?? null };
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

  /** @returns {HTMLImageElement[]} loaded and large enough; what they lie in is watched from now on */
  #findFit() {
    const roots = findRoots(document);
    for (const root of roots) this.#watch.watchRoot(root);
    return imagesOf(roots).filter((image) => fitnessOf(image) === "fit");
  }

  /** The page's images may have changed: follow them. */
  #refresh() {
    for (const tracked of [...this.#tracked.values()]) {
      if (!tracked.isCurrent) this.#forget(tracked);
    }
    if (this.#isAutomatic || this.#wasPageAsked) this.#findFit().forEach((image) => this.#track(image));
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

  /** @param {HTMLImageElement} image may have been too small until now */
  #handleResize(image) {
    const tracked = this.#tracked.get(image);
    if (tracked && !tracked.result && !tracked.isChecking) this.#watch.lookAgain(image);
    this.#overlay.schedule();
  }

  /**
   * @param {TrackedImage} tracked
   * @param {CheckOptions} options
   */
  async #check(tracked, { wasAsked = false, screenCopy = false, isVisible = false }) {
    const turn = tracked.begin({ wasAsked, isVisible });
    this.#render(tracked);
    const result = await this.#request.ofImage(tracked, { wasAsked, screenCopy, isVisible });
    // Meanwhile the image may have changed, or the user may have asked for another check.
    if (!tracked.finish(turn, result) || this.#tracked.get(tracked.image) !== tracked) return;
    this.#render(tracked);
    if (wasAsked || result?.band === "likely_fake") this.#overlay.announce(tracked);
  }

  /** @param {string} url of an image in a frame that may not be entered: its panel opens without a badge */
  async #checkElsewhere(url) {
    const tracked = new TrackedImage(document.createElement("img"), url);
    this.#elsewhere = tracked;
    const turn = tracked.begin({ wasAsked: true, isVisible: true });
    this.#overlay.open(tracked);
    const result = await this.#request.ofAddress(tracked);
    tracked.finish(turn, result);
    this.#overlay.open(tracked);
    this.#overlay.announce(tracked);
  }

  /** @param {TrackedImage} tracked */
  #render(tracked) {
    const { wasAsked, result, isChecking } = tracked;
    const isWanted = this.#badgesWanted === "all" || result?.band === "likely_fake";
    if ((isChecking || result) && (wasAsked || isWanted)) this.#overlay.show(tracked);
    else this.#overlay.remove(tracked);
  }
}
