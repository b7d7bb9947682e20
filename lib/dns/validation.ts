/**
 * What a validation came to, with its chain of trust.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import type { Role } from "../inspect/paint.ts";
import { tree, type TreeNode } from "../inspect/tree.ts";
import type { Answer } from "./answer.ts";
import { absoluteName } from "./names.ts";

/**
 * Whether data can be trusted: `"secure"` is signed all the way from the anchor;
 * `"insecure"` lies below a delegation that is proven not to be signed;
 * `"bogus"` should be signed, and is not, or wrongly; `"indeterminate"` could
 * not be found out.
 *
 * @see RFC 4033 §5
 */
export type Security = "secure" | "insecure" | "bogus" | "indeterminate";

/** A zone on the way from the root, or a set of records at its end. */
export interface ChainLink {
  /** Its name, without a dot at the end. */
  readonly name: string;
  /** What it is: `"zone"`, or the type of the records. */
  readonly what: string;
  /** Whether it can be trusted. */
  readonly security: Security;
  /** In a few words, why. */
  readonly why: string;
  /** The facts behind it, one a line. */
  readonly facts: readonly string[];
}

/** What a {@linkcode Validation} is made of. */
export interface ValidationParts {
  /** What was asked for. */
  readonly name: string;
  /** Which records. */
  readonly type: string;
  /** Whether the answer can be trusted. */
  readonly security: Security;
  /** In a few words, why. */
  readonly why: string;
  /** The zones from the root, then the sets of records. */
  readonly chain: readonly ChainLink[];
  /** The answer itself. */
  readonly answer: Answer;
}

const ROLES: Readonly<Record<Security, Role>> = {
  secure: "good",
  insecure: "warn",
  bogus: "bad",
  indeterminate: "warn",
};

/**
 * Whether an answer can be trusted, and the chain that says so.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * const { security, chain } = await net.dns.validate("example.org");
 * console.log(security, chain.map(({ name }) => name));
 * ```
 */
export class Validation implements ValidationParts {
  /** What was asked for. */
  readonly name: string;
  /** Which records. */
  readonly type: string;
  /** Whether the answer can be trusted. */
  readonly security: Security;
  /** In a few words, why. */
  readonly why: string;
  /** The zones from the root, then the sets of records. */
  readonly chain: readonly ChainLink[];
  /** The answer itself. */
  readonly answer: Answer;

  /**
   * Takes the parts; `validate` makes them.
   *
   * @param parts The parts.
   */
  constructor(parts: ValidationParts) {
    this.name = parts.name;
    this.type = parts.type;
    this.security = parts.security;
    this.why = parts.why;
    this.chain = parts.chain;
    this.answer = parts.answer;
  }

  /** Whether it is secure. */
  get ok(): boolean {
    return this.security === "secure";
  }

  /** Its fields, plain. */
  toJSON(): ValidationParts {
    return { ...this };
  }

  /** A tree: the zones, one below the other, and at the end the records. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const { name, type, security, why, chain } = this;
    return tree(
      {
        label: `${name} ${type}: ${security}`,
        note: why,
        role: ROLES[security],
        children: chain.map((link): TreeNode => ({
          label: `${link.what} ${absoluteName(link.name)}`,
          note: `${link.security}: ${link.why}`,
          role: ROLES[link.security],
          children: link.facts.map((label) => ({ label, role: "muted" })),
        })),
      },
      canvas({ colors: options?.colors }),
    );
  }
}
