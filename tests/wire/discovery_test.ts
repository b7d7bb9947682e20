import assert from "node:assert/strict";
import { inNamespace } from "../../lib/ffi/namespace.ts";
import { build } from "../../lib/packet/build.ts";
import { cdp } from "../../lib/packet/layers/cdp.ts";
import { ethernet } from "../../lib/packet/layers/ethernet.ts";
import { llc } from "../../lib/packet/layers/llc.ts";
import { snap } from "../../lib/packet/layers/snap.ts";
import { arping } from "../../lib/wire/arping.ts";
import { dhcpDiscover } from "../../lib/wire/dhcp_discover.ts";
import { LinkSocket } from "../../lib/wire/link/link_socket.ts";
import { switchPort } from "../../lib/wire/switch_port.ts";
import { testUnless } from "../skip.ts";
import { type OwnNetwork, withoutNetworks } from "../lab/own_network.ts";
import { Bed, macOf } from "./paths_bed.ts";

const reason = withoutNetworks();

/** A host whose eth0 is on a switch with others, all with an eth0. */
async function onSwitch(
  bed: Bed,
  ...addresses: (readonly string[])[]
): Promise<OwnNetwork[]> {
  const fabric = bed.network();
  fabric.run("ip", "link", "add", "br0", "type", "bridge");
  fabric.run("ip", "link", "set", "br0", "up");
  const hosts = addresses.map((own, i) => {
    const host = bed.network();
    bed.link([host, "eth0", ...own], [fabric, `p${i}`]);
    fabric.run("ip", "link", "set", `p${i}`, "master", "br0");
    return host;
  });
  await bed.ready();
  return hosts;
}

/** A program in a network, killed when it is disposed of. */
async function program(
  network: OwnNetwork,
  command: string,
  args: readonly string[],
  started: RegExp,
): Promise<AsyncDisposable> {
  const child = inNamespace(network.namespace, () =>
    new Deno.Command(command, {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn());
  let said = "";
  const begun = Promise.withResolvers<void>();
  const reading = child.stderr.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({
      write: (text) => {
        said += text;
        if (started.test(said)) begun.resolve();
      },
      close: () => begun.reject(new Error(said)),
    }),
  );
  await begun.promise;
  return {
    [Symbol.asyncDispose]: async () => {
      begun.promise.catch(() => {});
      child.kill("SIGTERM");
      await child.status;
      await reading;
    },
  };
}

testUnless(
  reason,
  "arping() finds who has an address, and that two have it",
  async (t) => {
    using bed = new Bed();
    const both = ["10.0.0.2/24", "fd00::2/64"];
    const [host, first, second] = await onSwitch(
      bed,
      ["10.0.0.1/24", "fd00::1/64"],
      both,
      both,
    ) as [OwnNetwork, OwnNetwork, OwnNetwork];
    const { namespace } = host;
    const macs = [macOf(first), macOf(second)].sort();
    // What comes before the next question answers the last one.
    const quick = { namespace, interval: 500, timeout: 1000 };

    for (const address of ["10.0.0.2", "fd00::2"]) {
      await t.step(address, async () => {
        const found = await arping(address, { ...quick, count: 2 });
        assert.deepEqual([...found.macs].sort(), macs);
        assert.ok(found.isDuplicate);
        assert.equal(found.answered, 2);
        assert.equal(found.replies.length, 4);
        assert.ok(found.replies.every(({ rtt }) => rtt > 0));
        assert.match(Deno.inspect(found), /Duplicate: \S+ is claimed by/);
      });
    }

    await t.step("the first alone, as arping(8) goes on", async () => {
      const options = { ...quick, count: 3, unicast: true };
      const { replies } = await arping("10.0.0.2", options);
      const later = replies.filter(({ sequence }) => sequence > 1);
      assert.deepEqual(
        later.map(({ mac }) => mac),
        [replies[0]?.mac, replies[0]?.mac],
      );
    });

    await t.step("this machine's own, which another has too", async () => {
      const { namespace } = second;
      const found = await arping("10.0.0.2", { ...quick, namespace, count: 1 });
      assert.deepEqual(found.macs, [macOf(first)]);
      assert.ok(found.isOwn && found.isDuplicate);
      assert.equal(String(found.source), "0.0.0.0");
      const alone = await arping("10.0.0.1", { ...quick, count: 1 });
      assert.equal(alone.isDuplicate, false);
    });

    await t.step("nobody, a router's other side, loopback", async () => {
      const nobody = await arping("10.0.0.9", {
        ...quick,
        count: 1,
        timeout: 50,
      });
      assert.deepEqual([nobody.sent, nobody.answered], [1, 0]);
      host.run("ip", "route", "add", "default", "via", "10.0.0.2");
      const fails = async (address: string, expected: object) =>
        await assert.rejects(
          async () => await arping(address, quick),
          expected,
        );
      await fails("192.0.2.1", { code: "unreachable" });
      await fails("127.0.0.1", { code: "unsupported" });
      assert.throws(() => arping("10.0.0.2", { count: 0 }), RangeError);
      const run = arping("10.0.0.9", { namespace, timeout: 60_000, count: 1 });
      setTimeout(() => run.cancel(new Error("enough")), 20);
      await assert.rejects(async () => await run, /enough/);
    });
  },
);

testUnless(
  reason,
  "dhcpDiscover() lists the offers of dnsmasq, and says that there are two servers",
  async (t) => {
    using bed = new Bed();
    const [host, first, second] = await onSwitch(
      bed,
      [],
      ["10.0.0.2/24"],
      ["10.0.0.3/24"],
    ) as [OwnNetwork, OwnNetwork, OwnNetwork];
    const { namespace } = host;
    const folder = await Deno.makeTempDir();
    const serve = (network: OwnNetwork, name: string, ...options: string[]) =>
      program(network, "dnsmasq", [
        ...["--no-daemon", "--user=root", "--port=0", "--conf-file=/dev/null"],
        ...["--interface=eth0", "--bind-interfaces", "--no-ping"],
        `--dhcp-leasefile=${folder}/${name}.leases`,
        ...options,
      ], /sockets bound|DHCP, IP range/);
    try {
      await using _one = await serve(
        first,
        "first",
        "--dhcp-range=10.0.0.100,10.0.0.150,2h",
        "--dhcp-option=option:router,10.0.0.2",
        "--dhcp-option=option:dns-server,10.0.0.2,10.0.0.53",
        "--dhcp-option=option:mtu,1400",
        "--domain=example.net",
      );
      await t.step("one", async () => {
        const found = await dhcpDiscover("eth0", { namespace, timeout: 2000 });
        assert.equal(found.clientMac, macOf(host));
        const [offer, ...others] = found.offers;
        assert.deepEqual(others, []);
        assert.equal(String(offer?.server), "10.0.0.2");
        assert.equal(offer?.mac, macOf(first));
        assert.equal(String(offer?.subnet), "10.0.0.0/24");
        assert.match(String(offer?.address), /^10\.0\.0\.1[0-5]\d$/);
        assert.deepEqual(offer?.routers.map(String), ["10.0.0.2"]);
        assert.deepEqual(offer?.dnsServers.map(String), [
          "10.0.0.2",
          "10.0.0.53",
        ]);
        assert.equal(offer?.domainName, "example.net");
        assert.equal(offer?.leaseSeconds, 7200);
        assert.deepEqual(
          offer?.options.find(({ kind }) => kind === "interfaceMtu"),
          { kind: "interfaceMtu", mtu: 1400 },
        );
        assert.ok(offer.rtt > 0 && offer.rtt < 2000);
        assert.equal(
          JSON.parse(JSON.stringify(found)).offers[0].server,
          "10.0.0.2",
        );
        assert.doesNotMatch(Deno.inspect(found), /servers answer/);
      });

      await t.step("a second", async () => {
        await using _two = await serve(
          second,
          "second",
          "--dhcp-range=10.0.0.200,10.0.0.220,1h",
        );
        const rows: string[] = [];
        const run = dhcpDiscover("eth0", {
          namespace,
          timeout: 2000,
          mac: "02:00:00:00:00:77",
          hostName: "nobody",
        });
        for await (const offer of run) rows.push(String(offer));
        const { servers, clientMac } = await run;
        assert.equal(rows.length, 2);
        assert.equal(clientMac, "02:00:00:00:00:77");
        assert.deepEqual(servers.map(String).sort(), ["10.0.0.2", "10.0.0.3"]);
        assert.match(Deno.inspect(await run), /2 servers answer/);
      });

      await t.step("none, and none on loopback's like", async () => {
        const { offers } = await dhcpDiscover("lo", { namespace, timeout: 20 });
        assert.deepEqual(offers, []);
        await assert.rejects(
          async () => await dhcpDiscover("none", { namespace }),
          { code: "not-found" },
        );
      });
      assert.equal(
        await Deno.readTextFile(`${folder}/first.leases`).catch(() => ""),
        "",
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

const withoutLldpd = reason ?? whyNoLldpd();

/** It gives up root for a user of its own, which a user namespace has not. */
function whyNoLldpd(): string | undefined {
  try {
    new Deno.Command("lldpd", { args: ["-v"] }).outputSync();
  } catch (error) {
    return `no lldpd: ${(error as Error).message}`;
  }
  const map = Deno.readTextFileSync("/proc/self/uid_map").trim().split(/\s+/);
  return Number(map[2]) > 1 ? undefined : "lldpd needs a user of its own";
}

testUnless(withoutLldpd, "switchPort() hears what lldpd tells", async () => {
  using bed = new Bed();
  const [host, other] = [bed.network(), bed.network()];
  bed.link([host, "eth0"], [other, "gi1", "10.0.0.2/24"]);
  await bed.ready();
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o777);
  try {
    const { namespace } = host;
    const run = switchPort("eth0", { namespace, timeout: 60_000, count: 2 });
    await using _lldpd = await program(other, "lldpd", [
      ...["-d", "-l", "-ccccc", "-u", `${folder}/socket`, "-O", "/dev/null"],
      ...["-I", "gi1", "-S", "the switch of a test", "-M", "4"],
    ], /event/);
    const { ports } = await run;
    const [lldp, cdp] = ["lldp", "cdp"].map((name) =>
      ports.find(({ protocol }) => protocol === name)
    );
    const mac = /link\/ether (\S+)/.exec(
      other.run("ip", "link", "show", "gi1"),
    )![1];
    assert.equal(lldp?.mac, mac);
    assert.ok(lldp?.name?.startsWith(Deno.hostname()));
    assert.equal(lldp?.port, mac);
    assert.equal(lldp?.portDescription, "gi1");
    assert.equal(lldp?.description, "the switch of a test");
    assert.ok(lldp?.managementAddresses.map(String).includes("10.0.0.2"));
    assert.equal(lldp?.ttl, 120);
    assert.ok(cdp?.name?.startsWith(Deno.hostname()));
    assert.equal(cdp?.port, "gi1");
    assert.ok(cdp?.managementAddresses.map(String).includes("10.0.0.2"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testUnless(
  reason,
  "switchPort() ends at the first frame, or when the time is up",
  async () => {
    using bed = new Bed();
    const [host, other] = [bed.network(), bed.network()];
    bed.link([host, "eth0"], [other, "gi1"]);
    await bed.ready();
    const { namespace } = host;
    using sender = LinkSocket.open("gi1", {
      receive: false,
      namespace: other.namespace,
    });
    const frame = build(
      ethernet({ src: sender.mac, dst: "01:00:0c:cc:cc:cc" }),
      llc({}),
      snap({ oui: 0x00000c }),
      cdp({
        tlvs: [
          { kind: "deviceId", text: "sw1.example.net" },
          { kind: "portId", text: "FastEthernet0/7" },
          { kind: "nativeVlan", id: 20 },
          { kind: "capabilities", capabilities: ["switch"] },
        ],
      }),
    );
    const run = switchPort("eth0", { namespace, timeout: 60_000 });
    sender.send(frame.bytes);
    const { port, waited } = await run;
    assert.equal(
      String(port),
      "sw1.example.net port FastEthernet0/7 VLAN 20 (CDP)",
    );
    assert.deepEqual(port?.capabilities, ["switch"]);
    assert.ok(waited < 30_000);
    assert.match(Deno.inspect(await run), /VLAN +20/);
    const silent = await switchPort("eth0", { namespace, timeout: 30 });
    assert.equal(silent.port, undefined);
    assert.match(Deno.inspect(silent), /^Nobody told by LLDP or CDP on eth0/);
  },
);
