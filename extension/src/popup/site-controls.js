// The popup's switches beside the automatic one: never on this site, pause, how sensitive automatic verdicts are, where reports open.

import { hasSidePanel } from "#platform/side-panel.js";
import { loadRates } from "../shared/operating-points.js";
import { denialOf } from "../shared/settings.js";
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
  #onFailure;
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
   * @param {(error: unknown) => void} parts.onFailure a choice could not be saved
   */
  constructor({ settings, translate, siteOf, onFailure }) {
    this.#settings = settings;
    this.#translate = translate;
    this.#siteOf = siteOf;
    this.#onFailure = onFailure;
    this.#denied.addEventListener("change", () => void this.#save((stored) => this.#changeDenied(stored)));
    this.#paused.addEventListener("change", () => void this.#save(() => ({ paused: this.#paused.checked })));
    this.#sensitivity.addEventListener("change", () => void this.#save(() => ({ sensitivity: /** @type {any} */ (this.#sensitivity.value) })));
    this.#beside.addEventListener("change", () => void this.#save(() => ({ report: this.#beside.checked ? "beside" : "tab" })));
    settings.onChange((values) => void this.show(values));
  }

  /** @param {Settings} settings */
  async show({ deniedSites, paused, sensitivity, report }) {
    const site = this.#siteOf();
    // The site itself, or the domain that it lies under.
    const denied = site === null ? null : denialOf(deniedSites, site);
    byId("denied-row").hidden = site === null;
    /** @type {HTMLElement} */ (this.#denied.nextElementSibling).textContent = this.#translate("popupNever", denied ?? site ?? "");
    this.#denied.checked = denied !== null;
    this.#paused.checked = paused;
    byId("beside-row").hidden = !hasSidePanel();
    this.#beside.checked = report === "beside";
    this.#sensitivity.value = sensitivity;
    byId("sensitivity-hint").textContent = tellRates((await this.#rates)[sensitivity], "sensitivityRates", this.#translate);
  }

  /** @param {Settings} stored @returns {Partial<Settings>} */
  #changeDenied({ deniedSites }) {
    const site = this.#siteOf();
    if (site === null) return {};
    const others = deniedSites.filter((other) => denialOf([other], site) === null);
    return { deniedSites: this.#denied.checked ? [...deniedSites, site] : others };
  }

  /** @param {(stored: Settings) => Partial<Settings>} changeOf */
  async #save(changeOf) {
    try {
      await this.#settings.save(changeOf(await this.#settings.load()));
    } catch (error) {
      this.#onFailure(error);
      await this.show(await this.#settings.load());
    }
  }
}
