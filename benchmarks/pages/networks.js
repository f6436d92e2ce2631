// The shipped networks' files and what they run on, set as the extension has it. Shared by pipeline.js and cold-start.js.

import { configure, switchTo } from "../../extension/src/inference/backend.js";

/** Reads one of the model's files by its path; pages of an extension and of the benchmark have them at the same place. */
export const readModelFile = async (path) => (await fetch(new URL(path, `${location.origin}/converted_models/ifmd/`))).arrayBuffer();

/** Computes on "wasm" or "webgl" from here on. */
export async function useBackend(backend) {
  configure("/wasm/");
  await switchTo(backend);
}
