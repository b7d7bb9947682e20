/**
 * What a configuration comes to for one host, with tokens and `~` expanded.
 *
 * @see ssh_config(5), TOKENS
 * @module
 */

import { NetError } from "../../errors.ts";
import { tryParse } from "../../ip/address.ts";
import { sha1 } from "../../tls/certificates/sha1.ts";
import type { LocalFacts } from "./local_facts.ts";

/** What a configuration says of one host; what it does not say is `undefined`. */
export interface SshSettings {
  /** The name or address to connect to; the alias if none is said. */
  readonly hostname: string;
  /** The port. */
  readonly port?: number | undefined;
  /** Who logs in. */
  readonly user?: string | undefined;
  /** Paths of keys; an empty list if no file is to be looked at. */
  readonly identityFiles?: readonly string[] | undefined;
  /** Whether the agent's other keys are left alone. */
  readonly identitiesOnly?: boolean | undefined;
  /** A path, `"none"`, `"SSH_AUTH_SOCK"`, or `"$NAME"`. */
  readonly identityAgent?: string | undefined;
  /** Machines on the way: `"ada@gate:22,inner"`; not given for `none`. */
  readonly proxyJump?: string | undefined;
  /** A line for the shell, whose streams are the connection; not given for `none`. */
  readonly proxyCommand?: string | undefined;
  /** The name that the host has in known_hosts. */
  readonly hostKeyAlias?: string | undefined;
  /** Files of known hosts, the first of which new ones are added to; empty for `none`. */
  readonly userKnownHostsFiles?: readonly string[] | undefined;
  /** Files of known hosts that are only read. */
  readonly globalKnownHostsFiles?: readonly string[] | undefined;
  /** What is done about hosts that are not known. */
  readonly strictHostKeyChecking?:
    | "yes"
    | "no"
    | "ask"
    | "accept-new"
    | undefined;
  /** Whether names are hashed where new hosts are added. */
  readonly hashKnownHosts?: boolean | undefined;
  /** Yes, no, or another agent: its path or `"$NAME"`. */
  readonly forwardAgent?: boolean | string | undefined;
  /** Seconds between questions whether the server is there; 0 for none. */
  readonly serverAliveInterval?: number | undefined;
  /** Unanswered ones after which the connection is lost. */
  readonly serverAliveCountMax?: number | undefined;
  /** Seconds. */
  readonly connectTimeout?: number | undefined;
  /** A list of names after `+`, `-`, `^` or nothing. */
  readonly ciphers?: string | undefined;
  /** A list of names after `+`, `-`, `^` or nothing. */
  readonly macs?: string | undefined;
  /** A list of names after `+`, `-`, `^` or nothing. */
  readonly kexAlgorithms?: string | undefined;
  /** A list of names after `+`, `-`, `^` or nothing. */
  readonly hostKeyAlgorithms?: string | undefined;
  /** The version of IP. */
  readonly addressFamily?: "any" | "inet" | "inet6" | undefined;
  /** Ways to log in, in order. */
  readonly preferredAuthentications?: readonly string[] | undefined;
  /** What was left out, and why. */
  readonly notes: readonly string[];
  /**
   * Everything that is said, as it is written, by keyword in lower case: of
   * `LocalForward` and its kin one text a line.
   */
  readonly values: Readonly<Record<string, readonly string[]>>;
}

/**
 * Makes what a configuration says into settings.
 *
 * @param alias The host, as it was named.
 * @param values What is said, by keyword.
 * @param local Who and where we are.
 */
export function toSettings(
  alias: string,
  values: ReadonlyMap<string, readonly string[]>,
  local: LocalFacts,
): SshSettings {
  const notes: string[] = [];
  const one = (name: string) => values.get(name)?.[0];
  const flag = (name: string) => {
    const value = one(name);
    return value === undefined ? undefined : value === "yes";
  };
  const number = (name: string) => {
    const value = one(name);
    return value === undefined || value === "none" ? undefined : Number(value);
  };
  const hostname = plainHost(expand(one("hostname") ?? alias, {
    h: alias,
  }, "HostName"));
  const user = one("user");
  const port = number("port");
  const basic = {
    h: hostname,
    n: alias,
    p: `${port ?? 22}`,
    r: user ?? local.user,
  };
  const tokens: Tokens = {
    ...basic,
    d: local.home,
    i: `${local.uid}`,
    k: one("hostkeyalias") ?? alias,
    L: local.hostname.split(".")[0]!,
    l: local.hostname,
    u: local.user,
    get C() {
      const { l, h, p, r } = tokens;
      return sha1(new TextEncoder().encode(`${l}${h}${p}${r}`)).toHex();
    },
  };
  const path = (text: string, keyword: string): string[] => {
    const full = variables(text, local, (name) => {
      notes.push(`${keyword} ${text} is left out: ${name} is not set`);
    });
    return full === undefined
      ? []
      : [home(expand(full, tokens, keyword), local)];
  };
  const paths = (name: string, keyword: string) =>
    values.get(name)?.filter((text) => text.toLowerCase() !== "none")
      .flatMap((text) => path(text, keyword));
  const line = (name: string, keyword: string) => {
    const text = one(name);
    return text === undefined || text.toLowerCase() === "none"
      ? undefined
      : expand(text, basic, keyword);
  };
  const agent = one("identityagent");
  const canonical = one("canonicalizehostname") ?? "no";
  if (canonical !== "no") {
    notes.push("CanonicalizeHostname is not done: names stay as they are");
  }
  return {
    hostname,
    port,
    user,
    identityFiles: paths("identityfile", "IdentityFile"),
    identitiesOnly: flag("identitiesonly"),
    identityAgent: agent === undefined || agent === "none" ||
        agent === "SSH_AUTH_SOCK" || /^\$\w/.test(agent)
      ? agent
      : path(agent, "IdentityAgent")[0],
    proxyJump: line("proxyjump", "ProxyJump"),
    proxyCommand: line("proxycommand", "ProxyCommand"),
    hostKeyAlias: one("hostkeyalias"),
    userKnownHostsFiles: paths("userknownhostsfile", "UserKnownHostsFile"),
    globalKnownHostsFiles: paths(
      "globalknownhostsfile",
      "GlobalKnownHostsFile",
    ),
    strictHostKeyChecking: strictness(one("stricthostkeychecking")),
    hashKnownHosts: flag("hashknownhosts"),
    forwardAgent: forwarding(values.get("forwardagent"), local),
    serverAliveInterval: number("serveraliveinterval"),
    serverAliveCountMax: number("serveralivecountmax"),
    connectTimeout: number("connecttimeout"),
    ciphers: one("ciphers"),
    macs: one("macs"),
    kexAlgorithms: one("kexalgorithms"),
    hostKeyAlgorithms: one("hostkeyalgorithms"),
    addressFamily: one("addressfamily") as SshSettings["addressFamily"],
    preferredAuthentications: one("preferredauthentications")?.split(","),
    notes,
    values: Object.fromEntries(values),
  };
}

/** The first yes or no counts, and of a path, which is a yes, the first too. */
function forwarding(
  said: readonly string[] = [],
  local: LocalFacts,
): boolean | string | undefined {
  const [first] = said;
  if (first === undefined) return undefined;
  if (/^(?:no|false)$/i.test(first)) return false;
  const path = said.find((text) => !/^(?:yes|no|true|false)$/i.test(text));
  return path === undefined ? true : home(path, local);
}

function strictness(
  value: string | undefined,
): SshSettings["strictHostKeyChecking"] {
  return value === "off" ? "no" : value as SshSettings["strictHostKeyChecking"];
}

type Tokens = Readonly<Record<string, string>>;

/** Names are compared in small letters; addresses stay as they are. */
export function plainHost(host: string): string {
  return tryParse(host) === undefined ? host.toLowerCase() : host;
}

function expand(text: string, tokens: Tokens, keyword: string): string {
  return text.replace(/%(.?)/gsu, (whole, token: string) => {
    if (token === "%") return "%";
    if (Object.hasOwn(tokens, token)) return tokens[token]!;
    throw new NetError(
      `${keyword} ${text} has ${whole}, which stands for nothing there`,
      {
        code: "ssh-config",
        op: "read",
        target: "the SSH configuration",
        hint: `one of ${
          Object.keys(tokens).map((name) => `%${name}`).join(" ")
        }, or %% for a %`,
      },
    );
  });
}

function variables(
  text: string,
  local: LocalFacts,
  missing: (name: string) => void,
): string | undefined {
  let isWhole = true;
  const full = text.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    const value = local.variable(name);
    if (value === undefined) {
      isWhole = false;
      missing(name);
    }
    return value ?? "";
  });
  return isWhole ? full : undefined;
}

/** `~` at the start is the home folder; that of others is not looked up. */
function home(path: string, local: LocalFacts): string {
  return path === "~" || path.startsWith("~/")
    ? local.home + path.slice(1)
    : path;
}
