// Shows a score with its meaning: of 100 real and of 100 fake faces, how many score this high.

import { createElement } from "./dom.js";
import { formatScore, labelOf100, tellRates } from "./verdict-wording.js";

/** @typedef {import("./verdict-wording.js").ScoreMeaning} ScoreMeaning */

/**
 * @param {number} fakeScore in [0, 1]
 * @param {ScoreMeaning} meaning
 * @param {import("./i18n.js").Translate} t
 * @returns {HTMLElement}
 */
export function createScore(fakeScore, meaning, t) {
  /** @type {(label: string, count: number, kind: string) => HTMLElement} */
  const bar = (label, count, kind) => {
    const fill = createElement("span", { class: `fill ${kind}` });
    fill.style.width = `${count}%`;
    const value = createElement("b", {}, [labelOf100(count, t)]);
    return createElement("div", { class: "bar" }, [createElement("span", {}, [label]), createElement("span", { class: "track" }, [fill]), value]);
  };
  const sentence = createElement("p", {}, [tellRates(meaning, "panelMeaning", t)]);
  const bars = createElement("div", { class: "bars", "aria-hidden": "true" }, [
    bar(t("panelFakeFaces"), meaning.fakeOf100, "fake"),
    bar(t("panelRealFaces"), meaning.realOf100, "real"),
  ]);
  return createElement("section", {}, [createScoreLine(fakeScore, t), sentence, bars]);
}

/**
 * @param {number} fakeScore in [0, 1]
 * @param {import("./i18n.js").Translate} t
 * @returns {HTMLElement} the score alone: what it means was counted on single pictures and found faces, and not on clips or marked ones
 */
export function createScoreLine(fakeScore, t) {
  return createElement("p", { class: "score" }, [createElement("b", {}, [formatScore(fakeScore)]), ` ${t("panelScoreOf")}`]);
}
