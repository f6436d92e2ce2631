// The pipeline's steps one by one, on one thread. Called by pipeline.py.

import { Classifier } from "../../extension/src/inference/classifier.js";
import { decodeImage } from "../../extension/src/inference/decode-image.js";
import { locate, propose, refine } from "../../extension/src/inference/detector-stages.js";
import { cropFace } from "../../extension/src/inference/face-crop.js";
import { detectionImage } from "../../extension/src/inference/detection-image.js";
import { FaceDetector } from "../../extension/src/inference/face-detector.js";
import { loadGraphModel } from "../../extension/src/inference/graph-model.js";
import { pyramidScales, resizeAreas } from "../../extension/src/inference/image-pyramid.js";
import { readModelManifest } from "../../extension/src/inference/model-files.js";
import * as tf from "../../extension/src/inference/tf.js";
import { bytesOfBase64 } from "../../extension/src/shared/base64.js";
import { readModelFile, useBackend } from "./networks.js";

let manifest;
let classifier;
let detector;
let networks;

window.bench = {
  /** Loads the networks on "wasm" or "webgl". */
  async start(backend) {
    await useBackend(backend);
    ({ manifest } = await readModelManifest(readModelFile));
    classifier = await Classifier.load(readModelFile, manifest);
    detector = await FaceDetector.load(readModelFile, manifest.detector);
    const { pnet, rnet, onet } = manifest.detector.files;
    networks = {
      pnet: await loadGraphModel(readModelFile, pnet),
      rnet: await loadGraphModel(readModelFile, rnet),
      onet: await loadGraphModel(readModelFile, onet),
    };
  },

  /** How many tensors are alive, and how many bytes they hold. */
  tensors() {
    const { numTensors, numBytes } = tf.memory();
    return { count: numTensors, bytes: numBytes };
  },

  /** Milliseconds by step for one image, in base64, and how many faces were found, those too small to judge among them. */
  async analyze(encoded) {
    const bytes = bytesOfBase64(encoded).buffer;
    const { detector: settings, faceCrop } = manifest;
    const steps = {};
    let last = performance.now();
    const mark = (name) => {
      const now = performance.now();
      steps[name] = now - last;
      last = now;
    };
    const image = await decodeImage(bytes);
    mark("decode");
    const reduced = detectionImage(image, settings.maxShortSide);
    mark("reduce");
    const reduction = Math.min(reduced.width, reduced.height) / Math.min(image.width, image.height);
    const scales = pyramidScales(reduced.width, reduced.height, { ...settings, minFaceSize: settings.minFaceSize * reduction });
    resizeAreas(reduced, scales.map((scale) => ({ width: Math.trunc(reduced.width * scale), height: Math.trunc(reduced.height * scale) })));
    mark("pyramid");
    const pyramid = steps.pyramid;
    const proposals = await propose(networks.pnet, reduced, scales, settings);
    mark("P-Net");
    // It makes the pyramid itself.
    steps["P-Net"] = Math.max(0, steps["P-Net"] - pyramid);
    const candidates = await refine(networks.rnet, reduced, proposals, settings);
    mark("R-Net");
    await locate(networks.onet, reduced, candidates, settings);
    mark("O-Net");
    const found = await detector.detect(image);
    last = performance.now();
    const faces = found.length > 0 ? found : await detector.lookAgain(image);
    if (found.length === 0) mark("second look");
    const judged = faces.filter(({ boxXyxy: [x1, y1, x2, y2] }) => Math.max(x2 - x1, y2 - y1) >= faceCrop.minFaceSize);
    const crops = judged.map((face) => cropFace(image, face.boxXyxy, face.keypoints, faceCrop));
    mark("crop");
    await classifier.predict(crops);
    mark("classifier");
    return { steps, faces: faces.length };
  },
};
