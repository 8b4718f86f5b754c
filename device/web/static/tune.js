// Plays the pieces that follow an emotion, once it has lasted; they fade into each other.

const AFTER_MS = 2000;
const FADE_MS = 1500;
const STEP_MS = 50;
const LOUD = 0.6;

export class Tune {
  /** Pieces are {emotion: [address]}. */
  constructor(pieces) {
    this.pieces = pieces;
    this.on = false;
    this.emotion = null;
    this.since = 0;
    this.playing = null;
  }

  /** Tells whether this browser can play the pieces at all. */
  static possible() {
    return Boolean(document.createElement("audio").canPlayType('audio/ogg; codecs="vorbis"'));
  }

  /** Switches the music on or off. */
  set(on) {
    this.on = on;
    if (!on) this.stop();
  }

  /** Hears which emotion a face shows now, or null. */
  hear(emotion) {
    const now = performance.now();
    if (emotion !== this.emotion) [this.emotion, this.since] = [emotion, now];
    if (!this.on || this.playing || now - this.since < AFTER_MS) return;
    const pieces = this.pieces[emotion] ?? [];
    if (pieces.length) this.play(pieces[Math.floor(Math.random() * pieces.length)]);
  }

  play(address) {
    const piece = new Audio(address);
    piece.volume = 0;
    this.playing = piece;
    piece.addEventListener("ended", () => this.forget(piece));
    piece.addEventListener("error", () => this.forget(piece));
    piece.play().then(() => fade(piece, LOUD), () => this.forget(piece));
  }

  /** Lets what plays fade out. */
  stop() {
    const piece = this.playing;
    this.playing = null;
    if (piece) fade(piece, 0, () => piece.pause());
  }

  forget(piece) {
    if (this.playing === piece) this.playing = null;
  }
}

function fade(piece, volume, then = () => {}) {
  clearInterval(piece.fading);
  const step = ((volume - piece.volume) * STEP_MS) / FADE_MS;
  piece.fading = setInterval(() => {
    const next = piece.volume + step;
    const there = step >= 0 ? next >= volume : next <= volume;
    piece.volume = there ? volume : next;
    if (!there) return;
    clearInterval(piece.fading);
    then();
  }, STEP_MS);
}
