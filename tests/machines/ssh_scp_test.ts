import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { scpGet, scpPut } from "../../lib/ssh/scp.ts";
import { testUnless } from "../skip.ts";
import { noSshd, sshBed } from "./ssh_bed.ts";
import { loginByKey } from "./ssh_login.ts";

testUnless(
  noSshd,
  "files go both ways by the old protocol of scp",
  async () => {
    await using bed = await sshBed();
    await using ssh = await loginByKey(bed);
    const { folder } = bed;
    for (const size of [0, 1, 65_536, 1_000_003]) {
      const data = new Uint8Array(size).map((_, i) => i * 7 >> 3);
      await Deno.writeFile(`${folder}/a`, data);
      const seen: number[] = [];
      const put = await scpPut(ssh, `${folder}/a`, `${folder}/it's there`, {
        mode: 0o640,
        onProgress: ({ done }) => seen.push(done),
      });
      assert.deepEqual([put.size, seen.at(-1) ?? 0], [size, size]);
      const { mode } = await Deno.stat(`${folder}/it's there`);
      assert.equal(mode! & 0o777, 0o640);
      await scpGet(ssh, `${folder}/it's there`, `${folder}/b`);
      assert.equal(Buffer.compare(await Deno.readFile(`${folder}/b`), data), 0);
      await Deno.remove(`${folder}/it's there`);
    }
    await assert.rejects(scpGet(ssh, `${folder}/none`, `${folder}/c`), {
      name: "NetError",
      code: "not-found",
      message: /it says ".*none: No such file or directory"/,
    });
    await assert.rejects(scpGet(ssh, folder, `${folder}/c`), NotAFile);
    await assert.rejects(scpPut(ssh, `${folder}/a`, `${folder}/none/x`), {
      code: "not-found",
    });
    await assert.rejects(scpPut(ssh, `${folder}/none`, `${folder}/x`), {
      code: "not-found",
    });
    assert.equal(await Deno.stat(`${folder}/c`).catch(() => "none"), "none");
  },
);

/** What scp says of a folder. */
const NotAFile = { name: "NetError", message: /not a regular file/ };
