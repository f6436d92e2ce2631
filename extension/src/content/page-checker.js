// Decides which pictures of one document are checked, and when, by what the settings, the user and the page say.

import { isLargeEnough } from "./find-images.js";
import { LonePanel } from "./lone-panel.js";
import { PagePictures } from "./page-pictures.js";
import { findPictures } from "./page-scan.js";
import { PictureChecks } from "./picture-checks.js";
import { Rechecks } from "./rechecks.js";
import { ResultRequest } from "./result-request.js";
import { ShownKeys } from "./shown-keys.js";
import { isPlayable, TrackedVideo } from "./tracked-video.js";
import { VideoCheck } from "./video-check.js";

/** @typedef {import("../shared/settings.js").Settings} Settings */
/** @typedef {import("./tracked-image.js").TrackedImage} TrackedImage */

/** The pictures of a document, from first sight to verdict. */
export class PageChecker {
  #overlay;
  #watch;
  #request;
  #checks;
  #rechecks;
  #lone;
  #shownKeys;
  #pictures;
  #pause;
  #isAutomatic = false;
  #reportPlace = /** @type {Settings["report"]} */ ("tab");
  #wasPageAsked = false;

  /**
   * @param {object} parts
   * @param {(actions: import("./overlay.js").OverlayActions) => import("./overlay.js").Overlay} parts.createOverlay
   * @param {(listener: import("./viewport-watch.js").ViewportListener) => import("./viewport-watch.js").ViewportWatch} parts.createWatch
   * @param {(onEnd: () => void, onStart: () => void) => import("./automatic-pause.js").AutomaticPause} parts.createPause
   * @param {(type: string, fields?: Record<string, unknown>) => Promise<any>} parts.ask the background
   */
  constructor({ createOverlay, createWatch, createPause, ask }) {
    this.#request = new ResultRequest(ask);
    this.#overlay = createOverlay({
      onAgain: (tracked) => void (tracked === this.#lone.shown ? this.#lone.again(tracked) : this.#checks.check(tracked, { wasAsked: true, screenCopy: true, isVisible: true })),
      onReport: ({ key }) => void ask("report.open", { key, place: this.#reportPlace }).catch((error) => console.warn("The report was not opened:", error)),
    });
    this.#watch = createWatch({
      onView: (image, size, isVisible) => this.#handleView(image, size, isVisible),
      onLeave: (image) => this.#overlay.setInView(image, false),
      onResize: (image) => this.#handleResize(image),
    });
    const isWaiting = () => this.known().some(({ isChecking, wasAsked }) => isChecking && !wasAsked);
    const dropWaiting = () => void (isWaiting() && ask("page.pauses").catch(() => undefined));
    this.#pause = createPause(() => this.#rechecks.goOn(), dropWaiting);
    const videos = new VideoCheck(ask);
    this.#checks = new PictureChecks({
      overlay: this.#overlay,
      watch: this.#watch,
      resultOf: async (tracked, options) => {
        if (this.#pause.isPaused && !options.wasAsked) return null;
        return this.#shownKeys.during(tracked.key, tracked instanceof TrackedVideo ? videos.of(tracked) : this.#request.ofImage(tracked, options));
      },
    });
    this.#rechecks = new Rechecks({ checks: this.#checks, request: this.#request, watch: this.#watch, pause: this.#pause });
    this.#lone = new LonePanel(this.#overlay);
    this.#shownKeys = new ShownKeys({ ask, isRemembered: (key) => this.#request.remembers(key) });
    this.#pictures = new PagePictures({
      onChange: (element) => this.#checks.pruneOne(element),
      onPicture: (element) => this.#isFollowing && this.#checks.track(element),
      onDone: () => this.#handleChange(),
    });
  }

  /**
   * @param {boolean} isAutomatic
   * @param {Pick<Settings, "badges" | "sensitivity" | "report">} settings
   */
  configure(isAutomatic, { badges, sensitivity, report }) {
    this.#reportPlace = report;
    this.#isAutomatic = isAutomatic;
    this.#checks.badgesWanted = badges;
    this.#checks.sensitivity = sensitivity;
    for (const tracked of this.known()) {
      if (!isAutomatic && !tracked.wasAsked) this.#checks.forget(tracked);
      else this.#checks.render(tracked);
    }
    this.#followOrLeave();
  }

  /** @param {Element} element shows the picture, or plays the video, that the user pointed at */
  checkElement(element) {
    const tracked = isPlayable(element) ? this.#checks.trackVideo(element) : this.#checks.track(element);
    void this.#checks.check(tracked, { wasAsked: true, screenCopy: true, isVisible: true });
    this.#overlay.open(tracked);
    this.#followOrLeave();
  }

  /** @param {string} url of a picture in a frame that may not be entered, "" where it has none: its panel opens without a badge */
  checkElsewhere(url) {
    return this.#lone.show(url, (tracked) => this.#request.ofAddress(tracked));
  }

  /** Says that there is nothing to check where the user pointed. */
  showNothingHere() {
    return this.#lone.show("", async () => ({ status: "failed", code: "nothing_here" }));
  }

  /** Checks every picture, those in view first, and from now on those that come. */
  async checkPage() {
    this.#wasPageAsked = true;
    this.#pictures.follow();
    for (const element of await findPictures()) this.#checks.track(element);
    this.#checks.checkAll();
  }

  /** Checks again what could not be read, now that the user has allowed more hosts. */
  retryRefused() {
    this.#rechecks.retryRefused();
  }

  /** Forgets what was found, and takes its badges away; from now on the automatic alone looks, and anew. */
  forgetResults() {
    this.#request.forget();
    this.#wasPageAsked = false;
    for (const tracked of this.known()) this.#checks.forget(tracked);
    this.#lone.forget();
    this.#pictures.leave();
    this.#followOrLeave();
  }

  /** Checks again what had a verdict: the page comes back from the back/forward cache. */
  resume() {
    this.#rechecks.resume();
  }

  /** @returns {TrackedImage[]} what has been seen so far */
  known() {
    return this.#checks.known();
  }

  /** @returns {TrackedImage | null} what is no element of this document and had its panel opened last */
  get shownAlone() {
    return this.#lone.shown;
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
    this.#pause.stop();
    this.#watch.stop();
    this.#overlay.destroy();
    this.#checks.clear();
  }

  get #isFollowing() {
    return this.#isAutomatic || this.#wasPageAsked;
  }

  #followOrLeave() {
    this.#shownKeys.tell(this.known());
    if (this.#isFollowing || this.#checks.size > 0) this.#pictures.follow();
    else this.#pictures.leave();
  }

  /** The page's pictures may have changed. */
  #handleChange() {
    this.#checks.prune();
    this.#followOrLeave();
    this.#overlay.schedule();
  }

  /** @type {import("./viewport-watch.js").ViewportListener["onView"]} */
  #handleView(image, size, isVisible) {
    const tracked = this.#checks.of(image);
    if (isVisible) this.#overlay.setInView(image, true);
    if (!tracked?.isDue || tracked instanceof TrackedVideo || tracked.isWaiting || !isLargeEnough(size) || !this.#isFollowing) return;
    if (this.#pause.isPaused && !this.#wasPageAsked) return;
    const isMoreUrgent = isVisible && !tracked.isUrgent;
    if (!tracked.isChecking || isMoreUrgent) void this.#checks.check(tracked, { wasAsked: tracked.wasAsked || this.#wasPageAsked, isVisible });
  }

  /** @param {Element} image may have been too small until now */
  #handleResize(image) {
    const tracked = this.#checks.of(image);
    if (tracked?.isDue && !tracked.isChecking) this.#watch.lookAgain(image);
    this.#overlay.schedule();
  }
}
