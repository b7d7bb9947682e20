/**
 * What `define` names, block by block.
 *
 * @module
 */

/** The definitions of a block, and of the blocks around it. */
export class Scope {
  readonly around: Scope | undefined;
  readonly #own: Map<string, string>;

  constructor(
    around: Scope | undefined,
    own: ReadonlyMap<string, string> = new Map(),
  ) {
    this.around = around;
    this.#own = new Map(own);
  }

  /** What a name stands for here. */
  get(name: string): string | undefined {
    return this.#own.get(name) ?? this.around?.get(name);
  }

  /** Whether this block itself defines a name. */
  has(name: string): boolean {
    return this.#own.has(name);
  }

  /** Has a name stand for a text, from here to the end of the block. */
  set(name: string, value: string): void {
    this.#own.set(name, value);
  }

  /** Takes a name away; false if this block does not define it. */
  delete(name: string): boolean {
    return this.#own.delete(name);
  }

  /** Every name that is defined here. */
  *names(): Generator<string> {
    yield* this.#own.keys();
    if (this.around) yield* this.around.names();
  }
}
