// The popup's list of images with their verdicts, the worst first.

import { stateOf } from "../shared/verdict-wording.js";
import { ImageRow } from "./image-row.js";

/** @typedef {import("./page-connection.js").PageImage} PageImage */

/** Worst first: what the user opened the popup for. */
const ORDER = ["likely_fake", "inconclusive", "checking", "no_traces", "face_too_small", "no_face", "failed", "unchecked"];

/** @param {PageImage} image */
const rankOf = ({ isChecking, result }) => ORDER.indexOf(isChecking ? "checking" : result ? stateOf(result) : "unchecked");

/** Shows images and keeps rows, so that focus, presses and thumbnails survive an update. */
export class ImageList {
  #list;
  #translate;
  #onOpen;
  #onReport;
  #isPrivate;
  #rows = /** @type {Map<string, ImageRow>} */ (new Map());

  /**
   * @param {HTMLElement} list
   * @param {import("../shared/i18n.js").Translate} translate
   * @param {(image: PageImage) => void} onOpen
   * @param {(image: PageImage) => void} onReport the user wants the whole report
   * @param {boolean} isPrivate the page is in a private window
   */
  constructor(list, translate, onOpen, onReport, isPrivate) {
    this.#list = list;
    this.#translate = translate;
    this.#onOpen = onOpen;
    this.#onReport = onReport;
    this.#isPrivate = isPrivate;
  }

  /** @param {PageImage[]} images */
  show(images) {
    const sorted = images.map((image, index) => ({ image, index })).sort((a, b) => rankOf(a.image) - rankOf(b.image));
    const elements = sorted.map(({ image, index }) => this.#updateRow(image, index + 1));
    // A row that moves loses the press on it: the order waits until the button is let go.
    if (!this.#list.querySelector(":active")) this.#arrange(elements);
  }

  /** @param {HTMLElement[]} elements the rows to be shown: only those that are not in their place are moved */
  #arrange(elements) {
    const focused = /** @type {HTMLElement | null} */ (this.#list.contains(document.activeElement) ? document.activeElement : null);
    const wanted = new Set(elements);
    for (const shown of [...this.#list.children]) if (!wanted.has(/** @type {HTMLElement} */ (shown))) shown.remove();
    elements.forEach((element, index) => {
      const here = this.#list.children[index] ?? null;
      if (here !== element) this.#list.insertBefore(element, here);
    });
    // A row that moves loses its focus, too.
    if (focused !== document.activeElement) focused?.focus({ preventScroll: true });
  }

  /**
   * @param {PageImage} image
   * @param {number} number its place on the page, from 1
   */
  #updateRow(image, number) {
    const key = `${image.frameId} ${image.key}`;
    const row = this.#rows.get(key) ?? new ImageRow(image, this.#translate, this.#isPrivate);
    this.#rows.set(key, row);
    row.update(image, number, { onOpen: () => this.#onOpen(image), onReport: () => this.#onReport(image) });
    return row.element;
  }
}
