// What the activations that our kernels know let through.

/** By TensorFlow.js's name: at least and at most. PReLU multiplies what is below zero besides. @type {Record<string, [number, number]>} */
export const BOUNDS = {
  linear: [-Infinity, Infinity],
  relu: [0, Infinity],
  relu6: [0, 6],
  prelu: [-Infinity, Infinity],
};
