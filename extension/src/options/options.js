// The settings page: shows the settings, saves each change at once, and asks for access inside the click.

import { ALL_SITES, hostNameOf, patternOf } from "../shared/host-patterns.js";
import { createElement } from "../shared/dom.js";
import { localisePage, translate as t } from "../shared/i18n.js";
import { createMessage, unwrap } from "../shared/messages.js";
import { SettingsStore } from "../shared/settings.js";

/** @typedef {import("../shared/settings.js").Settings} Settings */

const settings = new SettingsStore(chrome.storage.local);
const sitesList = /** @type {HTMLElement} */ (document.getElementById("sites"));
const siteInput = /** @type {HTMLInputElement} */ (document.getElementById("site"));

/** @param {string} text */
function tell(text) {
  const status = /** @type {HTMLElement} */ (document.getElementById("status"));
  status.textContent = text;
}

/** @param {Settings} values */
function show(values) {
  for (const input of document.querySelectorAll("input")) {
    if (input.type === "radio") input.checked = values[/** @type {"automatic" | "badges"} */ (input.name)] === input.value;
  }
  const items = values.sites.map((site) => {
    const remove = createElement("button", { type: "button", "aria-label": t("optionsRemove", site) }, ["×"]);
    remove.addEventListener("click", () => void save({ sites: values.sites.filter((other) => other !== site) }));
    return createElement("li", {}, [createElement("span", {}, [site]), remove]);
  });
  sitesList.replaceChildren(...items);
  /** @type {HTMLElement} */ (document.getElementById("no-sites")).hidden = items.length > 0;
}

/**
 * @param {Partial<Settings>} change
 * @param {string[]} [origins] access that the change needs
 */
async function save(change, origins = []) {
  // Asked before anything is awaited: the prompt needs the click.
  const answered = origins.length > 0 ? chrome.permissions.request({ origins }).catch(() => false) : true;
  const saved = await settings.save(change);
  show(saved);
  tell(t((await answered) ? "optionsSaved" : "automaticRefused"));
}

/** @param {HTMLInputElement} input a radio button */
async function handleChoice({ name, value }) {
  const sites = [...sitesList.querySelectorAll("span")].map((item) => patternOf(item.textContent ?? ""));
  const origins = name !== "automatic" || value === "off" ? [] : value === "all" ? [ALL_SITES] : sites;
  await save({ [name]: value }, origins);
}

/** @param {Event} event */
async function handleAdd(event) {
  event.preventDefault();
  const text = siteInput.value.trim();
  const site = hostNameOf(text.includes("://") ? text : `https://${text}`);
  if (!text || site === null) {
    tell(t("optionsBadSite"));
    siteInput.focus();
    return;
  }
  siteInput.value = "";
  const known = [...sitesList.querySelectorAll("span")].map((item) => item.textContent ?? "");
  await save({ automatic: "sites", sites: [...known, site] }, [patternOf(site)]);
}

/** @param {string} type @returns {Promise<any>} the background's answer */
async function ask(type) {
  return unwrap(await chrome.runtime.sendMessage(createMessage(type)));
}

async function clearResults() {
  await ask("cache.clear");
  tell(t("optionsCleared"));
}

async function showModel() {
  const line = /** @type {HTMLElement} */ (document.getElementById("model"));
  line.textContent = t("modelLoading");
  try {
    const model = await ask("model.describe");
    line.textContent = t("modelLine", model.name, model.version, t(`backend_${model.backend}`));
  } catch (error) {
    line.textContent = t("modelFailed", /** @type {Error} */ (error).message);
  }
}

/** @param {unknown} error */
const report = (error) => tell(error instanceof Error ? error.message : String(error));

localisePage(document);
siteInput.placeholder = t("optionsSitePlaceholder");
document.addEventListener("change", (event) => {
  const { target } = event;
  if (target instanceof HTMLInputElement && target.type === "radio") handleChoice(target).catch(report);
});
document.getElementById("add-site")?.addEventListener("submit", (event) => handleAdd(event).catch(report));
document.getElementById("clear")?.addEventListener("click", () => clearResults().catch(report));
settings.onChange(show);
settings.load().then(show, report);
void showModel();
