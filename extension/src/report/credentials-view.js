// Shows what Content Credentials say, and whether they hold; beside the verdict, and never mixed into it.

import { TRUST_LIST_DATE } from "../credentials/trust-lists.js";
import { tellProblems, tellSteps } from "../shared/credentials-wording.js";
import { createElement } from "../shared/dom.js";
import { formatDate, formatDay } from "../shared/number-format.js";

/** @typedef {import("../credentials/credentials-summary.js").CredentialsSummary} CredentialsSummary */
/** @typedef {import("../shared/i18n.js").Translate} Translate */

/**
 * @param {CredentialsSummary | null} credentials null while they are being read
 * @param {Pick<import("./subject.js").Subject, "copyOf" | "video">} subject
 * @param {Translate} t
 * @returns {HTMLElement}
 */
export function createCredentials(credentials, subject, t) {
  const box = createElement("div", { class: "credentials", "data-credentials": credentials?.state ?? "reading" });
  if (!credentials) box.append(createElement("p", { class: "soft" }, [t("credentialsReading")]));
  else if (credentials.state === "not_looked_for") box.append(createElement("p", {}, [t(whyNotLookedFor(subject))]));
  else box.append(...describe(credentials, t));
  return box;
}

/** @param {Pick<import("./subject.js").Subject, "copyOf" | "video">} subject @returns {string} key of the sentence; a video may be a copy of the screen too */
function whyNotLookedFor({ copyOf, video }) {
  if (video || copyOf === "frame") return "credentialsFrame";
  return copyOf === "screen" ? "credentialsScreenCopy" : "credentialsPixels";
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
  /** @type {[string, ...(string | Node)[]][]} */
  const rows = [];
  if (generator) rows.push([t("credentialsGenerator"), generator]);
  if (signer) rows.push([t("credentialsSigner"), signer]);
  if (state === "valid") rows.push([t("credentialsSignedAt"), signedAt ? formatDate(new Date(signedAt), t("localeCode"), "short") : unknown]);
  if (actions.length > 0) rows.push([t("credentialsActions"), ...writeOut(tellSteps(actions, t), t)]);
  if (problems.length > 0) rows.push([t("credentialsProblems"), ...writeOut(tellProblems(problems, t), t)]);
  const list = createElement("dl", { class: "facts" }, rows.flatMap(([name, ...content]) => [createElement("dt", {}, [name]), createElement("dd", { dir: "auto" }, content)]));
  if (state === "broken") return [createElement("p", { class: "statement broken" }, [t("credentialsBroken")]), sentence, list];
  if (state !== "valid") return [sentence];
  const listDate = formatDay(TRUST_LIST_DATE, t("localeCode"));
  const statement = t(origin ? `credentialsOrigin_${origin}` : "credentialsNoOrigin", generator ?? unknown);
  return [createElement("p", { class: "statement" }, [statement]), sentence, list, createElement("p", { class: "soft" }, [t(isSignerListed ? "credentialsTrust_listed" : "credentialsTrust_unlisted", listDate), t("credentialsApart")].flatMap((text) => [text, " "]))];
}

/**
 * @param {import("../shared/credentials-wording.js").Told} told
 * @param {Translate} t
 * @returns {(string | Node)[]} one after the other, and small what has no plain words
 */
function writeOut({ words, codes }, t) {
  const lines = new Intl.ListFormat(t("localeCode")).format(words);
  return codes.length === 0 ? [lines] : [lines, " ", createElement("small", { dir: "ltr" }, [codes.join(", ")])];
}
