import assert from "node:assert/strict";
import { contextTag, der, derOid, TAG } from "../../../lib/tls/der/der.ts";
import { verifyChain, type VerifyOptions } from "../../../lib/tls/path.ts";
import type { Certificate } from "../../../lib/tls/certificate.ts";
import { TrustStore } from "../../../lib/tls/path/path_roots.ts";
import {
  bits,
  days,
  dnsName,
  extension,
  type MadeSpec,
  make,
  makeAnswer,
  makeKey,
  makeList,
  name,
  NOW,
  type Signer,
  text,
} from "./made_certificates.ts";

const CA: MadeSpec = { ca: true, keyUsage: [5, 6] };
const root = await make({ ...CA, subject: "Root" });
const inter = await make({ ...CA, subject: "Inter" }, root);
const HOST = "www.lab.example";
const LEAF: MadeSpec = { subject: HOST, dns: [HOST] };

/** Verifies for the host, at the tests' moment, below the tests' root. */
async function verify(
  chain: readonly Signer[],
  options: VerifyOptions = {},
) {
  return await verifyChain(chain.map(({ certificate }) => certificate), {
    at: NOW,
    host: HOST,
    roots: [root.certificate],
    ...options,
  });
}

/** What is wrong and with which link, in short. */
async function faults(
  chain: readonly Signer[],
  options: VerifyOptions = {},
): Promise<string[]> {
  const { ok, problems } = await verify(chain, options);
  assert.equal(ok, problems.length === 0);
  return problems.map(({ code, link }) => `${code} ${link}`);
}

/** A chain of a leaf below the intermediate. */
async function leaf(spec: MadeSpec = {}, issuer = inter): Promise<Signer> {
  return await make({ ...LEAF, ...spec }, issuer);
}

Deno.test("a chain that is right is verified, from the leaf up to the root", async () => {
  const end = await leaf();
  const verdict = await verify([end, inter]);
  assert.equal(verdict.ok, true);
  assert.deepEqual(verdict.problems, []);
  assert.deepEqual(
    verdict.chain.map(({ subject }) => `${subject}`),
    [`CN=${HOST}`, "CN=Inter", "CN=Root"],
  );
  assert.ok(verdict.root?.equals(root.certificate));
  assert.equal(
    `${verdict}`,
    [
      `Trusted for ${HOST}`,
      "Root  60 days left, trusted",
      "└─ Inter  60 days left",
      `   └─ ${HOST}  60 days left`,
    ].join("\n"),
  );
});

Deno.test("each fault of a certificate is named with its link", async (t) => {
  const cases: readonly (readonly [
    fact: string,
    chain: () => Promise<readonly Signer[]>,
    options: VerifyOptions,
    wanted: readonly string[],
    says: RegExp,
  ])[] = [
    ["expired", async () => [await leaf({ notAfter: days(-3) }), inter], {}, [
      "expired 0",
    ], /^"www\.lab\.example" expired 3 days ago, on 2026-05-29$/],
    [
      "not yet valid",
      async () => [await leaf({ notBefore: days(20) }), inter],
      {},
      ["not-yet-valid 0"],
      /is not valid for another 20 days, until 2026-06-21/,
    ],
    [
      "expired above",
      async () => {
        const old = await make(
          { ...CA, subject: "Old", notAfter: days(-1) },
          root,
        );
        return [await leaf({}, old), old];
      },
      {},
      ["expired 1"],
      /"Old" expired 24 hours ago/,
    ],
    [
      "another host",
      async () => [await leaf({ dns: ["a.example", "*.b.example"] }), inter],
      {},
      ["wrong-host 0"],
      /is not for www\.lab\.example, but for a\.example, \*\.b\.example$/,
    ],
    [
      "a common name alone",
      async () => [await leaf({ dns: [] }), inter],
      {},
      ["wrong-host 0"],
      /no host's name at all, and its common name does not count/,
    ],
    ["a missing intermediate", async () => [await leaf()], {}, [
      "missing-issuer 0",
    ], /is signed by CN=Inter, whose certificate is neither/],
    ["signed by itself", async () => [await make(LEAF)], {}, [
      "self-signed 0",
    ], /is signed by itself/],
    [
      "an unknown root",
      async () => {
        const other = await make({ ...CA, subject: "Other" });
        return [await leaf({}, other), other];
      },
      {},
      ["unknown-root 1"],
      /ends at "Other", an authority that is not trusted/,
    ],
    [
      "a forged signature",
      async () => [
        await leaf({ forger: await makeKey() }),
        inter,
      ],
      {},
      ["bad-signature 0"],
      /is not by the key of "Inter"/,
    ],
    [
      "an issuer that is no authority",
      async () => {
        const plain = await make({ subject: "Plain" }, root);
        return [await leaf({}, plain), plain];
      },
      {},
      ["not-an-authority 1"],
      /"Plain" is no authority and may not sign/,
    ],
    [
      "an authority that may not sign",
      async () => {
        const mute = await make(
          { ca: true, keyUsage: [0], subject: "Mute" },
          root,
        );
        return [await leaf({}, mute), mute];
      },
      {},
      ["bad-usage 1"],
      /may not sign certificates, but only do digitalSignature/,
    ],
    [
      "a path that is too long",
      async () => {
        const short = await make(
          { ...CA, subject: "Short", pathLength: 0 },
          root,
        );
        const below = await make({ ...CA, subject: "Below" }, short);
        return [await leaf({}, below), below, short];
      },
      {},
      ["path-too-long 2"],
      /allows 0 authorities below it, and there is 1/,
    ],
    [
      "a certificate for clients",
      async () => [
        await leaf({ extendedKeyUsage: ["clientAuth"] }),
        inter,
      ],
      {},
      ["bad-usage 0"],
      /is not for serverAuth, but for clientAuth/,
    ],
    [
      "an authority for clients",
      async () => {
        const clients = await make({
          ...CA,
          subject: "Clients",
          extendedKeyUsage: ["clientAuth"],
        }, root);
        return [await leaf({}, clients), clients];
      },
      {},
      ["bad-usage 1"],
      /"Clients" may not sign for serverAuth/,
    ],
    [
      "a key for signing lists alone",
      async () => [
        await leaf({ keyUsage: [6] }),
        inter,
      ],
      {},
      ["bad-usage 0"],
      /may not take part in a handshake/,
    ],
    [
      "an unknown critical extension",
      async () => [
        await leaf({ extensions: [extension("1.2.3.4", der(TAG.null), true)] }),
        inter,
      ],
      {},
      ["unknown-extension 0"],
      /critical extension 1\.2\.3\.4/,
    ],
    [
      "a precertificate",
      async () => [
        await leaf({
          extensions: [extension("precertificatePoison", der(TAG.null), true)],
        }),
        inter,
      ],
      {},
      ["unknown-extension 0"],
      /is a precertificate/,
    ],
    [
      "a name that is excluded",
      async () => {
        const limited = await constrained([], ["lab.example"]);
        return [await leaf({}, limited), limited];
      },
      {},
      ["name-constraint 0"],
      /dns www\.lab\.example, which "Limited" may not sign for/,
    ],
    [
      "a wildcard for a host that is excluded",
      async () => {
        const limited = await constrained([], ["bank.lab.example"]);
        return [await leaf({ dns: ["*.lab.example"] }, limited), limited];
      },
      {},
      ["name-constraint 0"],
      /dns \*\.lab\.example, which "Limited" may not sign for/,
    ],
    [
      "a name that is not permitted",
      async () => {
        const limited = await constrained(["other.example"], []);
        return [await leaf({}, limited), limited];
      },
      {},
      ["name-constraint 0"],
      /outside of what "Limited" may sign for/,
    ],
    [
      "two faults at once",
      async () => [
        await leaf({ notAfter: days(-3), dns: ["a.example"] }),
        inter,
      ],
      {},
      ["wrong-host 0", "expired 0"],
      /./,
    ],
    [
      "no policy where one has to be",
      async () => [await leaf(), inter],
      { policies: { requireExplicit: true } },
      ["policy 1"],
      /no policy holds from the root down to "Inter"/,
    ],
  ];
  for (const [fact, chain, options, wanted, says] of cases) {
    await t.step(fact, async () => {
      const made = await chain();
      assert.deepEqual(await faults(made, options), wanted);
      const { problems, reason } = await verify(made, options);
      assert.match(problems[0]!.message, says);
      assert.ok(reason.includes(problems[0]!.message));
      assert.ok(
        problems[0]!.certificate instanceof Object &&
          problems[0]!.message.includes(
            problems[0]!.certificate.subject.commonName!,
          ),
      );
    });
  }
});

/** An authority that is limited to some names and barred from others. */
async function constrained(
  permitted: readonly string[],
  excluded: readonly string[],
): Promise<Signer> {
  const trees = (number: number, names: readonly string[]) =>
    names.length === 0 ? [] : [der(
      contextTag(number),
      ...names.map((one) => der(TAG.sequence, dnsName(one))),
    )];
  return await make({
    ...CA,
    subject: "Limited",
    extensions: [extension(
      "nameConstraints",
      der(TAG.sequence, ...trees(0, permitted), ...trees(1, excluded)),
      true,
    )],
  }, root);
}

Deno.test("names within the constraints pass", async () => {
  const limited = await constrained(["lab.example"], ["secret.lab.example"]);
  assert.deepEqual(await faults([await leaf({}, limited), limited]), []);
});

Deno.test("constraints with too many names to compare are refused, at once", async () => {
  const many = Array.from({ length: 2000 }, (_, i) => `h${i}.example`);
  const limited = await constrained(many, []);
  const end = await leaf({ dns: [HOST, ...many] }, limited);
  assert.deepEqual(await faults([end, limited]), ["too-complex 0"]);
});

Deno.test("a missing intermediate's address is told", async () => {
  const access = der(
    TAG.sequence,
    der(
      TAG.sequence,
      derOid("1.3.6.1.5.5.7.48.2"),
      text("http://ca.example/inter.der", contextTag(6, false)),
    ),
  );
  const end = await leaf({
    extensions: [extension("authorityInfoAccess", access)],
  });
  const { problems } = await verify([end]);
  assert.match(
    problems[0]!.hint!,
    /can be had at http:\/\/ca\.example\/inter\.der/,
  );
});

Deno.test("a certificate that is trusted itself needs nobody above", async () => {
  const own = await make(LEAF);
  const verdict = await verify([own], { roots: [own.certificate] });
  assert.equal(verdict.ok, true);
  assert.equal(verdict.chain.length, 1);
  const old = await make({ ...LEAF, notAfter: days(-1) });
  assert.deepEqual(await faults([old], { roots: [old.certificate] }), [
    "expired 0",
  ]);
});

Deno.test("the way is found among certificates in any order, around those that do not do", async () => {
  const key = await makeKey();
  const expired = await make(
    { ...CA, subject: "Way", key, notAfter: days(-1) },
    root,
  );
  const stranger = await make({ ...CA, subject: "Stranger" });
  const astray = await make({ ...CA, subject: "Way", key }, stranger);
  const right = await make({ ...CA, subject: "Way", key }, inter);
  const end = await leaf({}, right);
  const verdict = await verify([end, stranger, expired, astray, inter, right]);
  assert.equal(verdict.ok, true);
  assert.deepEqual(
    verdict.chain.map(({ subject }) => subject.commonName),
    [HOST, "Way", "Inter", "Root"],
  );
});

Deno.test("authorities that vouch for each other lead nowhere, and end", async () => {
  const [a, b] = [await makeKey(), await makeKey()];
  const seedA = await make({ ...CA, subject: "A", key: a });
  const seedB = await make({ ...CA, subject: "B", key: b });
  const aByB = await make({ ...CA, subject: "A", key: a }, seedB);
  const bByA = await make({ ...CA, subject: "B", key: b }, seedA);
  const end = await leaf({}, seedA);
  const verdict = await verify([end, aByB, bByA]);
  assert.equal(verdict.ok, false);
  assert.match(verdict.problems[0]!.code, /missing-issuer|unknown-root/);
});

Deno.test("more ways than can be looked at are given up, and that is said", async () => {
  // Each level has many certificates of the one name and key: 12 to the power of 6.
  let above = [await make({ ...CA, subject: "Far root" })];
  const all: Signer[] = [];
  for (let level = 0; level < 6; level++) {
    const key = await makeKey();
    const signer = above[0]!;
    above = await Promise.all(
      Array.from(
        { length: 12 },
        () => make({ ...CA, subject: `L${level}`, key }, signer),
      ),
    );
    all.push(...above);
  }
  const begun = performance.now();
  const codes = await faults([await leaf({}, above[0]), ...all]);
  assert.ok(codes.includes("too-complex 0"), `${codes}`);
  // Three million ways would take many minutes.
  assert.ok(performance.now() - begun < 60_000);
});

Deno.test("roots of version 1 are trusted as they are, intermediates are not", async () => {
  const old = await make({ subject: "V1 root", version: 1 });
  const end = await leaf({}, old);
  assert.deepEqual(await faults([end], { roots: [old.certificate] }), []);
  const middle = await make({ subject: "V1", version: 1 }, root);
  assert.deepEqual(await faults([await leaf({}, middle), middle]), [
    "not-an-authority 1",
  ]);
});

Deno.test("what was revoked is found in a list, with reason and date", async () => {
  const end = await leaf();
  const list = await makeList(inter, {
    revoked: [{ serial: end.certificate.serial, reason: 1 }],
  });
  const verdict = await verify([end, inter], { lists: [list] });
  assert.deepEqual(verdict.problems.map(({ code, link }) => [code, link]), [[
    "revoked",
    0,
  ]]);
  assert.match(
    verdict.reason,
    /was revoked: the revocation list says revoked since 2026-05-29 \(keyCompromise\)/,
  );
  assert.equal(verdict.revocation[0]?.reason, "keyCompromise");
});

Deno.test("a list that cannot be used says nothing, which counts only where it is asked", async (t) => {
  const end = await leaf();
  const revoked = [{ serial: end.certificate.serial }];
  const stranger = await make({ ...CA, subject: "Inter" });
  const unusable = {
    "out of date": await makeList(inter, { revoked, nextUpdate: days(-0.5) }),
    "of the future": await makeList(inter, { revoked, thisUpdate: days(1) }),
    "not signed by anyone who may": await makeList(stranger, { revoked }),
    "not understood here: 1.2.3": await makeList(inter, {
      revoked,
      extensions: [extension("1.2.3", der(TAG.null), true)],
    }),
  };
  for (const [why, list] of Object.entries(unusable)) {
    await t.step(why, async () => {
      assert.deepEqual(await faults([end, inter], { lists: [list] }), []);
      const verdict = await verify([end, inter], {
        lists: [list, await makeList(root)],
        requireRevocation: true,
      });
      assert.deepEqual(verdict.problems.map(({ code }) => code), [
        "revocation-unknown",
      ]);
      assert.ok(verdict.reason.includes(why), verdict.reason);
    });
  }
  await t.step("a good one of each link is enough", async () => {
    const lists = [await makeList(inter), await makeList(root)];
    const options = { lists, requireRevocation: true };
    assert.deepEqual(await faults([end, inter], options), []);
  });
});

Deno.test("an OCSP answer is believed only from who may give it", async (t) => {
  const end = await leaf();
  const responder = await make({
    subject: "Responder",
    extendedKeyUsage: ["OCSPSigning"],
  }, inter);
  const usurper = await make({ subject: "Usurper" }, inter);
  const foreign = await make({
    subject: "Foreign",
    extendedKeyUsage: ["OCSPSigning"],
  });
  const late = await make({
    subject: "Late",
    extendedKeyUsage: ["OCSPSigning"],
    notAfter: days(-1),
  }, inter);
  const cases: readonly (readonly [
    fact: string,
    Parameters<typeof makeAnswer>[2],
    status: string,
    says: RegExp,
  ])[] = [
    ["by the issuer", {}, "good", /says good/],
    [
      "revoked",
      { status: "revoked", reason: 4 },
      "revoked",
      /since 2026-05-01 \(superseded\)/,
    ],
    [
      "by a delegate",
      { delegate: responder, status: "revoked" },
      "revoked",
      /revoked/,
    ],
    [
      "by one without the usage",
      { delegate: usurper },
      "unknown",
      /may not sign/,
    ],
    [
      "by a stranger",
      { delegate: foreign },
      "unknown",
      /whom the issuer has not named/,
    ],
    ["by one out of date", { delegate: late }, "unknown", /out of date/],
    ["forged", { forger: await makeKey() }, "unknown", /signature is wrong/],
    ["out of date", { nextUpdate: days(-0.5) }, "unknown", /out of date since/],
    ["of the future", { thisUpdate: days(0.5) }, "unknown", /of the future/],
    ["not known there", { status: "unknown" }, "unknown", /does not know/],
  ];
  for (const [fact, spec, status, says] of cases) {
    await t.step(fact, async () => {
      const answer = await makeAnswer(end.certificate, inter, spec);
      const verdict = await verify([end, inter], { answers: [answer] });
      const [first] = verdict.revocation;
      assert.equal(first?.status, status);
      assert.match(first!.message, says);
      assert.equal(verdict.ok, status !== "revoked");
    });
  }
  await t.step("about another certificate", async () => {
    const other = await leaf();
    const answer = await makeAnswer(other.certificate, inter);
    const { revocation } = await verify([end, inter], { answers: [answer] });
    assert.match(revocation[0]!.message, /about other certificates/);
  });
});

Deno.test("verifying refuses what is no host, no chain, no purpose, no moment", async () => {
  const end: Certificate = (await leaf()).certificate;
  await assert.rejects(verifyChain([]), TypeError);
  const roots = [root.certificate];
  for (const host of ["a b", "", 443 as unknown as string]) {
    await assert.rejects(verifyChain(end, { host, roots }), RangeError);
  }
  // Nothing is before or after what is no moment.
  for (const at of [new Date("never"), "2030-01-01" as unknown as Date]) {
    await assert.rejects(verifyChain(end, { at, roots }), {
      name: "RangeError",
      message: /'at' must be a date: current value is (Invalid Date|2030)/,
    });
  }
  const pem = end.toPem() as unknown as Certificate;
  await assert.rejects(verifyChain([pem], { roots }), {
    name: "TypeError",
    message: /'certificates' must be of Certificate: .* of the kind String$/,
  });
  await assert.rejects(
    verifyChain(end, { purpose: "wine" as "server" }),
    /'purpose' must be one of server, client, code, email, any: current value is wine/,
  );
});

Deno.test("whom to trust, and what helps, comes one by one or in lists", async () => {
  const [end, other] = [await leaf(), await make(CA)];
  const { certificate } = end;
  const intermediates = inter.certificate;
  const all = { at: NOW, intermediates };
  for (
    const roots of [
      root.certificate,
      [other.certificate, root.certificate],
      new TrustStore([root.certificate]),
      root.certificate.toPem(),
    ]
  ) assert.equal((await verifyChain(certificate, { ...all, roots })).ok, true);
  for (const roots of [[], other.certificate]) {
    assert.equal((await verifyChain(certificate, { ...all, roots })).ok, false);
  }
  const lists = await makeList(inter, {
    revoked: [{ serial: certificate.serial, reason: 1 }],
  });
  const roots = root.certificate;
  const { problems } = await verifyChain(certificate, {
    ...all,
    roots,
    lists,
  });
  assert.deepEqual(problems.map(({ code }) => code), ["revoked"]);
  const wrong = { pem: root.certificate.toPem() } as unknown as Certificate;
  await assert.rejects(verifyChain(certificate, { ...all, roots: wrong }), {
    name: "TypeError",
    message:
      "Cannot read the trusted roots as it must be PEM text, the path of a file, or certificates: current value is of the kind Object",
  });
});

Deno.test("a verdict in JSON has certificates by name, and no octets", async () => {
  const { ok, chain, problems } = JSON.parse(
    JSON.stringify(await verify([await leaf({ notAfter: days(-3) }), inter])),
  );
  assert.equal(ok, false);
  assert.equal(chain[1].subject, "CN=Inter");
  assert.deepEqual(Object.keys(problems[0]), [
    "code",
    "link",
    "message",
    "hint",
  ]);
});

Deno.test("the issuer's name may be written in another kind of text", async () => {
  const printable = name("Inter", TAG.printableString);
  assert.notDeepEqual(printable, inter.certificate.subject.der);
  const key = await makeKey();
  const upper = await make({ ...CA, subject: "INTER  ", key }, root);
  const end = await leaf({ forger: key });
  assert.deepEqual(await faults([end, upper]), []);
  assert.equal(bits([0]).length, 5);
});
