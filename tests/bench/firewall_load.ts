/**
 * A block list of 100,000 prefixes: merged, made a ruleset, written and applied
 * in one transaction, beside `nft -f` of the same list as one would type it,
 * which the kernel's tools merge.
 *
 * @module
 */

import { libc } from "../../lib/ffi/libc.ts";
import { createNetworkNamespace } from "../../lib/ffi/namespace.ts";
import { apply } from "../../lib/firewall/kernel/apply.ts";
import { runNft } from "../../lib/firewall/kernel/nft.ts";
import { blockList } from "../../lib/firewall/patterns/block_list.ts";
import * as inspect from "../../lib/inspect/mod.ts";
import { seeded } from "../../lib/random.ts";
import { median } from "./pty.ts";

const COUNT = 100_000;
const ROUNDS = 5;

/** Prefixes of /16 to /32 anywhere in IPv4, of which some contain others. */
function prefixes(): string[] {
  const random = seeded(9);
  const below = (n: number) => Math.floor(random() * n);
  return Array.from({ length: COUNT }, () => {
    const length = 16 + below(17);
    const address = (2 ** 24 + below(223 * 2 ** 24)) >>> (32 - length) <<
        (32 - length) >>> 0;
    const octets = [24, 16, 8, 0].map((shift) => address >>> shift & 255);
    return `${octets.join(".")}/${length}`;
  });
}

/** Milliseconds that something takes, each time with an empty firewall. */
async function time(work: (namespace: number) => Promise<unknown>) {
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const namespace = createNetworkNamespace();
    try {
      const start = performance.now();
      await work(namespace);
      if (round > 0) times.push(performance.now() - start);
    } finally {
      libc().close(namespace);
    }
  }
  return median(times);
}

/** Measures both, and the parts of ours. */
export async function bench(): Promise<void> {
  const list = prefixes();
  const text = `table inet block_list {
  set blocked_ipv4 {
    type ipv4_addr
    flags interval
    auto-merge
    elements = { ${list.join(", ")} }
  }
  chain prerouting {
    type filter hook prerouting priority raw; policy accept;
    iif lo accept
    ip saddr @blocked_ipv4 counter drop
  }
}
`;
  const options = { apply: true, confirm: false, force: true } as const;
  try {
    libc().close(createNetworkNamespace());
  } catch {
    console.log("firewall_load: skipped, needs root: unshare -rn deno task …");
    return;
  }
  const make = () => blockList({ prefixes: list, outgoing: false });
  const theirs = await time((namespace) =>
    runNft(["nft", "-f", "-"], text, "bench", { namespace })
  );
  const ours = await time((namespace) =>
    apply(make(), { ...options, namespace })
  );
  const made = await time(() => Promise.resolve(make()));
  const pattern = make();
  const written = await time(() => Promise.resolve(String(pattern)));
  const rows = [
    ["nft -f of the list as typed, with auto-merge", theirs],
    ["ours: from texts to rules in force", ours],
    ["of that: merged, and made a ruleset", made],
    ["of that: written", written],
  ].map(([what, ms]) => ({ what, time: inspect.duration(ms as number) }));
  console.log(inspect.table(rows, {
    title: `A block list of 100,000 prefixes: ${
      (theirs / ours).toFixed(1)
    } times as fast`,
    canvas: inspect.canvas({ colors: Deno.stdout.isTerminal() }),
  }));
}

if (import.meta.main) await bench();
