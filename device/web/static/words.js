// The same words as words.py writes for the first picture.

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

export function warmth(degrees) {
  return degrees === null ? "not told" : `${degrees.toFixed(0)} °C`;
}

export function room(megabytes) {
  return megabytes === null ? "not told" : `${(megabytes / 1000).toFixed(1)} GB free`;
}

export function when(ago, lasted) {
  return lasted === null ? `for ${duration(ago)} now` : `${duration(ago)} ago, for ${duration(lasted)}`;
}
