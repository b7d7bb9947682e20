/**
 * What a field of no fixed length is: how it is read, written, shown and made
 * up. formats.ts has the ones that most layers need; a layer with a notation of
 * its own, as DNS has for names, brings its format along.
 *
 * @module
 */

import { Verbatim } from "./verbatim.ts";

/** The fields that have been read or set so far, by name. */
export type Fields = Readonly<Record<string, unknown>>;

/** Gives a random number from 0 up to and without 1, like `Math.random`. */
export type Random = () => number;

/**
 * How a value of type `T` lies in octets, and what may be given for it (`I`).
 *
 * @typeParam T What reading gives.
 * @typeParam I What building takes.
 */
export interface Format<T = unknown, I = T> {
  /** What it is, in a few words: `"a list of addresses"`. */
  readonly about: string;
  /** What there is when nothing can be read. @default {undefined} */
  readonly empty?: T;
  /** Whether it writes nothing where nobody has set it. @default {false} */
  readonly isQuiet?: boolean;
  /**
   * Whether octets may be a value, which is written as any other is, with its
   * length in front where there is one. Of all else octets are taken as the whole
   * field, ready to go. @default {false}
   */
  readonly takesOctets?: boolean;
  /**
   * Turns a value's name into its number, for conditions that look at the field.
   *
   * @param value What was set.
   * @returns The number, or what was set.
   */
  settle?(value: I): unknown;
  /** The field of the same table that states how many items there are. */
  readonly countIn?: string | undefined;
  /** The field of the same table that states how many octets there are. */
  readonly lengthIn?: string | undefined;
  /**
   * Reads a value and moves on behind it.
   *
   * @param from Where it stands; a shortage of octets throws a {@linkcode Stop}.
   * @returns The value.
   */
  read(from: Cursor): T;
  /**
   * Checks a value and writes it.
   *
   * @param to Where.
   * @param value The value; `undefined` if nobody has set it.
   * @throws {TypeError} If it is of another kind.
   * @throws {RangeError} If it does not fit.
   */
  write(to: Sink, value: I | undefined): void;
  /**
   * Makes up a value, for tests with random packets.
   *
   * @param random The source of chance.
   * @param fields The fields before this one.
   * @returns A value that can be written and read back.
   */
  random(random: Random, fields: Fields): unknown;
  /**
   * Writes a value for people.
   *
   * @param value What `read` gave.
   * @returns A few words.
   */
  text(value: T): string;
}

/** Trouble met while a header was read: thrown, and kept by the cursor. */
export class Stop {
  /**
   * Says what is wrong.
   *
   * @param reason What is wrong.
   * @param at Where in the buffer.
   * @param needed Octets that were needed, if there were too few.
   * @param available Octets that there were.
   * @param isInner Whether the header goes on behind them: then the octets are
   * not cut, but a length in them is wrong.
   */
  constructor(
    readonly reason: string,
    readonly at: number,
    readonly needed?: number,
    readonly available?: number,
    readonly isInner: boolean = false,
  ) {}
}

/** A field's place in the buffer. */
export interface Mark {
  /** The way to it: `"options[1].mss"`. */
  readonly path: string;
  /** Its first bit, counted from the start of the buffer. */
  readonly start: number;
  /** The bit after its last. */
  readonly end: number;
}

/**
 * A place in a header's octets that moves on as they are read.
 *
 * @example
 * ```ts
 * import { Cursor } from "./format.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(1, 2, 3), 0, 3);
 * assert.equal(cursor.u16(), 0x102);
 * assert.throws(() => cursor.u16(), { reason: "cut short", at: 2, needed: 2, available: 1 });
 * ```
 */
export class Cursor {
  /** The buffer. */
  readonly octets: Uint8Array;
  /** The same, for numbers. */
  readonly view: DataView;
  /** The header's first octet. */
  readonly start: number;
  /** The next octet. */
  at: number;
  /** The end of what may be read now. */
  end: number;
  /** How many lengths that were stated, and are there, the place lies within. */
  depth = 0;
  /** What a format keeps in mind from one value of the header to the next. */
  memory: unknown = undefined;
  /** The fields of the table that is being read. */
  fields: Fields = NONE;
  /** The fields of the header. */
  header: Fields = NONE;
  /** The first trouble met. */
  trouble: Stop | undefined = undefined;
  /** The fields' places, if somebody wants them. */
  marks: Mark[] | undefined = undefined;
  /** The way to the field that is being read, for marks. */
  path = "";

  /**
   * Starts at a place.
   *
   * @param octets The buffer.
   * @param at The first octet to read.
   * @param end The end of what may be read.
   * @param start The header's first octet. @default {at}
   * @param view The same buffer for numbers. @default {a new one}
   */
  constructor(
    octets: Uint8Array,
    at: number,
    end: number,
    start: number = at,
    view: DataView = new DataView(
      octets.buffer,
      octets.byteOffset,
      octets.byteLength,
    ),
  ) {
    this.octets = octets;
    this.view = view;
    this.at = at;
    this.end = end;
    this.start = start;
  }

  /** Octets that are left. */
  get left(): number {
    return this.end - this.at;
  }

  /**
   * Moves on behind some octets.
   *
   * @param count How many.
   * @returns Where they start in the buffer.
   * @throws {Stop} If there are fewer.
   */
  take(count: number): number {
    const at = this.at;
    if (this.end - at < count) {
      throw this.cut(count);
    }
    this.at = at + count;
    return at;
  }

  /**
   * Makes the trouble of octets that lack here.
   *
   * @param count How many were needed.
   * @returns What to throw, or to note.
   */
  cut(count: number): Stop {
    const { at, left, depth } = this;
    return new Stop("cut short", at, count, left, depth > 0);
  }

  /** Reads a number of 1 octet. */
  u8(): number {
    return this.octets[this.take(1)]!;
  }

  /** Reads a number of 2 octets. */
  u16(): number {
    return this.view.getUint16(this.take(2));
  }

  /** Reads a number of 4 octets. */
  u32(): number {
    return this.view.getUint32(this.take(4));
  }

  /**
   * Reads octets as they are.
   *
   * @param count How many. @default {all that are left}
   * @returns The octets; not copied.
   */
  bytes(count: number = this.left): Uint8Array {
    const at = this.take(count);
    return this.octets.subarray(at, at + count);
  }

  /**
   * Reads something that must lie in the next octets, and moves on behind them.
   *
   * @param count How many octets.
   * @param read Reads it; what it leaves over is passed by.
   * @returns What it gave.
   */
  within<T>(count: number, read: (from: Cursor) => T): T {
    const { end } = this;
    const to = this.take(count) + count;
    this.at = to - count;
    this.end = to;
    this.depth++;
    try {
      return read(this);
    } finally {
      this.at = to;
      this.end = end;
      this.depth--;
    }
  }

  /**
   * Ends the reading as the octets make no sense.
   *
   * @param reason What is wrong.
   * @param at Where. @default {the next octet}
   */
  fail(reason: string, at: number = this.at): never {
    throw new Stop(reason, at);
  }

  /**
   * Keeps trouble in mind, if it is the first; anything but a {@linkcode Stop}
   * is thrown on.
   *
   * @param trouble What was caught.
   */
  note(trouble: unknown): void {
    if (!(trouble instanceof Stop)) throw trouble;
    this.trouble ??= trouble;
  }

  /**
   * Reads a field and marks its place.
   *
   * @param name The field's name, or an index.
   * @param format How it is read.
   * @returns The value.
   */
  marked<T>(name: string | number, format: Format<T, never>): T {
    const { path } = this;
    this.path = typeof name === "number"
      ? `${path}[${name}]`
      : path === ""
      ? name
      : `${path}.${name}`;
    const start = this.at;
    try {
      return format.read(this);
    } finally {
      this.marks?.push({
        path: this.path,
        start: start * 8,
        end: this.at * 8,
      });
      this.path = path;
    }
  }

  /**
   * Marks fixed fields.
   *
   * @param slots The fields.
   * @param at Where they start.
   */
  markSlots(
    slots: readonly {
      readonly name: string;
      readonly at: number;
      readonly bits: number;
    }[],
    at: number,
  ): void {
    for (const slot of slots) {
      const start = at * 8 + slot.at;
      const path = this.path === "" ? slot.name : `${this.path}.${slot.name}`;
      this.marks?.push({ path, start, end: start + slot.bits });
    }
  }
}

const NONE: Fields = Object.freeze({});

/**
 * Where the octets of a header are put together.
 *
 * @example
 * ```ts
 * import { Sink } from "./format.ts";
 * import assert from "node:assert/strict";
 *
 * const sink = new Sink("dns");
 * sink.u16(0x102);
 * assert.deepEqual([...sink.from(0)], [1, 2]);
 * ```
 */
export class Sink {
  /** The buffer; it may be another one after each {@linkcode Sink.room}. */
  octets: Uint8Array = new Uint8Array(64);
  /** The same, for numbers. */
  view: DataView = new DataView(this.octets.buffer);
  /** Octets written; place 0 is the header's first. */
  at: number;
  /** The fields of the table that is being written. */
  fields: Fields = NONE;
  /** The fields of the header. */
  header: Fields = NONE;
  /** The way to the field that is being written, for errors. */
  path = "";

  /**
   * Starts empty.
   *
   * @param layer The layer, for errors.
   * @param at Octets of the header that are written elsewhere. @default {0}
   */
  constructor(readonly layer: string, at = 0) {
    this.at = 0;
    this.room(at);
  }

  /**
   * Makes room for octets, and counts them as written.
   *
   * @param count How many.
   * @returns Where they start; they are 0.
   */
  room(count: number): number {
    const at = this.at;
    this.at = at + count;
    if (this.at > this.octets.length) {
      const larger = new Uint8Array(Math.max(this.at, 2 * this.octets.length));
      larger.set(this.octets);
      this.octets = larger;
      this.view = new DataView(larger.buffer);
    }
    return at;
  }

  /** Writes a number of 1 octet. */
  u8(value: number): void {
    const at = this.room(1);
    this.octets[at] = value;
  }

  /** Writes a number of 2 octets. */
  u16(value: number): void {
    const at = this.room(2);
    this.view.setUint16(at, value);
  }

  /** Writes a number of 4 octets. */
  u32(value: number): void {
    const at = this.room(4);
    this.view.setUint32(at, value);
  }

  /** Writes octets as they are. */
  bytes(value: Uint8Array): void {
    const at = this.room(value.length);
    this.octets.set(value, at);
  }

  /**
   * Gives what was written.
   *
   * @param at From where.
   * @returns A copy.
   */
  from(at: number): Uint8Array {
    return this.octets.slice(at, this.at);
  }

  /**
   * Writes a field; octets in place of its value are written as they are,
   * unless they are a value that it may have.
   *
   * @param name The field's name, or an index.
   * @param format How it is written.
   * @param value The value.
   */
  field<I>(
    name: string | number,
    format: Format<unknown, I>,
    value: I | Uint8Array | Verbatim | undefined,
  ): void {
    const { path } = this;
    this.path = typeof name === "number"
      ? `${path}[${name}]`
      : path === ""
      ? name
      : `${path}.${name}`;
    if (value instanceof Verbatim) this.bytes(value.octets);
    else if (value instanceof Uint8Array && !format.takesOctets) {
      this.bytes(value);
    } else format.write(this, value as I | undefined);
    this.path = path;
  }

  /**
   * Refuses a value.
   *
   * @param must What it must be.
   * @param value What it is.
   * @param Kind The error's class. @default {TypeError}
   */
  refuse(
    must: string,
    value: unknown,
    Kind: new (message: string) => Error = TypeError,
  ): never {
    throw new Kind(
      `Cannot build ${this.layer} as '${this.path}' must ${must}: current value is ${
        shown(value)
      }`,
    );
  }
}

function shown(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length} octets`;
  if (typeof value !== "object" || value === null) return String(value);
  if (Object.hasOwn(Object.getPrototypeOf(value) ?? {}, "toString")) {
    return Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
  }
  return JSON.stringify(value);
}
