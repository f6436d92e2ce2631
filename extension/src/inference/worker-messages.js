// What passes between a page of the extension and its workers.

/**
 * @typedef {import("./image-source.js").Area} Area
 * @typedef {import("./backend.js").BackendName} BackendName
 * @typedef {{bytes: ArrayBuffer, area?: Area, face?: Area, looks?: import("./pipeline.js").AnalysisOptions["looks"]}} AnalysisCall one at a time: the next follows the reply
 *
 * @typedef {object} ReadyReply the first, once the model is loaded
 * @property {import("./model-manifest.js").ModelManifest} manifest
 * @property {string} manifestSha256
 * @property {BackendName} backend
 *
 * @typedef {{evidence: import("./verdict.js").Evidence, backend: BackendName}} EvidenceReply
 * @typedef {{failure: {code?: import("./check-error.js").FailureCode, message: string}}} FailureReply
 * @typedef {ReadyReply | EvidenceReply | FailureReply} WorkerReply
 */

export const WORKER_SCRIPT = "inference-worker.js";
