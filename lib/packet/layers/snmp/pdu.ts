/**
 * What SNMP asks for and says: protocol data units with their variables.
 *
 * @module
 */

import { Address } from "../../../ip/address.ts";
import type { Cursor, Random, Sink } from "../../format.ts";
import * as ber from "./ber.ts";
import {
  bindingText,
  randomBindings,
  randomObjectId,
  readBindings,
  type SnmpBinding,
  type SnmpBindingInput,
  VALUE_TAGS,
  writeBindings,
  writeValue,
} from "./binding.ts";

/** The kinds of PDU by tag (RFC 3416 §3, RFC 1157 §4.1.6). */
export const PDU_TAGS = {
  getRequest: 0xa0,
  getNextRequest: 0xa1,
  response: 0xa2,
  setRequest: 0xa3,
  trapV1: 0xa4,
  getBulkRequest: 0xa5,
  informRequest: 0xa6,
  trap: 0xa7,
  report: 0xa8,
} as const;

/** A request, a response or a notification. */
export interface SnmpPdu {
  /** What it is. */
  readonly type: Exclude<
    keyof typeof PDU_TAGS,
    "trapV1" | "getBulkRequest"
  >;
  /** Tells which request a response belongs to. */
  readonly requestId: number;
  /** Whether it went well: 0; else a number of RFC 3416 §3. */
  readonly errorStatus: number;
  /** Which variable is to blame, counted from 1. */
  readonly errorIndex: number;
  /** The variables. */
  readonly bindings: readonly SnmpBinding[];
}

/** A request for many variables at once. */
export interface SnmpBulkPdu {
  /** Always `"getBulkRequest"`. */
  readonly type: "getBulkRequest";
  /** Tells which request a response belongs to. */
  readonly requestId: number;
  /** How many of the variables are asked for once. */
  readonly nonRepeaters: number;
  /** How many times the others are asked for. */
  readonly maxRepetitions: number;
  /** The variables. */
  readonly bindings: readonly SnmpBinding[];
}

/** A trap of SNMPv1 (RFC 1157 §4.1.6). */
export interface SnmpTrapV1Pdu {
  /** Always `"trapV1"`. */
  readonly type: "trapV1";
  /** What kind of thing sent it: an object identifier. */
  readonly enterprise: string;
  /** Who sent it. */
  readonly agentAddress: Address;
  /** 0 cold start, 1 warm start, 2 link down, 3 link up, …, 6 its own. */
  readonly genericTrap: number;
  /** Which of its own. */
  readonly specificTrap: number;
  /** How long the sender has been up, in hundredths of a second. */
  readonly timestamp: number;
  /** The variables. */
  readonly bindings: readonly SnmpBinding[];
}

/** Any PDU. */
export type AnySnmpPdu = SnmpPdu | SnmpBulkPdu | SnmpTrapV1Pdu;

type Loose<T extends { readonly type: string }> =
  & Pick<T, "type">
  & {
    readonly [K in Exclude<keyof T, "type">]?:
      | (K extends "bindings" ? readonly (SnmpBindingInput | string)[]
        : T[K] extends Address ? Address | string
        : T[K])
      | undefined;
  };

/** A PDU to build; a variable of a request may be just its name. */
export type SnmpPduInput =
  | Loose<SnmpPdu>
  | Loose<SnmpBulkPdu>
  | Loose<SnmpTrapV1Pdu>;

/** What the errors are called (RFC 3416 §3). */
export const ERRORS: readonly string[] =
  "noError tooBig noSuchName badValue readOnly genErr noAccess wrongType \
wrongLength wrongEncoding wrongValue noCreation inconsistentValue \
resourceUnavailable commitFailed undoFailed authorizationError notWritable \
inconsistentName".split(" ");

const PDU_TYPES = new Map<number, keyof typeof PDU_TAGS>(
  Object.entries(PDU_TAGS).map(([type, tag]) =>
    [tag, type as keyof typeof PDU_TAGS] as const
  ),
);

/** Reads an integer with its tag. */
function integer(from: Cursor): number {
  return ber.readTagged(from, ber.TAG.integer, ber.readInteger);
}

/**
 * Reads a PDU.
 *
 * @param from Where it stands.
 * @returns The PDU.
 *
 * @example
 * ```ts
 * import { Cursor } from "../../format.ts";
 * import { readPdu } from "./pdu.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.fromHex("a00b0201010201000201003000");
 * assert.deepEqual(readPdu(new Cursor(octets, 0, octets.length)), {
 *   type: "getRequest",
 *   requestId: 1,
 *   errorStatus: 0,
 *   errorIndex: 0,
 *   bindings: [],
 * });
 * ```
 */
export function readPdu(from: Cursor): AnySnmpPdu {
  const { at } = from;
  const { tag, length } = ber.readHead(from);
  const type = PDU_TYPES.get(tag) ??
    from.fail(`tag 0x${tag.toString(16)}, which is no PDU`, at);
  return ber.whole(from, length, (from): AnySnmpPdu => {
    switch (type) {
      case "trapV1":
        return {
          type,
          enterprise: ber.readTagged(
            from,
            ber.TAG.objectId,
            ber.readObjectId,
          ),
          agentAddress: ber.readTagged(
            from,
            VALUE_TAGS.ipAddress,
            (from) => new Address(4, 0, 0, 0, from.u32() | 0),
          ),
          genericTrap: integer(from),
          specificTrap: integer(from),
          timestamp: ber.readTagged(
            from,
            VALUE_TAGS.timeTicks,
            (from) => ber.readInteger(from, false),
          ),
          bindings: readBindings(from),
        };
      case "getBulkRequest":
        return {
          type,
          requestId: integer(from),
          nonRepeaters: integer(from),
          maxRepetitions: integer(from),
          bindings: readBindings(from),
        };
      default:
        return {
          type,
          requestId: integer(from),
          errorStatus: integer(from),
          errorIndex: integer(from),
          bindings: readBindings(from),
        };
    }
  });
}

/**
 * Writes a PDU.
 *
 * @param to Where.
 * @param pdu The PDU.
 *
 * @example
 * ```ts
 * import { Sink } from "../../format.ts";
 * import { writePdu } from "./pdu.ts";
 * import assert from "node:assert/strict";
 *
 * const sink = new Sink("snmp");
 * writePdu(sink, { type: "getRequest", requestId: 1 });
 * assert.equal(sink.from(0).toHex(), "a00b0201010201000201003000");
 * ```
 */
export function writePdu(to: Sink, pdu: SnmpPduInput): void {
  const tag = PDU_TAGS[pdu?.type] ??
    to.refuse(
      `be a PDU of type ${Object.keys(PDU_TAGS).join(", ")}`,
      pdu?.type,
    );
  ber.writeTagged(to, tag, () => {
    if (pdu.type === "trapV1") {
      ber.writeObjectId(to, pdu.enterprise ?? "0.0");
      const agent = { type: "ipAddress", value: pdu.agentAddress ?? "0.0.0.0" };
      writeValue(to, agent);
      ber.writeInteger(to, pdu.genericTrap ?? 0);
      ber.writeInteger(to, pdu.specificTrap ?? 0);
      writeValue(to, { type: "timeTicks", value: pdu.timestamp ?? 0 });
    } else {
      const [second, third] = pdu.type === "getBulkRequest"
        ? [pdu.nonRepeaters ?? 0, pdu.maxRepetitions ?? 10]
        : [pdu.errorStatus ?? 0, pdu.errorIndex ?? 0];
      for (const number of [pdu.requestId ?? 0, second, third]) {
        ber.writeInteger(to, number);
      }
    }
    writeBindings(to, pdu.bindings ?? []);
  });
}

/**
 * Makes up a PDU.
 *
 * @param random The source of chance.
 * @returns The PDU.
 *
 * @example
 * ```ts
 * import { randomPdu } from "./pdu.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(randomPdu(() => 0).type, "getRequest");
 * ```
 */
export function randomPdu(random: Random): AnySnmpPdu {
  const number = (most: number) => Math.floor(random() * most);
  const bindings = randomBindings(random);
  const type = [...PDU_TYPES.values()][number(PDU_TYPES.size)]!;
  switch (type) {
    case "trapV1":
      return {
        type,
        enterprise: randomObjectId(random),
        agentAddress: new Address(4, 0, 0, 0, number(2 ** 32) | 0),
        genericTrap: number(7),
        specificTrap: number(1000),
        timestamp: number(2 ** 32),
        bindings,
      };
    case "getBulkRequest":
      return {
        type,
        requestId: number(2 ** 31),
        nonRepeaters: number(9),
        maxRepetitions: number(99),
        bindings,
      };
    default:
      return {
        type,
        requestId: number(2 ** 31),
        errorStatus: number(19),
        errorIndex: number(9),
        bindings,
      };
  }
}

/**
 * Says a PDU in a few words.
 *
 * @param pdu The PDU.
 * @param most How many variables are said. @default {all}
 * @returns Its type, what went wrong, and the variables.
 *
 * @example
 * ```ts
 * import { pduText } from "./pdu.ts";
 * import assert from "node:assert/strict";
 *
 * const bindings = [{ name: "1.3.6.1", type: "integer", value: 5 } as const];
 * const pdu = { type: "response", requestId: 1, errorStatus: 0, errorIndex: 0, bindings } as const;
 * assert.equal(pduText(pdu), "response 1 1.3.6.1 = 5");
 * ```
 */
export function pduText(pdu: AnySnmpPdu, most = Infinity): string {
  const { type, bindings } = pdu;
  const facts = type === "trapV1"
    ? `${pdu.enterprise} generic ${pdu.genericTrap} specific ${pdu.specificTrap}`
    : type === "getBulkRequest"
    ? `${pdu.requestId} non-repeaters ${pdu.nonRepeaters} max-repetitions ${pdu.maxRepetitions}`
    : `${pdu.requestId}${
      pdu.errorStatus === 0
        ? ""
        : ` ${ERRORS[pdu.errorStatus] ?? pdu.errorStatus} at ${pdu.errorIndex}`
    }`;
  const list = bindings.slice(0, most).map(bindingText);
  if (bindings.length > most) list.push("…");
  return [`${type} ${facts}`, ...list.length > 0 ? [list.join(", ")] : []]
    .join(" ");
}
