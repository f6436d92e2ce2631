// Answers checks: gets the image, looks it up, runs the pipeline on it, words the result.

import { TimeoutError, withSignal, withTimeout } from "../shared/with-timeout.js";
import { isAnimated, judgeAnimation } from "./animation.js";
import { CheckError } from "./check-error.js";
import { toFailure } from "./check-result.js";
import { EngineKeeper } from "./engine-keeper.js";
import { readImageSource } from "./image-source.js";
import { sha256Hex } from "./sha256.js";
import { VerdictCache } from "./verdict-cache.js";
import { judge } from "./verdict.js";
import { whileIntact } from "./context-loss.js";

/** @typedef {import("./engine.js").Engine} Engine */
/** @typedef {import("./model-manifest.js").ModelManifest} ModelManifest */
/** @typedef {import("./verdict.js").Evidence} Evidence */
/** @typedef {import("../credentials/credentials-summary.js").CredentialsSummary} CredentialsSummary */

/** @typedef {import("./check-result.js").CheckRequest} CheckRequest */
/** @typedef {import("./check-result.js").CheckResult} CheckResult */
/** @typedef {import("./check-result.js").ModelDescription} ModelDescription */

const ANALYSIS_LIMIT_MS = 30_000;
// A run that is told to stop does so at its next step; one that has not by then hangs, and its networks with it.
const STOP_LIMIT_MS = 15_000;

/** One service per context: it owns the model and the cache. */
export class InferenceService {
  #engine;
  #readSource;
  #readCredentials;
  #cache;
  // By what is looked for: two that ask for the same at the same time are answered by one search.
  #searches = /** @type {Map<string, Promise<Evidence>>} */ (new Map());

  /**
   * @param {(signal: AbortSignal) => Promise<Engine>} load called again after a failure; signal: nobody waits for it any more
   * @param {{readSource?: typeof readImageSource, readCredentials?: (buffer: ArrayBuffer) => Promise<CredentialsSummary>, cache?: VerdictCache}} [options] readCredentials: must not reject
   */
  constructor(load, { readSource = readImageSource, readCredentials = noCredentials, cache = new VerdictCache() } = {}) {
    this.#engine = new EngineKeeper(load);
    this.#readSource = readSource;
    this.#readCredentials = readCredentials;
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
      // Beside the check, which does not depend on it. A copy of the screen carries none.
      const reading = source.kind === "data" && source.via === "screen_copy" ? noCredentials() : this.#readCredentials(bytes);
      const sha256 = await sha256Hex(bytes);
      const area = source.kind === "data" ? source.crop : undefined;
      // Now, because the search takes the bytes away. A marked face is not followed through further frames.
      const isMoving = isAnimated(bytes);
      const animation = isMoving && !request.face ? bytes.slice(0) : null;
      const { evidence, manifest, manifestSha256 } = await this.#engine.use((engine) => this.#find(engine, request, bytes, sha256, area));
      const credentials = await reading;
      const first = judge(evidence, manifest, request.mode);
      const judgeFrame = async (/** @type {ArrayBuffer} */ frame, /** @type {number} */ index) => {
        const found = await this.#engine.use((engine) => this.#find(engine, { ...request, isFrame: true }, frame, `${sha256}/${index}`));
        return judge(found.evidence, manifest, request.mode);
      };
      return {
        ...(animation ? await judgeAnimation(animation, first, judgeFrame, manifest, request.mode) : first),
        ...(isMoving && request.face && { isAnimated: true }),
        sha256,
        ...(credentials.state === "none" ? {} : { credentials }),
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
    // In no turn: what waits to be analysed would hold up the first badge, which needs the description.
    const { manifest, manifestSha256: sha256, backend } = await this.#engine.loaded();
    const { name, version, architecture, mapScale, operatingPoints, scoreTable, clip } = manifest;
    const [inputSize, minFaceSize] = [manifest.input.size, manifest.faceCrop.minFaceSize];
    return { name, version, sha256, architecture, inputSize, minFaceSize, mapScale, backend, operatingPoints, scoreTable, clip };
  }

  /** Forgets what was found in images. */
  clearCache() {
    this.#cache.clear();
  }

  /** Frees the model once the running checks are done; the next check loads it again. */
  async close() {
    await this.#engine.close();
  }

  /**
   * @param {Engine} engine
   * @param {CheckRequest} request
   * @param {ArrayBuffer} bytes
   * @param {string} sha256 of the bytes
   * @param {import("./image-source.js").Area} [area]
   * @returns {Promise<{evidence: Evidence, manifest: ModelManifest, manifestSha256: string}>}
   */
  async #find(engine, { mode, face, isFrame, timeoutMs = ANALYSIS_LIMIT_MS }, bytes, sha256, area) {
    const { manifest, manifestSha256 } = engine;
    const key = JSON.stringify([sha256, area ?? null, face ?? null, manifestSha256]);
    const mayLookAgain = mode === "check" && !isFrame && !face;
    let known = this.#cache.get(key);
    while (!(known && isEnough(known, mayLookAgain)) && this.#searches.has(key)) known = await this.#searches.get(key);
    if (known && isEnough(known, mayLookAgain)) return { evidence: known, manifest, manifestSha256 };
    const looks = known ? "again" : mayLookAgain ? "twice" : "once";
    const search = this.#search(engine, bytes, { area, face, looks }, timeoutMs);
    this.#searches.set(key, search);
    try {
      const evidence = await search;
      this.#cache.set(key, evidence);
      return { evidence, manifest, manifestSha256 };
    } finally {
      if (this.#searches.get(key) === search) this.#searches.delete(key);
    }
  }

  /**
   * @param {Engine} engine
   * @param {ArrayBuffer} bytes
   * @param {import("./pipeline.js").AnalysisOptions} options
   * @param {number} timeoutMs
   * @returns {Promise<Evidence>}
   */
  #search({ pipeline, context }, bytes, options, timeoutMs) {
    const message = `The check was given up after ${timeoutMs / 1000} s.`;
    return withSignal(async (signal) => {
      const analysis = whileIntact(context, () => pipeline.analyze(bytes, { ...options, signal }));
      try {
        return await withTimeout(analysis, timeoutMs + STOP_LIMIT_MS, message);
      } catch (error) {
        if (error instanceof TimeoutError) {
          this.#engine.forget();
          pipeline.dispose();
        }
        throw signal.aborted ? new CheckError("timeout", message, { cause: error }) : error;
      }
    }, timeoutMs);
  }
}

/** @param {Evidence} evidence @param {boolean} mayLookAgain */
function isEnough({ faces, secondLook }, mayLookAgain) {
  return !mayLookAgain || faces.length > 0 || secondLook !== undefined;
}

/** @returns {Promise<CredentialsSummary>} */
async function noCredentials() {
  return { state: "none" };
}
