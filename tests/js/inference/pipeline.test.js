// The pipeline with stand-ins for its networks: what is looked for, and that a marked face is judged where it was marked.

import assert from "node:assert/strict";
import test, { mock } from "node:test";

import { parseModelManifest } from "../../../extension/src/inference/model-manifest.js";
import { Pipeline } from "../../../extension/src/inference/pipeline.js";
import { validManifest } from "./valid-manifest.js";

const MANIFEST = parseModelManifest(validManifest());
const LEAST = MANIFEST.faceCrop.minFaceSize;
const FOUND = { boxXyxy: [10, 10, 90, 90], keypoints: [[30, 40], [70, 44], [50, 60], [35, 75], [65, 75]], score: 0.9 };

/** A pipeline for an image of that size, whose left half is black and whose right half is white. */
function pipelineOf(width, height) {
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel += 1) data.fill(pixel % width < width / 2 ? 0 : 255, pixel * 3, pixel * 3 + 3);
  const detector = { detect: mock.fn(async () => [FOUND]), lookAgain: mock.fn(async () => [FOUND]), dispose() {} };
  const classifier = { predict: mock.fn(async (crops) => crops.map(() => ({ logit: 1 }))), dispose() {} };
  const pipeline = new Pipeline(MANIFEST, /** @type {any} */ ({ detector, classifier }), async () => ({ width, height, channels: 3, data }));
  return { pipeline, detector, classifier };
}

test("a found face has its detection's score, and is not said to be marked", async () => {
  const { pipeline } = pipelineOf(200, 100);
  const { faces } = await pipeline.analyze(new ArrayBuffer(1));
  assert.deepEqual([faces[0].detectionScore, "isMarked" in faces[0]], [0.9, false]);
  assert.notEqual(faces[0].cropSquare.angle, 0, "its eyes are levelled");
});

test("a marked face is the only one, not turned, and without a detection's score; nothing is looked for", async () => {
  for (const looks of ["once", "twice", "again"]) {
    const { pipeline, detector } = pipelineOf(200, 100);
    const evidence = await pipeline.analyze(new ArrayBuffer(1), { face: { x: 0.25, y: 0.2, width: 0.3, height: 0.6 }, looks });
    const cropSquare = { cx: 80, cy: 50, side: 60 * (1 + MANIFEST.faceCrop.margin), angle: 0 };
    assert.deepEqual(evidence, { imageSize: { width: 200, height: 100 }, faces: [{ boxXyxy: [50, 20, 110, 80], isMarked: true, status: "scored", cropSquare, logit: 1 }] });
    assert.deepEqual([detector.detect.mock.callCount(), detector.lookAgain.mock.callCount()], [0, 0]);
  }
});

test("it lies in the part that is looked at, and no further than that reaches", async () => {
  const { pipeline, classifier } = pipelineOf(200, 100);
  const { imageSize, faces } = await pipeline.analyze(new ArrayBuffer(1), { area: { x: 0.5, y: 0, width: 0.5, height: 1 }, face: { x: 0.2, y: 0.1, width: 0.9, height: 0.8 } });
  assert.deepEqual([imageSize, faces[0].boxXyxy], [{ width: 100, height: 100 }, [20, 10, 100, 90]]);
  const [[crop]] = classifier.predict.mock.calls[0].arguments;
  assert.ok(crop.data.every((value) => value === 255), "of the right half");
});

test("one that is marked smaller than the model judges is too small, as a found one would be", async () => {
  const statusOf = async (side) => {
    const { pipeline, classifier } = pipelineOf(200, 100);
    const { faces } = await pipeline.analyze(new ArrayBuffer(1), { face: { x: 0, y: 0, width: side / 200, height: side / 100 } });
    return [faces[0].status, faces[0].isMarked, classifier.predict.mock.calls[0].arguments[0].length];
  };
  assert.deepEqual(await statusOf(LEAST), ["scored", true, 1]);
  assert.deepEqual(await statusOf(LEAST - 1), ["too_small", true, 0]);
});
