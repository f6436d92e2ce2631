// Match patterns for the hosts of addresses: what a permission is asked for.

export const ALL_SITES = "<all_urls>";

/**
 * @param {string} url
 * @returns {string | null} host name of an http(s) address, else null
 */
export function hostNameOf(url) {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  return parsed && /^https?:$/.test(parsed.protocol) ? parsed.hostname : null;
}

/**
 * @param {string} hostName
 * @returns {string} match pattern for http and https, any port
 */
export function patternOf(hostName) {
  return `*://${hostName}/*`;
}

/**
 * @param {Pick<import("./settings.js").Settings, "automatic" | "sites" | "paused">} settings
 * @returns {string[]} match patterns of what automatic checking needs access to
 */
export function automaticOrigins({ automatic, sites, paused }) {
  if (paused) return [];
  return automatic === "all" ? [ALL_SITES] : automatic === "sites" ? sites.map(patternOf) : [];
}

/**
 * @param {string} hostName
 * @returns {string} match pattern for it and its subdomains; a numeric address has none
 */
export function patternWithSubdomains(hostName) {
  return /^\[|^[\d.]+$/.test(hostName) ? patternOf(hostName) : patternOf(`*.${hostName}`);
}
