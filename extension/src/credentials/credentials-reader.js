// Reads the C2PA manifest store of an image with the Content Authenticity Initiative's own library, offline.

import { initSync, WasmReader } from "@contentauth/c2pa-wasm";

// A manifest that lies elsewhere, or a revocation list, is not fetched: that would tell its server of the image.
const OFFLINE = { remote_manifest_fetch: false, ocsp_fetch: false };

/** @typedef {{store: import("./credentials-summary.js").ManifestStore} | {error: string}} CredentialsReply error: as the library words it */

/**
 * @param {WebAssembly.Module} module the library's
 * @param {Blob} image
 * @param {string} mimeType
 * @param {string} anchors certificates of whom the list names, PEM: who signs with theirs, or one that they vouch for, is trusted
 * @returns {Promise<CredentialsReply>}
 */
export async function readManifestStore(module, image, mimeType, anchors) {
  initSync({ module });
  const settings = JSON.stringify({ verify: OFFLINE, trust: { trust_anchors: anchors } });
  try {
    const reader = await WasmReader.fromBlob(mimeType, image, settings);
    const { active_manifest, manifests, validation_state, validation_status } = reader.manifestStore();
    reader.free();
    // Out of the library's own objects: what they inherit does not survive the way to another context.
    return { store: JSON.parse(JSON.stringify({ active_manifest, manifests, validation_state, validation_status })) };
  } catch (error) {
    // The library throws its own errors as texts; anything else is a fault of ours.
    if (typeof error === "string") return { error };
    throw error;
  }
}
