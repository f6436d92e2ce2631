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
