// The popup's switches beside the automatic one: never on this site, pause, how sensitive automatic verdicts are, where reports open.

import { hasSidePanel } from "#platform/side-panel.js";
import { loadRates } from "../shared/operating-points.js";
import { tellRates } from "../shared/verdict-wording.js";

/** @typedef {import("../shared/settings.js").Settings} Settings */

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @returns {T}
 */
const byId = (id) => /** @type {T} */ (document.getElementById(id));

/** Check boxes and a list, saved at once. */
export class SiteControls {
  #settings;
  #translate;
  #siteOf;
  #rates = loadRates();
  #denied = /** @type {HTMLInputElement} */ (byId("denied"));
  #paused = /** @type {HTMLInputElement} */ (byId("paused"));
  #sensitivity = /** @type {HTMLSelectElement} */ (byId("sensitivity"));
  #beside = /** @type {HTMLInputElement} */ (byId("report-beside"));

  /**
   * @param {object} parts
   * @param {import("../shared/settings.js").SettingsStore} parts.settings
   * @param {import("../shared/i18n.js").Translate} parts.translate
   * @param {() => string | null} parts.siteOf host name of the page; null when it has none
   */
  constructor({ settings, translate, siteOf }) {
    this.#settings = settings;
    this.#translate = translate;
    this.#siteOf = siteOf;
    this.#denied.addEventListener("change", () => void this.#saveDenied());
    this.#paused.addEventListener("change", () => void settings.save({ paused: this.#paused.checked }));
    this.#sensitivity.addEventListener("change", () => void settings.save({ sensitivity: /** @type {any} */ (this.#sensitivity.value) }));
    this.#beside.addEventListener("change", () => void settings.save({ report: this.#beside.checked ? "beside" : "tab" }));
    settings.onChange((values) => void this.show(values));
  }

  /** @param {Settings} settings */
  async show({ deniedSites, paused, sensitivity, report }) {
    const site = this.#siteOf();
    byId("denied-row").hidden = site === null;
    /** @type {HTMLElement} */ (this.#denied.nextElementSibling).textContent = this.#translate("popupNever", site ?? "");
    this.#denied.checked = site !== null && deniedSites.includes(site);
    this.#paused.checked = paused;
    byId("beside-row").hidden = !hasSidePanel();
    this.#beside.checked = report === "beside";
    this.#sensitivity.value = sensitivity;
    byId("sensitivity-hint").textContent = tellRates((await this.#rates)[sensitivity], "sensitivityRates", this.#translate);
  }

  async #saveDenied() {
    const site = this.#siteOf();
    if (site === null) return;
    const others = (await this.#settings.load()).deniedSites.filter((other) => other !== site);
    await this.#settings.save({ deniedSites: this.#denied.checked ? [...others, site] : others });
  }
}
