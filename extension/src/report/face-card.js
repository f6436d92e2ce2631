// One face of a report: its crop under the anomaly map, a slider between the two, and what its score means.

import { createElement, createIcon } from "../shared/dom.js";
import { formatPercent } from "../shared/number-format.js";
import { createScore, createScoreLine } from "../shared/score-view.js";
import { labelOf, meaningOf } from "../shared/verdict-wording.js";
import { mapPixels, RANGES } from "./anomaly-map.js";
import { gradient } from "./colour-map.js";

/** @typedef {import("../shared/verdict-wording.js").Face} Face */
/** @typedef {import("../shared/i18n.js").Translate} Translate */
/** @typedef {import("../inference/check-result.js").ModelDescription} ModelDescription */

const CROP_SIDE = 560;
const MAP_SIDE = 224;
const FIRST_OPACITY = 50;

/**
 * @param {Face} face
 * @param {{number: number, isOnly: boolean}} place number: of the face, from 1; of the only face, score and kinds of traces are told above
 * @param {import("./picture.js").Picture} picture
 * @param {ModelDescription} model
 * @param {Translate} t
 * @returns {HTMLLIElement}
 */
export function createFaceCard(face, { number, isOnly }, picture, model, t) {
  const state = face.band ?? "face_too_small";
  const heading = createElement("h3", {}, [createIcon(state), createElement("span", {}, [t("reportFace", number, labelOf(state, t))])]);
  const words = createElement("div", { class: "words" }, [heading]);
  if (face.fakeScore !== undefined && !isOnly) {
    // Scores below the table's first row are those of most faces, real and fake: nothing was counted for them.
    const meaning = meaningOf(face.fakeScore, model.scoreTable);
    words.append(meaning ? createScore(face.fakeScore, meaning, t) : createScoreLine(face.fakeScore, t));
  }
  if (face.kinds?.length && !isOnly) words.append(createElement("p", { class: "kinds" }, [t(face.kinds.length > 1 ? "kinds_both" : `kinds_${face.kinds[0]}`)]));
  if (face.status === "too_small") words.append(createElement("p", {}, [t("explain_face_too_small")]));
  const crop = picture.drawCrop(face.cropSquare ?? squareAround(face.boxXyxy), CROP_SIDE);
  crop.setAttribute("role", "img");
  crop.setAttribute("aria-label", t("reportCropLabel", number));
  const stage = createElement("div", { class: "stage" }, [crop]);
  const map = face.anomalyMap ? createMap(face.anomalyMap, number, model.mapScale, t) : null;
  if (map) stage.append(map.canvas);
  if (map && isOnly) words.append(createElement("p", {}, [t(`reportMapMeaning_${model.mapScale}`)]), createElement("p", { class: "soft" }, [t("reportMapUse")]));
  return createElement("li", { class: "face card", "data-state": state }, [createElement("div", { class: "look" }, [stage, ...(map ? [map.controls] : [])]), words]);
}

/**
 * @param {import("../shared/verdict-wording.js").AnomalyMap} anomalyMap
 * @param {number} number of the face
 * @param {import("../inference/model-manifest.js").MapScale} mapScale
 * @param {Translate} t
 */
function createMap(anomalyMap, number, mapScale, t) {
  const canvas = createElement("canvas", { class: "map", width: String(MAP_SIDE), height: String(MAP_SIDE), "aria-hidden": "true" });
  canvas.getContext("2d")?.putImageData(new ImageData(mapPixels(anomalyMap, mapScale, MAP_SIDE), MAP_SIDE), 0, 0);
  const slider = createElement("input", { type: "range", min: "0", max: "100", step: "5", value: String(FIRST_OPACITY), "aria-label": t("reportMapOpacityOf", number) });
  const value = createElement("output", {}, []);
  const follow = () => {
    canvas.style.opacity = String(Number(slider.value) / 100);
    value.textContent = formatPercent(Number(slider.value) / 100, t("localeCode"));
    slider.setAttribute("aria-valuetext", value.textContent);
  };
  slider.addEventListener("input", follow);
  follow();
  const isRightToLeft = document.documentElement.dir === "rtl";
  const scale = createElement("span", { class: "scale" });
  scale.style.backgroundImage = gradient(isRightToLeft);
  const lang = t("localeCode");
  const ends = mapScale === "probability" ? RANGES.probability.map((end) => formatPercent(end, lang)) : [t("reportMapLow"), t("reportMapHigh")];
  const legend = createElement("div", { class: "legend" }, [createElement("span", {}, [ends[0]]), scale, createElement("span", {}, [ends[1]])]);
  const row = createElement("div", { class: "slider" }, [createElement("span", { "aria-hidden": "true" }, [t("reportMapOpacity")]), slider, value]);
  return { canvas, controls: createElement("div", { class: "controls" }, [row, legend]) };
}

/** @param {number[]} boxXyxy of a face that was not judged */
function squareAround([x1, y1, x2, y2]) {
  return { cx: (x1 + x2) / 2, cy: (y1 + y2) / 2, side: Math.max(x2 - x1, y2 - y1) * 1.3, angle: 0 };
}
