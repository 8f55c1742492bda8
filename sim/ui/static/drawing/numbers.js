// How numbers are written: few digits, true minus signs, thin units.
const MINUS = "\u2212";
const SIZES = [[1e12, "T"], [1e9, "bn"], [1e6, "m"], [1e4, "k"]];

export function number(value, digits = 2) {
  if (value === null || value === undefined || Number.isNaN(value)) return "\u2013";
  if (!Number.isFinite(value)) return value > 0 ? "\u221e" : MINUS + "\u221e";
  const size = Math.abs(value);
  const sign = value < 0 ? MINUS : "";
  for (const [unit, name] of SIZES) {
    if (size >= unit) return sign + trimmed(unit === 1e4 ? size / 1e3 : size / unit, size >= unit * 100 ? 0 : 1) + " " + name;
  }
  if (size >= 1000) return sign + size.toFixed(0);
  if (size >= 100) return sign + trimmed(size, 0);
  if (size >= 10) return sign + trimmed(size, 1);
  if (size > 0 && size < 0.005) return sign + size.toPrecision(1);
  return sign + trimmed(size, digits);
}

// As many digits after the point as tell apart what lies between two values.
export function digitsFor(low, high) {
  const span = Math.abs(high - low);
  return span > 0 ? Math.min(6, Math.max(2, 1 - Math.floor(Math.log10(span)))) : 2;
}

function trimmed(value, digits) {
  const text = value.toFixed(digits);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

export function signed(value) {
  return value > 0 ? "+" + number(value) : number(value);
}

export function percent(share, digits = 0) {
  return Number.isFinite(share) ? (100 * share).toFixed(digits) + "\u202f%" : "\u2013";
}

export function inUnit(value, unit) {
  return number(value) + (unit && unit !== "1" ? "\u202f" + unit : "");
}

// 2025.25 with steps of a quarter is "2025 Q2", with steps of a month "Apr 2025", with steps of a year "2025".
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function date(year, dt = 1) {
  if (!Number.isFinite(year)) return "\u2013";
  const whole = Math.floor(year + 1e-5);
  if (dt >= 1) return String(whole);
  if (Math.abs(dt - 0.25) < 1e-9) return `${whole} Q${Math.floor((year - whole) * 4 + 1e-3) + 1}`;
  return MONTHS[Math.min(11, Math.floor((year - whole) * 12 + 1e-3))] + " " + whole;
}

export function plain(name) {
  const text = String(name).replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
