/**
 * This side's own engine: its name, how often it was started, and its clock.
 *
 * @see RFC 3411 §5 (SnmpEngineID), RFC 3414 §2.2
 * @module
 */

import { parseHex } from "../../bytes/hex.ts";
import type { EngineClock } from "./user_keys.ts";

/** Octets follow that somebody chose: random ones. */
const FORMAT_OCTETS = 5;
/** The enterprise number that belongs to nobody's devices (RFC 5612). */
const NOBODY = 32473;
const LARGEST = 0x7fff_ffff;
/** engineBoots counts seconds from here, where nobody counts starts. */
const EPOCH = Date.UTC(2024, 0) / 1000;

/** How an engine is named. */
export interface EngineNaming {
  readonly engineId?: string | undefined;
  readonly engineBoots?: number | undefined;
}

/** This side's engine. */
export class LocalEngine {
  readonly id: Uint8Array;
  readonly boots: number;
  readonly #started: number;

  /**
   * Begins its clock.
   *
   * @param naming Its name, if it has a lasting one.
   * @param started When it began, on the clock of `performance`.
   * @throws {RangeError} If the name or the count is out of range.
   */
  constructor(
    { engineId, engineBoots }: EngineNaming,
    started: number = performance.now(),
  ) {
    this.#started = started;
    this.id = engineId === undefined ? randomId() : readEngineId(engineId);
    // A name that lasts must come with another count each time it is used.
    const seconds = Math.floor(Date.now() / 1000) - EPOCH;
    this.boots = engineBoots ?? (engineId === undefined ? 1 : seconds);
    if (
      !Number.isInteger(this.boots) || this.boots < 1 || this.boots > LARGEST
    ) {
      throw new RangeError(
        `Cannot name an SNMP engine as 'engineBoots' must be an integer from 1 to ${LARGEST}: current value is ${engineBoots}`,
      );
    }
  }

  /** Its name as people write it: `"80007ed905…"`. */
  get hex(): string {
    return this.id.toHex();
  }

  /** Milliseconds since it began. */
  get uptime(): number {
    return performance.now() - this.#started;
  }

  /** What it tells of itself just now. */
  get clock(): EngineClock {
    const time = Math.floor(this.uptime / 1000);
    return { engineId: this.id, boots: this.boots, time };
  }

  /** Whether a message names this engine. */
  isNamed(engineId: Uint8Array): boolean {
    return isSame(engineId, this.id);
  }
}

function randomId(): Uint8Array {
  const id = new Uint8Array(13);
  const view = new DataView(id.buffer);
  view.setUint32(0, 0x8000_0000 + NOBODY);
  id[4] = FORMAT_OCTETS;
  crypto.getRandomValues(id.subarray(5));
  return id;
}

/**
 * Reads an engine's name.
 *
 * @param text Hexadecimal digits, perhaps with `0x` in front or colons between.
 * @throws {RangeError} If it has fewer than 5 octets, or more than 32.
 * @throws {ParseError} If it is not hexadecimal.
 */
export function readEngineId(text: string): Uint8Array {
  const id = parseHex(text);
  const isPlain = id.every((octet) => octet === 0) ||
    id.every((octet) => octet === 0xff);
  if (id.length >= 5 && id.length <= 32 && !isPlain) return id;
  throw new RangeError(
    `Cannot name an SNMP engine as 'engineId' must be 5 to 32 octets in hexadecimal: current value is ${
      JSON.stringify(text)
    }`,
  );
}

/** Whether two names of engines are the same. */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, i) => octet === b[i]);
}
