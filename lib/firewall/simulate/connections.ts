/**
 * The table of connections.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { table } from "../../inspect/table.ts";
import { Address } from "../../ip/address.ts";
import { dataType, literalOf } from "../model/data_types.ts";
import type { Tuple } from "./tuple.ts";

/** Bits of a connection's status, as the kernel numbers them. */
export const STATUS = {
  expected: 1,
  seenReply: 2,
  assured: 4,
  confirmed: 8,
  sourceNat: 0x10,
  destinationNat: 0x20,
  sourceDone: 0x80,
  destinationDone: 0x100,
  dying: 0x200,
} as const;

/** One connection, as its tracker knows it. */
export class Connection {
  status = 0;
  mark = 0;
  /** 128 bits of labels. */
  labels = 0n;
  helper = "";
  /** Of TCP, by the kernel's numbers. */
  tcp = 0;
  /** Of TCP, whether one end began to close it. */
  isClosing = false;
  /** Of TCP, the last packet: its kind, way, and the number after it. */
  last:
    | {
      readonly kind: number;
      readonly isReply: boolean;
      readonly end: number;
    }
    | undefined = undefined;
  expires = Infinity;
  /** Of UDP, from when on packets both ways are a stream. */
  stream = 0;
  id = 0;
  readonly packets: [number, number] = [0, 0];
  readonly bytes: [number, number] = [0, 0];
  readonly original: Tuple;
  #reply: Tuple | undefined;

  /** A connection of a packet; its protocol must have answers. */
  constructor(original: Tuple) {
    this.original = original;
    original.owner = this;
  }

  /** Who answers whom, after translation. */
  get reply(): Tuple {
    // Most packets of a simulation never ask.
    if (this.#reply === undefined) this.reply = this.original.invert()!;
    return this.#reply!;
  }

  set reply(tuple: Tuple) {
    tuple.owner = this;
    tuple.isReply = true;
    this.#reply = tuple;
  }

  get isConfirmed(): boolean {
    return (this.status & STATUS.confirmed) !== 0;
  }
}

/** A connection as a reader sees it. */
export interface ConnectionRow {
  /** The protocol above IP. */
  readonly protocol: string;
  /** Where it came from. */
  readonly src: string;
  /** Where it went. */
  readonly dst: string;
  /** Where its answers come from: not `dst` if that was translated. */
  readonly replySrc: string;
  /** Where they go: not `src` if that was translated. */
  readonly replyDst: string;
  /** The words of ct status: `"assured"`, `"dnat"`. */
  readonly status: readonly string[];
  /** Its mark. */
  readonly mark: number;
}

/** Gives a connection as a reader sees it. */
export function rowOf(connection: Connection): ConnectionRow {
  const { original, reply, status, mark } = connection;
  const names = literalOf(dataType("ct_status"), status & 0x23f);
  return {
    protocol: String(literalOf(dataType("inet_proto"), original.protocol)),
    src: endText(original, "source"),
    dst: endText(original, "destination"),
    replySrc: endText(reply, "source"),
    replyDst: endText(reply, "destination"),
    status: Array.isArray(names) ? names : names === 0 ? [] : [String(names)],
    mark,
  };
}

/** The connection of a tuple that is one's; tuples know no more than that it is an object. */
export const ownerOf = (tuple: Tuple): Connection => tuple.owner as Connection;

function endText(tuple: Tuple, end: "source" | "destination"): string {
  const words = tuple[end];
  const [w0, w1, w2, w3] = words.length === 1
    ? [0, 0, 0, words[0]!]
    : words as [number, number, number, number];
  const address = new Address(words.length === 1 ? 4 : 6, w0, w1, w2, w3);
  if (tuple.protocol === 1 || tuple.protocol === 58) return `${address}`;
  const port = end === "source" ? tuple.sport : tuple.dport;
  if (port === 0) return `${address}`;
  return address.family === 4 ? `${address}:${port}` : `[${address}]:${port}`;
}

/** All connections of a kernel's state. */
export class Connections {
  #buckets = new Map<number, Tuple>();
  #nextId = 1;
  #size = 0;
  /** Of one source before translation, which mapping it had last. */
  readonly #bySource = new Map<string, Connection>();

  /** How many there are, the dead ones among them until they are met. */
  get size(): number {
    return this.#size;
  }

  /** Finds the tuple that equals this one, of a connection that lives. */
  find(tuple: Tuple, now: number): Tuple | undefined {
    let found = this.#buckets.get(tuple.hash);
    while (found !== undefined) {
      if (found.equals(tuple)) {
        if (ownerOf(found).expires > now) return found;
        this.delete(ownerOf(found));
        return undefined;
      }
      found = found.next;
    }
    return undefined;
  }

  /** Takes a new connection in. */
  confirm(connection: Connection): void {
    if (connection.isConfirmed) return;
    connection.status |= STATUS.confirmed;
    connection.id = this.#nextId++;
    this.#size++;
    this.#insert(connection.original);
    this.#insert(connection.reply);
    if ((connection.status & STATUS.sourceNat) !== 0) {
      this.#bySource.set(sourceKey(connection.original), connection);
    }
  }

  /** The mapping that the source of a packet already has. */
  mappingOf(tuple: Tuple, now: number): Connection | undefined {
    const found = this.#bySource.get(sourceKey(tuple));
    return found !== undefined && found.expires > now ? found : undefined;
  }

  #insert(tuple: Tuple): void {
    const { hash } = tuple;
    tuple.next = this.#buckets.get(hash);
    this.#buckets.set(hash, tuple);
  }

  /** Takes a connection out. */
  delete(connection: Connection): void {
    this.#remove(connection.original);
    this.#remove(connection.reply);
    connection.status &= ~STATUS.confirmed;
    this.#size--;
  }

  /** Takes a connection out while a packet of it is on its way. */
  kill(connection: Connection): void {
    if (!connection.isConfirmed) return;
    this.delete(connection);
    connection.status |= STATUS.confirmed | STATUS.dying;
  }

  #remove(tuple: Tuple): void {
    const { hash } = tuple;
    let before: Tuple | undefined;
    let at = this.#buckets.get(hash);
    while (at !== undefined && at !== tuple) {
      before = at;
      at = at.next;
    }
    if (at === undefined) return;
    if (before !== undefined) before.next = at.next;
    else if (at.next !== undefined) this.#buckets.set(hash, at.next);
    else this.#buckets.delete(hash);
    at.next = undefined;
  }

  /** All of them, in the order in which they came. */
  *[Symbol.iterator](): Iterator<ConnectionRow> {
    for (const connection of this.entries()) yield rowOf(connection);
  }

  /** The connections themselves, in the order in which they came. */
  entries(): Connection[] {
    const all: Connection[] = [];
    for (let tuple of this.#buckets.values()) {
      for (;;) {
        if (!tuple.isReply) all.push(ownerOf(tuple));
        if (tuple.next === undefined) break;
        tuple = tuple.next;
      }
    }
    return all.sort((a, b) => a.id - b.id);
  }

  /** All of them, plain. */
  toJSON(): readonly ConnectionRow[] {
    return [...this];
  }

  /** Renders them as a table. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const rows = [...this].map((row) => ({
      ...row,
      status: row.status.join(" "),
    }));
    return table(rows, {
      title: rows.length === 1 ? "1 connection" : `${rows.length} connections`,
      columns: ["protocol", "src", "dst", "replySrc", "replyDst", "status"],
      canvas: canvas({ colors: options?.colors ?? false }),
    });
  }
}

const sourceKey = (tuple: Tuple) =>
  `${tuple.protocol} ${tuple.source} ${tuple.sport} ${tuple.zone}`;
