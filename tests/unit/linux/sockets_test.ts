import assert from "node:assert/strict";
import fc from "fast-check";
import { DecodeError } from "../../../lib/errors.ts";
import { readMessages } from "../../../lib/linux/netlink.ts";
import {
  readInetSocket,
  readUnixSocket,
} from "../../../lib/linux/sockets/diag.ts";
import { parseProcNet } from "../../../lib/linux/sockets/proc_net.ts";
import { Socket, SocketList } from "../../../lib/linux/sockets/socket.ts";
import { parseSs } from "../../../lib/linux/sockets/ss_text.ts";
import { sockets } from "../../../lib/linux/sockets.ts";
import { readTcpInfo } from "../../../lib/linux/tcp_info.ts";

Deno.test("parseSs() reads every form of an end, and what follows", () => {
  const list = parseSs(
    `tcp   LISTEN     0      4096   127.0.0.1%lo:53    0.0.0.0:*    uid:998 ino:17 sk:2 cgroup:/a <->
tcp   ESTAB      0      36     [2001:db8::1]:22   [2001:db8::2]:50000 timer:(on,1.200ms,3) users:(("a "b",pid=7,fd=4),("c",pid=8,fd=4)) ino:9 sk:1a fwmark:0x2a
tcp   TIME-WAIT  0      0      192.0.2.1:80   192.0.2.2:1 timer:(timewait,1min30sec,0) ino:0 sk:3
udp   UNCONN     0      0      [fe80::1]%eth0:546 [::]:* ino:4 sk:4 v6only:1
udp   UNCONN     0      0      *:5353   *:* ino:5 sk:5
raw   UNCONN     0      0      0.0.0.0:1   0.0.0.0:*
u_str ESTAB      0      0      /run/a b.sock 77   * 78 users:(("x",pid=1,fd=2))
u_dgr UNCONN     3      0      * 79 * 0 skmem:(r1,rb2,t3,tb4,f5,w6,o7,bl8,d9)
nonsense
tcp   WHAT       0      0      1.2.3.4:1 1.2.3.4:2
tcp   ESTAB      0      0      1.2.3:1 1.2.3.4:2
`,
  );
  assert.deepEqual(
    list.map(({ protocol, state, local, remote }) =>
      [
        protocol,
        state,
        local.path ?? `${local.address} ${local.port}`,
        remote.path ?? `${remote.address} ${remote.port}`,
      ].join(" ")
    ),
    [
      "tcp listening 127.0.0.1 53 0.0.0.0 0",
      "tcp established 2001:db8::1 22 2001:db8::2 50000",
      "tcp time-wait 192.0.2.1 80 192.0.2.2 1",
      "udp unconnected fe80::1%eth0 546 :: 0",
      "udp unconnected :: 5353 :: 0",
      "raw unconnected 0.0.0.0 undefined 0.0.0.0 undefined",
      "unix established /run/a b.sock undefined undefined",
      "unix unconnected undefined undefined undefined undefined",
    ],
  );
  const [listener, client, waiting, , , raw, stream, datagrams] = list;
  assert.equal(listener?.interface, "lo");
  assert.equal(listener?.uid, 998);
  assert.deepEqual(client?.timer, {
    kind: "on",
    expires: 1200,
    retransmits: 3,
  });
  assert.deepEqual(client?.processes, [
    { name: 'a "b', pid: 7, fd: 4 },
    { name: "c", pid: 8, fd: 4 },
  ]);
  assert.equal(client?.mark, 42);
  assert.equal(client?.uid, 0);
  assert.equal(waiting?.timer?.expires, 90_000);
  assert.equal(raw?.ipProtocol, 1);
  assert.equal(stream?.peerInode, 78);
  assert.equal(datagrams?.memory?.drops, 9);
});

Deno.test("a list stays a table when cut, and map() gives plain values", () => {
  const list = parseSs(
    "tcp ESTAB 0 0 192.0.2.1:22 192.0.2.2:50000 ino:7 sk:2\nudp UNCONN 0 0 192.0.2.1:53 0.0.0.0:* ino:8 sk:3\n",
  );
  const cut = list.filter(({ protocol }) => protocol === "udp");
  assert.ok(cut instanceof SocketList);
  assert.match(Deno.inspect(cut), /^proto .*\n.*\nudp +UNCONN/);
  assert.deepEqual(list.map(({ inode }) => inode), [7, 8]);
  assert.match(
    Deno.inspect(list[0]),
    /^tcp ESTAB 192\.0\.2\.1:22 → 192\.0\.2\.2:50000\n +queues/,
  );
  assert.equal(
    Deno.inspect({ one: list[1] }),
    "{ one: udp UNCONN 192.0.2.1:53 → 0.0.0.0:* }",
  );
  assert.equal(JSON.parse(JSON.stringify(list))[0].local.address, "192.0.2.1");
});

Deno.test("parseProcNet() reads addresses of both families", () => {
  const [four, six] = [
    parseProcNet(
      "   1: 0100007F:0016 0200000A:C350 01 00000024:00000007 01:00000014 00000002  1000        0 99 2 0 20 4\n",
      "tcp",
    ),
    parseProcNet(
      "   1: 000080FE00000000FF005450D46E4BFE:003A 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 5 2 0 0\n",
      "raw",
    ),
  ].map(([one]) => one!.toJSON());
  assert.equal(`${four?.local.address} ${four?.local.port}`, "127.0.0.1 22");
  assert.equal(`${four?.remote.address}`, "10.0.0.2");
  assert.deepEqual(
    [four?.state, four?.sendQueue, four?.receiveQueue, four?.uid, four?.inode],
    ["established", 36, 7, 1000, 99],
  );
  assert.deepEqual(four?.timer, { kind: "on", expires: 200, retransmits: 2 });
  assert.equal(`${six?.local.address}`, "fe80::5054:ff:fe4b:6ed4");
  assert.equal(six?.ipProtocol, 58);
});

Deno.test("TCP_INFO is read as far as the kernel gives it", () => {
  const view = (length: number) => new DataView(new ArrayBuffer(length));
  assert.equal(readTcpInfo(view(103)), undefined);
  assert.equal(readTcpInfo(view(104))?.pacingRate, undefined);
  const whole = view(280);
  whole.setUint8(1, 3);
  whole.setUint8(5, 0b111);
  whole.setUint8(6, 0xa7);
  whole.setUint8(7, 1);
  whole.setUint32(68, 1234, true);
  whole.setBigUint64(104, 2n ** 64n - 1n, true);
  whole.setBigUint64(120, 2n ** 40n, true);
  whole.setUint16(242, 9, true);
  const info = readTcpInfo(whole)!;
  assert.equal(info.caState, "recovery");
  assert.deepEqual(info.options, ["timestamps", "sack", "wscale"]);
  assert.deepEqual([info.sndWscale, info.rcvWscale], [7, 10]);
  assert.equal(info.deliveryRateAppLimited, true);
  assert.equal(info.rtt, 1234);
  assert.equal(info.pacingRate, Infinity);
  assert.equal(info.bytesAcked, 2 ** 40);
  assert.equal(info.totalRtoRecoveries, 9);
});

Deno.test("without permissions sockets() says which ones would do", async () => {
  await assert.rejects(sockets(), {
    name: "PermissionError",
    message: /--allow-ffi, or with --allow-run=ss/,
  });
});

Deno.test("any octets and any text are read, or refused as a DecodeError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 0, maxLength: 500 }), (bytes) => {
      const message = new Uint8Array(16 + bytes.length);
      message.set(bytes, 16);
      new DataView(message.buffer).setUint32(0, message.length, true);
      readMessages(message, (received) => {
        for (
          const read of [
            () => readInetSocket(received, "tcp", {}, String),
            () => readInetSocket(received, "raw", { port: 7 }, String),
            () => readUnixSocket(received),
          ]
        ) {
          try {
            const socket = read();
            if (socket === undefined) continue;
            Deno.inspect(socket);
            Deno.inspect(SocketList.from([socket]));
            JSON.stringify(socket);
          } catch (error) {
            assert.ok(error instanceof DecodeError, `${error}`);
          }
        }
      });
    }),
    { numRuns: 500 },
  );
  const words = fc.array(
    fc.oneof(
      fc.constantFrom(
        "tcp",
        "u_str",
        "ESTAB",
        "LISTEN",
        " ",
        "0",
        "[",
        "]",
        ":",
        "%",
        "*",
        "1.2.3.4:5",
        "[::1]:5",
        "timer:(on,1min,",
        "users:((",
        '"',
        "skmem:(r1,rb2",
        "\n",
        "0100007F:0016",
      ),
      fc.string(),
    ),
    { maxLength: 30 },
  ).map((parts) => parts.join(""));
  fc.assert(
    fc.property(words, (text) => {
      for (const one of parseSs(text)) assert.ok(one instanceof Socket);
      parseProcNet(text, "udp");
    }),
    { numRuns: 500 },
  );
});
