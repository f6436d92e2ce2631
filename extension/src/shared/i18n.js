// Words in the user's language: the browser's, or one chosen in the settings.

import { formatNumber } from "./number-format.js";

/** @typedef {(key: string, ...values: (string | number)[]) => string} Translate a number is written as the language writes it */
/** @typedef {{message: string, placeholders?: Record<string, {content: string}>}} MessageEntry as in _locales */
/** @typedef {Record<string, MessageEntry>} MessageFile */
/** @typedef {import("./settings.js").Language} Language */

const RIGHT_TO_LEFT = new Set(["ar"]);
/** The chosen language's messages; null: the browser looks them up in its own. @type {MessageFile | null} */
let chosen = null;

/** @type {Translate} */
export function translate(key, ...values) {
  const entry = chosen?.[key];
  const texts = values.map((value) => (typeof value === "number" ? formatNumber(value, translate("localeCode")) : value));
  return (entry ? formatMessage(entry, texts) : chrome.i18n.getMessage(key, texts)) || key;
}

/**
 * Fills in the placeholders as the browser does.
 *
 * @param {MessageEntry} entry
 * @param {string[]} values
 */
export function formatMessage({ message, placeholders = {} }, values) {
  return message.replace(/\$(\w+)\$/g, (whole, name) => {
    const content = placeholders[name.toLowerCase()]?.content;
    return content === undefined ? whole : content.replace(/\$(\d)/g, (_, number) => values[Number(number) - 1] ?? "");
  });
}

/**
 * @param {Language} language as in the settings
 * @param {(language: Language) => Promise<MessageFile>} [load]
 */
export async function useLanguage(language, load = loadMessages) {
  chosen = language === "auto" ? null : await load(language);
}

/**
 * @param {Language} language other than "auto"
 * @returns {Promise<MessageFile>} from the extension's own package
 */
export async function loadMessages(language) {
  const response = await fetch(chrome.runtime.getURL(`_locales/${language}/messages.json`));
  return response.json();
}

/** @returns {{lang: string, dir: "ltr" | "rtl"}} of the words that `translate` gives, for the attributes of those names */
export function languageAttributes() {
  const lang = translate("localeCode");
  return { lang, dir: RIGHT_TO_LEFT.has(lang) ? "rtl" : "ltr" };
}

/**
 * Fills a page: `data-i18n` sets the text of an element, `data-i18n-label` its accessible name.
 *
 * @param {Document} page
 */
export function localisePage(page) {
  Object.assign(page.documentElement, languageAttributes());
  page.title = translate(page.documentElement.dataset.i18nTitle ?? "extensionName");
  for (const element of page.querySelectorAll("[data-i18n]")) {
    element.textContent = translate(element.getAttribute("data-i18n") ?? "");
  }
  for (const element of page.querySelectorAll("[data-i18n-label]")) {
    element.setAttribute("aria-label", translate(element.getAttribute("data-i18n-label") ?? ""));
  }
}
