/**
 * Whether a value fits a schema, and where it does not.
 *
 * @module
 */

import { tryParse } from "../../ip/address.ts";
import { tryMac } from "../../ip/mac/mac.ts";
import { trySubnet } from "../../ip/subnet.ts";
import type { JsonType, Schema, TextFormat } from "./schema.ts";

/** One thing that is wrong with a value; `problem+json` lists them so. */
export interface Issue {
  /** Where, as the fragment of a URI: `"#/ports/0/name"`. */
  readonly pointer: string;
  /** What is wrong there. */
  readonly detail: string;
}

/** Looks at a value, puts defaults in, and says what is wrong with it. */
export type Check = (value: unknown) => readonly Issue[];

type Report = (pointer: string, detail: string) => void;
type Part = (value: unknown, pointer: string, report: Report) => void;

/** Issues that are told; a long array of wrong items would give thousands. */
const MOST_ISSUES = 20;

const FORMATS: Readonly<Record<TextFormat, (text: string) => boolean>> = {
  ipv4: (text) => tryParse(text, { family: 4 }) !== undefined,
  ipv6: (text) => tryParse(text, { family: 6 }) !== undefined,
  ip: (text) => tryParse(text) !== undefined,
  cidr: (text) => text.includes("/") && trySubnet(text) !== undefined,
  mac: (text) => tryMac(text) !== undefined,
  hostname: (text) =>
    text.length <= 253 &&
    /^(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*\.?$/
      .test(text),
  "date-time": (text) =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(text) &&
    !Number.isNaN(Date.parse(text)),
  date: (text) =>
    /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)),
  email: (text) => /^[^\s@]{1,64}@[^\s@]{1,255}$/.test(text),
  uri: (text) => /^[a-z][a-z\d+.-]*:\S+$/i.test(text) && URL.canParse(text),
  uuid: (text) => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text),
};

const KEYWORDS: ReadonlySet<string> = new Set<keyof Schema>([
  "type",
  "enum",
  "const",
  "anyOf",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "pattern",
  "format",
  "items",
  "minItems",
  "maxItems",
  "uniqueItems",
  "properties",
  "required",
  "additionalProperties",
  "default",
  "title",
  "description",
  "examples",
]);

/**
 * Makes the check that a schema describes.
 *
 * @param schema What values must be like.
 * @returns The check; it puts defaults into the objects that it looks at.
 * @throws {TypeError} If the schema has a keyword or a format that is not
 * known here: a rule that is not kept should not look as if it were.
 * @see JSON Schema 2020-12 (validation), RFC 6901 §6 (pointers)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const check = net.http.checkOf(net.http.shape({ vlan: "integer" }));
 * assert.deepEqual(check({ vlan: 7 }), []);
 * assert.deepEqual(check({ vlan: "7" }), [
 *   { pointer: "#/vlan", detail: "must be an integer" },
 * ]);
 * ```
 */
export function checkOf(schema: Schema): Check {
  const part = compile(schema, "#");
  return (value) => {
    const issues: Issue[] = [];
    part(value, "#", (pointer, detail) => {
      if (issues.length < MOST_ISSUES) issues.push({ pointer, detail });
    });
    return issues;
  };
}

function compile(schema: Schema, where: string): Part {
  for (const keyword of Object.keys(schema)) {
    if (!KEYWORDS.has(keyword)) {
      fail(where, `without the keyword ${keyword}, which is not known`, schema);
    }
  }
  const parts = [
    ...any(schema, where),
    ...numbers(schema),
    ...texts(schema, where),
    ...arrays(schema, where),
    ...objects(schema, where),
  ];
  return (value, pointer, report) => {
    for (const part of parts) part(value, pointer, report);
  };
}

/** What holds for values of every type. */
function any(schema: Schema, where: string): Part[] {
  const parts: Part[] = [];
  const { type, enum: choices, anyOf } = schema;
  if (type !== undefined) {
    const types = typeof type === "string" ? [type] : type;
    const names = types.map((name) =>
      NAMES[name] ?? fail(where, "of a type of JSON", type)
    );
    const must = `must be ${names.join(" or ")}`;
    parts.push((value, pointer, report) => {
      if (!types.some((name) => isOf(name, value))) report(pointer, must);
    });
  }
  if (choices !== undefined) {
    const known = new Set(choices.map(canonical));
    const must = `must be one of ${choices.map(canonical).join(", ")}`;
    parts.push((value, pointer, report) => {
      if (!known.has(canonical(value))) report(pointer, must);
    });
  }
  if ("const" in schema) {
    const wanted = canonical(schema.const);
    parts.push((value, pointer, report) => {
      if (canonical(value) !== wanted) report(pointer, `must be ${wanted}`);
    });
  }
  if (anyOf !== undefined) {
    const checks = anyOf.map((each, i) => compile(each, `${where}/anyOf/${i}`));
    parts.push((value, pointer, report) => {
      const fits = checks.some((check) => {
        let wrong = false;
        check(value, pointer, () => wrong = true);
        return !wrong;
      });
      if (!fits) report(pointer, `fits none of ${checks.length} forms`);
    });
  }
  return parts;
}

const NAMES: Readonly<Record<JsonType, string>> = {
  string: "a string",
  integer: "an integer",
  number: "a number",
  boolean: "true or false",
  null: "null",
  array: "an array",
  object: "an object",
};

function isOf(type: JsonType, value: unknown): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One text for equal values, whatever the order of their members. */
function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, part) =>
      isObject(part) ? Object.fromEntries(Object.entries(part).sort()) : part,
  ) ?? "undefined";
}

function numbers(schema: Schema): Part[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } =
    schema;
  const rules: [
    limit: number | undefined,
    must: string,
    (n: number) => boolean,
  ][] = [
    [minimum, `must be ${minimum} or more`, (n) => n >= minimum!],
    [maximum, `must be ${maximum} or less`, (n) => n <= maximum!],
    [
      exclusiveMinimum,
      `must be above ${exclusiveMinimum}`,
      (n) => n > exclusiveMinimum!,
    ],
    [
      exclusiveMaximum,
      `must be below ${exclusiveMaximum}`,
      (n) => n < exclusiveMaximum!,
    ],
    [
      multipleOf,
      `must be a multiple of ${multipleOf}`,
      (n) => Number.isInteger(n / multipleOf!),
    ],
  ];
  return rules.filter(([limit]) => limit !== undefined).map(
    ([, must, holds]) => (value, pointer, report) => {
      if (typeof value === "number" && !holds(value)) report(pointer, must);
    },
  );
}

function texts(schema: Schema, where: string): Part[] {
  const { minLength = 0, maxLength = Infinity, pattern, format } = schema;
  const parts: Part[] = [];
  const whenText = (must: string, holds: (text: string) => boolean) =>
    parts.push((value, pointer, report) => {
      if (typeof value === "string" && !holds(value)) report(pointer, must);
    });
  if (minLength > 0) {
    whenText(
      minLength === 1
        ? "must not be empty"
        : `must have ${minLength} or more characters`,
      (text) => text.length >= minLength,
    );
  }
  if (maxLength < Infinity) {
    whenText(
      `must have ${maxLength} or fewer characters`,
      (text) => text.length <= maxLength,
    );
  }
  if (pattern !== undefined) {
    const expression = new RegExp(pattern, "u");
    whenText(`must match ${pattern}`, (text) => expression.test(text));
  }
  if (format !== undefined) {
    const holds = Object.hasOwn(FORMATS, format) ? FORMATS[format] : fail(
      where,
      `of a known format (${Object.keys(FORMATS).join(", ")})`,
      format,
    );
    whenText(`must be of the format ${format}`, holds);
  }
  return parts;
}

function arrays(schema: Schema, where: string): Part[] {
  const { items, minItems = 0, maxItems = Infinity, uniqueItems } = schema;
  const parts: Part[] = [];
  const whenArray = (
    part: (value: unknown[], pointer: string, report: Report) => void,
  ) =>
    parts.push((value, pointer, report) => {
      if (Array.isArray(value)) part(value, pointer, report);
    });
  if (minItems > 0 || maxItems < Infinity) {
    whenArray((value, pointer, report) => {
      if (value.length < minItems) {
        report(pointer, `must have ${minItems} or more items`);
      }
      if (value.length > maxItems) {
        report(pointer, `must have ${maxItems} or fewer items`);
      }
    });
  }
  if (uniqueItems) {
    whenArray((value, pointer, report) => {
      const different = new Set(value.map(canonical)).size;
      if (different < value.length) {
        report(pointer, "must not have an item twice");
      }
    });
  }
  if (items !== undefined) {
    const part = compile(items, `${where}/items`);
    whenArray((value, pointer, report) => {
      value.forEach((item, i) => part(item, `${pointer}/${i}`, report));
    });
  }
  return parts;
}

function objects(schema: Schema, where: string): Part[] {
  const { properties, required = [], additionalProperties = true } = schema;
  if (
    properties === undefined && required.length === 0 &&
    additionalProperties === true
  ) return [];
  const members = Object.entries(properties ?? {}).map(([name, member]) =>
    [
      name,
      compile(member, `${where}/properties/${name}`),
      member.default,
    ] as const
  );
  const names = new Set(members.map(([name]) => name));
  const others = typeof additionalProperties === "object"
    ? compile(additionalProperties, `${where}/additionalProperties`)
    : undefined;
  return [(value, pointer, report) => {
    if (!isObject(value)) return;
    for (const [name, part, fallback] of members) {
      if (Object.hasOwn(value, name)) {
        part(value[name], at(pointer, name), report);
      } else if (fallback !== undefined) {
        value[name] = structuredClone(fallback);
      }
    }
    for (const name of required) {
      if (!Object.hasOwn(value, name)) {
        report(at(pointer, name), "must be there");
      }
    }
    if (additionalProperties === true) return;
    for (const name of Object.keys(value)) {
      if (names.has(name)) continue;
      if (others) others(value[name], at(pointer, name), report);
      else report(at(pointer, name), "is not known here");
    }
  }];
}

/** A JSON Pointer to a member, as the fragment of a URI. */
function at(pointer: string, name: string): string {
  const token = name.replaceAll("~", "~0").replaceAll("/", "~1");
  return `${pointer}/${encodeURIComponent(token)}`;
}

function fail(where: string, must: string, value: unknown): never {
  throw new TypeError(
    `Cannot check values as the schema at '${where}' must be ${must}: current value is ${
      Deno.inspect(value, { depth: 1, compact: true })
    }`,
  );
}
