/**
 * `ssh_config`: what is said of a host, in which order, and who is meant.
 *
 * @see ssh_config(5)
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { card } from "../../inspect/card.ts";
import { type LocalFacts, localFacts } from "./local_facts.ts";
import { matchesList } from "./patterns.ts";
import {
  checkDepth,
  checkedParts,
  type ConfigPart,
} from "./ssh_config_blocks.ts";
import type { ConfigProblem } from "./ssh_config_lines.ts";
import { meets } from "./ssh_config_match.ts";
import { plainHost, type SshSettings, toSettings } from "./ssh_settings.ts";

export type { ConfigProblem } from "./ssh_config_lines.ts";
export type { LocalFacts } from "./local_facts.ts";

/** What is known of a host beside its name, for {@linkcode SshConfig.settings}. */
export interface SettingsOptions {
  /** Who logs in, if that was said: it outweighs the configuration. */
  readonly user?: string | undefined;
  /** The port, if that was said: it outweighs the configuration. */
  readonly port?: number | undefined;
  /** Who and where we are. @default {what the environment says} */
  readonly local?: Partial<LocalFacts> | undefined;
}

/**
 * A configuration: answers what it says of one host. The first value wins, so
 * what is particular stands above what is general.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const config = net.ssh.parseSshConfig(`
 * Host web* !web9
 *   HostName %h.example.com
 *   Port 2222
 * Host *
 *   User ada
 * `);
 * const { hostname, port, user } = config.settings("web1");
 * assert.deepEqual([hostname, port, user], ["web1.example.com", 2222, "ada"]);
 * assert.equal(config.settings("web9").port, undefined);
 * ```
 */
export class SshConfig {
  /** The files that it was read from, those that were included too. */
  readonly paths: readonly string[];
  /** Lines that say nothing to us: keywords that nobody knows. */
  readonly problems: readonly ConfigProblem[];
  readonly #files: readonly (readonly ConfigPart[])[];

  /** Takes the parts; {@linkcode parseSshConfig} reads them. */
  constructor(
    files: readonly (readonly ConfigPart[])[],
    paths: readonly string[],
    problems: readonly ConfigProblem[],
  ) {
    this.#files = files;
    this.paths = paths;
    this.problems = problems;
  }

  /** The hosts that are named without wildcards, in order. */
  get hosts(): string[] {
    const names = this.#files.flatMap((parts) => [...hostPatterns(parts)]);
    return [...new Set(names)].filter((name) => !/[*?!]/.test(name));
  }

  /**
   * Gives what the configuration says of a host.
   *
   * @param alias The host, as it was named.
   * @param options Who logs in, if that is known, and who we are.
   * @returns The settings; what is not said is `undefined`.
   * @throws {NetError} With code `"ssh-config"` if it hangs on `Match exec`, or
   * on a token that stands for nothing.
   */
  settings(alias: string, options: SettingsOptions = {}): SshSettings {
    const local: LocalFacts = { ...localFacts(), ...options.local };
    const reading = new Reading(alias, local, options);
    reading.read(this.#files);
    if (reading.wantsFinal) {
      reading.beginFinal();
      reading.read(this.#files);
    }
    return toSettings(alias, reading.values, local);
  }

  /** The files and the hosts, for `JSON.stringify`. */
  toJSON(): Record<string, unknown> {
    const { paths, hosts, problems } = this;
    return { paths, hosts, problems };
  }

  /** Shows the files, the hosts and what is not understood. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const { paths, hosts, problems } = this;
    return card("SSH configuration", [
      ["files", paths.join(", ") || "none"],
      ["hosts", hosts.join(", ") || "none by name"],
      ...problems.map(({ path, line, reason }): [string, string] => [
        `${path}:${line}`,
        reason,
      ]),
    ], canvas({ colors: options?.colors ?? false }));
  }
}

function* hostPatterns(parts: readonly ConfigPart[]): Generator<string> {
  for (const part of parts) {
    if (part.kind === "host") yield* part.patterns;
    else if (part.kind === "include") {
      for (const file of part.files) yield* hostPatterns(file);
    }
  }
}

/** One reading of a configuration, or two where the first one asks for it. */
class Reading {
  readonly values: Map<string, string[]> = new Map();
  wantsFinal = false;
  readonly #alias: string;
  readonly #local: LocalFacts;
  /** What `Host` is held against. */
  #host: string;
  #isFinal = false;

  constructor(alias: string, local: LocalFacts, options: SettingsOptions) {
    this.#alias = alias;
    this.#host = alias;
    this.#local = local;
    if (options.user !== undefined) this.values.set("user", [options.user]);
    if (options.port !== undefined) {
      this.values.set("port", [`${options.port}`]);
    }
  }

  /** Reads again, of the host that the first reading has come to. */
  beginFinal(): void {
    this.#host = plainHost(this.#hostname());
    this.values.set("hostname", [this.#host]);
    this.#isFinal = true;
  }

  read(files: readonly (readonly ConfigPart[])[]): void {
    for (const parts of files) this.#readFile(parts, true);
  }

  #readFile(parts: readonly ConfigPart[], mayMatch: boolean): void {
    let isActive = mayMatch;
    for (const part of parts) {
      switch (part.kind) {
        case "host":
          isActive = mayMatch && matchesList(this.#host, part.patterns);
          break;
        case "match":
          isActive = this.#matches(part) && mayMatch;
          break;
        case "include":
          for (const file of part.files) this.#readFile(file, isActive);
          break;
        case "set":
          if (isActive) this.#set(part);
      }
    }
  }

  #matches(part: ConfigPart & { kind: "match" }): boolean {
    this.wantsFinal ||= part.criteria.some(({ attribute }) =>
      attribute === "final"
    );
    return meets(part.criteria, {
      host: this.#hostname(),
      originalHost: this.#alias,
      user: this.values.get("user")?.[0] ?? this.#local.user,
      localUser: this.#local.user,
      tag: this.values.get("tag")?.[0] ?? "",
      isFinal: this.#isFinal,
      place: `${part.path} line ${part.line}`,
    });
  }

  #hostname(): string {
    const said = this.values.get("hostname")?.[0];
    if (said === undefined || this.#isFinal) return said ?? this.#host;
    return said.replace(/%[h%]/g, (token) => token === "%h" ? this.#host : "%");
  }

  #set({ name, values, adds }: ConfigPart & { kind: "set" }): void {
    const said = this.values.get(name);
    if (name === "sendenv") {
      this.values.set(name, sendEnv(said ?? [], values));
    } else if (adds) {
      // Several words are one value here: a forwarding's two ends.
      const value = values.join(" ");
      if (said === undefined) this.values.set(name, [value]);
      else if (!said.includes(value)) said.push(value);
    } else if (said === undefined && !this.#isBarred(name)) {
      this.values.set(name, [...values]);
    }
  }

  /** Of a jump and a command the first one counts, `none` of a jump aside. */
  #isBarred(name: string): boolean {
    const jump = this.values.get("proxyjump")?.[0];
    return name === "proxyjump" && this.values.has("proxycommand") ||
      name === "proxycommand" && jump !== undefined && jump !== "none";
  }
}

/** `-NAME` takes names off that were added before. */
function sendEnv(said: readonly string[], names: readonly string[]): string[] {
  return names.reduce<string[]>(
    (list, name) =>
      name.startsWith("-")
        ? list.filter((other) => !matchesList(other, [name.slice(1)]))
        : [...list, name],
    [...said],
  );
}

/** Options for {@linkcode parseSshConfig}. */
export interface ParseConfigOptions {
  /** What the text is called in errors. @default {"ssh_config"} */
  readonly path?: string | undefined;
  /**
   * Gives the texts that an `Include` names; it may name them by a pattern.
   * @default {none, and a problem is noted}
   */
  readonly include?:
    | ((pattern: string) => readonly { path: string; text: string }[])
    | undefined;
}

/**
 * Reads a configuration's text.
 *
 * @param text The text.
 * @param options What it is called, and where included files come from.
 * @returns The configuration.
 * @throws {NetError} With code `"ssh-config"` for a line that OpenSSH would not
 * start with; the error names the file and the line. Keywords that nobody knows
 * are `problems` only.
 * @see ssh_config(5)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const config = net.ssh.parseSshConfig("Host db\n  ProxyJump gate\n  Prot 22\n");
 * assert.equal(config.settings("db").proxyJump, "gate");
 * assert.equal(config.problems[0]?.line, 3);
 * assert.throws(() => net.ssh.parseSshConfig("Port 70000\n"), { code: "ssh-config" });
 * ```
 */
export function parseSshConfig(
  text: string,
  options: ParseConfigOptions = {},
): SshConfig {
  const { path = "ssh_config", include } = options;
  const paths: string[] = [];
  const problems: ConfigProblem[] = [];
  const read = (text: string, path: string, depth: number): ConfigPart[] => {
    const found = checkedParts(text, path, problems);
    paths.push(path);
    for (const part of found) {
      if (part.kind !== "include") continue;
      checkDepth(depth, part);
      if (!include) {
        const { path, line } = part;
        const reason = `Include ${part.patterns.join(" ")} was not followed`;
        problems.push({ path, line, reason });
        continue;
      }
      part.files = part.patterns.flatMap((pattern) => include(pattern))
        .map((file) => read(file.text, file.path, depth + 1));
    }
    return found;
  };
  return new SshConfig([read(text, path, 0)], paths, problems);
}
