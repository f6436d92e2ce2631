// Gives any wait a time limit.

/** A wait took longer than it was allowed to. */
export class TimeoutError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "TimeoutError";
  }
}

/**
 * Waits for a promise, but not for ever. The work behind the promise is not stopped: pass it a signal for that.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {number} limitMs time limit in milliseconds, > 0
 * @param {string} message what to tell the user when it is over
 * @returns {Promise<T>}
 * @throws {TimeoutError} when the limit passes first
 */
export function withTimeout(promise, limitMs, message) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(message)), limitMs);
  });
  return /** @type {Promise<T>} */ (Promise.race([promise, limit])).finally(() => clearTimeout(timer));
}
