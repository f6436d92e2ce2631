// Calibration, bands by mode and number of faces, the image's worst face, and the kinds of its traces.

import assert from "node:assert/strict";
import test from "node:test";

import { calibratedScore, judge } from "../../../extension/src/inference/verdict.js";
import { bandOf } from "../../../extension/src/shared/bands.js";

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

test("faces of a second look are judged in a check alone", () => {
  const evidence = { imageSize: IMAGE_SIZE, faces: [], secondLook: [scored(5)] };
  assert.equal(judge(evidence, MANIFEST, "check").status, "scored");
  assert.equal(judge(evidence, MANIFEST, "automatic").status, "no_face");
  assert.equal(judge({ ...evidence, secondLook: [] }, MANIFEST, "check").status, "no_face");
  assert.equal(judge({ ...evidence, secondLook: [TOO_SMALL] }, MANIFEST, "check").status, "face_too_small");
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

const TRACES = { seam: { output: "seam", threshold: 1 }, synthetic: { output: "synthetic", threshold: -1 } };
const LIKELY_FAKE = 3;

/** The kinds told of faces with these logits. */
function kindsOf(faces, traces = TRACES) {
  const evidence = faces.map(([logit, seam, synthetic]) => ({ ...scored(logit), traces: { seam, synthetic } }));
  return judge({ imageSize: IMAGE_SIZE, faces: evidence }, { ...MANIFEST, traces }, "check").faces.map((face) => face.kinds);
}

test("a likely fake face is told by the kinds of traces at or above their thresholds", () => {
  assert.deepEqual(kindsOf([[LIKELY_FAKE, 1, -1.01]]), [["seam"]]);
  assert.deepEqual(kindsOf([[LIKELY_FAKE, 0.99, -1]]), [["synthetic"]]);
  assert.deepEqual(kindsOf([[LIKELY_FAKE, 5, 5]]), [["seam", "synthetic"]]);
  assert.deepEqual(kindsOf([[LIKELY_FAKE, 0, -2]]), [[]]);
});

test("nothing is said of kinds where the face is not likely fake", () => {
  assert.deepEqual(kindsOf([[0, 9, 9], [-3, 9, 9], [LIKELY_FAKE, 9, -9]]), [undefined, undefined, ["seam"]]);
});

test("nothing is said of kinds by a model that does not tell them", () => {
  assert.deepEqual(kindsOf([[LIKELY_FAKE, 9, 9]], null), [undefined]);
  const result = judge({ imageSize: IMAGE_SIZE, faces: [scored(LIKELY_FAKE)] }, { ...MANIFEST, traces: TRACES }, "check");
  assert.equal("kinds" in result.faces[0], false);
});

test("no face and faces too small are answers of their own", () => {
  assert.deepEqual(judge({ imageSize: IMAGE_SIZE, faces: [] }, MANIFEST, "check"), {
    status: "no_face",
    imageSize: IMAGE_SIZE,
  });
  assert.equal(judge({ imageSize: IMAGE_SIZE, faces: [TOO_SMALL] }, MANIFEST, "check").status, "face_too_small");
});
