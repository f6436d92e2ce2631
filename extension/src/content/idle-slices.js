// Does long work on the page in short slices, when the browser is idle; and many checks a few at a time.

/** Longer at a stretch would be felt by whoever scrolls the page. */
const MAX_SLICE_MS = 8;
/** The browser may be busy for long; after this the next slice runs all the same. */
const IDLE_LIMIT_MS = 500;

/**
 * @template T
 * @param {Iterator<T>} items
 * @param {(item: T) => void} visit short
 * @param {AbortSignal} signal stops between two slices; the promise then never settles
 * @returns {Promise<number>} milliseconds worked, once all items were visited
 */
export function inIdleSlices(items, visit, signal) {
  return new Promise((resolve, reject) => {
    let worked = 0;
    const slice = () => {
      if (signal.aborted) return;
      const startedAt = performance.now();
      try {
        for (let next = items.next(); !next.done; next = items.next()) {
          visit(next.value);
          if (performance.now() - startedAt < MAX_SLICE_MS) continue;
          worked += performance.now() - startedAt;
          requestIdleCallback(slice, { timeout: IDLE_LIMIT_MS });
          return;
        }
        resolve(worked + performance.now() - startedAt);
      } catch (error) {
        reject(error);
      }
    };
    requestIdleCallback(slice, { timeout: IDLE_LIMIT_MS });
  });
}

/**
 * @template T
 * @param {T[]} items
 * @param {number} atATime
 * @param {(item: T) => Promise<unknown>} work must not reject
 * @returns {Promise<void>} once all are done, taken in their order
 */
export async function takeTurns(items, atATime, work) {
  const queue = items.values();
  const turns = Array.from({ length: Math.min(atATime, items.length) }, async () => {
    for (const item of queue) await work(item);
  });
  await Promise.all(turns);
}
