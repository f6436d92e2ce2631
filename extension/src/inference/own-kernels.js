// Replaces TensorFlow.js's convolutions on WebAssembly by our own, where the browser can run them.

import { bytesOfBase64 } from "../shared/base64.js";
import { Convolution } from "./convolution-kernel.js";
import CONVOLUTION_WASM from "./convolution-wasm.js";
import { DepthwiseConvolution } from "./depthwise-kernel.js";
import DEPTHWISE_WASM from "./depthwise-wasm.js";
import * as tf from "./tf.js";

/** @typedef {import("@tensorflow/tfjs-backend-wasm").BackendWasm} BackendWasm */
/** @typedef {Parameters<import("@tensorflow/tfjs-core").KernelFunc>[0]} KernelCall */

/**
 * A kernel of ours over one backend's memory.
 *
 * @typedef {object} OwnKernel
 * @property {(call: KernelCall) => import("@tensorflow/tfjs-core").TensorInfo | null} run null: this one is not for our kernel
 */

/** By TensorFlow.js's name of a kernel, what stands in for it. */
export const OWN_KERNELS = {
  Conv2D: { Kernel: Convolution, wasm: CONVOLUTION_WASM },
  FusedConv2D: { Kernel: Convolution, wasm: CONVOLUTION_WASM },
  DepthwiseConv2dNative: { Kernel: DepthwiseConvolution, wasm: DEPTHWISE_WASM },
  FusedDepthwiseConv2D: { Kernel: DepthwiseConvolution, wasm: DEPTHWISE_WASM },
};

let isUsed = false;

/**
 * From here on the WebAssembly backend computes with our kernels what they can: convolutions without padding, groups and
 * dilation, and depthwise ones of 3 x 3 pixels. In a browser without relaxed SIMD (Chrome has it from 114, Firefox from 145)
 * nothing changes. Not for TensorFlow.js's build with threads, whose memory is shared.
 *
 * @returns {boolean} whether this browser runs our kernels
 */
export function useOwnKernels() {
  if (isUsed) return true;
  /** @type {Map<string, WebAssembly.Module>} */
  const modules = new Map();
  for (const { wasm } of Object.values(OWN_KERNELS)) {
    if (modules.has(wasm)) continue;
    const binary = bytesOfBase64(wasm);
    if (!WebAssembly.validate(binary)) return false;
    modules.set(wasm, new WebAssembly.Module(binary));
  }
  /** What both names of a kernel share: packed filters. @type {Map<Function, WeakMap<BackendWasm, OwnKernel>>} */
  const kernels = new Map(Object.values(OWN_KERNELS).map(({ Kernel }) => [Kernel, new WeakMap()]));
  for (const [name, { Kernel, wasm }] of Object.entries(OWN_KERNELS)) {
    const theirs = tf.getKernel(name, "wasm");
    // A bundle holds only the kernels that its models use.
    if (!theirs) continue;
    const ours = /** @type {WeakMap<BackendWasm, OwnKernel>} */ (kernels.get(Kernel));
    const module = /** @type {WebAssembly.Module} */ (modules.get(wasm));
    tf.unregisterKernel(name, "wasm");
    tf.registerKernel({
      ...theirs,
      kernelFunc(call) {
        const backend = /** @type {BackendWasm} */ (call.backend);
        const kernel = ours.get(backend) ?? new Kernel(backend, module);
        ours.set(backend, kernel);
        return kernel.run(call) ?? theirs.kernelFunc(call);
      },
    });
  }
  isUsed = true;
  return true;
}
