/**
 * Services in labs: each answers as what it is, is watched and started again,
 * and leaves nothing on this machine.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { ServiceName } from "../../lib/lab/daemon.ts";
import { requirePrograms } from "../../lib/lab/daemons/requirements.ts";
import type { Lab } from "../../lib/lab/lab.ts";
import { topology } from "../../lib/lab/lab_topology.ts";
import type { ServiceSpec, TopologySpec } from "../../lib/lab/specification.ts";
import { up } from "../../lib/lab/up.ts";
import { testUnless } from "../skip.ts";
import {
  becomes,
  becomesTrue,
  capture,
  machine,
  withoutLabs,
  withoutRoot,
} from "./lab_place.ts";

const reason = await withoutLabs();

/** Why this machine cannot run a service, if so. */
async function lacks(
  ...names: readonly ServiceName[]
): Promise<string | undefined> {
  try {
    for (const name of names) requirePrograms(await topology(served(name)));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A client without an address, another with one, and a server. */
function served(...services: readonly ServiceSpec[]): TopologySpec {
  const ospf = services.map((one) =>
    one === "frr" ? { name: "frr" as const, ospf: true } : one
  );
  return {
    hosts: {
      fresh: "none",
      client: "10.0.0.2/24",
      server: { address: "10.0.0.1/24", services: ospf },
    },
    switches: ["sw1"],
    links: ["fresh -- sw1", "client -- sw1", "server -- sw1"],
  };
}

async function told(lab: Lab, command: string): Promise<string> {
  const { ok, stdout, stderr } = await lab.host("client").exec(command, {
    timeout: 120_000,
  });
  assert.ok(ok, `${command}: ${stdout}${stderr}`);
  return stdout.trim();
}

/** A DHCP client that asks once, in Python's own library. */
const DISCOVER = `
import socket, struct
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x800))
s.bind(("eth0", 0x800)); s.settimeout(30)
mac = s.getsockname()[4]
bootp = struct.pack("!BBBBIHH16x", 1, 1, 6, 0, 7, 0, 0x8000) + mac + bytes(202)
dhcp = bootp + bytes.fromhex("63825363" + "350101" + "ff")
udp = struct.pack("!HHHH", 68, 67, 8 + len(dhcp), 0) + dhcp
head = struct.pack("!BBHHHBBH4s4s", 69, 0, 20 + len(udp), 1, 0, 64, 17, 0, bytes(4), b"\\xff" * 4)
total = sum(struct.unpack("!10H", head)); total = (total & 65535) + (total >> 16)
head = head[:10] + struct.pack("!H", ~total & 65535) + head[12:]
s.send(b"\\xff" * 6 + mac + b"\\x08\\x00" + head + udp)
while True:
    frame = s.recv(2000)[14:]
    if frame[9] == 17 and frame[22:24] == b"\\x00\\x44":
        print(socket.inet_ntoa(frame[28 + 16:28 + 20])); break
`;

testUnless(
  reason ?? await lacks("dnsmasq"),
  "dnsmasq leases addresses and knows names",
  async () => {
    await using lab = await up(served({
      name: "dnsmasq",
      dhcp: "10.0.0.100 - 10.0.0.120",
      names: { www: "10.0.0.80" },
      domain: "lab.test",
    }));
    assert.equal(
      await told(
        lab,
        "dig +short @server www; dig +short @server client.lab.test; dig +short @server -x 10.0.0.1; dig @server no.lab.test | grep -o NXDOMAIN",
      ),
      "10.0.0.80\n10.0.0.2\nserver.lab.test.\nNXDOMAIN",
    );
    const { stdout, stderr } = await lab.host("fresh").exec(
      ["python3", "-c", DISCOVER],
    );
    assert.match(stdout, /^10\.0\.0\.1[012]\d\n$/, stderr);
    const { text } = await lab.host("server").logs("dnsmasq");
    assert.match(text, /query\[A\] www from 10\.0\.0\.2/);
    assert.match(text, /DHCPOFFER\(eth0\) 10\.0\.0\.1/);
  },
);

testUnless(
  reason ?? await lacks("unbound"),
  "unbound knows the lab's names, and asks others for others' names",
  async () => {
    const spec = served({ name: "unbound", names: { "a.test": "10.9.9.9" } });
    await using lab = await up({
      ...spec,
      hosts: {
        ...spec.hosts as object,
        cache: {
          address: "10.0.0.3/24",
          services: { name: "unbound", forward: "10.0.0.1" },
        },
      },
      links: [...spec.links!, "cache -- sw1"],
    });
    for (const server of ["server", "cache"]) {
      const asked =
        `dig +short @${server} a.test; dig +short @${server} client; dig +short @${server} -x 10.0.0.3; dig @${server} b.test | grep -o NXDOMAIN`;
      assert.equal(
        await told(lab, asked),
        "10.9.9.9\n10.0.0.2\ncache.\nNXDOMAIN",
      );
    }
  },
);

testUnless(
  reason ?? await lacks("sshd"),
  "root of one node gets into another by ssh, and nobody has to be asked",
  async () => {
    await using lab = await up(served("sshd"));
    assert.equal(
      await told(
        lab,
        "for to in server 10.0.0.1; do ssh -o BatchMode=yes $to 'echo $(hostname) $(id -u) $(pwd)'; done",
      ),
      "server 0 /run\nserver 0 /run",
    );
    // With a terminal; and a file.
    assert.match(await told(lab, "ssh -tt server tty"), /^\/dev\/pts\/\d+$/);
    assert.equal(
      await told(
        lab,
        "echo hello > /run/a; scp -q /run/a server:b; ssh server cat b",
      ),
      "hello",
    );
    // Another key does not open it.
    const other = await lab.host("client").exec(
      "ssh-keygen -q -t ed25519 -N '' -f /run/k; ssh -o BatchMode=yes -F none -o UserKnownHostsFile=/etc/ssh/ssh_known_hosts -i /run/k server true",
    );
    assert.match(other.stderr, /Permission denied \(publickey\)/);
    assert.match(
      (await lab.host("server").logs("sshd")).text,
      /Accepted publickey for root from 10\.0\.0\.2/,
    );
  },
);

/** A GetRequest for sysLocation.0 and sysName.0, and the texts of the answer (RFC 3416). */
const GET = `
import socket, sys
def tlv(tag, body): return bytes([tag, len(body)]) + body
binds = b"".join(tlv(48, tlv(6, bytes([43, 6, 1, 2, 1, 1, n, 0])) + tlv(5, b"")) for n in (6, 5))
pdu = tlv(0xa0, tlv(2, b"\\x07") + tlv(2, b"\\0") + tlv(2, b"\\0") + tlv(48, binds))
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(5)
s.sendto(tlv(48, tlv(2, b"\\x01") + tlv(4, sys.argv[1].encode()) + pdu), ("server", 161))
data = s.recv(2000)
for n in (6, 5):
    at = data.index(bytes([6, 8, 43, 6, 1, 2, 1, 1, n, 0])) + 10
    print(data[at + 2:at + 2 + data[at + 1]].decode())
`;

testUnless(
  reason ?? await lacks("snmpd"),
  "snmpd answers those who know its community",
  async () => {
    await using lab = await up(
      served({ name: "snmpd", community: "hush", location: "Rack 3, row 1" }),
    );
    const ask = (community: string) =>
      lab.host("client").exec(["python3", "-c", GET, community]);
    assert.equal((await ask("hush")).stdout, "Rack 3, row 1\nserver\n");
    assert.equal((await ask("public")).ok, false);
  },
);

testUnless(
  reason ?? await lacks("nginx", "iperf3"),
  "nginx, http, echo and iperf3 serve on their ports",
  async () => {
    await using lab = await up(
      served(
        { name: "nginx", body: "<h1>hello</h1>" },
        { name: "http", port: 8080 },
        { name: "echo" },
        "iperf3",
      ),
    );
    const found = await lab.reachability({
      from: ["client"],
      to: ["server"],
      probes: ["tcp/80", "tcp/8080", "tcp/7", "udp/7", "tcp/5201", "tcp/22"],
    });
    assert.deepEqual(
      found.results.map(({ outcome }) => outcome),
      ["open", "open", "open", "open", "open", "refused"],
    );
    const pages = await told(
      lab,
      "curl -s -w '%{content_type}\\n' server; curl -s server:8080; curl -s -o /dev/null -w '%{http_code}' server:8080/x; curl -s '[fd00::1]:8080' || true",
    );
    assert.equal(pages, "<h1>hello</h1>text/html; charset=utf-8\nserver\n404");
    const back = await lab.host("client").run(async () => {
      await using conn = await Deno.connect({ hostname: "server", port: 7 });
      const sent = new Uint8Array(1_000_000).fill(7);
      const send = async () => {
        await conn.writable.getWriter().write(sent);
        await conn.closeWrite();
      };
      const back = new Response(conn.readable).bytes();
      await send();
      return (await back).length;
    });
    assert.equal(back, 1_000_000);
    const speed = await told(lab, "iperf3 -c server -n 4M -J");
    assert.ok(JSON.parse(speed).end.sum_received.bits_per_second > 1e7);
  },
);

testUnless(
  reason ?? await lacks("frr"),
  "FRR's routers learn routes by RIP and by BGP, and vtysh shows them",
  async () => {
    const pair = (one: ServiceSpec, other: ServiceSpec): TopologySpec => ({
      hosts: { pc1: "10.0.1.2/24", pc2: "10.0.2.2/24" },
      routers: {
        r1: {
          interfaces: { pc1: "10.0.1.1/24", r2: "10.0.0.1/30" },
          services: one,
        },
        r2: {
          interfaces: { pc2: "10.0.2.1/24", r1: "10.0.0.2/30" },
          services: other,
        },
      },
      links: ["pc1 -- r1", "pc2 -- r2", "r1 -- r2"],
    });
    const bgp = (as: number, other: number, peer: string, net: string) => ({
      name: "frr" as const,
      bgp: { as, neighbors: { [peer]: other }, networks: net },
    });
    const cases = {
      rip: pair({ name: "frr", rip: true }, { name: "frr", rip: true }),
      bgp: pair(
        bgp(65001, 65002, "10.0.0.2", "10.0.1.0/24"),
        bgp(65002, 65001, "10.0.0.1", "10.0.2.0/24"),
      ),
    };
    await Promise.all(
      Object.entries(cases).map(async ([protocol, spec]) => {
        await using lab = await up(spec);
        const all = () => lab.pingAll({ timeout: 1000 });
        const works = await becomesTrue(
          async () => (await all()).isComplete,
          120_000,
        );
        assert.ok(works, protocol);
        const { stdout } = await lab.host("r1").exec(
          `vtysh -c 'show ip route ${protocol}'`,
        );
        assert.match(stdout, /10\.0\.2\.0\/24 .*via 10\.0\.0\.2, eth1/);
      }),
    );
  },
);

testUnless(
  reason ?? await lacks("nginx"),
  "a service that ends is started again, later each time, and is given up in the end",
  async () => {
    const heard: string[] = [];
    const start = Date.now();
    await using lab = await up(served("nginx", "http"), {
      log: ({ host, text }) => heard.push(`${host} ${text}`),
    }).catch((error) => {
      // Both want port 80.
      assert.match(error.message, /nginx and http|both want/);
      return up(served("nginx", { name: "http", port: 8080 }), {
        log: ({ host, text }) => heard.push(`${host} ${text}`),
      });
    });
    const server = lab.host("server");
    const state = () => server.services.find("nginx")!;
    const first = state();
    assert.deepEqual([first.state, first.restarts], ["running", 0]);
    assert.ok(first.since >= start && first.since <= Date.now());
    assert.equal(
      (await server.exec(`ps -o comm= -p ${first.pid}`)).stdout,
      "nginx\n",
    );
    // Six times; more where the machine is so slow that one counts as healthy.
    for (let n = 1; n < 50 && state().state !== "failed"; n++) {
      await server.exec("pkill -9 -x nginx");
      const next = () =>
        state().state === "failed" ||
        state().state === "running" && state().restarts === n;
      assert.ok(await becomes(next), Deno.inspect(server.services));
      if (n === 1) {
        const curl = "curl -s --retry 30 --retry-connrefused server";
        assert.equal(await told(lab, curl), "server");
      }
    }
    assert.equal(server.services.isRunning, false);
    assert.equal(state().pid, null);
    assert.deepEqual(
      heard.slice(-6, -1),
      [100, 200, 400, 800, 1600].map((delay) =>
        `server nginx: nginx ended with SIGKILL: a new start in ${delay} ms`
      ),
    );
    assert.match(heard.at(-1)!, /given up$/);
    const shown = Deno.inspect(server.services);
    assert.match(shown, /nginx +nginx +failed/);
    assert.match(shown, /http +http +running/);
    assert.deepEqual([...lab.host("client").services], []);
    const lines = await server.logs("nginx");
    const own = [...lines].filter(({ stream }) => stream === "lab");
    assert.equal(own.length, heard.length);
    await assert.rejects(server.logs("sshd"), {
      code: "not-found",
      message: /runs no sshd.*nginx, http/,
    });
  },
);

testUnless(
  reason ?? await lacks("frr"),
  "a service that does not come to answer says why, and so there is no lab",
  async () => {
    await assert.rejects(
      up(served({ name: "frr", config: "router ospf\n nonsense" })),
      { message: /vtysh.* on server: .*nonsense/s },
    );
    await assert.rejects(
      up(served({ name: "snmpd", port: 161 }, {
        name: "dnsmasq",
        domain: "lab.test,10.0.0.0/99",
      })),
      {
        message:
          /Cannot start dnsmasq on server: dnsmasq ended with exit code 1: .*bad prefix length/,
      },
    );
  },
);

testUnless(
  reason,
  "programs that change to a user of their own run in a lab, as tcpdump does",
  async () => {
    await using lab = await up("pair");
    const heard = await capture(lab, "pc2", "icmp", async () => {
      await lab.host("pc1").exec("ping -c1 -W20 pc2");
    });
    assert.match(heard, /10\.0\.0\.1 > 10\.0\.0\.2: ICMP echo request/);
    const { stdout } = await lab.host("pc1").exec(
      ["python3", "-c", "import os; os.setgroups([0]); print(os.getgid())"],
    );
    assert.equal(stdout, "0\n");
  },
);

testUnless(
  reason ?? await lacks("sshd", "nginx", "frr") ?? await withoutRoot(),
  "services write nothing to this machine, not even for root",
  async () => {
    const listing = () =>
      ["/var/log", "/var/tmp", "/etc", "/etc/ssh", "/etc/frr", "/var/lib"]
        .filter((path) => Deno.statSync(path).isDirectory).map((path) =>
          [...Deno.readDirSync(path)].map(({ name }) => {
            const { size, mtime } = Deno.lstatSync(`${path}/${name}`);
            return `${path}/${name} ${size} ${mtime?.getTime()}`;
          }).sort()
        );
    const before = [machine("/tmp").mounts, listing()];
    for (const userNamespace of [true, false]) {
      await using lab = await up(
        served("sshd", "nginx", { name: "frr", rip: true }),
        { userNamespace },
      );
      await told(lab, "ssh server true; curl -s server");
    }
    assert.deepEqual([machine("/tmp").mounts, listing()], before);
  },
);
