/**
 * What came of verifying a chain, as data and as a picture.
 *
 * @module
 */

import { type Canvas, canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import { tree, type TreeNode } from "../../inspect/tree.ts";
import type { Certificate } from "../certificate.ts";
import { titleOf, validityText } from "../certificates/certificate_card.ts";
import type { RevocationStatus } from "../ocsp_check.ts";
import type { ChainProblem, ChainProblemCode } from "./path_problem.ts";

export type { ChainProblem, ChainProblemCode };

/** What a {@linkcode ChainVerdict} is made of. */
export interface ChainVerdictFields {
  /** The certificates, the host's own first. */
  readonly chain: readonly Certificate[];
  /** Whether the last is trusted. */
  readonly anchored: boolean;
  /** What is wrong. */
  readonly problems: readonly ChainProblem[];
  /** What is known of revocation, link by link. */
  readonly revocation: readonly (RevocationStatus | undefined)[];
  /** The host that it was verified for. */
  readonly host: string | undefined;
  /** The moment that it was verified for. */
  readonly at: Date;
}

/**
 * Whether a chain is to be believed, and if not, why: all that is wrong, not
 * only the first. As text it is the chain as a tree from the root down, with
 * what is wrong below.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const { certificate } = await ca.issue({ hosts: ["www.lab.example"] });
 * const { ok, problems } = await net.tls.verifyChain(certificate, { roots: [] });
 * assert.equal(ok, false);
 * assert.equal(problems[0]?.code, "missing-issuer");
 * ```
 */
export class ChainVerdict {
  /** Whether nothing is wrong. */
  readonly ok: boolean;
  /** The certificates from the host's own up to the root, as far as there is a way. */
  readonly chain: readonly Certificate[];
  /** The trusted one at the end, if the way leads to one. */
  readonly root: Certificate | undefined;
  /** All that is wrong, the gravest first. */
  readonly problems: readonly ChainProblem[];
  /** What is known of revocation, link by link, where that was asked. */
  readonly revocation: readonly (RevocationStatus | undefined)[];
  /** The host that it was verified for, if it was for one. */
  readonly host: string | undefined;
  /** The moment that it was verified for. */
  readonly at: Date;

  /**
   * Takes the parts as they are.
   *
   * @param fields Chain, problems and the rest.
   */
  constructor(fields: ChainVerdictFields) {
    const { chain, anchored, problems, revocation, host, at } = fields;
    this.ok = anchored && problems.length === 0;
    this.chain = chain;
    this.root = anchored ? chain.at(-1) : undefined;
    this.problems = problems;
    this.revocation = revocation;
    this.host = host;
    this.at = at;
  }

  /** All that is wrong, in one sentence; empty if nothing is. */
  get reason(): string {
    return this.problems.map(({ message }) => message).join("; ");
  }

  /** The tree, in lines. */
  toString(): string {
    return this.#picture(canvas({ width: 100 }));
  }

  /** The fields; certificates as their subjects and fingerprints. */
  toJSON(): Record<string, unknown> {
    const { ok, host, at, chain, root, problems, revocation } = this;
    const named = (certificate: Certificate) => ({
      subject: `${certificate.subject}`,
      fingerprint: certificate.fingerprint(),
    });
    return {
      ok,
      host,
      at,
      chain: chain.map(named),
      root: root && named(root),
      problems: problems.map(({ code, link, message, hint }) => ({
        code,
        link,
        message,
        hint,
      })),
      revocation,
    };
  }

  /** The tree, at the prompt. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    return this.#picture(canvas({ colors: options?.colors ?? false }));
  }

  #picture(canvas: Canvas): string {
    const { ok, host, chain, problems } = this;
    const to = host === undefined ? "" : ` for ${host}`;
    const lines = [
      ok
        ? paint("good", `Trusted${to}`, canvas)
        : paint("bad", `Not trusted${to}`, canvas),
    ];
    const node = chainTree(chain, this.root, problems, this.at);
    if (node) lines.push(tree(node, canvas));
    for (const { message, hint } of problems) {
      lines.push(`${paint("bad", "✗", canvas)} ${message}`);
      if (hint !== undefined) lines.push(paint("muted", `  ${hint}`, canvas));
    }
    return lines.join("\n");
  }
}

/**
 * A chain as a tree, from the root down.
 *
 * @param chain The certificates, the host's own first.
 * @param root The one of them that is trusted.
 * @param problems What is wrong, for the colours.
 * @param at The moment, for the days left.
 * @returns The tree, or nothing for an empty chain.
 */
function chainTree(
  chain: readonly Certificate[],
  root: Certificate | undefined,
  problems: readonly ChainProblem[],
  at: Date,
): TreeNode | undefined {
  let node: TreeNode | undefined;
  chain.forEach((certificate, link) => {
    const wrong = problems.filter((problem) => problem.link === link);
    const notes = [
      validityText(certificate, at.getTime()).text,
      ...certificate === root ? ["trusted"] : [],
      ...wrong.map(({ code }) => `✗ ${code}`),
    ];
    node = {
      label: titleOf(certificate),
      role: wrong.length > 0 ? "bad" : "name",
      note: notes.join(", "),
      children: node ? [node] : [],
    };
  });
  return node;
}
