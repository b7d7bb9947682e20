/**
 * Starts a lab's agent in namespaces of its own, and says why it could not.
 *
 * The chain is: this process, `unshare`, the agent. The agent is the first of
 * its process namespace, so all of the lab's processes end with it; it ends when
 * its input does, and so with this process; and with `unshare`, which kills it.
 *
 * @module
 */

import { NetError, PermissionError } from "../errors.ts";
import type { AgentCalls, OwnerCalls } from "./calls.ts";
import { Channel, type Handlers } from "./protocol.ts";
import { PROGRAM_ENV, programCommand, withoutPrivate } from "./program.ts";

/** How long an agent may take to go when its input has ended, in milliseconds. */
const GOING = 3_000;
/** What an agent said last that was no answer, in UTF-16 units. */
const TAIL = 4_000;

/** How `unshare` makes the namespaces: a network, mounts, name, message queues and processes. */
const NAMESPACES = [
  "--net",
  "--mount",
  "--uts",
  "--ipc",
  "--pid",
  "--fork",
  "--kill-child",
];

/** A running agent. */
export class Agent {
  /** What it is asked by. */
  readonly channel: Channel<AgentCalls, OwnerCalls>;
  /** Whether it is in a user namespace, and so without any right outside. */
  readonly isUser: boolean;
  /** Whether it has brought its lab up. */
  isUp = false;
  readonly #child: Deno.ChildProcess;
  readonly #said: Promise<string>;

  private constructor(
    child: Deno.ChildProcess,
    isUser: boolean,
    handlers: Handlers<OwnerCalls>,
  ) {
    this.#child = child;
    this.isUser = isUser;
    this.#said = tail(child.stderr);
    this.channel = new Channel<AgentCalls, OwnerCalls>(
      { readable: child.stdout, writable: child.stdin },
      handlers,
    );
  }

  /**
   * Starts one.
   *
   * @param isUser Whether it gets a user namespace, which needs no rights.
   * @param handlers What it may tell.
   * @returns The agent, which may yet turn out not to have started.
   * @throws {PermissionError} Without `--allow-run=unshare`.
   * @throws {NetError} If there is no `unshare`.
   */
  static start(isUser: boolean, handlers: Handlers<OwnerCalls>): Agent {
    const { os } = Deno.build;
    if (os !== "linux") {
      throw new NetError(
        `this is ${os}, and a lab is made of Linux namespaces`,
        {
          code: "unsupported",
          op: "start",
          target: "a lab",
          hint: "a Linux machine, virtual or not",
        },
      );
    }
    try {
      const child = new Deno.Command("unshare", {
        args: [
          ...(isUser ? ["--user", "--map-root-user"] : []),
          ...NAMESPACES,
          ...withoutPrivate(programCommand("agent")),
        ],
        env: { ...PROGRAM_ENV },
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
        // Ctrl-C in this terminal is for this program; the lab goes with it.
        detached: true,
      }).spawn();
      return new Agent(child, isUser, handlers);
    } catch (cause) {
      const facts = { op: "start", target: "a lab", cause };
      if (cause instanceof Deno.errors.NotFound) {
        throw new NetError("there is no program unshare", {
          ...facts,
          code: "not-found",
          hint: "apt install util-linux",
        });
      }
      if (cause instanceof Deno.errors.NotCapable) {
        throw new PermissionError("this program may not start unshare", {
          ...facts,
          code: "not-permitted",
          hint: "run it with --allow-run=unshare",
        });
      }
      throw cause;
    }
  }

  /** Ends it, and waits until nothing of the lab is left. */
  async end(): Promise<void> {
    const timer = setTimeout(() => this.#kill(), GOING);
    await this.channel.close();
    await this.#child.status;
    clearTimeout(timer);
  }

  #kill(): void {
    try {
      // And with unshare its child, which has asked the kernel for that.
      this.#child.kill("SIGKILL");
    } catch {
      // It has gone by itself.
    }
  }

  /**
   * Why it is gone.
   *
   * @param op What was being done, as a verb phrase.
   * @param target To what.
   * @returns The error to throw.
   */
  async obituary(op: string, target: string): Promise<NetError> {
    const { code, signal } = await this.#child.status;
    const text = await this.#said;
    if (!this.isUp && /^unshare: .* failed/m.test(text)) {
      return this.#barred(text.trim(), target);
    }
    // Whose own troubles with a child that was killed say nothing.
    const said = text.replace(/^unshare: .*$/gm, "").trim();
    const how = signal ?? `exit code ${code}`;
    return new NetError(
      `the lab's agent is gone (${how})${said === "" ? "" : `: ${said}`}`,
      {
        code: "closed",
        op,
        target,
        hint: "bring the lab up again; nothing of it is left",
      },
    );
  }

  #barred(said: string, target: string): PermissionError {
    const reason = said.replace(/^unshare: /gm, "").split("\n").join("; ");
    return new PermissionError(
      this.isUser
        ? `this machine does not let users make namespaces (${reason})`
        : `this machine lets nobody make namespaces here (${reason})`,
      {
        code: "not-permitted",
        op: "bring up",
        target,
        hint:
          "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu), sudo sysctl kernel.unprivileged_userns_clone=1 (Debian), sudo sysctl user.max_user_namespaces=10000, or in a container docker run --cap-add SYS_ADMIN --security-opt seccomp=unconfined; or run this as root",
      },
    );
  }
}

/** Reads to the end, and keeps the last of it. */
async function tail(output: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  try {
    for await (const part of output.pipeThrough(new TextDecoderStream())) {
      text = (text + part).slice(-TAIL);
    }
  } catch {
    // What was read is what there is.
  }
  return text;
}
