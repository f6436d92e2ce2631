// The one element that the extension adds to a page, with a closed shadow root that the page can neither read nor restyle.

import { createElement } from "../shared/dom.js";
import { languageAttributes } from "../shared/i18n.js";
import { HOST_NAME } from "./host-name.js";
import { MountGuard } from "./mount-guard.js";
import css from "./overlay.css";
import { placeOver } from "./top-layer.js";

// Without size and with its layout contained, the host neither moves the page nor adds to what can be scrolled.
const HOST_STYLE =
  "all:initial!important;position:absolute!important;top:0!important;left:0!important;width:0!important;height:0!important;" +
  "contain:layout style!important;z-index:2147483647!important;";

/** Holds the badges, outlines and panel, and stays on the page against the page's will, within bounds. */
export class OverlayHost {
  #guard = new MountGuard();
  #root;
  #place = /** @type {Element | null} */ (null);
  #isHidden = false;
  #appliedStyle = "";
  #serialisedStyle = /** @type {string | null} */ (null);
  element = createHost();

  /** @param {HTMLElement[]} parts */
  constructor(parts) {
    const shadow = this.element.attachShadow({ mode: "closed" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    shadow.adoptedStyleSheets = [sheet];
    this.#root = createElement("div", { class: "root" }, parts);
    shadow.append(this.#root);
    this.setLanguage();
  }

  /** Takes over the direction of the language that words are in now. */
  setLanguage() {
    Object.assign(this.#root, languageAttributes());
  }

  /**
   * @param {Iterable<Element>} pictures that have something over them
   * @param {{wasAsked?: boolean}} [options] wasAsked: the user wants to see something on it now
   * @returns {boolean} whether it was not in its place on the page, and is now
   */
  mount(pictures, { wasAsked = false } = {}) {
    this.#restoreAttributes();
    const place = placeOver(pictures);
    if (this.element.parentNode === place) return false;
    // Where it still lies where it was put, a dialog has opened or closed: that is no fight with the page.
    const isMove = this.element.isConnected && this.element.parentNode === this.#place;
    if (!(isMove || this.#guard.mayMount(performance.now()) || wasAsked)) return false;
    place.append(this.element);
    this.#place = place;
    return true;
  }

  /** Takes it off the page until there is something to show again. */
  unmount() {
    this.#guard.reset();
    this.element.remove();
  }

  /** @param {boolean} isHidden while the screen is copied nothing of ours may lie over the image */
  setHidden(isHidden) {
    this.#isHidden = isHidden;
    this.#restoreAttributes();
  }

  /** A page can reach the host's attributes: whatever it has done to them is undone. */
  #restoreAttributes() {
    const style = `${HOST_STYLE}visibility:${this.#isHidden ? "hidden" : "visible"}!important;`;
    for (const { name } of [...this.element.attributes]) {
      if (name !== "style") this.element.removeAttribute(name);
    }
    if (this.#appliedStyle === style && this.element.getAttribute("style") === this.#serialisedStyle) return;
    this.element.style.cssText = style;
    [this.#appliedStyle, this.#serialisedStyle] = [style, this.element.getAttribute("style")];
  }
}

/**
 * @returns {HTMLElement} by a document that knows no custom elements: a page may have defined one of this name, and what its
 *   constructor has made would tell it the shadow root
 */
function createHost() {
  const elsewhere = document.implementation.createHTMLDocument("");
  return document.adoptNode(elsewhere.createElement(HOST_NAME));
}
