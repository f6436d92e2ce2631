// How a result is told: a state, a short label, and a sentence. A failure is never worded as a verdict.

import { endOf100 } from "./number-format.js";

/** @typedef {import("./i18n.js").Translate} Translate */

/**
 * @typedef {{score: number, realOf100: number, fakeOf100: number}} ScoreMeaning of 100 faces each, how many score this high
 * @typedef {"no_traces" | "inconclusive" | "likely_fake"} Band
 * @typedef {"seam" | "synthetic"} TraceKind what a likely fake face's traces look like
 * @typedef {{size: number, values: number[]}} AnomalyMap size x size values, rows from the top
 * @typedef {import("../inference/face-crop.js").CropSquare} CropSquare
 * @typedef {{boxXyxy: number[], status: "scored" | "too_small", fakeScore?: number, band?: Band, kinds?: TraceKind[], isMarked?: true, cropSquare?: CropSquare, anomalyMap?: AnomalyMap}} Face
 *
 * @typedef {object} Result as the inference gives it, and what the background adds
 * @property {"scored" | "no_face" | "face_too_small" | "failed"} status
 * @property {Band} [band]
 * @property {number} [fakeScore] in [0, 1]
 * @property {Face[]} [faces]
 * @property {{width: number, height: number}} [imageSize] pixels
 * @property {"bytes" | "screen_copy"} [via]
 * @property {boolean} [isAnimated] of an animation the first frame alone was judged
 * @property {"video"} [media] what was checked, where it is no image
 * @property {import("../inference/clip-verdict.js").Clip} [clip] the timeline of a video, or of an animation's frames
 * @property {{dataUrl: string, crop: {x: number, y: number, width: number, height: number}}} [copy] of the screen, where it was judged
 * @property {string} [sha256] of the bytes that were judged
 * @property {{name: string, version: string, sha256: string}} [model] sha256: of its manifest, which holds that of every file
 * @property {string} [reason] of a failure, as a sentence
 * @property {string} [code] of a failure
 * @property {string} [host] whose images may not be read
 * @property {boolean} [isDrawn] it was read off the page, whose address gives another picture
 * @property {ScoreMeaning} [meaning]
 * @property {Record<import("./settings.js").Settings["sensitivity"], import("./bands.js").Thresholds>} [operatingPoints] of an automatic
 *   check: what its bands are with each sensitivity
 * @property {import("../credentials/credentials-summary.js").CredentialsSummary} [credentials] of an image that has some; no part of the verdict
 *
 * @typedef {"checking" | Band | "no_face" | "face_too_small" | "failed"} State
 */

const FAILURE_CODES = ["no_access", "not_loaded", "refused", "not_found", "unreachable", "http_error", "not_an_image", "too_large", "timeout", "canvas_noise", "busy", "off_screen", "elsewhere", "nothing_here", "unreadable", "not_as_shown", "video_protected", "video_black", "video_paused", "video_unreadable", "too_few_frames"];

/**
 * @param {Result | null} result null while it is being checked
 * @returns {State}
 */
export function stateOf(result) {
  if (!result) return "checking";
  return result.status === "scored" ? /** @type {Band} */ (result.band) : result.status;
}

/**
 * @param {State} state
 * @param {Translate} t
 * @returns {string} two or three words
 */
export function labelOf(state, t) {
  return t(`state_${state}`);
}

/**
 * @param {Exclude<State, "checking">} state
 * @param {Translate} t
 * @returns {string} what it means on any picture; of failures what they have in common
 */
export function explainState(state, t) {
  return t(`explain_${state}`);
}

/**
 * @param {Result} result
 * @param {Translate} t
 * @returns {string} some sentences; for a likely fake also what the worst face's traces look like, where that is known
 */
export function explain(result, t) {
  const frames = result.clip ? [t("clipFrames", result.clip.times.length, result.clip.framesWithFace)] : [];
  if (result.status !== "failed") return [explainState(/** @type {Exclude<State, "checking">} */ (stateOf(result)), t), ...describeKinds(result, t), ...frames].join(" ");
  if (result.code === "no_access") return t("failed_no_access", result.host ?? "");
  if (result.code === "engine") return t("failed_engine", result.reason ?? "");
  if (result.code && FAILURE_CODES.includes(result.code)) return [t(`failed_${result.code}`), ...frames].join(" ");
  return result.reason || t("failed_unknown");
}

/**
 * @param {Result} result
 * @param {Translate} t
 * @returns {string[]} one sentence on the traces of the face that gave the picture its score, or none
 */
function describeKinds({ faces, fakeScore }, t) {
  const kinds = faces?.find((face) => face.band === "likely_fake" && face.fakeScore === fakeScore)?.kinds ?? [];
  if (kinds.length === 0) return [];
  return [t(kinds.length > 1 ? "kinds_both" : `kinds_${kinds[0]}`)];
}

/**
 * @param {number} fakeScore in [0, 1]
 * @param {readonly ScoreMeaning[]} scoreTable how many faces score at least `score`
 * @returns {ScoreMeaning | undefined} the row of the highest score that this one reaches
 */
export function meaningOf(fakeScore, scoreTable) {
  const reached = scoreTable.filter((row) => row.score <= fakeScore);
  return reached.reduce((best, row) => (best === undefined || row.score > best.score ? row : best), /** @type {ScoreMeaning | undefined} */ (undefined));
}

/** In signs, as text that runs from left to right in every language: Unicode's isolates. */
const SIGNS = Object.freeze({ few: "\u2066<1\u2069", most: "\u2066>99\u2069" });

/**
 * @param {number} of100 how many of a hundred faces
 * @param {Translate} t
 * @returns {string} such as "16 of 100": never none of them, and never all
 */
export function tellOf100(of100, t) {
  const end = endOf100(of100);
  return end === null ? t("of100_some", of100) : t(`of100_${end}`);
}

/**
 * @param {number} of100 how many of a hundred faces
 * @param {Translate} t
 * @returns {string} the same, as short as beside a bar: two bars can be compared only where their texts are about as long
 */
export function labelOf100(of100, t) {
  const end = endOf100(of100);
  return t("panelOf100", end === null ? of100 : SIGNS[end]);
}

/**
 * @param {Pick<ScoreMeaning, "realOf100" | "fakeOf100">} rates
 * @param {"panelMeaning" | "sensitivityRates"} key of the sentence, which says on which faces they were counted
 * @param {Translate} t
 */
export function tellRates({ realOf100, fakeOf100 }, key, t) {
  return t(key, tellOf100(realOf100, t), tellOf100(fakeOf100, t));
}

/**
 * @param {number} fakeScore in [0, 1]
 * @returns {string} 1 to 99, which every language here writes alike: never rounded to certainty
 */
export function formatScore(fakeScore) {
  return String(Math.min(99, Math.max(1, Math.round(fakeScore * 100))));
}
