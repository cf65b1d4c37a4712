// Which pictures are there in full: they take up hundreds of megabytes each, so there are two at most.

const MOST = 2;

class LargePictures {
  /** Their addresses; the one asked for last is the last. */
  #held = $state.raw<readonly string[]>([]);

  has(address: string): boolean {
    return this.#held.includes(address);
  }

  /** Takes one in, for which the one asked for longest ago may have to go. Gives back a function that lets it go. */
  hold(address: string): () => void {
    const without = () => this.#held.filter((other) => other !== address);
    this.#held = [...without(), address].slice(-MOST);
    return () => (this.#held = without());
  }
}

export const large = new LargePictures();
