// Shows the timeline of a clip: each face, with what each frame that was looked at said of it, in words, shapes and bars.

import { createElement, createIcon } from "./dom.js";
import { formatScore, labelOf } from "./verdict-wording.js";

/** @typedef {import("../inference/clip-verdict.js").Clip} Clip */
/** @typedef {import("../inference/clip-verdict.js").Track} Track */
/** @typedef {import("./i18n.js").Translate} Translate */

/** A shorter clip is told in tenths of seconds. */
const TENTHS_BELOW_S = 60;

/**
 * @param {Clip} clip
 * @param {Translate} t
 * @returns {HTMLElement[]} a sentence on how the clip's score comes about, then each face
 */
export function createTimeline(clip, t) {
  const faces = clip.tracks.map((track, index) => createTrack(track, index + 1, clip.times, t));
  return [createElement("p", { class: "soft" }, [t("timelineRule")]), ...faces];
}

/**
 * @param {number} seconds
 * @param {number} last the clip's last time that is shown, seconds
 * @returns {string} minutes and seconds
 */
export function formatTime(seconds, last) {
  const [rest, digits] = last < TENTHS_BELOW_S ? [seconds.toFixed(1), 4] : [String(Math.round(seconds)), 2];
  const minutes = Math.floor(Number(rest) / 60);
  const withoutMinutes = digits === 4 ? (Number(rest) - 60 * minutes).toFixed(1) : String(Number(rest) - 60 * minutes);
  return `${minutes}:${withoutMinutes.padStart(digits, "0")}`;
}

/**
 * @param {Track} track
 * @param {number} number from 1
 * @param {number[]} times of the frames looked at, seconds
 * @param {Translate} t
 */
function createTrack({ band, fakeScore, sightings }, number, times, t) {
  const told =
    band === undefined || fakeScore === undefined
      ? t("timelineFaceUncounted", number)
      : t("timelineFace", number, labelOf(band, t), formatScore(fakeScore));
  const heading = createElement("h3", { "data-state": band ?? "face_too_small" }, [createIcon(band ?? "face_too_small"), createElement("span", {}, [told])]);
  const rows = times.map((time, frame) => {
    const seen = sightings.find((sighting) => sighting.frame === frame);
    return createRow(formatTime(time, times[times.length - 1]), seen, t);
  });
  return createElement("section", { class: "timeline-face" }, [heading, createElement("ol", { class: "timeline" }, rows)]);
}

/**
 * @param {string} time
 * @param {import("../inference/face-tracks.js").Sighting | undefined} seen undefined where the face was not found
 * @param {Translate} t
 */
function createRow(time, seen, t) {
  const state = seen ? (seen.band ?? "face_too_small") : "no_face";
  const bar = createElement("span", { class: "timeline-bar", "aria-hidden": "true" });
  if (seen?.fakeScore !== undefined) bar.append(createElement("span", {}));
  if (bar.firstElementChild) /** @type {HTMLElement} */ (bar.firstElementChild).style.width = `${100 * (seen?.fakeScore ?? 0)}%`;
  return createElement("li", { "data-state": state }, [
    createElement("span", { class: "time", dir: "ltr" }, [time]),
    createIcon(state),
    createElement("span", { class: "words" }, [seen ? labelOf(state, t) : t("timelineNotSeen")]),
    bar,
    createElement("b", {}, [seen?.fakeScore === undefined ? "" : formatScore(seen.fakeScore)]),
  ]);
}
