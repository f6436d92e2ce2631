// A page that lends the extension's inference modules to the parity test. It is in no build of the extension.

import { Classifier } from "../../extension/src/inference/classifier.js";
import { decodeImage } from "../../extension/src/inference/decode-image.js";
import { loadEngine } from "../../extension/src/inference/engine.js";
import { cropFace } from "../../extension/src/inference/face-crop.js";
import { readModelManifest } from "../../extension/src/inference/model-files.js";
import { judge } from "../../extension/src/inference/verdict.js";
import { bytesOfBase64 } from "../../extension/src/shared/base64.js";

const readModelFile = (path) => fetchBytes(new URL(path, "http://localhost/models/ifmd/"));
let engine;
let classifier;

window.parity = {
  /** Loads the model; returns the backend's name. */
  async start() {
    engine = await loadEngine(readModelFile, "http://localhost/wasm/", "wasm");
    const { manifest } = await readModelManifest(readModelFile);
    classifier = await Classifier.load(readModelFile, manifest);
    return engine.backend;
  },

  /** The whole way: verdicts of an image by mode. */
  async judge(url) {
    const evidence = await engine.pipeline.analyze(await fetchBytes(url), { looks: "twice" });
    return {
      check: judge(evidence, engine.manifest, "check"),
      automatic: judge(evidence, engine.manifest, "automatic"),
    };
  },

  /** The crop of a given face, RGB bytes in base64. */
  async crop(url, boxXyxy, keypoints) {
    const image = await decodeImage(await fetchBytes(url));
    return toBase64(cropFace(image, boxXyxy, keypoints, engine.manifest.faceCrop).data);
  },

  /** The decoded image, RGB bytes in base64. */
  async decode(url) {
    const { width, height, data } = await decodeImage(await fetchBytes(url));
    const rgb = new Uint8Array(width * height * 3);
    for (let pixel = 0; pixel < width * height; pixel += 1) {
      rgb.set(data.subarray(pixel * 4, pixel * 4 + 3), pixel * 3);
    }
    return toBase64(rgb);
  },

  /** The logit of a given crop, RGB bytes in base64. */
  async logit(crop) {
    const { size } = engine.manifest.input;
    const data = bytesOfBase64(crop);
    const [prediction] = await classifier.predict([{ width: size, height: size, channels: 3, data }]);
    return prediction.logit;
  },
};

async function fetchBytes(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.arrayBuffer();
}

function toBase64(bytes) {
  let text = "";
  for (let start = 0; start < bytes.length; start += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(text);
}
