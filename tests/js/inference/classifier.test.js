// The classifier: which outputs it asks the model for, and which crop each answer belongs to.

import assert from "node:assert/strict";
import test, { before } from "node:test";

import { Classifier } from "../../../extension/src/inference/classifier.js";
import * as tf from "../../../extension/src/inference/tf.js";
import { useWasm } from "../../../extension/tools/model-files.mjs";

const MANIFEST = {
  input: { size: 1, mean: [0, 0, 0], std: [1, 1, 1] },
  outputs: { logit: "l", anomalyMap: "m" },
};
const WITH_TRACES = { ...MANIFEST, traces: { seam: { output: "s", threshold: 0 }, synthetic: { output: "g", threshold: 0 } } };
const FACES = Array.from({ length: 11 }, (_, face) => ({ width: 1, height: 1, channels: 3, data: [face, 100 + face, 200 + face] }));

before(useWasm);

/** A classifier on a network that gives a crop's red as logit, green as seam, blue as synthetic. */
function classifierOf(manifest, answers = {}) {
  const asked = [];
  const shapes = new Set();
  const execute = (input, names) => {
    asked.push(names);
    shapes.add(String(input.shape));
    const [red, green, blue] = tf.split(tf.reshape(input, [-1, 3]), 3, 1);
    const all = { l: red, s: green, g: blue, m: tf.fill([input.shape[0], 2, 2], 0.25), ...answers };
    return names.map((name) => tf.clone(all[name]));
  };
  return { classifier: new Classifier({ execute }, manifest), asked, shapes };
}

test("a model that tells no kinds of traces is asked for none", async () => {
  const { classifier, asked } = classifierOf(MANIFEST);
  const anomalyMap = { size: 2, values: [0.25, 0.25, 0.25, 0.25] };
  assert.deepEqual(await classifier.predict(FACES.slice(0, 1)), [{ logit: 0, anomalyMap }]);
  assert.deepEqual(asked, [["l", "m"]]);
});

test("each face has its own traces, and every run the same shape", async () => {
  const { classifier, shapes } = classifierOf(WITH_TRACES);
  const predictions = await classifier.predict(FACES);
  assert.deepEqual(
    predictions.map(({ logit, traces }) => [logit, traces.seam, traces.synthetic]),
    FACES.map(({ data }) => data),
  );
  assert.deepEqual([...shapes], ["1,1,1,3"]);
});

test("a trace that is no number is a failure", async () => {
  const { classifier } = classifierOf(WITH_TRACES, { g: tf.tensor2d([[NaN]]) });
  await assert.rejects(classifier.predict(FACES.slice(0, 1)), /NaN instead of a number/);
});
