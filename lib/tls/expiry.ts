/**
 * When the certificates of many servers expire.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { Run } from "../inspect/run.ts";
import { table } from "../inspect/table.ts";
import { endpoint, type EndpointLike } from "../socket/endpoint.ts";
import type { Certificate } from "./certificate.ts";
import { inspect, type InspectOptions } from "./inspect.ts";
import { inspectTarget } from "./inspecting/inspect_target.ts";
import { noneElsewhere } from "../known_options.ts";
import { VERIFIER_NAMES } from "./option_names.ts";
import { trustStoreFrom } from "./read_options.ts";

/** What is known of one server's certificate. */
export interface ExpiryRow {
  /** The server. */
  readonly target: string;
  /** Whole days that the certificate still holds; negative since it does not. */
  readonly days: number | undefined;
  /** The last moment at which it holds. */
  readonly notAfter: Date | undefined;
  /** Who signed it. */
  readonly issuer: string | undefined;
  /** Whether the server is to be believed. */
  readonly ok: boolean;
  /** What is wrong, in a sentence; nothing if nothing is. */
  readonly problem: string | undefined;
  /** The certificate. */
  readonly certificate: Certificate | undefined;
}

/** Options for {@linkcode expiry}. */
export interface ExpiryOptions extends InspectOptions {
  /** Servers that are asked at a time. @default {32} */
  concurrency?: number | undefined;
  /** How long each server may take, in milliseconds. @default {10000} */
  timeout?: number | undefined;
}

/** Days left that still are many. */
const SOON = 30;

/**
 * The certificates of many servers, the first to expire first; servers that
 * showed none come before all.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const site = await ca.issue({ hosts: ["127.0.0.1"], days: 20 });
 * await using server = await net.tls.serve({ ...site }, net.tcp.echo);
 * const report = await net.tls.expiry([server.address], { roots: [ca.certificate] });
 * assert.equal(report.within(30).length, 1);
 * assert.equal(report.within(5).length, 0);
 * ```
 */
export class ExpiryReport {
  /** One for each server. */
  readonly rows: readonly ExpiryRow[];

  /**
   * Puts the rows in order.
   *
   * @param rows The rows, in any order.
   */
  constructor(rows: Iterable<ExpiryRow>) {
    const of = ({ days }: ExpiryRow) => days ?? -Infinity;
    this.rows = [...rows].sort((a, b) => {
      const [x, y] = [of(a), of(b)];
      return x === y ? (a.target < b.target ? -1 : 1) : x - y;
    });
  }

  /**
   * The servers whose certificate expires soon, or has, or that show none.
   *
   * @param days How soon.
   */
  within(days: number): ExpiryRow[] {
    return this.rows.filter((row) => (row.days ?? -Infinity) <= days);
  }

  /** The table, in lines. */
  toString(): string {
    return draw(this.rows, false, 120);
  }

  /** The rows, without the certificates themselves. */
  toJSON(): Omit<ExpiryRow, "certificate">[] {
    return this.rows.map(({ certificate: _, ...row }) => row);
  }

  /** The table, at the prompt. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    return draw(this.rows, options?.colors ?? false);
  }
}

function draw(
  rows: readonly ExpiryRow[],
  colors: boolean,
  width?: number,
): string {
  return table(
    rows.map((row) => ({
      target: row.target,
      days: row.days ?? "-",
      until: row.notAfter?.toISOString().slice(0, 10) ?? "-",
      issuer: row.issuer ?? "-",
      problem: row.problem ?? "",
    })),
    {
      columns: [
        { key: "target", role: "name", minWidth: 16 },
        {
          key: "days",
          align: "right",
          role: (days) =>
            typeof days !== "number" || days < 0
              ? "bad"
              : days <= SOON
              ? "warn"
              : "good",
        },
        { key: "until", minWidth: 10 },
        "issuer",
        { key: "problem", role: "bad" },
      ],
      maxRows: 1000,
      canvas: canvas({ colors, width }),
    },
  );
}

/**
 * Asks many servers for their certificates, some at a time, and says when each
 * expires and what is wrong with it. A server that does not answer is a row too.
 *
 * @param targets Servers as {@linkcode inspect} takes them: `"host:port"`,
 * `"host"`, paths of files; each with what it speaks before TLS, if it does:
 * `"smtp://mail.example"`, `"imap://mail.example:143"`.
 * @param options How many at a time, and all that `inspect` takes.
 * @returns A run: awaited the report, iterated the rows as they come.
 * @throws {RangeError} If `concurrency` is no whole number of 1 or more.
 * @throws {TypeError} If a target is an address of another protocol, or there is
 * no list of them.
 * @throws {ParseError} If one names no server.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, (conn) => conn.write("220 mail ESMTP\r\n"));
 * const { port } = server.address;
 * const targets = [`127.0.0.1:${port}`, `imap://127.0.0.1:${port}`];
 * const report = await net.tls.expiry(targets, { roots: [] });
 * assert.match(report.rows[0]?.problem ?? "", /SMTP/);
 * assert.match(report.rows[1]?.problem ?? "", /imap/);
 * ```
 */
export function expiry(
  targets: Iterable<EndpointLike>,
  options: ExpiryOptions = {},
): Run<ExpiryRow, ExpiryReport> {
  noneElsewhere("ask servers", options, VERIFIER_NAMES);
  const { concurrency = 32, signal, ...rest } = options;
  if (!(Number.isInteger(concurrency) && concurrency >= 1)) {
    throw new RangeError(
      `Cannot ask servers as 'concurrency' must be a whole number, 1 or more: current value is ${concurrency}`,
    );
  }
  if (typeof targets === "string") {
    throw new TypeError(
      `Cannot ask servers as 'targets' must be a list, ["${targets}"]: current value is a text`,
    );
  }
  const all = [...targets];
  // What is no target is told before anybody is asked.
  for (const target of all) inspectTarget(target);
  return new Run<ExpiryRow, ExpiryReport>(
    `Ask ${all.length} servers for their certificates`,
    async ({ row, progress, signal }) => {
      const roots = await trustStoreFrom("read the trusted roots", rest.roots);
      const rows: ExpiryRow[] = [];
      let next = 0;
      const work = async () => {
        while (next < all.length) {
          signal.throwIfAborted();
          const found = await look(all[next++]!, { ...rest, roots, signal });
          rows.push(found);
          row(found);
          progress(rows.length, all.length);
        }
      };
      await Promise.all(
        Array.from({ length: Math.min(concurrency, all.length) }, work),
      );
      return new ExpiryReport(rows);
    },
    {
      signal,
      line: ({ target, days, problem }) =>
        `${target}: ${problem ?? `${days} days`}`,
    },
  );
}

async function look(
  target: EndpointLike,
  options: InspectOptions,
): Promise<ExpiryRow> {
  const name = typeof target === "string" ? target : `${endpoint(target)}`;
  try {
    const { certificate, ok, verdict } = await inspect(target, options);
    return {
      target: name,
      days: certificate?.daysLeft(options.at),
      notAfter: certificate?.notAfter,
      issuer: certificate &&
        `${certificate.issuer.commonName ?? certificate.issuer}`,
      ok,
      problem: certificate
        ? verdict?.reason || undefined
        : "it shows no certificate",
      certificate,
    };
  } catch (error) {
    options.signal?.throwIfAborted();
    return {
      target: name,
      days: undefined,
      notAfter: undefined,
      issuer: undefined,
      ok: false,
      problem: error instanceof Error ? error.message : `${error}`,
      certificate: undefined,
    };
  }
}
