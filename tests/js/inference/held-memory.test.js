// What stays in memory: neither the file of a loaded model, nor room for a crowd of faces at once.

import assert from "node:assert/strict";
import path from "node:path";
import test, { before } from "node:test";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { Classifier } from "../../../extension/src/inference/classifier.js";
import { locate, refine } from "../../../extension/src/inference/detector-stages.js";
import { loadGraphModel } from "../../../extension/src/inference/graph-model.js";
import { readModelManifest } from "../../../extension/src/inference/model-files.js";
import * as tf from "../../../extension/src/inference/tf.js";
import { fileReader, useWasm } from "../../../extension/tools/model-files.mjs";

const MODELS = process.env.CONVERTED_MODELS ?? fileURLToPath(new URL("../../../converted_models", import.meta.url));
const CROWD = 256;
const SIDE = 480;

setFlagsFromString("--expose-gc");
// Else a thread of its own frees ArrayBuffers after the collection, and on a busy machine they are counted before it has.
setFlagsFromString("--no-concurrent-array-buffer-sweeping");
const collectGarbage = runInNewContext("gc");
const read = fileReader(path.join(MODELS, "ifmd"));
let manifest;

before(async () => {
  await useWasm();
  ({ manifest } = await readModelManifest(read));
});

/** What the networks have come to take; it never shrinks. */
function wasmMegabytes() {
  return tf.backend().wasm.HEAPU8.byteLength / 1e6;
}

/** Bytes of ArrayBuffers that something refers to; WebAssembly's memory is not among them. */
async function heldBytes() {
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

test("a crowd leaves WebAssembly's memory small", async () => {
  const { rnet, onet } = manifest.detector.files;
  const networks = [await loadGraphModel(read, rnet), await loadGraphModel(read, onet)];
  const image = { width: SIDE, height: SIDE, data: new Float32Array(SIDE * SIDE * 3) };
  const boxes = Array.from({ length: CROWD }, (_, index) => ({ x1: index, y1: index, x2: index + 48, y2: index + 48, score: 1 }));
  await refine(networks[0], image, boxes, manifest.detector);
  await locate(networks[1], image, boxes, manifest.detector);
  const megabytes = wasmMegabytes();
  assert.ok(megabytes < 40, `${megabytes} MB`); // 93 with 128 boxes a run, and what it has grown to stays
  for (const network of networks) network.dispose();
});

test("a group photo leaves WebAssembly's memory small", async () => {
  const { size } = manifest.input;
  const classifier = await Classifier.load(read, manifest);
  const crop = { width: size, height: size, channels: 3, data: new Uint8Array(size * size * 3) };
  await classifier.predict(new Array(8).fill(crop));
  const megabytes = wasmMegabytes();
  assert.ok(megabytes < 80, `${megabytes} MB`); // some 150 with eight faces a run
  classifier.dispose();
});

test("a loaded model lets go of its file", async () => {
  const atFirst = await heldBytes();
  let fileBytes = 0;
  const model = await loadGraphModel(async (name) => {
    const bytes = await read(name);
    fileBytes += bytes.byteLength;
    return bytes;
  }, manifest.graph);
  const grown = (await heldBytes()) - atFirst;
  assert.ok(fileBytes > 3e6 && grown < fileBytes / 10, `${grown} of ${fileBytes} bytes are held`);
  model.dispose();
});
