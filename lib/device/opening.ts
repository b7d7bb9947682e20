/**
 * From options to a session: the transport, the login, the first prompt. It is
 * loaded when it is first used.
 *
 * @module
 */

import { Deadline } from "../deadline.ts";
import { withFile } from "../file_failure.ts";
import { isAttended } from "../inspect/live.ts";
import { freshSeed } from "../random.ts";
import type { SshConnection } from "../ssh/connection.ts";
import { anyPlatform, autodetect } from "./autodetect.ts";
import { Channel } from "./channel.ts";
import { Configuration } from "./configure.ts";
import type { DeviceOptions } from "./connect.ts";
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
import type { Transport } from "./transport.ts";

/** Who sits at the prompt may be asked for a password meanwhile. */
const PERSON = 120_000;

/**
 * Connects, logs in, and learns the first prompt.
 *
 * @param options Which device, and how it talks; checked already.
 * @returns The session.
 */
export async function openSession(
  options: DeviceOptions,
): Promise<DeviceSession> {
  const { signal, patience = 30_000, columns = 511 } = options;
  const { timeout = isAttended() ? PERSON : 30_000 } = options;
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
  let record: ReturnType<typeof recorderOf>;
  try {
    record = recorderOf(options, {
      recording: 1,
      platform: platform.name,
      target: transport.name,
      began: new Date().toISOString(),
      authenticated: transport.authenticated ?? false,
      seed,
      columns,
    }, secrets);
  } catch (error) {
    await transport.close();
    throw error;
  }
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
    // It began before any silence did, so that it is over before any of that length.
    const limits = { timeout: Infinity, signal: deadline.signal };
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
      configuration: new Configuration(talk),
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
    ? parseRecording(
      await withFile("read", recording, () => Deno.readTextFile(recording)),
    )
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
    ? withFile(
      "write",
      record,
      () =>
        Deno.openSync(record, { write: true, create: true, truncate: true }),
    )
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
