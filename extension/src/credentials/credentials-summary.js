// What Content Credentials say, in the few facts that the report shows; a claim and its validation are kept apart.

/**
 * @typedef {{action: string, when?: string, digitalSourceType?: string}} Action
 * @typedef {object} Manifest
 * @property {{name: string, version?: string | null}[] | null} [claim_generator_info]
 * @property {string | null} [claim_generator]
 * @property {{label: string, data?: {actions?: Action[]}}[]} [assertions]
 * @property {{relationship?: string, active_manifest?: string | null}[]} [ingredients]
 * @property {{issuer?: string | null, time?: string | null} | null} [signature_info]
 *
 * @typedef {object} ManifestStore as the library gives it
 * @property {string | null} [active_manifest]
 * @property {Record<string, Manifest>} [manifests]
 * @property {"Invalid" | "Valid" | "Trusted" | null} [validation_state]
 * @property {{code: string}[] | null} [validation_status]
 *
 * @typedef {"generated" | "partly_generated" | "captured"} Origin what the manifest says of how the picture came to be
 *
 * @typedef {object} CredentialsSummary
 * @property {"none" | "not_looked_for" | "valid" | "broken" | "elsewhere" | "unsupported" | "failed"} state broken: they do not fit
 *   the picture; not_looked_for: what was checked is a copy of the extension's making, and not the picture's or the video's file
 * @property {Origin} [origin]
 * @property {string} [generator] the program that wrote them, by its own name
 * @property {string} [signer] the name in the certificate
 * @property {boolean} [isSignerListed] whether the certificate leads to one on the C2PA's list
 * @property {string} [signedAt] by a time stamp
 * @property {string[]} [actions] what was done, in the standard's words
 * @property {string[]} [problems] in the standard's codes
 * @property {string} [failure] why they could not be read
 */

const UNTRUSTED = "signingCredential.untrusted";
const MAX_DEPTH = 16;
const MAX_TEXT = 200;
const MAX_TEXTS = 50;
/** @type {[RegExp, Origin][]} IPTC digital source types, the strongest statement first */
const ORIGINS = [
  [/\/trainedAlgorithmicMedia$/i, "generated"],
  [/\/(compositeWithTrainedAlgorithmicMedia|compositeSynthetic)$/i, "partly_generated"],
  [/\/(digitalCapture|computationalCapture|negativeFilm|positiveFilm)$/i, "captured"],
];

/**
 * @param {{store: ManifestStore} | {error: string} | {failure: string}} reply
 * @returns {CredentialsSummary}
 */
export function summariseCredentials(reply) {
  if ("failure" in reply) return { state: "failed", failure: reply.failure };
  if ("error" in reply) return summariseError(reply.error);
  const { store } = reply;
  const manifest = store.manifests?.[store.active_manifest ?? ""];
  if (!manifest) return { state: "broken", problems: ["claim.missing"] };
  const { name = manifest.claim_generator ?? "", version } = manifest.claim_generator_info?.[0] ?? {};
  const problems = (store.validation_status ?? []).map(({ code }) => code).filter((code) => code !== UNTRUSTED);
  const isValid = store.validation_state === "Valid" || store.validation_state === "Trusted";
  return {
    state: isValid ? "valid" : "broken",
    origin: originOf(store, store.active_manifest ?? "", 0),
    generator: cut([name, version].filter(Boolean).join(" ")) || undefined,
    signer: cut(manifest.signature_info?.issuer ?? "") || undefined,
    ...(isValid && { isSignerListed: store.validation_state === "Trusted" }),
    signedAt: manifest.signature_info?.time ?? undefined,
    actions: shorten(actionsOf(manifest).map(({ action }) => action)),
    problems: shorten(problems),
  };
}

/**
 * @param {string} error as the library words it
 * @returns {CredentialsSummary}
 */
function summariseError(error) {
  /** @type {[RegExp, CredentialsSummary["state"]][]} */
  const states = [
    [/JumbfNotFound|ProvenanceMissing/, "none"],
    [/RemoteManifestUrl/, "elsewhere"],
    [/UnsupportedType/, "unsupported"],
  ];
  const known = states.find(([pattern]) => pattern.test(error));
  return known ? { state: known[1] } : { state: "broken", problems: shorten([error]) };
}

/** @param {string} text of a manifest, which may be of any length @returns {string} of one that can be shown */
function cut(text) {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}

/** @param {string[]} texts @returns {string[]} each once, and no more than can be shown */
function shorten(texts) {
  return [...new Set(texts.slice(0, MAX_TEXTS).map(cut))];
}

/** @param {Manifest} manifest */
function actionsOf({ assertions = [] }) {
  return assertions.filter(({ label }) => label.startsWith("c2pa.actions")).flatMap(({ data }) => data?.actions ?? []);
}

/**
 * The strongest statement in a manifest and in those of the pictures that it was made from.
 *
 * @param {ManifestStore} store
 * @param {string} label of a manifest
 * @param {number} depth ends the walk through manifests that name each other
 * @returns {Origin | undefined}
 */
function originOf(store, label, depth) {
  const manifest = store.manifests?.[label];
  if (!manifest || depth > MAX_DEPTH) return undefined;
  const own = actionsOf(manifest).map(({ digitalSourceType = "" }) => ORIGINS.find(([pattern]) => pattern.test(digitalSourceType))?.[1]);
  const inherited = (manifest.ingredients ?? []).map(({ relationship, active_manifest }) => {
    const origin = originOf(store, active_manifest ?? "", depth + 1);
    // A generated picture that was placed into another is a part of it.
    return relationship === "parentOf" || origin === undefined ? origin : origin === "captured" ? undefined : "partly_generated";
  });
  const stated = [...own, ...inherited];
  return ORIGINS.map(([, origin]) => origin).find((origin) => stated.includes(origin));
}
