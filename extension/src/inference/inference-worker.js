// A worker: loads the model from the extension's own package and analyses one image after the other.

import { MODEL_FOLDER } from "../shared/model-folder.js";
import { withTimeout } from "../shared/with-timeout.js";
import { CheckError } from "./check-error.js";
import { EngineKeeper } from "./engine-keeper.js";
import { loadEngine } from "./engine.js";
import { whileIntact } from "./context-loss.js";

/** @typedef {import("./worker-messages.js").AnalysisCall} AnalysisCall */
/** @typedef {import("./worker-messages.js").WorkerReply} WorkerReply */

const WASM_FOLDER = "wasm/";
const READ_LIMIT_MS = 30_000;

const wanted = new URLSearchParams(location.search).get("backend") === "webgl" ? "webgl" : "wasm";
const wasmFolder = new URL(WASM_FOLDER, location.href).href;
const engine = new EngineKeeper(() => loadEngine(readModelFile, wasmFolder, wanted));

/**
 * @param {string} path relative to the model's manifest
 * @returns {Promise<ArrayBuffer>}
 */
async function readModelFile(path) {
  const read = fetch(new URL(path, new URL(MODEL_FOLDER, location.href))).then((response) => response.arrayBuffer());
  return withTimeout(read, READ_LIMIT_MS, `The model's file ${path} could not be read from the extension.`);
}

/** @param {() => Promise<WorkerReply>} work what goes wrong in it is told too */
async function reply(work) {
  /** @type {WorkerReply} */
  const message = await work().catch((error) => {
    if (!(error instanceof CheckError)) console.error("The analysis failed:", error);
    const code = error instanceof CheckError ? error.code : undefined;
    return { failure: { code, message: error instanceof Error ? error.message : String(error) } };
  });
  self.postMessage(message);
}

self.addEventListener("message", ({ data }) => {
  const { bytes, ...options } = /** @type {AnalysisCall} */ (data);
  void reply(() =>
    engine.use(async ({ pipeline, context, backend }) => {
      const evidence = await whileIntact(context, () => pipeline.analyze(bytes, options));
      return { evidence, backend };
    }),
  );
});

void reply(() => engine.use(async ({ manifest, manifestSha256, backend }) => ({ manifest, manifestSha256, backend })));
