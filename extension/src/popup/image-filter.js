// The popup's filter: which verdicts the list shows, and how many there are of each.

import { stateOf } from "../shared/verdict-wording.js";

/** @typedef {import("./page-connection.js").PageImage} PageImage */
/** @typedef {"likely_fake" | "inconclusive" | "no_traces" | "other"} Group "other": not checked, no face, or a failure */

const GROUPS = /** @type {const} */ (["likely_fake", "inconclusive", "no_traces"]);

/**
 * @param {Pick<PageImage, "result" | "isChecking">} image
 * @returns {Group}
 */
export function groupOf({ result, isChecking }) {
  const state = isChecking || !result ? "checking" : stateOf(result);
  return GROUPS.find((group) => group === state) ?? "other";
}

/** Radio buttons with numbers. */
export class ImageFilter {
  #fieldset;
  #translate;

  /**
   * @param {HTMLElement} fieldset with inputs named by group, and "all"
   * @param {import("../shared/i18n.js").Translate} translate
   * @param {() => void} onChange
   */
  constructor(fieldset, translate, onChange) {
    this.#fieldset = fieldset;
    this.#translate = translate;
    fieldset.addEventListener("change", onChange);
  }

  /**
   * @template {Pick<PageImage, "result" | "isChecking">} Image
   * @param {Image[]} images all of the page
   * @returns {Image[]} those chosen
   */
  apply(images) {
    const inputs = [...this.#fieldset.querySelectorAll("input")];
    const chosen = inputs.find(({ checked }) => checked)?.value ?? "all";
    this.#fieldset.hidden = images.every(({ result }) => !result);
    for (const input of inputs) {
      const count = input.value === "all" ? images.length : images.filter((image) => groupOf(image) === input.value).length;
      const words = /** @type {HTMLElement} */ (input.nextElementSibling);
      const text = this.#translate("filterCount", this.#translate(`filter_${input.value}`), count);
      if (words.textContent !== text) words.textContent = text;
    }
    return this.#fieldset.hidden || chosen === "all" ? images : images.filter((image) => groupOf(image) === chosen);
  }
}
