// Spreads analyses over workers: threads of WebAssembly are blocked in an extension, whole workers are not.

/** @typedef {import("./analysis-worker.js").AnalysisWorker} AnalysisWorker */
/** @typedef {import("./pipeline.js").AnalysisOptions} AnalysisOptions */
/** @typedef {import("./verdict.js").Evidence} Evidence */
/**
 * @typedef {object} Job
 * @property {ArrayBuffer} bytes
 * @property {AnalysisOptions} options
 * @property {(evidence: Evidence | PromiseLike<Evidence>) => void} resolve
 * @property {(reason: unknown) => void} reject
 */

// Long enough for the next screenful; each worker holds a model of its own.
const QUIET_LIMIT_MS = 20_000;

/** Workers are added while images wait, and the added ones go when it has been quiet. */
export class WorkerPool {
  #create;
  #size;
  #whenQuiet;
  #workers = /** @type {Set<AnalysisWorker>} */ (new Set());
  #jobs = /** @type {Job[]} */ ([]);
  #isClosed = false;
  #quiet = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);

  /**
   * @param {AnalysisWorker} first loaded
   * @param {() => AnalysisWorker} create another
   * @param {() => number} size workers at most, by now
   * @param {() => void} [whenQuiet] called when there has been nothing to do for a while
   */
  constructor(first, create, size, whenQuiet = () => undefined) {
    this.#workers.add(first);
    this.#create = create;
    this.#size = size;
    this.#whenQuiet = whenQuiet;
  }

  /**
   * @param {ArrayBuffer} bytes of an image file; handed over
   * @param {AnalysisOptions} [options]
   * @returns {Promise<Evidence>}
   */
  analyze(bytes, options = {}) {
    return new Promise((resolve, reject) => {
      this.#jobs.push({ bytes, options, resolve, reject });
      this.#assign();
    });
  }

  /** Ends every worker, and with it what they do and what waits for them. */
  dispose() {
    clearTimeout(this.#quiet);
    this.#isClosed = true;
    for (const { reject } of this.#jobs.splice(0)) reject(new Error("The detection model was closed."));
    for (const worker of this.#workers) worker.terminate();
    this.#workers.clear();
  }

  #assign() {
    this.#forgetBroken();
    for (const worker of this.#workers) if (worker.isIdle) this.#give(worker);
    const loading = [...this.#workers].filter((worker) => worker.isLoading).length;
    if (this.#jobs.length > loading && !this.#isClosed && this.#workers.size < this.#size()) this.#add();
  }

  #add() {
    const worker = this.#create();
    this.#workers.add(worker);
    worker.ready.then(
      () => this.#assign(),
      (error) => {
        this.#workers.delete(worker);
        // The others go on; without any, nobody would.
        if (this.#workers.size === 0) for (const { reject } of this.#jobs.splice(0)) reject(error);
      },
    );
  }

  /** @param {AnalysisWorker} worker */
  #give(worker) {
    const job = this.#jobs.shift();
    if (!job) return;
    clearTimeout(this.#quiet);
    worker.analyze(job.bytes, job.options).then(job.resolve, job.reject).then(() => {
      this.#assign();
      clearTimeout(this.#quiet);
      if (!this.#isClosed) this.#quiet = setTimeout(() => this.#shrink(), QUIET_LIMIT_MS);
    });
  }

  #forgetBroken() {
    for (const worker of this.#workers) if (worker.isBroken) this.#workers.delete(worker);
  }

  #shrink() {
    this.#forgetBroken();
    const workers = [...this.#workers];
    if (workers.some((worker) => !worker.isIdle)) return;
    for (const worker of workers.slice(1)) {
      worker.terminate();
      this.#workers.delete(worker);
    }
    this.#whenQuiet();
  }
}
