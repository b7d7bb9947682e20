/**
 * net-snmp's own commands, and its snmptrapd in a folder of its own.
 *
 * @module
 */

import { freePort } from "../free_port.ts";
import { AUTHS, type BedUser, PRIVS } from "./snmp_bed.ts";

const SNMPTRAPD = "/usr/sbin/snmptrapd";

/** Why its commands cannot be run here, or nothing. */
export function whyNoSnmpTools(): string | undefined {
  for (const path of ["/usr/bin/snmptrap", SNMPTRAPD]) {
    try {
      Deno.statSync(path);
    } catch {
      return `needs ${path}: apt-get install snmp snmptrapd`;
    }
  }
  return undefined;
}

/** What a command said. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command that knows one MIB, if any, and remembers nothing. */
export async function tool(
  command: string,
  args: readonly string[],
  mib?: string,
): Promise<Said> {
  const folder = await Deno.makeTempDir({ prefix: "netrepl-snmp-tool-" });
  try {
    // It would say so when it makes it.
    await Deno.mkdir(`${folder}/cert_indexes`);
    if (mib !== undefined) await Deno.writeTextFile(`${folder}/MIB.txt`, mib);
    const { code, stdout, stderr } = await new Deno.Command(command, {
      args: [...args],
      env: { ...quiet(folder), ...mib && { MIBS: "ALL", MIBDIRS: folder } },
      stdin: "null",
    }).output();
    const text = (octets: Uint8Array) => new TextDecoder().decode(octets);
    return { code, out: text(stdout), err: text(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function quiet(folder: string): Record<string, string> {
  return {
    MIBS: "",
    LC_ALL: "C",
    SNMP_PERSISTENT_DIR: folder,
    SNMPCONFPATH: folder,
  };
}

/** Who asks, as arguments of its commands. */
export function asUser({ name, auth, priv }: BedUser): string[] {
  return [
    ...["-v3", "-u", name],
    ...["-l", priv ? "authPriv" : auth ? "authNoPriv" : "noAuthNoPriv"],
    ...auth ? ["-a", AUTHS[auth.protocol], "-A", auth.password] : [],
    ...priv ? ["-x", PRIVS[priv.protocol], "-X", priv.password] : [],
  ];
}

/** A running snmptrapd. */
export interface TrapdBed extends AsyncDisposable {
  /** `"127.0.0.1:port"`. */
  readonly target: string;
  /** What it wrote, a notification a line. */
  readonly lines: readonly string[];
  /** Waits until it has written so many notifications. */
  wrote(count: number): Promise<readonly string[]>;
}

/** A user that snmptrapd knows: of its own engine, or of a sender's. */
export interface TrapdUser extends BedUser {
  readonly engineId?: string;
}

/**
 * Starts an snmptrapd that takes community `public` and some users.
 *
 * @param users The users.
 */
export async function trapdBed(users: readonly TrapdUser[]): Promise<TrapdBed> {
  const folder = await Deno.makeTempDir({ prefix: "netrepl-snmptrapd-" });
  const conf = [
    "authCommunity log public",
    // Where from, generic and specific of version 1, variables.
    "format1 T1 %a %N %w %q %T %v\\n",
    "format2 T2 %v\\n",
    "outputOption nQt",
    ...users.flatMap(({ name, auth, priv, engineId }) => [
      `createUser ${engineId ? `-e 0x${engineId} ` : ""}${name}` +
      (auth ? ` ${AUTHS[auth.protocol]} ${auth.password}` : "") +
      (priv ? ` ${PRIVS[priv.protocol]} ${priv.password}` : ""),
      `authUser log ${name} ${priv ? "priv" : auth ? "auth" : "noauth"}`,
    ]),
  ];
  await Deno.writeTextFile(`${folder}/trapd.conf`, conf.join("\n") + "\n");
  const lines: string[] = [];
  let news = Promise.withResolvers<void>();
  const hear = (line: string | undefined) => {
    if (line !== undefined) lines.push(line);
    news.resolve();
    news = Promise.withResolvers();
  };
  let running = await start(folder, hear);
  // Somebody else may take the port that was free.
  for (let more = 3; running === undefined && more > 0; more--) {
    running = await start(folder, hear);
  }
  if (running === undefined) throw new Error("snmptrapd does not start");
  const { target, child, ended } = running;
  return {
    target,
    lines,
    async wrote(count) {
      const over = ended.then(() => {
        throw new Error("snmptrapd has ended");
      });
      over.catch(() => {});
      while (lines.length < count) await Promise.race([news.promise, over]);
      return lines;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

interface Running {
  readonly target: string;
  readonly child: Deno.ChildProcess;
  readonly ended: Promise<unknown>;
}

/** Starts one on a port that is free, or was. */
async function start(
  folder: string,
  hear: (line: string | undefined) => void,
): Promise<Running | undefined> {
  const target = `127.0.0.1:${freePort()}`;
  const child = new Deno.Command(SNMPTRAPD, {
    args: [
      ...["-f", "-Lo", "-n", "-C", "-c", `${folder}/trapd.conf`],
      ...["-p", `${folder}/pid`, `udp:${target}`],
    ],
    env: quiet(folder),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const up = Promise.withResolvers<boolean>();
  const read = async (stream: ReadableStream<Uint8Array>) => {
    let rest = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const whole = (rest + text).split("\n");
      rest = whole.pop()!;
      for (const line of whole) {
        if (/^T[12] /.test(line)) hear(line);
        if (/NET-SNMP version/.test(line)) up.resolve(true);
      }
    }
    up.resolve(false);
    hear(undefined);
  };
  const ended = Promise.all([
    read(child.stdout),
    read(child.stderr),
    child.status,
  ]);
  if (await up.promise) return { target, child, ended };
  await ended;
  return undefined;
}
