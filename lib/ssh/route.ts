/**
 * What target, options and configuration come to: which machines are on the
 * way, and how one logs in to each.
 *
 * @module
 */

import { onlyKnown } from "../known_options.ts";
import { agentPath } from "./agent.ts";
import { chooseAlgorithms } from "./algorithms.ts";
import { type AuthContext, METHODS } from "./auth.ts";
import { SshConnection } from "./connection.ts";
import { hostKeyChecker } from "./known_hosts/host_key_policy.ts";
import { environment, mayRead } from "./environment.ts";
import { findIdentities, handedIn } from "./identity.ts";
import type { LinkPlan } from "./link.ts";
import { CONNECT } from "./connect_option_names.ts";
import type { SshConnectOptions, SshJump } from "./options.ts";
import type { SshMethod } from "./question.ts";
import type { SshConfig } from "./config/ssh_config.ts";
import { loadSshConfig } from "./config/ssh_config_files.ts";
import type { SshSettings } from "./config/ssh_settings.ts";
import {
  formatTarget,
  parseTarget,
  type SshTarget,
  type SshTargetLike,
} from "./target.ts";

/** One machine on the way. */
export interface Hop {
  /** Where its SSH server is. */
  readonly hostname: string;
  /** The server's port. */
  readonly port: number;
  /** Of which family its address has to be, if that matters. */
  readonly family: 4 | 6 | undefined;
  /** What runs in place of TCP. */
  readonly proxyCommand: string | undefined;
  /** The handshake. */
  readonly plan: LinkPlan;
  /** The login. */
  readonly auth: AuthContext;
  /** Whether its sessions may use the agent here. */
  readonly forwardAgent: boolean;
  /** The longest wait that the configuration allows, in milliseconds. */
  readonly timeout: number | undefined;
}

/** The way to a machine. */
export interface Route {
  /** A connection that is there already, over which the first hop is reached. */
  readonly from: SshConnection | undefined;
  /** The machines in order; the last is the target. */
  readonly hops: readonly [...Hop[], Hop];
}

/** What `AddressFamily` says. */
const FAMILIES = { any: undefined, inet: 4, inet6: 6 } as const;

/** Jumps in jumps that are followed. */
const DEEPEST = 8;

/**
 * Decides how to get to a machine.
 *
 * @param like The machine.
 * @param options How to connect.
 * @throws {NetError} If a file that was named cannot be read.
 * @throws {TypeError} If the jumps go in a circle.
 */
export async function planRoute(
  like: SshTargetLike,
  options: SshConnectOptions,
): Promise<Route> {
  const config = await loadSshConfig(options.config);
  return await plan(like, options, config, 0);
}

async function plan(
  like: SshTargetLike,
  options: SshConnectOptions,
  config: SshConfig | undefined,
  depth: number,
): Promise<Route> {
  if (depth > DEEPEST) {
    throw new TypeError(
      `Cannot connect as 'jump' must not go in a circle: current value leads through ${depth} machines`,
    );
  }
  const said = parseTarget(like);
  const named = parseTarget({ ...said, port: options.port ?? said.port });
  checkMethods(options.methods);
  const settings = config?.settings(named.hostname, {
    user: options.user ?? named.user,
    port: options.port ?? named.port,
  });
  const hop = await planHop(named, options, settings);
  const [first, ...rest] = jumpsOf(options.jump, settings?.proxyJump);
  if (first === undefined) return { from: undefined, hops: [hop] };
  const start = first instanceof SshConnection
    ? { from: first, hops: [] }
    : await plan(...ofJump(first, options, undefined), config, depth + 1);
  const hops: Hop[] = [...start.hops];
  for (const jump of rest) {
    if (jump instanceof SshConnection) {
      throw new TypeError(
        "Cannot connect as 'jump' must have a connection in the first place only: current value has one behind another machine",
      );
    }
    // What is before it is said here; its own jumps are not asked for.
    const next = await plan(...ofJump(jump, options, []), config, depth + 1);
    hops.push(...next.hops);
  }
  return {
    from: start.from,
    hops: [...hops, { ...hop, proxyCommand: undefined }],
  };
}

/** A machine on the way, and what it takes over from the target's options. */
function ofJump(
  like: Exclude<SshJump, SshConnection>,
  options: SshConnectOptions,
  jump: [] | undefined,
): [target: SshTargetLike, options: SshConnectOptions] {
  const { target, ...own } = typeof like === "string" ? { target: like } : like;
  if (target !== undefined) onlyKnown("connect through it", own, CONNECT);
  const { hostKeys, confirm, knownHosts, agent, ask, algorithms, keepalive } =
    options;
  return [target, {
    // A fingerprint is the target's; passwords and keys are for it alone.
    hostKeys: typeof hostKeys === "object" ? undefined : hostKeys,
    confirm,
    knownHosts,
    agent,
    ask,
    algorithms,
    keepalive,
    jump,
    ...own,
  }];
}

function jumpsOf(
  jump: SshConnectOptions["jump"],
  configured: string | undefined,
): SshJump[] {
  const list: readonly SshJump[] = jump === undefined
    ? configured === undefined ? [] : [configured]
    : Array.isArray(jump)
    ? jump as readonly SshJump[]
    : [jump as SshJump];
  return list.flatMap((one): readonly SshJump[] =>
    typeof one === "string"
      ? one.split(",").map((x) => x.trim()).filter((x) =>
        x !== "" && x !== "none"
      )
      : [one]
  );
}

async function planHop(
  named: SshTarget,
  options: SshConnectOptions,
  settings: SshSettings | undefined,
): Promise<Hop> {
  const hostname = settings?.hostname ?? named.hostname;
  const port = options.port ?? named.port ?? settings?.port ?? 22;
  const user = options.user ?? named.user ?? settings?.user ??
    whoAmI(named.hostname);
  const target = formatTarget({ hostname, port, user });
  const check = hostKeyChecker(options, settings);
  const agent = whichAgent(options.agent, settings?.identityAgent);
  const alive = keepaliveOf(options.keepalive, settings);
  const { passphrase, ask } = options;
  const opening = { passphrase, ask };
  const signal = options.signal ?? new AbortController().signal;
  const forward = options.forwardAgent ?? settings?.forwardAgent ?? false;
  return {
    hostname,
    port,
    family: FAMILIES[settings?.addressFamily ?? "any"],
    proxyCommand: settings?.proxyCommand,
    forwardAgent: forward !== false,
    timeout: settings?.connectTimeout && settings.connectTimeout * 1000,
    plan: {
      target,
      user,
      algorithms: chooseAlgorithms(options.algorithms, {
        kex: settings?.kexAlgorithms,
        hostKeys: settings?.hostKeyAlgorithms,
        ciphers: settings?.ciphers,
        macs: settings?.macs,
      }, await check.keyTypes(hostname, port)),
      checkHostKey: (key, signal, address) =>
        check(hostname, port, key, signal, address),
      aliveInterval: alive.interval,
      aliveCount: alive.count,
      agentPath: typeof forward === "string" ? forward : agent,
    },
    auth: {
      target,
      user,
      keys: await handedIn(options.keys ?? [], opening, signal),
      password: options.password,
      ask: options.ask,
      methods: options.methods ?? methodsOf(settings),
      findKeys: (signal) =>
        findIdentities(agent, settings ?? {}, opening, signal),
    },
  };
}

/** A name that is none would be passed over, and the login fail for no reason. */
function checkMethods(methods: SshConnectOptions["methods"]): void {
  if (methods === undefined) return;
  const isList = Array.isArray(methods) && methods.length > 0;
  if (isList && methods.every((name) => METHODS.includes(name))) return;
  throw new TypeError(
    `Cannot log in as 'methods' must be a list out of ${
      METHODS.join(", ")
    }: current value is ${JSON.stringify(methods)}`,
  );
}

/** The methods in the order of the configuration, those that there are. */
function methodsOf(settings: SshSettings | undefined): readonly SshMethod[] {
  const preferred = settings?.preferredAuthentications;
  return preferred?.flatMap((name) =>
    METHODS.find((method) => method === name) ?? []
  ) ?? METHODS;
}

function whichAgent(
  agent: boolean | string | undefined,
  configured: string | undefined,
): string | undefined {
  if (agent === false) return undefined;
  if (typeof agent === "string") return agent;
  if (configured === "none") return undefined;
  if (configured === undefined || configured === "SSH_AUTH_SOCK") {
    return agentPath();
  }
  return configured.startsWith("$")
    ? environment(configured.replace(/^\$\{?|\}$/g, ""))
    : configured;
}

function keepaliveOf(
  keepalive: SshConnectOptions["keepalive"],
  settings: SshSettings | undefined,
): { interval: number; count: number } {
  const { serverAliveInterval = 0, serverAliveCountMax = 3 } = settings ?? {};
  if (keepalive === undefined) {
    return { interval: serverAliveInterval * 1000, count: serverAliveCountMax };
  }
  if (keepalive === false) return { interval: 0, count: 0 };
  const { interval = 15_000, count = 3 } = keepalive === true ? {} : keepalive;
  return { interval, count };
}

/** Who runs this program, as the environment tells. */
/** The name for the number of who runs this, where that may be known unasked. */
function onFile(): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "uid" });
  if (state !== "granted" || !mayRead("/etc/passwd")) return undefined;
  try {
    const passwd = Deno.readTextFileSync("/etc/passwd");
    const line = new RegExp(`^([^:\n]+):[^:\n]*:${Deno.uid()}:`, "m");
    return line.exec(passwd)?.[1];
  } catch {
    return undefined;
  }
}

function whoAmI(hostname: string): string {
  const user = environment("USER") || environment("LOGNAME") || onFile();
  if (user) return user;
  throw new TypeError(
    `Cannot connect to ${hostname} as 'user' must be said where the environment does not tell who you are: current value is undefined`,
  );
}
