import assert from "node:assert/strict";
import { Certificate } from "../../lib/tls/certificate.ts";
import { RevocationList } from "../../lib/tls/crl.ts";
import { verifyChain } from "../../lib/tls/path.ts";
import { testUnless } from "../skip.ts";
import { pkits, pkitsPolicies, pkitsPolicySettings } from "./pkits.ts";

const FOLDER =
  "/usr/lib/python3/dist-packages/cryptography_vectors/x509/PKITS_data";

/** A moment at which the suite's certificates hold. */
const AT = new Date("2020-01-01T00:00:00Z");

/** The number of the suite's first policy, without its end. */
const POLICY = "2.16.840.1.101.3.2.1.48.";

const missing = await Deno.stat(FOLDER).then(
  () => undefined,
  () => "python3-cryptography-vectors is not installed",
);

/** All files of a folder, read. */
async function readAll<T>(
  folder: string,
  read: (octets: Uint8Array) => T,
): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  for await (const { name } of Deno.readDir(`${FOLDER}/${folder}`)) {
    const octets = await Deno.readFile(`${FOLDER}/${folder}/${name}`);
    found.set(name.replace(/\.\w+$/, ""), read(octets));
  }
  return found;
}

const certificates = missing
  ? new Map<string, Certificate>()
  : await readAll("certs", (octets) => new Certificate(octets));
const lists = missing ? [] : [
  ...(await readAll("crls", (octets) => new RevocationList(octets))).values(),
];

const common = {
  at: AT,
  purpose: "any",
  allowWeak: true,
  roots: [certificates.get("TrustAnchorRootCertificate")].filter((one) =>
    one !== undefined
  ),
  intermediates: [...certificates.entries()]
    .filter(([name]) => !name.endsWith("EE")).map(([, one]) => one),
} as const;

testUnless(
  missing,
  "each case of PKITS has the verdict that it should, with revocation lists",
  async (t) => {
    let cases = 0;
    for (const [section, expected] of Object.entries(pkits)) {
      await t.step(section, async () => {
        for (const [name, code] of Object.entries(expected)) {
          const { ok, problems, reason } = await verifyChain(
            certificates.get(`${name}EE`)!,
            { ...common, lists, requireRevocation: true },
          );
          assert.equal(problems[0]?.code ?? "", code, `${name}: ${reason}`);
          assert.equal(ok, name.startsWith("Valid"), name);
          cases++;
        }
      });
    }
    assert.equal(cases, CASES);
  },
);

/** Those whose name says whether they are valid. */
const CASES = 203;

testUnless(
  missing,
  "each case of PKITS about policies has its verdict in each setting",
  async () => {
    for (const [name, expected] of Object.entries(pkitsPolicies)) {
      let got = "";
      for (const setting of pkitsPolicySettings) {
        const acceptable = "acceptable" in setting
          ? setting.acceptable.map((n) => `${POLICY}${n}`)
          : undefined;
        const { ok } = await verifyChain(certificates.get(`${name}EE`)!, {
          ...common,
          policies: { ...setting, acceptable },
        });
        got += ok ? "+" : "-";
      }
      assert.equal(got, expected, name);
    }
  },
);
