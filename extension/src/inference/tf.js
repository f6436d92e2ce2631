// The one place that names the TensorFlow.js packages, so that the extension, its tools and its tests share one copy.
export * from "@tensorflow/tfjs-core";
export { loadGraphModel } from "@tensorflow/tfjs-converter";
