/**
 * Commands by the real sudo, for users that live as long as a test.
 *
 * @module
 */

import assert from "node:assert/strict";
import { testUnless } from "../skip.ts";
import { sshBed } from "./ssh_bed.ts";
import { loginByKey } from "./ssh_login.ts";
import { noSudoUser, sudoUser } from "./ssh_sudo_user.ts";

testUnless(
  noSudoUser,
  "sudo gets its password when it asks, and the password is nowhere in what comes back",
  async () => {
    await using user = await sudoUser({ defaults: "lecture=always" });
    await using bed = await sshBed();
    await using on = await loginByKey(bed, { user: user.name });
    const { password } = user;
    assert.equal((await on.run("id -un")).stdout, `${user.name}\n`);
    const command = `echo "it's $(id -un)"; cat; echo oops >&2; exit 6`;
    for (const pty of [false, true]) {
      const result = await on.run(command, {
        sudo: { password },
        stdin: pty ? "typed\n\x04" : "typed\n",
        pty,
      });
      // A terminal shows what is typed, and both streams as one.
      const lines = result.lines.filter((line) => line !== "typed");
      assert.deepEqual(
        [result.exitCode, lines, result.stderr],
        [6, pty ? ["it's root", "oops"] : ["it's root"], pty ? "" : "oops\n"],
      );
      assert.equal(JSON.stringify(result).includes(password), false);
      assert.equal(Deno.inspect(result).includes("lecture"), false);
    }
  },
);

testUnless(
  noSudoUser,
  "what the command reads comes to it whole, and none of it to sudo",
  async () => {
    await using user = await sudoUser();
    await using bed = await sshBed();
    await using on = await loginByKey(bed, { user: user.name });
    const sudo = { password: user.password };
    const octets = Uint8Array.from({ length: 1_000_003 }, (_, i) => i * 7);
    const copied = await on.run("cat", { sudo, stdin: octets });
    assert.equal(copied.stderr, "");
    assert.deepEqual(copied.stdoutBytes, octets);
    // A line that reads like a password is a line.
    const line = `${user.password}\n`;
    assert.equal((await on.run("cat", { sudo, stdin: line })).stdout, line);
    assert.equal((await on.run("cat; echo end", { sudo })).stdout, "end\n");
    // Each time anew, also for several at once.
    const names = await Promise.all(
      Array.from({ length: 4 }, (_, i) => on.run(`echo ${i}; id -u`, { sudo })),
    );
    assert.deepEqual(
      names.map(({ lines }) => lines),
      names.map((_, i) => [`${i}`, "0"]),
    );
  },
);

testUnless(noSudoUser, "sudo becomes whom it is told to", async () => {
  await using user = await sudoUser();
  await using other = await sudoUser();
  await using bed = await sshBed();
  await using on = await loginByKey(bed, { user: user.name });
  const sudo = { password: user.password, user: other.name };
  const as = await on.run("id -un; kill -9 $$", { sudo });
  assert.equal(as.stdout, `${other.name}\n`);
  assert.equal(as.ok, false);
  const unknown = await on.run("id", { sudo: { ...sudo, user: "no'body" } });
  assert.equal(unknown.exitCode, 1);
  assert.match(unknown.stderr, /unknown user:? no'body/);
});

testUnless(
  noSudoUser,
  "a password that is wrong or lacking is said, and holds nobody up",
  async () => {
    await using user = await sudoUser();
    await using once = await sudoUser({ defaults: "passwd_tries=1" });
    await using bed = await sshBed();
    await using on = await loginByKey(bed, { user: user.name });
    // Each takes the two seconds for which sudo makes a wrong password wait.
    const wrong = { password: "wrong" };
    await Promise.all(
      [false, true].map((pty) =>
        assert.rejects(on.run("echo ran", { sudo: wrong, pty, stdin: "x\n" }), {
          name: "AuthError",
          code: "auth",
          message:
            /^Cannot run as another user on .*: sudo does not take the password\. Try: the password of who is logged in/,
        })
      ),
    );
    const without = await on.run("echo ran", { sudo: true });
    assert.deepEqual(
      [without.exitCode, without.stdout, without.stderr],
      [1, "", "sudo: a password is required\n"],
    );
    // One that asks no second time ends, and its own words are the result's.
    await using there = await loginByKey(bed, { user: once.name });
    const refused = await there.run("echo ran", { sudo: { password: "no" } });
    assert.deepEqual([refused.exitCode, refused.stdout], [1, ""]);
    assert.match(refused.stderr, /1 incorrect password attempt/);
    // The connection goes on.
    assert.equal((await on.run("echo here")).stdout, "here\n");
  },
);

testUnless(
  noSudoUser,
  "where sudo asks for no password none is needed, and one that is given is not used",
  async () => {
    await using user = await sudoUser({ asks: false });
    await using bed = await sshBed();
    await using on = await loginByKey(bed, { user: user.name });
    for (const sudo of [true, {}, { password: "unused" }] as const) {
      const result = await on.run("id -u; cat; exit 3", { sudo, stdin: "in" });
      assert.deepEqual(
        [result.exitCode, result.stdout, result.stderr],
        [3, "0\nin", ""],
      );
    }
  },
);
