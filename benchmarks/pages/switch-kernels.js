// Switches TensorFlow.js's WebAssembly backend between our convolutions and its own, to measure one against the other.

import "@tensorflow/tfjs-backend-wasm";
import { OWN_KERNELS, useOwnKernels } from "../../extension/src/inference/own-kernels.js";
import { getKernel, registerKernel, unregisterKernel } from "../../extension/src/inference/tf.js";

const kernels = () => Object.keys(OWN_KERNELS).map((name) => getKernel(name, "wasm"));

const theirs = kernels();
useOwnKernels();
const ours = kernels();

function register(chosen) {
  for (const kernel of chosen) {
    if (getKernel(kernel.kernelName, "wasm") === kernel) continue;
    unregisterKernel(kernel.kernelName, "wasm");
    registerKernel(kernel);
  }
}

export const withOwnKernels = () => register(ours);
export const withTheirKernels = () => register(theirs);
