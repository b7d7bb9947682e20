/** SCTP and DCCP as tshark shows them, field by field. */

import type { Comparison } from "./tshark.ts";
import { hex, layer, octets, of } from "./shown.ts";

const sctp = layer("sctp", "sctp", {
  "sctp.srcport": ({ srcPort }) => srcPort,
  "sctp.dstport": ({ dstPort }) => dstPort,
  "sctp.verification_tag": (one) => hex(one.verificationTag, 8),
  "sctp.checksum": ({ checksum }) => hex(checksum, 8),
  "sctp.data_tsn_raw": ({ chunks }) => of(chunks, "data").map(({ tsn }) => tsn),
  "sctp.data_sid": ({ chunks }) =>
    of(chunks, "data").map(({ streamId }) => hex(streamId, 4)),
  "sctp.data_ssn": ({ chunks }) =>
    of(chunks, "data").map((one) => one.streamSequence),
  "sctp.data_payload_proto_id": ({ chunks }) =>
    of(chunks, "data").map((one) => one.payloadProtocol),
  "sctp.data_e_bit": ({ chunks }) =>
    of(chunks, "data", "iData").map(({ ending }) => ending),
  "sctp.data_b_bit": ({ chunks }) =>
    of(chunks, "data", "iData").map(({ beginning }) => beginning),
  "sctp.data_u_bit": ({ chunks }) =>
    of(chunks, "data", "iData").map(({ unordered }) => unordered),
  "sctp.data_i_bit": ({ chunks }) =>
    of(chunks, "data", "iData").map(({ immediate }) => immediate),
  "sctp.init_initiate_tag": ({ chunks }) =>
    of(chunks, "init").map((one) => hex(one.initiateTag, 8)),
  "sctp.init_credit": ({ chunks }) =>
    of(chunks, "init").map(({ window }) => window),
  "sctp.init_nr_out_streams": ({ chunks }) =>
    of(chunks, "init").map((one) => one.outboundStreams),
  "sctp.init_nr_in_streams": ({ chunks }) =>
    of(chunks, "init").map((one) => one.inboundStreams),
  "sctp.init_initial_tsn": ({ chunks }) =>
    of(chunks, "init").map(({ initialTsn }) => initialTsn),
  "sctp.initack_initiate_tag": ({ chunks }) =>
    of(chunks, "initAck").map((one) => hex(one.initiateTag, 8)),
  "sctp.initack_credit": ({ chunks }) =>
    of(chunks, "initAck").map(({ window }) => window),
  "sctp.initack_initial_tsn": ({ chunks }) =>
    of(chunks, "initAck").map(({ initialTsn }) => initialTsn),
  "sctp.sack_cumulative_tsn_ack_raw": ({ chunks }) =>
    of(chunks, "sack").map((one) => one.cumulativeTsn),
  "sctp.sack_a_rwnd": ({ chunks }) =>
    of(chunks, "sack").map(({ window }) => window),
  "sctp.sack_number_of_gap_blocks": ({ chunks }) =>
    of(chunks, "sack").map(({ blockCount }) => blockCount),
  "sctp.sack_number_of_duplicated_tsns": ({ chunks }) =>
    of(chunks, "sack").map((one) => one.duplicateCount),
  "sctp.sack_gap_block_start": ({ chunks }) =>
    of(chunks, "sack").flatMap((one) => one.blocks.map(({ start }) => start)),
  "sctp.sack_gap_block_end": ({ chunks }) =>
    of(chunks, "sack").flatMap((one) => one.blocks.map(({ end }) => end)),
  "sctp.sack_duplicate_tsn": ({ chunks }) =>
    of(chunks, "sack").flatMap(({ duplicates }) => duplicates),
  "sctp.shutdown_cumulative_tsn_ack": ({ chunks }) =>
    of(chunks, "shutdown").map((one) => one.cumulativeTsn),
  "sctp.cookie": ({ chunks }) =>
    of(chunks, "cookieEcho").map(({ cookie }) => octets(cookie)),
  "sctp.abort_t_bit": ({ chunks }) =>
    of(chunks, "abort").map(({ reflected }) => reflected),
  "sctp.shutdown_complete_t_bit": ({ chunks }) =>
    of(chunks, "shutdownComplete").map(({ reflected }) => reflected),
  "sctp.forward_tsn_tsn": ({ chunks }) =>
    of(chunks, "forwardTsn").map((one) => one.cumulativeTsn),
  "sctp.forward_tsn_sid": ({ chunks }) =>
    of(chunks, "forwardTsn").flatMap((one) => one.streams.map(({ id }) => id)),
  "sctp.forward_tsn_ssn": ({ chunks }) =>
    of(chunks, "forwardTsn").flatMap((one) =>
      one.streams.map(({ sequence }) => sequence)
    ),
  "sctp.ecne_lowest_tsn": ({ chunks }) =>
    of(chunks, "ecnEcho").map(({ lowestTsn }) => lowestTsn),
  "sctp.cwr_lowest_tsn": ({ chunks }) =>
    of(chunks, "cwr").map(({ lowestTsn }) => lowestTsn),
  "sctp.parameter_ipv4_address": ({ chunks }) =>
    of(chunks, "init", "initAck").flatMap(({ parameters }) =>
      of(parameters, "ipv4").map(({ address }) => `${address}`)
    ),
  "sctp.parameter_ipv6_address": ({ chunks }) =>
    of(chunks, "init", "initAck").flatMap(({ parameters }) =>
      of(parameters, "ipv6").map(({ address }) => `${address}`)
    ),
  "sctp.parameter_state_cookie": ({ chunks }) =>
    of(chunks, "initAck").flatMap(({ parameters }) =>
      of(parameters, "stateCookie").map((one) => octets(one.octets))
    ),
  "sctp.parameter_heartbeat_information": ({ chunks }) =>
    of(chunks, "heartbeat", "heartbeatAck").flatMap(({ parameters }) =>
      of(parameters, "heartbeatInfo").map((one) => octets(one.octets))
    ),
  "sctp.parameter_supported_address_type": ({ chunks }) =>
    of(chunks, "init", "initAck").flatMap(({ parameters }) =>
      of(parameters, "supportedAddressTypes").flatMap(({ types }) => types)
    ),
  "sctp.supported_chunk_type": ({ chunks }) =>
    of(chunks, "init", "initAck").flatMap(({ parameters }) =>
      of(parameters, "supportedExtensions").flatMap(({ types }) => types)
    ),
  "sctp.adaptation_layer_indication": ({ chunks }) =>
    of(chunks, "init", "initAck").flatMap(({ parameters }) =>
      of(parameters, "adaptation").map(({ code }) => hex(code, 8))
    ),
});

const dccp = layer("dccp", "dccp", {
  "dccp.srcport": ({ srcPort }) => srcPort,
  "dccp.dstport": ({ dstPort }) => dstPort,
  "dccp.data_offset": ({ dataOffset }) => dataOffset,
  "dccp.ccval": ({ ccVal }) => ccVal,
  "dccp.cscov": ({ checksumCoverage }) => checksumCoverage,
  "dccp.checksum": ({ checksum }) => hex(checksum, 4),
  "dccp.type": ({ type }) => type,
  "dccp.x": ({ extended }) => extended,
  // Short numbers have no field of this name.
  "dccp.seq_raw": ({ extended, sequenceNumber }) =>
    extended === 1 ? sequenceNumber : undefined,
  "dccp.ack_raw": ({ extended, acknowledgmentNumber }) =>
    extended === 1 ? acknowledgmentNumber : undefined,
  "dccp.service_code": ({ serviceCode }) => serviceCode,
  "dccp.reset_code": ({ resetCode }) => resetCode,
  "dccp.data1": ({ resetData }) => resetData?.[0],
  "dccp.option_type": ({ options }) =>
    options.map(({ kind }) => OPTIONS[kind] ?? Number(kind)),
  "dccp.feature_number": ({ options }) =>
    of(options, "changeL", "confirmL", "changeR", "confirmR").map((one) =>
      one.feature
    ),
  "dccp.timestamp": ({ options }) =>
    of(options, "timestamp").map(({ time }) => time),
});

/** The numbers of options that the captures have. */
const OPTIONS: Readonly<Record<string, number>> = {
  padding: 0,
  mandatory: 1,
  slowReceiver: 2,
  changeL: 32,
  confirmL: 33,
  changeR: 34,
  confirmR: 35,
  initCookie: 36,
  ndpCount: 37,
  ackVector0: 38,
  ackVector1: 39,
  dataDropped: 40,
  timestamp: 41,
  timestampEcho: 42,
  elapsedTime: 43,
  dataChecksum: 44,
};

/** Transport layers. */
export const TRANSPORT: readonly Comparison[] = [sctp, dccp];
