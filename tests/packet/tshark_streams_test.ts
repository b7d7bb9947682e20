/**
 * QUIC, SSH and WebSocket beside tshark: over all captures, and over octets that
 * real programs have sent.
 */

import assert from "node:assert/strict";
import * as net from "../../lib/packet/mod.ts";
import type { Packet } from "../../lib/packet/mod.ts";
import { captures, installed, pcap, run, say } from "./corpus.ts";
import { streamOctets } from "./stream_octets.ts";
import { compare, comparison, type Difference } from "./tshark.ts";

const ignore = !installed("tshark");

const octets = (text: string) => Uint8Array.fromHex(text.replace(/\s/g, ""));

const hex = (value: number, digits = 8) =>
  `0x${value.toString(16).padStart(digits, "0")}`;

type Shown = Record<string, (string | number)[]>;

/** What tshark shows for fields of packets: each time that they occur. */
async function tshark(
  packets: readonly Packet[],
  fields: readonly string[],
  options: readonly string[] = [],
): Promise<Record<string, string[]>[]> {
  const { stdout, stderr } = await run("tshark", [
    ...["-n", "-r", "-", "-T", "fields", "-E", "occurrence=a"],
    ...["-E", "separator=/t", "-E", "aggregator=;", ...options],
    ...fields.flatMap((field) => ["-e", field]),
  ], pcap(packets[0]!.linkType, packets));
  const lines = new TextDecoder().decode(stdout).split("\n").slice(0, -1);
  assert.equal(lines.length, packets.length, stderr);
  return lines.map((line) =>
    Object.fromEntries(
      line.split("\t").map((value, i) =>
        [fields[i]!, value === "" ? [] : value.split(";")] as const
      ),
    )
  );
}

/** Compares all that ours say, and gives how many values there were. */
async function same(
  packets: readonly Packet[],
  shown: (packet: Packet) => Shown,
  options: readonly string[] = [],
): Promise<number> {
  const ours = packets.map(shown);
  const fields = Object.keys(ours[0]!);
  const theirs = await tshark(packets, fields, options);
  let count = 0;
  for (const [i, one] of ours.entries()) {
    for (const field of fields) {
      count += one[field]!.length;
      assert.deepEqual(
        one[field]!.map(String),
        theirs[i]![field],
        `packet ${i + 1}: ${field}`,
      );
    }
  }
  return count;
}

const QUIC_TYPES = ["initial", "zeroRtt", "handshake", "retry"];
const QUIC_V2_TYPES = ["retry", "initial", "zeroRtt", "handshake"];
const V2 = 0x6b3343cf;

/** Those of tshark's names that QUIC packets of ours have counterparts for. */
function quicFields(packet: Packet): Shown {
  const all = packet.layers.filter((layer) => layer.name === "quic");
  const long = all.filter(({ headerForm }) => headerForm === 1);
  const isUsual = ({ type = "" }) => QUIC_TYPES.includes(type);
  const retries = all.filter(({ type }) => type === "retry");
  return {
    "quic.header_form": all.map(({ headerForm }) => headerForm),
    "quic.version": long.map(({ version }) => hex(version!)),
    "quic.long.packet_type": long.filter(isUsual)
      .filter(({ version }) => version !== V2)
      .map(({ type }) => QUIC_TYPES.indexOf(type!)),
    "quic.long.packet_type_v2": long.filter(isUsual)
      .filter(({ version }) => version === V2)
      .map(({ type }) => QUIC_V2_TYPES.indexOf(type!)),
    "quic.dcil": long.map(({ dcid }) => dcid!.length),
    "quic.scil": long.map(({ scid }) => scid!.length),
    "quic.scid": long.flatMap(({ scid }) => scid!.toHex() || []),
    "quic.token_length": all.filter(({ type }) => type === "initial")
      .map(({ token }) => token!.length),
    "quic.length": all.flatMap(({ length }) => length ?? []),
    "quic.supported_version": all.flatMap(({ supportedVersions = [] }) =>
      supportedVersions.map((version) => hex(version))
    ),
    "quic.retry_token": retries.map(({ token }) => token!.toHex()),
    "quic.retry_integrity_tag": retries.map(({ integrityTag }) =>
      integrityTag!.toHex()
    ),
    // Where a short header's starts only its connection knows.
    ...all.length === long.length && {
      "quic.dcid": all.flatMap(({ dcid }) => dcid!.toHex() || []),
    },
    "quic.spin_bit": all.flatMap(({ spinBit }) => spinBit ?? []).map(Number),
  };
}

const NOTHING = net.decode(new Uint8Array());

const ENCRYPTED = "encrypted: octets to us, SSH by its port to tshark";

const DIFFERENCES: readonly Difference[] = [
  [
    "quic_vn.pcap",
    /^1: quic\.(long\.packet_type|token_length|length)$/,
    "a version that nobody speaks, there to make the server name its own: what " +
    "is behind the connection IDs is that version's, tshark takes it for 1",
  ],
  ["geneve.pcap", /^(19|2\d|3\d): ssh$/, ENCRYPTED],
  ["mptcp-v0.pcap", /^(2[3-9]|[3-9]\d|\d{3}): ssh$/, ENCRYPTED],
  [
    "sflow_expanded.pcap",
    /^1: ssh$/,
    "within sFlow, of which we have no layer",
  ],
  [
    "mptcp-v0.pcap",
    /^(14|16|18|19|20): ssh\./,
    "a subflow of MPTCP, in which no line has started the connection: tshark " +
    "takes it to be encrypted, and it is not",
  ],
];

Deno.test({
  name: "QUIC's headers are read as tshark does",
  ignore: ignore || captures.length === 0,
  async fn() {
    await compare([
      comparison({
        layer: "quic",
        protocol: "quic",
        asked: Object.keys(quicFields(NOTHING)),
        fields: (_, packet) => quicFields(packet),
      }),
    ], DIFFERENCES);
  },
});

const ethernet = net.ethernet({ dst: "02:00:00:00:00:02" });
const client = net.ipv4({ src: "192.0.2.1", dst: "192.0.2.2" });
const server = net.ipv4({ src: "192.0.2.2", dst: "192.0.2.1" });

Deno.test({
  name:
    "QUIC packets that were built are what tshark reads, version 2 included",
  ignore,
  async fn() {
    const udp = net.udp({ srcPort: 50000, dstPort: 443 });
    const dcid = octets("8394c8f03e515708");
    const scid = octets("f067a5502a4262b5");
    const content = new Uint8Array(1200).fill(7);
    const packets = [
      net.quic({ type: "initial", dcid, token: octets("746f6b656e"), content }),
      net.quic({ type: "zeroRtt", dcid, scid, content }),
      net.quic({ type: "handshake", dcid, scid, content }),
      net.quic({ type: "initial", version: "v2", dcid, content }),
      net.quic({ type: "handshake", version: "v2", dcid, scid, content }),
      net.quic({
        type: "retry",
        version: "v2",
        scid,
        token: octets("746f6b656e"),
        integrityTag: octets("c8646ce8bfe33952d955543665dcc7b6"),
      }),
      net.quic({ dcid, scid, supportedVersions: ["v1", "v2", 0x1a2a3a4a] }),
    ].map((quic) => net.build(ethernet, client, udp, quic));
    packets.push(
      net.build(
        ethernet,
        client,
        udp,
        net.quic({ type: "initial", dcid, scid, content }),
        net.quic({
          type: "handshake",
          dcid,
          scid,
          content: content.slice(900),
        }),
      ),
    );
    let count = 0;
    // Each for itself: tshark remembers connections.
    const options = ["-d", "udp.port==443,quic"];
    for (const packet of packets) {
      count += await same([packet], quicFields, options);
    }
    say(`${count} values of built QUIC packets compared with tshark`);
    assert.ok(count > 60);
  },
});

/** Those of tshark's names that SSH of ours has counterparts for. */
function sshFields(packet: Packet): Shown {
  const all = packet.layers.filter((layer) => layer.name === "ssh");
  const packets = all.filter(({ code }) => code !== undefined);
  const inits = all.filter(({ code }) => code === 20);
  const lists = (
    pick: (init: typeof inits[number]) => readonly string[] | undefined,
  ) => inits.flatMap((init) => pick(init)?.join(",") || []);
  return {
    "ssh.protocol": all.flatMap(({ identification }) => identification ?? []),
    "ssh.packet_length": packets.map(({ length }) => length),
    "ssh.padding_length": packets.map((one) => one.paddingLength!),
    "ssh.message_code": packets.map(({ code }) => code!),
    "ssh.padding_string": packets.map(({ padding }) => padding!.toHex()),
    "ssh.cookie": inits.map(({ cookie }) => cookie!.toHex()),
    "ssh.kex_algorithms": lists((one) => one.kexAlgorithms),
    "ssh.server_host_key_algorithms": lists((one) =>
      one.serverHostKeyAlgorithms
    ),
    "ssh.encryption_algorithms_client_to_server": lists((one) =>
      one.encryptionAlgorithmsClientToServer
    ),
    "ssh.encryption_algorithms_server_to_client": lists((one) =>
      one.encryptionAlgorithmsServerToClient
    ),
    "ssh.mac_algorithms_client_to_server": lists((one) =>
      one.macAlgorithmsClientToServer
    ),
    "ssh.mac_algorithms_server_to_client": lists((one) =>
      one.macAlgorithmsServerToClient
    ),
    "ssh.compression_algorithms_client_to_server": lists((one) =>
      one.compressionAlgorithmsClientToServer
    ),
    "ssh.compression_algorithms_server_to_client": lists((one) =>
      one.compressionAlgorithmsServerToClient
    ),
    "ssh.first_kex_packet_follows": inits.map((one) =>
      one.firstKexPacketFollows!
    ),
  };
}

Deno.test({
  name: "SSH in the clear is read as tshark does",
  ignore: ignore || captures.length === 0,
  async fn() {
    await compare([
      comparison({
        layer: "ssh",
        protocol: "ssh",
        asked: Object.keys(sshFields(NOTHING)),
        fields: (_, packet) => sshFields(packet),
      }),
    ], DIFFERENCES);
  },
});

Deno.test({
  name:
    "SSH of OpenSSH's, and packets that were built, are read as tshark does",
  ignore,
  async fn() {
    const said = octets(streamOctets.sshClient);
    const up = net.tcp({ srcPort: 40000, dstPort: 22, seq: 1, flags: ["ACK"] });
    const down = net.tcp({
      srcPort: 22,
      dstPort: 40000,
      seq: 1,
      flags: ["ACK"],
    });
    const packets = [
      net.build(ethernet, client, up, said),
      net.build(
        ethernet,
        server,
        down,
        net.ssh({ identification: "SSH-2.0-test_1 of ours" }),
        net.ssh({
          cookie: new Uint8Array(16).fill(5),
          kexAlgorithms: ["curve25519-sha256", "ext-info-s"],
          serverHostKeyAlgorithms: ["ssh-ed25519"],
          encryptionAlgorithmsClientToServer: ["aes256-ctr"],
          encryptionAlgorithmsServerToClient: ["aes256-ctr", "aes128-ctr"],
          macAlgorithmsClientToServer: ["hmac-sha2-256"],
          macAlgorithmsServerToClient: ["hmac-sha2-256"],
          compressionAlgorithmsClientToServer: ["none"],
          compressionAlgorithmsServerToClient: ["none"],
        }),
        net.ssh({ code: "newKeys" }),
      ),
    ];
    const count = await same(packets, sshFields);
    say(`${count} values of SSH compared with tshark`);
    assert.ok(count > 30);
  },
});

/** Those of tshark's names that WebSocket frames of ours have counterparts for. */
function websocketFields(frames: readonly net.WebsocketFrame[]): Shown {
  // Of a message in pieces tshark shows nothing but the whole.
  const plain = frames.filter(({ close, flags }) =>
    close === undefined && flags.includes("FIN")
  );
  const sent = (opcode: number) =>
    plain.filter((one) => one.opcode === opcode && one.length > 0)
      .map(({ payload }) =>
        payload instanceof Uint8Array ? payload.toHex() : String(payload)
      );
  return {
    "websocket.fin": frames.map(({ flags }) => Number(flags.includes("FIN"))),
    "websocket.opcode": frames.map(({ opcode }) => opcode),
    "websocket.mask": frames.map(({ masked }) => masked),
    "websocket.payload_length": frames.map(({ length }) => length),
    "websocket.payload_length_ext_16": frames.flatMap((one) =>
      one.length === 126 ? one.extendedLength! : []
    ),
    "websocket.payload_length_ext_64": frames.flatMap((one) =>
      one.length === 127 ? one.extendedLength! : []
    ),
    "websocket.masking_key": frames.flatMap(({ maskingKey }) =>
      maskingKey === undefined ? [] : [maskingKey.toHex()]
    ),
    "websocket.payload.close.status_code": frames.flatMap(({ close }) =>
      close?.code ?? []
    ),
    "websocket.payload.close.reason": frames.flatMap(({ close }) =>
      close === undefined ? [] : [String(close.reason)]
    ),
    "websocket.payload.text": sent(1),
    "websocket.payload.ping": sent(9),
    "websocket.payload.pong": sent(10),
  };
}

Deno.test({
  name:
    "WebSocket frames of Deno's, and others that were built, are read as tshark does",
  ignore,
  async fn() {
    // As a card takes it that cuts it up by itself: one packet has it all.
    const large = net.ipv4({
      src: "192.0.2.1",
      dst: "192.0.2.2",
      totalLength: 0,
    });
    const tcp = net.tcp({ srcPort: 40000, dstPort: 9, flags: ["ACK"], seq: 1 });
    const key = octets("37fa213d");
    const built = [
      net.websocket({ payload: "Hel", flags: [] }),
      net.websocket({ opcode: "continuation", payload: octets("6c6f") }),
      net.websocket({ opcode: "ping", payload: octets("48656c6c6f") }),
      net.websocket({ opcode: "pong", payload: octets("48"), maskingKey: key }),
      net.websocket({ payload: "x".repeat(70000), maskingKey: key }),
      net.websocket({ close: { code: "goingAway", reason: "bye" } }),
    ].map((frame) => net.build(large, tcp, frame).bytes.slice(40));
    const streams = [
      octets(streamOctets.websocketClient),
      octets(streamOctets.websocketServer),
      ...built,
    ];
    let count = 0;
    for (const stream of streams) {
      const packet = net.build(ethernet, large, tcp, stream);
      const frames = net.websocketFrames(stream);
      const options = ["-d", "tcp.port==9,websocket"];
      count += await same([packet], () => websocketFields(frames), options);
    }
    say(`${count} values of WebSocket frames compared with tshark`);
    assert.ok(count > 50);
  },
});
