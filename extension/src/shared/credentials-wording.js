// What an image's Content Credentials say, in a line: beside a verdict, and never part of it.

/** @typedef {import("../credentials/credentials-summary.js").CredentialsSummary} CredentialsSummary */

/**
 * @param {CredentialsSummary | undefined} credentials
 * @param {import("./i18n.js").Translate} t
 * @returns {string | null} null where there is nothing to tell
 */
export function tellCredentials(credentials, t) {
  switch (credentials?.state) {
    case "valid":
      return t(`credentialsShort_${credentials.origin ?? "stated"}`, credentials.generator ?? t("credentialsUnknown"));
    case "broken":
    case "elsewhere":
      return t(`credentialsShort_${credentials.state}`);
    default:
      return null;
  }
}

/**
 * @param {CredentialsSummary} credentials
 * @param {import("./i18n.js").Translate} t
 * @returns {string | null} whether anybody is known to stand behind them; null where they do not count anyway
 */
export function tellSigner({ state, isSignerListed = false }, t) {
  return state === "valid" ? t(isSignerListed ? "credentialsSigner_listed" : "credentialsSigner_unlisted") : null;
}

/** @typedef {{words: string[], codes: string[]}} Told codes: of what there are no plain words for */

const STEPS = new Set(["created", "opened", "edited", "placed", "resized", "converted", "published"].map((name) => `c2pa.${name}`));
/** @type {[RegExp, string][]} the standard's codes, by what does not fit */
const PROBLEMS = [
  [/^assertion\.(data|bmff|boxes|collection)Hash\.mismatch$/, "credentialsProblem_picture"],
  [/^assertion\.hashedURI\.mismatch$|^claimSignature\.mismatch$/, "credentialsProblem_signature"],
];

/**
 * @param {string[]} actions in the standard's words, or anybody's
 * @param {import("./i18n.js").Translate} t
 * @returns {Told} the steps in their order; those without plain words last
 */
export function tellSteps(actions, t) {
  return tellCodes(actions, (action) => (STEPS.has(action) ? `credentialsStep_${action.replace("c2pa.", "")}` : undefined), "credentialsStep_other", t);
}

/**
 * @param {string[]} problems in the standard's codes, or the library's words
 * @param {import("./i18n.js").Translate} t
 * @returns {Told}
 */
export function tellProblems(problems, t) {
  return tellCodes(problems, (code) => PROBLEMS.find(([pattern]) => pattern.test(code))?.[1], "credentialsProblem_other", t);
}

/**
 * @param {string[]} all
 * @param {(code: string) => string | undefined} keyOf of the message that says it plainly
 * @param {string} otherKey of the message for what has none
 * @param {import("./i18n.js").Translate} t
 * @returns {Told}
 */
function tellCodes(all, keyOf, otherKey, t) {
  const codes = all.filter((code) => keyOf(code) === undefined);
  const keys = all.map(keyOf).filter((key) => key !== undefined);
  return { words: [...new Set(codes.length > 0 ? [...keys, otherKey] : keys)].map((key) => t(key)), codes };
}
