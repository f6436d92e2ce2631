// Words in the user's language.

/** @typedef {(key: string, ...values: (string | number)[]) => string} Translate */

/** @type {Translate} */
export function translate(key, ...values) {
  return chrome.i18n.getMessage(key, values.map(String)) || key;
}

/**
 * Fills a page: `data-i18n` sets the text of an element, `data-i18n-label` its accessible name.
 *
 * @param {Document} page
 */
export function localisePage(page) {
  page.documentElement.lang = chrome.i18n.getUILanguage();
  for (const element of page.querySelectorAll("[data-i18n]")) {
    element.textContent = translate(element.getAttribute("data-i18n") ?? "");
  }
  for (const element of page.querySelectorAll("[data-i18n-label]")) {
    element.setAttribute("aria-label", translate(element.getAttribute("data-i18n-label") ?? ""));
  }
}
