// Tells when automatic checks wait: the page is not to be seen, or the battery runs low. What was asked for never waits.

import { isLow, readBattery } from "../shared/battery.js";

/** Follows one document until it is stopped. */
export class AutomaticPause {
  #battery = /** @type {import("../shared/battery.js").Battery | null} */ (null);
  #onEnd;
  #onStart;
  #abort = new AbortController();
  #wasPaused;

  /** @param {() => void} onEnd automatic checks may go on @param {() => void} onStart they may not */
  constructor(onEnd, onStart) {
    this.#onEnd = onEnd;
    this.#onStart = onStart;
    this.#wasPaused = this.isPaused;
    document.addEventListener("visibilitychange", this.#update, { signal: this.#abort.signal });
    void readBattery().then((battery) => this.#watch(battery));
  }

  get isPaused() {
    return document.hidden || isLow(this.#battery);
  }

  /** Ends following. */
  stop() {
    this.#abort.abort();
  }

  /** @param {import("../shared/battery.js").Battery | null} battery */
  #watch(battery) {
    this.#battery = battery;
    for (const name of ["chargingchange", "levelchange"]) battery?.addEventListener(name, this.#update, { signal: this.#abort.signal });
    this.#update();
  }

  #update = () => {
    const { isPaused } = this;
    if (isPaused === this.#wasPaused) return;
    this.#wasPaused = isPaused;
    if (isPaused) this.#onStart();
    else this.#onEnd();
  };
}
