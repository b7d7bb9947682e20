import assert from "node:assert/strict";
import * as net from "../../mod.ts";
import { parseScript } from "../../repl/script.ts";
import { testUnless } from "../skip.ts";
import { withoutLabs } from "../lab/lab_place.ts";

const root = new URL("../../", import.meta.url);
const reason = await withoutLabs();

/** The command line of a script, with the permissions that it names. */
async function command(name: string, ...args: string[]): Promise<string[]> {
  const { pathname } = new URL(`scripts/${name}`, root);
  const { flags } = parseScript(await Deno.readTextFile(pathname));
  const mode = ["--quiet", "--no-prompt", "--no-check"];
  return [Deno.execPath(), "run", ...mode, ...flags, pathname, ...args];
}

/** Runs a script on a host of a lab, where root has all rights and harms nobody. */
async function runOn(
  host: net.lab.LabHost,
  name: string,
  ...args: string[]
): Promise<net.lab.ExecResult> {
  return await host.exec(await command(name, ...args), {
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
  });
}

testUnless(
  reason,
  "the sniffer says line by line what passes, and keeps it in a file",
  async () => {
    await using lab = await net.lab.up("pair");
    const pc1 = lab.host("pc1");
    const file = await Deno.makeTempFile({ suffix: ".pcapng" });
    await Deno.remove(file);
    try {
      await using sniffer = await pc1.spawn(
        await command(
          "sniffer.ts",
          ...["eth0", "--filter", "icmp", "--count", "4", "--write", file],
        ),
        { env: { NO_COLOR: "1" } },
      );
      const said = new Response(sniffer.stdout).text();
      const told = new Response(sniffer.stderr).text();
      // It has no way to say that it listens but by its file.
      while (!await Deno.stat(file).catch(() => undefined)) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await pc1.exec("ping -c 2 -i 0.1 pc2");
      assert.equal((await sniffer.status).code, 0, await told);
      const lines = (await said).trim().split("\n");
      assert.equal(lines.length, 4);
      assert.match(lines[0]!, / 10\.0\.0\.1 > 10\.0\.0\.2 \/ icmp echo /);
      assert.match(lines[3]!, / 10\.0\.0\.2 > 10\.0\.0\.1 \/ icmp echoReply /);
      assert.match(await told, /^4 packets captured, 4 received, 0 dropped/);
      assert.equal(await (await net.pcap.open(file)).count(), 4);
    } finally {
      await Deno.remove(file).catch(() => {});
    }
  },
);

testUnless(
  reason,
  "the sniffer lists interfaces, ends on Ctrl-C, and says what is wrong",
  async () => {
    await using lab = await net.lab.up("pair");
    const pc1 = lab.host("pc1");
    const listed = await runOn(pc1, "sniffer.ts");
    assert.match(listed.stdout, /^eth0 .* yes$/m, listed.stderr);
    await using sniffer = await pc1.spawn(
      await command("sniffer.ts", "eth0", "--lines"),
    );
    const lines = sniffer.stdout.getReader();
    const first = lines.read();
    const told = new Response(sniffer.stderr).text();
    {
      // Until one was heard: the sniffer takes its time to listen.
      await using _ping = await pc1.spawn("exec ping -i 0.1 pc2 >/dev/null");
      await first;
    }
    await sniffer.kill("SIGINT");
    while (!(await lines.read()).done);
    assert.equal((await sniffer.status).code, 0);
    assert.match(await told, /^\d+ packets? captured/);
    const wrong = await runOn(
      pc1,
      "sniffer.ts",
      "eth0",
      "--filter",
      "tcp prot",
    );
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /did you mean "port"\?\) at offset 4\nUsage: /);
    const none = await runOn(pc1, "sniffer.ts", "eth7");
    assert.equal(none.code, 1);
    assert.match(none.stderr, /^Cannot capture on eth7: .*\n$/);
    const usage = await runOn(pc1, "sniffer.ts", "eth0", "--count", "many");
    assert.equal(usage.code, 2);
    assert.match(usage.stderr, /^--count must be .*\nUsage: /);
  },
);

testUnless(
  reason,
  "the ARP scanner finds the stations of a subnet, and who has an address twice",
  async () => {
    await using lab = await net.lab.up("lan(3)");
    const pc1 = lab.host("pc1");
    const all = await runOn(pc1, "arp_scanner.ts", "--json");
    assert.equal(all.code, 0, all.stderr);
    const { hosts, duplicates } = JSON.parse(all.stdout);
    assert.deepEqual(
      hosts.map(({ address }: { address: string }) => address),
      ["10.0.0.2", "10.0.0.3"],
    );
    assert.deepEqual(duplicates, []);
    await lab.host("pc3").exec("ip addr add 10.0.0.2/24 dev eth0");
    const twice = await runOn(pc1, "arp_scanner.ts", "10.0.0.0/29");
    assert.match(
      twice.stdout,
      /^10\.0\.0\.2 is in use by 2 stations: 02:.*, 02:.*$/m,
    );
    const wrong = await runOn(pc1, "arp_scanner.ts", "10.0.0.0/33");
    assert.equal(wrong.code, 2, wrong.stderr);
    assert.match(wrong.stderr, /10\.0\.0\.0\/33.*\nUsage: /);
    const two = await runOn(pc1, "arp_scanner.ts", "eth0", "lo");
    assert.equal(two.code, 2);
    assert.match(two.stderr, /^One WHERE, not lo too\nUsage: /);
  },
);

testUnless(
  reason,
  "the port scanner tells open, closed and filtered ports, of whom it may",
  async () => {
    await using lab = await net.lab.up("dmz");
    const [pc1, outsider] = [lab.host("pc1"), lab.host("outsider")];
    const scan = (from: net.lab.LabHost, ...args: string[]) =>
      runOn(from, "port_scanner.ts", "10.0.2.80", ...args);
    const may = ["--authorised", "it is our lab"];
    const inside = await scan(pc1, "--ports", "22,80,443", ...may);
    assert.equal(inside.code, 0, inside.stderr);
    assert.match(inside.stdout, /^80\/tcp +open +http +syn-ack$/m);
    assert.match(inside.stdout, /^443\/tcp +closed +https +reset$/m);
    const outside = await scan(outsider, "--ports", "22,80", "--json", ...may);
    const [{ open, filtered }] = JSON.parse(outside.stdout).hosts;
    assert.deepEqual([open.length, open[0].port], [1, 80]);
    assert.equal(filtered, "22");
    const connect = ["--ports", "80", "--technique", "connect"];
    const whole = await scan(pc1, ...connect, ...may);
    assert.match(whole.stdout, /^80\/tcp +open +http +connected$/m);
    // The script has no right to see that this is a lab.
    const refused = await scan(pc1, "--ports", "80");
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /only what you own.*\n.*--authorised "why"\n$/s,
    );
    const wrong = await scan(pc1, "--ports", "x", ...may);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /Usage: port_scanner\.ts HOST/);
    assert.equal((await runOn(pc1, "port_scanner.ts")).code, 2);
  },
);
