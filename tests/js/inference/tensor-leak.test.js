// The whole pipeline on WebAssembly: it finds the face, and leaves no tensor behind, whatever happens.

import assert from "node:assert/strict";
import path from "node:path";
import test, { after, before } from "node:test";
import { fileURLToPath } from "node:url";

import { loadEngine } from "../../../extension/src/inference/engine.js";
import * as tf from "../../../extension/src/inference/tf.js";
import { fileReader, WASM_FOLDER } from "../../../extension/tools/model-files.mjs";
import { readPng } from "./read-png.js";

const MODELS = process.env.CONVERTED_MODELS ?? fileURLToPath(new URL("../../../converted_models", import.meta.url));
const FACE = readPng(new URL("../../fixtures/images/png_rgb.png", import.meta.url));
const NO_FACE = { width: 64, height: 64, channels: 3, data: new Uint8Array(64 * 64 * 3).fill(90) };
const BYTES = new ArrayBuffer(0);
const RUNS = 3;

let engine;
let image = FACE;

before(async () => {
  engine = await loadEngine(fileReader(path.join(MODELS, "ifmd")), WASM_FOLDER, "wasm", async () => {
    if (image instanceof Error) throw image;
    return image;
  });
});

after(() => {
  engine.pipeline.dispose();
  assert.equal(tf.memory().numTensors, 0, "disposing of the pipeline frees every tensor");
});

/** Number of tensors that some runs leave behind. */
async function leaked(run) {
  await run();
  const settled = tf.memory().numTensors;
  for (let count = 0; count < RUNS; count += 1) await run();
  return tf.memory().numTensors - settled;
}

test("an image with a face", async () => {
  image = FACE;
  const { faces } = await engine.pipeline.analyze(BYTES);
  assert.equal(engine.backend, "wasm");
  assert.equal(faces.length, 1);
  assert.ok(Number.isFinite(faces[0].logit));
  const { size, values } = faces[0].anomalyMap;
  assert.equal(values.length, size * size);
  assert.equal(await leaked(() => engine.pipeline.analyze(BYTES)), 0);
});

test("an image without a face", async () => {
  image = NO_FACE;
  const { faces, secondLook } = await engine.pipeline.analyze(BYTES, { looks: "twice" });
  assert.deepEqual([faces, secondLook], [[], []]);
  assert.equal(await leaked(() => engine.pipeline.analyze(BYTES, { looks: "twice" })), 0);
});

test("an image that cannot be decoded", async () => {
  image = new Error("damaged");
  assert.equal(await leaked(() => assert.rejects(engine.pipeline.analyze(BYTES), /damaged/)), 0);
});

test("a run that is stopped half-way", async () => {
  image = FACE;
  const stopAfter = (steps) => {
    let left = steps;
    return { throwIfAborted: () => assert.ok((left -= 1) >= 0, "stopped") };
  };
  for (const steps of [0, 1, 3, 6]) {
    const run = () => assert.rejects(engine.pipeline.analyze(BYTES, { signal: stopAfter(steps) }), /stopped/);
    assert.equal(await leaked(run), 0);
  }
});

test("a model whose output has another name", async () => {
  image = FACE;
  const json = structuredClone(engine.manifest);
  json.outputs.logit = "no_such_output";
  const { Pipeline } = await import("../../../extension/src/inference/pipeline.js");
  const pipeline = await Pipeline.load(fileReader(path.join(MODELS, "ifmd")), json, async () => FACE);
  assert.equal(await leaked(() => assert.rejects(pipeline.analyze(BYTES))), 0);
  pipeline.dispose();
});
