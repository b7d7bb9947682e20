/**
 * Reading a display filter: from tokens to a tree.
 *
 * `not` binds closest, then `and`, then `or`.
 *
 * @module
 */

import type { ParseError } from "../../errors.ts";
import { lex, matchError, type Token } from "./lex.ts";
import { nearestWord } from "../../nearest.ts";
import type {
  FieldReference,
  Filter,
  Literal,
  Member,
  Question,
  Relation,
} from "./syntax.ts";

/** Parentheses and `not` in each other: no more of them than this. */
const DEEPEST = 200;

/** Signs, and the words that stand for them. */
const RELATIONS: ReadonlyMap<string, Relation> = new Map([
  ...(["==", "!=", "<", "<=", ">", ">="] as const)
    .map((sign) => [sign, sign] as const),
  ["eq", "=="],
  ["ne", "!="],
  ["lt", "<"],
  ["le", "<="],
  ["gt", ">"],
  ["ge", ">="],
]);

const QUESTION_WORDS: readonly string[] = [
  "contains",
  "matches",
  "in",
  "eq",
  "ne",
  "lt",
  "le",
  "gt",
  "ge",
  "and",
  "or",
];

const AND: readonly string[] = ["&&", "and"];
const OR: readonly string[] = ["||", "or"];
const NOT: readonly string[] = ["!", "not"];

/**
 * Reads a filter.
 *
 * @param input The expression.
 * @returns The tree.
 * @throws {ParseError} Where it stops making sense.
 *
 * @example
 * ```ts
 * import { parseMatch } from "./parse.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(parseMatch("tcp && !udp || arp").kind, "or");
 * assert.throws(() => parseMatch("tcp &&"), /expected a field at offset 6/);
 * ```
 */
export function parseMatch(input: string): Filter {
  return new Parser(input).parse();
}

class Parser {
  readonly #input: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(input: string) {
    this.#input = input;
    this.#tokens = lex(input);
  }

  parse(): Filter {
    const filter = this.#joined("or");
    const { kind, text, at } = this.#token;
    if (kind === "end") return filter;
    if (kind === "word") {
      const meant = nearestWord(text, QUESTION_WORDS);
      const hint = meant === undefined ? "" : ` (did you mean "${meant}"?)`;
      throw this.#fail(`unexpected word "${text}"${hint}`, at);
    }
    throw this.#unexpected("`&&`, `||` or the end");
  }

  get #token(): Token {
    return this.#tokens[this.#next]!;
  }

  #take(): Token {
    const token = this.#token;
    if (token.kind !== "end") this.#next++;
    return token;
  }

  #is(texts: readonly string[]): boolean {
    const { kind, text } = this.#token;
    return (kind === "sign" || kind === "word") && texts.includes(text);
  }

  #fail(reason: string, at: number = this.#token.at): ParseError {
    return matchError(this.#input, at, reason);
  }

  #unexpected(wanted: string): ParseError {
    const { kind, text } = this.#token;
    return this.#fail(
      kind === "end"
        ? `expected ${wanted}`
        : `expected ${wanted}, not ${JSON.stringify(text)}`,
    );
  }

  #expect(sign: string): void {
    if (!this.#is([sign])) throw this.#unexpected(`"${sign}"`);
    this.#take();
  }

  #joined(kind: "and" | "or"): Filter {
    const part = () => kind === "or" ? this.#joined("and") : this.#negated();
    const of = [part()];
    while (this.#is(kind === "or" ? OR : AND)) {
      this.#take();
      of.push(part());
    }
    return of.length === 1 ? of[0]! : { kind, of };
  }

  #negated(): Filter {
    if (++this.#depth > DEEPEST) throw this.#fail("nested too deep");
    let filter: Filter;
    if (this.#is(NOT)) {
      this.#take();
      filter = { kind: "not", of: this.#negated() };
    } else if (this.#is(["("])) {
      this.#take();
      filter = this.#joined("or");
      this.#expect(")");
    } else {
      filter = this.#test();
    }
    this.#depth--;
    return filter;
  }

  #test(): Filter {
    const after = this.#tokens[this.#next + 1];
    let quantifier: "any" | "all" | undefined;
    if (after?.kind === "word" && this.#is(["any", "all"])) {
      quantifier = this.#take().text as "any" | "all";
    }
    const field = this.#field();
    const { at } = this.#token;
    const question = this.#question();
    // As in Wireshark, a field differs from a value if none of it is the value.
    const differs = question.kind === "relation" && question.relation === "!=";
    quantifier ??= differs ? "all" : "any";
    return { kind: "test", field, question, at, quantifier };
  }

  #field(): FieldReference {
    const { kind, text, at } = this.#token;
    if (kind !== "word") throw this.#unexpected("a field");
    this.#take();
    return { path: text, slice: this.#slice(), at };
  }

  #slice(): string | undefined {
    return this.#token.kind === "slice" ? this.#take().text : undefined;
  }

  #question(): Question {
    const { kind, text } = this.#token;
    if (kind === "sign" && text === "&") {
      this.#take();
      const mask = this.#literal("a number of bits to look at");
      const relation = this.#relation();
      return relation === undefined
        ? { kind: "bits", mask }
        : this.#compared(relation, mask);
    }
    const relation = this.#relation();
    if (relation !== undefined) return this.#compared(relation, undefined);
    if (this.#is(["contains"])) {
      this.#take();
      const what = this.#literal("text or octets");
      return { kind: "contains", what };
    }
    if (this.#is(["matches", "~"])) {
      this.#take();
      const what = this.#literal("a regular expression like /get/i");
      return { kind: "matches", what };
    }
    if (this.#is(["in"])) {
      this.#take();
      return { kind: "in", members: this.#set() };
    }
    if (kind === "sign" && (text === "===" || text === "!==")) {
      throw this.#fail(`write "${text.slice(0, 2)}" for "${text}"`);
    }
    return { kind: "exists" };
  }

  #relation(): Relation | undefined {
    const { kind, text } = this.#token;
    if (kind !== "sign" && kind !== "word") return undefined;
    const relation = RELATIONS.get(text);
    if (relation !== undefined) this.#take();
    return relation;
  }

  #compared(relation: Relation, mask: Literal | undefined): Question {
    const to = this.#literal("a value");
    const slice = to.kind === "word" ? this.#slice() : undefined;
    return { kind: "relation", relation, mask, to, slice };
  }

  #literal(wanted: string): Literal {
    const { kind, text, flags, at } = this.#token;
    if (kind !== "word" && kind !== "string" && kind !== "pattern") {
      throw this.#unexpected(wanted);
    }
    this.#take();
    return { kind, text, flags, at };
  }

  /** `{80, 443, 8000..8080}`. */
  #set(): Member[] {
    this.#expect("{");
    const members: Member[] = [];
    do {
      members.push(...this.#member());
      if (this.#is([","])) this.#take();
    } while (!this.#is(["}"]));
    this.#take();
    return members;
  }

  #member(): Member[] {
    const from = this.#literal("a value or a range like 1..9");
    if (from.kind !== "word") return [{ from, to: undefined }];
    const dots = from.text.indexOf("..");
    if (dots < 0) {
      const { kind, text } = this.#token;
      if (kind !== "word" || !text.startsWith("..")) {
        return [{ from, to: undefined }];
      }
    }
    // The dots may stand by themselves, or at either value, or between both.
    let rest: Literal | undefined = dots < 0
      ? this.#literal("a value")
      : { ...from, text: from.text.slice(dots), at: from.at + dots };
    const first = dots < 0 ? from : { ...from, text: from.text.slice(0, dots) };
    rest = { ...rest, text: rest.text.slice(2), at: rest.at + 2 };
    if (rest.text === "") rest = this.#literal("the last of the range");
    if (first.text === "") throw this.#fail("a range without a start", from.at);
    return [{ from: first, to: rest }];
  }
}
