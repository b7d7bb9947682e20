/**
 * A session with a network device.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { card } from "../inspect/card.ts";
import type { SshConnection } from "../ssh/connection.ts";
import type { Transfer } from "../ssh/sftp/transfer.ts";
import type { Configuration } from "./configure.ts";
import type { Conversation } from "./conversation.ts";
import type { ConfigDiff } from "./diff.ts";
import { getDeviceFile, putDeviceFile } from "./files.ts";
import type { Platform } from "./platform.ts";
import { checkBackup, checkCommit, checkConfigure } from "./option_names.ts";
import { parseRecording, type SessionRecording } from "./record.ts";
import { redact } from "./redact.ts";
import type {
  CommandResult,
  CommitResult,
  ConfigureResult,
} from "./results.ts";
import { checkedLines, sendCommand, sendCommands } from "./sending.ts";
import type {
  BackupOptions,
  CommitOptions,
  ConfigureOptions,
  DeviceFileOptions,
  PatienceOptions,
  Prompt,
  SendOptions,
  SessionFacts,
} from "./session_options.ts";

/** What a session is made of. */
export interface SessionParts {
  /** The conversation. */
  readonly talk: Conversation;
  /** The device's configuration. */
  readonly configuration: Configuration;
  /** What was shown before the first prompt. */
  readonly banner: string;
  /** The lines of the recording so far, if there is one. */
  readonly recorded: (() => string) | undefined;
  /** Ends what writes the recording. */
  readonly ended: () => void;
  /** The connection that it goes over, if that is SSH. */
  readonly ssh?: SshConnection | undefined;
}

/**
 * A session with a device; `connect` opens it. Calls wait for each other, so
 * none has to be awaited before the next. Close it, or dispose of it.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using router = await net.device.fake("cisco_ios");
 * const { hostname: host, port, user, password, enableSecret: secret } = router;
 * const ssh = { hostKeys: "any" } as const;
 * await using session = await net.device.connect({ platform: "ios", host, port, user, password, secret, ssh });
 * const { rows } = await session.send("show ip interface brief", { parse: true });
 * assert.equal(rows?.[0]?.status, "up");
 * await session.configure(["interface Loopback7", " description lab"]);
 * assert.equal(`${await session.diff()}`, "+ interface Loopback7\n+  description lab");
 * await session.rollback();
 * assert.ok((await session.diff()).isEmpty);
 * ```
 */
export class DeviceSession implements AsyncDisposable {
  /** How the device talks. */
  readonly platform: Platform;
  /** What it showed before the first prompt. */
  readonly banner: string;
  readonly #talk: Conversation;
  readonly #configuration: Configuration;
  readonly #parts: SessionParts;
  #queue: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  /**
   * Takes a conversation that has begun; `connect` makes it.
   *
   * @param parts What it is made of.
   * @ignore
   */
  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#talk = parts.talk;
    this.platform = parts.talk.platform;
    this.banner = parts.banner;
    this.#configuration = parts.configuration;
  }

  /** The device's name, as its prompt has it. */
  get hostname(): string {
    return this.prompt.host;
  }

  /** Where it leads: `"ssh admin@192.0.2.1"`. */
  get target(): string {
    return this.#talk.channel.name;
  }

  /** The last prompt: its text, the mode, the name, the context. */
  get prompt(): Prompt {
    return this.#talk.prompt;
  }

  /** The connection that it goes over; undefined if that is not SSH. */
  get ssh(): SshConnection | undefined {
    return this.#parts.ssh;
  }

  /** Whether it can still be used. */
  get isOpen(): boolean {
    return !this.#talk.channel.isClosed;
  }

  /** What the device said unasked, between commands: its last 200 lines. */
  get unasked(): readonly string[] {
    return this.#talk.channel.unasked;
  }

  /** What went both ways so far; only with `connect({ record: true })`. */
  get recording(): SessionRecording | undefined {
    const { recorded } = this.#parts;
    return recorded && parseRecording(recorded());
  }

  /**
   * Types a command and waits for the prompt. What the output holds does not
   * matter: it ends where the device waits for the next command.
   *
   * @param command One line.
   * @param options Answers to questions, rows, and how long to wait.
   * @returns What the device said; a refusal is a result with `failed`.
   * @throws {NetError} `"timeout"` when the device is silent for too long, with
   * what came last and what to try; `"closed"` if it is gone.
   * @throws {TypeError} If it is not one line of text.
   */
  send(command: string, options: SendOptions = {}): Promise<CommandResult> {
    return this.#inTurn(() => sendCommand(this.#talk, command, options));
  }

  /**
   * Types commands one after the other. It is faster than `send` for each.
   *
   * @param commands One line each.
   * @param options As for `send`; answers are for all.
   * @returns What the device said to each.
   * @throws {NetError} As `send` does.
   */
  async sendMany(
    commands: Iterable<string>,
    options: SendOptions = {},
  ): Promise<CommandResult[]> {
    const all = checkedLines(commands);
    return await this.#inTurn(() => sendCommands(this.#talk, all, options));
  }

  /**
   * Fetches a file of the device: by SFTP, else by SCP.
   *
   * @param remote The file: `"flash:startup-config"`.
   * @param local Where it goes. Without it, the same name in this folder.
   * @param options The protocol, progress, permissions.
   * @returns What was copied.
   * @throws {NetError} `"unsupported"` if the session does not go over SSH;
   * `"not-found"`, `"permission"`, `"failed"` with what the device says.
   */
  get(
    remote: string,
    local?: string,
    options: DeviceFileOptions = {},
  ): Promise<Transfer> {
    return getDeviceFile(this.ssh, this.target, remote, local, options);
  }

  /**
   * Sends a file to the device: by SFTP, else by SCP.
   *
   * @param local The file here.
   * @param remote Where it goes: `"flash:image.bin"`. Without it, the same name.
   * @param options The protocol, progress, permissions.
   * @returns What was copied.
   * @throws {NetError} As {@linkcode DeviceSession.get}.
   */
  put(
    local: string,
    remote?: string,
    options: DeviceFileOptions = {},
  ): Promise<Transfer> {
    return putDeviceFile(this.ssh, this.target, local, remote, options);
  }

  /**
   * Goes to a mode, by the shortest way that the platform has.
   *
   * @param name The mode: `"privileged"`, `"config"`.
   * @param options How long to wait.
   * @returns The prompt there.
   * @throws {NetError} `"mode-refused"` with what the device says.
   * @throws {AuthError} If it does not take the secret.
   * @throws {RangeError} If the platform has no such mode.
   */
  mode(name: string, options: PatienceOptions = {}): Promise<Prompt> {
    return this.#inTurn(async () => {
      await this.#talk.enter(name, options);
      return this.prompt;
    });
  }

  /**
   * Types lines of configuration, in the mode for it. Where the platform has a
   * candidate nothing takes effect before `commit`, and the session stays in
   * that mode; elsewhere each line takes effect at once, and the session goes
   * back to the mode it was in.
   *
   * @param lines Text as configuration files have it, or lines; blank lines and
   * those of a lone `!` or `#` are left out.
   * @param options What to do when a line is refused.
   * @returns What became of each line.
   * @throws {NetError} As `send` does.
   */
  configure(
    lines: string | readonly string[],
    options: ConfigureOptions = {},
  ): Promise<ConfigureResult> {
    return this.#inTurn(() =>
      this.#configuration.type(lines, checkConfigure(options))
    );
  }

  /**
   * What was entered and is not committed, as the device shows it. Where the
   * platform has no candidate: what differs from the configuration before the
   * first `configure`, or since the last `commit`.
   *
   * @param options How long to wait.
   * @returns The lines that came and went.
   * @throws {NetError} `"unsupported"`, `"no-baseline"`, or as `send` does.
   */
  diff(options: PatienceOptions = {}): Promise<ConfigDiff> {
    return this.#inTurn(() => this.#configuration.diff(options));
  }

  /**
   * Makes what was entered the running configuration. Where lines take effect
   * as they are typed, it makes them survive a restart; with `confirm` it does
   * so when that is called, and before it takes them back.
   *
   * @param options For how long, and why.
   * @returns What the device said; a refusal is a result with `failed`.
   * @throws {NetError} `"unsupported"`, or as `send` does.
   * @throws {RangeError} If `confirm` is no number of seconds above 0.
   */
  commit(options: CommitOptions = {}): Promise<CommitResult> {
    return this.#inTurn(() =>
      this.#configuration.commit(checkCommit(options), (job) => {
        // Nobody waits for it: `outcome` of the commit tells.
        this.#inTurn(job).catch(() => {});
      })
    );
  }

  /**
   * Makes a commit stay that was for so long only.
   *
   * @param options How long to wait.
   * @returns What the device said.
   * @throws {NetError} `"nothing-to-confirm"`, or as `send` does.
   */
  confirm(options: PatienceOptions = {}): Promise<CommitResult> {
    return this.#inTurn(() => this.#configuration.confirm(options));
  }

  /**
   * Goes back to the configuration before the last commit. Where the platform
   * has no candidate: to the one before the first `configure`, or at the last
   * `commit`, by the lines that undo the difference; `remaining` tells what
   * they did not undo.
   *
   * @param options How long to wait.
   * @returns What was typed, and what the device said.
   * @throws {NetError} `"unsupported"`, `"no-baseline"`, or as `send` does.
   */
  rollback(options: PatienceOptions = {}): Promise<ConfigureResult> {
    return this.#inTurn(() => this.#configuration.rollback(options));
  }

  /**
   * Throws away what was entered and is not committed; without candidate the
   * same as `rollback`.
   *
   * @param options How long to wait.
   * @returns What was typed, and what the device said.
   * @throws {NetError} `"unsupported"`, or as `send` does.
   */
  discard(options: PatienceOptions = {}): Promise<ConfigureResult> {
    return this.#inTurn(() => this.#configuration.discard(options));
  }

  /**
   * Makes the running configuration survive a restart.
   *
   * @param options How long to wait.
   * @returns What the device said.
   * @throws {NetError} `"unsupported"`, or as `send` does.
   */
  save(options: PatienceOptions = {}): Promise<CommitResult> {
    return this.#inTurn(() => this.#configuration.save(options));
  }

  /**
   * Reads the running configuration. Lines that differ at each look (when it
   * was shown, how large it is) are left out: two backups differ only if the
   * configuration does.
   *
   * @param options Whether secrets are taken out.
   * @returns The configuration as text.
   * @throws {NetError} `"refused"`, or as `send` does.
   */
  backup(options: BackupOptions = {}): Promise<string> {
    return this.#inTurn(async () => {
      const back = this.prompt.mode;
      const text = await this.#configuration.show(checkBackup(options));
      await this.#talk.enter(back, options);
      return options.redact ? redact(text) : text;
    });
  }

  /**
   * Presses Ctrl-C and waits for the prompt: to stop a command that was given
   * up, by a timeout or a signal.
   *
   * @param options How long to wait.
   * @throws {NetError} As `send` does.
   */
  interrupt(options: PatienceOptions = {}): Promise<void> {
    return this.#inTurn(() => this.#talk.interrupt(options));
  }

  /**
   * Leaves the device, after what was called before. A commit that waits for
   * this session's timer is taken back. Never throws; a second call waits for
   * the first.
   */
  async close(): Promise<void> {
    this.#closing ??= this.#queue.then(() => this.#leave());
    await this.#closing;
  }

  /** Closes it, as `close` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Where it leads, and where it is. */
  toJSON(): SessionFacts {
    const { target, hostname, isOpen } = this;
    const { mode, text } = this.prompt;
    const platform = this.platform.name;
    return { target, platform, hostname, mode, prompt: text, isOpen };
  }

  /** A card: platform, name, mode, and where it leads. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const { target, hostname, isOpen, platform } = this;
    return card(`DeviceSession ${hostname}`, [
      ["platform", platform.title],
      ["target", target],
      ["mode", this.prompt.mode],
      ["prompt", this.prompt.text],
      ["state", isOpen ? "open" : "closed", isOpen ? "good" : "warn"],
    ], canvas({ colors: options?.colors }));
  }

  /** Begins when all before has ended, well or not. */
  #inTurn<T>(job: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(job);
    this.#queue = done.catch(() => {});
    return done;
  }

  async #leave(): Promise<void> {
    try {
      if (this.#configuration.isArmed) await this.#configuration.rollback({});
    } catch { /* it is gone, and with it what could be taken back */ }
    await this.#talk.close();
    this.#parts.ended();
  }
}
