/**
 * A real snmpd of our own on a free UDP port of 127.0.0.1, in a folder of its
 * own, with communities and a version 3 user for every pair of protocols.
 *
 * @module
 */

import { freePort } from "../free_port.ts";

const SNMPD = "/usr/sbin/snmpd";

/** Our word for each authentication protocol, and snmpd's. */
export const AUTHS = {
  md5: "MD5",
  sha: "SHA",
  sha224: "SHA-224",
  sha256: "SHA-256",
  sha384: "SHA-384",
  sha512: "SHA-512",
} as const;

/** Our word for each privacy protocol, and snmpd's. */
export const PRIVS = {
  des: "DES",
  aes: "AES",
  aes192b: "AES-192",
  aes192r: "AES-192-C",
  aes256b: "AES-256",
  aes256r: "AES-256-C",
} as const;

/** The password that all users sign with. */
export const AUTH_PASSWORD = "maplesyrup-auth";

/** The password that all users encrypt with. */
export const PRIV_PASSWORD = "maplesyrup-priv";

/** A version 3 user of the bed's, in the words of `net.snmp.open`. */
export interface BedUser {
  readonly name: string;
  readonly auth?: { protocol: keyof typeof AUTHS; password: string };
  readonly priv?: { protocol: keyof typeof PRIVS; password: string };
}

/** A user for no protection, for each way to sign, and for each pair: `none`, `sha256`, `sha256_aes`. */
export const ALL_USERS: readonly BedUser[] = [
  { name: "none" },
  ...(Object.keys(AUTHS) as (keyof typeof AUTHS)[]).flatMap((protocol) => {
    const auth = { protocol, password: AUTH_PASSWORD };
    return [
      { name: protocol, auth },
      ...(Object.keys(PRIVS) as (keyof typeof PRIVS)[]).map((priv) => ({
        name: `${protocol}_${priv}`,
        auth,
        priv: { protocol: priv, password: PRIV_PASSWORD },
      })),
    ];
  }),
];

/** What is set up. */
export interface SnmpBedOptions {
  /** Names out of {@linkcode ALL_USERS}, or `"all"`. @default {["none", "sha", "sha_aes"]} */
  users?: "all" | readonly string[];
  /** More lines for snmpd.conf: `override`, `extend`, `pass`, `trap2sink`, …. */
  extraConf?: string;
  /** What it listens on beside IPv4: `udp6:[::1]`, on the same port. @default {false} */
  ipv6?: boolean;
}

/** A running snmpd. */
export interface SnmpBed extends AsyncDisposable {
  readonly port: number;
  /** `"127.0.0.1:port"`. */
  readonly target: string;
  /** Reads, from anywhere on this machine: `"public"`. */
  readonly readCommunity: string;
  /** Reads and writes: `"private"`. */
  readonly writeCommunity: string;
  /** The users that it knows; all of them may write. */
  readonly users: readonly BedUser[];
  /** Where its configuration and its memory are. */
  readonly folder: string;
  /** What it said so far. */
  log(): string;
  /** Kills it at once, without a word to anybody. */
  kill(): Promise<void>;
  /**
   * Starts it again, on the same port, after {@linkcode kill}: engineBoots is one
   * more. One that forgets has another engineID.
   */
  start(options?: { forget?: boolean }): Promise<void>;
  /** Stops it, lets it go on: nobody answers meanwhile. */
  signal(name: "SIGSTOP" | "SIGCONT"): void;
}

/** Why no snmpd can be started here, or nothing. */
export function whyNoSnmpd(): string | undefined {
  try {
    Deno.statSync(SNMPD);
    return undefined;
  } catch {
    return `needs ${SNMPD}: apt-get install snmpd`;
  }
}

/**
 * Starts an snmpd. sysContact, sysName and sysLocation can be written, until
 * `extraConf` says what they are.
 *
 * @param options What is set up.
 * @returns When it answers.
 */
export async function snmpBed(options: SnmpBedOptions = {}): Promise<SnmpBed> {
  const { users: names = ["none", "sha", "sha_aes"], extraConf = "" } = options;
  const users = names === "all"
    ? ALL_USERS
    : ALL_USERS.filter(({ name }) => names.includes(name));
  const folder = await Deno.makeTempDir({ prefix: "netrepl-snmpd-" });
  const lines = [
    // A line for every datagram otherwise, which takes longer than its answer.
    "dontLogTCPWrappersConnects yes",
    "rocommunity public 127.0.0.1",
    "rwcommunity private 127.0.0.1",
    "rocommunity6 public ::1",
    ...users.flatMap(({ name, auth, priv }) => [
      `createUser ${name}` +
      (auth ? ` ${AUTHS[auth.protocol]} ${auth.password}` : "") +
      (priv ? ` ${PRIVS[priv.protocol]} ${priv.password}` : ""),
      `rwuser ${name} ${priv ? "priv" : auth ? "auth" : "noauth"}`,
    ]),
    extraConf,
  ];
  // It remembers engineBoots in a snmpd.conf of its own.
  await Deno.mkdir(`${folder}/memory`);
  await Deno.writeTextFile(`${folder}/agent.conf`, lines.join("\n") + "\n");
  let log = "";
  let port = 0;
  let child: Deno.ChildProcess | undefined;
  let ended: Promise<unknown> = Promise.resolve();

  const own = `${folder}/agent.conf`;
  const memory = `${folder}/memory/snmpd.conf`;

  async function start(isNew = true): Promise<void> {
    for (let attempt = 0;; attempt++) {
      if (port === 0) port = freePort();
      const address = `127.0.0.1:${port}`;
      child = new Deno.Command(SNMPD, {
        args: [
          ...["-f", "-Lo", "-C", "-c", isNew ? own : `${own},${memory}`],
          ...["-p", `${folder}/pid`],
          `udp:${address}${options.ipv6 ? `,udp6:[::1]:${port}` : ""}`,
        ],
        env: { SNMP_PERSISTENT_DIR: `${folder}/memory`, MIBS: "", LC_ALL: "C" },
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const up = Promise.withResolvers<boolean>();
      const from = log.length;
      const read = async (stream: ReadableStream<Uint8Array>) => {
        for await (const text of stream.pipeThrough(new TextDecoderStream())) {
          log += text;
          if (/NET-SNMP version/.test(log.slice(from))) up.resolve(true);
        }
        up.resolve(false);
      };
      ended = Promise.all([
        read(child.stdout),
        read(child.stderr),
        child.status,
      ]);
      if (await up.promise) return;
      await ended;
      child = undefined;
      if (attempt === 3) {
        throw new Error(`snmpd does not start:\n${log.slice(from)}`);
      }
      // Somebody took the port in between.
      port = 0;
    }
  }

  async function end(signal: Deno.Signal): Promise<void> {
    try {
      child?.kill(signal);
    } catch {
      // It has ended by itself.
    }
    await ended;
    child = undefined;
  }

  try {
    await start();
  } catch (error) {
    await Deno.remove(folder, { recursive: true });
    throw error;
  }
  return {
    port,
    target: `127.0.0.1:${port}`,
    readCommunity: "public",
    writeCommunity: "private",
    users,
    folder,
    log: () => log,
    kill: () => end("SIGKILL"),
    start: ({ forget = false } = {}) => start(forget),
    signal: (name) => child?.kill(name),
    async [Symbol.asyncDispose]() {
      await end("SIGKILL");
      await Deno.remove(folder, { recursive: true });
    },
  };
}
