// Draws what is over the page: badges, outlines and the panel, a few milliseconds at a time.

import { createElement } from "../shared/dom.js";
import { labelOf, stateOf } from "../shared/verdict-wording.js";
import { Badge } from "./badge.js";
import { FaceOutlines } from "./face-outlines.js";
import { OverlayHost } from "./overlay-host.js";
import { Panel } from "./panel.js";

/** @typedef {import("./tracked-image.js").TrackedImage} TrackedImage */

// Animations and page scripts move images without an event; a look at the badges in view is cheap.
const RECHECK_MS = 500;
/** Work in one frame; what is left is done in the next one. */
const MAX_FRAME_MS = 6;

/** Draws what the page checker tells it; scrolling the page itself moves the badges without any script. */
export class Overlay {
  #translate;
  #badges = /** @type {Map<TrackedImage, Badge>} */ (new Map());
  #inView = /** @type {Set<Element>} */ (new Set());
  // Both are worked off over several frames where there are many.
  #toRender = /** @type {Set<TrackedImage>} */ (new Set());
  #toPlace = /** @type {TrackedImage[]} */ ([]);
  #isStale = false;
  #opened = /** @type {TrackedImage | null} */ (null);
  #frame = 0;
  #abort = new AbortController();
  #layer = createElement("div");
  #live = createElement("div", { class: "live", role: "status" });
  #outlines = new FaceOutlines();
  #panel;
  #host;
  #timer = /** @type {ReturnType<typeof setInterval> | undefined} */ (undefined);

  /**
   * @param {import("../shared/i18n.js").Translate} translate
   * @param {(tracked: TrackedImage) => void} onAgain the user wants another check of an image
   */
  constructor(translate, onAgain) {
    this.#translate = translate;
    this.#panel = new Panel(translate, {
      onClose: () => this.close({ returnFocus: true }),
      onAgain: () => this.#opened && onAgain(this.#opened),
      onFace: (index) => this.#outlines.emphasise(index),
    });
    this.#host = new OverlayHost([this.#outlines.element, this.#layer, this.#panel.element, this.#live]);
    this.#listen();
  }

  /** @param {TrackedImage} tracked shows its badge as it stands, soon */
  show(tracked) {
    if (!this.#badges.has(tracked)) {
      this.#badges.set(tracked, new Badge(tracked.image, this.#translate, () => this.open(tracked, { takeFocus: true })));
    }
    this.#toRender.add(tracked);
    if (this.#opened === tracked) this.open(tracked);
    this.#timer ??= setInterval(() => !document.hidden && this.schedule(), RECHECK_MS);
    this.schedule();
  }

  /** @param {TrackedImage} tracked removes its badge and what belongs to it */
  remove(tracked) {
    if (this.#opened === tracked) this.close();
    this.#badges.get(tracked)?.element.remove();
    this.#badges.delete(tracked);
    this.#toRender.delete(tracked);
    if (!tracked.image.isConnected) this.#inView.delete(tracked.image);
    this.#unmountIfEmpty();
  }

  /** @param {Element} image @param {boolean} isInView */
  setInView(image, isInView) {
    if (isInView) this.#inView.add(image);
    else this.#inView.delete(image);
    this.schedule();
  }

  /** @param {TrackedImage} tracked tells its state to a screen reader */
  announce(tracked) {
    this.#live.textContent = this.#translate("badgeLabel", labelOf(stateOf(tracked.result), this.#translate));
  }

  /** @param {TrackedImage} tracked @param {{takeFocus?: boolean}} [options] opens its panel */
  open(tracked, { takeFocus = false } = {}) {
    this.#opened = tracked;
    this.#host.mount({ wasAsked: true });
    this.#panel.open(tracked.isChecking ? null : tracked.result);
    this.#outlines.show(tracked.isChecking ? null : tracked);
    if (takeFocus) this.#panel.focus();
    this.#draw();
  }

  /** @param {{returnFocus?: boolean}} [options] closes the panel, if one is open */
  close({ returnFocus = false } = {}) {
    if (!this.#opened) return;
    if (returnFocus) this.#badges.get(this.#opened)?.element.focus({ preventScroll: true });
    this.#opened = null;
    this.#panel.element.hidePopover();
    this.#outlines.show(null);
    this.#unmountIfEmpty();
  }

  /** @param {boolean} isHidden while the screen is copied nothing of ours may lie over the image */
  setHidden(isHidden) {
    this.#host.setHidden(isHidden);
    this.#panel.element.classList.toggle("hidden", isHidden);
  }

  /** The words are in another language now. */
  setLanguage() {
    this.#host.setLanguage();
    for (const tracked of this.#badges.keys()) this.#toRender.add(tracked);
    if (this.#opened) this.open(this.#opened);
    this.schedule();
  }

  /** Draws soon, once, however often it is asked. */
  schedule() {
    this.#isStale = true;
    this.#requestFrame();
  }

  /** Leaves nothing behind. */
  destroy() {
    clearInterval(this.#timer);
    cancelAnimationFrame(this.#frame);
    this.#abort.abort();
    this.#badges.clear();
    this.#host.unmount();
  }

  #listen() {
    const { signal } = this.#abort;
    const redraw = () => this.schedule();
    window.addEventListener("scroll", redraw, { capture: true, passive: true, signal });
    window.addEventListener("resize", redraw, { passive: true, signal });
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.close({ returnFocus: true }), { capture: true, signal });
    // From outside, whatever happens in a closed shadow root happens on its host.
    document.addEventListener("pointerdown", (event) => event.target !== this.#host.element && this.close(), { capture: true, signal });
  }

  #unmountIfEmpty() {
    if (this.#badges.size > 0 || this.#opened) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#host.unmount();
  }

  #requestFrame() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw() {
    if (this.#badges.size === 0 && !this.#opened) return;
    const wasRemoved = this.#host.mount();
    if (wasRemoved && this.#opened) this.open(this.#opened);
    const endAt = performance.now() + MAX_FRAME_MS;
    this.#renderBadges(endAt);
    const view = { x: 0, y: 0, width: document.documentElement.clientWidth, height: window.innerHeight };
    const origin = this.#host.element.getBoundingClientRect();
    this.#placeBadges(view, origin, endAt);
    if (this.#toRender.size > 0 || this.#toPlace.length > 0 || this.#isStale) this.#requestFrame();
    if (!this.#opened) return;
    this.#outlines.place(origin);
    const { image } = this.#opened;
    this.#panel.place(view, image.isConnected ? image.getBoundingClientRect() : null);
  }

  /** @param {number} endAt milliseconds */
  #renderBadges(endAt) {
    for (const tracked of this.#toRender) {
      if (performance.now() > endAt) return;
      this.#toRender.delete(tracked);
      const badge = /** @type {Badge} */ (this.#badges.get(tracked));
      badge.show(tracked.isChecking ? null : tracked.result, tracked);
      if (badge.element.parentNode !== this.#layer) this.#layer.append(badge.element);
    }
  }

  /**
   * @param {import("./image-geometry.js").Rect} view
   * @param {{x: number, y: number}} origin
   * @param {number} endAt milliseconds
   */
  #placeBadges(view, origin, endAt) {
    if (this.#toPlace.length === 0 && this.#isStale) {
      this.#toPlace = [...this.#badges.keys()];
      this.#isStale = false;
    }
    // All reads first, then all writes: one layout for all.
    const places = [];
    do {
      const tracked = this.#toPlace.pop();
      const badge = tracked && this.#badges.get(tracked);
      if (badge) places.push({ badge, place: this.#inView.has(tracked.image) ? badge.measure(view) : null });
    } while (this.#toPlace.length > 0 && performance.now() < endAt);
    for (const { badge, place } of places) badge.move(place, origin);
  }
}
