import assert from "node:assert/strict";
import { inNamespace } from "../../lib/ffi/namespace.ts";
import { capture } from "../../lib/wire/capture.ts";
import { dhcpDiscover } from "../../lib/wire/dhcp_discover.ts";
import { inventory } from "../../lib/wire/inventory.ts";
import { osHints } from "../../lib/wire/os_hints.ts";
import { testUnless } from "../skip.ts";
import { withoutNetworks } from "../lab/own_network.ts";
import { Bed, macOf } from "./paths_bed.ts";

const reason = withoutNetworks();

testUnless(reason, "osHints() knows this Linux, and says why", async () => {
  using bed = new Bed();
  const [host, other] = [bed.network(), bed.network()];
  bed.link(
    [host, "eth0", "10.0.0.1/24", "fd00::1/64"],
    [other, "eth0", "10.0.0.2/24", "fd00::2/64"],
  );
  await bed.ready();
  const { namespace } = host;
  const closed = await osHints("10.0.0.2", { namespace, timeout: 3000 });
  assert.match(closed.system!, /Linux/);
  assert.ok(closed.hints[0]!.confidence < 0.5);
  using _server = inNamespace(
    other.namespace,
    () => Deno.listen({ port: 80, hostname: "::" }),
  );
  for (const address of ["10.0.0.2", "fd00::2"]) {
    const found = await osHints(address, { namespace, timeout: 3000 });
    assert.equal(found.system, "Linux");
    assert.ok(found.hints[0]!.confidence > 0.9);
    assert.match(found.hints[0]!.reasons.join(), /options MSTNW,TTL from 64/);
    assert.equal(found.hops, 0);
    assert.equal(found.answers.length, 7);
  }
  await assert.rejects(
    async () => await osHints("192.0.2.1", { namespace }),
    { code: "not-authorised" },
  );
});

testUnless(
  reason,
  "inventory() lists hosts by what they give away",
  async () => {
    using bed = new Bed();
    const [host, other] = [bed.network(), bed.network()];
    bed.link(
      [host, "eth0", "10.0.0.1/24", "fd00::1/64"],
      [other, "eth0", "10.0.0.2/24", "fd00::2/64"],
    );
    await bed.ready();
    const { namespace } = host;
    // It ends with its capture: when all was said.
    const packets = capture("eth0", { namespace });
    const run = inventory(packets);
    using server = inNamespace(
      host.namespace,
      () => Deno.listen({ port: 8080, hostname: "10.0.0.1" }),
    );
    const connecting = inNamespace(
      other.namespace,
      () => ({ made: Deno.connect({ port: 8080, hostname: "10.0.0.1" }) }),
    );
    using _accepted = await server.accept();
    using _connection = await connecting.made;
    await dhcpDiscover("eth0", {
      namespace: other.namespace,
      timeout: 20,
      hostName: "desk",
    });
    packets.stop();
    const { hosts } = await run;
    const [mine, its] = [host, other].map((network) =>
      hosts.find(({ mac }) => mac === macOf(network))
    );
    assert.equal(hosts.length, 2);
    assert.ok(mine?.addresses.includes("10.0.0.1"));
    assert.deepEqual(mine?.services, ["tcp/8080"]);
    assert.ok(its?.addresses.includes("10.0.0.2"));
    assert.deepEqual(its?.names, ["desk"]);
    assert.equal(its?.system, "Linux");
    for (const by of ["ARP", "DHCP", "TCP SYN"]) {
      assert.ok(its?.evidence.includes(by), by);
    }
    assert.match(Deno.inspect(await run), /2 hosts in/);

    const short = await inventory("eth0", { namespace, duration: 30 });
    assert.ok(short.waited >= 29);
    const stopped = inventory("eth0", { namespace });
    setTimeout(() => stopped.cancel(new Error("enough")), 20);
    await assert.rejects(async () => await stopped, /enough/);
  },
);
