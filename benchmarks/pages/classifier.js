// The classifier in the browser, on each runtime: what it answers and how long it takes. Called by classifier.py.

import { loadLiteRt, loadAndCompile, Tensor } from "@litertjs/core";
import * as ort from "onnxruntime-web/wasm";

import { loadGraphModel, runGraphModel } from "../../extension/src/inference/graph-model.js";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import "@tensorflow/tfjs-backend-webgl";
import * as tf from "../../extension/src/inference/tf.js";
import { withOwnConvolution, withTheirConvolution } from "./convolutions.js";

const OUTPUTS = ["logit", "anomaly_map", "seam", "synthetic"];
const fetchBytes = async (path) => (await fetch(path)).arrayBuffer();

/** By name: takes [n, 224, 224, 3] float32 values, gives the n logits. @type {Record<string, (values: Float32Array, n: number) => Promise<number[]>>} */
const runtimes = {};
let inputs;

async function addTfjs(name, backend, prepare) {
  await tf.setBackend(backend);
  const model = await loadGraphModel((file) => fetchBytes(`/models/ifmd/${file}`), "model.json");
  runtimes[name] = async (values, n) => {
    await tf.setBackend(backend);
    prepare?.();
    const [logits] = await runGraphModel(model, values, [n, 224, 224, 3], OUTPUTS);
    return Array.from(logits.values);
  };
}

window.bench = {
  /** Loads everything; `images` is 8 inputs as numbers in base64. Returns the runtimes' names. */
  async start(images, webgl) {
    inputs = new Float32Array(Uint8Array.from(atob(images), (character) => character.charCodeAt(0)).buffer);
    tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
    setWasmPaths("/wasm/");
    await addTfjs("TF.js wasm, as shipped", "wasm", withOwnConvolution);
    await addTfjs("TF.js wasm, its own kernels", "wasm", withTheirConvolution);
    if (webgl) await addTfjs("TF.js webgl", "webgl");

    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = "/ort/";
    const sessions = {};
    for (const n of [1, 8]) sessions[n] = await ort.InferenceSession.create(await fetchBytes(`/converted/${n}.onnx`));
    runtimes["onnxruntime-web wasm"] = async (values, n) => {
      const session = sessions[n];
      const outputs = await session.run({ [session.inputNames[0]]: new ort.Tensor("float32", values, [n, 224, 224, 3]) });
      // Outputs are numbered in the order of their names in the signature: anomaly_map, logit, seam, synthetic.
      return Array.from(outputs[session.outputNames.find((name) => name.endsWith(":1"))].data);
    };

    await loadLiteRt("/litert/");
    const models = {};
    for (const n of [1, 8]) models[n] = await loadAndCompile(`/converted/${n}.tflite`, { accelerator: "wasm" });
    runtimes["LiteRT.js wasm"] = async (values, n) => {
      const input = new Tensor(values, [n, 224, 224, 3]);
      const outputs = await models[n].run({ image: input });
      const { logit } = outputs;
      const logits = Array.from(await logit.data());
      input.delete();
      for (const tensor of Object.values(outputs)) tensor.delete();
      return logits;
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
