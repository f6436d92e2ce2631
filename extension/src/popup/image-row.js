// One row of the popup's list: an image, its verdict, and the way to its report. An update changes only what has changed.

import { tellCredentials } from "../shared/credentials-wording.js";
import { createElement, createIcon, writeText } from "../shared/dom.js";
import { explain, formatScore, labelOf, stateOf } from "../shared/verdict-wording.js";
import { createThumbnail } from "./thumbnail.js";

/** @typedef {import("./page-connection.js").PageImage} PageImage */

/** Its elements stay the same ones from the first update to the last. */
export class ImageRow {
  #translate;
  #words;
  #button;
  #report;
  #state = createElement("span", { class: "state" });
  #facts = createElement("span");
  // The page's own words may run the other way.
  #name = createElement("bdi");
  #credentials = createElement("span", { class: "detail credentials", dir: "auto" });
  /** @type {SVGSVGElement | null} */
  #icon = null;

  /**
   * @param {PageImage} image
   * @param {import("../shared/i18n.js").Translate} translate
   * @param {boolean} isPrivate the page is in a private window
   */
  constructor(image, translate, isPrivate) {
    this.#translate = translate;
    const detail = createElement("span", { class: "detail" }, [this.#facts, this.#name]);
    this.#words = createElement("span", { class: "words" }, [this.#state, detail]);
    this.#button = createElement("button", { class: "row", type: "button" }, [createThumbnail(image, isPrivate), this.#words]);
    this.#report = createElement("button", { class: "report", type: "button" }, [translate("popupReport")]);
    this.element = createElement("li", {}, [this.#button, this.#report]);
  }

  /**
   * @param {PageImage} image
   * @param {number} number its place on the page, from 1
   * @param {{onOpen: () => void, onReport: () => void}} actions
   */
  update(image, number, { onOpen, onReport }) {
    const t = this.#translate;
    const result = image.isChecking ? null : image.result;
    const state = image.isChecking || result ? stateOf(result) : null;
    const label = state ? labelOf(state, t) : t("popupUnchecked");
    const name = image.name || t("popupImage", number);
    this.#button.setAttribute("aria-label", t("popupOpen", name, label));
    this.#button.onclick = onOpen;
    this.#report.setAttribute("aria-label", t("popupReportOn", name));
    this.#report.onclick = onReport;
    this.#report.hidden = image.result?.media === "video" && !image.result.clip;
    writeText(this.#state, label);
    const isFailed = result?.status === "failed";
    writeText(this.#facts, isFailed ? explain(result, t) : factsOf(result, t).map((fact) => `${fact} · `).join(""));
    writeText(this.#name, isFailed ? "" : name);
    this.#name.hidden = isFailed;
    const statement = result && tellCredentials(result.credentials, t);
    if (statement === null) this.#credentials.remove();
    else this.#tellCredentials(statement);
    if (this.#button.dataset.state !== (state ?? "unchecked")) this.#showState(state);
  }

  /** @param {string} statement what the image says of itself, in a line of its own */
  #tellCredentials(statement) {
    writeText(this.#credentials, statement);
    if (this.#credentials.title !== statement) this.#credentials.title = statement;
    if (!this.#credentials.parentNode) this.#words.append(this.#credentials);
  }

  /** @param {import("../shared/verdict-wording.js").State | null} state null: not checked */
  #showState(state) {
    this.#button.dataset.state = state ?? "unchecked";
    this.#icon?.remove();
    this.#icon = state && createIcon(state);
    if (this.#icon) this.#button.append(this.#icon);
  }
}

/**
 * @param {import("../shared/verdict-wording.js").Result | null} result
 * @param {import("../shared/i18n.js").Translate} t
 * @returns {string[]} what stands before the name
 */
function factsOf(result, t) {
  if (!result) return [];
  const score = result.fakeScore === undefined ? [] : [t("popupScore", formatScore(result.fakeScore))];
  const copy = result.via === "screen_copy" ? [t("popupScreenCopy")] : [];
  return [...score, ...copy, ...(result.isAnimated ? [t("popupAnimated")] : [])];
}
