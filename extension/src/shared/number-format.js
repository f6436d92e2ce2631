// Writes numbers, percentages and dates as a language does.

// The digits of the sentences around them: older browsers would write Arabic's numbers in other digits than its sentences have.
const DIGITS = Object.freeze({ numberingSystem: "latn" });
/** Making one costs more than using it a hundred times. @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();
// The least share and the greatest one below all that are written out.
const [LEAST, MOST] = [0.001, 0.99];

/**
 * @param {number} value small ones keep a decimal: 0.4 is not "none"; what is smaller still, of a hundred, see `endOf100`
 * @param {string} lang BCP 47, as the message "localeCode" has it
 * @param {"decimal" | "percent"} [style]
 * @returns {string}
 */
export function formatNumber(value, lang, style = "decimal") {
  const shown = style === "percent" ? value * 100 : value;
  const maximumFractionDigits = Math.abs(shown) < 10 ? 1 : 0;
  const key = [lang, style, maximumFractionDigits].join(" ");
  const format = formats.get(key) ?? new Intl.NumberFormat(lang, { ...DIGITS, style, maximumFractionDigits });
  formats.set(key, format);
  return format.format(value);
}

/**
 * @param {number} share in [0, 1]; only none is written as 0 %, and only all as 100 %
 * @param {string} lang
 */
export function formatPercent(share, lang) {
  return formatNumber(share <= 0 || share >= 1 ? share : Math.min(Math.max(share, LEAST), MOST), lang, "percent");
}

/**
 * @param {number} of100 how many of a hundred
 * @returns {"few" | "most" | null} whether it would be written as 0 or as 100: it was counted on some thousand faces, and rounded,
 *   and says neither none nor all of the faces in the world
 */
export function endOf100(of100) {
  const written = formatNumber(of100, "en");
  return written === "0" ? "few" : written === "100" ? "most" : null;
}

/**
 * @param {Date} date
 * @param {string} lang
 * @param {"short" | "long"} length
 */
export function formatDate(date, lang, length) {
  return new Intl.DateTimeFormat(lang, { ...DIGITS, dateStyle: length === "long" ? "long" : "medium", timeStyle: length }).format(date);
}

/**
 * @param {string} day ISO 8601, without a time
 * @param {string} lang
 */
export function formatDay(day, lang) {
  return new Intl.DateTimeFormat(lang, { ...DIGITS, dateStyle: "long", timeZone: "UTC" }).format(new Date(day));
}
