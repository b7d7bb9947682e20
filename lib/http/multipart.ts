/**
 * Forms with files: `multipart/form-data`, written as it goes out.
 *
 * @module
 */

import { withFile } from "../file_failure.ts";

/** One part of a form: text, a number, octets, a Blob or File, a file by its path, or a stream. */
export type MultipartPart =
  | string
  | number
  | boolean
  | Uint8Array
  | Blob
  | {
    /** A file of this machine, read as it goes out. */
    readonly path: string;
    /** The name that the server hears. @default {the path's last part} */
    readonly name?: string | undefined;
    /** The part's content type. @default {"application/octet-stream"} */
    readonly type?: string | undefined;
  }
  | {
    /** Opens the octets, once for each try. */
    readonly open: () => ReadableStream<Uint8Array>;
    /** How many there are, if known. */
    readonly size?: number | undefined;
    /** The name that the server hears; none makes it a plain field. */
    readonly name?: string | undefined;
    /** The part's content type. @default {"application/octet-stream"} */
    readonly type?: string | undefined;
  };

/** The fields of a form; a list sends one part for each of its items. */
export type Multipart = Readonly<
  Record<string, MultipartPart | readonly MultipartPart[]>
>;

/** A form that is ready to go. */
export interface EncodedMultipart {
  /** The value of `Content-Type`, boundary included. */
  readonly type: string;
  /** Octets of the whole body; `undefined` if a part's size is not known. */
  readonly total: number | undefined;
  /** Whether it can be opened again: always. */
  readonly again: true;
  /** Opens it: a Blob when all is in memory, and a stream otherwise. */
  open(): Blob | ReadableStream<Uint8Array<ArrayBuffer>>;
}

interface Part {
  readonly head: Uint8Array<ArrayBuffer>;
  readonly size: number | undefined;
  readonly data: Blob | (() => ReadableStream<Uint8Array>);
}

const encoder = new TextEncoder();
const CRLF = encoder.encode("\r\n");

/**
 * Encodes a form.
 *
 * @param form The fields and files.
 * @returns The body and its type.
 * @see RFC 7578, RFC 2046 §5.1.1
 */
export function encodeMultipart(form: Multipart | FormData): EncodedMultipart {
  const boundary = `netrepl-${crypto.randomUUID()}`;
  const parts: Part[] = [];
  const pairs: Iterable<readonly [string, unknown]> = form instanceof FormData
    ? form.entries()
    : Object.entries(form).flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((one) =>
        [name, one] as const
      )
    );
  for (const [name, value] of pairs) {
    parts.push(encodePart(boundary, name, value as MultipartPart));
  }
  const end = encoder.encode(`--${boundary}--\r\n`);
  const total = parts.reduce<number | undefined>(
    (sum, { head, size }) =>
      sum === undefined || size === undefined
        ? undefined
        : sum + head.length + size + CRLF.length,
    end.length,
  );
  const inMemory = parts.every(({ data }) => data instanceof Blob);
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    total,
    again: true,
    open: () =>
      inMemory
        ? new Blob([
          ...parts.flatMap(({ head, data }) => [head, data as Blob, CRLF]),
          end,
        ])
        : ReadableStream.from(written(parts, end)),
  };
}

async function* written(
  parts: readonly Part[],
  end: Uint8Array<ArrayBuffer>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (const { head, data } of parts) {
    yield head;
    const stream = data instanceof Blob ? data.stream() : data();
    yield* stream as ReadableStream<Uint8Array<ArrayBuffer>>;
    yield CRLF;
  }
  yield end;
}

function encodePart(
  boundary: string,
  name: string,
  value: MultipartPart,
): Part {
  const head = (filename: string | undefined, type: string | undefined) => {
    const file = filename === undefined
      ? ""
      : `; filename="${escapeName(filename)}"`;
    const kind = type === undefined ? "" : `Content-Type: ${type}\r\n`;
    return encoder.encode(
      `--${boundary}\r\nContent-Disposition: form-data; name="${
        escapeName(name)
      }"${file}\r\n${kind}\r\n`,
    );
  };
  const OCTETS = "application/octet-stream";
  if (/^(string|number|boolean)$/.test(typeof value)) {
    const data = new Blob([`${value}`]);
    return { head: head(undefined, undefined), size: data.size, data };
  }
  if (value instanceof Uint8Array) {
    const data = new Blob([value as Uint8Array<ArrayBuffer>]);
    return { head: head(name, OCTETS), size: data.size, data };
  }
  if (value instanceof Blob) {
    const filename = value instanceof File ? value.name : "blob";
    const type = value.type || OCTETS;
    return { head: head(filename, type), size: value.size, data: value };
  }
  if (typeof value === "object" && value !== null && "path" in value) {
    const { path, type = OCTETS } = value;
    const filename = value.name ?? path.split("/").at(-1)!;
    const { size } = withFile("read", path, () => Deno.statSync(path));
    return { head: head(filename, type), size, data: () => fileStream(path) };
  }
  if (typeof value === "object" && value !== null && "open" in value) {
    const { open, size, name: filename, type = OCTETS } = value;
    return { head: head(filename, type), size, data: open };
  }
  throw new TypeError(
    `Cannot send a form as '${name}' must be text, octets, a Blob, { path } or { open }: current value is ${value}`,
  );
}

/** What browsers do to names that would end the quotes or the line (RFC 7578 §5.1). */
function escapeName(name: string): string {
  return name.replace(/[\r\n"]/g, (c) => encodeURIComponent(c));
}

/** Opens the file when the first octet is wanted; the stream's end closes it. */
function fileStream(path: string): ReadableStream<Uint8Array> {
  return ReadableStream.from((async function* () {
    using file = await withFile("read", path, () => Deno.open(path));
    const buffer = new Uint8Array(64 * 1024);
    let n: number | null;
    while ((n = await file.read(buffer)) !== null) yield buffer.slice(0, n);
  })());
}
