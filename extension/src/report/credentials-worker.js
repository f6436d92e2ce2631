// The worker that holds the Content Credentials library: 8 MB, loaded only for an image that seems to have any.

import { readManifestStore } from "./credentials-reader.js";

addEventListener("message", async ({ data: { buffer, mimeType, wasmUrl } }) => {
  try {
    const response = await fetch(wasmUrl);
    const module = await WebAssembly.compile(await response.arrayBuffer());
    // From here on nothing leaves this worker, whatever the library, or a manifest made to fool it, might want.
    globalThis.fetch = () => Promise.reject(new Error("no request leaves this worker"));
    postMessage(await readManifestStore(module, new Blob([buffer]), mimeType));
  } catch (error) {
    postMessage({ failure: error instanceof Error ? error.message : String(error) });
  }
});
