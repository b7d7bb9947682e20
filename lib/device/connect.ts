/**
 * Connecting to a network device: over SSH, Telnet, a console, or a recording.
 *
 * @module
 */

import { Deadline } from "../deadline.ts";
import { isAttended } from "../inspect/live.ts";
import { freshSeed } from "../random.ts";
import type { SshConnectOptions } from "../ssh/options.ts";
import type { SshConnection } from "../ssh/connection.ts";
import { anyPlatform, autodetect } from "./autodetect.ts";
import { Channel } from "./channel.ts";
import { Conversation } from "./conversation.ts";
import type { Platform } from "./platform.ts";
import { loadPlatform } from "./platforms/load.ts";
import {
  parseRecording,
  type RecordingHead,
  type SessionRecording,
} from "./record.ts";
import { Recorder } from "./recorder.ts";
import { Secrets } from "./secrets.ts";
import { DeviceSession } from "./session.ts";
import type { ReplayOptions } from "./session_options.ts";
import type { Transport } from "./transport.ts";

/** Who sits at the prompt may be asked for a password meanwhile. */
const PERSON = 120_000;

/** Options for {@linkcode connect}. */
export interface DeviceOptions {
  /**
   * The platform: `"cisco_ios"`, another name for it, the path of a YAML file,
   * or the platform itself; `"auto"` finds out. @default {"auto"}
   */
  readonly platform?: string | URL | Platform | undefined;
  /** Name or address of the device, or of the console server. */
  readonly host?: string | undefined;
  /** The port. @default {22 for SSH, 23 for Telnet; a console has none} */
  readonly port?: number | undefined;
  /** Who logs in. */
  readonly user?: string | undefined;
  /** The password of the login. */
  readonly password?: string | undefined;
  /** The secret of the privileged mode. @default {the password} */
  readonly secret?: string | undefined;
  /** What it goes over, or a transport of one's own. @default {"ssh"} */
  readonly transport?:
    | "ssh"
    | "telnet"
    | "console"
    | "replay"
    | Transport
    | undefined;
  /** What SSH is told besides, or a connection that is open and stays so. */
  readonly ssh?: SshConnectOptions | SshConnection | undefined;
  /** What is played: a recording, or the path of one. */
  readonly recording?: SessionRecording | string | undefined;
  /** How it is played. */
  readonly replay?: ReplayOptions | undefined;
  /** A mode to go to at once: `"privileged"`. */
  readonly mode?: string | undefined;
  /** Whether what the platform wants at the beginning is typed. @default {true} */
  readonly open?: boolean | undefined;
  /**
   * Whether the session is recorded, in memory or in a new file.
   * @default {false}
   */
  readonly record?: boolean | string | undefined;
  /** More that is never written down: keys and passwords that will be typed. */
  readonly secrets?: readonly string[] | undefined;
  /** How text is coded: old devices have Latin-1. @default {"utf-8"} */
  readonly encoding?: "utf-8" | "latin1" | undefined;
  /** How wide the terminal is said to be, in cells. @default {511} */
  readonly columns?: number | undefined;
  /** How high, in lines. @default {1000} */
  readonly rows?: number | undefined;
  /** The longest silence that a command may have, in milliseconds. @default {30000} */
  readonly patience?: number | undefined;
  /** How long it may take to connect and log in, in milliseconds. @default {30000} */
  readonly timeout?: number | undefined;
  /** Stops the attempt; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Connects to a network device, logs in, learns its prompt, turns off what
 * stops long outputs.
 *
 * @param options Which device, and how it talks.
 * @returns The session, at its first prompt or in the mode that was asked for.
 * @throws {AuthError} If the login, or the secret, is not taken.
 * @throws {NetError} `"refused"`, `"timeout"` with what came last and what was
 * expected, `"closed"`, `"unknown-platform"`, and what SSH adds.
 * @throws {RangeError} If there is no such platform or mode.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using router = await net.device.fake("cisco_ios");
 * const { hostname: host, port, user, password } = router;
 * await using session = await net.device.connect({
 *   platform: "cisco_ios",
 *   host,
 *   port,
 *   user,
 *   password,
 *   ssh: { hostKeys: "any" },
 * });
 * const { output } = await session.send("show version");
 * assert.match(output, /^Cisco IOS Software/);
 * ```
 */
export async function connect(options: DeviceOptions): Promise<DeviceSession> {
  const { signal, patience = 30_000, columns = 511 } = options;
  const { timeout = isAttended() ? PERSON : 30_000 } = options;
  checkOptions(options);
  const wanted = options.platform ?? "auto";
  const isAuto = wanted === "auto";
  const platform = isAuto ? await anyPlatform() : await loadPlatform(wanted);
  using deadline = new Deadline("connect to", nameOf(options), {
    timeout,
    signal,
  });
  const recording = await recordingOf(options);
  const transport = await open(
    options,
    platform,
    recording,
    timeout,
    deadline.signal,
  );
  const secrets = new Secrets();
  const { user, password, secret } = options;
  for (const one of [password, secret, ...options.secrets ?? []]) {
    secrets.add(one);
  }
  const seed = recording?.head.seed ?? freshSeed();
  const record = recorderOf(options, {
    recording: 1,
    platform: platform.name,
    target: transport.name,
    began: new Date().toISOString(),
    authenticated: transport.authenticated ?? false,
    seed,
    columns,
  }, secrets);
  const channel = new Channel(transport, {
    platform,
    columns,
    encoding: recording ? "utf-8" : options.encoding ?? "utf-8",
    credentials: { user, password, secret },
    secrets,
    seed,
    recorder: record?.recorder,
  });
  try {
    let talk = new Conversation(channel, platform, patience);
    const limits = { timeout, signal: deadline.signal };
    const wake = options.transport === "console";
    const { banner, prompt } = await talk.login({ ...limits, wake });
    if (isAuto) {
      const found = await autodetect({
        banner,
        serverVersion: serverVersionOf(transport),
        prompt: prompt.text,
        send: async (command) =>
          (await talk.say(command, { ...limits, proof: true })).output,
      }, { signal: deadline.signal });
      channel.become(found.platform);
      talk = new Conversation(channel, found.platform, patience);
    }
    if (options.open ?? true) await talk.open(limits);
    if (options.mode !== undefined) await talk.enter(options.mode, limits);
    return new DeviceSession({
      talk,
      banner,
      recorded: record?.text,
      ended: record?.close ?? (() => {}),
      ssh: (transport as { connection?: SshConnection }).connection,
    });
  } catch (error) {
    // What came last says more than that the time is up.
    const isLate = deadline.signal.aborted && !signal?.aborted &&
      error === deadline.signal.reason;
    const reason = isLate ? channel.late(timeout) : error;
    await channel.close().catch(() => {});
    record?.close();
    throw reason;
  }
}

function checkOptions({ host, port, transport, columns }: DeviceOptions): void {
  const needsHost = transport === undefined ||
    ["ssh", "telnet", "console"].includes(transport as string);
  if (needsHost && !(typeof host === "string" && host !== "")) {
    throw new TypeError(
      `Cannot connect to a device as 'host' must be a name or an address: current value is ${host}`,
    );
  }
  if (transport === "console" && port === undefined) {
    throw new TypeError(
      "Cannot connect to a console as 'port' must be the port of its line on the console server: current value is undefined",
    );
  }
  if (columns !== undefined && !(columns >= 40 && columns <= 65_535)) {
    throw new RangeError(
      `Cannot connect to a device as 'columns' must be from 40 to 65535: current value is ${columns}`,
    );
  }
}

function nameOf(
  { host, port, user, transport = "ssh" }: DeviceOptions,
): string {
  if (typeof transport === "object") return transport.name;
  if (transport === "replay") return "a recording";
  const at = user === undefined ? "" : `${user}@`;
  return `${transport} ${at}${host}${port === undefined ? "" : `:${port}`}`;
}

async function recordingOf(
  { transport, recording }: DeviceOptions,
): Promise<SessionRecording | undefined> {
  if (transport !== "replay") return undefined;
  if (recording === undefined) {
    throw new TypeError(
      "Cannot play a recording as 'recording' must be one, or its path: current value is undefined",
    );
  }
  return typeof recording === "string"
    ? parseRecording(await Deno.readTextFile(recording))
    : recording;
}

/** Each way loads what it needs when it is taken. */
async function open(
  options: DeviceOptions,
  platform: Platform,
  recording: SessionRecording | undefined,
  timeout: number,
  signal: AbortSignal,
): Promise<Transport> {
  const { transport = "ssh", host = "", port, columns = 511, rows = 1000 } =
    options;
  if (typeof transport === "object") return transport;
  if (recording !== undefined) {
    const { ReplayTransport } = await import("./transports/replay.ts");
    return new ReplayTransport(recording, options.replay);
  }
  const size = { columns, rows };
  if (transport === "ssh") {
    const { openSsh } = await import("./transports/ssh.ts");
    const { password, ssh = {} } = options;
    if ("openShell" in ssh) return await openSsh(ssh, {}, size, { signal });
    const user = options.user ?? ssh.user;
    // Some take wishes for the terminal behind the user's name.
    const { suffix = "" } = platform.login;
    const target = {
      hostname: host,
      port,
      user: user === undefined ? undefined : user + suffix,
    };
    return await openSsh(target, { ...ssh, password }, size, {
      timeout: ssh.timeout ?? timeout,
      signal,
    });
  }
  const { openTcp } = await import("./transports/console.ts");
  const place = { host, port: port ?? 23, kind: transport };
  const tcp = await openTcp(place, { signal });
  if (transport === "console") return tcp;
  const { TelnetTransport } = await import("./transports/telnet.ts");
  return new TelnetTransport(tcp, size);
}

function serverVersionOf(transport: Transport): string | undefined {
  return (transport as { serverVersion?: string }).serverVersion;
}

function recorderOf(
  { record = false }: DeviceOptions,
  head: RecordingHead,
  secrets: Secrets,
): { recorder: Recorder; text: () => string; close: () => void } | undefined {
  if (record === false) return undefined;
  let text = "";
  const file = typeof record === "string"
    ? Deno.openSync(record, { write: true, create: true, truncate: true })
    : undefined;
  const encoder = new TextEncoder();
  const recorder = new Recorder(head, secrets, (line) => {
    text += line;
    const octets = file && encoder.encode(line);
    for (let at = 0; octets && at < octets.length;) {
      at += file.writeSync(octets.subarray(at));
    }
  });
  return {
    recorder,
    text: () => {
      recorder.settle();
      return text;
    },
    close: () => {
      recorder.end();
      file?.close();
    },
  };
}
