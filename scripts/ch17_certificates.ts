#!/usr/bin/env -S deno run --allow-net=127.0.0.1
// ---
// chapter: 17
// title: Certificates, from a root of one's own to their renewal
// goal: Be an authority: issue certificates, prove who one is on both sides, revoke, renew, and have all that done by ACME.
// needs: loopback
// minutes: 40
// ---
import * as net from "netrepl";

const { authority, verifyChain } = net.tls;
const DAY = 86_400_000;

/** Days and numbers are others each time; a card ends with the numbers. */
function steady(shown: unknown): string {
  return `${shown}`
    .replace(/\n +serial [^]*$/, "")
    .replace(/\d{4}-\d\d-\d\d/g, "<day>");
}

// %% A root of one's own
// A certificate says whose a public key is, and somebody signs that it is so. At
// the top stands one who signs for itself: a root. It is worth as much as the
// trust that people put in it, and it is trusted by being put on a list, by hand.
// Python: x509.CertificateBuilder()…sign(key, hashes.SHA256()), cryptography
const root = await authority.create({ name: "Lab Root" });
console.log(steady(root.certificate));
const { subject, issuer, ca, keyUsage } = root.certificate;
console.log(
  `${issuer}` === `${subject}`,
  ca,
  keyUsage?.includes("keyCertSign"),
);

// %% A certificate for a server
// Names count only as alternative names; browsers have long stopped looking at
// the subject. "for" says what it may be used for, and no "authority" that it
// cannot sign others. The key comes along: site.key, which no picture shows.
// Python: builder.add_extension(x509.SubjectAlternativeName([...]), False)
const site = await root.issue({ hosts: ["www.lab.example", "127.0.0.1"] });
console.log(steady(site));
console.log(site.cert.split("\n")[0], "and", site.key.split("\n")[0]);

// %% Who checks what
// A client asks five things: does a way lead up to a root that I trust? Are the
// signatures right? Is it the time? Is it for the host that I meant? May it be
// used for that? One no is enough. Browsers say little; here is the whole reason.
// Python: context = ssl.create_default_context(); context.check_hostname
const other = await authority.create({ name: "Somebody Else" });
const roots = [root.certificate];
const host = "www.lab.example";
const questions: Record<string, net.tls.VerifyOptions> = {
  "right host": { roots, host },
  "wrong host": { roots, host: "shop.lab.example" },
  "other root": { roots: [other.certificate], host },
  "in 400 days": { roots, host, at: new Date(Date.now() + 400 * DAY) },
  "as a client": { roots, purpose: "client" },
};
for (const [question, options] of Object.entries(questions)) {
  const { ok, reason } = await verifyChain(site.certificate, options);
  console.log(`${question}: ${ok ? "trusted" : steady(reason)}`);
}

// %% A server with it, and a client that trusts it
// The server shows the certificate and proves that it has the key. The client has
// to be told of our root: it is on no system's list, and that is as it should be.
// Python: context.load_cert_chain(cert, key); requests.get(url, verify="root.pem")
await using web = await net.http.serve({ tls: site }, {
  "GET /": () => "Hello, TLS!",
});
const url = `https://127.0.0.1:${web.address.port}/`;
for (const { name, pem } of [root, other]) {
  using client = net.http.client({ ca: pem });
  try {
    const response = await client.get(url);
    console.log(`trusting ${name}:`, response.status, response.text());
  } catch (error) {
    if (!(error instanceof net.NetError)) throw error;
    console.log(`trusting ${name}:`, error.code);
  }
}

// %% An authority in between, on a short lead
// A root's key is best kept in a safe. Day by day another authority issues, which
// the root has signed, and which may sign for some names alone. Should its key be
// stolen, the thief can be www.lab.example, but never your bank.
// Python: x509.NameConstraints(permitted_subtrees=[x509.DNSName("lab.example")], …)
const lab = await root.intermediate({
  name: "Lab CA",
  permitted: ["lab.example", "127.0.0.0/8"],
});
console.log(steady(lab.certificate));

// %% The chain as a tree
// A server sends its own certificate and those in between, not the root: who does
// not have that already has no reason to believe it. Without the one in between
// there is no way up, the most common mistake of all with certificates.
const shop = await lab.issue({ hosts: ["shop.lab.example", "127.0.0.1"] });
const sent = [shop.certificate, ...shop.chain];
console.log(`${await verifyChain(sent, { roots, host: "shop.lab.example" })}`);
console.log();
console.log(`${await verifyChain(shop.certificate, { roots })}`);

// %% What it may not issue
// The lead holds on both ends: the authority refuses to sign, and clients refuse
// what is signed against it. Time has bounds too: browsers take 398 days at most.
// Try this: leave out `permitted` above, and see what of these is issued now.
const orders: net.tls.authority.IssueOptions[] = [
  { hosts: ["bank.example"] },
  { hosts: ["10.0.0.7"] },
  { hosts: ["a.lab.example"], days: 500 },
];
for (const order of orders) {
  const what = `${order.hosts}${order.days ? ` for ${order.days} days` : ""}`;
  try {
    await lab.issue(order);
    console.log(what, "is issued");
  } catch (error) {
    console.log(`${what}: ${(error as Error).message}`);
  }
}

// %% A request: the key stays at home
// Better than to be given a key is to make it where it is used, and to send only
// a request (CSR). Its signature shows that who asks has the key. What is asked
// for is a wish: the authority takes over the names, if it may, and nothing else.
// Python: x509.CertificateSigningRequestBuilder()…sign(key, hashes.SHA256())
const asked = await authority.request({ hosts: ["printer.lab.example"] });
console.log(asked.request);
const signed = await lab.sign(asked.pem, { days: 90 });
console.log(`${signed.certificate.issuer} signs for`, signed.certificate.names);
console.log("a key came along:", "key" in signed);

// %% Both sides prove who they are: mTLS
// The server may ask for a certificate too, and say whose word it takes. No
// password crosses the wire, and none can be guessed.
// Python: context.verify_mode = ssl.CERT_REQUIRED; context.load_verify_locations(…)
await using door = await net.tls.serve({
  ...shop,
  clientCertificate: "require",
  clientCa: roots,
}, async (connection) => {
  const who = connection.tls.peerCertificate?.subject.commonName;
  await connection.write(`Welcome, ${who}!`);
});

// %% A client that proves itself
// Its certificate is of another kind: for clients, and about a person. Behind the
// handshake the server knows who comes, without a question.
// Python: context.load_cert_chain("ada.pem", "ada.key") on the client's side
const ada = await root.issue({ kind: "client", name: "Ada" });
async function knock(who?: net.tls.authority.Issued): Promise<string> {
  const proof = who && { cert: who.cert, key: who.key };
  await using conn = await net.tls.connect(door.address, {
    ca: roots,
    ...proof,
  });
  return new TextDecoder().decode(await conn.readAll());
}
console.log(await knock(ada));

// %% Who is turned away, and why
// Nobody without a certificate, nobody with one that somebody else has signed, and
// no server in a client's place: what a certificate is "for" is checked here too.
// With TLS 1.3 a client believes to be in before it is refused; the server knows.
const eve = await other.issue({ kind: "client", name: "Ada" });
for (const [who, proof] of Object.entries({ nobody: undefined, eve, site })) {
  const refused = door.failedHandshakes + 1;
  await knock(proof).catch(() => {});
  while (door.failedHandshakes < refused) {
    await new Promise((done) => setTimeout(done, 5));
  }
  const error = door.handshakeErrors.at(-1);
  if (error instanceof net.NetError) console.log(`${who}: ${error.code}`);
}
console.log(door.accepted, "let in,", door.failedHandshakes, "not");

// %% Revoked: the list
// A stolen key works until its certificate ends, unless those who check look it
// up. The authority signs a list (CRL) of what it takes back; it holds for a week,
// and as long can a client be behind.
// Python: x509.load_pem_x509_crl(pem).get_revoked_certificate_by_serial_number(n)
const before = await lab.crl();
await lab.revoke(shop, "keyCompromise");
const after = await lab.crl();
for (const list of [before, after]) {
  const { ok, problems } = await verifyChain(sent, { roots, lists: [list] });
  console.log(
    `list ${list.number} has ${list.size}:`,
    ok ? "trusted" : problems[0]?.code,
  );
}
const { ok } = await verifyChain(sent, { roots });
console.log("who does not look it up:", ok ? "trusted" : "not trusted");

// %% Revoked: the question
// OCSP asks about one certificate and gets a signed answer, minutes old. Where to
// ask stands in the certificate. A server may fetch the answer and send it along
// (stapling), so that nobody learns which sites a client visits.
// Python: ocsp.OCSPRequestBuilder().add_certificate(cert, issuer, hashes.SHA1())
await using desk = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: () => {} },
  (request) => lab.ocsp(request),
);
const ocsp = `http://127.0.0.1:${desk.addr.port}/`;
const box = await lab.issue({ hosts: ["box.lab.example"], urls: { ocsp } });

// %% Asked, before and after
// An answer is kept for as long as it holds, here a day; fresh asks anew. Who
// keeps answers saves time, and learns of a theft a day late.
const ask = async () => {
  const { certificate } = box;
  const options = { fresh: true };
  const known = await net.tls.revocation(certificate, lab.certificate, options);
  return `${known.by} says ${known.status} ${known.reason ?? ""}`.trim();
};
console.log(await ask());
await lab.revoke(box, "superseded");
console.log(await ask());

// %% The answer as evidence
// Who has an answer shows it: verifyChain judges it as it judges all else, by its
// signature and its time.
const question = net.tls.ocspRequest(box.certificate, lab.certificate);
const answer = await net.http.post(ocsp, {
  body: question,
  headers: { "Content-Type": "application/ocsp-request" },
});
const verdict = await verifyChain([box.certificate, lab.certificate], {
  roots,
  answers: [new net.tls.OcspResponse(answer.bytes)],
});
console.log(steady(verdict));

// %% Renewed in time
// Certificates end, mostly at night. renewals() tells what ends within some days,
// and again at each look until it is renewed: same names, a new key.
const old = await lab.issue({ hosts: ["nas.lab.example"], days: 20 });
console.log(old.certificate.daysLeft(), "days left");
for await (const due of lab.renewals({ days: 30 })) {
  const fresh = await due.renew({ days: 90 });
  console.log(`${due.record.names}: ${fresh.certificate.daysLeft()} days now`);
  break;
}
const rows = (await lab.issued()).map((record) => ({
  names: record.names.join(", "),
  days: record.certificate.daysLeft(),
  revoked: record.revoked?.reason ?? "",
  renewed: record.renewedBy ? "yes" : "",
}));
console.log(
  net.inspect.table(rows, { canvas: net.inspect.canvas({ width: 80 }) }),
);

// %% ACME: nobody has to think of it
// Let's Encrypt and its like issue to programs. The program asks, is given a word,
// shows it under the name that it claims, and the authority looks there. Whoever
// can put it there holds the name. Here both sides are ours, on loopback.
// Python: certbot certonly --standalone -d shop.lab.example --server URL
using free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const httpPort = free.addr.port;
free.close();
await using acme = await net.tls.acme.serve(lab, {
  httpPort,
  names: ["127.0.0.1"],
  addressOf: () => "127.0.0.1",
});
console.log(acme.url, acme.orders);

// %% ACME: the word is shown, the certificate comes
// http01() runs a small web server for as long as the authority looks. The key is
// made here, and never leaves; ordered again every two months, nobody notices.
const got = await net.tls.acme.obtain(acme.url, {
  hosts: ["shop.lab.example"],
  answer: net.tls.acme.http01({ hostname: "127.0.0.1", port: httpPort }),
  ca: acme.ca,
  agree: true,
});
console.log(got.certificate.names, got.certificate.daysLeft(), "days left");
console.log(acme.orders.map(({ hosts, status }) => `${hosts} ${status}`));

// %% ACME: and who does not hold the name
// Somebody who cannot show the word gets nothing, and is told what was seen.
try {
  await net.tls.acme.obtain(acme.url, {
    hosts: ["bank.lab.example"],
    answer: { type: "http-01", show() {}, hide() {} },
    ca: acme.ca,
    agree: true,
  });
} catch (error) {
  if (!(error instanceof net.NetError)) throw error;
  console.log(error.code);
}
console.log(acme.orders.at(-1)?.status);

// %% Takeaways
// - A certificate binds a key to names; a signature vouches for it, up to a root.
// - Trust in a root is given by hand. Keep its key away, and let others issue.
// - Servers send what is between them and the root; the root they keep to themselves.
// - With mTLS the client proves itself too, and no password is left to steal.
// - Revocation helps only those who look it up; certificates that end soon help all.
// - Let a program renew, and another watch: scripts/expiry_checker.ts.
