import assert from "node:assert/strict";
import { connect as connectTcp } from "../../lib/socket/connect.ts";
import type { Connection } from "../../lib/socket/connection.ts";
import { serve as serveTcp } from "../../lib/socket/server.ts";
import { accept } from "../../lib/tls/serve.ts";
import { type StartTls, startTlsProtocols } from "../../lib/tls/starttls.ts";
import { all, dial, saved } from "./parties.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What a server answers, in turn; text ends lines by CR LF. */
type Script = (conn: Connection, consent: string) => Promise<void>;

async function hear(conn: Connection, expected: RegExp): Promise<void> {
  assert.match(await conn.readLine() ?? "nothing", expected);
}

const LDAP_YES = "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00";

/** The plain part of each protocol, as servers speak it. */
const SERVERS: Readonly<Record<StartTls, readonly [consent: string, Script]>> =
  {
    smtp: ["220 2.0.0 go on\r\n", async (conn, consent) => {
      await conn.write("220-mail.lab ESMTP\r\n220 here\r\n");
      await hear(conn, /^EHLO /);
      await conn.write("250-mail.lab\r\n250-PIPELINING\r\n");
      await conn.write("250-STARTTLS\r\n250 8BITMIME\r\n");
      await hear(conn, /^STARTTLS$/);
      await conn.write(consent);
    }],
    imap: ["a2 OK go on\r\n", async (conn, consent) => {
      await conn.write("* OK [CAPABILITY IMAP4rev1] ready\r\n");
      const [tag] = (await conn.readLine() ?? "").split(" ");
      await conn.write("* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n");
      await conn.write(`${tag} OK done\r\n`);
      const [next] = (await conn.readLine() ?? "").split(" ");
      await conn.write(consent.replace("a2", next!));
    }],
    pop3: ["+OK go on\r\n", async (conn, consent) => {
      await conn.write("+OK pop.lab\r\n");
      await hear(conn, /^STLS$/);
      await conn.write(consent);
    }],
    ftp: ["234 go on\r\n", async (conn, consent) => {
      await conn.write("220-ftp.lab\r\n and more\r\n220 here\r\n");
      const line = await conn.readLine();
      // openssl asks for the features first.
      if (line === "FEAT") {
        await conn.write("211-Features:\r\n AUTH TLS\r\n211 End\r\n");
        await hear(conn, /^AUTH TLS$/);
      } else assert.equal(line, "AUTH TLS");
      await conn.write(consent);
    }],
    ldap: [LDAP_YES, async (conn, consent) => {
      const request = await conn.readExactly(31);
      assert.match(decoder.decode(request), /1\.3\.6\.1\.4\.1\.1466\.20037$/);
      await conn.write(Uint8Array.from(consent, (c) => c.charCodeAt(0)));
    }],
    postgresql: ["S", async (conn, consent) => {
      const octets = await conn.readExactly(8);
      assert.equal(octets.toHex(), "0000000804d2162f");
      await conn.write(consent);
    }],
    xmpp: [
      "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
      async (conn, consent) => {
        let text = "";
        while (!/<stream:stream[^>]*>/.test(text)) {
          text += decoder.decode(await conn.read() ?? assert.fail("closed"));
        }
        assert.match(text, /to=['"]localhost['"]/);
        await conn.write(
          "<?xml version='1.0'?><stream:stream from='localhost' id='1' " +
            "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>" +
            "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'>" +
            "<required/></starttls></stream:features>",
        );
        text = "";
        while (!/<starttls[^>]*>/.test(text)) {
          text += decoder.decode(await conn.read() ?? assert.fail("closed"));
        }
        await conn.write(consent);
      },
    ],
  };

async function served(
  protocol: StartTls,
  use: (port: number) => Promise<void>,
  say?: string,
): Promise<void> {
  const { server: identity } = await all();
  const [consent, script] = SERVERS[protocol];
  await using server = await serveTcp({}, async (plain) => {
    await script(plain, say ?? consent);
    if (say !== undefined) return void await plain.readAll().catch(() => {});
    await using conn = await accept(plain, { ...identity });
    await conn.write(`${await conn.readLine()}, ${protocol}\n`);
    await conn.readAll();
  });
  await use(server.address.port);
  assert.deepEqual(server.errors, []);
}

Deno.test("TLS begins after each protocol's plain words", async (t) => {
  for (const starttls of startTlsProtocols) {
    await t.step(starttls, () =>
      served(starttls, async (port) => {
        await using conn = await dial({ port }, { starttls });
        assert.ok(conn.tls.verified);
        await conn.write("hello\n");
        assert.equal(await conn.readLine(), `hello, ${starttls}`);
      }));
  }
});

Deno.test("a server that speaks octet by octet is understood", async (t) => {
  for (const starttls of startTlsProtocols) {
    await t.step(starttls, () =>
      served(starttls, async (port) => {
        await using relay = await serveTcp({}, async (conn) => {
          await using up = await connectTcp({ port });
          const there = (async () => {
            for await (const chunk of conn) await up.write(chunk);
          })().catch(() => {});
          for await (const chunk of up) {
            for (const octet of chunk) {
              await conn.write(Uint8Array.of(octet));
              if (chunk.length < 99) await new Promise((go) => setTimeout(go));
            }
          }
          await conn.closeWrite();
          await there;
        });
        await using conn = await dial(relay.address, { starttls });
        await conn.write("hello\n");
        assert.equal(await conn.readLine(), `hello, ${starttls}`);
        await conn.close();
      }));
  }
});

Deno.test("openssl's client finds our server's side in order", async (t) => {
  await saved(async (folder) => {
    for (const protocol of startTlsProtocols) {
      await t.step(protocol, () =>
        served(protocol, async (port) => {
          const child = new Deno.Command("openssl", {
            args: [
              ...["s_client", "-connect", `127.0.0.1:${port}`, "-starttls"],
              ...[protocol === "postgresql" ? "postgres" : protocol],
              ...["-xmpphost", "localhost", "-CAfile", "ca.pem", "-quiet"],
              ...["-verify_return_error", "-no_ign_eof"],
            ],
            cwd: folder,
            stdin: "piped",
            stdout: "piped",
            stderr: "null",
          }).spawn();
          const writer = child.stdin.getWriter();
          await writer.write(encoder.encode("hello\n"));
          const reader = child.stdout.getReader();
          const { value } = await reader.read();
          assert.equal(decoder.decode(value), `hello, ${protocol}\n`);
          await writer.close();
          await reader.cancel();
          await child.status;
        }));
    }
  });
});

Deno.test("plain text behind the consent ends the attempt", async (t) => {
  for (const starttls of startTlsProtocols) {
    const [consent] = SERVERS[starttls];
    const behind = starttls === "ldap" ? LDAP_YES : "220 forged\r\n";
    await t.step(starttls, () =>
      served(starttls, async (port) => {
        await assert.rejects(dial({ port }, { starttls }), {
          code: "injected",
          message: new RegExp(
            `Cannot start TLS \\(${starttls}\\) with .*: ${behind.length} octets of plain text`,
          ),
        });
      }, consent + behind));
  }
});

Deno.test("plain text that comes later is not taken for what was said in TLS", async () => {
  const { server: identity } = await all();
  await using server = await serveTcp({}, async (plain) => {
    await plain.write("+OK\r\n");
    await plain.readLine();
    await plain.write("+OK\r\n");
    // The client's hello: for it TLS has begun.
    await plain.read();
    await plain.write("+OK forged\r\n");
    await plain.readAll().catch(() => {});
  });
  await assert.rejects(dial(server.address, { starttls: "pop3" }), {
    code: "not-tls",
  });
  // The same on the server's side (CVE-2011-0411).
  await using other = await serveTcp({}, async (plain) => {
    await plain.readLine();
    await plain.write("220 go on\r\n");
    await accept(plain, { ...identity });
  });
  await using conn = await connectTcp(other.address);
  await conn.write("STARTTLS\r\nRSET\r\n");
  assert.equal(await conn.readLine(), "220 go on");
  await conn.readAll().catch(() => {});
  assert.match(`${other.errors[0]}`, /the client does not speak TLS.*"RSET"/);
});

Deno.test("a server that says no is told apart from one that does not know", async (t) => {
  const cases: readonly (readonly [StartTls, string, string, RegExp])[] = [
    ["smtp", "220 a\r\n250-a\r\n250 SIZE\r\n", "not-offered", /not offer TLS/],
    ["smtp", "220 a\r\n250 STARTTLS\r\n454 later\r\n", "rejected", /454 later/],
    ["smtp", "554 go away\r\n", "rejected", /554 go away/],
    ["smtp", "SSH-2.0-x\r\n", "malformed", /does not speak smtp, it said "SSH/],
    ["imap", "* PREAUTH hi\r\n", "rejected", /logged us in before TLS/],
    ["imap", "* OK\r\n* CAPABILITY IMAP4\r\na1 OK\r\n", "not-offered", /offer/],
    [
      "imap",
      "* OK\r\n* CAPABILITY STARTTLS\r\na1 OK\r\na2 BAD no\r\n",
      "rejected",
      /a2 BAD/,
    ],
    ["pop3", "+OK\r\n-ERR no\r\n", "rejected", /-ERR no/],
    ["ftp", "220 a\r\n500 what?\r\n", "not-offered", /500 what/],
    ["ftp", "220 a\r\n534 no\r\n", "rejected", /534 no/],
    [
      "ldap",
      "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00",
      "not-offered",
      /protocolError/,
    ],
    [
      "ldap",
      "\x30\x84\x00\x00\x00\x0c\x02\x01\x01\x78\x07\x0a\x01\x34\x04\x00\x04\x00",
      "rejected",
      /unavailable/,
    ],
    ["ldap", "\x30\x84\xff\xff\xff\xff", "malformed", /does not speak LDAP/],
    ["ldap", "\x30\x03\x02\x05\x01", "malformed", /does not speak LDAP/],
    ["postgresql", "N", "not-offered", /not offer TLS/],
    ["postgresql", "EFATAL", "rejected", /an error/],
    ["postgresql", "?", "malformed", /does not speak PostgreSQL/],
    ["xmpp", "<stream:stream><stream:features/>", "not-offered", /offer/],
    ["xmpp", "hello</stream:stream>", "malformed", /does not speak XMPP/],
    ["smtp", "220 a\r\n", "closed", /closed the connection before TLS/],
    ["smtp", `220-${"x".repeat(70_000)}`, "too-long", /more than 65536/],
  ];
  for (const [starttls, said, code, message] of cases) {
    await t.step(
      `${starttls} ${JSON.stringify(said.slice(0, 40))}`,
      async () => {
        await using server = await serveTcp({}, async (conn) => {
          await conn.write(Uint8Array.from(said, (c) => c.charCodeAt(0)));
          await conn.closeWrite();
          await conn.readAll().catch(() => {});
        });
        await assert.rejects(dial(server.address, { starttls }), {
          code,
          message,
        });
      },
    );
  }
});

Deno.test("a server that says nothing is waited for no longer than asked", async () => {
  await using server = await serveTcp({}, async (conn) => {
    await conn.readAll().catch(() => {});
  });
  for (const starttls of startTlsProtocols) {
    await assert.rejects(dial(server.address, { starttls, timeout: 40 }), {
      code: "timeout",
    });
  }
});
