import assert from "node:assert/strict";
import { seeded } from "../../lib/random.ts";
import { type Authority, create, open } from "../../lib/tls/authority/all.ts";
import type { NetError } from "../../lib/errors.ts";
import { ocspRequest, OcspResponse } from "../../lib/tls/ocsp.ts";
import { testUnless } from "../skip.ts";
import { Bench, missing } from "./authority_openssl.ts";

const CHILD = new URL("./authority_child.ts", import.meta.url).pathname;
/** Times that a process is killed in its work. */
const KILLS = 6;

const mode = async (path: string) => (await Deno.stat(path)).mode! & 0o777;

/** A process that issues; its lines come as they are said. */
function child(folder: string, name: string, count: number): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      `--allow-read=${folder}`,
      `--allow-write=${folder}`,
      CHILD,
      folder,
      name,
      `${count}`,
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

function wholeLines(text: string): string[] {
  return text.slice(0, text.lastIndexOf("\n") + 1).split("\n").filter(Boolean);
}

Deno.test("an authority in a folder is there again, with secrets that are its owner's", async () => {
  await using bench = await Bench.open();
  const folder = `${bench.folder}/deep/ca`;
  const root = await create({
    name: "Root",
    folder,
    leafKeyType: "Ed25519",
    maxDays: 30,
  });
  assert.equal(root.folder, folder);
  assert.equal(await mode(folder), 0o700);
  assert.equal(await mode(`${folder}/ca.key`), 0o600);
  assert.equal(await mode(`${folder}/index.jsonl`), 0o600);
  const one = await root.issue({ hosts: ["one.lab"] });
  await root.revoke(one);
  await root.crl();
  const again = await open(folder);
  assert.ok(again.certificate.equals(root.certificate));
  const two = await again.issue({ hosts: ["two.lab"] });
  assert.equal(two.privateKey.type, "Ed25519", "settings stay");
  await assert.rejects(again.issue({ hosts: ["x.lab"], days: 31 }), RangeError);
  assert.equal((await again.crl()).number, 2n);
  const records = await root.issued();
  assert.deepEqual(records.map(({ serial }) => serial), [
    one.serial,
    two.serial,
  ]);
  assert.equal(records[0]?.revoked?.reason, "unspecified");
  assert.ok(records[1]?.certificate.equals(two.certificate));
  const ca = await again.intermediate({
    name: "CA",
    folder: `${bench.folder}/below`,
    permitted: ["lab"],
  });
  const below = await open(ca.folder!);
  assert.equal(below.chain.length, 2);
  await assert.rejects(below.issue({ hosts: ["example.org"] }), RangeError);
});

testUnless(
  await missing("openssl"),
  "a passphrase is wanted for a key under one, and openssl opens it too",
  async () => {
    await using bench = await Bench.open();
    const folder = `${bench.folder}/ca`;
    await create({ name: "Root", folder, passphrase: "öffne" });
    assert.match(await bench.read("ca/ca.key"), /BEGIN ENCRYPTED PRIVATE KEY/);
    const pkey = await bench.openssl(
      "pkey -in ca/ca.key -noout",
      "-passin",
      "pass:öffne",
    );
    assert.equal(pkey.code, 0, pkey.text);
    await assert.rejects(open(folder), { code: "no-passphrase" });
    await assert.rejects(open(folder, { passphrase: "x" }), {
      code: "wrong-passphrase",
    });
    assert.equal((await open(folder, { passphrase: "öffne" })).name, "Root");
  },
);

Deno.test("a folder that is not fit is refused, and left as it was", async () => {
  await using bench = await Bench.open();
  const folder = `${bench.folder}/ca`;
  await assert.rejects(open(folder), { code: "not-found", hint: /create/ });
  await bench.write({ "letter.txt": "dear" });
  await assert.rejects(create({ name: "x", folder: bench.folder }), {
    code: "in-use",
    message: /there is letter\.txt in it/,
  });
  const ca = await create({ name: "Root", folder });
  await assert.rejects(create({ name: "Root", folder }), {
    code: "in-use",
    message: /an authority in it already/,
  });
  assert.ok((await open(folder)).certificate.equals(ca.certificate));
  await Deno.chmod(`${folder}/ca.key`, 0o640);
  await assert.rejects(open(folder), {
    name: "PermissionError",
    code: "exposed",
    message: /mode 0640.*chmod 600/,
  });
  await Deno.chmod(`${folder}/ca.key`, 0o600);
  const other = await create({
    name: "Other",
    folder: `${bench.folder}/other`,
  });
  await Deno.copyFile(`${other.folder}/ca.key`, `${folder}/ca.key`);
  await Deno.chmod(`${folder}/ca.key`, 0o600);
  await assert.rejects(open(folder), {
    code: "damaged",
    message: /its key is not/,
  });
  await Deno.writeTextFile(`${other.folder}/authority.json`, "{");
  await assert.rejects(open(other.folder!), { code: "damaged" });
});

Deno.test("a creation that was cut short is done again", async () => {
  await using bench = await Bench.open();
  const folder = `${bench.folder}/ca`;
  await create({ name: "Old", folder });
  await Deno.remove(`${folder}/authority.json`);
  await Deno.writeTextFile(`${folder}/ca.key.1.new`, "half");
  const ca = await create({ name: "New", folder });
  assert.ok((await open(folder)).certificate.equals(ca.certificate));
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  assert.deepEqual(names, [
    "authority.json",
    "ca.key",
    "ca.pem",
    "index.jsonl",
    "lock",
  ]);
});

Deno.test("half a line at the end of the index goes, a damaged one is said", async () => {
  await using bench = await Bench.open();
  const folder = `${bench.folder}/ca`;
  const ca = await create({ name: "Root", folder });
  const one = await ca.issue({ hosts: ["one.lab"] });
  const index = `${folder}/index.jsonl`;
  const whole = await Deno.readTextFile(index);
  await Deno.writeTextFile(index, '{"event":"issued","serial":"AB', {
    append: true,
  });
  const again = await open(folder);
  assert.equal((await again.issued()).length, 1);
  const two = await again.issue({ hosts: ["two.lab"] });
  const text = await Deno.readTextFile(index);
  assert.ok(text.startsWith(whole) && text.endsWith("}\n"));
  assert.equal(text.trim().split("\n").length, 2);
  const records = await ca.issued();
  assert.deepEqual(records.map(({ serial }) => serial), [
    one.serial,
    two.serial,
  ]);
  await Deno.writeTextFile(index, `?${text}`);
  await assert.rejects(open(folder), {
    code: "damaged",
    message: /line 1 is no event/,
  });
  await Deno.writeTextFile(index, "");
  await assert.rejects(ca.issued(), {
    code: "damaged",
    message: /shorter than it was/,
  });
  // Who asks by OCSP is not told why there is no answer; who answers is.
  const told: unknown[] = [];
  const answer = ca.responder({ onError: (error) => told.push(error) });
  const body = ocspRequest(one.certificate, ca.certificate) as BodyInit;
  const response = await answer(
    new Request("http://ocsp.lab/", { method: "POST", body }),
  );
  const { status } = new OcspResponse(await response.bytes());
  assert.equal(status, "internalError");
  assert.deepEqual(told.map((error) => (error as NetError).code), ["damaged"]);
});

Deno.test("several processes issue from one folder at once, and each is booked once", async () => {
  await using bench = await Bench.open();
  const folder = `${bench.folder}/ca`;
  const ca = await create({ name: "Root", folder });
  const inside = await open(folder);
  const [a, b, ours, others] = await Promise.all([
    child(folder, "a", 40).output(),
    child(folder, "b", 40).output(),
    Promise.all(
      Array.from({ length: 20 }, (_, n) => ca.issue({ hosts: [`c-${n}.lab`] })),
    ),
    Promise.all(
      Array.from(
        { length: 20 },
        (_, n) => inside.issue({ hosts: [`d-${n}.lab`] }),
      ),
    ),
  ]);
  const given = [
    ...wholeLines(new TextDecoder().decode(a.stdout)),
    ...wholeLines(new TextDecoder().decode(b.stdout)),
    ...[...ours, ...others].map(({ serial }) => serial),
  ];
  assert.equal(given.length, 120);
  const records = await ca.issued();
  const booked = records.map(({ serial }) => serial);
  assert.deepEqual(booked.toSorted(), given.toSorted());
  assert.equal(new Set(booked).size, 120);
  assert.equal(records.filter(({ revoked }) => revoked).length, 16);
});

Deno.test("a process killed at work loses nothing it has given out, and holds up nobody", async () => {
  await using bench = await Bench.open();
  const folder = `${bench.folder}/ca`;
  const ca = await create({ name: "Root", folder });
  const random = seeded(8);
  const given: string[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const process = child(folder, `k${kill}`, 0);
    const reader = process.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    let text = "";
    let more = 1 + Math.floor(random() * 20);
    let timer: ReturnType<typeof setTimeout> | undefined;
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      text += value;
      more -= value.split("\n").length - 1;
      if (more <= 0 && timer === undefined) {
        timer = setTimeout(() => process.kill("SIGKILL"), random() * 4);
      }
    }
    await process.status;
    given.push(...wholeLines(text));
    // Whoever held the lock is dead; nobody waits for it.
    const { serial } = await ca.issue({ hosts: [`after-${kill}.lab`] });
    given.push(serial);
  }
  const booked = (await (await open(folder)).issued()).map(({ serial }) =>
    serial
  );
  assert.equal(new Set(booked).size, booked.length);
  const missing = given.filter((serial) => !booked.includes(serial));
  assert.deepEqual(missing, []);
  // A certificate may be booked and its owner die before it is given out.
  assert.ok(
    booked.length - given.length <= KILLS,
    `${booked.length} of ${given.length}`,
  );
});

testUnless(
  await missing("openssl"),
  "a renewed intermediate authority has its key, name and constraints, and openssl believes old and new under both",
  async () => {
    await using bench = await Bench.open();
    const folder = `${bench.folder}/ca`;
    const root = await create({ name: "Root", folder: `${bench.folder}/root` });
    const old = await root.intermediate({
      name: "CA",
      folder,
      days: 20,
      permitted: ["lab.example", "10.0.0.0/8"],
      maxDays: 60,
    });
    const before = await old.issue({ hosts: ["a.lab.example"] });
    // Whose renewal was cut short: in the book, and not in the folder.
    const first = await Deno.readTextFile(`${folder}/ca.pem`);
    await root.renewIntermediate(old, { days: 1 });
    await Deno.writeTextFile(`${folder}/ca.pem`, first);

    const fresh = await root.renewIntermediate(await open(folder), {
      days: 1000,
    });
    assert.equal(fresh.certificate.daysLeft(), 999);
    const again = await open(folder);
    assert.ok(again.certificate.equals(fresh.certificate));
    assert.deepEqual(
      (await again.issued()).map(({ serial }) => serial),
      [before.serial],
    );
    const after = await again.issue({ hosts: ["b.lab.example"] });
    await assert.rejects(again.issue({ hosts: ["bank.example"] }), RangeError);
    await assert.rejects(
      again.issue({ hosts: ["c.lab.example"], days: 61 }),
      RangeError,
      "settings stay",
    );
    await again.revoke(before);
    await bench.write({
      "root.pem": root.pem,
      "old.pem": old.certificate.toPem(),
      "new.pem": fresh.certificate.toPem(),
      "before.pem": before.certificate.toPem(),
      "after.pem": after.certificate.toPem(),
      "crl.pem": (await again.crl()).pem,
    });
    const verify = (leaf: string, between: string, more = "") =>
      bench.openssl(
        `verify -x509_strict -CAfile root.pem${more} -untrusted ${between} ${leaf}`,
      );
    for (const between of ["old.pem", "new.pem"]) {
      for (const leaf of ["before.pem", "after.pem"]) {
        const { code, text } = await verify(leaf, between);
        assert.equal(code, 0, text);
      }
    }
    const listed = " -crl_check -CRLfile crl.pem";
    assert.match(
      (await verify("before.pem", "new.pem", listed)).text,
      /revoked/,
    );
    assert.equal((await verify("after.pem", "old.pem", listed)).code, 0);

    const renewals = (await root.issued()).map(({ renewedBy }) => renewedBy);
    assert.deepEqual(renewals.map(Boolean), [true, true, false]);
    const other = await create({ name: "Other" });
    const below = await other.intermediate({ name: "Below" });
    await assert.rejects(root.renewIntermediate(below), { code: "not-found" });
    await assert.rejects(
      root.renewIntermediate(folder as unknown as Authority),
      TypeError,
    );
    await assert.rejects(
      root.renewIntermediate(again, { days: 9999 }),
      RangeError,
    );
    await root.revoke(fresh.certificate, "keyCompromise");
    await assert.rejects(root.renewIntermediate(again), { code: "revoked" });
  },
);

Deno.test("a renewal near the end of the authority holds as long as that", async () => {
  const ca = await create({ name: "Root", days: 20 });
  const site = await ca.issue({ hosts: ["a.lab"], days: 15 });
  const fresh = await ca.renew(site, {
    notBefore: new Date(Date.now() + 10 * 86_400_000),
  });
  assert.deepEqual(fresh.certificate.notAfter, ca.certificate.notAfter);
  await assert.rejects(ca.renew(fresh, { days: 21 }), RangeError);
});
