// Calibration, bands by mode and number of faces, and the image's worst face.

import assert from "node:assert/strict";
import test from "node:test";

import { bandOf, calibratedScore, judge } from "../../../extension/src/inference/verdict.js";

const MANIFEST = {
  calibration: { temperature: 1, bias: 0 },
  operatingPoints: {
    check: { noTraces: [0.3], likelyFake: [0.8] },
    automatic: { noTraces: [0.3, 0.35], likelyFake: [0.9, 0.95] },
  },
};
const IMAGE_SIZE = { width: 100, height: 80 };
const scored = (logit) => ({ boxXyxy: [0, 0, 50, 50], detectionScore: 0.99, status: "scored", logit });
const TOO_SMALL = { boxXyxy: [0, 0, 20, 20], detectionScore: 0.9, status: "too_small" };

test("temperature and bias calibrate the logit", () => {
  assert.equal(calibratedScore(0, { temperature: 1, bias: 0 }), 0.5);
  assert.equal(calibratedScore(2, { temperature: 2, bias: -1 }), 0.5);
  assert.equal(calibratedScore(-1000, { temperature: 1, bias: 0 }), 0);
});

test("a threshold belongs to the band above it", () => {
  const { check } = MANIFEST.operatingPoints;
  assert.equal(bandOf(0.8, check, 1), "likely_fake");
  assert.equal(bandOf(0.7999, check, 1), "inconclusive");
  assert.equal(bandOf(0.3, check, 1), "inconclusive");
  assert.equal(bandOf(0.2999, check, 1), "no_traces");
});

test("more faces, higher thresholds; the last serves all beyond", () => {
  const { automatic } = MANIFEST.operatingPoints;
  assert.equal(bandOf(0.92, automatic, 1), "likely_fake");
  assert.equal(bandOf(0.92, automatic, 2), "inconclusive");
  assert.equal(bandOf(0.92, automatic, 12), "inconclusive");
});

test("an image takes the band of its worst face", () => {
  const result = judge({ imageSize: IMAGE_SIZE, faces: [scored(-3), scored(3), TOO_SMALL] }, MANIFEST, "check");
  assert.equal(result.status, "scored");
  assert.equal(result.band, "likely_fake");
  assert.equal(result.fakeScore, calibratedScore(3, MANIFEST.calibration));
  assert.deepEqual(result.faces.map((face) => face.band), ["no_traces", "likely_fake", undefined]);
});

test("faces too small to judge do not raise the thresholds", () => {
  const faces = [scored(Math.log(0.92 / 0.08)), TOO_SMALL];
  assert.equal(judge({ imageSize: IMAGE_SIZE, faces }, MANIFEST, "automatic").band, "likely_fake");
});

test("no face and faces too small are answers of their own", () => {
  assert.deepEqual(judge({ imageSize: IMAGE_SIZE, faces: [] }, MANIFEST, "check"), {
    status: "no_face",
    imageSize: IMAGE_SIZE,
  });
  assert.equal(judge({ imageSize: IMAGE_SIZE, faces: [TOO_SMALL] }, MANIFEST, "check").status, "face_too_small");
});
