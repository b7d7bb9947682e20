#!/usr/bin/env -S deno run --allow-net=127.0.0.1
// ---
// chapter: 16
// title: TLS, the handshake watched
// goal: See what TLS adds to TCP, read its handshake message by message, tell what an observer still sees, and say why a certificate does not hold.
// needs: loopback
// minutes: 35
// ---
import * as net from "netrepl";

// %% TCP keeps nothing to itself
// Who passes octets on can read them. This relay does: it stands between the two
// sides and keeps what goes by, as any router on the way could.
let tape!: net.tcp.Recording;
const tapOf = (target: net.tcp.Endpoint) =>
  net.tcp.serve({}, async (client) => {
    tape = net.tcp.record(client);
    await using onward = await net.tcp.connect(target);
    await net.tcp.relay(client, onward);
  });

// %% A password on its way
// TCP delivers whole and in order, and hides nothing: the relay has it all.
// Python: socket.create_connection(address).sendall(b"PASS s3cret\n")
async function say(conn: net.tcp.Connection): Promise<void> {
  await conn.write("PASS s3cret\n");
  const answer = await conn.readLine();
  const way = new TextDecoder("latin1").decode(tape.octets("received"));
  console.log(`answer ${answer}; on the way: ${way.includes("s3cret")}`);
}
await using echo = await net.tcp.serve({}, net.tcp.echo);
await using bareTap = await tapOf(echo.address);
await using bare = await net.tcp.connect(bareTap.address);
await say(bare);

// %% Who one is: a certificate
// TLS wants a proof from the server: a certificate, signed by somebody whom the
// client trusts. The next chapter is about them; an authority of ours makes one.
// Ours have one size, so that the lengths below are the same each time: signatures
// by Ed25519, and a serial number of 16 octets.
// Python: trustme.CA().issue_cert("shop.example")
const ca = await net.tls.authority.create({
  name: "Lab CA",
  ...{ keyType: "Ed25519", leafKeyType: "Ed25519" },
  notBefore: new Date("2026-01-01"),
});
const issue = () => ca.issue({ hosts: ["shop.example"] });
let site = await issue();
while (!/^[1-7]/.test(site.serial)) site = await issue();
await using server = await net.tls.serve(
  { ...site, alpn: ["http/1.1"] },
  net.tcp.echo,
);

// %% The same words within TLS
// Secrecy: what goes by makes no sense. Integrity: changed octets are found out.
// Identity: the server has proved to be shop.example. All else is as with TCP.
// Python: ssl.create_default_context(cafile="ca.pem").wrap_socket(
//     sock, server_hostname="shop.example")
await using tap = await tapOf(server.address);
const conn = await net.tls.connect(tap.address, {
  ca: ca.pem,
  serverName: "shop.example",
  alpn: ["http/1.1"],
});
await say(conn);
console.log(conn.tls.version, conn.tls.alpn, "verified:", conn.tls.verified);
await conn.close();

// %% The handshake, step by step
// handshake() shakes hands itself and notes each message: ── went in the clear,
// ══ encrypted. After the two hellos all is encrypted, even the certificate; one
// trip there and back, and the client may speak. For the times, which differ from
// run to run, type `steps` at the prompt.
// Python: sslsock.version(), sslsock.cipher(); the steps stay hidden
const asking = { serverName: "shop.example", alpn: ["h2", "http/1.1"] };
const ladder = (steps: net.tls.TlsHandshake) =>
  Deno.inspect(steps).replaceAll(/^ *[\d.]+ [nµm]?s {2}/gm, "          ");
const steps = await net.tls.handshake(server.address, asking);
console.log(ladder(steps));

// %% The ClientHello: all that the client can do
// The first message says it, best first, and the server picks. SNI names the host,
// as one address may serve many; ALPN the protocol that is to be spoken inside;
// a group is a way to agree on a key, and key shares are the client's half of it.
const hello = steps.steps[0]?.message;
if (hello?.kind !== "clientHello") throw new Error("no ClientHello");
const { tlsCipherSuites, tlsGroups } = net.packet;
const best = (names: Record<number, string>, list: readonly number[]) =>
  `${list.slice(0, 2).map((one) => names[one]).join(", ")}, …`;
for (const one of hello.extensions ?? []) {
  if (one.kind === "serverName") console.log("SNI", one.names[0]?.name);
  if (one.kind === "applicationProtocols") {
    console.log("ALPN", one.protocols);
  }
  if (one.kind === "supportedGroups") {
    console.log("groups", best(tlsGroups, one.groups));
  }
}
console.log("suites", best(tlsCipherSuites, hello.cipherSuites));

// %% Octets as packets
// The relay kept octets without the packets that carried them. We put packets
// round them, so that what reads captures can read these too.
// With a capture: net.tls.handshake("visit.pcapng")
const { build, ipv4, tcp } = net.packet;
type Side = "client" | "server";
function packetsOf(pieces: readonly (readonly [Side, Uint8Array])[]) {
  const next = { client: 1, server: 1 };
  return pieces.map(([from, octets]) => {
    const [src, dst, srcPort, dstPort] = from === "client"
      ? ["10.0.0.1", "10.0.0.2", 50_000, 443] as const
      : ["10.0.0.2", "10.0.0.1", 443, 50_000] as const;
    const seq = next[from];
    next[from] += octets.length;
    const header = tcp({ srcPort, dstPort, seq, flags: ["PSH", "ACK"] });
    return build(ipv4({ src, dst }), header, octets);
  });
}

// %% What an observer sees
// Not the words, but who asks for which host, when, and how much: each record is
// 17 octets longer than what it hides, so 29 are our 12. The hello gives programs
// away, too: JA4 is a digest of what it offers (JA3 also of the order, which many
// shuffle today). net.tls.connect and the ladder's prober are two.
// Python: scapy's load_layer("tls"); pyja3
const passing = tape.chunks.map(({ direction, octets }) =>
  [direction === "received" ? "client" : "server", octets] as const
);
const [observed] = await net.tls.decrypt(packetsOf(passing));
const { serverName, offered, ja4 } = observed!.facts;
console.log("asks for", serverName, offered);
const sizes = observed!.items
  .filter(({ from, kind }) => from === "client" && kind === "encrypted")
  .map(({ length }) => length);
console.log("client's encrypted records:", sizes, "octets");
console.log("same JA4 as the prober:", ja4?.hash === steps.facts.ja4?.hash);

// %% The older handshake: TLS 1.2
// Two trips before the client may speak, as keys are made only in the second, and
// the certificate goes by in the clear: whoever watches knows the server by it.
// Try this: give `versions: [0x0303]` to the handshake with the first server.
// Python: context.maximum_version = ssl.TLSVersion.TLSv1_2
await using old = await net.tls.serve(
  { ...site, maxVersion: "TLS 1.2" },
  net.tcp.echo,
);
const oldSteps = await net.tls.handshake(old.address, asking);
console.log(ladder(oldSteps));

// %% What is encrypted, side by side
// TLS 1.3 hides all that it can. SNI stays readable in both; Encrypted ClientHello
// (ECH) is there to hide that too.
const look = ({ steps }: net.tls.TlsHandshake, name: string) => {
  const step = steps.find((one) => one.name === name);
  return step === undefined ? "" : step.encrypted ? "encrypted" : "readable";
};
const both = [...steps.steps, ...oldSteps.steps];
const rows = Array.from(new Set(both.map(({ name }) => name)), (message) => ({
  message,
  "TLS 1.3": look(steps, message),
  "TLS 1.2": look(oldSteps, message),
}));
const page = net.inspect.canvas({ width: 80 });
console.log(net.inspect.table(rows, { canvas: page }));

// %% A recorded conversation
// Recorded between openssl s_client and s_server: this is what went over the wire,
// its first trip there and back.
const fromBase64 = (text: string) => Uint8Array.fromBase64(text);
const question = fromBase64(`
FgMBAKEBAACdAwNa3dia78UCPkaLsbepIjEhIe0MNl7g3l4MQeNIMBPCOgAABBMBAP8BAABwAAAA
EQAPAAAMbWFpbC5leGFtcGxlAAsABAMAAQIACgAEAAIAHQAjAAAAFgAAABcAAAANAAQAAggHACsA
AwIDBAAtAAIBAQAzACYAJAAdACCIzG5ISjlAvvHyefGQ795UO7wNKrqBTxQHlQmyhRljHQ==`);
const reply = fromBase64(`
FgMDAFoCAABWAwOAjsDKG3WJuuMrsh8W2pX/M3gNyMjOIrtJMYt2vNC9/wATAQAALgArAAIDBAAz
ACQAHQAgORCzybj1EiHpmZgbFm0OL64T3mDt6ysTsNDOYt2viiwXAwMAFwUb15//xesqMrvbNNCe
M2rhozG1FuISFwMDAQmivPzoBu2Nbep1xlIio/sj4xsmYlaV/1+acn9j7VxC/4t+eOjhVf+bsiJK
vgHJgyltTb3dvLUQYvx7D0Quzh38GeRDP6TBvxC5gfALsc2hIkAetJVEFiS2CeEzjE+rBVkiIScU
6JFFPZcIKZim6766LoHoGhFMlX00qlq5K90T9GL8WW3nnU1nizrctj+3NUEqXGtCnBMjZRjZeiHC
tusk5VDjlmTjWio7XxfNYRiWMKGYiN5A7KrGUcRgWYt7KuNkbTpBuvxnCQyaVt59+lda/6z7D+8i
T1FVsBsQW7DJdhRm6lzqfwOjn77eDrLv8jR8J7NtMdp7Lhh8YeUVT+ahpMfCvqr4bq5GFwMDAFkG
yRYv/d5XJtsTbb4GLH3yosW6zZJCOhzWpQf2arryYOm/YjgMK3FESpleYsjACJ0lluCfdYv/bKns
VCafAVJlGse48NHOaoM4wNBY4EU4kNpfFef0+373tBcDAwA1hUXvcpwlhUl6jxCDC0Ne/+ZM0ylT
nydSdg18sb5TwnhVFt9S4opD7QXLNnIpWuyTZZsI6IM=`);

// %% The rest of it
// The end of the handshake with what the client says, and the answer.
const words = fromBase64(`
FwMDADWtLMm/PG8+PtH4eSzbzHzD4elDvk/iqoED6OcZGVwlr1aNq9+rkAKZKPwcnJBhG9N9DODu
oRcDAwAnElzvHer5twkgPGp3nfwatDqDGOIIQDxJM7ezOJn9BjokfRnA5hWO`);
const answer = fromBase64(
  "FwMDACCurefEVQgl5tyRtnPBuA4u3/W0ZlYHToRI4n488I5TzA==",
);
const recorded = packetsOf([
  ["client", question],
  ["server", reply],
  ["client", words],
  ["server", answer],
]);

// %% Its secrets
// The client was told to write the secrets of this connection down. They open no
// other: both sides made them anew, out of numbers that they have thrown away
// since (forward secrecy), and not even the server's key will bring them back.
// curl and browsers: SSLKEYLOGFILE=keys.log; openssl s_client -keylogfile keys.log
// Python: context.keylog_filename = "keys.log"
const secrets = {
  CLIENT_HANDSHAKE_TRAFFIC_SECRET:
    "4c93da3ce8155692fb78104d536f8720b8ad22b60661c5c607f6ded941c2d632",
  SERVER_HANDSHAKE_TRAFFIC_SECRET:
    "18247f59f7321b55f2dfb03edfbdfe5e91e223a61a96e9443fa243aa8fab9167",
  CLIENT_TRAFFIC_SECRET_0:
    "faf68852372f35c14b1bc69b9c592bb17173e523b63da014821304833263a7e9",
  SERVER_TRAFFIC_SECRET_0:
    "a21bc77f851a7bb887364a65e290ff0f383fa4b70ee0c47282a8dba951df8db3",
};

// %% The key log
// A line each: what it is for, whose hello it belongs to, the secret. What we see
// of it is how many there are: secrets are never printed by mistake.
const id = question.slice(11, 43).toHex(); // the random octets of the ClientHello
const lines = Object.entries(secrets).map(([what, secret]) =>
  `${what} ${id} ${secret}`
);
const keyLog = net.tls.parseKeyLog(lines.join("\n"));
console.log(keyLog);

// %% Read without the key log, and with it
// Without the secrets it is a row of numbers; with them, all is there, handshake
// and words. So a key log is as secret as what was said.
// Wireshark: Preferences, Protocols, TLS, (Pre)-Master-Secret log filename
for (const log of [undefined, keyLog]) {
  const [found] = await net.tls.decrypt(recorded, log);
  const shown = found?.items.map(({ from, name, kind, bytes }) => ({
    from,
    what: name,
    words: kind === "data" ? new TextDecoder().decode(bytes).trim() : "",
  }));
  console.log(net.inspect.table(shown ?? [], { canvas: page }));
}

// %% Is it really the shop?
// inspect() shakes hands, reads the certificates and judges them. The chain leads
// from the server's own up to a root that we trust, and the name is right.
// Python: sslyze, or sslsock.getpeercert() after a handshake that went well
const shop = { serverName: "shop.example" };
const bank = { serverName: "bank.example" };
const roots = [ca.root];
const good = await net.tls.inspect(server.address, { ...shop, roots });
console.log(good.agreement?.version, good.agreement?.signatureScheme, good.ok);
console.log(
  good.verdict?.chain.map((one) =>
    one.subject.commonName ?? one.names[0]?.value
  ).join(" signed by "),
);

// %% And why not
// Three faults, and what to do: for another host, out of date, signed by nobody
// whom we trust. `at` looks as if it were that day.
// Python: ssl.SSLCertVerificationError: certificate verify failed
const lapsed = await ca.issue({
  hosts: ["shop.example"],
  ...{ notBefore: new Date("2026-01-01"), days: 90 },
});
await using late = await net.tls.serve({ ...lapsed }, net.tcp.echo);
const at = new Date("2026-07-01");
const looks = [
  await net.tls.inspect(server.address, { ...bank, roots }),
  await net.tls.inspect(late.address, { ...shop, roots, at }),
  await net.tls.inspect(server.address, { ...shop, roots: [] }),
];
for (const { verdict } of looks) {
  const [problem] = verdict?.problems ?? [];
  console.log(`${problem?.code}: ${problem?.message}\n  ${problem?.hint}`);
}

// %% A connection that is refused
// connect() goes on with no server that it cannot trust. To turn that off
// (`insecure`) is to take anybody between for the server: then TLS keeps secrets
// from everybody but the attacker.
// Python: context.check_hostname = False; context.verify_mode = ssl.CERT_NONE
const toBank = { ...bank, ca: ca.pem };
try {
  await net.tls.connect(server.address, toBank);
} catch (error) {
  if (!(error instanceof net.AuthError)) throw error;
  console.log(error.code);
}
await using blind = await net.tls.connect(server.address, {
  ...toBank,
  insecure: true,
});
console.log(blind.tls.verified, blind.tls.reason);

// %% All that a server offers
// A scan asks for everything, one hello after the other, also for what should be
// long gone, and gives a grade from A to F. To scan is to test: only servers that
// are yours, or whose owner allowed it; others than this machine and its own
// networks are refused unless `authorised` says why you may.
// Python: sslyze.Scanner().queue_scans([...])
for (const { address } of [server, old]) {
  const scan = await net.tls.scan(address, shop);
  console.log(`grade ${scan.grade}`);
  for (const { name } of scan.weaknesses) console.log(`note: ${name}`);
  const rows = scan.protocols.map(({ name, offered, suites }) => ({
    version: name,
    offered: offered ? "yes" : "no",
    suites: suites.length,
    weakest: suites.at(-1)?.strength,
  }));
  console.log(net.inspect.table(rows, { canvas: page }));
}

// %% Takeaways
// - TLS adds secrecy, integrity and the server's identity; TCP stays what it was.
// - TLS 1.3 takes one trip and hides all but the hellos; 1.2 takes two and shows more.
// - Who watches still sees addresses, the host's name, times and lengths.
// - Encryption without a verified certificate keeps secrets from the wrong people.
// - A key log opens one conversation: handy for finding faults, and a secret itself.
// - Scan only what is yours or what you may.
