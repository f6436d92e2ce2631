// The classifier in the browser, on each runtime: what it answers and how long it takes. Called by classifier.py.

import { loadLiteRt, loadAndCompile, Tensor } from "@litertjs/core";
import * as ort from "onnxruntime-web/wasm";
import * as ortWebGpu from "onnxruntime-web/webgpu";

import { configure } from "../../extension/src/inference/backend.js";
import { loadGraphModel, runGraphModel } from "../../extension/src/inference/graph-model.js";
import "@tensorflow/tfjs-backend-webgpu";
import * as tf from "../../extension/src/inference/tf.js";
import { bytesOfBase64 } from "../../extension/src/shared/base64.js";
import { withOwnKernels, withTheirKernels } from "./switch-kernels.js";

const OUTPUTS = ["logit", "anomaly_map", "seam", "synthetic"];
// It may change between runs: it is read for each operation, and programs of either kind are kept side by side. Those that
// know no shapes are compiled once for both, by the first of the two.
const withShapesAsUniforms = (isWanted) => () => tf.env().set("WEBGL_USE_SHAPES_UNIFORMS", isWanted);
const fetchBytes = async (path) => (await fetch(path)).arrayBuffer();

/** By name: takes [n, 224, 224, 3] float32 values, gives the n logits. @type {Record<string, (values: Float32Array, n: number) => Promise<number[]>>} */
const runtimes = {};
let inputs;

/** `prepare` sets TensorFlow.js before each run as this runtime has it. */
async function addTfjs(name, backend, prepare) {
  if (!(await tf.setBackend(backend))) throw new Error(`${backend} cannot be used here`);
  const model = await loadGraphModel((file) => fetchBytes(`/models/ifmd/${file}`), "model.json");
  runtimes[name] = async (values, n) => {
    await tf.setBackend(backend);
    prepare?.();
    const [logits] = await runGraphModel(model, values, [n, 224, 224, 3], OUTPUTS);
    return Array.from(logits.values);
  };
}

async function addOnnxruntime(name, onnxruntime, provider) {
  onnxruntime.env.wasm.numThreads = 1;
  onnxruntime.env.wasm.wasmPaths = "/ort/";
  const sessions = {};
  for (const n of [1, 8]) {
    const options = { executionProviders: [provider] };
    sessions[n] = await onnxruntime.InferenceSession.create(await fetchBytes(`/converted/${n}.onnx`), options);
  }
  runtimes[name] = async (values, n) => {
    const session = sessions[n];
    const input = new onnxruntime.Tensor("float32", values, [n, 224, 224, 3]);
    const outputs = await session.run({ [session.inputNames[0]]: input });
    // Outputs are numbered in the order of their names in the signature: anomaly_map, logit, seam, synthetic.
    return Array.from(outputs[session.outputNames.find((output) => output.endsWith(":1"))].data);
  };
}

window.bench = {
  /**
   * Loads everything; `images` is 8 inputs as numbers in base64, `gpu` names of "webgl" and "webgpu". Returns the runtimes'
   * names.
   */
  async start(images, gpu) {
    inputs = new Float32Array(bytesOfBase64(images).buffer);
    configure("/wasm/");
    await addTfjs("TF.js wasm, as shipped", "wasm", withOwnKernels);
    await addTfjs("TF.js wasm, its own kernels", "wasm", withTheirKernels);
    if (gpu.includes("webgl")) {
      await addTfjs("TF.js webgl, as shipped", "webgl", withShapesAsUniforms(true));
      await addTfjs("TF.js webgl, shapes as constants", "webgl", withShapesAsUniforms(false));
    }
    if (gpu.includes("webgpu")) await addTfjs("TF.js webgpu", "webgpu");
    await addOnnxruntime("onnxruntime-web wasm", ort, "wasm");
    if (gpu.includes("webgpu")) await addOnnxruntime("onnxruntime-web webgpu", ortWebGpu, "webgpu");

    await loadLiteRt("/litert/");
    const models = {};
    for (const n of [1, 8]) models[n] = await loadAndCompile(`/converted/${n}.tflite`, { accelerator: "wasm" });
    runtimes["LiteRT.js wasm"] = async (values, n) => {
      const input = new Tensor(values, [n, 224, 224, 3]);
      const outputs = await models[n].run({ image: input });
      const read = await Promise.all(OUTPUTS.map((name) => outputs[name].data()));
      input.delete();
      for (const tensor of Object.values(outputs)) tensor.delete();
      return Array.from(read[0]);
    };
    return Object.keys(runtimes);
  },

  /** Milliseconds of one run, and its logits. */
  async run(name, n) {
    const values = inputs.slice(0, n * 224 * 224 * 3);
    const startedAt = performance.now();
    const logits = await runtimes[name](values, n);
    return { ms: performance.now() - startedAt, logits };
  },
};
