// A page's line about the model that runs.

import { translate as t } from "./i18n.js";
import { createMessage, unwrap } from "./messages.js";

/** Says which model computes on what. */
export class ModelLine {
  #line;

  /** @param {HTMLElement} line */
  constructor(line) {
    this.#line = line;
  }

  async show() {
    this.#line.textContent ||= t("modelLoading");
    try {
      const model = unwrap(await chrome.runtime.sendMessage(createMessage("model.describe")));
      this.#line.textContent = t("modelLine", model.name, model.version, t(`backend_${model.backend}`));
    } catch (error) {
      this.#line.textContent = t("modelFailed", /** @type {Error} */ (error).message);
    }
  }

  /** What computes is chosen when the model is loaded. */
  async reload() {
    this.#line.textContent = "";
    unwrap(await chrome.runtime.sendMessage(createMessage("model.reload")));
    await this.show();
  }
}
