// Numbers and times for people: few digits, aligned by the style sheet.

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

export const count = (n) => whole.format(n);

// 12.3k, 4.56M: at most three digits.
export function short(n) {
  if (n < 9.95) return n % 1 < 0.05 ? String(Math.floor(n)) : n.toFixed(1);
  if (n < 9999.5) return whole.format(n);
  const [value, unit] = n < 999_950 ? [n / 1e3, "k"] : n < 999_950_000 ? [n / 1e6, "M"] : [n / 1e9, "G"];
  return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0) + unit;
}

export function bytes(n) {
  const mib = n / 1048576;
  return mib < 1024 ? `${mib.toFixed(mib < 10 ? 1 : 0)} MiB` : `${(mib / 1024).toFixed(1)} GiB`;
}

export const percent = (n) => (n < 0.05 ? "0 %" : `${n < 9.95 ? n.toFixed(1) : Math.round(n)} %`);

export function millis(ms) {
  if (ms === 0) return "0";
  if (ms < 0.0009995) return `${Math.round(ms * 1e6)} ns`;
  if (ms < 0.9995) return `${ms < 0.00995 ? (ms * 1e3).toFixed(1) : Math.round(ms * 1e3)} µs`;
  if (ms < 999.5) return `${ms < 9.995 ? ms.toFixed(1) : Math.round(ms)} ms`;
  return `${(ms / 1e3).toFixed(ms < 1e4 ? 2 : 1)} s`;
}

const three = (n) => n.toFixed(n < 9.995 ? 2 : n < 99.95 ? 1 : 0);

// The unit that suits, and three digits.
export function nanos(n) {
  if (n === 0) return "–";
  if (n < 1e3) return `${n} ns`;
  if (n < 999_500) return `${three(n / 1e3)} µs`;
  return n < 999_500_000 ? `${three(n / 1e6)} ms` : `${three(n / 1e9)} s`;
}

export const clock = (at) => new Date(at).toLocaleTimeString("en-GB");

// dev.shop.Desk$Order as Desk.Order, the lambda of a body by where it was written.
export function type(name) {
  const last = name.slice(name.lastIndexOf(".", name.indexOf("$$Lambda") < 0 ? undefined : name.indexOf("$$Lambda")) + 1);
  const lambda = last.indexOf("$$Lambda");
  return (lambda < 0 ? last : last.slice(0, lambda) + " λ").replaceAll("$", ".");
}
