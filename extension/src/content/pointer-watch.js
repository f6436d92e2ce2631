// Finds the picture that the user pointed at with the right button, also below transparent layers.

import { intersect } from "./image-geometry.js";
import { isLargeEnough } from "./find-images.js";
import { pictureOf } from "./picture.js";
import { isPlayable } from "./tracked-video.js";

/** @typedef {import("./find-images.js").Root} Root */

/** Remembers where the context menu was last opened. */
export class PointerWatch {
  #point = /** @type {{x: number, y: number} | null} */ (null);
  #abort = new AbortController();

  constructor() {
    // A page can send such an event too, and would choose what is checked.
    const note = (/** @type {MouseEvent} */ { isTrusted, clientX, clientY }) => isTrusted && (this.#point = { x: clientX, y: clientY });
    window.addEventListener("contextmenu", note, { capture: true, passive: true, signal: this.#abort.signal });
  }

  /**
   * @param {Iterable<Element>} pictures of the page: some take no part in pointing
   * @param {number} [targetElementId] of the clicked element, in browsers that tell it (Firefox)
   * @returns {Element | null} the topmost element with a picture fit for a check
   */
  find(pictures, targetElementId) {
    const target = targetElementId === undefined ? null : menuTarget(targetElementId);
    if (this.#point) {
      const { x, y } = this.#point;
      for (const element of stackAt(document, x, y)) {
        if (isFit(element)) return element;
      }
      return smallest([...pictures].filter((element) => contains(element.getBoundingClientRect(), x, y)));
    }
    if (!target) return null;
    const ground = target.getBoundingClientRect();
    return isFit(target) ? target : mostCovered([...pictures], ground);
  }

  /** Ends listening. */
  stop() {
    this.#abort.abort();
  }
}

/** @param {Element} element */
function isFit(element) {
  return (isPlayable(element) || pictureOf(element)?.fitness === "fit") && isLargeEnough(element.getBoundingClientRect());
}

/**
 * @param {Root} root
 * @param {number} x CSS pixels of the viewport
 * @param {number} y
 * @returns {Generator<Element>} what lies there, topmost first, inside open shadow roots too
 */
function* stackAt(root, x, y) {
  for (const element of root.elementsFromPoint(x, y)) {
    if (element.getRootNode() !== root) continue;
    if (element.shadowRoot) yield* stackAt(element.shadowRoot, x, y);
    yield element;
  }
}

/** @param {DOMRect} rect @param {number} x @param {number} y */
function contains({ left, right, top, bottom }, x, y) {
  return x >= left && x <= right && y >= top && y <= bottom;
}

/** @param {Element} element @returns {number} square CSS pixels */
function areaOf(element) {
  const { width, height } = element.getBoundingClientRect();
  return width * height;
}

/** @param {Element[]} elements @returns {Element | null} a picture in front of a large one is the smaller one */
function smallest(elements) {
  return elements.filter(isFit).sort((a, b) => areaOf(a) - areaOf(b))[0] ?? null;
}

/** @param {Element[]} elements @param {DOMRect} ground @returns {Element | null} the one that most of the ground lies over */
function mostCovered(elements, ground) {
  const shared = (/** @type {Element} */ element) => {
    const { width, height } = intersect(element.getBoundingClientRect(), ground);
    return width * height;
  };
  const [best] = elements.filter((element) => isFit(element) && shared(element) > 0).sort((a, b) => shared(b) - shared(a));
  return best ?? null;
}

/** @param {number} id @returns {Element | null} */
function menuTarget(id) {
  const { browser } = /** @type {{browser?: any}} */ (/** @type {unknown} */ (globalThis));
  const menus = browser?.menus ?? browser?.contextMenus;
  return menus?.getTargetElement?.(id) ?? null;
}
