// Loads a TensorFlow.js graph model through a function that reads files, and runs it by the names of its outputs.

import * as tf from "./tf.js";

/** @typedef {import("@tensorflow/tfjs-converter").GraphModel} GraphModel */

/**
 * Reads a file by its path; how (fetch, disk, with a check of its hash) is the caller's affair.
 *
 * @typedef {(path: string) => Promise<ArrayBuffer>} ReadFile
 */

/**
 * @param {ReadFile} readFile
 * @param {string} path of model.json; its weights lie beside it
 * @returns {Promise<GraphModel>} to be disposed of by the caller
 */
export async function loadGraphModel(readFile, path) {
  const json = JSON.parse(new TextDecoder().decode(await readFile(path)));
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const artifacts = await tf.io.getModelArtifactsForJSON(json, async (groups) => {
    const shards = await Promise.all(groups.flatMap((group) => group.paths).map((shard) => readFile(folder + shard)));
    return [tf.io.getWeightSpecs(groups), tf.io.concatenateArrayBuffers(shards)];
  });
  const model = await tf.loadGraphModel({ load: async () => artifacts });
  // The model holds on to what it was made from; the weights are tensors by now.
  delete artifacts.weightData;
  return model;
}

/**
 * Runs a model on one input tensor and returns chosen outputs.
 *
 * @param {GraphModel} model
 * @param {Float32Array} values
 * @param {number[]} shape of the input
 * @param {string[]} outputs names: keys of the model's signature, or names of its tensors
 * @returns {Promise<{shape: number[], values: Float32Array}[]>} in the order of `outputs`
 */
export async function runGraphModel(model, values, shape, outputs) {
  const signature = /** @type {{outputs?: Record<string, {name: string}>} | undefined} */ (model.modelSignature);
  const tensorNames = outputs.map((name) => signature?.outputs?.[name]?.name ?? name);
  const tensors = tf.tidy(() => {
    const result = model.execute(tf.tensor(values, shape, "float32"), tensorNames);
    return /** @type {tf.Tensor[]} */ (Array.isArray(result) ? result : [result]);
  });
  try {
    return await Promise.all(
      tensors.map(async (tensor) => ({
        shape: tensor.shape,
        values: /** @type {Float32Array} */ (await tensor.data()),
      })),
    );
  } finally {
    tf.dispose(tensors);
  }
}
