/**
 * What a file is, by the end of its name.
 *
 * @module
 */

const TEXT = ";charset=UTF-8";

const TYPES: Readonly<Record<string, string>> = {
  avif: "image/avif",
  bin: "application/octet-stream",
  cap: "application/vnd.tcpdump.pcap",
  cer: "application/pkix-cert",
  css: `text/css${TEXT}`,
  csv: `text/csv${TEXT}`,
  gif: "image/gif",
  gz: "application/gzip",
  htm: `text/html${TEXT}`,
  html: `text/html${TEXT}`,
  ico: "image/vnd.microsoft.icon",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  js: `text/javascript${TEXT}`,
  json: "application/json",
  jsonl: "application/jsonl",
  map: "application/json",
  md: `text/markdown${TEXT}`,
  mjs: `text/javascript${TEXT}`,
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  ogg: "audio/ogg",
  otf: "font/otf",
  p12: "application/pkcs12",
  pcap: "application/vnd.tcpdump.pcap",
  pcapng: "application/vnd.tcpdump.pcap",
  pdf: "application/pdf",
  pem: "application/x-pem-file",
  png: "image/png",
  svg: "image/svg+xml",
  tar: "application/x-tar",
  ts: `text/plain${TEXT}`,
  ttf: "font/ttf",
  txt: `text/plain${TEXT}`,
  wasm: "application/wasm",
  webm: "video/webm",
  webmanifest: "application/manifest+json",
  webp: "image/webp",
  woff: "font/woff",
  woff2: "font/woff2",
  xml: "application/xml",
  yaml: "application/yaml",
  yml: "application/yaml",
  zip: "application/zip",
  zst: "application/zstd",
};

/**
 * Names a file's media type.
 *
 * @param name Its name, or a path.
 * @returns The type; `application/octet-stream` if the ending is not known.
 * @see RFC 9110 §8.3.1, the registry of media types
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.http.mediaType("index.html"), "text/html;charset=UTF-8");
 * assert.equal(net.http.mediaType("core"), "application/octet-stream");
 * ```
 */
export function mediaType(name: string): string {
  const [, ending = ""] = /\.([^./]+)$/.exec(name) ?? [];
  const type = ending.toLowerCase();
  return Object.hasOwn(TYPES, type) ? TYPES[type]! : TYPES["bin"]!;
}
