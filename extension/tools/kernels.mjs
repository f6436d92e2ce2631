// Finds out which of TensorFlow.js's operations a model runs, so that the others need not be shipped.

import path from "node:path";

import { readModelManifest, verifiedReader } from "../src/inference/model-files.js";
import { Pipeline } from "../src/inference/pipeline.js";
import * as tf from "../src/inference/tf.js";
import { fileReader, useWasm } from "./model-files.mjs";

const LIMIT_MS = 120_000;

/**
 * Runs every network of a model once; a graph runs the same operations whatever the image.
 *
 * @param {string} models folder of converted models
 * @param {string} name of the one to be shipped
 * @returns {Promise<Set<string>>} names of kernels
 * @throws {Error} when a file is not what the manifest says, or the model computes something else
 */
export async function kernelsOf(models, name) {
  await useWasm();
  const read = fileReader(path.join(models, name));
  const { manifest } = await readModelManifest(read);
  const { kernelNames } = await tf.profile(async () => {
    const pipeline = await Pipeline.load(verifiedReader(read, manifest), manifest, () => Promise.reject(new Error("nothing is decoded")));
    await pipeline.selfTest(AbortSignal.timeout(LIMIT_MS));
    pipeline.dispose();
    return [];
  });
  return new Set(kernelNames);
}
