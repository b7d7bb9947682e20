/**
 * Reading a capture filter: from tokens to a tree.
 *
 * The grammar is that of pcap-filter(7) as libpcap reads it: `and` and `or`
 * bind alike and from the left, `not` binds closer, and an id without
 * qualifiers takes those of the id before it.
 *
 * @module
 */

import { ArithmeticParser } from "./parse_arithmetic.ts";
import type { Token } from "./lex.ts";
import { ALL_WORDS, FOREIGN_WORDS } from "./keywords.ts";
import { nearestWord } from "../../nearest.ts";
import type {
  Arithmetic,
  Direction,
  Expression,
  Id,
  Qualifiers,
  Relation,
} from "./syntax.ts";
import { parseWlan } from "./parse_wlan.ts";

/** Ors in ands in ors, parentheses in parentheses: no more of them than this. */
const DEEPEST = 200;

/** One operand, with what it leaves to the ids after it. */
type Operand =
  /** A whole test: it stands alone. */
  | { sort: "term"; expression: Expression; next: Qualifiers | undefined }
  /** An id that takes its qualifiers from before. */
  | { sort: "id"; expression: Expression; next: Qualifiers | undefined }
  /** Ids in parentheses, joined by `and` and `or`. */
  | { sort: "ids"; expression: Expression; next: Qualifiers | undefined }
  /** A number or more in parentheses, which may yet be part of arithmetic. */
  | { sort: "arithmetic"; arithmetic: Arithmetic; next: undefined };

const RELATIONS: readonly string[] = ["=", "!=", ">", ">=", "<", "<="];

const ENCAPSULATIONS = ["vlan", "mpls", "pppoed", "pppoes", "geneve"] as const;

/**
 * Reads a filter.
 *
 * @param input The expression.
 * @returns The tree; `undefined` for an expression of nothing but space.
 * @throws {ParseError} Where it stops making sense.
 *
 * @example
 * ```ts
 * import { parseFilter } from "./parse.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(parseFilter("tcp port 80 or 443")?.kind, "or");
 * assert.throws(() => parseFilter("tcp prot 80"), /did you mean "port"\?/);
 * ```
 */
export function parseFilter(input: string): Expression | undefined {
  return new FilterParser(input).parse();
}

class FilterParser extends ArithmeticParser {
  #depth = 0;
  /** How many tests in each other an expression is. */
  readonly #height = new Map<Expression, number>();

  parse(): Expression | undefined {
    if (this.atEnd()) return undefined;
    const { expression } = this.#settled(
      this.#sequence(undefined, this.token),
      undefined,
    );
    if (!this.atEnd()) {
      throw this.#unexpected("`and`, `or` or the end");
    }
    return expression;
  }

  /** Operands joined by `and` and `or`, up to what is neither. */
  #sequence(inherited: Qualifiers | undefined, { at }: Token): Operand {
    if (++this.#depth > DEEPEST) throw this.fail("nested too deep", at);
    const first = this.#operand(inherited);
    if (first.sort === "arithmetic" && !this.#isJoin()) {
      this.#depth--;
      return first;
    }
    let { sort, expression, next } = this.#settled(first, inherited);
    if (sort === "ids") {
      throw this.fail("ids in parentheses cannot stand first in others", at);
    }
    let own: Expression[] | undefined;
    while (this.#isJoin()) {
      const kind = this.take().text as "and" | "or";
      const operand = this.#settled(this.#operand(next), next);
      if (sort !== "term") {
        const { at } = operand.expression;
        const reason = "expected an id, as before in these parentheses";
        if (operand.sort === "term") throw this.fail(reason, at);
        sort = "ids";
      }
      next = operand.next;
      if (own !== undefined && expression.kind === kind) {
        own.push(operand.expression);
      } else {
        own = [expression, operand.expression];
        expression = { kind, at, of: own };
      }
      this.#rise(expression, operand.expression);
      this.#rise(expression, own[0]!);
    }
    this.#depth--;
    return { sort, expression, next };
  }

  /** Keeps the count of how many tests are in each other. */
  #rise(outer: Expression, inner: Expression): void {
    const height = Math.max(
      this.#height.get(outer) ?? 0,
      (this.#height.get(inner) ?? 0) + 1,
    );
    if (height > DEEPEST) throw this.fail("nested too deep", inner.at);
    this.#height.set(outer, height);
  }

  #isJoin(): boolean {
    return this.isWord("and") || this.isWord("or");
  }

  /** Takes a bare number for the id that it is. */
  #settled(
    operand: Operand,
    inherited: Qualifiers | undefined,
  ): Exclude<Operand, { sort: "arithmetic" }> {
    if (operand.sort !== "arithmetic") return operand;
    const { arithmetic } = operand;
    if (arithmetic.kind !== "number") this.#noRelation();
    const { at, value } = arithmetic as Arithmetic & { kind: "number" };
    return this.#id({ kind: "number", value }, inherited, at);
  }

  #noRelation(): never {
    throw this.#unexpected("a comparison, as in `len > 100`");
  }

  #id(
    id: Id,
    qualifiers: Qualifiers | undefined,
    at: number,
  ): Operand & { sort: "id" } {
    if (qualifiers === undefined) {
      const reason = "an address, port or number needs a word before it, " +
        "as in `host` or `port`";
      throw this.fail(reason, at);
    }
    const expression = { kind: "id", id, qualifiers, at } as const;
    return { sort: "id", expression, next: qualifiers };
  }

  #operand(inherited: Qualifiers | undefined): Operand {
    const { token } = this;
    const { kind, text, at } = token;
    if (this.isWord("not")) {
      if (++this.#depth > DEEPEST) throw this.fail("nested too deep");
      this.take();
      const operand = this.#settled(this.#operand(inherited), inherited);
      this.#depth--;
      const expression = { kind: "not", of: operand.expression, at } as const;
      this.#rise(expression, operand.expression);
      // A group that is negated may stand before more ids.
      const sort = operand.sort === "ids" ? "id" : operand.sort;
      return { ...operand, sort, expression };
    }
    if (this.isSign("(")) return this.#group(inherited);
    if (this.startsArithmetic()) return this.#relation(this.arithmetic());
    if (kind === "ipv4" || kind === "ipv6") {
      return this.#id(this.#address(), inherited, at);
    }
    if (kind === "mac" || kind === "arcnet" || kind === "name") {
      this.#checkName(token, inherited);
      this.take();
      return this.#id({ kind, text }, inherited, at);
    }
    return { sort: "term", ...this.#term() };
  }

  #group(inherited: Qualifiers | undefined): Operand {
    const open = this.take();
    const inner = this.#sequence(inherited, open);
    this.expectSign(")");
    switch (inner.sort) {
      case "arithmetic":
        return this.#relation(this.arithmetic(inner.arithmetic));
      case "term":
        return { ...inner, next: inherited };
      default:
        return { ...inner, sort: "ids" };
    }
  }

  /** What follows arithmetic: a relation, or nothing. */
  #relation(left: Arithmetic): Operand {
    if (!this.isSign(...RELATIONS)) {
      return { sort: "arithmetic", arithmetic: left, next: undefined };
    }
    const relation = this.take().text as Relation;
    if (!this.startsArithmetic() && !this.isSign("(")) {
      throw this.#unexpected("a number");
    }
    const right = this.arithmetic();
    const { at } = left;
    const expression = { kind: "relation", relation, left, right, at } as const;
    return { sort: "term", expression, next: undefined };
  }

  /** An IP address, with the length of a prefix or with a mask. */
  #address(): Id {
    const { kind, text } = this.take();
    if (this.isSign("/")) {
      this.take();
      const prefix = this.expectNumber("a prefix length");
      return { kind: kind as "ipv4" | "ipv6", text, prefix };
    }
    if (kind === "ipv4" && this.isWord("mask")) {
      this.take();
      const mask = this.token;
      if (mask.kind !== "ipv4") throw this.#unexpected("a mask like 255.0.0.0");
      this.take();
      return { kind, text, mask: mask.text };
    }
    return { kind: kind as "ipv4" | "ipv6", text };
  }

  /** A test that starts with a keyword. */
  #term(): { expression: Expression; next: Qualifiers | undefined } {
    const { token } = this;
    const { kind, text, at } = token;
    const protocol = kind === "protocol" ? this.take().text : undefined;
    const { kind: nextKind, text: nextText } = this.token;
    if (nextKind === "direction" || nextKind === "type") {
      return this.#qualified(protocol);
    }
    const next = undefined;
    if (this.isWord("broadcast") || this.isWord("multicast")) {
      this.take();
      const kind = nextText as "broadcast" | "multicast";
      return { expression: { kind, protocol, at }, next };
    }
    if (this.isWord("type") || this.isWord("subtype") || this.isWord("dir")) {
      return { expression: parseWlan(this, at), next };
    }
    if (protocol !== undefined) {
      return { expression: { kind: "protocol", protocol, at }, next };
    }
    if (kind !== "word") throw this.#unexpected("a test");
    return { expression: this.#keyword(text, at), next };
  }

  /** Qualifiers, and the id or ids that they are for. */
  #qualified(protocol: string | undefined) {
    const direction = this.#direction();
    let type: string | undefined;
    if (this.token.kind === "type") {
      const { text, at } = this.token;
      const alone = ["proto", "protochain", "gateway"].includes(text);
      if (alone && direction !== undefined) {
        throw this.fail(`'${direction}' cannot stand before '${text}'`, at);
      }
      type = this.take().text;
    }
    const qualifiers: Qualifiers = { protocol, direction, type };
    const { at } = this.token;
    const operand = this.#settled(this.#operand(qualifiers), qualifiers);
    if (operand.sort === "term") {
      throw this.fail(
        `expected ${what(type)}, not a test of its own`,
        at,
      );
    }
    return { expression: operand.expression, next: qualifiers };
  }

  #direction(): Direction | undefined {
    if (this.token.kind !== "direction") return undefined;
    const first = this.take().text;
    if (first !== "src" && first !== "dst") return first as Direction;
    if (!this.#isJoin()) return first;
    const join = this.take().text;
    const other = first === "src" ? "dst" : "src";
    if (this.token.text !== other || this.token.kind !== "direction") {
      throw this.#unexpected(`\`${other}\``);
    }
    this.take();
    return `src ${join}` === "src or" ? "src or dst" : "src and dst";
  }

  #keyword(word: string, at: number): Expression {
    const foreign = FOREIGN_WORDS.get(word);
    if (foreign !== undefined) {
      throw this.fail(`'${word}' is for ${foreign}, which is not supported`);
    }
    switch (word) {
      case "less":
      case "greater":
      case "ifindex":
        this.take();
        return { kind: word, value: this.expectNumber("a number"), at };
      case "inbound":
      case "outbound":
        this.take();
        return { kind: word, at };
      case "byte":
        return this.#byte(at);
      case "llc":
        return this.#llc(at);
      case "rnr":
        throw this.fail("'rnr' is for the log of PF, or after 'llc'");
    }
    const inside = ENCAPSULATIONS.find((name) => name === word);
    if (inside === undefined) throw this.#unexpected("a test");
    this.take();
    const value = inside === "pppoed" ? undefined : this.optionalNumber();
    return { kind: "inside", word: inside, value, at };
  }

  #byte(at: number): Expression {
    this.take();
    const offset = this.expectNumber("an offset");
    if (!this.isSign("&", "|", "<", ">", "=")) {
      throw this.#unexpected("one of & | < > =");
    }
    const sign = this.take().text;
    const value = this.expectNumber("a value");
    return { kind: "byte", offset, sign, value, at };
  }

  #llc(at: number): Expression {
    this.take();
    const named = this.token.kind === "name" || this.isWord("rnr");
    return { kind: "llc", frame: named ? this.take().text : undefined, at };
  }

  /** A name that nothing asks for is most often a keyword misspelt. */
  #checkName({ kind, text, at }: Token, inherited: Qualifiers | undefined) {
    if (inherited !== undefined || kind !== "name") return;
    throw this.fail(this.#stray(text), at);
  }

  #stray(text: string): string {
    const meant = nearestWord(text, ALL_WORDS);
    if (meant !== undefined) {
      return `unknown word "${text}" (did you mean "${meant}"?)`;
    }
    const parts = text.split("-");
    if (parts.length > 1 && parts.every((part) => /^\w+$/.test(part))) {
      return `"${text}" is one name: for arithmetic write spaces around the "-"`;
    }
    return `unknown word "${text}"`;
  }

  #unexpected(wanted: string) {
    const { kind, text, written } = this.token;
    if (kind === "end") return this.fail(`expected ${wanted}`);
    if (kind === "name") return this.fail(this.#stray(text));
    return this.fail(`expected ${wanted}, not "${written}"`);
  }
}

function what(type: string | undefined): string {
  switch (type) {
    case "port":
      return "a port";
    case "portrange":
      return "a range of ports";
    case "proto":
    case "protochain":
      return "a protocol, with a backslash before a keyword (`\\tcp`)";
    default:
      return "an address";
  }
}
