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

/**
 * Hands work a signal that is aborted when the time limit passes, and when the work has settled: what it has left behind, say a
 * download that nobody reads, ends too.
 *
 * Not AbortSignal.timeout(): its timer goes on when the work is done, and a page of a thousand pictures would keep the browser
 * awake for half a minute after the last verdict.
 *
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} work
 * @param {number} limitMs time limit in milliseconds, > 0
 * @returns {Promise<T>} as the work settles: a signal alone ends nothing
 */
export async function withSignal(work, limitMs) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new DOMException("The time limit has passed.", "TimeoutError")), limitMs);
  try {
    return await work(limit.signal);
  } finally {
    clearTimeout(timer);
    limit.abort();
  }
}
