// Face detectors in the browser, all of them on WebAssembly: the extension's and two that others use. Called by detector.py.

import * as faceapi from "@vladmandic/face-api/dist/face-api.esm.js";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

import { decodeImage } from "../../extension/src/inference/decode-image.js";
import { FaceDetector } from "../../extension/src/inference/face-detector.js";
import { loadGraphModel } from "../../extension/src/inference/graph-model.js";
import { readModelManifest } from "../../extension/src/inference/model-files.js";
import * as tf from "../../extension/src/inference/tf.js";
import { bytesOfBase64 } from "../../extension/src/shared/base64.js";

import { BlazeFace } from "./blazeface-back.js";
import { withOwnKernels, withTheirKernels } from "./switch-kernels.js";

const fetchBytes = async (path) => (await fetch(path)).arrayBuffer();
const readModelFile = (file) => fetchBytes(new URL(file, "http://localhost/models/ifmd/"));
const TINY_MIN_SCORE = 0.5;

/** By name: boxes (x1, y1, x2, y2) in pixels of the loaded image. @type {Record<string, () => Promise<number[][]>>} */
const detectors = {};
let image;
let canvas;

window.bench = {
  /** Loads every detector; returns their names. */
  async start() {
    tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
    // Every copy of TF.js in a page shares one engine; which copy's backend it takes depends on their order.
    setWasmPaths("/wasm/");
    faceapi.tf.setWasmPaths("/wasm/");
    await tf.setBackend("wasm");
    const { manifest } = await readModelManifest(readModelFile);
    const everyScale = { ...manifest.detector, minFaceSize: 0 };
    const kinds = [
      { name: "MTCNN, as shipped", settings: manifest.detector, prepare: withOwnKernels },
      { name: "MTCNN, every scale", settings: everyScale, prepare: withOwnKernels },
      { name: "MTCNN, every scale, TF.js's convolution", settings: everyScale, prepare: withTheirKernels },
    ];
    for (const { name, settings, prepare } of kinds) {
      const detector = await FaceDetector.load(readModelFile, settings);
      detectors[name] = async () => {
        prepare();
        return (await detector.detect(image)).map(({ boxXyxy }) => boxXyxy);
      };
    }
    const blazeface = new BlazeFace(await loadGraphModel((file) => fetchBytes(`/blazeface/${file}`), "blazeface-back.json"));
    detectors["BlazeFace (back, 256 px)"] = () => blazeface.detect(image);

    await faceapi.nets.tinyFaceDetector.loadFromUri("/faceapi");
    for (const inputSize of [416, 608]) {
      const options = new faceapi.TinyFaceDetectorOptions({ inputSize, scoreThreshold: TINY_MIN_SCORE });
      detectors[`tiny_face_detector (${inputSize} px)`] = async () =>
        (await faceapi.detectAllFaces(canvas, options)).map(({ box }) => [box.left, box.top, box.right, box.bottom]);
    }
    return Object.keys(detectors);
  },

  /** Decodes an image, in base64, for the calls of `detect` that follow. */
  async open(encoded) {
    image = await decodeImage(bytesOfBase64(encoded).buffer);
    canvas = document.createElement("canvas");
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(image.data.buffer), image.width, image.height), 0, 0);
  },

  /** Milliseconds of one search, and the boxes. */
  async detect(name) {
    // The copies of TF.js share their kernels too.
    withTheirKernels();
    const startedAt = performance.now();
    const boxes = await detectors[name]();
    return { ms: performance.now() - startedAt, boxes: boxes.map((box) => Array.from(box)) };
  },
};
