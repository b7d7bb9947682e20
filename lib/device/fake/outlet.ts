/**
 * The way from a fake device to its client: late, slow, in pieces, or cut, as
 * is wanted.
 *
 * @module
 */

/** What an {@linkcode Outlet} does to what passes. */
export interface OutletOptions {
  /** How much later everything comes, in milliseconds. */
  readonly delay: number;
  /** The most octets in one piece; 0 for whole pieces. */
  readonly chunk: number;
  /** Gives the sizes of pieces. */
  readonly random: () => number;
  /** Octets a second; 0 for no limit. */
  readonly slow: number;
  /** Octets after which it is cut; `Infinity` for never. */
  readonly cutAfter: number;
}

/** Where it all goes. */
export interface OutletEnd {
  /** Sends octets. */
  write(octets: Uint8Array): void;
  /** Ends the session in order. */
  end(): void;
  /** Cuts the connection. */
  cut(): void;
}

/** Takes text, and passes it on in its own time. */
export class Outlet {
  readonly #options: OutletOptions;
  readonly #end: OutletEnd;
  readonly #queue: { readonly at: number; readonly do: () => void }[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the last of what was written so far goes out. */
  #last = 0;
  #sent = 0;
  #isClosed = false;

  /**
   * @param options What it does to what passes.
   * @param end Where it goes.
   */
  constructor(options: OutletOptions, end: OutletEnd) {
    this.#options = options;
    this.#end = end;
  }

  /**
   * Sends text.
   *
   * @param text The text, its lines ended as the device ends them.
   */
  write(text: string): void {
    if (text === "" || this.#isClosed) return;
    const octets = new TextEncoder().encode(text);
    const { delay, chunk, slow, random } = this.#options;
    if (delay === 0 && chunk === 0 && slow === 0 && this.#queue.length === 0) {
      return this.#send(octets);
    }
    let at = Math.max(performance.now() + delay, this.#last);
    for (let from = 0; from < octets.length;) {
      const most = chunk > 0
        ? 1 + Math.floor(random() * chunk)
        : slow > 0
        ? Math.ceil(slow / 50)
        : octets.length;
      const piece = octets.subarray(from, from + most);
      from += most;
      if (slow > 0) at += piece.length / slow * 1000;
      this.#later(at, () => this.#send(piece));
    }
  }

  /**
   * Lets time pass before what comes next.
   *
   * @param ms How much.
   */
  pause(ms: number): void {
    const now = performance.now() + this.#options.delay;
    this.#later(Math.max(now, this.#last) + ms, () => {});
  }

  /** Ends the session when all has gone out. */
  end(): void {
    if (this.#queue.length === 0) this.#end.end();
    else this.#later(this.#last, () => this.#end.end());
  }

  /** Cuts the connection when all has gone out. */
  cut(): void {
    if (this.#queue.length === 0) this.#end.cut();
    else this.#later(this.#last, () => this.#end.cut());
  }

  /** Nobody is there any more. */
  close(): void {
    this.#isClosed = true;
    this.#queue.length = 0;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #send(octets: Uint8Array): void {
    if (this.#isClosed) return;
    const left = this.#options.cutAfter - this.#sent;
    this.#sent += octets.length;
    if (octets.length < left) return this.#end.write(octets);
    if (left > 0) this.#end.write(octets.subarray(0, left));
    this.close();
    this.#end.cut();
  }

  #later(at: number, run: () => void): void {
    this.#last = at;
    this.#queue.push({ at, do: run });
    if (this.#timer === undefined) this.#wait();
  }

  /** One piece a turn, so that none is joined with the next on its way. */
  #wait(): void {
    const [next] = this.#queue;
    if (next === undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#queue.shift()?.do();
      if (!this.#isClosed) this.#wait();
    }, Math.max(0, next.at - performance.now()));
  }
}
