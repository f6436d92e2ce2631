// The settings page: shows the settings, saves each change at once, and asks for access inside the click.

import { hasSidePanel } from "#platform/side-panel.js";
import { AccessButton } from "../shared/access-button.js";
import { watchSteps } from "../shared/arrow-steps.js";
import { automaticOrigins, patternOf } from "../shared/host-patterns.js";
import { localisePage, translate as t, useLanguage } from "../shared/i18n.js";
import { createMessage, unwrap } from "../shared/messages.js";
import { ModelLine } from "../shared/model-line.js";
import { loadRates } from "../shared/operating-points.js";
import { SettingsStore } from "../shared/settings.js";
import { tellRates } from "../shared/verdict-wording.js";
import { showCommands } from "./command-list.js";
import { downloadSettings, initialSettings, readSettingsFile } from "./settings-transfer.js";
import { SiteList } from "./site-list.js";

/** @typedef {import("../shared/settings.js").Settings} Settings */

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
const wordsOf = (error) => (error instanceof Error ? error.message : String(error));
/** @param {unknown} error */
const report = (error) => tell(wordsOf(error));

/** @param {unknown} error kept a change from being saved: the page shows again what is stored */
async function reportUnsaved(error) {
  tell(t("notSaved", wordsOf(error)));
  await show(shown);
}

const modelLine = new ModelLine(byId("model"));
const access = new AccessButton({
  button: byId("allow"),
  place: byId("access"),
  permissions: chrome.permissions,
  onChange: () => void showAccess(),
});
const isStep = watchSteps(byId("automatic"));
const tellBadSite = () => tell(t("optionsBadSite"));

const allowedList = new SiteList(byId("allowed-sites"), {
  translate: t,
  onAdd: (site) => save({ automatic: "sites", sites: [...shown.sites, site] }, [patternOf(site)]).catch(reportUnsaved),
  onRemove: (site) => save({ sites: shown.sites.filter((other) => other !== site) }).catch(reportUnsaved),
  onBadSite: tellBadSite,
});
const deniedList = new SiteList(byId("denied-sites"), {
  translate: t,
  onAdd: (site) => save({ deniedSites: [...shown.deniedSites, site] }).catch(reportUnsaved),
  onRemove: (site) => save({ deniedSites: shown.deniedSites.filter((other) => other !== site) }).catch(reportUnsaved),
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
  await Promise.all([access.show(automaticOrigins(values)), showRates(), showCommands(byId("commands")), modelLine.show()]);
}

/** Access came or went, and what was said of it may be true no longer. */
async function showAccess() {
  const isAllowed = await access.show(automaticOrigins(shown));
  if (isAllowed && byId("status").textContent === t("automaticRefused")) tell("");
}

/**
 * @param {Partial<Settings>} change
 * @param {string[]} [origins] access to ask for: none where nobody has just clicked
 */
async function save(change, origins = []) {
  // Asked before anything is awaited: the prompt needs the click.
  const answered = access.ask(origins);
  const { backend } = shown;
  await show(await settings.save(change));
  await answered;
  const isAllowed = await access.show(automaticOrigins(shown));
  tell(t(isAllowed || !("automatic" in change) ? "optionsSaved" : "automaticRefused"));
  if (shown.backend !== backend) await modelLine.reload().catch(report);
}

/** @param {Event} event */
async function handleChange({ target }) {
  if (target === byId("import-file")) {
    const key = await readSettingsFile(/** @type {HTMLInputElement} */ (target), save);
    if (key !== "importDone") tell(t(key));
    // Reading the file takes longer than a click lasts, and without one the browser asks for nothing.
    else if (!byId("access").hidden) byId("allow").focus();
    return;
  }
  const isControl = target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && /^(radio|checkbox)$/.test(target.type));
  if (!isControl) return;
  const value = target.type === "checkbox" ? /** @type {HTMLInputElement} */ (target).checked : target.value;
  const change = /** @type {Partial<Settings>} */ ({ [target.name]: value });
  await save(change, target.name === "automatic" && !isStep() ? automaticOrigins({ ...shown, ...change, paused: false }) : []);
}

async function clearResults() {
  unwrap(await chrome.runtime.sendMessage(createMessage("cache.clear")));
  tell(t("optionsCleared"));
}

async function showRates() {
  for (const [name, rates] of Object.entries(await loadRates())) {
    byId(`rates-${name}`).textContent = tellRates(rates, "sensitivityRates", t);
  }
}

byId("report-place").hidden = !hasSidePanel();
document.addEventListener("change", (event) => handleChange(event).catch(reportUnsaved));
byId("clear").addEventListener("click", () => clearResults().catch(report));
byId("export").addEventListener("click", () => downloadSettings(shown));
byId("import").addEventListener("click", () => byId("import-file").click());
byId("reset").addEventListener("click", () => save(initialSettings()).catch(reportUnsaved));
settings.onChange((values) => void show(values).catch(report));
settings.load().then(show).catch(report);
