/**
 * A display filter's tree to JavaScript: one function a test, joined by `&&`,
 * `||` and `!`.
 *
 * A test goes through the packet's layers for those it asks about, and reads
 * nothing else.
 *
 * @module
 */

import type { Packet } from "../packet.ts";
import * as comparing from "./comparing.ts";
import { matchError } from "./lex.ts";
import { type Asked, type Asking, questionCode } from "./question.ts";
import { nearestName, resolveName, type Target } from "./resolve.ts";
import type { FieldReference, Filter, Question } from "./syntax.ts";
import * as values from "./values.ts";

/** Tests a packet, which has a number in its capture. */
export type PacketTest = (packet: Packet, number: number) => boolean;

/** What the code calls as `H`. */
const CALLED = { ...values, ...comparing };

type Test = Filter & { kind: "test" };

/**
 * Compiles a filter.
 *
 * @param input The expression, for errors.
 * @param filter Its tree.
 * @returns The function.
 * @throws {ParseError} At an unknown name, or a value that a field cannot have.
 *
 * @example
 * ```ts
 * import { emitMatch } from "./emit.ts";
 * import { parseMatch } from "./parse.ts";
 * import { decode } from "../packet.ts";
 * import assert from "node:assert/strict";
 *
 * const test = emitMatch("!arp", parseMatch("!arp"));
 * assert.equal(test(decode(new Uint8Array(14)), 1), true);
 * ```
 */
export function emitMatch(input: string, filter: Filter): PacketTest {
  return new Emitter(input).compile(filter);
}

class Emitter implements Asking {
  readonly #input: string;
  readonly #constants: unknown[] = [];
  readonly #functions: string[] = [];

  constructor(input: string) {
    this.#input = input;
  }

  compile(filter: Filter): PacketTest {
    const result = this.#filter(filter);
    const body = `"use strict";\n${this.#functions.join("")}` +
      `return (packet,number)=>${result};`;
    return new Function("K", "H", body)(this.#constants, CALLED);
  }

  constant(value: unknown): string {
    if (typeof value === "number") return `${value}`;
    if (typeof value === "bigint") return `${value}n`;
    this.#constants.push(value);
    return `K[${this.#constants.length - 1}]`;
  }

  fail(reason: string, at: number) {
    return matchError(this.#input, at, reason);
  }

  #filter(filter: Filter): string {
    switch (filter.kind) {
      case "not":
        return `!${this.#filter(filter.of)}`;
      case "and":
      case "or": {
        const sign = filter.kind === "and" ? "&&" : "||";
        return `(${filter.of.map((one) => this.#filter(one)).join(sign)})`;
      }
      case "test":
        return this.#test(filter);
    }
  }

  /** Writes the function of a test, and gives the call. */
  #test(test: Test): string {
    const { field, question, at, quantifier } = test;
    const targets = this.#targets(field);
    const other = this.#otherField(question);
    if (other !== undefined) return this.#fields(test, targets, other);
    const all = quantifier === "all";
    const code = this.#each(targets, field, (asked) => {
      if (question.kind === "exists") {
        if (asked.kind !== "flag") return "return true;";
        return all ? "seen=true;if(!x)return false;" : "if(x)return true;";
      }
      const holds = questionCode(this, asked, question, at);
      return all
        ? `seen=true;if(!(${holds}))return false;`
        : `if(${holds})return true;`;
    });
    return this.#function(
      all ? `let seen=false;${code}return seen;` : `${code}return false;`,
    );
  }

  /** Writes a function of a packet and its number, and gives a call. */
  #function(body: string): string {
    const name = `t${this.#functions.length}`;
    this.#functions.push(`function ${name}(packet,number){${body}}\n`);
    return `${name}(packet,number)`;
  }

  #targets({ path, at }: FieldReference): readonly Target[] {
    const targets = resolveName(path);
    if (targets.length > 0) return targets;
    const meant = nearestName(path);
    throw this.fail(
      `there is no field ${path}` +
        (meant === undefined ? "" : ` (did you mean "${meant}"?)`),
      at,
    );
  }

  /** A field that a field is compared with. */
  #otherField(question: Question): FieldReference | undefined {
    if (question.kind !== "relation") return undefined;
    const { to, slice } = question;
    if (to.kind !== "word") return undefined;
    const named = to.text.includes(".") &&
      resolveName(to.text).some(({ kind }) => kind !== "present");
    if (named || slice !== undefined) {
      return { path: to.text, slice, at: to.at };
    }
    return undefined;
  }

  /** Compares all values of a field with all of another. */
  #fields(
    { field, question, at, quantifier }: Test,
    targets: readonly Target[],
    other: FieldReference,
  ): string {
    const { relation, mask } = question as Question & { kind: "relation" };
    if (mask !== undefined) {
      throw this.fail("some bits are compared with a number only", mask.at);
    }
    const others = this.#targets(other);
    const [kind, otherKind] = [
      kindOf(field, targets[0]!),
      kindOf(other, others[0]!),
    ];
    for (const one of [kind, otherKind]) {
      if (one !== "present") continue;
      throw this.fail("a layer cannot be compared: ask for a field", at);
    }
    if (classOf(kind) !== classOf(otherKind) && kind !== "value") {
      if (otherKind !== "value") {
        throw this.fail(
          `${field.path} and ${other.path} cannot be compared: they are of two kinds`,
          other.at,
        );
      }
    }
    const gather = (
      name: string,
      list: readonly Target[],
      of: FieldReference,
    ) =>
      `const ${name}=[];${
        this.#each(list, of, ({ kind, flags }) =>
          `${name}.push(${
            kind === "flags" ? `H.flagsNumber(x,${this.constant(flags)})` : "x"
          });`)
      }`;
    const order = "H.orderBoth(a,b)";
    const holds = `${order}${relation}0`;
    const all = quantifier === "all";
    return this.#function(
      gather("A", targets, field) + gather("B", others, other) +
        `for(const a of A)for(const b of B){${
          all ? `if(!(${holds}))return false;` : `if(${holds})return true;`
        }}return ${all ? "A.length>0&&B.length>0" : "false"};`,
    );
  }

  /** Writes what goes through all values of a field, as `x`. */
  #each(
    targets: readonly Target[],
    { slice, at }: FieldReference,
    code: (asked: Asked) => string,
  ): string {
    const cuts = slice === undefined
      ? undefined
      : this.constant(this.#cuts(slice, at));
    let body = "";
    const byLayer = Map.groupBy(
      targets,
      ({ layer, ordinal }) =>
        layer === undefined ? undefined : `${layer}#${ordinal ?? ""}`,
    );
    for (const list of byLayer.values()) {
      const { layer, ordinal, read } = list[0]!;
      const reads = list.map((target) => `{${this.#value(target, cuts, code)}}`)
        .join("");
      if (layer === undefined) {
        // What belongs to no layer is read by a function of its own.
        body += `{const v=${this.constant(read)}(packet,number);${reads}}`;
        continue;
      }
      const skip = ordinal === undefined ? "" : `if(++n!==${ordinal})continue;`;
      body += `{let n=0;for(const l of packet.layers){if(l.name!==${
        JSON.stringify(layer)
      })continue;${skip}${reads}}}`;
    }
    return body;
  }

  /** Writes the reading of a value, and what is done with it. */
  #value(
    target: Target,
    cuts: string | undefined,
    code: (asked: Asked) => string,
  ): string {
    const { kind, field, flag, inside, layer, path } = target;
    if (cuts !== undefined) {
      const whole = kind === "present"
        ? "H.layerOctets(packet,l)"
        : read(target);
      const asked = { ...target, kind: kindOf({ slice: "" }, target) };
      const one = `const x=H.sliced(y,${cuts});if(x!==undefined){${
        code({ ...asked, path: `${path}[…]`, bits: 0 })
      }}`;
      return kind === "value"
        ? `for(const y of H.leaves(${whole},${this.constant(inside)})){${one}}`
        : `const y=${whole};if(y!==undefined){${one}}`;
    }
    if (kind === "value") {
      return `for(const x of H.leaves(l[${JSON.stringify(field)}],${
        this.constant(inside)
      })){${code(target)}}`;
    }
    if (kind === "present" && layer !== undefined) {
      return `const x=H.layerOctets(packet,l);${code(target)}`;
    }
    if (flag !== undefined) {
      return `const x=l[${JSON.stringify(field)}].includes(${
        JSON.stringify(flag)
      });${code(target)}`;
    }
    return `const x=${read(target)};if(x!==undefined){${code(target)}}`;
  }

  /** `0:3`, `-2:`, `5`, `0-3`, and more than one of them. */
  #cuts(slice: string, at: number): values.Cut[] {
    return slice.split(",").map((part) => {
      const found = /^\s*(?:(-?\d+)?:(\d+)?|(-?\d+)(?:-(\d+))?)\s*$/.exec(part);
      const [, from, length, first, last] = found ?? [];
      const start = Number(from ?? first ?? 0);
      const count = last !== undefined
        ? Number(last) - start + 1
        : first !== undefined
        ? 1
        : length === undefined
        ? undefined
        : Number(length);
      const wrong = found === null || count !== undefined && count < 1 ||
        last !== undefined && start < 0;
      if (wrong) {
        throw this.fail(
          `[${slice}] is no slice: write [start:length], [first-last] or [one]`,
          at,
        );
      }
      return { start, count };
    });
  }
}

/** JavaScript for a value that is no flag, of the layer `l`, or of `v`. */
function read({ layer, field }: Target): string {
  if (layer === undefined) return "v";
  if (field === "$payload") return "H.carried(packet,l)";
  if (field === "$payloadLength") return "H.carried(packet,l).length";
  return `l[${JSON.stringify(field)}]`;
}

/** A slice is octets, but of text text. */
function kindOf(
  { slice }: Pick<FieldReference, "slice">,
  { kind }: Target,
): Target["kind"] {
  if (slice === undefined || kind === "value" || kind === "text") return kind;
  return "octets";
}

/** Kinds whose values can be compared with each other. */
function classOf(kind: Target["kind"]): string {
  return kind === "flags" ? "unsigned" : kind;
}
