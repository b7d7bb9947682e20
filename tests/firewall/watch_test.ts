/**
 * Live packets and the rules that decide them, in namespaces of the tests' own.
 *
 * @module
 */

import assert from "node:assert/strict";
import { libc } from "../../lib/ffi/libc.ts";
import {
  createNetworkNamespace,
  inNamespace,
} from "../../lib/ffi/namespace.ts";
import { runNft } from "../../lib/firewall/kernel/nft.ts";
import { watch, type WatchOptions } from "../../lib/firewall/kernel/watch.ts";
import { until, withoutNamespaces } from "../lab/fabric_bed.ts";
import { testUnless } from "../skip.ts";

const skip = withoutNamespaces();

const RULES = `table inet f {
  chain input {
    type filter hook input priority 0; policy drop;
    udp dport 7 counter accept comment "echo"
    udp dport 8 jump other
    meta l4proto icmp accept
  }
  chain other {
    ip saddr 127.0.0.1 reject
  }
}
`;

/** A namespace with rules, and datagrams on its loopback. */
class Place implements Disposable {
  readonly namespace = createNetworkNamespace();

  static async open(rules = RULES): Promise<Place> {
    const place = new Place();
    place.sh("ip link set lo up");
    await runNft(["nft", "-f", "-"], rules, "test", place);
    return place;
  }

  sh(text: string): string {
    const { stdout } = inNamespace(
      this.namespace,
      () => new Deno.Command("bash", { args: ["-c", text] }).outputSync(),
    );
    return new TextDecoder().decode(stdout);
  }

  send(port: number, count = 1): void {
    this.sh(
      `for i in $(seq ${count}); do echo -n hi > /dev/udp/127.0.0.1/${port}; done`,
    );
  }

  tables(): string {
    return this.sh("nft list tables");
  }

  watch(options: WatchOptions) {
    return watch({ ...this, apply: true, ...options });
  }

  [Symbol.dispose]() {
    libc().close(this.namespace);
  }
}

testUnless(
  skip,
  "watch() tells the rule that decides each packet",
  async () => {
    using place = await Place.open();
    await using watch = await place.watch({ where: "udp dport { 7, 8, 9 }" });
    for (const port of [7, 8, 9]) place.send(port);
    const seen = [];
    for await (const packet of watch) {
      seen.push(packet);
      if (seen.length === 6) break;
    }
    assert.ok(watch.closed);
    assert.equal(watch.lost, 0);
    assert.ok(seen.every(({ isPartial }) => !isPartial));
    // Each is met on its way out, where nothing stops it, and on its way in.
    const out = seen.filter(({ oif }) => oif === "lo");
    assert.deepEqual(out.map(({ verdict, steps }) => [verdict, steps.length]), [
      ["accept", 0],
      ["accept", 0],
      ["accept", 0],
    ]);
    const [echo, other, policy] = seen.filter(({ iif }) => iif === "lo");
    assert.match(
      String(echo),
      /^accept by inet f input: udp dport 7 counter accept comment "echo": ipv4 127.0.0.1 > 127.0.0.1 \/ udp \d+ > 7/,
    );
    assert.equal(echo!.packet?.udp?.dstPort, 7);
    assert.equal(echo!.packet?.ipv4?.totalLength, 30);
    assert.equal(other!.verdict, "drop");
    assert.match(other!.decided!.rule!, /^ip saddr 127.0.0.1 reject/);
    assert.deepEqual(
      other!.steps.map(({ chain, kind, verdict, target }) => [
        chain,
        kind,
        verdict,
        target,
      ]),
      [
        ["input", "rule", "jump", "other"],
        ["other", "rule", "drop", undefined],
      ],
    );
    assert.equal(policy!.verdict, "drop");
    assert.equal(policy!.decided!.kind, "policy");
    assert.equal(place.tables(), "table inet f\n");
  },
);

testUnless(skip, "watch() of marked packets changes nothing", async () => {
  using place = await Place.open(`table ip6 m {
  chain out {
    type filter hook output priority 0;
    udp dport 7 meta nftrace set 1 meta mark set 5
  }
}
${RULES}`);
  const before = place.tables();
  await using watch = await place.watch({ marked: true, apply: false });
  assert.equal(place.tables(), before);
  place.sh("echo -n hi > /dev/udp/::1/7");
  const { value } = await watch.next();
  assert.equal(value!.packet?.ipv6?.payloadLength, 10);
  assert.equal(
    value!.steps[0]!.rule,
    "udp dport 7 meta nftrace set 1 meta mark set 0x00000005",
  );
});

testUnless(skip, "an abort, a kill and a refusal leave no table", async () => {
  using place = await Place.open();
  const before = place.tables();
  const aborter = new AbortController();
  const watch = await place.watch({ where: "", signal: aborter.signal });
  assert.match(place.tables(), /netrepl_watch/);
  const next = watch.next();
  aborter.abort();
  assert.deepEqual(await next, { done: true, value: undefined });
  await watch.close();
  assert.equal(place.tables(), before);

  await assert.rejects(place.watch({ where: "udp dport 7", apply: false }), {
    code: "needs-apply",
  });
  await assert.rejects(place.watch({ where: "iif nosuch0" }), {
    code: "refused",
  });
  await assert.rejects(place.watch({ where: "udp dport nosuch" }), SyntaxError);
  await assert.rejects(place.watch({ where: "drop\ndrop" }), TypeError);
  await assert.rejects(place.watch({}), TypeError);
  assert.equal(place.tables(), before);

  const program = new URL(
    "../../lib/firewall/kernel/watch.ts",
    import.meta.url,
  );
  const code = `const { watch } = await import("${program}");
    const w = await watch({ where: "", apply: true });
    console.log("up"); await w.next();`;
  const child = inNamespace(
    place.namespace,
    () =>
      new Deno.Command(Deno.execPath(), {
        args: ["eval", "--no-check", code],
        stdout: "piped",
      }).spawn(),
  );
  const reader = child.stdout.getReader();
  await reader.read();
  assert.match(place.tables(), /netrepl_watch/);
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  await until(() => place.tables() === before);
});

testUnless(skip, "watch() counts what is lost", async () => {
  using place = await Place.open();
  await using watch = await place.watch({
    where: "udp dport 7",
    rate: 100_000,
    receiveBuffer: 4096,
  });
  place.send(7, 100);
  for await (const packet of watch) if (packet.isPartial || watch.lost) break;
  assert.ok(watch.lost > 0);
});
