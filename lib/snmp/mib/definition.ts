/**
 * A MIB module as it is written: names not yet tied to what they mean.
 *
 * Both readers, of SMI text and of the built-in facts, make these; the linker
 * turns them into nodes of one tree.
 *
 * @module
 */

import type { MibAccess, MibStatus } from "./object.ts";

/** A number that a syntax is bounded by; bigint where a double is too narrow. */
export type Bound = number | bigint;

/** A SYNTAX clause: a type's name and what narrows it. */
export interface SyntaxRef {
  /** A base type, a type's name, or the type of the rows of a table. */
  readonly type: string;
  /** Names of numbers (enumeration) or of bits. */
  readonly named?: Readonly<Record<string, number>> | undefined;
  /** Allowed values, or for strings allowed lengths in octets. */
  readonly ranges?: readonly (readonly [low: Bound, high: Bound])[] | undefined;
  /** `SEQUENCE OF` that type. */
  readonly isTable?: boolean | undefined;
}

/** A type assignment, as a textual convention or a plain one. */
export interface TypeDefinition {
  readonly name: string;
  readonly syntax: SyntaxRef;
  /** DISPLAY-HINT. */
  readonly hint?: string | undefined;
  /** Made by TEXTUAL-CONVENTION, which keeps its name in what is shown. */
  readonly isConvention?: boolean | undefined;
  /** UTF-16 units from the start of the file. */
  readonly offset: number;
}

/** One part of an OID value: a name, a number, or both. */
export interface OidPart {
  readonly name?: string | undefined;
  readonly arc?: number | undefined;
  readonly offset: number;
}

/**
 * Which macro a value was written with. The built-in facts say at once which
 * objects are tables, rows, and leaves (scalars, until the tree is known).
 */
export type DefinitionKind =
  | "node"
  | "table"
  | "row"
  | "scalar"
  | "module"
  | "identity"
  | "object"
  | "notification"
  | "group"
  | "compliance"
  | "capabilities";

/** One part of an INDEX clause. */
export interface IndexRef {
  readonly name: string;
  readonly implied: boolean;
}

/** A value with an OID. */
export interface Definition {
  readonly name: string;
  readonly kind: DefinitionKind;
  readonly oid: readonly OidPart[];
  readonly syntax?: SyntaxRef | undefined;
  readonly access?: MibAccess | undefined;
  readonly status?: MibStatus | undefined;
  readonly units?: string | undefined;
  readonly description?: string | undefined;
  readonly reference?: string | undefined;
  readonly indexes?: readonly IndexRef[] | undefined;
  readonly augments?: string | undefined;
  /** What a notification carries, or a group lists. */
  readonly objects?: readonly string[] | undefined;
  /** DEFVAL as it is written. */
  readonly defaultText?: string | undefined;
  /** UTF-16 units from the start of the file. */
  readonly offset: number;
}

/** Where a symbol is imported from. */
export interface ImportRef {
  readonly module: string;
  /** UTF-16 units from the start of the file to the module's name. */
  readonly offset: number;
}

/** One module, read and not yet linked. */
export interface ModuleDefinition {
  readonly name: string;
  /** The file it was read from, for messages; `"built in"` for our own facts. */
  readonly path: string;
  /** The file's whole text, to tell lines from offsets. */
  readonly text: string;
  /** What is imported, by symbol. */
  readonly imports: ReadonlyMap<string, ImportRef>;
  readonly types: ReadonlyMap<string, TypeDefinition>;
  readonly definitions: ReadonlyMap<string, Definition>;
}
