/**
 * What a MIB says of one object: its place in the tree, syntax and access.
 *
 * @module
 */

/** What a node of the tree is. */
export type MibKind =
  | "scalar"
  | "table"
  | "row"
  | "column"
  | "notification"
  | "module"
  | "identity"
  | "group"
  | "compliance"
  | "capabilities"
  | "node";

/** What may be done with an object (RFC 2578 §7.3, RFC 1212 §4.1.2). */
export type MibAccess =
  | "not-accessible"
  | "accessible-for-notify"
  | "read-only"
  | "read-write"
  | "read-create"
  | "write-only";

/** Whether a definition still holds (RFC 2578 §7.4). */
export type MibStatus =
  | "current"
  | "deprecated"
  | "obsolete"
  | "mandatory"
  | "optional";

/** What a value is on the wire (RFC 2578 §7.1, RFC 1155 §3.2.3). */
export type MibBase =
  | "INTEGER"
  | "OCTET STRING"
  | "OBJECT IDENTIFIER"
  | "BITS"
  | "IpAddress"
  | "Counter32"
  | "Gauge32"
  | "TimeTicks"
  | "Counter64"
  | "Opaque"
  | "NULL";

/**
 * A value as a program has it: a number, a bigint for what may exceed 2^53,
 * octets for strings, bits and opaque, dotted text for OIDs and IPv4 addresses.
 */
export type MibValue = number | bigint | string | Uint8Array;

/** A syntax with every name in it followed to the end. */
export interface MibSyntax {
  /** As the object has it: `"DisplayString"`, `"Counter32"`, `"INTEGER"`. */
  readonly name: string;
  /** What goes over the wire. */
  readonly base: MibBase;
  /** The nearest textual convention, if the syntax is one or comes from one. */
  readonly convention?: string | undefined;
  /** Names of values, or of bits (0 is the first octet's highest). */
  readonly enums?: Readonly<Record<string, number>> | undefined;
  /** DISPLAY-HINT (RFC 2579 §3.1). */
  readonly hint?: string | undefined;
  /** Allowed values, or lengths in octets; both ends are allowed. */
  readonly ranges?:
    | readonly (readonly [low: number | bigint, high: number | bigint])[]
    | undefined;
}

/** One part of a table's index. */
export interface MibIndex {
  /** The column's name. */
  readonly name: string;
  /** Without a length before it, which only the last part may be. */
  readonly implied: boolean;
  /** How its values are written. */
  readonly syntax: MibSyntax;
  /** The column, which may belong to another table. */
  readonly node: MibNode | undefined;
}

/** One node of the tree. */
export interface MibNode {
  /** Without its module: `"ifDescr"`. */
  readonly name: string;
  /** Dotted, without a leading dot: `"1.3.6.1.2.1.2.2.1.2"`. */
  readonly oid: string;
  /** Where it is defined: `"IF-MIB"`; empty for the three roots. */
  readonly module: string;
  /** What it is. */
  readonly kind: MibKind;
  /** What its values are; only scalars and columns have one. */
  readonly syntax: MibSyntax | undefined;
  /** Names of values or bits, from the syntax. */
  readonly enums: Readonly<Record<string, number>> | undefined;
  /** DISPLAY-HINT, from the syntax. */
  readonly hint: string | undefined;
  /** What may be done with it. */
  readonly access: MibAccess | undefined;
  /** Whether it still holds, where the MIB says so. */
  readonly status: MibStatus | undefined;
  /** What a number counts: `"octets"`. */
  readonly units: string | undefined;
  /** The text of the MIB file; the built-in facts have none. */
  readonly description: string | undefined;
  /** Of a row, its table and its columns: the parts of the index in order. */
  readonly indexes: readonly MibIndex[];
  /** The row that this row adds columns to. */
  readonly augments: MibNode | undefined;
  /** What a notification carries or a group lists. */
  readonly objects: readonly MibNode[];
  /** DEFVAL as it is written. */
  readonly defaultText: string | undefined;
  /** The node above; the roots have none. */
  readonly parent: MibNode | undefined;
  /** The nodes right below, by number. */
  children(): MibNode[];
  /** Facts as plain data, without the nodes around it. */
  toJSON(): Record<string, unknown>;
}

/** The nearest named node above an OID, and what is left of it. */
export interface MibPlace {
  /** The deepest node on the way. */
  readonly node: MibNode;
  /** The numbers after it, dotted; empty if the OID is the node's own. */
  readonly suffix: string;
}

/** How {@linkcode MibStore.formatOid} writes. */
export type OidStyle = "module" | "name" | "full" | "numeric";

/** A trouble in a MIB file that did not stop the reading. */
export interface MibProblem {
  /** The file. */
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in UTF-16 units. */
  readonly column: number;
  /** What is wrong, and what can be done. */
  readonly reason: string;
}

/** What {@linkcode MibStore.load} did. */
export interface MibLoad {
  /** Modules read, by name. */
  readonly modules: readonly string[];
  /** Modules that are imported from and nowhere to be found. */
  readonly missing: readonly string[];
  /** What was wrong, in the order of the files. */
  readonly problems: readonly MibProblem[];
}
