/**
 * Connecting to a network device: over SSH, Telnet, a console, or a recording.
 *
 * @module
 */

import { onlyKnown, type OptionNames } from "../known_options.ts";
import type { SshConnectOptions } from "../ssh/options.ts";
import type { SshConnection } from "../ssh/connection.ts";
import type { Platform } from "./platform.ts";
import type { SessionRecording } from "./record.ts";
import type { DeviceSession } from "./session.ts";
import type { ReplayOptions } from "./session_options.ts";
import type { Transport } from "./transport.ts";

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
 * @throws {TypeError} If an option is none.
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
  checkOptions(options ?? {});
  const { openSession } = await import("./opening.ts");
  return await openSession(options);
}

const TRANSPORTS = ["ssh", "telnet", "console", "replay"];
const ENCODINGS = ["utf-8", "latin1"];

/** At the prompt no type says that one is mistyped. */
const OPTIONS: OptionNames<DeviceOptions> = {
  platform: true,
  host: true,
  port: true,
  user: true,
  password: true,
  secret: true,
  transport: true,
  ssh: true,
  recording: true,
  replay: true,
  mode: true,
  open: true,
  record: true,
  secrets: true,
  encoding: true,
  columns: true,
  rows: true,
  patience: true,
  timeout: true,
  signal: true,
};

function checkOptions(options: DeviceOptions): void {
  onlyKnown("connect to a device", options, OPTIONS);
  const { host, port, transport = "ssh", columns, rows, encoding } = options;
  const isOwn = typeof transport === "object" && transport !== null;
  if (!isOwn && !TRANSPORTS.includes(transport)) {
    throw new TypeError(
      `Cannot connect to a device as 'transport' must be one of ${
        TRANSPORTS.join(", ")
      } or an object: current value is ${transport}`,
    );
  }
  if (encoding !== undefined && !ENCODINGS.includes(encoding)) {
    throw new TypeError(
      `Cannot connect to a device as 'encoding' must be one of ${
        ENCODINGS.join(", ")
      }: current value is ${encoding}`,
    );
  }
  const needsHost = !isOwn && transport !== "replay";
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
  if (rows !== undefined && !(rows >= 1 && rows <= 65_535)) {
    throw new RangeError(
      `Cannot connect to a device as 'rows' must be from 1 to 65535: current value is ${rows}`,
    );
  }
}
