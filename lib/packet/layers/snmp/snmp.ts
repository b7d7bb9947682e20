/**
 * The Simple Network Management Protocol, versions 1, 2c and 3.
 *
 * @module
 */

import { layer } from "../../codec.ts";
import type { Cursor, Fields, Format, Sink } from "../../format.ts";
import type { FieldTable, Layer } from "../../layer.ts";
import { asText } from "../../text_or_octets.ts";
import { randomText, valueText } from "../../value.ts";
import * as ber from "./ber.ts";
import {
  type AnySnmpPdu,
  pduText,
  randomPdu,
  readPdu,
  type SnmpPduInput,
  writePdu,
} from "./pdu.ts";

export type { SnmpBinding, SnmpBindingInput, SnmpValue } from "./binding.ts";
export type {
  AnySnmpPdu,
  SnmpBulkPdu,
  SnmpPdu,
  SnmpPduInput,
  SnmpTrapV1Pdu,
} from "./pdu.ts";

/** What the user-based security model says (RFC 3414 §2.4). */
export interface SnmpUserSecurity {
  /** Whose clock and keys count: the engine's identifier. */
  readonly engineId: Uint8Array;
  /** How often that engine has started. */
  readonly engineBoots: number;
  /** Seconds since it last did. */
  readonly engineTime: number;
  /** The user. */
  readonly userName: string | Uint8Array;
  /** The code that proves who sent the message. */
  readonly authenticationParameters: Uint8Array;
  /** What is needed to decrypt it. */
  readonly privacyParameters: Uint8Array;
}

const VERSIONS: Readonly<Record<number, string>> = {
  0: "v1",
  1: "v2c",
  3: "v3",
};
const V3 = 3;
const USM = 3;
const FLAGS = ["auth", "priv", "reportable"] as const;

type Flag = (typeof FLAGS)[number];

const isV3 = ({ version }: Fields) => versionNumber(version) === V3;
const isPrivate = ({ flags }: Fields) =>
  Array.isArray(flags) && flags.includes("priv");

/**
 * A field of the message. All of them lie inside one another with their lengths
 * in front, so that the last of them writes the whole.
 *
 * @param about What it is.
 * @param applies Whether messages like this have it.
 * @param read Reads it.
 * @param random Makes one up.
 */
function part<T, I = T>(
  about: string,
  applies: (fields: Fields) => boolean,
  read: (from: Cursor) => T,
  random: Format<T>["random"],
): Format<T | undefined, I> {
  return {
    about,
    isQuiet: true,
    takesOctets: true,
    read: (from) => applies(from.header) ? read(from) : undefined,
    write(to, value) {
      if (value !== undefined && !applies(to.fields)) {
        to.refuse("be left out for this version and these flags", value);
      }
    },
    random: (chance, fields) =>
      applies(fields) ? random(chance, fields) : undefined,
    text: (value) => valueText(value),
  };
}

const integer = (from: Cursor) =>
  ber.readTagged(from, ber.TAG.integer, ber.readInteger);

const octetString = (from: Cursor) =>
  ber.readTagged(from, ber.TAG.octetString, (from) => from.bytes());

const number = (most: number): Format["random"] => (random) =>
  Math.floor(random() * most);

const words: Format["random"] = (random) =>
  randomText(Math.floor(random() * 9), random);

const someOctets: Format["random"] = (random) =>
  Uint8Array.from({ length: 12 }, () => Math.floor(random() * 256));

/** Goes into a sequence, whose end is from then on that of the message. */
function enter(from: Cursor): void {
  const { at } = from;
  const { tag, length } = ber.readHead(from);
  if (tag !== ber.TAG.sequence) {
    from.fail(`tag 0x${tag.toString(16)} where a sequence must be`, at);
  }
  from.end = from.at + length;
}

const version: Format<number, number | string> = {
  about: "0 for v1, 1 for v2c, 3 for v3",
  isQuiet: true,
  read(from) {
    enter(from);
    return integer(from);
  },
  write(to, value = 1) {
    if (versionNumber(value) === undefined) {
      to.refuse("be v1, v2c or v3", value);
    }
  },
  random: (random) => [0, 1, 3][Math.floor(random() * 3)],
  text: (value) => `${value} ${VERSIONS[value] ?? ""}`.trimEnd(),
};

function versionNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  const found = Object.keys(VERSIONS).find((key) => VERSIONS[+key] === value);
  return found === undefined ? undefined : Number(found);
}

function readFlags(from: Cursor): readonly Flag[] {
  const { at } = from;
  const octets = octetString(from);
  if (octets.length !== 1) from.fail("flags of other than one octet", at);
  return FLAGS.filter((_, bit) => octets[0]! >> bit & 1);
}

function readSecurity(from: Cursor): SnmpUserSecurity | Uint8Array {
  if (from.header.securityModel !== USM) return octetString(from);
  return ber.readTagged(
    from,
    ber.TAG.octetString,
    (from) =>
      ber.readTagged(from, ber.TAG.sequence, (from) => ({
        engineId: octetString(from),
        engineBoots: integer(from),
        engineTime: integer(from),
        userName: asText(octetString(from)),
        authenticationParameters: octetString(from),
        privacyParameters: octetString(from),
      })),
  );
}

function writeSecurity(to: Sink, { securityModel = USM, ...fields }: Fields) {
  const parameters = fields.securityParameters as
    | Partial<SnmpUserSecurity>
    | Uint8Array
    | undefined;
  if (parameters instanceof Uint8Array || securityModel !== USM) {
    return ber.writeOctets(to, parameters as Uint8Array ?? NOTHING);
  }
  ber.writeTagged(
    to,
    ber.TAG.octetString,
    () =>
      ber.writeTagged(to, ber.TAG.sequence, () => {
        ber.writeOctets(to, parameters?.engineId ?? NOTHING);
        ber.writeInteger(to, parameters?.engineBoots ?? 0);
        ber.writeInteger(to, parameters?.engineTime ?? 0);
        ber.writeOctets(to, parameters?.userName ?? "");
        ber.writeOctets(to, parameters?.authenticationParameters ?? NOTHING);
        ber.writeOctets(to, parameters?.privacyParameters ?? NOTHING);
      }),
  );
}

const NOTHING = new Uint8Array();

/** The last field: it reads the PDU, and writes the whole message. */
const pdu: Format<AnySnmpPdu | undefined, SnmpPduInput> = {
  about: "the PDU with its variables",
  takesOctets: true,
  read(from) {
    const { header } = from;
    return isV3(header) && isPrivate(header) ? undefined : readPdu(from);
  },
  write(to, value) {
    const { fields } = to;
    const version = versionNumber(fields.version ?? 1)!;
    const writeData = () => {
      if (value instanceof Uint8Array) to.bytes(value);
      else writePdu(to, value ?? { type: "getRequest" });
    };
    ber.writeTagged(to, ber.TAG.sequence, () => {
      ber.writeInteger(to, version);
      if (version !== V3) {
        ber.writeOctets(to, fields.community as string ?? "public");
        return writeData();
      }
      const flags = (fields.flags ?? []) as readonly Flag[];
      ber.writeTagged(to, ber.TAG.sequence, () => {
        ber.writeInteger(to, Number(fields.messageId ?? 0));
        ber.writeInteger(to, Number(fields.maximumSize ?? 65_507));
        ber.writeOctets(
          to,
          Uint8Array.of(flags.reduce((sum, flag) => {
            const bit = FLAGS.indexOf(flag);
            if (bit < 0) to.refuse(`have flags of ${FLAGS.join(", ")}`, flag);
            return sum | 1 << bit;
          }, 0)),
        );
        ber.writeInteger(to, Number(fields.securityModel ?? USM));
      });
      writeSecurity(to, fields);
      if (flags.includes("priv")) {
        if (value !== undefined) to.refuse("be left out with 'priv'", value);
        return ber.writeOctets(
          to,
          fields.encryptedPdu as Uint8Array ?? NOTHING,
        );
      }
      ber.writeTagged(to, ber.TAG.sequence, () => {
        ber.writeOctets(to, fields.contextEngineId as Uint8Array ?? NOTHING);
        ber.writeOctets(to, fields.contextName as string ?? "");
        writeData();
      });
    });
  },
  random: (random, fields) =>
    isV3(fields) && isPrivate(fields) ? undefined : randomPdu(random),
  text: (value) => value === undefined ? "absent" : pduText(value),
};

const isPlain = (fields: Fields) => isV3(fields) && !isPrivate(fields);
const isSecret = (fields: Fields) => isV3(fields) && isPrivate(fields);

/** The fields of a message of SNMP. */
export const snmpFields = {
  /** 0 for SNMPv1, 1 for SNMPv2c, 3 for SNMPv3. */
  version,
  /** In v1 and v2c: the password, in clear. */
  community: part<string | Uint8Array>(
    "text",
    (fields) => !isV3(fields),
    (from) => asText(octetString(from)),
    words,
  ),
  /** In v3: tells which request a response belongs to. */
  messageId: part<number>("a number", isV3, (from) => {
    // The header of v3 is a sequence of its own: four fields from here on.
    ber.readHead(from);
    return integer(from);
  }, number(2 ** 31)),
  /** In v3: the longest message that the sender takes, in octets. */
  maximumSize: part<number>("a number", isV3, integer, number(2 ** 31)),
  /** In v3: authenticated, encrypted, an answer may be sent. */
  flags: part<readonly Flag[]>(
    `flags: ${FLAGS.join(", ")}`,
    isV3,
    readFlags,
    (random) => FLAGS.filter(() => random() < 0.5),
  ),
  /** In v3: 3 for users and keys (USM). */
  securityModel: part<number>("a number", isV3, integer, () => USM),
  /** In v3: who sends it, and the proof. */
  securityParameters: part<
    SnmpUserSecurity | Uint8Array,
    Partial<SnmpUserSecurity> | Uint8Array
  >("the security parameters", isV3, readSecurity, (random) => ({
    engineId: someOctets(random, {}),
    engineBoots: Math.floor(random() * 2 ** 31),
    engineTime: Math.floor(random() * 2 ** 31),
    userName: words(random, {}),
    authenticationParameters: someOctets(random, {}),
    privacyParameters: NOTHING,
  })),
  /** In v3 where it is encrypted: context and PDU, unreadable. */
  encryptedPdu: part<Uint8Array>("octets", isSecret, octetString, someOctets),
  /** In v3: whose variables are meant. */
  contextEngineId: part<Uint8Array>("octets", isPlain, (from) => {
    enter(from);
    return octetString(from);
  }, someOctets),
  /** In v3: which set of them; mostly empty. */
  contextName: part<string | Uint8Array>(
    "text",
    isPlain,
    (from) => asText(octetString(from)),
    words,
  ),
  /** What is asked or said. */
  pdu,
} as const satisfies FieldTable;

/** SNMP. */
export const snmp: Layer<"snmp", typeof snmpFields> = layer(
  "snmp",
  snmpFields,
  {
    source: "RFC 1157 §4, RFC 3416 §3, RFC 3412 §6",
    under: [["udp", 161], ["udp", 162]],
    header: "parsed",
    defaults: { version: 1 },
    summary: ({ version, pdu, encryptedPdu }) =>
      `${VERSIONS[version] ?? `version ${version ?? "unknown"}`} ${
        pdu !== undefined
          ? pduText(pdu, 2).slice(0, 160)
          : encryptedPdu === undefined
          ? "without a PDU"
          : "encrypted"
      }`,
  },
);
