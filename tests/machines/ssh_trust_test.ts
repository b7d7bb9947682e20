/**
 * Whether a real sshd is the one that it should be, asked in the handshake.
 *
 * @module
 */

import assert from "node:assert/strict";
import { HostKeyError } from "../../lib/ssh/known_hosts/host_key_error.ts";
import { testUnless } from "../skip.ts";
import { exec, makeKey, noSshd, sshBed } from "./ssh_bed.ts";
import { login } from "./ssh_login.ts";

testUnless(
  noSshd,
  "a host's key has to be the known one: a changed one is refused with both fingerprints, an unknown one is asked about",
  async () => {
    await using bed = await sshBed({ hostKeys: ["ed25519", "ecdsa"] });
    const keys = [bed.clientKeys.ed25519!];
    const fingerprint = async (path: string) =>
      /SHA256:\S+/.exec(await exec("ssh-keygen", ["-l", "-f", path]))![0];
    const ours = await fingerprint(bed.hostKeys.ed25519!);
    const other = `${bed.folder}/other`;
    await makeKey(other, "ed25519");
    const knownHosts = `${bed.folder}/hosts`;
    const place = `[127.0.0.1]:${bed.port}`;
    const write = async (key: string) =>
      await Deno.writeTextFile(
        knownHosts,
        `${place} ${await Deno.readTextFile(`${key}.pub`)}`,
      );
    await write(other);
    await assert.rejects(
      login(bed, { keys, knownHosts }),
      (error: HostKeyError) => {
        assert.ok(error instanceof HostKeyError);
        assert.equal(error.code, "host-key-changed");
        assert.ok(error.message.includes(ours));
        assert.match(error.message, /ssh-keygen -R|hosts:1/);
        return true;
      },
    );
    // A type that is on file is asked for, though another is liked better.
    await write(bed.hostKeys.ecdsa!);
    await using on = await login(bed, { keys, knownHosts });
    assert.equal(on.facts.hostKeyAlgorithm, "ecdsa-sha2-nistp256");

    await Deno.remove(knownHosts);
    await assert.rejects(login(bed, { keys, knownHosts }), {
      code: "host-key-unknown",
    });
    const questions: string[] = [];
    const confirm = ({ fingerprint }: { fingerprint: string }) => {
      questions.push(fingerprint);
      return Promise.resolve(true);
    };
    for (let i = 0; i < 2; i++) {
      await using on = await login(bed, { keys, knownHosts, confirm });
      assert.ok(on.isOpen);
    }
    assert.deepEqual(questions, [ours]);
    const hostKeys = { fingerprint: ours };
    await using by = await login(bed, { keys, knownHosts: [], hostKeys });
    assert.ok(by.isOpen);
    await assert.rejects(
      login(bed, {
        keys,
        knownHosts: [],
        hostKeys: { fingerprint: await fingerprint(other) },
      }),
      { code: "host-key-changed" },
    );
  },
);
