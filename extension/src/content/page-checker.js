// Checks the pictures of one document and keeps their badges true, whatever the page does to them.

import { isLargeEnough } from "./find-images.js";
import { takeTurns } from "./idle-slices.js";
import { PagePictures } from "./page-pictures.js";
import { findPictures } from "./page-scan.js";
import { ResultRequest } from "./result-request.js";
import { TrackedImage } from "./tracked-image.js";

/** @typedef {import("../shared/verdict-wording.js").Result} Result */
/** @typedef {import("../shared/settings.js").Settings} Settings */
/** @typedef {Partial<import("./result-request.js").CheckOptions>} CheckOptions */

// What one page has in the queue at a time, so that a page of thousands of pictures leaves room for others.
const MAX_UNDER_WAY = 40;

/** The pictures of a document, from first sight to verdict. */
export class PageChecker {
  #tracked = /** @type {Map<Element, TrackedImage>} */ (new Map());
  #overlay;
  #watch;
  #request;
  #pictures;
  #isAutomatic = false;
  #badgesWanted = /** @type {Settings["badges"]} */ ("all");
  #sensitivity = /** @type {Settings["sensitivity"] | null} */ (null);
  #reportPlace = /** @type {Settings["report"]} */ ("tab");
  #wasPageAsked = false;
  /** What is no element of this document and had its panel opened last. @type {TrackedImage | null} */
  shownAlone = null;

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
      onReport: ({ key }) => void ask("report.open", { key, place: this.#reportPlace }).catch((error) => console.warn("The report was not opened:", error)),
    });
    this.#watch = createWatch({
      onView: (image, size, isVisible) => this.#handleView(image, size, isVisible),
      onLeave: (image) => this.#overlay.setInView(image, false),
      onResize: (image) => this.#handleResize(image),
    });
    this.#pictures = new PagePictures({ onPicture: (element) => this.#isFollowing && this.#track(element), onDone: () => this.#prune() });
  }

  /**
   * @param {boolean} isAutomatic
   * @param {Pick<Settings, "badges" | "sensitivity" | "report">} settings
   */
  configure(isAutomatic, { badges, sensitivity, report }) {
    this.#reportPlace = report;
    const isReworded = this.#sensitivity !== null && this.#sensitivity !== sensitivity;
    [this.#isAutomatic, this.#badgesWanted, this.#sensitivity] = [isAutomatic, badges, sensitivity];
    if (isReworded) this.#request.forget();
    for (const tracked of [...this.#tracked.values()]) {
      if (!isAutomatic && !tracked.wasAsked) this.#forget(tracked);
      else if (isReworded && tracked.result && !tracked.wasAsked) void this.#check(tracked, { isVisible: true });
      else this.#render(tracked);
    }
    this.#followOrLeave();
  }

  /** @param {Element} element shows the picture that the user pointed at */
  checkElement(element) {
    const tracked = this.#track(element);
    void this.#check(tracked, { wasAsked: true, screenCopy: true, isVisible: true });
    this.#overlay.open(tracked);
    this.#followOrLeave();
  }

  /** @param {string} url of a picture in a frame that may not be entered: its panel opens without a badge */
  checkElsewhere(url) {
    return this.#showAlone(url, (tracked) => this.#request.ofAddress(tracked));
  }

  /** Says that there is nothing to check where the user pointed. */
  showNothingHere() {
    return this.#showAlone("", async () => ({ status: "failed", code: "nothing_here" }));
  }

  /** Checks every picture, those in view first, and from now on those that come. */
  async checkPage() {
    this.#wasPageAsked = true;
    this.#pictures.follow();
    for (const element of await findPictures()) this.#track(element);
    const shown = this.known().map((tracked) => ({ tracked, rect: tracked.image.getBoundingClientRect() }));
    const inView = (/** @type {DOMRect} */ { top, bottom }) => bottom > 0 && top < innerHeight;
    const checks = shown.filter(({ rect }) => isLargeEnough(rect)).map(({ tracked, rect }) => ({ tracked, isVisible: inView(rect) }));
    for (const { tracked } of checks) tracked.isWaiting = true;
    const inOrder = checks.sort((a, b) => Number(b.isVisible) - Number(a.isVisible));
    void takeTurns(inOrder, MAX_UNDER_WAY, ({ tracked, isVisible }) => this.#check(tracked, { wasAsked: true, isVisible }));
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

  /** @returns {TrackedImage[]} what has been seen so far */
  known() {
    return [...this.#tracked.values()];
  }

  /** @param {TrackedImage} tracked is scrolled into view, and its panel opened */
  reveal(tracked) {
    tracked.image.scrollIntoView({ block: "center", behavior: "instant" });
    if (!tracked.result) return;
    this.#overlay.show(tracked);
    this.#overlay.open(tracked, { takeFocus: true });
  }

  /** Stops watching and takes every badge away. */
  stop() {
    this.#pictures.leave();
    this.#watch.stop();
    this.#overlay.destroy();
    this.#tracked.clear();
  }

  get #isFollowing() {
    return this.#isAutomatic || this.#wasPageAsked;
  }

  #followOrLeave() {
    if (this.#isFollowing || this.#tracked.size > 0) this.#pictures.follow();
    else this.#pictures.leave();
  }

  /**
   * @param {Element} image
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

  /** The page's pictures may have changed. */
  #prune() {
    for (const tracked of [...this.#tracked.values()]) {
      if (!tracked.isCurrent) this.#forget(tracked);
    }
    this.#followOrLeave();
    this.#overlay.schedule();
  }

  /** @type {import("./viewport-watch.js").ViewportListener["onView"]} */
  #handleView(image, size, isVisible) {
    const tracked = this.#tracked.get(image);
    if (isVisible) this.#overlay.setInView(image, true);
    if (!tracked || tracked.result || tracked.isWaiting || !isLargeEnough(size) || !this.#isFollowing) return;
    const isMoreUrgent = isVisible && !tracked.isUrgent;
    if (!tracked.isChecking || isMoreUrgent) void this.#check(tracked, { wasAsked: tracked.wasAsked || this.#wasPageAsked, isVisible });
  }

  /** @param {Element} image may have been too small until now */
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
    // Pushed out by others without anyone having asked for it: it has its turn when it is seen again.
    const kept = result?.code === "busy" && !wasAsked ? null : result;
    // Meanwhile the image may have changed, or the user may have asked for another check.
    if (!tracked.finish(turn, kept) || this.#tracked.get(tracked.image) !== tracked) return;
    this.#render(tracked);
    if (wasAsked || kept?.band === "likely_fake") this.#overlay.announce(tracked);
  }

  /**
   * Opens a panel without a badge: for what is no element of this document.
   *
   * @param {string} url
   * @param {(tracked: TrackedImage) => Promise<Result | null>} resultOf
   */
  async #showAlone(url, resultOf) {
    const tracked = new TrackedImage(document.createElement("img"), url);
    this.shownAlone = tracked;
    const turn = tracked.begin({ wasAsked: true, isVisible: true });
    this.#overlay.open(tracked);
    tracked.finish(turn, await resultOf(tracked));
    this.#overlay.open(tracked);
    this.#overlay.announce(tracked);
  }

  /** @param {TrackedImage} tracked */
  #render(tracked) {
    const { wasAsked, result, isChecking } = tracked;
    const isWanted = this.#badgesWanted === "all" || result?.band === "likely_fake";
    if ((isChecking || result) && (wasAsked || isWanted) && !tracked.isNothing) this.#overlay.show(tracked);
    else this.#overlay.remove(tracked);
  }
}
