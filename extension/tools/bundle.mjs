// Bundles one script of the extension, without the code in its libraries that could run what is not in the package.

import * as esbuild from "esbuild";

/**
 * The threaded build of TensorFlow.js's WebAssembly backend starts workers from text, with eval in it. The extension's
 * content security policy forbids both and the extension never asks for threads, so what cannot run is not shipped.
 *
 * @type {import("esbuild").Plugin}
 */
const withoutThreads = {
  name: "without-threads",
  setup(build) {
    build.onLoad({ filter: /tfjs-backend-wasm-threaded-simd(\.worker)?\.js$/ }, () => ({
      contents: 'export default null; export const wasmWorkerContents = "";',
    }));
  },
};

/**
 * @param {string} browser imports of "#platform/…" resolve to its folder
 * @param {string} source
 * @param {string} target
 * @param {"esm" | "iife"} format
 */
export async function bundle(browser, source, target, format) {
  await esbuild.build({
    entryPoints: [source],
    outfile: target,
    format,
    bundle: true,
    minify: true,
    platform: "browser",
    target: ["chrome120", "firefox128"],
    conditions: [browser],
    loader: { ".css": "text" },
    legalComments: "eof",
    logLevel: "warning",
    plugins: [withoutThreads],
  });
}
