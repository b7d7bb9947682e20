/**
 * Questions and resource records.
 *
 * @module
 */

import { maybe, record, sized } from "../../compound.ts";
import type { Fields, Format } from "../../format.ts";
import { octets } from "../../formats.ts";
import type { FieldInput, FieldSpec, FieldValue } from "../../layer.ts";
import { coded } from "../../read_code.ts";
import {
  CLASS_CODES,
  classCode,
  codeName,
  codeNumber,
  TYPE_CODES,
  typeCode,
  type TYPES,
} from "./codes.ts";
import { domainName, skipName } from "./name.ts";
import { ednsOptions } from "./parameters.ts";
import { RDATA } from "./rdata.ts";

/** What is asked (RFC 1035 §4.1.2). */
export interface DnsQuestion {
  /** Of which name. */
  readonly name: string;
  /** For which type of records: `"A"`, `"TYPE999"`. */
  readonly type: string;
  /** In multicast DNS: 1 if the answer may come to the asker alone (QU). */
  readonly unicastResponse?: number;
  /** In which class: `"IN"`. */
  readonly class: string;
}

/** A question to build. */
export interface DnsQuestionInput {
  /** Of which name. */
  readonly name?: string | undefined;
  /** For which type of records. @default {"A"} */
  readonly type?: string | number | undefined;
  /** In multicast DNS: 1 if the answer may come to the asker alone. */
  readonly unicastResponse?: number | undefined;
  /** In which class. @default {"IN"} */
  readonly class?: string | number | undefined;
}

/** What all records have but OPT (RFC 1035 §4.1.3). */
interface Head {
  /** Of which name it says something. */
  readonly name: string;
  /** In multicast DNS: 1 if caches forget what they had before. */
  readonly cacheFlush?: number;
  /** Its class: `"IN"`. */
  readonly class: string;
  /** How long it may be kept, in seconds. */
  readonly ttl: number;
}

type Known = typeof RDATA;

/** A type that has a name, and data that stay octets. */
type Opaque = Exclude<(typeof TYPES)[keyof typeof TYPES], keyof Known | "OPT">;

/** The record that carries the options of EDNS (RFC 6891 §6.1). */
export interface DnsOptRecord {
  /** The root: `"."`. */
  readonly name: string;
  /** Always `"OPT"`. */
  readonly type: "OPT";
  /** The largest UDP payload that the sender takes, in octets. */
  readonly udpPayloadSize: number;
  /** The upper eight bits of the response code. */
  readonly extendedRcode: number;
  /** The version of EDNS: 0. */
  readonly version: number;
  /** DO: DNSSEC records are welcome; CO: so are compact denials (RFC 9824). */
  readonly flags: readonly ("DO" | "CO")[];
  /** Bits that mean nothing yet. */
  readonly reserved: number;
  /** The options. */
  readonly options: FieldValue<typeof ednsOptions>;
}

/**
 * A resource record. Its `type` tells what kind of `data` it has; data that no
 * record of its type can have, and those of unknown types, are octets, and the
 * type is `TYPE` and its number (RFC 3597 §5).
 */
export type DnsRecord =
  | {
    readonly [T in keyof Known]: Head & {
      readonly type: T;
      readonly data: FieldValue<Known[T]>;
    };
  }[keyof Known]
  | Head & {
    readonly type: Opaque | `TYPE${number}`;
    readonly data: Uint8Array;
  }
  | DnsOptRecord;

type HeadInput = { readonly [K in keyof Head]?: Head[K] | undefined };

/** A record to build; its data may always be octets. */
export type DnsRecordInput =
  | {
    readonly [T in keyof Known]: HeadInput & {
      readonly type: T;
      readonly data: FieldInput<Known[T]> | Uint8Array;
    };
  }[keyof Known]
  | HeadInput & {
    readonly type: number | Opaque | `TYPE${number}`;
    readonly data?: Uint8Array | undefined;
  }
  | {
    readonly type: "OPT";
    readonly name?: string | undefined;
    readonly udpPayloadSize?: number | undefined;
    readonly extendedRcode?: number | undefined;
    readonly version?: number | undefined;
    readonly flags?: readonly ("DO" | "CO")[] | undefined;
    readonly reserved?: number | undefined;
    readonly options?: FieldInput<typeof ednsOptions> | undefined;
  };

const FORMS: ReadonlyMap<string, Format<unknown, unknown>> = new Map(
  Object.entries<FieldSpec>(RDATA).map(([type, spec]) =>
    [type, maybe(spec) as Format<unknown, unknown>] as const
  ),
);

const OCTETS = octets() as Format<unknown, unknown>;

/** How the data of a type are read and written; `TYPE1` asks for octets. */
function formOf(type: unknown): Format<unknown, unknown> {
  if (typeof type === "string" && /^TYPE[0-9]/i.test(type)) return OCTETS;
  const number = codeNumber(TYPE_CODES, type);
  if (number === undefined) return OCTETS;
  return FORMS.get(codeName(TYPE_CODES, number)) ?? OCTETS;
}

/** The data of a record, with their length in front. */
const rdata: Format<unknown, unknown> = {
  about: "what the type says, with its length",
  takesOctets: true,
  read: coded((from) =>
    from.within(from.u16(), (from) => {
      const { at, fields, trouble } = from;
      const form = formOf(fields.type);
      try {
        const data = form.read(from);
        if (from.trouble === trouble && from.left > 0) {
          from.fail(`${fields.type} record with ${from.left} octets too many`);
        }
        if (from.trouble === trouble) return data;
      } catch (stop) {
        from.note(stop);
      }
      // No record of its type says this: what it means is not sure.
      from.fields = fields;
      from.at = at;
      const { type } = fields;
      (fields as { type: string }).type = `TYPE${codeNumber(TYPE_CODES, type)}`;
      const isUpdate = from.left === 0 &&
        (fields.class === "ANY" || fields.class === "NONE");
      // An update names what it deletes by type alone (RFC 2136 §2.5).
      if (isUpdate) from.trouble = trouble;
      return from.bytes();
    }), (code, into, fields) => {
    const [n, form] = [code.name("n"), code.name("form")];
    // One form for all types would make the function too long to be quick.
    const byType = code.known(
      "byType",
      (type: string) =>
        FORMS.get(type) ?? (type === "OPT" ? undefined : OCTETS),
    );
    return `if (e - o < 2) return -1;
const ${n} = d.getUint16(o); o += 2;
const ${form} = ${byType}(${fields.of("type")});
if (${form} === undefined) return -1;
${code.within(n, code.through(form, into, fields), true)}`;
  }),
  write(to, value) {
    const form = formOf(to.fields.type);
    const start = to.room(2);
    if (value instanceof Uint8Array) to.bytes(value);
    else form.write(to, value);
    const length = to.at - start - 2;
    if (length > 0xffff) {
      to.refuse("be up to 65535 octets", `${length} octets`, RangeError);
    }
    to.view.setUint16(start, length);
  },
  random: (random, fields) => formOf(fields.type).random(random, fields),
  text: () => "",
};

/** The highest bit of a class in multicast DNS (RFC 6762 §10.2 and §5.4). */
const topBit: Format<number> = {
  about: "1 bit",
  read(from) {
    const at = from.take(2);
    from.at = at;
    return from.octets[at]! >> 7;
  },
  write(to, value = 0) {
    if (value !== 0 && value !== 1) to.refuse("be 0 or 1", value, RangeError);
  },
  random: (random) => random() < 0.5 ? 1 : 0,
  text: (value) => `${value}`,
};

/** The class below that bit. */
function lowClass(bit: string): Format<string, string | number> {
  return {
    ...classCode,
    about: "15 bits",
    read: (from) => codeName(CLASS_CODES, from.u16() & 0x7fff),
    write(to, value) {
      const at = to.at;
      classCode.write(to, value);
      if (to.octets[at]! > 127) to.refuse("be up to 32767", value, RangeError);
      if (to.fields[bit] === 1) to.octets[at]! |= 0x80;
    },
  };
}

const owner = domainName({ compress: true });

const questionType: Format<string, string | number> = {
  ...typeCode,
  write: (to, value = "A") => typeCode.write(to, value),
};

/**
 * A question.
 *
 * @param isMulticast Whether it is one of multicast DNS.
 * @returns The format.
 *
 * @example
 * ```ts
 * import { question } from "./record.ts";
 * import assert from "node:assert/strict";
 *
 * const asked = { name: "example.com", type: "MX", class: "IN" };
 * assert.equal(question(false).text(asked), "example.com IN MX");
 * ```
 */
export function question(
  isMulticast: boolean,
): Format<DnsQuestion, DnsQuestionInput> {
  const table = isMulticast
    ? record({
      name: owner,
      type: questionType,
      unicastResponse: topBit,
      class: lowClass("unicastResponse"),
    })
    : record({ name: owner, type: questionType, class: classCode });
  return {
    ...table as unknown as Format<DnsQuestion, DnsQuestionInput>,
    about: "a question",
    text: ({ name, type, class: of, unicastResponse }) =>
      `${name} ${of} ${type}${unicastResponse === 1 ? " by unicast" : ""}`,
  };
}

const OPT = record({
  name: domainName(),
  type: typeCode,
  udpPayloadSize: 16,
  extendedRcode: 8,
  version: 8,
  flags: ["DO", "CO"],
  reserved: 14,
  options: sized(16, ednsOptions),
}) as unknown as Format<Fields>;

const TYPE_OPT = 41;

/**
 * A resource record.
 *
 * @param isMulticast Whether it is one of multicast DNS.
 * @returns The format.
 *
 * @example
 * ```ts
 * import { resourceRecord } from "./record.ts";
 * import assert from "node:assert/strict";
 *
 * const data = { preference: 10, exchange: "mail.example.com" };
 * const record = { name: "example.com", type: "MX", class: "IN", ttl: 300, data } as const;
 * assert.equal(
 *   resourceRecord(false).text(record),
 *   "example.com 300 IN MX 10 mail.example.com",
 * );
 * ```
 */
export function resourceRecord(
  isMulticast: boolean,
): Format<DnsRecord, DnsRecordInput> {
  const form = (isMulticast
    ? record({
      name: owner,
      type: typeCode,
      cacheFlush: topBit,
      class: lowClass("cacheFlush"),
      ttl: 32,
      data: rdata,
    })
    : record({
      name: owner,
      type: typeCode,
      class: classCode,
      ttl: 32,
      data: rdata,
    })) as unknown as Format<Fields>;
  const made: Format<Fields> = {
    about: "a resource record",
    read: coded((from) => {
      // OPT has other fields where the rest have class and TTL.
      const { at } = from;
      skipName(from);
      const type = from.u16();
      from.at = at;
      return (type === TYPE_OPT ? OPT : form).read(from);
    }, (code, into, fields) =>
      // Its name is the root.
      `if (o < e && b[o] === 0) { ${
        code.through(code.known("any", made), into, fields)
      } }
else { ${code.value("record", into, form, fields)} }`),
    write(to, value) {
      const type = codeNumber(TYPE_CODES, value?.type);
      (type === TYPE_OPT ? OPT : form).write(to, value);
    },
    random(random, fields) {
      const types = [...FORMS.keys(), "NULL", "TYPE1234", "OPT"];
      const type = types[Math.floor(random() * types.length)]!;
      const of = type === "OPT" ? OPT : form;
      const made = of.random(random, fields) as Fields;
      if (type === "OPT") return { ...made, type };
      return { ...made, type, data: formOf(type).random(random, { type }) };
    },
    text(value) {
      const { name, type, class: of, ttl, data, cacheFlush } = value;
      if (type === "OPT") {
        const { udpPayloadSize, flags, options } = value as unknown as Extract<
          DnsRecord,
          DnsOptRecord
        >;
        return ["OPT", `udp ${udpPayloadSize}`, ...flags].join(" ") +
          (options.length === 0 ? "" : ` ${ednsOptions.text(options)}`);
      }
      const form = formOf(type);
      const shown = form === OCTETS
        ? generic(data as Uint8Array)
        : form.text(data);
      const flush = cacheFlush === 1 ? " flush" : "";
      return `${name} ${ttl} ${of}${flush} ${type} ${shown}`;
    },
  };
  return made as unknown as Format<DnsRecord, DnsRecordInput>;
}

/** Data of an unknown type (RFC 3597 §5). */
function generic(data: Uint8Array): string {
  return `\\# ${data.length} ${data.toHex()}`.trimEnd();
}
