import assert from "node:assert/strict";
import { parseKnownHosts } from "../../lib/ssh/known_hosts/known_hosts.ts";
import {
  addKnownHost,
  knownHostLine,
  loadKnownHosts,
  removeKnownHost,
} from "../../lib/ssh/known_hosts/known_hosts_file.ts";
import { hostKeyChecker } from "../../lib/ssh/known_hosts/host_key_policy.ts";
import { HostKeyError } from "../../lib/ssh/known_hosts/host_key_error.ts";
import { generateKey } from "../../lib/ssh/keys/keys.ts";
import { freshSeed, seeded } from "../../lib/random.ts";
import { testUnless } from "../skip.ts";

const keygen = await new Deno.Command("sh", {
  args: ["-c", "command -v ssh-keygen"],
}).output();
const noKeygen = keygen.success ? undefined : "there is no ssh-keygen";

const keys = await Promise.all(Array.from({ length: 3 }, () => generateKey()));

async function inFolder(
  test: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function sh(script: string): Promise<string> {
  const { stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", script],
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return text.decode(stdout) + text.decode(stderr);
}

// ssh-keygen hashes capitals as they are; ssh never asks for a host with any.
const HOSTS = ["web", "db.ex.com", "no.ex.com", "10.0.0.7", "::1"];
const PORTS = [22, 2222];

/** Lines that all have a meaning to ssh-keygen. */
function someLines(below: (n: number) => number, count: number): string[] {
  const pick = <T>(list: readonly T[]) => list[below(list.length)]!;
  const names = [
    ...HOSTS,
    "WEB",
    "[web]:2222",
    "[::1]:2222",
    "*",
    "*.ex.com",
    "!no.ex.com",
    "10.0.?.*",
    "[*]:2222",
    "!web",
    "w?b",
  ];
  return Array.from({ length: count }, () => {
    const { publicKey } = pick(keys);
    const line = `ssh-ed25519 ${publicKey.toBase64()}`;
    const space = pick([" ", "  ", "\t"]);
    switch (below(8)) {
      case 0:
        return pick(["", "# a comment", "   ", " # web"]);
      case 1:
      case 2: {
        const host = pick(HOSTS);
        const port = pick(PORTS);
        return knownHostLine(host, publicKey, { port, hash: true });
      }
      default: {
        const marker = pick(["", "", "", "@revoked ", "@cert-authority "]);
        const list = Array.from(
          { length: 1 + below(3) },
          () => pick(names),
        );
        return `${marker}${list.join(",")}${space}${line} ${pick(["", "x y"])}`;
      }
    }
  });
}

testUnless(
  noKeygen,
  "ssh-keygen -F finds the same lines, and -R leaves the same file",
  () =>
    inFolder(async (folder) => {
      const seed = Number(Deno.env.get("SEED") ?? freshSeed());
      const next = seeded(seed);
      const below = (n: number) => Math.floor(next() * n);
      const texts = Array.from(
        { length: 8 },
        () => someLines(below, 30).join("\n") + (below(2) ? "\n" : ""),
      );
      const names = HOSTS.flatMap((host) => [host, `[${host}]:2222`]);
      for (const [i, text] of texts.entries()) {
        await Deno.writeTextFile(`${folder}/${i}`, text);
        await Deno.writeTextFile(`${folder}/${i}.ours`, text);
      }
      const said = await sh(`cd ${folder}
        for i in $(seq 0 ${texts.length - 1}); do
          for h in ${names.map((name) => `'${name}'`).join(" ")}; do
            ssh-keygen -F "$h" -f $i | sed -n 's/^# Host .* found: line //p'
            echo -- ; done
          ssh-keygen -q -R web -f $i >/dev/null; done 2>/dev/null`);
      const found = said.split("--\n").map((block) =>
        block.split("\n").map((line) => line.trim()).filter((line) => line)
      );
      for (const [i, text] of texts.entries()) {
        const hosts = parseKnownHosts(text);
        assert.deepEqual(hosts.problems, [], `SEED=${seed}`);
        for (const [k, name] of names.entries()) {
          const port = k % 2 === 0 ? 22 : 2222;
          const host = HOSTS[k >> 1]!;
          const marks = {
            "": "",
            "@revoked": "REVOKED",
            "@cert-authority": "CA",
          };
          const ours = hosts.find(host, port).map(({ line, marker }) =>
            `${line} ${marks[marker]}`.trim()
          );
          const theirs = found[i * names.length + k];
          assert.deepEqual(ours, theirs, `SEED=${seed} ${name}\n${text}`);
        }
        await removeKnownHost(`${folder}/${i}.ours`, "web");
        const [ours, theirs] = await Promise.all([
          Deno.readTextFile(`${folder}/${i}.ours`),
          Deno.readTextFile(`${folder}/${i}`),
        ]);
        // ssh-keygen ends the last line.
        assert.equal(ours.replace(/\n?$/, "\n"), theirs.replace(/\n?$/, "\n"));
      }
    }),
);

testUnless(
  noKeygen,
  "names that ssh-keygen -H has hashed are found, and fingerprints are those of -l",
  () =>
    inFolder(async (folder) => {
      const path = `${folder}/known_hosts`;
      for (const [i, { publicKey }] of keys.entries()) {
        await addKnownHost(path, `host${i}`, publicKey);
        await addKnownHost(path, "10.0.0.1", publicKey, { port: 2200 + i });
      }
      const said = await sh(
        `ssh-keygen -q -H -f ${path}; grep -c '^|1|' ${path}; ssh-keygen -lf ${path}`,
      );
      assert.match(said, /^6$/m);
      const hosts = await loadKnownHosts(path);
      for (const [i, { publicKey, fingerprint }] of keys.entries()) {
        assert.equal(hosts.check(`host${i}`, 22, publicKey).state, "known");
        assert.equal(
          hosts.check("10.0.0.1", 2200 + i, publicKey).state,
          "known",
        );
        assert.equal(hosts.check("10.0.0.1", 22, publicKey).state, "unknown");
        assert.ok(said.includes(` ${fingerprint} `));
      }
    }),
);

Deno.test("addKnownHost() makes folder and file for their owner alone, and ends a line that did not end", () =>
  inFolder(async (folder) => {
    const path = `${folder}/home/.ssh/known_hosts`;
    const [{ publicKey }] = keys as [typeof keys[0]];
    await addKnownHost(path, "a", publicKey!);
    const mode = async (path: string) =>
      ((await Deno.stat(path)).mode! & 0o777).toString(8);
    assert.equal(await mode(path), "600");
    assert.equal(await mode(`${folder}/home/.ssh`), "700");
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, `${text}# no end`);
    await addKnownHost(path, "B", publicKey!, { port: 99, comment: "hi" });
    assert.equal(
      await Deno.readTextFile(path),
      `${text}# no end\n[b]:99 ${text.slice(2).trim()} hi\n`,
    );
    await assert.rejects(addKnownHost(path, "a b", publicKey!), TypeError);
    await assert.rejects(
      addKnownHost(path, "a", new Uint8Array(9)),
      TypeError,
    );
    await Deno.chmod(path, 0o640);
    assert.deepEqual(await removeKnownHost(path, "a"), [text.trim()]);
    assert.equal(await mode(path), "640");
    assert.deepEqual(await removeKnownHost(`${folder}/none`, "a"), []);
  }));

Deno.test("two programs add and take out lines at once, and none is lost", () =>
  inFolder(async (folder) => {
    const path = `${folder}/known_hosts`;
    await Deno.writeFile(path, Uint8Array.of(0x23, 0xff, 0xfe, 0x0a));
    const [{ publicKey }] = keys as [typeof keys[0]];
    const file = new URL(
      "../../lib/ssh/known_hosts/known_hosts_file.ts",
      import.meta.url,
    );
    const other = new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        "--no-check",
        `import { addKnownHost } from ${JSON.stringify(file.href)};
         const key = Uint8Array.fromHex("${publicKey.toHex()}");
         for (let i = 0; i < 60; i++) {
           await addKnownHost(${JSON.stringify(path)}, "other" + i, key);
         }`,
      ],
      cwd: new URL("../..", import.meta.url),
      stderr: "piped",
    }).spawn();
    let isDone = false;
    const ended = other.output().finally(() => isDone = true);
    let added = 0;
    while (!isDone) {
      await Promise.all([
        addKnownHost(path, `mine${added}`, publicKey!),
        addKnownHost(path, `gone${added}`, publicKey!),
      ]);
      await removeKnownHost(path, `gone${added}`);
      added++;
    }
    const { success, stderr } = await ended;
    assert.ok(success, new TextDecoder().decode(stderr));
    const octets = await Deno.readFile(path);
    assert.deepEqual([...octets.subarray(0, 4)], [0x23, 0xff, 0xfe, 0x0a]);
    const lines = new TextDecoder().decode(octets).trim().split("\n").slice(1);
    assert.deepEqual(parseKnownHosts(lines.join("\n")).problems, []);
    const names = lines.map((line) => line.split(" ")[0]!).sort();
    const expected = [
      ...Array.from({ length: 60 }, (_, i) => `other${i}`),
      ...Array.from({ length: added }, (_, i) => `mine${i}`),
    ].sort();
    assert.deepEqual(names, expected);
    const left = [...Deno.readDirSync(folder)].map(({ name }) => name);
    assert.deepEqual(left, ["known_hosts"]);
  }));

Deno.test("a host that is not known is asked about, added, known, and refused when its key changes", () =>
  inFolder(async (folder) => {
    const path = `${folder}/ssh/known_hosts`;
    const [first, second] = keys.map(({ publicKey }) => publicKey);
    const asked: string[] = [];
    const check = hostKeyChecker({
      knownHosts: [path, `${folder}/more`],
      confirm: (question) => {
        asked.push(`${question.host}:${question.port} ${question.fingerprint}`);
        assert.match(question.text, /SHA256:/);
        assert.match(question.picture, /^\+--\[ED25519 256\]/);
        return Promise.resolve(question.host === "web");
      },
    });
    await assert.rejects(check("db", 22, first!), { code: "host-key-unknown" });
    await check("web", 2222, first!);
    await check("web", 2222, first!);
    assert.equal(asked.length, 2);
    assert.deepEqual(await check.keyTypes("web", 2222), ["ssh-ed25519"]);
    await assert.rejects(check("web", 2222, second!), (error) => {
      assert.ok(error instanceof HostKeyError);
      assert.equal(error.code, "host-key-changed");
      assert.equal(error.offered, keys[1]!.fingerprint);
      assert.equal(error.expected, keys[0]!.fingerprint);
      assert.match(error.message, new RegExp(`${path}:1 has the ssh-ed25519`));
      assert.ok(
        error.hint?.includes(`ssh-keygen -R '[web]:2222' -f '${path}'`),
      );
      assert.ok(
        error.hint?.includes(
          `removeKnownHost("${path}", "web", { port: 2222 })`,
        ),
      );
      return true;
    });
    assert.equal(
      (await removeKnownHost(path, "web", { port: 2222 })).length,
      1,
    );
    await check("web", 2222, second!);
  }));

Deno.test("each policy does what it says", () =>
  inFolder(async (folder) => {
    const knownHosts = `${folder}/known_hosts`;
    const [first, second, third] = keys.map(({ publicKey }) => publicKey);
    const base64 = third!.toBase64();
    await Deno.writeTextFile(
      knownHosts,
      `@revoked * ssh-ed25519 ${base64}\n@cert-authority ca.* ssh-ed25519 ${base64}\n`,
    );
    const code = async (
      options: Parameters<typeof hostKeyChecker>[0],
      settings: Parameters<typeof hostKeyChecker>[1],
      key: Uint8Array,
      host = "web",
    ) => {
      const check = hostKeyChecker({ knownHosts, ...options }, settings);
      return await check(host, 22, key).then(() => "ok")
        .catch((error) => (error as HostKeyError).code);
    };
    const unknown = "host-key-unknown";
    assert.equal(await code({}, {}, first!), unknown);
    assert.equal(await code({ hostKeys: "ask" }, {}, first!), unknown);
    assert.equal(
      await code({}, { strictHostKeyChecking: "yes" }, first!),
      unknown,
    );
    assert.equal(await code({ hostKeys: "any" }, {}, first!), "ok");
    assert.equal(
      await code({ hostKeys: "accept-new" }, {}, first!, "ca.x"),
      unknown,
    );
    const accept = {
      strictHostKeyChecking: "no",
      hashKnownHosts: true,
    } as const;
    assert.equal(await code({}, accept, first!), "ok");
    assert.match(await Deno.readTextFile(knownHosts), /\n\|1\|/);
    assert.equal(await code({}, {}, first!), "ok");
    assert.equal(await code({}, accept, second!), "host-key-changed");
    assert.equal(await code({}, accept, third!, "new"), "host-key-revoked");
    const { fingerprint } = keys[1]!;
    const pinned = { hostKeys: { fingerprint } };
    assert.equal(await code(pinned, {}, second!), "ok");
    assert.equal(await code(pinned, {}, first!), "host-key-changed");
    const alias = { hostKeyAlias: "web" };
    assert.equal(await code({}, alias, first!, "10.9.9.9"), "ok");
    assert.throws(
      () => hostKeyChecker({ hostKeys: { fingerprint: "x" } }),
      TypeError,
    );
    assert.throws(
      () => hostKeyChecker({ hostKeys: "yes" as "any" }),
      TypeError,
    );
  }));
