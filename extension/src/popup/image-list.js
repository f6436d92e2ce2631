// The popup's list of images with their verdicts.

import { tellCredentials } from "../shared/credentials-wording.js";
import { createElement, createIcon } from "../shared/dom.js";
import { explain, formatScore, labelOf, stateOf } from "../shared/verdict-wording.js";

/** @typedef {import("./page-connection.js").PageImage} PageImage */

const THUMBNAIL_SIDE = 88;
/** Worst first: what the user opened the popup for. */
const ORDER = ["likely_fake", "inconclusive", "checking", "no_traces", "face_too_small", "no_face", "failed", "unchecked"];

/** @param {PageImage} image */
const rankOf = ({ isChecking, result }) => ORDER.indexOf(isChecking ? "checking" : result ? stateOf(result) : "unchecked");

/** Shows images and keeps rows, so that focus and thumbnails survive an update. */
export class ImageList {
  #list;
  #translate;
  #onOpen;
  #onReport;
  #isPrivate;
  #rows = /** @type {Map<string, HTMLLIElement>} */ (new Map());

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
    const rows = sorted.map(({ image, index }) => this.#updateRow(image, index + 1));
    // Moving a row takes its focus away: only where the order has changed.
    if (rows.some((row, index) => this.#list.children[index] !== row) || rows.length !== this.#list.children.length) {
      this.#list.replaceChildren(...rows);
    }
  }

  /**
   * @param {PageImage} image
   * @param {number} number its place on the page, from 1
   */
  #updateRow(image, number) {
    const key = `${image.frameId} ${image.key}`;
    const row = this.#rows.get(key) ?? this.#createRow(image);
    this.#rows.set(key, row);
    const t = this.#translate;
    const state = image.isChecking || image.result ? stateOf(image.isChecking ? null : image.result) : null;
    const label = state ? labelOf(state, t) : t("popupUnchecked");
    const name = image.name || t("popupImage", number);
    const button = /** @type {HTMLButtonElement} */ (row.firstElementChild);
    button.dataset.state = state ?? "unchecked";
    button.setAttribute("aria-label", t("popupOpen", name, label));
    button.onclick = () => this.#onOpen(image);
    const report = /** @type {HTMLButtonElement} */ (row.lastElementChild);
    report.setAttribute("aria-label", t("popupReportOn", name));
    report.onclick = () => this.#onReport(image);
    report.hidden = image.result?.media === "video" && !image.result.clip;
    const words = createElement("span", { class: "words" }, [
      createElement("span", { class: "state" }, [label]),
      createElement("span", { class: "detail" }, this.#detailOf(image, name)),
      ...this.#credentialsOf(image),
    ]);
    button.replaceChildren(/** @type {Node} */ (button.firstElementChild), words, ...(state ? [createIcon(state)] : []));
    return row;
  }

  /**
   * @param {PageImage} image
   * @param {string} name
   * @returns {(string | Node)[]}
   */
  #detailOf({ result, isChecking }, name) {
    // The page's own words may run the other way.
    const isolated = createElement("bdi", {}, [name]);
    if (isChecking || !result) return [isolated];
    if (result.status === "failed") return [explain(result, this.#translate)];
    const animated = result.isAnimated ? [this.#translate("popupAnimated")] : [];
    const score = result.fakeScore === undefined ? [] : [this.#translate("popupScore", formatScore(result.fakeScore))];
    const copy = result.via === "screen_copy" ? [this.#translate("popupScreenCopy")] : [];
    return [...[...score, ...copy, ...animated].map((words) => `${words} · `), isolated];
  }

  /** @param {PageImage} image @returns {HTMLElement[]} what it says of itself, in a line of its own */
  #credentialsOf({ result, isChecking }) {
    const statement = isChecking || !result ? null : tellCredentials(result.credentials, this.#translate);
    return statement === null ? [] : [createElement("span", { class: "detail credentials", dir: "auto", title: statement }, [statement])];
  }

  /** @param {HTMLElement} thumbnail @param {string} url of the image: a long list is not fetched as a whole */
  #fetchWhenSeen(thumbnail, url) {
    const observer = new IntersectionObserver(([{ isIntersecting }]) => {
      if (!isIntersecting) return;
      observer.disconnect();
      void fetchThumbnail(url, this.#isPrivate).then((dataUrl) => dataUrl && setThumbnail(thumbnail, dataUrl));
    });
    observer.observe(thumbnail);
  }

  /** @param {PageImage} image */
  #createRow(image) {
    const thumbnail = createElement("span", { class: "thumbnail" });
    if (image.thumbnail) setThumbnail(thumbnail, image.thumbnail);
    else if (image.url) this.#fetchWhenSeen(thumbnail, image.url);
    const report = createElement("button", { class: "report", type: "button" }, [this.#translate("popupReport")]);
    return createElement("li", {}, [createElement("button", { class: "row", type: "button" }, [thumbnail]), report]);
  }
}

/**
 * @param {HTMLElement} thumbnail
 * @param {string} url data: URL
 */
function setThumbnail(thumbnail, url) {
  const { style } = thumbnail;
  style.backgroundImage = `url("${url}")`;
}

/**
 * Reads the page's own image once more, from the browser's cache where that is fresh and without cookies.
 *
 * @param {string} url
 * @param {boolean} isPrivate kept in no cache
 * @returns {Promise<string | null>} data: URL; null when it may not be read
 */
async function fetchThumbnail(url, isPrivate) {
  try {
    const response = await fetch(url, { credentials: "omit", cache: isPrivate ? "no-store" : "default" });
    const bitmap = await createImageBitmap(await response.blob());
    const scale = THUMBNAIL_SIDE / Math.min(bitmap.width, bitmap.height);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = THUMBNAIL_SIDE;
    const [width, height] = [bitmap.width * scale, bitmap.height * scale];
    canvas.getContext("2d")?.drawImage(bitmap, (THUMBNAIL_SIDE - width) / 2, (THUMBNAIL_SIDE - height) / 2, width, height);
    bitmap.close();
    return canvas.toDataURL("image/jpeg", 0.8);
  } catch {
    return null;
  }
}
