// A result with another sensitivity is what the inference itself answers for that one: of one face, of several, of a clip.

import assert from "node:assert/strict";
import test from "node:test";

import { judgeClip } from "../../../extension/src/inference/clip-verdict.js";
import { judge } from "../../../extension/src/inference/verdict.js";
import { bandsOf, withSensitivity } from "../../../extension/src/shared/bands.js";
import { explain } from "../../../extension/src/shared/verdict-wording.js";

const operatingPoints = {
  check: { noTraces: [0.3], likelyFake: [0.8] },
  automatic: { noTraces: [0.3, 0.35], likelyFake: [0.9, 0.95] },
};
const MODEL = /** @type {any} */ ({
  calibration: { temperature: 1, bias: 0 },
  traces: { seam: { threshold: 0 }, synthetic: { threshold: 0 } },
  operatingPoints,
  clip: { minFrames: 2, minIou: 0.3, maxCentreDistance: 0.75 },
});

/** @param {(number | null)[]} scores of faces side by side; null: too small to have one @param {any} mode */
function judged(scores, mode) {
  const faces = scores.map((score, index) => {
    const boxXyxy = [index * 200, 0, index * 200 + 100, 100];
    if (score === null) return { boxXyxy, detectionScore: 1, status: "too_small" };
    return { boxXyxy, detectionScore: 1, status: "scored", logit: Math.log(score / (1 - score)), traces: { seam: 1, synthetic: -1 } };
  });
  return judge(/** @type {any} */ ({ imageSize: { width: 900, height: 100 }, faces }), MODEL, mode);
}

/** @param {(number | null)[][]} frames the scores in each @param {any} mode */
function judgedClip(frames, mode) {
  const results = frames.map((scores, time) => ({ time, result: judged(scores, mode) }));
  return { ...results[0].result, ...judgeClip(/** @type {any} */ (results), MODEL, mode) };
}

/** What a page has of it: it came as JSON, perhaps. @param {any} result */
const sent = (result) => JSON.parse(JSON.stringify({ ...result, operatingPoints }));

test("with either sensitivity, and back", () => {
  const cases = [
    ...[[0.85], [0.93], [0.2], [0.93, 0.1], [0.93, null], [0.33, 0.32], [0.99, 0.85, 0.2]].map((scores) => (mode) => judged(scores, mode)),
    ...[[[0.85], [0.9]], [[0.93, 0.1], [0.93, 0.2]], [[0.93, 0.1], [0.93], [0.85, null]]].map((frames) => (mode) => judgedClip(frames, mode)),
  ];
  for (const judgedBy of cases) {
    const [automatic, check] = ["automatic", "check"].map((mode) => sent(judgedBy(mode)));
    assert.deepEqual(sent(withSensitivity(automatic, "check")), check);
    assert.deepEqual(sent(withSensitivity(withSensitivity(automatic, "check"), "automatic")), automatic);
    assert.deepEqual(bandsOf(automatic), { automatic: automatic.band, check: check.band });
  }
});

test("the kinds of traces are told where a face is likely fake, and not before", () => {
  const automatic = sent(judged([0.85], "automatic"));
  const told = (/** @type {any} */ result) => explain(result, (key) => key);
  assert.equal(told(automatic), "explain_inconclusive");
  assert.equal(told(withSensitivity(automatic, "check")), "explain_likely_fake kinds_seam");
});

test("what was asked for, and what has no score, is what it is", () => {
  for (const result of /** @type {any[]} */ ([judged([0.93], "check"), { status: "no_face" }, { status: "failed", code: "refused" }])) {
    assert.equal(withSensitivity(result, "automatic"), result);
  }
});
