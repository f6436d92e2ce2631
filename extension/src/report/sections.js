// The lower sections of a report: what lowers its certainty, what it cannot prove, where to look further, how it was made.

import { createElement } from "../shared/dom.js";
import { formatDate, formatPercent } from "../shared/number-format.js";
import { imageSearches } from "./next-steps.js";

/** @typedef {import("../shared/i18n.js").Translate} Translate */
/** @typedef {import("./check-record.js").Check} Check */

/**
 * @param {import("./conditions.js").Condition[]} conditions
 * @param {Pick<import("./subject.js").Subject, "copyOf">} subject
 * @param {Translate} t
 * @returns {HTMLElement}
 */
export function createConditions(conditions, { copyOf }, t) {
  if (conditions.length === 0) return createElement("p", {}, [t(copyOf ? "conditionsNoneOfCopy" : "conditionsNone")]);
  return createElement("ul", { class: "points" }, conditions.map(({ name, values }) => createElement("li", {}, [t(`condition_${name}`, ...values)])));
}

/**
 * @param {Translate} t
 * @returns {HTMLElement[]}
 */
export function createLimits(t) {
  return ["limitProof", "limitFaces", "limitKinds", "limitRetouch", "limitContext"].map((key) => createElement("li", {}, [t(key)]));
}

/**
 * @param {string} url of the image, or ""
 * @param {Translate} t
 * @returns {HTMLElement[]}
 */
export function createNextSteps(url, t) {
  const searches = imageSearches(url);
  const links = searches.map(({ name, url: href }) => createElement("a", { class: "button", href, target: "_blank", rel: "noopener noreferrer" }, [name]));
  const hint = searches.some(({ sendsAddress }) => sendsAddress) ? "nextSearchSends" : "nextSearchByHand";
  const steps = ["nextSource", "nextOther"].map((key) => createElement("li", {}, [t(key)]));
  return [
    createElement("p", {}, [t("nextSearch")]),
    createElement("div", { class: "buttons" }, links),
    createElement("p", { class: "soft" }, [t(hint)]),
    createElement("ul", { class: "points" }, steps),
  ];
}

/**
 * @param {Check} check
 * @param {string} extensionVersion
 * @param {Translate} t
 * @returns {HTMLElement[]} terms and descriptions in turn
 */
export function createDetails({ subject, result, facts, model, checkedAt }, extensionVersion, t) {
  const rates = model.operatingPoints.check.errorRates;
  const lang = t("localeCode");
  const percent = (/** @type {number} */ share) => formatPercent(share, lang);
  /** @type {[string, string, string?][]} */
  const rows = [
    [t("detailsTime"), formatDate(checkedAt, lang, "long")],
    [t(subject.copyOf ? `details_${subject.copyOf}` : "detailsImage"), [...(facts.format === "unknown" ? [] : [facts.format.toUpperCase()]), t("detailsBytes", subject.buffer.byteLength), ...(facts.jpegQuality === null ? [] : [t("mistakeQuality", facts.jpegQuality)])].map(isolate).join(" · ")],
    [t(subject.copyOf ? "detailsShaOfCopy" : "detailsSha"), result.sha256 ?? "", "hash"],
    ...(subject.url ? [/** @type {[string, string, string]} */ ([t(subject.copyOf ? "mistakeAddress" : "detailsUrl"), subject.url, "address hash"])] : []),
    ...(subject.pageUrl ? [/** @type {[string, string, string]} */ ([t("detailsPage"), subject.pageUrl, "address hash"])] : []),
    [t("detailsModel"), `${model.name} ${model.version}, ${model.architecture}`],
    [t("detailsModelSha"), model.sha256, "hash"],
    [t("detailsBackend"), t("detailsRanOn", t(`backend_${model.backend}`), extensionVersion)],
  ];
  if (rates) {
    rows.push([t("detailsReal", rates.realFaces), t("detailsRates", percent(rates.real.no_traces), percent(rates.real.inconclusive), percent(rates.real.likely_fake))]);
    rows.push([t("detailsFake", rates.fakeFaces), t("detailsRates", percent(rates.fake.no_traces), percent(rates.fake.inconclusive), percent(rates.fake.likely_fake))]);
  }
  return rows.flatMap(([name, text, kind = ""]) => {
    const term = createElement("dt", { class: kind.includes("address") ? "address" : "" }, [name]);
    return [term, createElement("dd", { class: kind, ...(kind ? { dir: "ltr" } : {}) }, [text])];
  });
}

/** @param {string} words @returns {string} that keep their order between words that run the other way: Unicode's isolates */
function isolate(words) {
  return `\u2068${words}\u2069`;
}
