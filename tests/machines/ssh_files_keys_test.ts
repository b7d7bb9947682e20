import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { readKeyFile, writeKeyFile } from "../../lib/ssh/keys/key_files.ts";
import { generateKey, readPrivateKey } from "../../lib/ssh/keys/keys.ts";
import { parsePublicKey } from "../../lib/ssh/keys/public_key.ts";
import { keyFingerprint } from "../../lib/ssh/keys/fingerprint.ts";
import { randomart } from "../../lib/ssh/keys/randomart.ts";
import { CURVES, isEcdsa } from "../../lib/ssh/keys/key_parts.ts";
import { WireReader } from "../../lib/ssh/keys/wire_format.ts";
import { testUnless } from "../skip.ts";
import { noSshd, sshBed } from "./ssh_bed.ts";

const PASSPHRASE = "open sesame é";

async function sh(cwd: string, script: string): Promise<string> {
  const { stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", script],
    cwd,
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return text.decode(stdout) + text.decode(stderr);
}

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

/** The key in the dress that the runtime's own cryptography takes. */
async function pem(folder: string, name: string): Promise<string> {
  return await sh(folder, `ssh-keygen -e -m PKCS8 -f ${name}.pub`);
}

/** Signs with a key in every way it has, and lets the runtime verify that. */
async function signsRight(
  folder: string,
  name: string,
  passphrase?: string,
): Promise<void> {
  const key = await readKeyFile(`${folder}/${name}`, { passphrase });
  const line = await Deno.readTextFile(`${folder}/${name}.pub`);
  const publicKey = parsePublicKey(line);
  assert.deepEqual(key.publicKey, publicKey.blob, name);
  const data = crypto.getRandomValues(new Uint8Array(100));
  if (key.type === "ssh-ed25519") {
    const point = key.publicKey.slice(-32);
    const own = await crypto.subtle.importKey("raw", point, "Ed25519", false, [
      "verify",
    ]);
    const signature = await key.sign(data);
    assert.ok(await crypto.subtle.verify("Ed25519", own, signature, data));
    return;
  }
  const own = createPublicKey(await pem(folder, name));
  for (const algorithm of key.algorithms) {
    const signature = await key.sign(data, algorithm);
    if (!isEcdsa(key.type)) {
      const bits = /sha2-(\d+)/.exec(algorithm)?.[1] ?? "1";
      assert.ok(verify(`sha${bits}`, data, own, signature), algorithm);
      continue;
    }
    const { octets, hash } = CURVES[key.type];
    const reader = new WireReader(signature);
    const plain = new Uint8Array(2 * octets);
    for (const end of [octets, 2 * octets]) {
      const number = reader.string();
      assert.ok(number[0]! < 0x80 && (number[0] !== 0 || number[1]! >= 0x80));
      const bare = number[0] === 0 ? number.subarray(1) : number;
      plain.set(bare, end - bare.length);
    }
    assert.equal(reader.remaining, 0);
    const how = { key: own, dsaEncoding: "ieee-p1363" } as const;
    assert.ok(verify(hash.replace("-", "").toLowerCase(), data, how, plain));
  }
}

const KINDS = ["ed25519", "ecdsa256", "ecdsa384", "ecdsa521", "rsa2048"];
const CIPHERS = [
  "aes128-cbc",
  "aes192-cbc",
  "aes256-cbc",
  "aes128-ctr",
  "aes192-ctr",
  "aes256-ctr",
  "aes128-gcm@openssh.com",
  "aes256-gcm@openssh.com",
  "3des-cbc",
  "chacha20-poly1305@openssh.com",
];

testUnless(
  noSshd,
  "keys of ssh-keygen are read and sign in every format: OpenSSH's, PEM and PKCS#8, plain and encrypted",
  () =>
    inFolder(async (folder) => {
      const said = await sh(
        folder,
        KINDS.map((kind) => {
          const [, type, bits] = /^(ed25519|[a-z]+)(\d*)$/.exec(kind)!;
          const size = bits ? `-b ${bits}` : "";
          const base = `ssh-keygen -q -t ${type} ${size} -N '' -C 'a b'`;
          const changed = `ssh-keygen -q -p -P '' -N '${PASSPHRASE}' -a 1`;
          return `(${base} -f ${kind}
            for m in PEM PKCS8 RFC4716; do
              cp ${kind} ${kind}-$m-plain; cp ${kind}.pub ${kind}-$m-plain.pub
              cp ${kind} ${kind}-$m; cp ${kind}.pub ${kind}-$m.pub
              ssh-keygen -q -p -P '' -N '' -m $m -f ${kind}-$m-plain
              ${changed} -m $m -f ${kind}-$m; done >/dev/null) &`;
        }).concat("wait").join("\n"),
      );
      assert.equal(said, "");
      for (const kind of KINDS) {
        for (const format of ["PEM", "PKCS8", "RFC4716"]) {
          await signsRight(folder, `${kind}-${format}-plain`);
          const name = `${kind}-${format}`;
          await signsRight(folder, name, PASSPHRASE);
          const path = `${folder}/${name}`;
          await assert.rejects(readKeyFile(path), { code: "no-passphrase" });
          await assert.rejects(readKeyFile(path, { passphrase: "other" }), {
            code: "wrong-passphrase",
          });
        }
        const key = await readKeyFile(`${folder}/${kind}-RFC4716`, {
          passphrase: PASSPHRASE,
        });
        assert.equal(key.comment, "a b");
      }
    }),
);

testUnless(
  noSshd,
  "every cipher of ssh-keygen -Z is opened",
  () =>
    inFolder(async (folder) => {
      const args = `-q -t ecdsa -N '${PASSPHRASE}' -a 1`;
      const said = await sh(
        folder,
        CIPHERS.map((name, i) => `ssh-keygen ${args} -Z ${name} -f k${i}`).join(
          "\n",
        ),
      );
      assert.equal(said, "");
      for (const [i, name] of CIPHERS.entries()) {
        const path = `${folder}/k${i}`;
        const key = await readKeyFile(path, { passphrase: PASSPHRASE });
        const line = await Deno.readTextFile(`${path}.pub`);
        assert.equal(line.split(" ")[1], key.publicKey.toBase64(), name);
        await assert.rejects(readKeyFile(path, { passphrase: "other" }), {
          code: "wrong-passphrase",
        }, name);
      }
    }),
);

testUnless(
  noSshd,
  "many ECDSA keys of each curve sign, whichever zeros their numbers begin with",
  () =>
    inFolder(async (folder) => {
      // One of 256 secret numbers is short, and half have one more zero.
      for (const bits of [256, 384, 521] as const) {
        for (let i = 0; i < 25; i++) {
          const made = await generateKey({ type: "ecdsa", bits });
          const key = await readPrivateKey(await made.toOpenSsh());
          await key.sign(new Uint8Array(8));
        }
        const many = Array.from({ length: 3 }, (_, i) => `e${bits}-${i}`);
        await sh(
          folder,
          many.map((name) =>
            `ssh-keygen -q -t ecdsa -b ${bits} -N '' -f ${name}`
          )
            .join("\n"),
        );
        for (const name of many) await signsRight(folder, name);
      }
    }),
);

testUnless(
  noSshd,
  "keys that are made here are read by ssh-keygen, and ssh logs in with them",
  () =>
    inFolder(async (folder) => {
      const made = [
        await generateKey({ comment: "é ada" }),
        await generateKey({ type: "ecdsa", bits: 521 }),
        await generateKey({ type: "rsa", bits: 2048 }),
      ];
      for (const [i, key] of made.entries()) {
        await writeKeyFile(`${folder}/k${i}`, key);
        await writeKeyFile(`${folder}/s${i}`, key, {
          passphrase: PASSPHRASE,
          rounds: 2,
        });
        const said = await sh(
          folder,
          `ssh-keygen -y -f k${i}; ssh-keygen -y -P '${PASSPHRASE}' -f s${i}
           ssh-keygen -lv -f k${i}.pub; ssh-keygen -l -E md5 -f k${i}.pub
           ssh-keygen -e -f k${i}.pub > x${i}`,
        );
        const line = `${key.toPublic()}\n`;
        assert.ok(said.startsWith(line + line), said);
        assert.ok(said.includes(`${key.bits} ${key.fingerprint} `));
        assert.ok(said.includes(randomart(key.publicKey)), said);
        assert.ok(
          said.includes(keyFingerprint(key.publicKey, { hash: "md5" })),
        );
        const exported = await Deno.readTextFile(`${folder}/x${i}`);
        assert.equal(parsePublicKey(exported).fingerprint, key.fingerprint);
      }
      await assert.rejects(writeKeyFile(`${folder}/k0`, made[0]!), {
        code: "exists",
      });
      const lines = made.map((key) => `${key.toPublic()}\n`).join("");
      await Deno.writeTextFile(`${folder}/authorized`, lines);
      await Deno.chmod(folder, 0o755);
      await using bed = await sshBed({
        config: `AuthorizedKeysFile ${folder}/authorized`,
      });
      const logins = made.map((_, i) =>
        `ssh -F none -o IdentitiesOnly=yes -o BatchMode=yes -o UserKnownHostsFile=${bed.knownHosts} -i k${i} -p ${bed.port} ${bed.user}@${bed.hostname} echo in${i}`
      );
      assert.equal(await sh(folder, logins.join("\n")), "in0\nin1\nin2\n");
    }),
);

Deno.test("a key that others may read is refused, with the command to type", () =>
  inFolder(async (folder) => {
    const path = `${folder}/key`;
    await writeKeyFile(path, await generateKey());
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
    assert.equal((await readKeyFile(path)).type, "ssh-ed25519");
    await Deno.chmod(path, 0o644);
    await assert.rejects(readKeyFile(path), {
      code: "permissions",
      hint: `chmod 600 ${path}`,
    });
    await assert.rejects(readKeyFile(`${folder}/none`), { code: "not-found" });
    await assert.rejects(
      Deno.readTextFile(`${path}.pub`).then((text) => readPrivateKey(text)),
      /is a public key/,
    );
  }));
