// Work for a panel that follows the reading: after a pause, and only the latest counts.

export class Later {
  #timer = 0;
  #work = new AbortController();

  constructor(pause) { this.pause = pause; } // ms

  // Calls `work` with a signal that ends it when it is no longer wanted.
  start(work, pause = this.pause) {
    this.stop();
    const { signal } = this.#work;
    this.#timer = setTimeout(() => work(signal), pause);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#work.abort();
    this.#work = new AbortController();
  }
}
