/**
 * How this machine finds the address of a name: which sources it asks, in
 * which order, and which lines of which file say so.
 *
 * @module
 */

import { checkOptions, type OptionKinds } from "./option_kinds.ts";
import { NetError, PermissionError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { card, type CardRow } from "../inspect/card.ts";
import { duration } from "../inspect/units.ts";
import type { Address } from "../ip/address.ts";
import { type HostsFile, parseHostsFile } from "./dns/hosts_file.ts";
import { type Nsswitch, parseNsswitch } from "./dns/nsswitch.ts";
import {
  parseResolvConf,
  type ResolvConf,
  searchNames,
} from "./dns/resolv_conf.ts";
import { parseResolvectl, type ResolvedLink } from "./dns/resolvectl.ts";

/** Options of `dnsConfig`. */
const DNS_CONFIG: OptionKinds<DnsConfigOptions> = { root: "text" };

/** Options for {@linkcode dnsConfig}. */
export interface DnsConfigOptions {
  /** The folder that the files are under: that of a container, say. @default {"/"} */
  root?: string | undefined;
}

/** What systemd-resolved does on a machine where it runs. */
export interface Resolved {
  /**
   * Whose `/etc/resolv.conf` is: `"stub"` sends everything to resolved,
   * `"uplink"` names the servers that resolved knows, `"foreign"` is another's.
   */
  readonly mode: "stub" | "uplink" | "foreign";
  /** The servers and domains that resolved knows, as its own `resolv.conf` has them. */
  readonly upstream?: ResolvConf | undefined;
  /** The same by interface; only where `resolvectl` may be run. */
  readonly links?: readonly ResolvedLink[] | undefined;
}

/** One source that would be asked for a name, and what is known without asking. */
export interface LookupStep {
  /** The source's name in nsswitch.conf: `"files"`, `"dns"`, … */
  readonly source: string;
  /** What `/etc/hosts` has: here the search ends. */
  readonly addresses?: readonly Address[] | undefined;
  /** The servers that would be asked. */
  readonly servers?: readonly Address[] | undefined;
  /** The names that they would be asked for, in order. */
  readonly names?: readonly string[] | undefined;
}

/** The parts of a {@linkcode DnsConfig}. */
export interface DnsConfigParts {
  /** `/etc/nsswitch.conf`, the `hosts` line. */
  readonly nsswitch: Nsswitch;
  /** `/etc/hosts`. */
  readonly hosts: HostsFile;
  /** `/etc/resolv.conf`. */
  readonly resolvConf: ResolvConf;
  /** systemd-resolved, where it runs. */
  readonly resolved?: Resolved | undefined;
}

/**
 * How a machine finds addresses of names.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const config = new net.linux.DnsConfig({
 *   nsswitch: net.linux.parseNsswitch("hosts: files dns\n"),
 *   hosts: net.linux.parseHostsFile("192.0.2.1 web\n"),
 *   resolvConf: net.linux.parseResolvConf("nameserver 192.0.2.53\nsearch lan\n"),
 * });
 * assert.deepEqual(config.lookup("web").map(({ source }) => source), ["files"]);
 * assert.deepEqual(config.lookup("db")[1]?.names, ["db.lan.", "db."]);
 * ```
 */
export class DnsConfig implements DnsConfigParts {
  /** The `hosts` line of `/etc/nsswitch.conf`: who is asked, in order. */
  readonly nsswitch: Nsswitch;
  /** `/etc/hosts`. */
  readonly hosts: HostsFile;
  /** `/etc/resolv.conf`. */
  readonly resolvConf: ResolvConf;
  /** systemd-resolved, where it runs. */
  readonly resolved: Resolved | undefined;

  /**
   * Puts the parsed files together.
   *
   * @param parts The files.
   */
  constructor(parts: DnsConfigParts) {
    this.nsswitch = parts.nsswitch;
    this.hosts = parts.hosts;
    this.resolvConf = parts.resolvConf;
    this.resolved = parts.resolved;
  }

  /** The servers that programs ask, which may be resolved on this machine. */
  get servers(): Address[] {
    return this.resolvConf.nameservers
      .filter(({ used }) => used)
      .map(({ address }) => address);
  }

  /**
   * Tells who would be asked for a name, without asking.
   *
   * @param name What a program looks up.
   * @returns The sources in order, up to the one that is sure to end the search.
   */
  lookup(name: string): LookupStep[] {
    const steps: LookupStep[] = [];
    for (const { name: source, actions } of this.nsswitch.sources) {
      if (source === "files") {
        const addresses = this.hosts.lookup(name.replace(/\.$/, ""));
        if (addresses.length > 0) {
          steps.push({ source, addresses });
          if (actions.success === "return") break;
        } else {
          steps.push({ source });
          if (actions.notfound === "return") break;
        }
      } else if (source === "dns") {
        const names = searchNames(this.resolvConf, name);
        steps.push({ source, servers: this.servers, names });
      } else if (source === "resolve") {
        if (this.resolved === undefined) {
          if (actions.unavail === "return") return [...steps, { source }];
          continue;
        }
        const servers = this.resolved.upstream?.nameservers
          .map(({ address }) => address);
        steps.push({ source, servers });
        if (actions.notfound === "return" && actions.success === "return") {
          break;
        }
      } else steps.push({ source });
    }
    return steps;
  }

  /** Stands in JSON as its files. */
  toJSON(): Record<string, unknown> {
    const { nsswitch, hosts, resolvConf, resolved } = this;
    return { nsswitch, hosts, resolvConf, resolved };
  }

  /** Shows at the prompt as a card: order, servers, search list, and what is odd. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    return card("DNS configuration", [
      ["asked in order", this.#order()],
      ...this.#serverRows(),
      ["search", this.resolvConf.search.join(" ") || "none", "string"],
      ["options", this.#options()],
      ["hosts file", `${this.hosts.entries.length} entries`],
      ...this.#resolvedRows(),
      ...this.#notes(),
    ], page);
  }

  #order(): string {
    const names = this.nsswitch.sources.map(({ name, actions }) =>
      actions.notfound === "return" ? `${name} (ends there)` : name
    );
    return names.join(", then ") || "no source at all";
  }

  #serverRows(): CardRow[] {
    return this.resolvConf.nameservers.map(({ address, line, used }) => [
      "server",
      `${address}${
        line === 0 ? " (none is named)" : used ? "" : " (not asked)"
      }`,
      used ? "accent" : "muted",
    ]);
  }

  #options(): string {
    const { ndots, timeout, attempts, flags } = this.resolvConf.options;
    return [
      `ndots ${ndots}`,
      `${duration(timeout)} a server`,
      `${attempts} ${attempts === 1 ? "attempt" : "attempts"}`,
      ...flags,
    ].join(", ");
  }

  #resolvedRows(): CardRow[] {
    if (this.resolved === undefined) return [];
    const { mode, upstream, links = [] } = this.resolved;
    const rows: CardRow[] = [["systemd-resolved", MODES[mode]]];
    for (const { address, line } of upstream?.nameservers ?? []) {
      if (line > 0) rows.push(["resolved asks", `${address}`, "accent"]);
    }
    for (const link of links) {
      const domains = [
        ...link.search,
        ...link.routing.map((domain) => `~${domain}`),
      ].join(" ");
      if (link.servers.length === 0 && domains === "") continue;
      rows.push([
        link.interface ?? "every interface",
        `${link.servers.join(" ")} ${domains}`.trim(),
      ]);
    }
    return rows;
  }

  #notes(): CardRow[] {
    const files: [string, DnsConfigParts[keyof DnsConfigParts]][] = [
      ["nsswitch.conf", this.nsswitch],
      ["hosts", this.hosts],
      ["resolv.conf", this.resolvConf],
    ];
    return files.flatMap(([file, part]) =>
      (part !== undefined && "notes" in part ? part.notes : []).map((
        { line, note },
      ): CardRow => [`${file}:${line}`, note, "warn"])
    );
  }
}

const MODES: Readonly<Record<Resolved["mode"], string>> = {
  stub: "/etc/resolv.conf sends everything to it",
  uplink: "/etc/resolv.conf names the servers that it knows",
  foreign: "runs, and /etc/resolv.conf is another's",
};

/**
 * Reads how this machine finds addresses of names.
 *
 * Files that are not there count as empty, as they do for the C library.
 * `resolvectl` is run where systemd-resolved runs and `--allow-run` lets it.
 *
 * @param options Where the files are.
 * @returns The files, parsed; at the prompt a card.
 * @throws {PermissionError} Without `--allow-read` for `/etc` and
 * `/run/systemd/resolve`.
 * @throws {NetError} With code `"io"` if a file cannot be read.
 * @see resolv.conf(5), nsswitch.conf(5), hosts(5), systemd-resolved.service(8)
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * const config = await net.linux.dnsConfig();
 * console.log(config, config.lookup("localhost"));
 * ```
 */
export async function dnsConfig(
  options: DnsConfigOptions = {},
): Promise<DnsConfig> {
  checkOptions("read the DNS configuration", options, DNS_CONFIG);
  const root = (options.root ?? "").replace(/\/+$/, "");
  const [nsswitch, hosts, resolvConf, stub, uplink] = await Promise.all(
    [
      "/etc/nsswitch.conf",
      "/etc/hosts",
      RESOLV_CONF,
      `${RESOLVED}/stub-resolv.conf`,
      `${RESOLVED}/resolv.conf`,
    ].map((path) => read(root + path)),
  );
  const named = Deno.permissions.querySync({ name: "sys", kind: "hostname" })
    .state === "granted";
  const hostname = named && root === "" ? Deno.hostname() : undefined;
  return new DnsConfig({
    nsswitch: parseNsswitch(nsswitch ?? ""),
    hosts: parseHostsFile(hosts ?? ""),
    resolvConf: parseResolvConf(resolvConf ?? "", { hostname }),
    resolved: stub === undefined && uplink === undefined ? undefined : {
      mode: await resolvedMode(root),
      upstream: uplink === undefined ? undefined : parseResolvConf(uplink),
      links: root === "" ? await askResolvectl() : undefined,
    },
  });
}

const RESOLV_CONF = "/etc/resolv.conf";
const RESOLVED = "/run/systemd/resolve";

async function read(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    if (cause instanceof Deno.errors.NotCapable) {
      throw new PermissionError("this program may not read there", {
        code: "not-permitted",
        op: "read",
        target: path,
        hint: `deno run --allow-read=/etc,${RESOLVED} …`,
        cause,
      });
    }
    throw new NetError((cause as Error).message, {
      code: "io",
      op: "read",
      target: path,
      cause,
    });
  }
}

/** systemd-resolved itself goes by where the link leads. */
async function resolvedMode(root: string): Promise<Resolved["mode"]> {
  const target = await Deno.readLink(root + RESOLV_CONF).catch(() => "");
  if (target.endsWith("/systemd/resolve/stub-resolv.conf")) return "stub";
  return target.endsWith("/systemd/resolve/resolv.conf") ? "uplink" : "foreign";
}

async function askResolvectl(): Promise<ResolvedLink[] | undefined> {
  const { state } = await Deno.permissions.query({
    name: "run",
    command: "resolvectl",
  });
  if (state !== "granted") return undefined;
  try {
    const [dns, domain] = await Promise.all(
      ["dns", "domain"].map(async (verb) => {
        const { success, stdout } = await new Deno.Command("resolvectl", {
          args: ["--no-pager", verb],
          stdin: "null",
          stderr: "null",
        }).output();
        return success ? new TextDecoder().decode(stdout) : "";
      }),
    );
    return parseResolvectl(dns!, domain!);
  } catch {
    // The files have told the most of it.
    return undefined;
  }
}
