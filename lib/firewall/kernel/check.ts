/**
 * A ruleset before the kernel's own eyes, where it can do no harm.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { libcAllowed } from "../../ffi/libc.ts";
import { links } from "../../linux/links.ts";
import { mustBeRuleset } from "../model/given.ts";
import type { RulesetData } from "../model/ruleset.ts";
import { format } from "../text/format.ts";
import { runNft } from "./nft.ts";

/** Options for {@linkcode check}. */
export interface CheckOptions {
  /** Interfaces that are to be there, for rules that need them: `iif`, netdev chains. @default {those of this machine that the ruleset names} */
  interfaces?: readonly string[] | undefined;
  /** Stops it; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Makes interfaces of these names, of a kind that there is, then has nft read the rules. */
const TRY = `
peer=0
for name; do
  peer=$((peer + 1))
  ip link add name "$name" type dummy 2>/dev/null ||
    ip link add name "$name" type veth peer name "peer~$peer" || exit
done
exec nft -f -
`;

/**
 * Has the kernel try a ruleset, in a network namespace that is gone
 * afterwards. It takes no root: a user namespace of its own will do.
 *
 * The kernel is really given the rules there, for `nft -c` alone lets things
 * pass that loading refuses.
 *
 * @param ruleset A ruleset, or the text of one.
 * @param options Which interfaces there are, and a signal.
 * @throws {NetError} With code `"refused"` and what nft said; with code
 * `"not-found"` without nft.
 * @throws {PermissionError} If this system lets users make no namespaces.
 * @see nft(8)
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await net.firewall.check("table inet filter { chain input { tcp dport 22 accept; }; }");
 * await assert.rejects(net.firewall.check("table inet filter { chain input { jump nowhere; }; }"));
 * ```
 */
export async function check(
  ruleset: RulesetData | string,
  options: CheckOptions = {},
): Promise<void> {
  if (typeof ruleset !== "string") {
    mustBeRuleset("check rules", "ruleset", ruleset);
  }
  const text = typeof ruleset === "string" ? ruleset : format(ruleset.tables);
  const { interfaces = await namedIn(text), signal } = options;
  const words = ["--net", "sh", "-c", TRY, "sh", ...interfaces];
  const attempt = (...user: string[]) =>
    runNft(["unshare", ...user, ...words], text, "check rules", { signal });
  try {
    await attempt("--user", "--map-root-user");
  } catch (error) {
    if (!(error instanceof NetError) || !mayDoAsRoot(error)) throw error;
    try {
      await attempt();
    } catch (asRoot) {
      const isBarred = (asRoot as NetError).code === "no-namespaces";
      throw isBarred ? error : asRoot;
    }
  }
}

/** Users may have no namespaces of their own, or no room for so many rules in one. */
function mayDoAsRoot({ code, message }: NetError): boolean {
  return code === "no-namespaces" || /Message too long/.test(message);
}

async function namedIn(text: string): Promise<string[]> {
  if (!libcAllowed()) return [];
  const words = new Set(text.match(/[^\s"{},;=]+/g));
  return [...await links()].map(({ name }) => name)
    .filter((name) => name !== "lo" && words.has(name));
}
