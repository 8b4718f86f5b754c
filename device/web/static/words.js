// The same texts as device/web/text.py writes when the page is rendered.

const UNITS = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];

export function duration(seconds) {
  let left = Math.floor(seconds);
  const parts = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size);
    left %= size;
    if (count || parts.length) parts.push(`${count} ${unit}`);
  }
  return parts.slice(0, 2).join(" ") || "0 s";
}

export function people(count) {
  return count === 1 ? "1 person" : `${count} people`;
}

export function age(seconds) {
  if (seconds === null) return "none yet";
  return seconds < 1 ? `${(seconds * 1000).toFixed(0)} ms` : duration(seconds);
}

export function music(title, volume, muted) {
  if (title === null) return "quiet";
  return muted ? `${title}, muted` : `${title}, ${(volume * 100).toFixed(0)}%`;
}

export function temperature(degrees) {
  return degrees === null ? "unknown" : `${degrees.toFixed(0)} °C`;
}

export function diskSpace(megabytes) {
  return megabytes === null ? "unknown" : `${(megabytes / 1000).toFixed(1)} GB free`;
}

export function faultTime(age, lasted) {
  return lasted === null ? `for ${duration(age)} now` : `${duration(age)} ago, for ${duration(lasted)}`;
}
