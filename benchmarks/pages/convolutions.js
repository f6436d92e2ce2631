// Switches TensorFlow.js's WebAssembly backend between our convolution and its own, to measure one against the other.

import "@tensorflow/tfjs-backend-wasm";
import { CONVOLUTIONS, useOwnConvolution } from "../../extension/src/inference/convolution-kernel.js";
import { getKernel, registerKernel, unregisterKernel } from "../../extension/src/inference/tf.js";

const kernels = () => CONVOLUTIONS.map((name) => getKernel(name, "wasm"));

const theirs = kernels();
useOwnConvolution();
const ours = kernels();

function register(chosen) {
  for (const kernel of chosen) {
    if (getKernel(kernel.kernelName, "wasm") === kernel) continue;
    unregisterKernel(kernel.kernelName, "wasm");
    registerKernel(kernel);
  }
}

export const withOwnConvolution = () => register(ours);
export const withTheirConvolution = () => register(theirs);
