// The top of a report: the image with its faces outlined, and the verdict in words.

import { createElement, createIcon } from "../shared/dom.js";
import { createScore, createScoreLine } from "../shared/score-view.js";
import { explain, labelOf, meaningOf, stateOf } from "../shared/verdict-wording.js";

/** @typedef {import("../shared/verdict-wording.js").Result} Result */
/** @typedef {import("../shared/i18n.js").Translate} Translate */
/** @typedef {import("./subject.js").Subject} Subject */

const LONGEST_SIDE = 1600;

/**
 * @param {import("./picture.js").Picture} picture
 * @param {Result} result
 * @param {Subject} subject
 * @param {Translate} t
 * @returns {HTMLElement}
 */
export function createFigure(picture, result, { name, url }, t) {
  const { width, height } = picture;
  const canvas = picture.draw(LONGEST_SIDE);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", t("reportPictureLabel", name || t("reportNoName"), width, height));
  const outlines = (result.faces ?? []).map(({ boxXyxy: [x1, y1, x2, y2], band, isMarked }, index) => {
    const tag = createElement("b", {}, [isMarked ? t("reportMarked") : String(index + 1)]);
    const outline = createElement("span", { class: "outline", "data-state": band ?? "face_too_small" }, [tag]);
    outline.classList.toggle("marked", isMarked === true);
    // The words of its tag reach to where there is more of the picture.
    outline.classList.toggle("leftwards", isMarked === true && x1 + x2 > width);
    const percent = (/** @type {number} */ part, /** @type {number} */ whole) => `${(100 * part) / whole}%`;
    // Physical sides: a picture is not mirrored in a right-to-left language.
    Object.assign(outline.style, { left: percent(x1, width), top: percent(y1, height), width: percent(x2 - x1, width), height: percent(y2 - y1, height) });
    return outline;
  });
  const frame = createElement("div", { class: "frame" }, [canvas, createElement("div", { class: "outlines", "aria-hidden": "true" }, outlines)]);
  const caption = [
    ...(name ? [createElement("span", { class: "name address" }, [name])] : []),
    createElement("span", {}, [t("reportSize", width, height)]),
    ...(url ? [createElement("span", { class: "url address", dir: "ltr" }, [url])] : []),
  ];
  return createElement("figure", {}, [frame, createElement("figcaption", {}, caption)]);
}

/**
 * @param {HTMLElement} container
 * @param {Result} result
 * @param {{scoreTable: import("../shared/verdict-wording.js").ScoreMeaning[] | null, subject: Subject, canMark: boolean}} known scoreTable:
 *   null where nothing was judged; canMark: the user may say where a face is
 * @param {Translate} t
 */
export function showVerdict(container, result, { scoreTable, subject: { badge }, canMark }, t) {
  const state = stateOf(result);
  Object.assign(container.dataset, { state });
  const title = createElement("h1", { id: "verdict-title", tabindex: "-1" }, [labelOf(state, t)]);
  const isMarked = result.faces?.some((face) => face.isMarked);
  // What a score means was counted on single pictures and found faces, and not on clips or marked ones.
  const isCounted = !result.clip && !isMarked;
  const meaning = result.fakeScore === undefined || !scoreTable || !isCounted ? undefined : meaningOf(result.fakeScore, scoreTable);
  /** @type {Node[]} */
  const parts = [
    createElement("p", { class: "eyebrow" }, [t(result.status === "failed" ? "reportNoVerdict" : "reportVerdict")]),
    createElement("div", { class: "headline" }, [createIcon(state), title]),
    createElement("p", { class: "explanation" }, [explain(result, t)]),
  ];
  if (!isCounted && result.fakeScore !== undefined) parts.push(createScoreLine(result.fakeScore, t));
  if (meaning && result.fakeScore !== undefined) parts.push(createScore(result.fakeScore, meaning, t));
  if (result.via === "screen_copy") parts.push(createElement("p", { class: "note" }, [t("panelScreenCopy")]));
  if (isMarked) parts.push(createElement("p", { class: "note" }, [t("reportMarkedNote")]));
  // Of a marked face the badge knew nothing.
  if (badge && result.band && badge !== result.band && !isMarked) {
    const why = badge === "no_face" ? "reportSecondLook" : "reportBadgeDiffers";
    parts.push(createElement("p", { class: "note" }, [t(why, labelOf(badge, t))]));
  }
  if (result.status === "no_face" && canMark) parts.push(createElement("p", { class: "note" }, [t("reportMarkHint")]));
  if (result.status === "no_face" || result.status === "face_too_small") parts.push(createElement("p", { class: "note" }, [t("reportFacesOnly")]));
  // Only what was found is a reason to look closer; that the detector errs holds of every verdict.
  if (result.status === "scored") parts.push(createElement("p", { class: "caveat" }, [t(state === "likely_fake" ? "reportNoProof" : "panelCaveat")]));
  container.replaceChildren(...parts);
}
