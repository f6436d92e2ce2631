// The shipped networks' files and what they run on, set as the extension has it. Shared by pipeline.js and cold-start.js.

import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import "@tensorflow/tfjs-backend-webgl";

import { useOwnConvolution } from "../../extension/src/inference/convolution-kernel.js";
import * as tf from "../../extension/src/inference/tf.js";

/** Reads one of the model's files by its path; pages of an extension and of the benchmark have them at the same place. */
export const readModelFile = async (path) => (await fetch(new URL(path, `${location.origin}/converted_models/ifmd/`))).arrayBuffer();

/** Computes on "wasm" or "webgl" from here on. */
export async function useBackend(backend) {
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  tf.env().set("WEBGL_USE_SHAPES_UNIFORMS", true);
  setWasmPaths("/wasm/");
  if (backend === "wasm") useOwnConvolution();
  if (!(await tf.setBackend(backend))) throw new Error(`${backend} cannot be used here`);
}
