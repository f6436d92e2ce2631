// Writes bytes as a data: URL, in which they pass between the parts of the extension.

/** Of an image or a video; more cannot pass between page and background in one message, as base64. */
export const MAX_SENT_BYTES = 40 * 1024 * 1024;

/**
 * @param {Blob} blob
 * @returns {Promise<string>}
 */
export function dataUrlOf(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(/** @type {string} */ (reader.result));
    reader.onerror = () => reject(reader.error ?? new Error("The data could not be read."));
    reader.readAsDataURL(blob);
  });
}

/**
 * @param {Blob} blob of a picture; pages often leave the type of a blob empty, and the decoder looks at the bytes
 * @returns {Promise<string>} always of an image
 */
export function imageUrlOf(blob) {
  return dataUrlOf(blob.type.startsWith("image/") ? blob : new Blob([blob], { type: "image/png" }));
}
