// The settings page: shows the settings, saves each change at once, and asks for access inside the click.

import { hasSidePanel } from "#platform/side-panel.js";
import { createElement } from "../shared/dom.js";
import { ALL_SITES, patternOf } from "../shared/host-patterns.js";
import { localisePage, translate as t, useLanguage } from "../shared/i18n.js";
import { createMessage, unwrap } from "../shared/messages.js";
import { loadRates } from "../shared/operating-points.js";
import { SettingsStore } from "../shared/settings.js";
import { tellRates } from "../shared/verdict-wording.js";
import { downloadSettings, initialSettings, readSettingsFile } from "./settings-transfer.js";
import { SiteList } from "./site-list.js";

/** @typedef {import("../shared/settings.js").Settings} Settings */

/** The manifest's own words for the commands are in the browser's language, whatever the settings say. @type {Record<string, string>} */
const COMMAND_WORDS = {
  _execute_action: "commandOpenPopup",
  "check-page": "commandCheckPage",
  "next-verdict": "commandNextVerdict",
  "toggle-automatic": "commandToggleAutomatic",
};

const settings = new SettingsStore(chrome.storage.local);
/** @type {Settings} */
let shown = initialSettings();

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @returns {T}
 */
const byId = (id) => /** @type {T} */ (document.getElementById(id));

/** @param {string} text */
function tell(text) {
  byId("status").textContent = text;
}

/** @param {unknown} error */
const report = (error) => tell(error instanceof Error ? error.message : String(error));
const tellBadSite = () => tell(t("optionsBadSite"));

const allowedList = new SiteList(byId("allowed-sites"), {
  translate: t,
  onAdd: (site) => save({ automatic: "sites", sites: [...shown.sites, site] }, [patternOf(site)]).catch(report),
  onRemove: (site) => save({ sites: shown.sites.filter((other) => other !== site) }).catch(report),
  onBadSite: tellBadSite,
});
const deniedList = new SiteList(byId("denied-sites"), {
  translate: t,
  onAdd: (site) => save({ deniedSites: [...shown.deniedSites, site] }).catch(report),
  onRemove: (site) => save({ deniedSites: shown.deniedSites.filter((other) => other !== site) }).catch(report),
  onBadSite: tellBadSite,
});

/** @param {Settings} values */
async function show(values) {
  shown = values;
  await useLanguage(values.language);
  localisePage(document);
  const named = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (values));
  for (const input of document.querySelectorAll("input")) {
    if (input.type === "radio") input.checked = named[input.name] === input.value;
    if (input.type === "checkbox") input.checked = named[input.name] === true;
  }
  for (const select of document.querySelectorAll("select")) select.value = String(named[select.name]);
  allowedList.show(values.sites);
  deniedList.show(values.deniedSites);
  await Promise.all([showRates(), showCommands(), showModel()]);
}

/**
 * @param {Partial<Settings>} change
 * @param {string[]} [origins] access that the change needs
 */
async function save(change, origins = []) {
  // Asked before anything is awaited: the prompt needs the click.
  const answered = origins.length > 0 ? chrome.permissions.request({ origins }).catch(() => false) : true;
  await show(await settings.save(change));
  tell(t((await answered) ? "optionsSaved" : "automaticRefused"));
}

/** @param {Partial<Settings>} change @returns {string[]} access that automatic checking needs after it */
function originsFor(change) {
  const { automatic, sites } = { ...shown, ...change };
  if (!("automatic" in change)) return [];
  return automatic === "all" ? [ALL_SITES] : automatic === "sites" ? sites.map(patternOf) : [];
}

/** @param {Event} event */
async function handleChange({ target }) {
  if (target === byId("import-file")) {
    const key = await readSettingsFile(/** @type {HTMLInputElement} */ (target), (imported) => save(imported, originsFor(imported)));
    if (key !== "importDone") tell(t(key));
    return;
  }
  const isControl = target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && /^(radio|checkbox)$/.test(target.type));
  if (!isControl) return;
  const value = target.type === "checkbox" ? /** @type {HTMLInputElement} */ (target).checked : target.value;
  const change = /** @type {Partial<Settings>} */ ({ [target.name]: value });
  await save(change, originsFor(change));
  if (target.name === "backend") await reloadModel();
}

async function reloadModel() {
  byId("model").textContent = "";
  await ask("model.reload");
  await showModel();
}

/** @param {string} type @returns {Promise<any>} the background's answer */
async function ask(type) {
  return unwrap(await chrome.runtime.sendMessage(createMessage(type)));
}

async function clearResults() {
  await ask("cache.clear");
  tell(t("optionsCleared"));
}

async function showRates() {
  for (const [name, rates] of Object.entries(await loadRates())) {
    byId(`rates-${name}`).textContent = tellRates(rates, "sensitivityRates", t);
  }
}

async function showCommands() {
  const items = (await chrome.commands.getAll()).map(({ name, shortcut }) => {
    return createElement("div", {}, [createElement("dt", {}, [t(COMMAND_WORDS[name ?? ""])]), createElement("dd", {}, [shortcut || t("optionsNoKey")])]);
  });
  byId("commands").replaceChildren(...items);
}

async function showModel() {
  byId("model").textContent ||= t("modelLoading");
  try {
    const model = await ask("model.describe");
    byId("model").textContent = t("modelLine", model.name, model.version, t(`backend_${model.backend}`));
  } catch (error) {
    byId("model").textContent = t("modelFailed", /** @type {Error} */ (error).message);
  }
}

byId("report-place").hidden = !hasSidePanel();
document.addEventListener("change", (event) => handleChange(event).catch(report));
byId("clear").addEventListener("click", () => clearResults().catch(report));
byId("export").addEventListener("click", () => downloadSettings(shown));
byId("import").addEventListener("click", () => byId("import-file").click());
byId("reset").addEventListener("click", () => save(initialSettings()).catch(report));
settings.onChange((values) => void show(values).catch(report));
settings.load().then(show).catch(report);
