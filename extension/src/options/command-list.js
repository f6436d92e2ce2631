// The settings page's list of keyboard commands.

import { createElement } from "../shared/dom.js";
import { translate as t } from "../shared/i18n.js";

/** The manifest's own words for the commands are in the browser's language, whatever the settings say. @type {Record<string, string>} */
const WORDS = {
  _execute_action: "commandOpenPopup",
  "check-page": "commandCheckPage",
  "next-verdict": "commandNextVerdict",
  "toggle-automatic": "commandToggleAutomatic",
};

/** @param {HTMLElement} list receives the commands with their keys */
export async function showCommands(list) {
  const items = (await chrome.commands.getAll()).map(({ name, shortcut }) => {
    return createElement("div", {}, [createElement("dt", {}, [t(WORDS[name ?? ""])]), createElement("dd", {}, [shortcut || t("optionsNoKey")])]);
  });
  list.replaceChildren(...items);
}
