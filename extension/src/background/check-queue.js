// Orders the checks: asked for first, then visible, then near; the same image runs once; bounded; cancellable.

/** The check was dropped before it ran: its page is gone, or too many others wait. */
export class CheckDroppedError extends Error {
  /** @param {"gone" | "busy"} cause */
  constructor(cause) {
    super(cause === "gone" ? "The page is gone." : "Too many images wait to be checked.");
    this.name = "CheckDroppedError";
    this.code = cause;
  }
}

/** Higher runs first. */
export const PRIORITY = Object.freeze({ near: 0, visible: 1, asked: 2 });

/**
 * @template T
 * @typedef {{owner: string, resolve: (value: T) => void, reject: (error: Error) => void}} Waiter
 */
/**
 * @template T
 * @typedef {{key: string, priority: number, order: number, run: () => Promise<T>, running: boolean, waiters: Waiter<T>[]}} Job
 */

/** @template T what a check gives */
export class CheckQueue {
  #jobs = /** @type {Map<string, Job<T>>} */ (new Map());
  #maxWaiting;
  #concurrency;
  #running = 0;
  #order = 0;

  /** @param {{maxWaiting?: number, concurrency?: number}} [options] waiting jobs kept at most; jobs run at the same
   *   time: more than are computed, so that the next are downloaded meanwhile */
  constructor({ maxWaiting = 300, concurrency = 6 } = {}) {
    this.#maxWaiting = maxWaiting;
    this.#concurrency = concurrency;
  }

  /**
   * @param {object} check
   * @param {string} check.key checks with the same key are one
   * @param {string} check.owner who waits for it: what `cancel` is told
   * @param {number} check.priority one of PRIORITY; a repeat may raise it
   * @param {() => Promise<T>} check.run
   * @returns {Promise<T>}
   * @throws {CheckDroppedError} cancelled, or pushed out by more urgent ones
   */
  add({ key, owner, priority, run }) {
    return new Promise((resolve, reject) => {
      const waiter = { owner, resolve, reject };
      const known = this.#jobs.get(key);
      if (known) {
        known.waiters.push(waiter);
        this.raise(key, priority);
        return;
      }
      this.#order += 1;
      this.#jobs.set(key, { key, priority, order: this.#order, run, running: false, waiters: [waiter] });
      this.#startNext();
      this.#dropExcess();
    });
  }

  /** @param {string} key of a check, which takes part from now on as if added with it @param {number} priority */
  raise(key, priority) {
    const job = this.#jobs.get(key);
    if (job) job.priority = Math.max(job.priority, priority);
  }

  /**
   * Drops what an owner waits for; a running check ends unheard.
   *
   * @param {(owner: string) => boolean} isGone
   */
  cancel(isGone) {
    this.#drop([...this.#jobs.values()], isGone);
  }

  /** @param {string} owner who waits for nothing by now but what was asked for: its other checks that do not run yet are dropped */
  pause(owner) {
    const automatic = this.#waiting().filter(({ priority }) => priority < PRIORITY.asked);
    this.#drop(automatic, (waiting) => waiting === owner);
  }

  /** @param {Job<T>[]} jobs @param {(owner: string) => boolean} isGone */
  #drop(jobs, isGone) {
    for (const job of jobs) {
      const gone = job.waiters.filter((waiter) => isGone(waiter.owner));
      job.waiters = job.waiters.filter((waiter) => !isGone(waiter.owner));
      for (const waiter of gone) waiter.reject(new CheckDroppedError("gone"));
      if (job.waiters.length === 0 && !job.running) this.#jobs.delete(job.key);
    }
  }

  #waiting() {
    const waiting = [...this.#jobs.values()].filter((job) => !job.running);
    // Latest first within a priority: what came into view last is what the user looks at.
    return waiting.sort((a, b) => b.priority - a.priority || (a.priority === PRIORITY.asked ? a.order - b.order : b.order - a.order));
  }

  #dropExcess() {
    for (const job of this.#waiting().slice(this.#maxWaiting)) {
      this.#jobs.delete(job.key);
      for (const waiter of job.waiters) waiter.reject(new CheckDroppedError("busy"));
    }
  }

  #startNext() {
    if (this.#running >= this.#concurrency) return;
    const [job] = this.#waiting();
    if (!job) return;
    job.running = true;
    this.#running += 1;
    void this.#run(job);
  }

  /** @param {Job<T>} job */
  async #run(job) {
    try {
      const value = await job.run();
      for (const waiter of job.waiters) waiter.resolve(value);
    } catch (error) {
      for (const waiter of job.waiters) waiter.reject(/** @type {Error} */ (error));
    } finally {
      this.#jobs.delete(job.key);
      this.#running -= 1;
      this.#startNext();
    }
  }
}
