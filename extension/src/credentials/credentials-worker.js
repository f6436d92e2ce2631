// The worker that runs the Content Credentials library on one image.

import { readManifestStore } from "./credentials-reader.js";

// Nothing leaves this worker, whatever the library, or a manifest made to fool it, might want.
globalThis.fetch = () => Promise.reject(new Error("no request leaves this worker"));

addEventListener("message", async ({ data: { buffer, mimeType, module, anchors } }) => {
  try {
    postMessage(await readManifestStore(module, new Blob([buffer]), mimeType, anchors));
  } catch (error) {
    postMessage({ failure: error instanceof Error ? error.message : String(error) });
  }
});
