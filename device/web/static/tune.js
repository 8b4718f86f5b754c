// Plays the tracks of an emotion once it has lasted; they crossfade.

const AFTER_MS = 2000;
const FADE_MS = 1500;
const STEP_MS = 50;
const VOLUME = 0.6;

export class Tune {
  /** Tracks are {emotion: [URL]}. */
  constructor(tracks) {
    this.tracks = tracks;
    this.on = false;
    this.emotion = null;
    this.since = 0;
    this.playing = null;
  }

  /** Returns whether this browser can play the tracks. */
  static possible() {
    return Boolean(document.createElement("audio").canPlayType('audio/ogg; codecs="vorbis"'));
  }

  /** Switches the music on or off. */
  set(on) {
    this.on = on;
    if (!on) this.stop();
  }

  /** Updates the emotion that a face shows now, or null. */
  update(emotion) {
    const now = performance.now();
    if (emotion !== this.emotion) [this.emotion, this.since] = [emotion, now];
    if (!this.on || this.playing || now - this.since < AFTER_MS) return;
    const tracks = this.tracks[emotion] ?? [];
    if (tracks.length) this.play(tracks[Math.floor(Math.random() * tracks.length)]);
  }

  play(address) {
    const track = new Audio(address);
    track.volume = 0;
    this.playing = track;
    track.addEventListener("ended", () => this.forget(track));
    track.addEventListener("error", () => this.forget(track));
    track.play().then(() => fade(track, VOLUME), () => this.forget(track));
  }

  /** Fades out. */
  stop() {
    const track = this.playing;
    this.playing = null;
    if (track) fade(track, 0, () => track.pause());
  }

  forget(track) {
    if (this.playing === track) this.playing = null;
  }
}

function fade(track, volume, then = () => {}) {
  clearInterval(track.fading);
  const step = ((volume - track.volume) * STEP_MS) / FADE_MS;
  track.fading = setInterval(() => {
    const next = track.volume + step;
    const there = step >= 0 ? next >= volume : next <= volume;
    track.volume = there ? volume : next;
    if (!there) return;
    clearInterval(track.fading);
    then();
  }, STEP_MS);
}
