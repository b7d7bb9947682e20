/**
 * What a JSON value may look like, as data: JSON Schema, which OpenAPI takes as
 * it is, and of which TypeScript reads the type.
 *
 * No library does this: the keywords that a REST resource needs are few, an
 * OpenAPI document wants them verbatim, and formats such as `cidr` are ours.
 *
 * @module
 */

/** The types of JSON. */
export type JsonType =
  | "string"
  | "integer"
  | "number"
  | "boolean"
  | "null"
  | "array"
  | "object";

/** What a text may have to be. `ip`, `cidr` and `mac` are ours. */
export type TextFormat =
  | "ipv4"
  | "ipv6"
  | "ip"
  | "cidr"
  | "mac"
  | "hostname"
  | "date-time"
  | "date"
  | "email"
  | "uri"
  | "uuid";

/**
 * The part of JSON Schema that the library checks; others are refused.
 *
 * @see JSON Schema 2020-12, OpenAPI 3.1 §4.8.24
 */
export interface Schema {
  /** Which types it may have. */
  readonly type?: JsonType | readonly JsonType[];
  /** The values that it may have. */
  readonly enum?: readonly unknown[];
  /** The one value that it may have. */
  readonly const?: unknown;
  /** It must fit one of these, or several. */
  readonly anyOf?: readonly Schema[];
  /** The least number. */
  readonly minimum?: number;
  /** The greatest number. */
  readonly maximum?: number;
  /** Below any number that it may be. */
  readonly exclusiveMinimum?: number;
  /** Above any number that it may be. */
  readonly exclusiveMaximum?: number;
  /** The number must be so many times an integer. */
  readonly multipleOf?: number;
  /** The fewest characters. */
  readonly minLength?: number;
  /** The most characters. */
  readonly maxLength?: number;
  /** A regular expression that occurs in the text. */
  readonly pattern?: string;
  /** What the text has to be. */
  readonly format?: TextFormat;
  /** What each item of an array must fit. */
  readonly items?: Schema;
  /** The fewest items. */
  readonly minItems?: number;
  /** The most items. */
  readonly maxItems?: number;
  /** Whether no two items may be equal. */
  readonly uniqueItems?: boolean;
  /** What the members of an object must fit, by name. */
  readonly properties?: Readonly<Record<string, Schema>>;
  /** The members that must be there. */
  readonly required?: readonly string[];
  /** Whether other members may be there, or what they must fit. */
  readonly additionalProperties?: boolean | Schema;
  /** Put in where the member is not there. */
  readonly default?: unknown;
  /** A heading for people. */
  readonly title?: string;
  /** A sentence for people. */
  readonly description?: string;
  /** Values for people to look at. */
  readonly examples?: readonly unknown[];
}

/** The TypeScript type of a simple JSON type. */
export type SimpleType<Type> = Type extends "string" ? string
  : Type extends "integer" | "number" ? number
  : Type extends "boolean" ? boolean
  : Type extends "null" ? null
  : never;

/** The names of the members that must be there. */
export type RequiredNames<S> = S extends
  { readonly required: readonly (infer Name)[] } ? Name
  : never;

/** An intersection as one object. */
export type Flat<T> = { [Key in keyof T]: T[Key] };

/** The TypeScript type of the objects that fit a schema. */
export type ObjectOf<S> = S extends { readonly properties: infer Members }
  ? Flat<
    & {
      -readonly [Key in keyof Members & RequiredNames<S>]: Infer<Members[Key]>;
    }
    & {
      -readonly [Key in Exclude<keyof Members, RequiredNames<S>>]?: Infer<
        Members[Key]
      >;
    }
  >
  : Record<string, unknown>;

/** The TypeScript type of the values of one JSON type that fit a schema. */
export type OfType<Type, S> = Type extends "array"
  ? S extends { readonly items: infer Item } ? Infer<Item>[] : unknown[]
  : Type extends "object" ? ObjectOf<S>
  : SimpleType<Type>;

/** The TypeScript type of the values that fit a schema. */
export type Infer<S> = S extends { readonly const: infer Value } ? Value
  : S extends { readonly enum: readonly (infer Value)[] } ? Value
  : S extends { readonly anyOf: readonly (infer Some)[] } ? Infer<Some>
  : S extends { readonly type: infer Type }
    ? Type extends readonly (infer One)[] ? OfType<One, S> : OfType<Type, S>
  : unknown;

/** What {@linkcode shape} takes for a member: a type, a format, or a schema. */
export type Field =
  | "string"
  | "integer"
  | "number"
  | "boolean"
  | TextFormat
  | Schema;

/** The schema that a member of `shape` stands for. */
export type FieldSchema<F> = F extends
  "string" | "integer" | "number" | "boolean" ? { readonly type: F }
  : F extends string ? { readonly type: "string" }
  : F;

/** A name without a question mark behind it. */
export type RequiredFields<Name> = Name extends `${string}?` ? never : Name;

/** The schema that {@linkcode shape} makes. */
export type Shape<Fields> = {
  /** It is an object. */
  readonly type: "object";
  /** A schema for each. */
  readonly properties: {
    readonly [
      Name in keyof Fields as Name extends `${infer Bare}?` ? Bare : Name
    ]: FieldSchema<Fields[Name]>;
  };
  /** Those that must be there. */
  readonly required: readonly RequiredFields<keyof Fields>[];
  /** Others are refused. */
  readonly additionalProperties: false;
};

const TYPES = ["string", "integer", "number", "boolean"];

/**
 * Writes the schema of an object in short: a type or a format by its name, a
 * question mark behind the names of members that may be missing. Other members
 * are not taken.
 *
 * @param fields Each member's name, and what it must be.
 * @returns The schema, plain data; its type is read from it.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const device = net.http.shape({
 *   name: "string",
 *   address: "ipv4",
 *   "vlan?": { type: "integer", minimum: 1, maximum: 4094 },
 * });
 * assert.deepEqual(device.required, ["name", "address"]);
 * assert.deepEqual(device.properties.address, { type: "string", format: "ipv4" });
 * ```
 */
export function shape<const Fields extends Readonly<Record<string, Field>>>(
  fields: Fields,
): Shape<Fields> {
  const names = Object.keys(fields);
  const properties = names.map((name) => {
    const field: Field = fields[name]!;
    const schema = typeof field !== "string"
      ? field
      : TYPES.includes(field)
      ? { type: field }
      : { type: "string", format: field };
    return [name.replace(/\?$/, ""), schema];
  });
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    required: names.filter((name) => !name.endsWith("?")),
    additionalProperties: false,
  } as unknown as Shape<Fields>;
}
