// Draws what is over the page: badges, outlines and the panel.

import { createElement } from "../shared/dom.js";
import { labelOf, stateOf } from "../shared/verdict-wording.js";
import { BadgeLayer } from "./badge-layer.js";
import { FaceOutlines } from "./face-outlines.js";
import { MotionWatch } from "./motion-watch.js";
import { OverlayHost } from "./overlay-host.js";
import { Panel } from "./panel.js";
import { Redraw } from "./redraw.js";

// A look after a longer rest draws, whether something has moved or not: the page may have taken the badges away.
const REST_MS = 2000;

/** @typedef {import("./tracked-image.js").TrackedImage} TrackedImage */
/** @typedef {{onAgain: (tracked: TrackedImage) => void, onReport: (tracked: TrackedImage) => void}} OverlayActions what the panel's buttons ask for */
/** @typedef {OverlayActions & {onLook: () => void}} OverlayListener onLook: now and then, while there are badges and the page is to be seen */

/** Draws what the page checker tells it; scrolling the page itself moves the badges without any script. */
export class Overlay {
  #translate;
  #opened = /** @type {TrackedImage | null} */ (null);
  #abort = new AbortController();
  #live = createElement("div", { class: "live", role: "status" });
  #outlines = new FaceOutlines();
  #badges;
  #panel;
  #host;
  #redraw = new Redraw(() => this.#draw());
  #motion;

  /**
   * @param {import("../shared/i18n.js").Translate} translate
   * @param {OverlayListener} listener
   */
  constructor(translate, { onAgain, onReport, onLook }) {
    this.#translate = translate;
    this.#motion = new MotionWatch((restMs) => {
      onLook();
      return this.#look(restMs);
    });
    this.#badges = new BadgeLayer(translate, (tracked) => this.open(tracked, { takeFocus: true }));
    this.#panel = new Panel(translate, {
      onClose: () => this.close({ returnFocus: true }),
      onAgain: () => this.#opened && onAgain(this.#opened),
      onReport: () => this.#opened && onReport(this.#opened),
      onFace: (index) => this.#outlines.emphasise(index),
    });
    this.#host = new OverlayHost([this.#outlines.element, this.#badges.element, this.#panel.element, this.#live]);
    this.#listen();
  }

  /** What has its panel open. */
  get opened() {
    return this.#opened;
  }

  /** @param {TrackedImage} tracked shows its badge as it stands, soon */
  show(tracked) {
    this.#badges.show(tracked);
    if (this.#opened === tracked) this.open(tracked);
    this.#motion.start();
    this.#motion.soon();
    this.#redraw.request();
  }

  /** @param {TrackedImage} tracked removes its badge and what belongs to it */
  remove(tracked) {
    if (this.#opened === tracked) this.close();
    this.#badges.remove(tracked);
    this.#unmountIfEmpty();
  }

  /** @param {Element} image @param {boolean} isInView */
  setInView(image, isInView) {
    this.#badges.setInView(image, isInView);
    this.schedule();
  }

  /** @param {TrackedImage} tracked tells its state to a screen reader */
  announce(tracked) {
    this.#live.textContent = this.#translate("badgeLabel", labelOf(stateOf(tracked.result), this.#translate));
  }

  /** @param {TrackedImage} tracked @param {{takeFocus?: boolean}} [options] opens its panel */
  open(tracked, { takeFocus = false } = {}) {
    this.#opened = tracked;
    if (this.#mount({ wasAsked: true })) this.#badges.isStale = true;
    this.#panel.open(tracked.isChecking ? null : tracked.result);
    this.#outlines.show(tracked.isChecking ? null : tracked);
    if (takeFocus) this.#panel.focus();
    this.#draw();
  }

  /** @param {{returnFocus?: boolean}} [options] closes the panel, if one is open */
  close({ returnFocus = false } = {}) {
    if (!this.#opened) return;
    if (returnFocus) this.#badges.focus(this.#opened);
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
    this.#badges.showAllAgain();
    if (this.#opened) this.open(this.#opened);
    this.schedule();
  }

  /** Draws soon, once, however often it is asked. */
  schedule() {
    this.#motion.soon();
    this.#redrawAll();
  }

  /** Leaves nothing behind. */
  destroy() {
    this.#motion.stop();
    this.#redraw.stop();
    this.#abort.abort();
    this.#host.unmount();
  }

  #listen() {
    const { signal } = this.#abort;
    const redraw = () => this.schedule();
    window.addEventListener("scroll", redraw, { capture: true, passive: true, signal });
    window.addEventListener("resize", redraw, { passive: true, signal });
    // A dialog that closes takes along what lies in it.
    for (const name of ["close", "toggle", "fullscreenchange"]) document.addEventListener(name, redraw, { capture: true, passive: true, signal });
    document.addEventListener("keydown", (event) => event.isTrusted && event.key === "Escape" && this.close({ returnFocus: true }), { capture: true, signal });
    // From outside, whatever happens in a closed shadow root happens on its host.
    document.addEventListener("pointerdown", (event) => event.isTrusted && event.target !== this.#host.element && this.close(), { capture: true, signal });
  }

  #unmountIfEmpty() {
    if (this.#badges.size > 0 || this.#opened) return;
    this.#motion.stop();
    this.#host.unmount();
  }

  /** @param {number} restMs since the look before @returns {boolean} whether something has moved */
  #look(restMs) {
    const hasMoved = this.#badges.hasMoved();
    if (hasMoved || restMs > REST_MS) this.#redrawAll();
    return hasMoved;
  }

  #redrawAll() {
    this.#badges.isStale = true;
    this.#redraw.request();
  }

  /** @param {{wasAsked?: boolean}} [options] as of the host */
  #mount(options) {
    return this.#host.mount(this.#opened ? [this.#opened.image] : this.#badges.inView, options);
  }

  #draw() {
    if (this.#badges.size === 0 && !this.#opened) return;
    const wasRemoved = this.#mount();
    // Off the page it had no place, nor had what was placed by it.
    if (wasRemoved) this.#badges.isStale = true;
    if (wasRemoved && this.#opened) this.open(this.#opened);
    const view = { x: 0, y: 0, width: document.documentElement.clientWidth, height: window.innerHeight };
    const origin = this.#host.element.getBoundingClientRect();
    if (!this.#badges.draw(view, origin)) this.#redraw.request();
    if (!this.#opened) return;
    this.#outlines.place(origin);
    const { image } = this.#opened;
    this.#panel.place(view, image.isConnected ? image.getBoundingClientRect() : null);
  }
}
