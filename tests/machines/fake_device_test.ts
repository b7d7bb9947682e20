/** Fake devices as a person meets them: through ssh, telnet and socat. */

import assert from "node:assert/strict";
import { connect } from "node:net";
import type { FakeDevice } from "../../lib/device/fake/device.ts";
import { fake } from "../../lib/device/fake/fake.ts";
import { fakeFleet } from "../../lib/device/fake/fleet.ts";
import { loadSsh2 } from "../../lib/ssh/ssh2.ts";
import { testUnless } from "../skip.ts";

const decoder = new TextDecoder();
const encoder = new TextEncoder();

async function found(program: string): Promise<string | undefined> {
  const { success } = await new Deno.Command("sh", {
    args: ["-c", `command -v ${program.split(" ")[0]}`],
    stdout: "null",
  }).output();
  return success ? undefined : `no ${program} here`;
}

/** A program's screen and keyboard. */
class Screen implements AsyncDisposable {
  text = "";
  #at = 0;
  #ended = false;
  #news = Promise.withResolvers<void>();
  readonly #child: Deno.ChildProcess;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;

  constructor(program: string, args: readonly string[]) {
    this.#child = new Deno.Command(program, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#keys = this.#child.stdin.getWriter();
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    for await (const octets of this.#child.stdout) {
      this.text += decoder.decode(octets, { stream: true });
      this.#wake();
    }
    this.#ended = true;
    this.#wake();
  }

  #wake(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }

  /** Waits until what is new matches to its end, and gives it. */
  async until(end: RegExp): Promise<string> {
    while (!end.test(this.text.slice(this.#at))) {
      if (this.#ended) assert.fail(`ended with ${JSON.stringify(this.text)}`);
      await this.#news.promise;
    }
    const text = this.text.slice(this.#at);
    this.#at = this.text.length;
    return text;
  }

  async type(text: string, end: RegExp): Promise<string> {
    await this.#keys.write(encoder.encode(text));
    return await this.until(end);
  }

  async ended(): Promise<number> {
    await this.#reading;
    return (await this.#child.status).code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keys.close().catch(() => {});
    try {
      this.#child.kill();
    } catch { /* It has ended by itself. */ }
    await this.#reading;
    await this.#child.status;
  }
}

/** OpenSSH, with the password given by a program. */
async function openssh(
  device: FakeDevice,
  ...more: string[]
): Promise<Screen & AsyncDisposable> {
  const folder = await Deno.makeTempDir({ prefix: "netrepl_fake_" });
  await Deno.writeTextFile(`${folder}/known_hosts`, device.knownHosts);
  await Deno.writeTextFile(
    `${folder}/ask`,
    `#!/bin/sh\necho ${device.password}\n`,
    { mode: 0o700 },
  );
  const screen = new Screen("env", [
    ...[`SSH_ASKPASS=${folder}/ask`, "SSH_ASKPASS_REQUIRE=force", "ssh"],
    ...["-tt", "-F/dev/null", `-oUserKnownHostsFile=${folder}/known_hosts`],
    ...["-oLogLevel=ERROR", "-oNumberOfPasswordPrompts=1"],
    ...["-oIdentitiesOnly=yes", `-p${device.port}`],
    ...[`${device.user}@${device.hostname}`, ...more],
  ]);
  const dispose = screen[Symbol.asyncDispose].bind(screen);
  screen[Symbol.asyncDispose] = async () => {
    await dispose();
    await Deno.remove(folder, { recursive: true });
  };
  return screen;
}

testUnless(
  await found("ssh"),
  "a person logs in with ssh, reads, enables, configures and leaves",
  async () => {
    await using router = await fake("cisco_ios", {
      name: "edge1",
      answers: { "show weather": "sunny\n" },
    });
    await using screen = await openssh(router);
    await screen.until(/edge1>$/);
    assert.match(
      await screen.type("sh ver\r", /edge1>$/),
      /^sh ver\r\nCisco IOS/,
    );
    assert.match(await screen.type("show weather\r", />$/), /sunny\r\nedge1>$/);
    await screen.type("enable\r", /Password: $/);
    await screen.type("wrong\r", /Password: $/);
    await screen.type("let-me-up\r", /#$/);
    await screen.type("conf t\r", /\(config\)#$/);
    await screen.type("int gi0/2\r", /\(config-if\)#$/);
    await screen.type("description lab # > $\r", /\(config-if\)#$/);
    await screen.type("no shutdown\r", /\(config-if\)#$/);
    assert.match(await screen.type("colour blue\r", /#$/), /% Invalid input/);
    await screen.type("hostname edge2\r", /edge2\(config\)#$/);
    await screen.type("end\r", /edge2#$/);
    await screen.type("write memory\r", /\[OK\]\r\nedge2#$/);
    assert.equal(router.name, "edge2");
    assert.match(
      router.config,
      /interface GigabitEthernet0\/2\n no ip address\n description lab # > \$\n/,
    );
    assert.equal(router.startup, router.config);
    assert.deepEqual(router.commands.slice(0, 4), [
      ...["sh ver", "show weather", "enable", "conf t"],
    ]);
    assert.equal(router.open, 1);
    await screen.type("exit\r", /\r\n$/);
    assert.equal(await screen.ended(), 0);
  },
);

testUnless(
  await found("ssh"),
  "a commit that nobody confirms is taken back while one looks on",
  async () => {
    await using router = await fake("juniper_junos", { minute: 40 });
    await using screen = await openssh(router);
    await screen.until(/mx1> $/);
    await screen.type("configure\r", /\[edit\]\r\nadmin@mx1# $/);
    await screen.type("set system host-name new\r", /# $/);
    assert.match(
      await screen.type("show | compare\r", /# $/),
      /- set system host-name mx1\r\n\+ set system host-name new/,
    );
    await screen.type("commit confirmed 5\r", /admin@new# $/);
    while (router.name === "new") await new Promise((x) => setTimeout(x, 5));
    await screen.type("\r", /admin@mx1# $/);
    await screen.type("exit\r", /> $/);
    await using one = await openssh(router, "show version");
    assert.equal(await one.ended(), 0);
    assert.match(one.text, /^Hostname: mx1\r\n/);
    assert.ok(!one.text.includes(">"));
  },
);

testUnless(
  await found("busybox telnet"),
  "a person logs in with telnet, wrong and then right",
  async () => {
    await using router = await fake("cisco_ios", {
      transport: "telnet",
      users: { guest: "gu35t" },
    });
    await using screen = new Screen("busybox", [
      ...["telnet", router.hostname, `${router.port}`],
    ]);
    await screen.until(/[Uu]sername: $/);
    await screen.type("admin\r", /[Pp]assword: $/);
    assert.match(await screen.type("no\r", /[Uu]sername: $/), /% .*\r\n/);
    await screen.type("guest\r", /[Pp]assword: $/);
    assert.match(await screen.type("gu35t\r", />$/), /example office/);
    await screen.type("terminal length 0\r", />$/);
    assert.match(
      await screen.type("show version\r", /0x2102\r\nr1>$/),
      /Cisco/,
    );
    assert.ok(!screen.text.includes("gu35t"));
    await screen.type("exit\r", /closed by foreign host/);
  },
);

testUnless(
  await found("socat"),
  "a console says nothing until a key is pressed",
  async () => {
    await using router = await fake("arista_eos", { transport: "console" });
    await using screen = new Screen("socat", [
      "-",
      `TCP:${router.hostname}:${router.port}`,
    ]);
    await screen.type("\r", /login: $/);
    await screen.type("admin\r", /Password: $/);
    await screen.type("let-me-in\r", /spine1>$/);
  },
);

/** What comes over a bare socket until it closes, or for so long. */
async function listened(device: FakeDevice, ms = 100): Promise<string> {
  const socket = connect(device.port, device.hostname);
  let text = "";
  socket.on("data", (octets: Uint8Array) => text += decoder.decode(octets));
  socket.on("error", () => {});
  const closed = new Promise<void>((done) =>
    socket.once("close", () => done())
  );
  const timer = setTimeout(() => socket.destroy(), ms);
  await closed;
  clearTimeout(timer);
  return text;
}

Deno.test("what is wrong with a device is seen from outside", async () => {
  await using router = await fake("cisco_ios", { faults: { refuse: true } });
  assert.equal(await listened(router, 5000), "");
  router.faults = { hang: "connect" };
  assert.equal(await listened(router), "");
  router.faults = {};
  assert.match(await listened(router), /^SSH-2\.0-Cisco-1\.25\r\n/);
  router.faults = { hang: "auth" };
  const { Client } = await loadSsh2();
  const client = new Client();
  const error = await new Promise<Error>((resolve) =>
    client.on("error", resolve).connect({
      ...{ host: router.hostname, port: router.port, readyTimeout: 200 },
      ...{ username: "admin", password: router.password },
    })
  );
  assert.match(error.message, /Timed out/);
  while (router.open > 0) await new Promise((next) => setTimeout(next, 2));
  await using console = await fake("cisco_ios", {
    transport: "console",
    login: false,
    faults: { drop: { octets: 3 } },
  });
  const socket = connect(console.port, console.hostname);
  socket.write("\r");
  const got: Uint8Array[] = [];
  for await (const octets of socket) got.push(octets);
  assert.equal(got.map((octets) => decoder.decode(octets)).join(""), "\r\n*");
});

Deno.test("a device that closes or restarts cuts everybody off", async () => {
  const router = await fake("cisco_ios", {
    transport: "console",
    login: false,
  });
  const cut = listened(router, 60_000);
  while (router.open < 1) await new Promise((next) => setTimeout(next, 2));
  router.restart();
  await cut;
  const again = listened(router, 60_000);
  while (router.open < 1) await new Promise((next) => setTimeout(next, 2));
  await Promise.all([router.close(), again]);
  await router.close();
  assert.equal(router.open, 0);
});

Deno.test("a fleet has its own addresses, names and faults, and closes as one", async () => {
  const fleet = await fakeFleet(300, {
    transport: "console",
    login: false,
    network: "127.91.0.0/23",
    faults: (i) => i === 7 ? { refuse: true } : undefined,
  });
  const hostnames = new Set(fleet.devices.map(({ hostname }) => hostname));
  const ports = new Set(fleet.devices.map(({ port }) => port));
  assert.deepEqual([hostnames.size, ports.size], [300, 1]);
  assert.equal(fleet.devices[299]!.hostname, "127.91.1.44");
  const greeted = await Promise.all([6, 7, 8].map(async (i) => {
    const device = fleet.devices[i]!;
    const socket = connect(device.port, device.hostname);
    socket.on("error", () => {});
    socket.write("\r");
    let text = "";
    for await (const octets of socket) {
      text += decoder.decode(octets);
      if (/>$/.test(text)) break;
    }
    return /(\w+)>$/.exec(text)?.[1];
  }));
  assert.deepEqual(greeted, ["r7", undefined, "r9"]);
  await fleet.close();
  await using few = await fakeFleet(2, { hostname: "127.0.0.1" });
  assert.notEqual(few.devices[0]!.port, few.devices[1]!.port);
  await assert.rejects(
    fakeFleet(3, { network: "127.91.0.0/30" }),
    /at most 2, the hosts of 127\.91\.0\.0\/30/,
  );
  await assert.rejects(fakeFleet(-1), RangeError);
  await assert.rejects(fake("cisco_oss"), RangeError);
  await assert.rejects(fake("cisco_ios", { delay: -1 }), /'delay'/);
  await assert.rejects(fake("cisco_ios", { hostname: "192.0.2.1" }), {
    code: "not-local",
  });
});
