// What is compiled and loaded before the first image, in a page of the extension that has done nothing yet. Called by cold_start.py.

import CONVOLUTION_WASM from "../../extension/src/inference/convolution-wasm.js";
import DEPTHWISE_WASM from "../../extension/src/inference/depthwise-wasm.js";
import { loadGraphModel, runGraphModel } from "../../extension/src/inference/graph-model.js";
import { readModelManifest, verifiedReader } from "../../extension/src/inference/model-files.js";
import RESAMPLE_WASM from "../../extension/src/inference/resample-wasm.js";
import { bytesOfBase64 } from "../../extension/src/shared/base64.js";
import { readModelFile, useBackend } from "./networks.js";

// P-Net takes every size; so large is a photo of 480 px at its finest scale.
const FREE_SIDE = 144;

/** Milliseconds of `work`. */
async function timed(work) {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** A kernel of ours, from the base64 that it is shipped as. */
function startKernel(encoded) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  return new WebAssembly.Instance(new WebAssembly.Module(bytesOfBase64(encoded)), { env: { memory } });
}

/** One run over zeros, one image, until all outputs are read. */
function run(model) {
  const shape = model.inputs[0].shape.map((length, axis) => (length > 0 ? length : axis === 0 ? 1 : FREE_SIDE));
  const values = new Float32Array(shape.reduce((product, length) => product * length));
  return runGraphModel(model, values, shape, Object.keys(model.modelSignature.outputs));
}

window.bench = {
  /**
   * Milliseconds of the steps until the networks can be loaded, on "wasm" or "webgl". Nothing before them may compile:
   * a process compiles the same bytes once.
   */
  async start(backend) {
    const bytes = await (await fetch("/wasm/tfjs-backend-wasm-simd.wasm")).arrayBuffer();
    return {
      "compile TF.js's WebAssembly": await timed(() => WebAssembly.compile(bytes)),
      "compile and start our convolution": await timed(() => startKernel(CONVOLUTION_WASM)),
      "compile and start our depthwise convolution": await timed(() => startKernel(DEPTHWISE_WASM)),
      "compile and start our resizing": await timed(() => startKernel(RESAMPLE_WASM)),
      [`start TF.js on ${backend}`]: await timed(() => useBackend(backend)),
    };
  },

  /** Milliseconds of loading each network and of its first two runs, by its name, in the order in which they start. */
  async load() {
    const { manifest } = await readModelManifest(readModelFile);
    const readFile = verifiedReader(readModelFile, manifest);
    const { pnet, rnet, onet, blazeface } = manifest.detector.files;
    const files = { "P-Net": pnet, "R-Net": rnet, "O-Net": onet, BlazeFace: blazeface, classifier: manifest.graph };
    const times = {};
    for (const [name, file] of Object.entries(files)) {
      let model;
      const load = await timed(async () => (model = await loadGraphModel(readFile, file)));
      times[name] = { load, first: await timed(() => run(model)), second: await timed(() => run(model)) };
    }
    return times;
  },
};
