// Slows down what a screen reader is told: a counter that is read out four times a second drowns everything else.

const APART = 10_000;

export class Announcer {
  /** What a live region says. */
  text = $state('');
  #next = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** At once after a silence; else the latest words when it is time again. */
  say(text: string): void {
    this.#next = text;
    if (this.#timer === undefined) this.#speak();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #speak(): void {
    this.#timer = undefined;
    if (this.text === this.#next) return;
    this.text = this.#next;
    this.#timer = setTimeout(() => this.#speak(), APART);
  }
}
