#!/usr/bin/env -S deno run --allow-env=SSL_CERT_FILE --allow-net --allow-read
/**
 * Tells which certificates of many servers end soon, or are not to be believed,
 * and why. Made for cron too: it is silent if it is told to, and its exit code
 * says whether somebody has to do something.
 * @module
 */

import { parseArgs } from "node:util";
import * as net from "netrepl";

const USAGE =
  `Usage: expiry_checker.ts TARGET… [--file FILE] [--days N] [--ca FILE]
                         [--revocation] [--concurrency N] [--timeout MS]
                         [--quiet] [--json]
  TARGET           www.example.org, 10.0.0.5:8443, [2001:db8::5]:443; with what
                   is spoken before TLS: smtp://mail.example.org, imap://…:143,
                   pop3, ldap, postgresql, xmpp, ftp; or a PEM file: ./site.pem
  --file FILE      more of them, one a line, # begins a comment; - is the input
  --days N         what ends within N days counts as too soon  (30)
  --ca FILE        roots to trust besides the system's, as PEM
  --revocation     asks the authorities whether certificates were revoked
  --concurrency N  servers asked at a time  (32)
  --timeout MS     how long each may take  (10000)
  --quiet          only what somebody has to look at; nothing if there is nothing
  --json           the same as JSON, for programs
It ends with 0 if all is well, 1 if something ends soon, is not to be believed or
does not answer, 2 if the command line is wrong.`;

/** The lines of a list that say something. */
async function listed(file: string): Promise<string[]> {
  const text = file === "-"
    ? await new Response(Deno.stdin.readable).text()
    : await Deno.readTextFile(file);
  return text.split("\n").map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "");
}

/** Reads what was typed; where it makes no sense, the program ends. */
async function typed(args: string[]) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        file: { type: "string", multiple: true, default: [] },
        days: { type: "string", default: "30" },
        ca: { type: "string", multiple: true, default: [] },
        concurrency: { type: "string", default: "32" },
        timeout: { type: "string", default: "10000" },
        revocation: { type: "boolean", default: false },
        quiet: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) {
      console.log(USAGE);
      Deno.exit(0);
    }
    const number = (name: "days" | "concurrency" | "timeout", most: number) => {
      const value = Number(values[name] || NaN);
      if (Number.isInteger(value) && value >= 1 && value <= most) return value;
      throw new RangeError(
        `--${name} must be 1 to ${most}: current value is ${values[name]}`,
      );
    };
    const lists = await Promise.all(values.file.map(listed));
    const targets = [...new Set([...positionals, ...lists.flat()])];
    if (targets.length === 0) throw new TypeError("A TARGET is needed");
    return {
      targets,
      days: number("days", 36_500),
      concurrency: number("concurrency", 1000),
      timeout: number("timeout", 3_600_000),
      ca: (await Promise.all(values.ca.map(rootsIn))).flat(),
      revocation: values.revocation,
      quiet: values.quiet,
      json: values.json,
    };
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    Deno.exit(2);
  }
}

/** The roots of a file. */
async function rootsIn(file: string): Promise<net.tls.Certificate[]> {
  const roots = await net.tls.certificates(file);
  if (roots.length === 0) throw new TypeError(`There are no roots in ${file}`);
  return roots;
}

/** Whom to trust: the system's roots, and those that were given. */
async function trusted(
  own: readonly net.tls.Certificate[],
): Promise<net.tls.VerifyOptions["roots"]> {
  const system = await net.tls.systemRoots();
  return own.length === 0 ? system : [...system, ...own];
}

async function main(args: string[]): Promise<number> {
  const asked = await typed(args);
  const { targets, days, quiet, json, ca, ...rest } = asked;
  using _stage = net.inspect.stage(Deno);
  const roots = await trusted(ca);
  const report = await net.tls.expiry(targets, { ...rest, roots });
  const urgent = report.rows.filter((row) =>
    !row.ok || row.days === undefined || row.days <= days
  );
  const shown = quiet ? new net.tls.ExpiryReport(urgent) : report;
  if (json) {
    console.log(JSON.stringify(shown, null, 2));
  } else if (shown.rows.length > 0) {
    console.log(shown);
    // A table has no room for reasons.
    for (const { target, problem } of shown.rows) {
      if (problem !== undefined) console.log(`✗ ${target}: ${problem}`);
    }
    console.log(
      `${urgent.length} of ${report.rows.length} end within ${days} days or are not to be believed`,
    );
  }
  return urgent.length > 0 ? 1 : 0;
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  // Ctrl-C while something is shown.
  if (error instanceof DOMException) Deno.exit(130);
  const isMistake = error instanceof net.ParseError ||
    error instanceof RangeError || error instanceof TypeError;
  if (!isMistake && !(error instanceof net.NetError)) throw error;
  console.error(isMistake ? `${error.message}\n${USAGE}` : error.message);
  Deno.exit(isMistake ? 2 : 1);
}
