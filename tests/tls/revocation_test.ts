import assert from "node:assert/strict";
import { certificates } from "../../lib/tls/certificates.ts";
import { inspect } from "../../lib/tls/inspect.ts";
import { readOcspRequest } from "../../lib/tls/ocsp.ts";
import { revocation } from "../../lib/tls/revocation.ts";
import { freePort } from "../free_port.ts";
import { testUnless } from "../skip.ts";
import { noOpenssl, Workshop } from "./openssl.ts";

/** A small authority of openssl's, with certificates that were revoked or not. */
async function authority(shop: Workshop, ocspPort: number, crlPort: number) {
  await shop.make(`set -e
key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $1.key 2>/dev/null; }
key ca; openssl req -x509 -new -key ca.key -subj /CN=CA -days 50 -addext keyUsage=critical,keyCertSign,cRLSign -out ca.pem 2>/dev/null
sign() { key $1; printf "$3" > $1.ext; openssl req -new -key $1.key -subj "/CN=$1" -out $1.csr 2>/dev/null; openssl x509 -req -in $1.csr -CA ca.pem -CAkey ca.key -days 9 -extfile $1.ext -set_serial $2 -out $1.pem 2>/dev/null; }
A="authorityInfoAccess=OCSP;URI:http://127.0.0.1:${ocspPort}/\\nsubjectAltName=DNS:localhost\\n"
C="crlDistributionPoints=URI:http://127.0.0.1:${crlPort}/ca.crl\\n"
sign good 0x11 "$A"
sign bad 0x12 "$A"
sign stranger 0x13 "$A"
sign listed 0x14 "$C"
sign unlisted 0x15 "$C"
sign neither 0x16 "subjectAltName=DNS:x"
sign responder 0x17 "extendedKeyUsage=OCSPSigning"
end=$(date -u -d '+9 days' +%y%m%d%H%M%SZ); ago=$(date -u -d '-3 days' +%y%m%d%H%M%SZ)
printf "V\\t$end\\t\\t11\\tunknown\\t/CN=good\\nR\\t$end\\t$ago,superseded\\t12\\tunknown\\t/CN=bad\\nR\\t$end\\t$ago,keyCompromise\\t14\\tunknown\\t/CN=listed\\nV\\t$end\\t\\t15\\tunknown\\t/CN=unlisted\\n" > index.txt
echo 01 > number
printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=index.txt\\ncrlnumber=number\\ndefault_md=sha256\\n' > ca.cnf
openssl ca -config ca.cnf -gencrl -crldays 7 -cert ca.pem -keyfile ca.key -out ca.crl 2>/dev/null
openssl crl -in ca.crl -outform DER -out ca.crl.der`);
  const [ca] = await certificates(shop.path("ca.pem"));
  return {
    ca: ca!,
    of: async (name: string) =>
      (await certificates(shop.path(`${name}.pem`)))[0]!,
  };
}

testUnless(
  noOpenssl,
  "openssl's OCSP responder and a served list are asked live, and believed",
  async (t) => {
    await using shop = await Workshop.open();
    const ocspPort = freePort();
    let served = 0;
    const site = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async () => {
        served++;
        return new Response(await Deno.readFile(shop.path("ca.crl.der")));
      },
    );
    const { ca, of } = await authority(shop, ocspPort, site.addr.port);
    const responder = shop.start(
      "openssl",
      ...[
        "ocsp",
        "-index",
        "index.txt",
        "-CA",
        "ca.pem",
        "-rsigner",
        "responder.pem",
      ],
      ...["-rkey", "responder.key", "-port", `${ocspPort}`, "-ndays", "1"],
    );
    try {
      await listening(responder);
      const cases:
        readonly (readonly [string, string, string | undefined, RegExp])[] = [
          ["good", "good", "OCSP", /responder says good/],
          ["bad", "revoked", "OCSP", /revoked since .* \(superseded\)/],
          ["stranger", "unknown", "OCSP", /does not know the certificate/],
          [
            "listed",
            "revoked",
            "CRL",
            /list says revoked since .* \(keyCompromise\)/,
          ],
          ["unlisted", "good", "CRL", /does not have it/],
          [
            "neither",
            "unknown",
            undefined,
            /neither an OCSP answer nor a revocation list/,
          ],
        ];
      for (const [name, status, by, says] of cases) {
        await t.step(name, async () => {
          const found = await revocation(await of(name), ca);
          assert.equal(found.status, status, found.message);
          if (status !== "unknown") assert.equal(found.by, by);
          assert.match(found.message, says);
        });
      }
      await t.step(
        "a list is kept, and asked for again only when it has to be new",
        async () => {
          const before = served;
          await revocation(await of("unlisted"), ca);
          assert.equal(served, before);
          await revocation(await of("unlisted"), ca, { fresh: true });
          assert.equal(served, before + 1);
        },
      );
      await t.step(
        "a new answer has to repeat the nonce, as openssl's does",
        async () => {
          assert.equal(
            (await revocation(await of("good"), ca, { fresh: true })).status,
            "good",
          );
        },
      );
      await t.step(
        "an answer is believed only of the right issuer",
        async () => {
          const other = await of("unlisted");
          const found = await revocation(await of("good"), other, {
            fresh: true,
          });
          assert.equal(found.status, "unknown");
        },
      );
      await t.step("inspect asks where it is told to", async () => {
        const port = await shop.serve("-cert", "bad.pem", "-key", "bad.key");
        const target = `localhost:${port}`;
        assert.equal((await inspect(target, { roots: [ca] })).ok, true);
        const asked = await inspect(target, { roots: [ca], revocation: true });
        assert.deepEqual(asked.verdict?.problems.map(({ code }) => code), [
          "revoked",
        ]);
        assert.match(
          asked.verdict!.reason,
          /"bad" was revoked: the OCSP responder says revoked/,
        );
      });
      await t.step(
        "a question is written as openssl reads it, and read as openssl writes it",
        async () => {
          await shop.make(
            "openssl ocsp -issuer ca.pem -cert good.pem -reqout q.der",
          );
          const question = readOcspRequest(
            await Deno.readFile(shop.path("q.der")),
          );
          assert.equal(question.ids[0]?.serial, "11");
          assert.ok(question.nonce);
        },
      );
    } finally {
      await site.shutdown();
    }
  },
);

testUnless(
  noOpenssl,
  "who answers nothing, too much, or nonsense is told and not believed",
  async (t) => {
    await using shop = await Workshop.open();
    const replies: Record<string, () => Response> = {
      "an error": () => new Response("no", { status: 503 }),
      "nonsense": () => new Response("<html>"),
      "another status": () => new Response(Uint8Array.of(0x30, 3, 0x0a, 1, 3)),
      "without end": () =>
        new Response(
          new ReadableStream({
            pull: (controller) => controller.enqueue(new Uint8Array(1 << 14)),
          }),
        ),
    };
    let reply: (() => Response) | undefined;
    const site = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => reply!(),
    );
    const { port } = site.addr;
    const { ca, of } = await authority(shop, port, port);
    try {
      const says: Record<string, RegExp> = {
        "an error": /HTTP status 503/,
        "nonsense": /Cannot decode ocsp/,
        "another status": /the OCSP responder says tryLater/,
        "without end": /more than 131072 octets/,
      };
      for (const [fact, make] of Object.entries(replies)) {
        await t.step(fact, async () => {
          reply = make;
          const found = await revocation(await of("good"), ca);
          assert.equal(found.status, "unknown");
          assert.match(found.message, says[fact]!);
        });
      }
      await t.step("nobody that there is not", async () => {
        await assert.rejects(
          revocation(await of("good"), ca, { by: "OCSP" as "ocsp" }),
          /'by' must be one of both, ocsp, crl: current value is OCSP/,
        );
      });
      await t.step("who takes too long", async () => {
        reply = () => new Response(new ReadableStream({}));
        const found = await revocation(await of("good"), ca, { timeout: 50 });
        assert.match(found.message, /no answer in time/);
      });
      await t.step("the caller's abort passes through", async () => {
        reply = () => new Response(new ReadableStream({}));
        const reason = new Error("enough");
        const controller = new AbortController();
        setTimeout(() => controller.abort(reason), 30);
        const { signal } = controller;
        await assert.rejects(
          revocation(await of("good"), ca, { signal }),
          reason,
        );
      });
    } finally {
      await site.shutdown();
    }
  },
);

/** Waits until the responder listens; to connect for nothing would stop it. */
async function listening(child: Deno.ChildProcess): Promise<void> {
  const decoder = new TextDecoder();
  let said = "";
  for await (const part of child.stderr.values({ preventCancel: true })) {
    said += decoder.decode(part, { stream: true });
    if (said.includes("waiting for OCSP client")) return;
  }
  throw new Error(`the responder ends: ${said}`);
}
