// Bundles one script of the extension, without the code in its libraries that could run what is not in the package.

import { readFile } from "node:fs/promises";

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
 * TensorFlow.js registers some 180 kernels with each backend; its list is there to be replaced by a shorter one.
 *
 * @param {ReadonlySet<string>} kernels names of those that are used
 * @returns {import("esbuild").Plugin}
 */
function withKernels(kernels) {
  return {
    name: "with-kernels",
    setup(build) {
      build.onLoad({ filter: /tfjs-backend-(wasm|webgl)[\\/]dist[\\/]register_all_kernels\.js$/ }, async ({ path }) => {
        const imports = [...(await readFile(path, "utf8")).matchAll(/^import \{ (\w+) \} from '(\.\/kernels\/(\w+))';$/gm)];
        const used = imports.filter(([, , , kernel]) => kernels.has(kernel));
        const contents = [
          'import { registerKernel } from "@tensorflow/tfjs-core";',
          ...used.map(([line]) => line),
          ...used.map(([, config]) => `registerKernel(${config});`),
        ].join("\n");
        return { contents };
      });
    },
  };
}

/**
 * @param {string} browser imports of "#platform/…" resolve to its folder
 * @param {string} source
 * @param {string} target
 * @param {"esm" | "iife"} format
 * @param {ReadonlySet<string>} kernels of TensorFlow.js that are used
 */
export async function bundle(browser, source, target, format, kernels) {
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
    plugins: [withoutThreads, withKernels(kernels)],
  });
}
