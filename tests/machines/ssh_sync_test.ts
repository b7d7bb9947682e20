/**
 * Trees and folders that are awkward, over a real sshd: names that collide or
 * are no text, pipes, a disk that is full.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { SshConnection } from "../../lib/ssh/connection.ts";
import type { Sftp } from "../../lib/ssh/sftp/sftp.ts";
import { testUnless } from "../skip.ts";
import { exec, noSshd, type SshBed, sshBed } from "./ssh_bed.ts";
import { loginByKey } from "./ssh_login.ts";

/** What a test has: a folder of its own below the bed's, and the way to it. */
interface Ground {
  readonly bed: SshBed;
  readonly on: SshConnection;
  readonly sftp: Sftp;
  /** Runs a line of bash in the folder. */
  sh(line: string): Promise<string>;
}

async function onGround(work: (ground: Ground) => Promise<void>) {
  await using bed = await sshBed();
  await using on = await loginByKey(bed);
  await using sftp = await on.sftp();
  const sh = (line: string) =>
    exec("bash", ["-c", `cd ${bed.folder} && ${line}`]);
  await work({ bed, on, sftp, sh });
}

testUnless(
  noSshd,
  "files that differ by .part are each copied as they are, both ways",
  () =>
    onGround(async ({ bed, sftp, sh }) => {
      const tree = `${bed.folder}/tree`;
      // The one beside the other, larger and smaller: whichever is done first.
      await sh(
        "mkdir tree; cd tree; seq 1000000 > a; echo small > a.part; echo small > b; seq 1000000 > b.part; echo c > b.part.part",
      );
      const up = await sftp.syncUp(tree, `${bed.folder}/up`);
      assert.deepEqual([up.copied, up.ok], [5, true]);
      assert.equal(await sh("diff -r tree up || true"), "");
      const down = await sftp.syncDown(`${bed.folder}/up`, `${bed.folder}/dn`);
      assert.deepEqual([down.copied, down.ok], [5, true]);
      assert.equal(await sh("diff -r tree dn || true"), "");
      const again = await sftp.syncDown(`${bed.folder}/up`, `${bed.folder}/dn`);
      assert.deepEqual([again.copied, again.unchanged], [0, 5]);
    }),
);

testUnless(
  noSshd,
  "a file whose name is not UTF-8 is told, not left out unseen",
  () =>
    onGround(async ({ bed, sftp, sh }) => {
      await sh(
        "mkdir tree; cd tree; echo a > $'x\\xff'; ln -s a $'l\\xff'; echo b > b",
      );
      const tree = `${bed.folder}/tree`;
      for (
        const report of [
          await sftp.syncUp(tree, `${bed.folder}/up`),
          await sftp.syncDown(tree, `${bed.folder}/down`),
        ]
      ) {
        assert.equal(report.ok, false);
        assert.deepEqual(
          report.steps.map(({ path, action, reason }) => [
            path,
            action,
            reason?.slice(0, 24),
          ]),
          [
            ["b", "copied", undefined],
            ["l\ufffd", "failed", "its name is not UTF-8: r"],
            ["x\ufffd", "failed", "its name is not UTF-8: r"],
          ],
        );
      }
    }),
);

testUnless(
  noSshd,
  "a pipe is not waited for, and the session goes on",
  () =>
    onGround(async ({ bed, sftp, sh }) => {
      await sh("mkdir tree; mkfifo tree/pipe; echo b > tree/b");
      const pipe = `${bed.folder}/tree/pipe`;
      const error = { name: "NetError", message: /it is a pipe, and no file/ };
      await assert.rejects(sftp.get(pipe, `${bed.folder}/copy`), error);
      await assert.rejects(sftp.read(pipe), error);
      assert.equal(await sftp.readText(`${bed.folder}/tree/b`), "b\n");
      const up = await sftp.syncUp(`${bed.folder}/tree`, `${bed.folder}/up`);
      assert.deepEqual(up.steps.at(-1), {
        path: "pipe",
        action: "skipped",
        reason: "it is a pipe",
      });
    }),
);

testUnless(
  noSshd,
  "what is too large for the memory is refused before it is read",
  () =>
    onGround(async ({ bed, sftp, sh }) => {
      await sh("truncate -s 3G sparse");
      await assert.rejects(sftp.readText(`${bed.folder}/sparse`), {
        name: "NetError",
        message: /more than 512 MiB.*Try: sftp\.get\(/,
      });
    }),
);

testUnless(
  noSshd ?? (Deno.uid() === 0 ? undefined : "mounting a disk needs root"),
  "on a disk that is full, the halves of some files do not keep out others",
  () =>
    onGround(async ({ bed, sftp, sh }) => {
      await sh(
        "mkdir tree small; for i in 1 2 3 4 5; do head -c 400000 /dev/urandom > tree/$i; done",
      );
      const small = `${bed.folder}/small`;
      await exec("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", small]);
      try {
        const tree = `${bed.folder}/tree`;
        const one = { concurrency: 1 };
        for (const way of ["up", "down"] as const) {
          const report = way === "up"
            ? await sftp.syncUp(tree, `${small}/up`, one)
            : await sftp.syncDown(tree, `${small}/down`, one);
          assert.deepEqual([report.copied, report.ok], [2, false], way);
          assert.equal(await sh(`ls small/${way} | xargs`), "1 2\n");
          await sh(`rm -r small/${way}`);
        }
        await assert.rejects(
          sftp.put(`${tree}/1`, `${small}/1`).then(() =>
            sftp.write(`${small}/2`, new Uint8Array(1e6))
          ),
          { message: /Failure.*Try: .*df -h/ },
        );
      } finally {
        await exec("umount", [small]);
      }
    }),
);

testUnless(
  noSshd,
  "a folder is shown as ls does, and what is none says what it is",
  () =>
    onGround(async ({ bed, on, sftp, sh }) => {
      await sh(
        "mkdir -p tree/sub; printf hello > tree/x; chmod 640 tree/x; ln -s x tree/link",
      );
      const tree = `${bed.folder}/tree`;
      const files = await sftp.list(tree);
      const lines = Deno.inspect(files).split("\n");
      assert.match(
        lines[0]!,
        /^permissions +owner +size +modified \(UTC\) +name/,
      );
      assert.match(lines[2]!, /^lrwxrwxrwx .* link$/);
      assert.match(lines[3]!, /^drwx.* sub\/$/);
      assert.match(lines[4]!, /^-rw-r----- .* 5 B .* x$/);
      const names = files.filter(({ kind }) => kind === "file").map((x) =>
        x.name
      );
      assert.deepEqual(names, ["x"]);
      const cases: [() => Promise<unknown>, RegExp][] = [
        [() => sftp.list(`${tree}/x`), /it is a file, and no folder/],
        [
          () => sftp.syncDown(`${tree}/x`, `${tree}/y`),
          /it is a file, and no folder/,
        ],
        [() => sftp.syncDown(tree, `${tree}/x`), /it is a file, and no folder/],
        [() => sftp.list("~/tree"), /Try: "tree": .* in the home folder/],
        [() => sftp.get(`${tree}/*.txt`), /patterns are not expanded/],
        [() => sftp.remove(tree), /is not empty. Try: .*recursive: true/],
      ];
      for (const [call, message] of cases) {
        await assert.rejects(call(), { name: "NetError", message });
      }
      assert.equal(Deno.inspect(sftp), "SFTP session, open");
      await sftp.close();
      assert.match(Deno.inspect(sftp), /over: it was closed here/);
      assert.equal((await on.run("echo on")).stdout, "on\n");
    }),
);
