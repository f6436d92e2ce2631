// How many workers a machine bears.

// More bring little: image after image waits for its download then.
const MOST_WORKERS = 4;
// What a worker may take of the machine's memory; it holds about 150 MB.
const MEMORY_OF_WORKER_GB = 2;

/**
 * @param {{hardwareConcurrency: number, deviceMemory?: number}} machine deviceMemory in GB, where the browser tells it
 * @returns {number} workers at most, >= 1: one core is left to the page, where there are more than two
 */
export function poolSize({ hardwareConcurrency, deviceMemory = 4 }) {
  const cores = Math.max(2, hardwareConcurrency - 1);
  return Math.max(1, Math.min(MOST_WORKERS, cores, Math.floor(deviceMemory / MEMORY_OF_WORKER_GB)));
}
