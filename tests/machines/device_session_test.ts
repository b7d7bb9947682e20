/**
 * Sessions with what is really there: a shell behind sshd, FRR's command line,
 * and fake devices over SSH, Telnet and a console.
 *
 * @module
 */

import assert from "node:assert/strict";
import { connect, type DeviceOptions } from "../../lib/device/connect.ts";
import { fake } from "../../lib/device/fake/fake.ts";
import { loadPlatform, platforms } from "../../lib/device/platforms/load.ts";
import { testUnless } from "../skip.ts";
import { noSshd, type SshBed, sshBed } from "./ssh_bed.ts";

const plain = { hostKeys: "any", config: false, agent: false } as const;

function at(bed: SshBed, platform: string): DeviceOptions {
  return {
    platform,
    host: bed.hostname,
    port: bed.port,
    user: bed.user,
    ssh: { ...plain, keys: [bed.clientKeys.ed25519!] },
  };
}

testUnless(
  noSshd,
  "A real shell: outputs are whole, whatever they look like",
  async () => {
    await using bed = await sshBed();
    await using session = await connect(at(bed, "linux"));
    const output = async (command: string) =>
      (await session.send(command)).output;
    assert.equal(await output("echo one; echo; echo two"), "one\n\ntwo");
    assert.equal(await output("printf 'no end'"), "no end");
    await output("false");
    assert.equal(
      await output("echo $?"),
      "1",
      "nothing comes between two commands",
    );
    const prompt = session.prompt.text;
    assert.equal(
      await output(
        `for i in 1 2; do echo '${prompt} '; sleep 0.2; done; echo end`,
      ),
      `${prompt} \n${prompt} \nend`,
    );
    const long = "x".repeat(1200);
    assert.equal(await output(`echo ${long}`), long, "an echo that wraps");
    assert.equal(await output("echo 'é 路由'"), "é 路由");
    assert.equal(
      await output("seq 1 100000"),
      Array.from({ length: 100_000 }, (_, i) => i + 1).join("\n"),
    );
    const asked = await session.send("read -p 'name? ' x; echo hello $x", {
      answers: [{ question: "name? ", say: "ada" }],
    });
    assert.equal(asked.output, "name? ada\nhello ada");
    const unknown = await session.send("no-such-command");
    assert.equal(unknown.failed, true);
    assert.match(unknown.failure!, /command not found/);
  },
);

testUnless(
  noSshd,
  "Files go to a device and come back, by SFTP and by SCP",
  async () => {
    await using bed = await sshBed();
    await using session = await connect(at(bed, "linux"));
    const { folder } = bed;
    await Deno.writeTextFile(`${folder}/image`, "octets");
    for (const protocol of [undefined, "sftp", "scp"] as const) {
      await session.put(`${folder}/image`, `${folder}/there`, { protocol });
      const { output } = await session.send(`cat ${folder}/there`);
      assert.equal(output, "octets");
      const back = `${folder}/back`;
      const { size } = await session.get(`${folder}/there`, back, { protocol });
      assert.equal(size, 6);
      assert.equal(await Deno.readTextFile(back), "octets");
      await Deno.remove(back);
      await Deno.remove(`${folder}/there`);
    }
    await using router = await fake("cisco_ios", { transport: "telnet" });
    await using other = await connect(router.target);
    await assert.rejects(other.get("flash:config"), { code: "unsupported" });
  },
);

testUnless(
  noSshd,
  "A command that takes too long is given up, and the next one answers for itself",
  async () => {
    await using bed = await sshBed();
    await using session = await connect(at(bed, "linux"));
    await assert.rejects(session.send("sleep 30", { timeout: 150 }), {
      code: "timeout",
      message: /"sleep 30".*expected is .*interrupt\(\)/,
    });
    await session.interrupt();
    assert.equal((await session.send("echo back")).output, "back");
    await assert.rejects(session.send("kill -9 $$"), { code: "closed" });
    assert.equal(session.isOpen, false);
  },
);

const noFrr = noSshd ?? (Deno.uid() !== 0 ? "FRR starts as root" : undefined) ??
  ["/usr/lib/frr/zebra", "/usr/bin/vtysh", "/usr/bin/unshare"].map((path) => {
    try {
      Deno.statSync(path);
      return undefined;
    } catch {
      return `there is no ${path}; apt-get install frr`;
    }
  }).find((reason) => reason !== undefined);

testUnless(
  noFrr,
  "A real FRR router: configured, compared, taken back",
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "netrepl_frr_" });
    await Deno.chmod(folder, 0o777);
    await Deno.writeTextFile(`${folder}/vtysh.conf`, "");
    const zebra = new Deno.Command("/usr/bin/unshare", {
      args: ["-n", "/usr/lib/frr/zebra", "-A", "127.0.0.1", "--vty_socket"]
        .concat(folder, "-z", `${folder}/zserv`, "-i", `${folder}/pid`),
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    try {
      await using bed = await sshBed({
        config:
          `ForceCommand /usr/bin/vtysh --vty_socket ${folder} --config_dir ${folder}`,
      });
      let hasEnded = false;
      void zebra.status.then(() => hasEnded = true);
      const listens = () =>
        Deno.stat(`${folder}/zebra.vty`).then(() => true, () => false);
      while (!await listens()) {
        assert.ok(!hasEnded, "zebra has ended");
        await new Promise((done) => setTimeout(done, 30));
      }
      await using session = await connect(at(bed, "frr"));
      const { output } = await session.send("show version");
      assert.match(output, /^FRRouting \d/);
      const before = await session.backup();
      const result = await session.configure(
        "interface lo\n description loop\n nonsense here\n!\nip prefix-list A seq 5 permit 10.0.0.0/8\nhostname frr-lab",
      );
      assert.deepEqual(result.refused.map(({ line }) => line), [
        " nonsense here",
      ]);
      assert.equal(session.hostname, "frr-lab");
      const diff = await session.diff();
      assert.match(`${diff}`, /^\+ interface lo\n\+ {2}description loop/m);
      const back = await session.rollback();
      assert.deepEqual(back.remaining?.lines, [], `${back.remaining}`);
      assert.equal(await session.backup(), before);
    } finally {
      try {
        zebra.kill("SIGTERM");
      } catch { /* it is gone already */ }
      await zebra.status;
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test("Every platform: logged in, asked, backed up, over SSH and by itself", async () => {
  for (const { name } of await platforms()) {
    const platform = await loadPlatform(name);
    await using device = await fake(name);
    const { hostname: host, port, user, password, enableSecret } = device;
    await using session = await connect({
      platform: "auto",
      host,
      port,
      user,
      password,
      secret: enableSecret,
      ssh: plain,
      timeout: 20_000,
      patience: 10_000,
    });
    assert.equal(session.platform.name, name);
    const { mode } = session.prompt;
    const [command, answer] = Object.entries({
      ...platform.dialogue.answers["*"],
      ...platform.dialogue.answers[mode],
    }).find(([command, answer]) =>
      /^(?:show|display|uname|ip|\/system)/.test(command) && answer !== "" &&
      platform.dialogue.asks?.[command] === undefined
    )!;
    const said = await session.send(command);
    assert.equal(
      said.output.trimEnd(),
      answer.trimEnd(),
      `${name}: ${command}`,
    );
    const backup = await session.backup();
    assert.ok(backup.length > 100, name);
    assert.equal(await session.backup(), backup, name);
  }
});

Deno.test("Telnet and a console: the login is asked for, and a wrong one is said", async () => {
  for (const transport of ["telnet", "console"] as const) {
    await using device = await fake("cisco_ios", { transport });
    const { hostname: host, port, user, password, enableSecret } = device;
    const options = { platform: "ios", host, port, user, transport } as const;
    await using session = await connect({
      ...options,
      password,
      secret: enableSecret,
      mode: "privileged",
      record: true,
    });
    const { rows } = await session.send("show ip interface brief", {
      parse: true,
    });
    assert.equal(rows?.length, 4);
    const text = JSON.stringify(session.recording);
    assert.ok(!text.includes(enableSecret!), "no secret is recorded");
    await assert.rejects(connect({ ...options, password: "wrong-one" }), {
      name: "AuthError",
      code: "login-refused",
    });
    await assert.rejects(connect({ ...options, password, user: undefined }), {
      code: "no-user",
    });
  }
});

Deno.test("A candidate: entered, compared, committed for a while, confirmed, taken back", async () => {
  await using device = await fake("juniper_junos");
  const { hostname: host, port, user, password } = device;
  await using session = await connect({
    platform: "junos",
    host,
    port,
    user,
    password,
    ssh: plain,
  });
  const lines = ["set interfaces ge-0/0/9 description test"];
  await session.configure(lines);
  assert.equal((await session.diff()).added, 1);
  await session.discard();
  assert.ok((await session.diff()).isEmpty);
  await session.configure(lines);
  const commit = await session.commit({ confirm: 120 });
  assert.deepEqual([commit.failed, commit.revertsBy], [false, "device"]);
  await session.confirm();
  assert.equal(await commit.outcome, "kept");
  assert.match(await session.backup(), /ge-0\/0\/9 description test/);
  const back = await session.rollback();
  assert.equal(back.failed, false);
  assert.doesNotMatch(await session.backup(), /ge-0\/0\/9/);
});

Deno.test("A device that shows its prompt in every answer is heard to the end", async () => {
  const platform = await loadPlatform("cisco_ios");
  const version = platform.dialogue.answers["*"]!["show version"]!;
  for (const lie of [true, { pause: 30 }, { text: "r1>\r\nr1>", pause: 30 }]) {
    for (const chunk of [0, 97]) {
      await using device = await fake("cisco_ios", { faults: { lie }, chunk });
      const { hostname: host, port, user, password } = device;
      await using session = await connect({
        platform,
        host,
        port,
        user,
        password,
        ssh: plain,
      });
      for (let i = 0; i < 3; i++) {
        const { output } = await session.send("show version");
        const honest = output.split("\n").filter((line) =>
          line.trim() !== "r1>"
        );
        assert.equal(honest.join("\n"), version.trimEnd());
        assert.ok(output.length > version.trimEnd().length, "the lie is there");
      }
    }
  }
});

Deno.test("A device that is not there, or stops to answer, is told apart", async () => {
  const gone = { platform: "cisco_ios", host: "127.0.0.1", port: 9 } as const;
  await assert.rejects(connect({ ...gone, transport: "telnet" }), {
    code: "refused",
  });
  const mute = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  try {
    await assert.rejects(
      connect({
        ...gone,
        port: mute.addr.port,
        transport: "telnet",
        timeout: 100,
      }),
      { code: "timeout" },
    );
    const stop = new AbortController();
    const asked = connect({
      ...gone,
      port: mute.addr.port,
      transport: "telnet",
      signal: stop.signal,
    });
    setTimeout(() => stop.abort(new Error("enough")), 20);
    await assert.rejects(asked, /enough/);
  } finally {
    mute.close();
  }
});
