// Does something again and again, each time a while after it was done before: what takes long does not pile up.

/**
 * @param {() => Promise<void>} work never rejects
 * @param {number} restMs
 * @returns {Promise<void>} once it was done for the first time
 */
export async function repeat(work, restMs) {
  await work();
  setTimeout(() => void repeat(work, restMs), restMs);
}
