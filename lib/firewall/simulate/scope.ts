/**
 * Names for the values that compiled functions share.
 *
 * @module
 */

/** The names that all functions of a simulator share, and their values. */
export class Scope {
  readonly values: Record<string, unknown> = {};
  readonly #names = new Map<unknown, string>();
  #next = 0;

  constructor(values: Readonly<Record<string, unknown>>) {
    Object.assign(this.values, values);
  }

  /** A name for a value. */
  constant(value: unknown): string {
    let name = this.#names.get(value);
    if (name === undefined) {
      name = `k${this.#next++}`;
      this.#names.set(value, name);
      this.values[name] = value;
    }
    return name;
  }

  /** A name that is not used yet. */
  fresh(): string {
    return `v${this.#next++}`;
  }
}
