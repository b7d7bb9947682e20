/**
 * From ssh2's question whether somebody may log in to a site's answer.
 *
 * @module
 */

import type { Endpoint } from "../../socket/endpoint.ts";
import { type AuthContext, loadSsh2 } from "../ssh2.ts";
import type { LoginAttempt, LoginMethod, SshSite } from "./site.ts";

/** The longest password that is looked at, in UTF-16 units. */
const MOST_PASSWORD = 4096;

/**
 * Asks a site about one try to log in; a signature is checked before.
 *
 * @param context The try, as ssh2 has it.
 * @param site Who decides.
 * @param peer Where it comes from.
 * @returns Whether the client may in, or for a key without a signature,
 * whether it is worth signing with it.
 */
export async function decideLogin(
  context: AuthContext,
  site: SshSite,
  peer: Endpoint,
): Promise<boolean> {
  const { username: user, method } = context;
  if (method === "hostbased") return false;
  if (method !== "none" && !site.methods.includes(method)) return false;
  const attempt = {
    user,
    method: method as LoginMethod,
    peer,
    ask: (): Promise<string[]> => Promise.resolve([]),
  } satisfies LoginAttempt;
  switch (context.method) {
    case "password": {
      const { password } = context;
      if (password.length > MOST_PASSWORD) return false;
      return await site.login({ ...attempt, password });
    }
    case "publickey": {
      const { algo, data } = context.key;
      const key = `${algo} ${data.toString("base64")}`;
      if (!await site.login({ ...attempt, key })) return false;
      return context.signature === undefined || await isSigned(context);
    }
    case "keyboard-interactive":
      return await site.login({
        ...attempt,
        ask: (questions, instruction = "") =>
          new Promise((resolve) =>
            context.prompt(
              questions.map(({ prompt, echo = false }) => ({ prompt, echo })),
              "",
              instruction,
              (answers: unknown) =>
                // A client that gives up gives an error in place of answers.
                resolve(Array.isArray(answers) ? answers : []),
            )
          ),
      });
    default:
      return await site.login(attempt);
  }
}

async function isSigned(
  context: Extract<AuthContext, { method: "publickey" }>,
): Promise<boolean> {
  const { key, blob, signature, hashAlgo } = context;
  const { utils } = await loadSsh2();
  const found = utils.parseKey(key.data);
  const parsed = Array.isArray(found) ? found[0] : found;
  if (parsed === undefined || parsed instanceof Error) return false;
  // It gives an error, not a lie, where a signature is malformed.
  return parsed.verify(blob!, signature!, hashAlgo) === true;
}
