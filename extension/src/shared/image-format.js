// Which format the bytes of an image file are in, by how they begin; the name and the server's word for it do not count.

/** @typedef {"jpeg" | "png" | "webp" | "gif" | "avif" | "heic" | "bmp" | "unknown"} Format */

/** @type {[Format, string, (text: string) => boolean][]} by the first 32 bytes as Latin-1 */
const FORMATS = [
  ["jpeg", "image/jpeg", (text) => text.startsWith("\xff\xd8\xff")],
  ["png", "image/png", (text) => text.startsWith("\x89PNG\r\n\x1a\n")],
  ["webp", "image/webp", (text) => text.startsWith("RIFF") && text.slice(8, 12) === "WEBP"],
  ["gif", "image/gif", (text) => text.startsWith("GIF8")],
  ["avif", "image/avif", (text) => text.slice(4, 8) === "ftyp" && /avif|avis/.test(text.slice(8))],
  ["heic", "image/heic", (text) => text.slice(4, 8) === "ftyp" && /heic|heix|mif1/.test(text.slice(8))],
  ["bmp", "image/bmp", (text) => text.startsWith("BM")],
];

/** @param {Uint8Array} bytes @returns {string} a character for each byte */
export function latin1(bytes) {
  // Not a TextDecoder: browsers take "latin1" for Windows-1252, in which 0x80 to 0x9f are other characters.
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/**
 * @param {Uint8Array} bytes of an image file
 * @returns {{format: Format, mimeType: string}}
 */
export function formatOf(bytes) {
  const start = latin1(bytes.subarray(0, 32));
  const [format, mimeType] = FORMATS.find(([, , matches]) => matches(start)) ?? /** @type {const} */ (["unknown", "application/octet-stream"]);
  return { format, mimeType };
}
