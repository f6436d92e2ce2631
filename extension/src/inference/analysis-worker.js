// The page's end of one worker: waits until its model is loaded, gives it an image at a time, ends it when it is told to stop.

import { CheckError } from "./check-error.js";

/** @typedef {import("./worker-messages.js").FailureReply} FailureReply */
/** @typedef {import("./worker-messages.js").ReadyReply} ReadyReply */
/** @typedef {import("./worker-messages.js").WorkerReply} WorkerReply */
/** @typedef {Pick<Worker, "postMessage" | "terminate" | "addEventListener">} WorkerLike */

/** An analysis cannot be interrupted from outside, so a worker whose analysis is given up goes as a whole. */
export class AnalysisWorker {
  #worker;
  #settle = /** @type {{resolve: (reply: any) => void, reject: (error: Error) => void} | null} */ (null);
  #state = /** @type {"loading" | "idle" | "busy" | "broken"} */ ("loading");
  backend = /** @type {import("./backend.js").BackendName} */ ("wasm");

  /** @param {WorkerLike} worker just started */
  constructor(worker) {
    this.#worker = worker;
    worker.addEventListener("message", ({ data }) => this.#receive(data));
    worker.addEventListener("error", (event) => {
      this.#break(new Error(`A part of the extension that computes has stopped: ${event.message ?? "it could not be started"}.`));
    });
    /** What was loaded. @type {Promise<ReadyReply>} */
    this.ready = this.#reply().then(
      (reply) => {
        this.backend = reply.backend;
        return reply;
      },
      (error) => {
        this.#break(error);
        throw error;
      },
    );
    // Whoever created the worker hears of it; one who only analyses need not.
    this.ready.catch(() => undefined);
  }

  get isLoading() {
    return this.#state === "loading";
  }

  get isIdle() {
    return this.#state === "idle";
  }

  get isBroken() {
    return this.#state === "broken";
  }

  /**
   * @param {ArrayBuffer} bytes of an image file; handed over
   * @param {import("./pipeline.js").AnalysisOptions} options
   * @returns {Promise<import("./verdict.js").Evidence>}
   * @throws {CheckError} as the pipeline does; the signal's reason when it was told to stop
   */
  async analyze(bytes, { signal, ...options }) {
    signal?.throwIfAborted();
    // Busy only once it is sent: what cannot be sent is never answered.
    this.#worker.postMessage({ bytes, ...options }, [bytes]);
    this.#state = "busy";
    const reply = this.#reply();
    const stop = () => this.#break(signal?.reason);
    signal?.addEventListener("abort", stop);
    try {
      const { evidence, backend } = await reply;
      this.backend = backend;
      return evidence;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Ends it; of no use afterwards. */
  terminate() {
    this.#break(new Error("The check was ended because the detection model was closed."));
  }

  /** @returns {Promise<any>} the worker's next reply */
  #reply() {
    return new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
  }

  /** @param {WorkerReply} reply */
  #receive(reply) {
    if (this.#state === "broken") return;
    this.#state = "idle";
    if (!("failure" in reply)) return this.#settle?.resolve(reply);
    const { code, message } = reply.failure;
    this.#settle?.reject(code ? new CheckError(code, message) : new Error(message));
  }

  /** @param {Error} reason */
  #break(reason) {
    this.#state = "broken";
    this.#worker.terminate();
    this.#settle?.reject(reason);
  }
}
