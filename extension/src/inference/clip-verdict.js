// From the results of a clip's frames to one verdict and its timeline, as the trainer's clips.py does.

import { bandOf } from "../shared/bands.js";
import { trackFaces } from "./face-tracks.js";

/** @typedef {import("./face-tracks.js").Sighting} Sighting */
/** @typedef {import("./verdict.js").Band} Band */
/** @typedef {import("./verdict.js").Mode} Mode */
/**
 * @typedef {{time: number, result: import("../shared/verdict-wording.js").Result}} JudgedFrame time: seconds from the clip's start
 *
 * @typedef {object} Track one face through the clip
 * @property {number} [fakeScore] the mean of its frames' scores; none where too few frames show it large enough
 * @property {Band} [band]
 * @property {Sighting[]} sightings in order of time
 *
 * @typedef {object} Clip
 * @property {number[]} times of the frames looked at, seconds
 * @property {number} framesWithFace
 * @property {Track[]} tracks in order of their first frame
 * @property {number} [worstFrame] the frame in which the face that decides scored highest
 *
 * @typedef {object} ClipVerdict
 * @property {"scored" | "no_face" | "face_too_small" | "failed"} status
 * @property {Band} [band] of the worst track
 * @property {number} [fakeScore] the worst track's
 * @property {"too_few_frames"} [code]
 * @property {Clip} clip
 */

/**
 * The worst track's mean score decides, with the thresholds for that many tracks. A frame that failed is left out.
 *
 * @param {JudgedFrame[]} frames in order of time
 * @param {{operatingPoints: import("./model-manifest.js").ModelManifest["operatingPoints"], clip: import("./clip-rule.js").ClipRule}} model
 * @param {Mode} mode
 * @returns {ClipVerdict}
 */
export function judgeClip(frames, { operatingPoints, clip: rule }, mode) {
  const judged = frames.filter(({ result }) => result.status !== "failed");
  const sightings = judged.map(({ result }, frame) =>
    (result.faces ?? []).map(({ boxXyxy, fakeScore, band }) => ({ frame, boxXyxy, fakeScore, band })),
  );
  const found = trackFaces(sightings, rule).map((track) => ({ track, scores: track.flatMap(({ fakeScore }) => fakeScore ?? []) }));
  const count = found.filter(({ scores }) => scores.length >= rule.minFrames).length;
  /** @type {Track[]} */
  const tracks = found.map(({ track, scores }) => {
    if (scores.length < rule.minFrames) return { sightings: track };
    const fakeScore = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    return { fakeScore, band: bandOf(fakeScore, operatingPoints[mode], count), sightings: track };
  });
  const clip = { times: judged.map(({ time }) => time), framesWithFace: withFace(judged), tracks };
  if (count > 0) {
    const worst = tracks.reduce((most, track) => ((track.fakeScore ?? -1) > (most.fakeScore ?? -1) ? track : most));
    const highest = worst.sightings.reduce((most, seen) => ((seen.fakeScore ?? -1) > (most.fakeScore ?? -1) ? seen : most));
    return { status: "scored", band: worst.band, fakeScore: worst.fakeScore, clip: { ...clip, worstFrame: highest.frame } };
  }
  if (clip.framesWithFace === 0) return { status: "no_face", clip };
  if (found.every(({ scores }) => scores.length === 0)) return { status: "face_too_small", clip };
  return { status: "failed", code: "too_few_frames", clip };
}

/** @param {JudgedFrame[]} frames */
function withFace(frames) {
  return frames.filter(({ result }) => result.status === "scored" || result.status === "face_too_small").length;
}
