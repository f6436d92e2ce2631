// SHA-256 as hexadecimal text.

/**
 * @param {ArrayBuffer} bytes
 * @returns {Promise<string>} 64 lower-case hexadecimal digits
 */
export async function sha256Hex(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
