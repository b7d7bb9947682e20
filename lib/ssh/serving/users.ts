/**
 * Who may log in to an SSH server, and how: users as data.
 *
 * @module
 */

import type { LoginAttempt, LoginMethod, LoginQuestion } from "./site.ts";

/** One who may log in; each thing named here is enough by itself. */
export interface SshUser {
  /** Taken as a password, and as the answer to `"Password: "`. */
  readonly password?: string | undefined;
  /** Public keys, each as a line of `authorized_keys`; a comment is allowed. */
  readonly keys?: readonly string[] | undefined;
  /**
   * Questions asked one by one, and the right answers, in place of the
   * password's.
   */
  readonly questions?: Readonly<Record<string, string>> | undefined;
  /** Whether this one needs to prove nothing. @default {false} */
  readonly open?: boolean | undefined;
}

/** Users by name; a text is a password. */
export type SshUsers = Readonly<Record<string, string | SshUser>>;

/** What decides about logins. */
export interface Gate {
  /** The ways that are offered to everybody, so that they tell nothing of a user. */
  readonly methods: readonly LoginMethod[];
  /** Decides about one try. */
  login(attempt: LoginAttempt): boolean | Promise<boolean>;
}

/**
 * Makes what decides about logins out of a list of users.
 *
 * @param users The users.
 * @returns Methods, and the decision.
 * @throws {TypeError} If a user's key is no line of `authorized_keys`.
 */
export function gateOf(users: SshUsers): Gate {
  const known = new Map(
    Object.entries(users).map(([name, user]) => [
      name,
      readUser(name, typeof user === "string" ? { password: user } : user),
    ]),
  );
  const all = [...known.values()];
  const methods: LoginMethod[] = [];
  if (all.some((user) => user.keys.length > 0)) methods.push("publickey");
  if (all.some((user) => user.questions !== undefined)) {
    methods.push("keyboard-interactive");
  }
  if (all.some((user) => user.password !== undefined)) methods.push("password");
  return { methods, login: (attempt) => decide(attempt, known) };
}

interface Reading {
  readonly password: string | undefined;
  readonly keys: readonly string[];
  readonly questions: readonly (readonly [string, string])[] | undefined;
  readonly open: boolean;
}

function readUser(name: string, user: SshUser): Reading {
  const { password, keys = [], questions, open = false } = user;
  return {
    password,
    open,
    keys: keys.map((line) => {
      const found =
        /(?:^|\s)((?:ssh-|ecdsa-|sk-)\S+)\s+([A-Za-z0-9+/]+=*)(?:\s|$)/
          .exec(line);
      if (found === null) {
        throw new TypeError(
          `Cannot serve as 'users.${name}.keys' must be lines of authorized_keys: current value is ${
            JSON.stringify(line.slice(0, 60))
          }`,
        );
      }
      return `${found[1]} ${found[2]}`;
    }),
    questions: questions !== undefined
      ? Object.entries(questions)
      : password !== undefined
      ? [["Password: ", password]]
      : undefined,
  };
}

/** Asked of those who do not exist, so that they look as all others. */
const ANYBODY: readonly LoginQuestion[] = [{ prompt: "Password: " }];

async function decide(
  attempt: LoginAttempt,
  users: ReadonlyMap<string, Reading>,
): Promise<boolean> {
  const user = users.get(attempt.user);
  switch (attempt.method) {
    case "none":
      return user?.open === true;
    case "password":
      return user?.password !== undefined &&
        same(attempt.password ?? "", user.password);
    case "publickey":
      return user?.keys.includes(attempt.key ?? "") === true;
    case "keyboard-interactive": {
      if (user?.questions === undefined) {
        await attempt.ask(ANYBODY);
        return false;
      }
      for (const [prompt, right] of user.questions) {
        const [answer = ""] = await attempt.ask([{ prompt }]);
        if (!same(answer, right)) return false;
      }
      return true;
    }
  }
}

/** Compares in a time that does not tell how much was right. */
function same(given: string, right: string): boolean {
  const [a, b] = [given, right].map((text) => new TextEncoder().encode(text));
  let differences = a!.length ^ b!.length;
  for (let i = 0; i < a!.length; i++) differences |= a![i]! ^ (b![i] ?? 0);
  return differences === 0;
}
