// Shows what Content Credentials say, and whether they hold; beside the verdict, and never mixed into it.

import { TRUST_LIST_DATE } from "../credentials/trust-lists.js";
import { createElement } from "../shared/dom.js";
import { formatDate, formatDay } from "../shared/number-format.js";

/** @typedef {import("../credentials/credentials-summary.js").CredentialsSummary} CredentialsSummary */
/** @typedef {import("../shared/i18n.js").Translate} Translate */

/**
 * @param {CredentialsSummary | null} credentials null while they are being read
 * @param {{isScreenCopy: boolean}} image
 * @param {Translate} t
 * @returns {HTMLElement}
 */
export function createCredentials(credentials, { isScreenCopy }, t) {
  const box = createElement("div", { class: "credentials", "data-credentials": credentials?.state ?? "reading" });
  if (!credentials) box.append(createElement("p", { class: "soft" }, [t("credentialsReading")]));
  else if (isScreenCopy) box.append(createElement("p", {}, [t("credentialsScreenCopy")]));
  else box.append(...describe(credentials, t));
  return box;
}

/**
 * @param {CredentialsSummary} credentials
 * @param {Translate} t
 * @returns {HTMLElement[]}
 */
function describe({ state, origin, generator, signer, isSignerListed, signedAt, actions = [], problems = [], failure }, t) {
  const sentence = createElement("p", {}, [t(`credentials_${state}`)]);
  if (state === "failed") return [sentence, createElement("p", { class: "soft" }, [failure ?? ""])];
  const unknown = t("credentialsUnknown");
  /** @type {[string, string][]} */
  const rows = [];
  if (generator) rows.push([t("credentialsGenerator"), generator]);
  if (signer) rows.push([t("credentialsSigner"), signer]);
  if (state === "valid") rows.push([t("credentialsSignedAt"), signedAt ? formatDate(new Date(signedAt), t("localeCode"), "short") : unknown]);
  if (actions.length > 0) rows.push([t("credentialsActions"), actions.map((action) => action.replace(/^c2pa\./, "")).join(", ")]);
  if (problems.length > 0) rows.push([t("credentialsProblems"), problems.join(", ")]);
  const list = createElement("dl", { class: "facts" }, rows.flatMap(([name, text]) => [createElement("dt", {}, [name]), createElement("dd", { dir: "auto" }, [text])]));
  if (state === "broken") return [createElement("p", { class: "statement broken" }, [t("credentialsBroken")]), sentence, list];
  if (state !== "valid") return [sentence];
  const listDate = formatDay(TRUST_LIST_DATE, t("localeCode"));
  const statement = t(origin ? `credentialsOrigin_${origin}` : "credentialsNoOrigin", generator ?? unknown);
  return [createElement("p", { class: "statement" }, [statement]), sentence, list, createElement("p", { class: "soft" }, [t(isSignerListed ? "credentialsTrust_listed" : "credentialsTrust_unlisted", listDate), t("credentialsApart")].flatMap((text) => [text, " "]))];
}
