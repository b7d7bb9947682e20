/**
 * One session on a connection: a channel in which a command, a shell or a
 * subsystem runs. Octets come by callbacks, with the flow held where the reader
 * says so.
 *
 * ssh2's own `exec` waits for the answer to each request before it sends the
 * next, drops the answers about the environment, and puts two streams on the
 * way of every packet. So this file asks ssh2's protocol object itself; what it
 * touches beyond the documented door is named in {@linkcode Inner}.
 *
 * @see RFC 4254 §5, §6
 * @module
 */

import type { ExitStatus, TerminalSize } from "./command.ts";
import type { Client, ClientChannel } from "./ssh2.ts";

/** What a session starts with; the answers to all are awaited at once. */
export interface SessionRequest {
  /** What runs in it. */
  readonly kind: "exec" | "shell" | "subsystem";
  /** The command or the subsystem's name. */
  readonly command?: string | undefined;
  /** The terminal that the other side emulates; none if absent. */
  readonly pty?: TerminalSize & { readonly term: string } | undefined;
  /** Environment variables; servers take only those that they were told to. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Whether programs there may use the agent here. */
  readonly forwardAgent?: boolean | undefined;
}

/** What takes the octets of a session. Returning false holds the flow. */
export interface SessionSink {
  /** Octets of its standard output. */
  stdout(octets: Uint8Array): boolean;
  /** Octets of its standard error. */
  stderr(octets: Uint8Array): boolean;
}

/** What of ssh2 is touched beyond its documented door (1.17). */
interface Inner {
  readonly _chanMgr: { add(opened: Opened): number };
  _agentFwdEnabled: boolean;
  readonly _protocol: {
    session(channel: number, window: number, packetSize: number): void;
    openssh_agentForward(channel: number, wantReply: boolean): void;
    env(channel: number, name: string, value: string, wantReply: boolean): void;
    // deno-fmt-ignore
    pty(channel: number, rows: number, columns: number, height: number,
      width: number, term: string, modes: null, wantReply: boolean): void;
    exec(channel: number, command: string, wantReply: boolean): void;
    shell(channel: number, wantReply: boolean): void;
    subsystem(channel: number, name: string, wantReply: boolean): void;
    signal(channel: number, name: string): void;
    // deno-fmt-ignore
    windowChange(channel: number, rows: number, columns: number,
      height: number, width: number): void;
  };
}

/** ssh2's callback for a channel that opens, and what kind it asks for. */
type Opened =
  & ((error: Error | undefined, channel?: InnerChannel) => void)
  & { type: string };

interface InnerChannel extends Omit<ClientChannel, "push" | "stderr"> {
  readonly outgoing: { readonly id: number; readonly state: string };
  readonly _callbacks: ((failed: boolean) => void)[];
  push(octets: Uint8Array | null): boolean;
  readonly stderr: {
    readable: boolean;
    push(octets: Uint8Array | null): boolean;
  };
  _read(size: number): void;
}

/** What ssh2 grants the other side: it sends so much before it must wait. */
const WINDOW = 2 * 1024 * 1024;
const PACKET = 32 * 1024;

/** The server does not open another session. */
export class SessionRefused extends Error {}

/** The link went down before the session was open: nothing has begun. */
export class SessionNotOpened extends Error {}

/** The server does not do in a session what it was asked for. */
export class RequestRefused extends Error {
  /** What was refused. */
  readonly request: "pty" | "exec" | "shell" | "subsystem";
  constructor(request: RequestRefused["request"]) {
    super(`the server refuses ${request}`);
    this.request = request;
  }
}

/** Signals that can be sent, with SIG before them or without: RFC 4254 §6.10. */
const SIGNALS =
  /^(?:SIG)?(?:ABRT|ALRM|FPE|HUP|ILL|INT|KILL|PIPE|QUIT|SEGV|TERM|USR1|USR2)$/i;

/** What no request can carry: a server that reads on behind it closes the link. */
function checkText(name: string, value: unknown): void {
  if (typeof value === "string" && !value.includes("\0")) return;
  throw new TypeError(
    `Cannot open a session as '${name}' must be a text without NUL: current value is ${
      typeof value === "string" ? JSON.stringify(value) : String(value)
    }`,
  );
}

function checkSize({ columns, rows }: TerminalSize): void {
  for (const [name, cells] of Object.entries({ columns, rows })) {
    if (Number.isInteger(cells) && cells >= 0 && cells <= 0xffff) continue;
    throw new RangeError(
      `Cannot give a session a terminal as '${name}' must be an integer from 0 to 65535: current value is ${cells}`,
    );
  }
}

/**
 * Checks what a session is to start with.
 *
 * @throws {TypeError} If command, environment or the terminal's name are none.
 * @throws {RangeError} If the terminal's size is none.
 */
export function checkRequest(
  { kind, command, env, pty }: SessionRequest,
): void {
  if (kind !== "shell") checkText("command", command);
  for (const [name, value] of Object.entries(env ?? {})) {
    checkText("env", name);
    checkText(`env.${name}`, value);
  }
  if (pty) {
    checkText("term", pty.term);
    checkSize(pty);
  }
}

/** A session that is open. */
export class SessionChannel {
  /** Names of the environment that the server did not take. */
  readonly refusedEnv: string[] = [];
  /** Resolves when the session is over and all its octets have been given. */
  readonly closed: Promise<ExitStatus>;
  readonly #inner: Inner;
  readonly #channel: InnerChannel;
  /** What came before there was a sink. */
  readonly #early: [kind: "stdout" | "stderr", octets: Uint8Array][] = [];
  #sink: SessionSink | undefined;
  #isHeld = false;
  #isClosed = false;
  #isEnded = false;

  private constructor(inner: Inner, channel: InnerChannel) {
    this.#inner = inner;
    this.#channel = channel;
    channel.push = (octets) => this.#take("stdout", octets);
    channel.stderr.push = (octets) => this.#take("stderr", octets);
    const status: { exitCode?: number; signal?: string } = {};
    channel.on("exit", (code: number | null, signal?: string) => {
      if (code !== null) status.exitCode = code;
      else if (signal !== undefined) status.signal = signal;
    });
    channel.on("error", () => {});
    this.closed = new Promise((resolve) =>
      channel.once("close", () => {
        this.#isClosed = true;
        resolve({ exitCode: status.exitCode, signal: status.signal });
      })
    );
  }

  /**
   * Opens a session and starts something in it.
   *
   * @throws {SessionRefused} If the server opens no more sessions.
   * @throws {RequestRefused} If it does not do what is asked for.
   */
  static async open(
    client: Client,
    request: SessionRequest,
    signal: AbortSignal,
  ): Promise<SessionChannel> {
    const inner = client as unknown as Inner;
    const session = await openChannel(inner, signal);
    const abandon = () => session.#channel.close();
    signal.addEventListener("abort", abandon, { once: true });
    try {
      await session.#ask(request);
      signal.throwIfAborted();
      return session;
    } catch (error) {
      abandon();
      throw signal.aborted ? signal.reason : error;
    } finally {
      signal.removeEventListener("abort", abandon);
    }
  }

  static adopt(inner: Inner, channel: InnerChannel): SessionChannel {
    return new SessionChannel(inner, channel);
  }

  /** Whether the session is over. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Hands over who takes the octets; what came before is given at once. */
  start(sink: SessionSink): void {
    this.#sink = sink;
    for (const [kind, octets] of this.#early.splice(0)) sink[kind](octets);
    this.resume();
  }

  /** Lets octets flow again after the sink held them. */
  resume(): void {
    this.#isHeld = false;
    this.#channel._read(0);
  }

  /**
   * Sends octets to its standard input.
   *
   * @returns Resolves when the other side has room for more, or the session
   * is over.
   */
  async write(octets: Uint8Array): Promise<void> {
    if (this.#isClosed || this.#isEnded || octets.length === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#channel.write(octets, () => resolve());
    // For a channel that closes, the callback never comes.
    await Promise.race([promise, this.closed]);
  }

  /** The same without a wait. */
  writeNow(octets: Uint8Array): void {
    if (!this.#isClosed && !this.#isEnded) this.#channel.write(octets);
  }

  /** Ends its standard input. */
  end(): void {
    if (this.#isEnded || this.#isClosed) return;
    this.#isEnded = true;
    this.#channel.end();
  }

  /**
   * Sends what runs in it a signal: `"SIGTERM"`. Servers may pass over it.
   *
   * @throws {TypeError} If SSH has no such signal.
   */
  kill(signal: string): void {
    if (!SIGNALS.test(signal)) {
      throw new TypeError(
        `Cannot send a signal as it must be one that SSH has, such as SIGTERM, SIGINT, SIGHUP or SIGKILL: current value is ${signal}`,
      );
    }
    if (this.#channel.outgoing.state !== "open" && !this.#isEnded) return;
    if (this.#isClosed) return;
    this.#inner._protocol.signal(this.#id, signal);
  }

  /** Tells it that the terminal's size has changed. */
  resize({ columns, rows }: TerminalSize): void {
    checkSize({ columns, rows });
    if (this.#isClosed) return;
    this.#inner._protocol.windowChange(this.#id, rows, columns, 0, 0);
  }

  /** Closes it; `closed` tells when the other side has too. */
  close(): void {
    this.#sink = { stdout: () => true, stderr: () => true };
    this.resume();
    this.#channel.close();
  }

  get #id(): number {
    return this.#channel.outgoing.id;
  }

  async #ask(request: SessionRequest): Promise<void> {
    const { kind, command = "", pty, env = {}, forwardAgent } = request;
    const { _protocol: protocol } = this.#inner;
    const id = this.#id;
    const asked: Promise<void>[] = [];
    if (forwardAgent) {
      // A refusal is no failure: it shows when somebody wants the agent.
      this.#inner._agentFwdEnabled = true;
      protocol.openssh_agentForward(id, true);
      asked.push(this.#answer().then(() => {}));
    }
    for (const [name, value] of Object.entries(env)) {
      protocol.env(id, name, value, true);
      asked.push(
        this.#answer().then((ok) => {
          if (!ok) this.refusedEnv.push(name);
        }),
      );
    }
    if (pty) {
      const { rows, columns, term } = pty;
      protocol.pty(id, rows, columns, 0, 0, term, null, true);
      asked.push(
        this.#answer().then((ok) => {
          if (!ok) throw new RequestRefused("pty");
        }),
      );
    }
    if (kind === "shell") protocol.shell(id, true);
    else protocol[kind](id, command, true);
    asked.push(
      this.#answer().then((ok) => {
        if (!ok) throw new RequestRefused(kind);
      }),
    );
    await Promise.all(asked);
  }

  #answer(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#channel._callbacks.push((failed) => resolve(!failed));
    return promise;
  }

  #take(kind: "stdout" | "stderr", octets: Uint8Array | null): boolean {
    if (octets === null) {
      if (kind === "stderr") this.#channel.stderr.readable = false;
      // Both streams end at once, and the channel counts as ended with this.
      else this.#channel.emit("end");
      return false;
    }
    if (!this.#sink) {
      this.#early.push([kind, octets]);
      return true;
    }
    if (!this.#sink[kind](octets)) this.#isHeld = true;
    return !this.#isHeld;
  }
}

async function openChannel(
  inner: Inner,
  signal: AbortSignal,
): Promise<SessionChannel> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<SessionChannel>();
  const opened = (error: Error | undefined, channel?: InnerChannel) => {
    if (!channel) {
      const { reason } = (error ?? {}) as { reason?: unknown };
      const { message } = error ?? {};
      return reject(
        reason === undefined
          ? new SessionNotOpened(message)
          : new SessionRefused(message),
      );
    }
    if (signal.aborted) return channel.close();
    resolve(SessionChannel.adopt(inner, channel));
  };
  const id = inner._chanMgr.add(Object.assign(opened, { type: "session" }));
  try {
    inner._protocol.session(id, WINDOW, PACKET);
  } catch (cause) {
    // The stream has ended, and ssh2 sends nothing any more.
    throw new SessionNotOpened("the stream has ended", { cause });
  }
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
