// The extension's own service and choice of backend in an ordinary page, where a test can take the WebGL context away.
// Its network is one matrix, which is all that a lost context needs.

import { loadOnBackend } from "../../extension/src/inference/backend.js";
import { InferenceService } from "../../extension/src/inference/inference-service.js";
import { readModelManifest } from "../../extension/src/inference/model-files.js";
import * as tf from "../../extension/src/inference/tf.js";
import { contexts } from "./disguised-gpu.js";

const SIZE = 64;
const EXPECTED = SIZE * 0.01;

/** A network that lives on the backend, as the real ones do. */
class Matrix {
  #weights = tf.fill([SIZE, SIZE], 0.01);

  async multiply() {
    const product = tf.tidy(() => tf.matMul(tf.ones([SIZE, SIZE]), this.#weights));
    try {
      return (await product.data())[0];
    } finally {
      product.dispose();
    }
  }

  async analyze() {
    const logit = await this.multiply();
    const face = { boxXyxy: [0, 0, 50, 50], detectionScore: 1, status: "scored", logit };
    return { imageSize: { width: 60, height: 60 }, faces: [face] };
  }

  dispose() {
    this.#weights.dispose();
  }
}

async function loadEngine() {
  const { manifest } = await readModelManifest(async (path) => (await fetch(`/converted_models/ifmd/${path}`)).arrayBuffer());
  const selfTest = async (matrix) => {
    const found = await matrix.multiply();
    if (!(Math.abs(found - EXPECTED) < 0.01)) throw new Error(`${found} instead of ${EXPECTED}`);
  };
  const { backend, loaded, context } = await loadOnBackend("/wasm/", async () => new Matrix(), selfTest, "webgl");
  return { manifest, modelId: "matrix", backend, pipeline: loaded, context };
}

const service = new InferenceService(loadEngine);

function lose() {
  contexts.at(-1).getExtension("WEBGL_lose_context").loseContext();
}

/** @param {boolean} loseMeanwhile */
async function check(loseMeanwhile) {
  service.clearCache();
  const checked = service.check({ source: { kind: "data", dataUrl: "data:image/png,x", via: "bytes" }, mode: "check" });
  if (loseMeanwhile) lose();
  const { status, reason, faces } = await checked;
  return { status, reason, logit: faces?.[0].logit, backend: (await service.describe()).backend };
}

Object.assign(globalThis, { check, lose, expected: EXPECTED });
