/**
 * Logging in: which methods to try in which order, and what to say when none of
 * them is let in.
 *
 * @see RFC 4252 (the methods), RFC 4256 (keyboard-interactive)
 * @module
 */

import { yieldTurn } from "../socket/pump.ts";
import type { FoundIdentities, Identity } from "./identity.ts";
import { SshAuthError } from "./auth_error.ts";
import { oneKey } from "./one_key.ts";
import type { SshAsk, SshMethod, SshPrompt } from "./question.ts";
import type { Ssh2 } from "./ssh2.ts";

/** With what one logs in. */
export interface AuthContext {
  /** For errors: `ada@web:2222`. */
  readonly target: string;
  /** Who logs in. */
  readonly user: string;
  /** Keys that the caller handed in. */
  readonly keys: readonly Identity[];
  /** The password that the caller handed in. */
  readonly password: string | undefined;
  /** Somebody who types. */
  readonly ask: SshAsk | undefined;
  /** The methods in the order of preference. */
  readonly methods: readonly SshMethod[];
  /** Finds the keys of the agent and in the usual places. */
  readonly findKeys: (signal: AbortSignal) => Promise<FoundIdentities>;
}

/** The order of OpenSSH. */
export const METHODS: readonly SshMethod[] = [
  "publickey",
  "keyboard-interactive",
  "password",
];

/** So often somebody may type, as `NumberOfPasswordPrompts` has it. */
const TRIES = 3;

/** Tried once: gives what ssh2 takes, or nothing if it comes to nothing. */
interface Candidate {
  readonly method: SshMethod;
  readonly label: string;
  attempt(ssh2: Ssh2, signal: AbortSignal): Promise<object | undefined>;
}

/**
 * One login: gives one attempt after the other. What the caller handed in comes
 * first, then what lies around (the agent's keys and those in the usual files),
 * then who can be asked; each in the order of the methods.
 */
export class Authenticator {
  /** The steps that the server has taken. */
  readonly steps: string[] = [];
  readonly #context: AuthContext;
  readonly #tried: string[] = [];
  /** Notes on what was not tried, and why. */
  readonly #notes: string[] = [];
  readonly #waiting: Candidate[];
  /** What is not yet among the candidates. */
  readonly #more: (() => Promise<readonly Candidate[]>)[];
  readonly #known = new Set<string>();
  readonly #fault = Promise.withResolvers<never>();
  /** Whoever is asked wants to be asked no more. */
  #hasGivenUp = false;
  #offered: readonly string[] | undefined;
  #signal: AbortSignal | undefined;

  /** @param context With what to log in. */
  constructor(context: AuthContext) {
    this.#context = context;
    const { methods, keys, password, ask, findKeys } = context;
    this.#waiting = [...this.#keys(keys)];
    if (password !== undefined) {
      // A password that is at hand takes one step by its own method.
      this.#waiting.push(this.#password(password), this.#interactive(password));
    }
    this.#more = [];
    if (methods.includes("publickey")) {
      this.#more.push(async () => {
        const { identities, notes } = await findKeys(this.#signal!);
        this.#notes.push(...notes);
        return this.#keys(identities);
      });
    }
    if (ask) {
      this.#more.push(() => Promise.resolve(this.#asking(ask, methods)));
    }
    this.#waiting = this.#waiting.filter(({ method }) =>
      methods.includes(method)
    );
  }

  /** Rejects with what somebody who is asked throws: the login is over. */
  get fault(): Promise<never> {
    return this.#fault.promise;
  }

  /**
   * Gives the next attempt, as ssh2 takes it.
   *
   * @returns Nothing if there is no more to try.
   */
  async next(ssh2: Ssh2, signal: AbortSignal): Promise<object | undefined> {
    this.#signal = signal;
    const username = this.#context.user;
    // Of this one the server says no, and which it takes.
    if (this.#offered === undefined && this.steps.length === 0) {
      this.#offered = [];
      return { type: "none", username };
    }
    for (;;) {
      const candidate = this.#take();
      if (candidate) {
        const attempt = await candidate.attempt(ssh2, signal);
        if (!attempt) continue;
        this.#tried.push(candidate.label);
        return { ...attempt, username };
      }
      const more = this.#more.shift();
      if (!more) return undefined;
      this.#waiting.push(...await more());
    }
  }

  /** Takes note of a refusal, or of a step that the server took. */
  refused(offered: readonly string[], partial: boolean): void {
    this.#offered = offered;
    if (partial) this.steps.push(this.#tried.at(-1) ?? "none");
  }

  /** Takes note that the server has let the user in. */
  accepted(): void {
    this.steps.push(this.#tried.at(-1) ?? "none");
  }

  /** The error for a login that failed. */
  failure(cause: (Error & { level?: string }) | undefined): Error {
    const { target } = this.#context;
    const offered = this.#offered ?? [];
    const tried = this.#tried;
    const said = cause === undefined
      ? "the server closed the connection, after "
      : cause.level !== "client-authentication"
      ? `${reasonOf(cause)}, after `
      : "";
    const trial = tried.length === 0
      ? "there was nothing to try"
      : `tried ${tried.join(", ")}`;
    const steps = this.steps.length > 0
      ? `${this.steps.join(", ")} was one of several steps; `
      : "";
    const takes = offered.length === 0
      ? ""
      : `; the server takes ${offered.join(", ")}`;
    const notes = this.#notes.length > 0 ? ` (${this.#notes.join("; ")})` : "";
    return new SshAuthError(
      said === ""
        ? `${steps}${trial}${takes}${notes}`
        : `${said}${trial}${takes}${notes}`,
      { target, tried, offered, hint: this.#hint(cause), cause },
    );
  }

  /** The error for a password that the server wants changed. */
  expired(): Error {
    return new SshAuthError("the password has expired", {
      target: this.#context.target,
      tried: this.#tried,
      offered: this.#offered ?? [],
      code: "password-expired",
      hint: `ssh ${this.#context.target} in a terminal, and change it there`,
    });
  }

  #hint(cause: Error | undefined): string {
    const { password, keys, user, ask } = this.#context;
    const offered = this.#offered ?? [];
    if (/too many/i.test(cause?.message ?? "")) {
      return 'fewer keys: { agent: false, keys: ["~/.ssh/id_…"] }';
    }
    const takesPassword = offered.includes("password") ||
      offered.includes("keyboard-interactive");
    if (takesPassword && password === undefined && !ask) {
      return '{ password: "…" } or { ask } to be asked';
    }
    if (offered.includes("publickey") && keys.length === 0 && !takesPassword) {
      return `{ keys: ["~/.ssh/id_…"] }, and its .pub among ${user}'s ~/.ssh/authorized_keys there`;
    }
    if (offered.includes("publickey") && !takesPassword) {
      return `ssh-copy-id, to put the key among ${user}'s ~/.ssh/authorized_keys there`;
    }
    return takesPassword && password !== undefined
      ? "another password, or check the user's name"
      : "check the user's name, and what the server's log says";
  }

  /** The next that the server would take now. */
  #take(): Candidate | undefined {
    const index = this.#waiting.findIndex(({ method }) =>
      this.#offered?.includes(method)
    );
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0];
  }

  #keys(identities: readonly Identity[]): Candidate[] {
    return identities.filter(({ publicKey }) => {
      const id = publicKey.join();
      return !this.#known.has(id) && this.#known.add(id);
    }).map((identity) => ({
      method: "publickey",
      label: `publickey ${identity.label}`,
      attempt: (ssh2, signal) =>
        Promise.resolve({
          type: "agent",
          agent: oneKey(ssh2, identity, signal, (reason) => {
            this.#notes.push(`${identity.label} did not sign: ${reason}`);
          }),
        }),
    }));
  }

  #password(password: string): Candidate {
    return {
      method: "password",
      label: "password",
      attempt: () => Promise.resolve({ type: "password", password }),
    };
  }

  /** Answers with the password where that alone is asked for. */
  #interactive(password: string | undefined): Candidate {
    const { ask, target } = this.#context;
    return {
      method: "keyboard-interactive",
      label: "keyboard-interactive",
      attempt: (_ssh2, signal) => {
        if (this.#hasGivenUp) return Promise.resolve(undefined);
        let unused = password;
        const answer = async (
          instructions: string,
          prompts: readonly SshPrompt[],
        ): Promise<readonly string[]> => {
          const [only] = prompts;
          if (unused !== undefined && prompts.length === 1 && !only!.echo) {
            const password = unused;
            unused = undefined;
            return [password];
          }
          const kind = "keyboard-interactive";
          const question = { kind, target, instructions, prompts } as const;
          const answers = await ask?.(question, signal);
          if (answers) return answers;
          this.#hasGivenUp = ask !== undefined;
          const asked = prompts.map(({ text }) => JSON.stringify(text.trim()));
          this.#notes.push(`nobody answered ${asked.join(", ")}`);
          return prompts.map(() => "");
        };
        return Promise.resolve({
          type: "keyboard-interactive",
          prompt: (
            name: string,
            instructions: string,
            _language: string,
            prompts: { prompt: string; echo?: boolean }[],
            finish: (answers: readonly string[]) => void,
          ) => {
            const lines = [name, instructions].filter((x) => x !== "");
            answer(
              lines.join("\n"),
              prompts.map(({ prompt, echo }) => ({
                text: prompt,
                echo: echo === true,
              })),
            ).then(async (answers) => {
              // ssh2 goes on in a turn of its own; see link.ts.
              await yieldTurn();
              if (!signal.aborted) finish(answers);
            }).catch(this.#fault.reject);
          },
        });
      },
    };
  }

  /** Asks somebody, several times. */
  #asking(ask: SshAsk, methods: readonly SshMethod[]): Candidate[] {
    const { target, user } = this.#context;
    const byPassword: Candidate = {
      method: "password",
      label: "password",
      attempt: async (_ssh2, signal) => {
        if (this.#hasGivenUp) return undefined;
        const answers = await ask({
          kind: "password",
          target,
          instructions: "",
          prompts: [{ text: `${user}'s password: `, echo: false }],
        }, signal);
        this.#hasGivenUp = answers === undefined;
        return answers && { type: "password", password: answers[0] ?? "" };
      },
    };
    const interactive = this.#interactive(undefined);
    return methods.filter((method) => method !== "publickey").flatMap((
      method,
    ) =>
      Array.from(
        { length: TRIES },
        () => method === "password" ? byPassword : interactive,
      )
    );
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : `${error}`;
}
