// The one element that the extension adds to a page: badges, outlines and the panel in a closed shadow root.

import { createElement } from "../shared/dom.js";
import { labelOf, stateOf } from "../shared/verdict-wording.js";
import { Badge } from "./badge.js";
import { FaceOutlines } from "./face-outlines.js";
import css from "./overlay.css";
import { Panel } from "./panel.js";

/** @typedef {import("./tracked-image.js").TrackedImage} TrackedImage */
/** @typedef {{onAgain: (tracked: TrackedImage) => void, onReport: (tracked: TrackedImage) => void}} OverlayActions what the panel's buttons ask for */

export const HOST_NAME = "deepfake-detector-overlay";
// Animations and page scripts move images without an event; a look at the badges in view is cheap.
const RECHECK_MS = 500;
// Without size and with its layout contained, the host neither moves the page nor adds to what can be scrolled.
const HOST_STYLE =
  "all:initial!important;position:absolute!important;top:0!important;left:0!important;width:0!important;height:0!important;" +
  "contain:layout style!important;z-index:2147483647!important;";

/** Draws what the page checker tells it; scrolling the page itself moves the badges without any script. */
export class Overlay {
  #translate;
  #badges = /** @type {Map<TrackedImage, Badge>} */ (new Map());
  #inView = /** @type {Set<HTMLImageElement>} */ (new Set());
  #opened = /** @type {TrackedImage | null} */ (null);
  #frame = 0;
  #abort = new AbortController();
  #host = /** @type {HTMLElement} */ (document.createElement(HOST_NAME));
  #layer = createElement("div");
  #live = createElement("div", { class: "live", role: "status" });
  #outlines = new FaceOutlines();
  #panel;
  #timer;

  /**
   * @param {import("../shared/i18n.js").Translate} translate
   * @param {OverlayActions} actions
   */
  constructor(translate, { onAgain, onReport }) {
    this.#translate = translate;
    this.#panel = new Panel(translate, {
      onClose: () => this.close({ returnFocus: true }),
      onAgain: () => this.#opened && onAgain(this.#opened),
      onReport: () => this.#opened && onReport(this.#opened),
      onFace: (index) => this.#outlines.emphasise(index),
    });
    this.#host.style.cssText = HOST_STYLE;
    const root = this.#host.attachShadow({ mode: "closed" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    const parts = [this.#outlines.element, this.#layer, this.#panel.element, this.#live];
    root.append(createElement("div", { class: "root" }, parts));
    this.#listen();
    this.#timer = setInterval(() => this.#badges.size > 0 && !document.hidden && this.schedule(), RECHECK_MS);
  }

  /** @param {TrackedImage} tracked shows its badge as it stands */
  show(tracked) {
    let badge = this.#badges.get(tracked);
    if (!badge) {
      badge = new Badge(tracked.image, this.#translate, () => this.open(tracked, { takeFocus: true }));
      this.#badges.set(tracked, badge);
      this.#layer.append(badge.element);
    }
    badge.show(tracked.isChecking ? null : tracked.result, tracked);
    if (this.#opened === tracked) this.open(tracked);
    this.schedule();
  }

  /** @param {TrackedImage} tracked removes its badge and what belongs to it */
  remove(tracked) {
    if (this.#opened === tracked) this.close();
    this.#badges.get(tracked)?.element.remove();
    this.#badges.delete(tracked);
    if (!tracked.image.isConnected) this.#inView.delete(tracked.image);
    this.#unmountIfEmpty();
  }

  /** @param {HTMLImageElement} image @param {boolean} isInView */
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
    this.#mount();
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
    this.#host.style.setProperty("visibility", isHidden ? "hidden" : "visible", "important");
    this.#panel.element.classList.toggle("hidden", isHidden);
  }

  /** Draws soon, once, however often it is asked. */
  schedule() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  /** Leaves nothing behind. */
  destroy() {
    clearInterval(this.#timer);
    cancelAnimationFrame(this.#frame);
    this.#abort.abort();
    this.#host.remove();
  }

  #listen() {
    const { signal } = this.#abort;
    const redraw = () => this.schedule();
    window.addEventListener("scroll", redraw, { capture: true, passive: true, signal });
    window.addEventListener("resize", redraw, { passive: true, signal });
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.close({ returnFocus: true }), { capture: true, signal });
    // From outside, whatever happens in a closed shadow root happens on its host.
    document.addEventListener("pointerdown", (event) => event.target !== this.#host && this.close(), { capture: true, signal });
  }

  #mount() {
    if (!this.#host.isConnected) document.documentElement.append(this.#host);
  }

  #unmountIfEmpty() {
    if (this.#badges.size === 0 && !this.#opened) this.#host.remove();
  }

  #draw() {
    if (this.#badges.size === 0 && !this.#opened) return;
    this.#mount();
    const view = { x: 0, y: 0, width: document.documentElement.clientWidth, height: window.innerHeight };
    const origin = this.#host.getBoundingClientRect();
    // All reads first, then all writes: one layout for all.
    const places = [...this.#badges].map(([{ image }, badge]) => (this.#inView.has(image) ? badge.measure(view) : null));
    [...this.#badges.values()].forEach((badge, index) => badge.move(places[index], origin));
    if (!this.#opened) return;
    this.#outlines.place(origin);
    const { image } = this.#opened;
    this.#panel.place(view, image.isConnected ? image.getBoundingClientRect() : null);
  }
}
