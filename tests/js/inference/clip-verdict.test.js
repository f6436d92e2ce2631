// Faces joined over the frames of a clip, the clip's verdict, and what is no verdict.

import assert from "node:assert/strict";
import { test } from "node:test";

import { judgeClip } from "../../../extension/src/inference/clip-verdict.js";
import { animationIndices, sampleTimes } from "../../../extension/src/inference/clip-rule.js";
import { trackFaces } from "../../../extension/src/inference/face-tracks.js";
import { parseModelManifest } from "../../../extension/src/inference/model-manifest.js";
import { validManifest } from "./valid-manifest.js";

const MODEL = parseModelManifest({ ...validManifest(), operating_points: { check: { no_traces: [0.3], likely_fake: [0.8, 0.9] }, automatic: { no_traces: [0.3], likely_fake: [0.95] } } });

/** @param {number} x @param {number} [side] */
const boxAt = (x, side = 100) => [x, 0, x + side, side];

/** @param {number} time @param {[number, number?][]} faces x and score; without a score a face is too small */
function frame(time, ...faces) {
  const found = faces.map(([x, fakeScore]) => ({ boxXyxy: boxAt(x), status: fakeScore === undefined ? "too_small" : "scored", fakeScore, band: undefined }));
  const status = found.length === 0 ? "no_face" : found.some(({ fakeScore }) => fakeScore !== undefined) ? "scored" : "face_too_small";
  return /** @type {any} */ ({ time, result: { status, faces: found } });
}

test("two faces that change places in the list stay themselves, and a missed frame does not end a track", () => {
  const { clip } = judgeClip([frame(0, [0, 0.1], [300, 0.5]), frame(1, [310, 0.6], [10, 0.2]), frame(2, [20, 0.3]), frame(3, [330, 0.7])], MODEL, "check");
  assert.deepEqual(clip.tracks.map(({ sightings }) => sightings.map((seen) => [seen.frame, seen.fakeScore])), [[[0, 0.1], [1, 0.2], [2, 0.3]], [[0, 0.5], [1, 0.6], [3, 0.7]]]);
});

test("overlap comes before nearness, nearness joins what no longer overlaps, and far apart is another face", () => {
  const seen = (/** @type {number[][]} */ ...frames) => frames.map((boxes, index) => boxes.map((x) => ({ frame: index, boxXyxy: boxAt(x) })));
  const counts = (/** @type {number[][]} */ ...frames) => trackFaces(seen(...frames), MODEL.clip).map((track) => track.map(({ boxXyxy }) => boxXyxy[0]));
  assert.deepEqual(counts([0], [72]), [[0, 72]], "centres 72 apart: under 0.75 of the side");
  assert.deepEqual(counts([0], [90]), [[0], [90]]);
  assert.deepEqual(counts([0, 60], [70]), [[0], [60, 70]]);
});

test("the worst face's mean decides, with the thresholds for that many faces", () => {
  const verdict = judgeClip([frame(0, [0, 0.8], [300, 0.1]), frame(1, [0, 0.9], [300, 0.2])], MODEL, "check");
  assert.equal(verdict.status, "scored");
  assert.equal(verdict.band, "inconclusive", "0.85 is likely fake for one face, and not for two");
  assert.ok(Math.abs(/** @type {number} */ (verdict.fakeScore) - 0.85) < 1e-12);
  assert.deepEqual([verdict.clip.worstFrame, verdict.clip.framesWithFace, verdict.clip.times], [1, 2, [0, 1]]);
  assert.equal(judgeClip([frame(0, [0, 0.8]), frame(1, [0, 0.9])], MODEL, "check").band, "likely_fake");
  assert.equal(judgeClip([frame(0, [0, 0.8]), frame(1, [0, 0.9])], MODEL, "automatic").band, "inconclusive");
});

test("a face of one frame does not count, however high it scores", () => {
  const verdict = judgeClip([frame(0, [0, 0.2], [500, 0.99]), frame(1, [0, 0.2])], MODEL, "check");
  assert.equal(verdict.band, "no_traces");
  assert.deepEqual(verdict.clip.tracks.map(({ fakeScore }) => fakeScore), [0.2, undefined]);
});

test("without a face, with small ones, or with each in one frame only there is no verdict", () => {
  const told = (/** @type {any[]} */ ...frames) => {
    const { status, band, code } = judgeClip(frames, MODEL, "check");
    return [status, band, code];
  };
  assert.deepEqual(told(frame(0), frame(1)), ["no_face", undefined, undefined]);
  assert.deepEqual(told(frame(0, [0]), frame(1, [0])), ["face_too_small", undefined, undefined]);
  assert.deepEqual(told(frame(0, [0, 0.9]), frame(1)), ["failed", undefined, "too_few_frames"]);
  assert.deepEqual(told(frame(0, [0, 0.9]), frame(1, [600, 0.9])), ["failed", undefined, "too_few_frames"]);
});

test("a frame that failed is left out, and the times stay with their frames", () => {
  const failed = /** @type {any} */ ({ time: 1, result: { status: "failed", code: "timeout" } });
  const { clip, status } = judgeClip([frame(0, [0, 0.4]), failed, frame(2, [0, 0.6])], MODEL, "check");
  assert.deepEqual([status, clip.times, clip.worstFrame, clip.tracks[0].sightings.map((seen) => seen.frame)], ["scored", [0, 2], 1, [0, 1]]);
});

test("samples are spread over a clip, and of an animation the first frame is one", () => {
  assert.deepEqual(sampleTimes(12, 3), [2, 6, 10]);
  assert.deepEqual(animationIndices(100, 6), [0, 16, 33, 50, 66, 83]);
  assert.deepEqual(animationIndices(1, 6), [0]);
});
