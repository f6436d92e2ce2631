// Chrome: shows a page of the extension in the side panel, beside a page.

/** @returns {boolean} some browsers with Chrome's engine have none */
export function hasSidePanel() {
  return chrome.sidePanel !== undefined;
}

/**
 * Call it in a click, and before anything is awaited: the browser opens the panel for nothing else.
 *
 * @param {number} tabId of the page
 * @param {string} path of the extension's page, from its root
 * @returns {Promise<void>}
 * @throws {Error} when the browser does not open it
 */
export async function openSidePanel(tabId, path) {
  const set = chrome.sidePanel.setOptions({ tabId, path, enabled: true });
  await Promise.all([set, chrome.sidePanel.open({ tabId })]);
}
