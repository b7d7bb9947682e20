/**
 * What a real sshd must not be sent: it is refused here, and the connection goes
 * on.
 *
 * @module
 */

import assert from "node:assert/strict";
import { connect } from "../../lib/ssh/connect.ts";
import { readPrivateKey } from "../../lib/ssh/keys/keys.ts";
import type { RunOptions } from "../../lib/ssh/command.ts";
import { testUnless } from "../skip.ts";
import { noSshd, sshBed } from "./ssh_bed.ts";
import { loginByKey } from "./ssh_login.ts";

/** A value of a type that only JavaScript lets through. */
function wrong<T>(value: unknown): T {
  return value as T;
}

testUnless(
  noSshd,
  "what no command can be is refused, and others run on",
  async () => {
    await using bed = await sshBed({ config: "AcceptEnv A_*" });
    await using on = await loginByKey(bed);
    const cases: [RunOptions, RegExp][] = [
      [{ stdin: wrong(5) }, /'stdin' must be a text, octets or a stream/],
      [{ stdin: wrong(null) }, /'stdin' must be/],
      [{ env: { A_X: wrong(5) } }, /'env\.A_X' must be a text/],
      [{ env: { A_X: "a\0b" } }, /'env\.A_X' must be .* without NUL/],
      [{ pty: { columns: -5 } }, /'columns' must be .* value is -5/],
      [{ pty: { term: wrong(5) } }, /'term' must be a text/],
      // Of a name alone, it is not said whose it is: not root's in any case.
      [{ sudo: wrong("nobody") }, /'sudo' must be true or/],
      [wrong({ input: "x" }), /"input" is no option: .*stdin/],
    ];
    for (const [options, message] of cases) {
      await assert.rejects(on.run("true", options), { message });
    }
    for (const command of [undefined, 5, "echo a\0b"]) {
      const error = { name: "TypeError", message: /'command' must be a text/ };
      await assert.rejects(on.run(wrong(command)), error);
      await assert.rejects(on.run(wrong(command), { sudo: true }), error);
      await assert.rejects(on.spawn(wrong(command)), error);
      await assert.rejects(on.openSubsystem(wrong(command)), error);
    }
    await using process = await on.spawn("cat");
    assert.throws(() => process.kill("SIGNONE"), {
      name: "TypeError",
      message: /such as SIGTERM.*value is SIGNONE/,
    });
    await assert.rejects(
      on.spawn("cat", wrong({ stdin: "x" })),
      /"stdin" is no/,
    );
    await assert.rejects(on.forward(wrong(undefined)), /one of local, remote/);
    assert.equal((await on.run("echo on", { env: { A_X: "1" } })).ok, true);
  },
);

testUnless(
  noSshd,
  "a command that goes on is left after a while, and not waited for",
  async () => {
    await using bed = await sshBed();
    await using on = await loginByKey(bed);
    const process = await on.spawn("trap '' HUP TERM; echo $$; exec sleep 600");
    const { value } = await process.stdout.getReader().read();
    const pid = Number(new TextDecoder().decode(value));
    await process[Symbol.asyncDispose]();
    await process[Symbol.asyncDispose]();
    // It does go on, so nothing but the wait's end has brought us here.
    assert.ok(bed.sessions().includes(pid));
  },
);

testUnless(
  noSshd,
  "what no file can be is refused, and the session goes on",
  async () => {
    await using bed = await sshBed();
    await using on = await loginByKey(bed);
    await using sftp = await on.sftp();
    const file = `${bed.folder}/kept.txt`;
    await sftp.write(file, "kept", { mode: 0o640 });
    for (const path of [undefined, 5, "a\0b"]) {
      const error = { name: "TypeError", message: /a path must be a text/ };
      await assert.rejects(sftp.stat(wrong(path)), error);
      await assert.rejects(sftp.get(wrong(path)), error);
      await assert.rejects(sftp.put(wrong(path)), error);
      const local = path ?? { resume: true };
      await assert.rejects(sftp.get(file, wrong(local)), error);
      await assert.rejects(sftp.put(file, wrong(local)), error);
      await assert.rejects(sftp.rename(file, wrong(path)), error);
      await assert.rejects(sftp.symlink(wrong(path), `${file}.link`), error);
    }
    for (const data of [5, undefined, null, {}]) {
      await assert.rejects(sftp.write(file, wrong(data)), /'data' must be/);
    }
    const mode = wrong<number>("777");
    const error = { name: "RangeError", message: /'mode' must be .*0o640/ };
    await assert.rejects(sftp.chmod(file, mode), error);
    await assert.rejects(sftp.write(file, "x", { mode }), error);
    await assert.rejects(sftp.mkdir(`${file}.d`, { mode }), error);
    await assert.rejects(sftp.put(file, `${file}.2`, { mode }), error);
    const exclude = wrong<object>({ exclude: ["kept.txt"] });
    await assert.rejects(
      sftp.syncDown(bed.folder, `${file}.d`, exclude),
      /"exclude" is no option: did you mean "include"/,
    );
    await assert.rejects(sftp.get(file, `${file}.2`, exclude), /no option/);
    assert.equal(await sftp.readText(file), "kept");
    assert.equal((await sftp.stat(file)).mode, 0o640);
  },
);

testUnless(
  noSshd,
  "options that are none are named before anybody is called",
  async () => {
    await using bed = await sshBed();
    const { knownHosts } = bed;
    const base = { config: false, agent: false, knownHosts } as const;
    const target = `${bed.user}@127.0.0.1:${bed.port}`;
    const key = bed.clientKeys.ed25519!;
    for (const port of [0, 99_999, wrong<number>("22")]) {
      await assert.rejects(connect("127.0.0.1", { ...base, port }), {
        name: "RangeError",
        message: /'port' must be an integer from 1 to 65535/,
      });
    }
    const cases = [
      [
        { keys: wrong<string[]>(key) },
        /'keys' must be a list: .* into brackets/,
      ],
      [{ keys: [`${key}.pub`] }, /is a public key: the private one is in/],
      [{ methods: wrong<[]>(["pasword"]) }, /'methods' must be a list out of/],
      [{ methods: [] }, /'methods' must be a list out of publickey/],
      [
        { algorithms: wrong<object>({ cipher: ["aes128-ctr"] }) },
        /called .*ciphers/,
      ],
      [
        { algorithms: wrong<object>({ ciphers: "aes128-ctr" }) },
        /must have lists/,
      ],
    ] as const;
    // At the prompt no type says that these are none.
    for (
      const options of [
        { username: "root" },
        { identityFile: key },
        { pasword: "x" },
      ]
    ) {
      await assert.rejects(connect(target, wrong({ ...base, ...options })), {
        name: "TypeError",
        message: /Cannot connect as "\w+" is no option: .*(user|password)/,
      });
    }
    const jump = wrong<{ target: string }>({ target, key: [key] });
    await assert.rejects(connect(target, { ...base, jump }), {
      message: /Cannot connect through it as "key" is no option/,
    });
    await assert.rejects(
      connect(target, wrong(22)),
      /options must be an object/,
    );
    for (
      const [at, word] of [
        [{ host: "127.0.0.1" }, "host"],
        [{ hostname: "127.0.0.1", username: "root" }, "username"],
        [{ hostname: "127.0.0.1", password: "x" }, "password"],
        [{}, "no hostname"],
      ] as const
    ) {
      await assert.rejects(connect(wrong(at), base), {
        name: "TypeError",
        message: new RegExp(`'target' must be .* value has ${word};`),
      });
    }
    for (const [options, message] of cases) {
      const login = { ...base, keys: [key], ...options };
      await assert.rejects(connect(target, login), { message });
    }
    await assert.rejects(readPrivateKey(key), {
      message: /Try: net\.ssh\.readKeyFile\("\/.*id_ed25519"\)/,
    });
    assert.doesNotMatch(bed.log(), /Connection from/);
  },
);
