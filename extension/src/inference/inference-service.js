// Answers checks: gets the image, looks it up, runs the pipeline one image at a time, words the result.

import { TimeoutError, withTimeout } from "../shared/with-timeout.js";
import { isAnimated } from "./animation.js";
import { CheckError } from "./check-error.js";
import { readImageSource } from "./image-source.js";
import { sha256Hex } from "./sha256.js";
import { VerdictCache } from "./verdict-cache.js";
import { judge } from "./verdict.js";
import { ContextLostError, whileIntact } from "./webgl-context.js";

/** @typedef {import("./engine.js").Engine} Engine */
/** @typedef {import("./model-manifest.js").ModelManifest} ModelManifest */
/** @typedef {import("./verdict.js").Evidence} Evidence */
/** @typedef {import("./verdict.js").ScoredVerdict} ScoredVerdict */
/** @typedef {import("./verdict.js").UnscoredVerdict} UnscoredVerdict */

/**
 * @typedef {object} CheckRequest
 * @property {import("./image-source.js").ImageSource} source
 * @property {import("./verdict.js").Mode} mode which operating point words the verdict
 * @property {number} [timeoutMs] for the work on the image, without waiting for others, milliseconds
 *
 * @typedef {object} CheckDetails
 * @property {string} sha256 of the image's bytes
 * @property {"bytes" | "screen_copy"} via
 * @property {{name: string, version: string, sha256: string}} model sha256: of its manifest, which holds that of every file
 * @property {true} [isAnimated] it has more frames than the first, which was judged
 * @property {number} tookMs
 *
 * @typedef {object} FailedResult
 * @property {"failed"} status
 * @property {import("./check-error.js").FailureCode} code
 * @property {string} reason a sentence for the reader
 *
 * @typedef {((ScoredVerdict | UnscoredVerdict) & CheckDetails) | FailedResult} CheckResult
 *
 * @typedef {object} ModelDescription
 * @property {string} name
 * @property {string} version
 * @property {string} sha256 of its manifest, which holds that of every file
 * @property {string} architecture
 * @property {number} inputSize pixels a side of the crop that the network sees
 * @property {import("./model-manifest.js").MapScale} mapScale
 * @property {import("./backend.js").BackendName} backend
 * @property {ModelManifest["operatingPoints"]} operatingPoints
 * @property {ModelManifest["scoreTable"]} scoreTable
 */

const LOAD_LIMIT_MS = 90_000;
const ANALYSIS_LIMIT_MS = 30_000;
// A run that is told to stop does so at its next step; one that has not by then hangs, and its networks with it.
const STOP_LIMIT_MS = 15_000;

/** One service per context: it owns the model and the cache. */
export class InferenceService {
  #loadEngine;
  #readSource;
  #cache;
  #engine = /** @type {Promise<Engine> | null} */ (null);
  #lastRun = /** @type {Promise<unknown>} */ (Promise.resolve());

  /**
   * @param {() => Promise<Engine>} load called again after a failure
   * @param {{readSource?: typeof readImageSource, cache?: VerdictCache}} [options]
   */
  constructor(load, { readSource = readImageSource, cache = new VerdictCache() } = {}) {
    this.#loadEngine = load;
    this.#readSource = readSource;
    this.#cache = cache;
  }

  /**
   * Checks one image. Never rejects: what goes wrong is a failed result, which is not remembered.
   *
   * @param {CheckRequest} request
   * @returns {Promise<CheckResult>}
   */
  async check(request) {
    const startedAt = performance.now();
    try {
      const { source } = request;
      const bytes = await this.#readSource(source);
      const sha256 = await sha256Hex(bytes);
      const area = source.kind === "data" ? source.crop : undefined;
      const { evidence, manifest, manifestSha256 } = await this.#inTurn((engine) => this.#find(engine, request, bytes, sha256, area));
      return {
        ...judge(evidence, manifest, request.mode),
        sha256,
        ...(isAnimated(bytes) ? { isAnimated: true } : {}),
        via: source.kind === "data" ? source.via : "bytes",
        model: { name: manifest.name, version: manifest.version, sha256: manifestSha256 },
        tookMs: Math.round(performance.now() - startedAt),
      };
    } catch (error) {
      return toFailure(error);
    }
  }

  /**
   * Loads the model if need be.
   *
   * @returns {Promise<ModelDescription>}
   * @throws {Error} with a sentence for the reader
   */
  async describe() {
    return this.#inTurn(async ({ manifest, manifestSha256: sha256, backend }) => {
      const { name, version, architecture, mapScale, operatingPoints, scoreTable } = manifest;
      const inputSize = manifest.input.size;
      return { name, version, sha256, architecture, inputSize, mapScale, backend, operatingPoints, scoreTable };
    });
  }

  /** Forgets what was found in images. */
  clearCache() {
    this.#cache.clear();
  }

  /** Frees the model once the running check is done; the next check loads it again. */
  async close() {
    await this.#lastRun;
    const engine = await this.#engine;
    this.#engine = null;
    engine?.pipeline.dispose();
  }

  /**
   * Runs work alone: TensorFlow.js gets one image at a time, and never while its backend is being chosen.
   *
   * @template T
   * @param {(engine: Engine) => Promise<T>} work
   * @returns {Promise<T>}
   */
  #inTurn(work) {
    const run = this.#lastRun.then(() => this.#withEngine(work));
    this.#lastRun = run.catch(() => undefined);
    return run;
  }

  /**
   * @template T
   * @param {(engine: Engine) => Promise<T>} work done once more, on a new engine, when its context was lost
   * @returns {Promise<T>}
   */
  async #withEngine(work) {
    const engine = await this.#loadedEngine();
    try {
      return await work(engine);
    } catch (error) {
      if (!(error instanceof ContextLostError)) throw error;
      this.#engine = null;
      engine.pipeline.dispose();
      return work(await this.#loadedEngine());
    }
  }

  /** @returns {Promise<Engine>} */
  async #loadedEngine() {
    this.#engine ??= withTimeout(
      this.#loadEngine(),
      LOAD_LIMIT_MS,
      `The detection model did not load within ${LOAD_LIMIT_MS / 1000} s.`,
    );
    try {
      return await this.#engine;
    } catch (error) {
      this.#engine = null;
      throw error;
    }
  }

  /**
   * @param {Engine} engine
   * @param {CheckRequest} request
   * @param {ArrayBuffer} bytes
   * @param {string} sha256 of the bytes
   * @param {import("./image-source.js").Area} [area]
   * @returns {Promise<{evidence: Evidence, manifest: ModelManifest, manifestSha256: string}>}
   */
  async #find({ manifest, manifestSha256, pipeline, context }, { timeoutMs = ANALYSIS_LIMIT_MS }, bytes, sha256, area) {
    const key = JSON.stringify([sha256, area ?? null, manifestSha256]);
    const known = this.#cache.get(key);
    if (known) return { evidence: known, manifest, manifestSha256 };
    const message = `The check was given up after ${timeoutMs / 1000} s.`;
    const signal = AbortSignal.timeout(timeoutMs);
    const analysis = whileIntact(context, () => pipeline.analyze(bytes, { area, signal }));
    try {
      const evidence = await withTimeout(analysis, timeoutMs + STOP_LIMIT_MS, message);
      this.#cache.set(key, evidence);
      return { evidence, manifest, manifestSha256 };
    } catch (error) {
      if (error instanceof TimeoutError) this.#engine = null;
      throw signal.aborted ? new CheckError("timeout", message, { cause: error }) : error;
    }
  }
}

/**
 * @param {unknown} error
 * @returns {FailedResult}
 */
function toFailure(error) {
  if (error instanceof CheckError) return { status: "failed", code: error.code, reason: error.message };
  console.error("The check failed:", error);
  const code = error instanceof TimeoutError ? "timeout" : "engine";
  return { status: "failed", code, reason: error instanceof Error ? error.message : String(error) };
}
