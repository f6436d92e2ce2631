// The shipped classifier on either backend, on several faces of one photo.

import { loadOnBackend } from "../../extension/src/inference/backend.js";
import { Classifier } from "../../extension/src/inference/classifier.js";
import { readModelManifest } from "../../extension/src/inference/model-files.js";
import "./disguised-gpu.js";

const readFile = async (path) => (await fetch(new URL(path, `${location.origin}/converted_models/ifmd/`))).arrayBuffer();

/** A crop of its own for each number. @param {number} number @param {number} size */
function cropOf(number, size) {
  const data = Uint8Array.from({ length: size * size * 3 }, (_, place) => (place * (2 * number + 3) + ((place >> 9) ^ number)) % 256);
  return { width: size, height: size, channels: 3, data };
}

const manifest = readModelManifest(readFile).then((read) => read.manifest);
const load = async () => Classifier.load(readFile, await manifest);
const selfTest = async (classifier) => void (await classifier.selfTest());

/**
 * @param {"webgl" | "wasm"} wanted
 * @returns {Promise<{backend: string, logits: number[][]}>} of one face, of three at once and of two
 */
async function logitsOf(wanted) {
  const { backend, loaded } = await loadOnBackend("/wasm/", load, selfTest, wanted);
  const { size } = (await manifest).input;
  const logits = [];
  for (const numbers of [[0], [0, 1, 2], [2, 1]]) {
    const crops = numbers.map((number) => cropOf(number, size));
    logits.push((await loaded.predict(crops)).map(({ logit }) => logit));
  }
  return { backend, logits };
}

Object.assign(globalThis, { logitsOf });
