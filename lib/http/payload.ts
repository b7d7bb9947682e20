/**
 * What a request carries: from the caller's values to octets.
 *
 * @module
 */

import { encodeMultipart, type Multipart } from "./multipart.ts";

/** A value of a form or of a URL's query; `undefined` leaves it out. */
export type QueryValue = string | number | boolean | undefined;

/** Values by name; a list stands for its items, each under that name. */
export type QueryFields = Readonly<
  Record<string, QueryValue | readonly QueryValue[]>
>;

/**
 * Lists fields as they are sent.
 *
 * @param fields Values by name.
 * @returns Names and values, in their order.
 */
export function pairsOf(fields: QueryFields): [string, string][] {
  return Object.entries(fields).flatMap(([name, values]) =>
    [values].flat().filter((value) => value !== undefined && value !== null)
      .map((value): [string, string] => [name, `${value}`])
  );
}

/** A body as the caller may give it; a function gives a new stream for each try. */
export type HttpBody =
  | string
  | Uint8Array
  | ArrayBuffer
  | Blob
  | URLSearchParams
  | FormData
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | (() => ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>);

/** How far an upload or a download has come. */
export interface Progress {
  /** Octets that have gone or come. */
  readonly done: number;
  /** Octets in all; `undefined` if nobody knows. */
  readonly total: number | undefined;
}

/** The ways to say what a request carries, of which one may be used. */
export interface PayloadOptions {
  /** The body as it is. */
  body?: HttpBody | undefined;
  /** A value to send as JSON. */
  json?: unknown;
  /** Fields to send as a web form does. */
  form?: QueryFields | undefined;
  /** Fields and files to send as `multipart/form-data`. */
  multipart?: Multipart | undefined;
  /** Called as octets leave; the body then goes out in chunks, without `Content-Length`. */
  onUpload?: ((progress: Progress) => void) | undefined;
}

/** A body that is ready to go. */
export interface Payload {
  /** The value of `Content-Type`, where the kind of body says it. */
  readonly type: string | undefined;
  /** Whether it can be opened again. */
  readonly again: boolean;
  /** The octets, where they are at hand. */
  readonly octets: Uint8Array | undefined;
  /** Opens it, for one try. */
  open(): BodyInit;
}

/** Octets of one chunk out of a body that is at hand. */
const CHUNK = 64 * 1024;
const encoder = new TextEncoder();

/**
 * Makes the body of a request.
 *
 * @param options The one way in which it is given.
 * @returns The body, or `undefined` for none.
 * @throws {TypeError} If it is given in two ways, or in none that we know.
 */
export function payload(options: PayloadOptions): Payload | undefined {
  const { body, json, form, multipart, onUpload } = options;
  if (
    body === undefined && json === undefined && form === undefined &&
    multipart === undefined
  ) return undefined;
  const given = Object.entries({ body, json, form, multipart })
    .filter(([, value]) => value !== undefined).map(([name]) => name);
  if (given.length > 1) {
    throw new TypeError(
      `Cannot send a request as its body must be given in one way: current ways are ${
        given.join(" and ")
      }`,
    );
  }
  const plain = json !== undefined
    ? ofOctets(encoder.encode(jsonOf(json)), "application/json")
    : form !== undefined
    ? ofBody(new URLSearchParams(pairsOf(form)))
    : multipart !== undefined
    ? ofMultipart(multipart)
    : ofBody(body!);
  return onUpload ? watched(plain, onUpload) : plain;
}

function jsonOf(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text !== undefined) return text;
  throw new TypeError(
    `Cannot send a request as 'json' must be a value that JSON has: current value is ${
      Deno.inspect(value)
    }`,
  );
}

interface Sized extends Payload {
  readonly total?: number | undefined;
}

function ofOctets(octets: Uint8Array, type?: string): Sized {
  const open = () => octets as Uint8Array<ArrayBuffer>;
  return { type, again: true, octets, total: octets.length, open };
}

function ofBody(body: HttpBody): Sized {
  if (typeof body === "string") {
    return ofOctets(encoder.encode(body), "text/plain;charset=UTF-8");
  }
  if (body instanceof Uint8Array) return ofOctets(body);
  if (body instanceof ArrayBuffer) return ofOctets(new Uint8Array(body));
  if (body instanceof URLSearchParams) {
    return ofOctets(
      encoder.encode(`${body}`),
      "application/x-www-form-urlencoded;charset=UTF-8",
    );
  }
  if (body instanceof Blob) {
    const type = body.type === "" ? undefined : body.type;
    const open = () => body;
    return { type, again: true, octets: undefined, total: body.size, open };
  }
  if (body instanceof FormData) return ofMultipart(body);
  if (typeof body === "function") {
    const open = () => toStream(body());
    return { type: undefined, again: true, octets: undefined, open };
  }
  if (body instanceof ReadableStream || Symbol.asyncIterator in Object(body)) {
    const open = () => toStream(body);
    return { type: undefined, again: false, octets: undefined, open };
  }
  throw new TypeError(
    `Cannot send a request as 'body' must be text, octets, a form, a Blob or a stream, and other values go as 'json': current value is ${
      Deno.inspect(body)
    }`,
  );
}

function ofMultipart(parts: Multipart | FormData): Sized {
  const { type, total, again, open } = encodeMultipart(parts);
  return { type, again, octets: undefined, total, open };
}

function toStream(
  source: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const stream = source instanceof ReadableStream
    ? source
    : ReadableStream.from(source);
  return stream as ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** The same body, and word of each chunk that the runtime takes. */
function watched(
  body: Sized,
  tell: (progress: Progress) => void,
): Payload {
  const { type, again, octets, total } = body;
  const open = (): BodyInit => {
    let done = 0;
    const counter = new TransformStream<
      Uint8Array<ArrayBuffer>,
      Uint8Array<ArrayBuffer>
    >({
      transform(chunk, controller) {
        done += chunk.length;
        controller.enqueue(chunk);
        tell({ done, total });
      },
    });
    const opened = octets ? inChunks(octets) : body.open();
    const stream = opened instanceof ReadableStream
      ? opened
      : (opened as Blob).stream();
    return stream.pipeThrough(counter);
  };
  return { type, again, octets, open };
}

function inChunks(octets: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= octets.length) return controller.close();
      controller.enqueue(octets.slice(at, at += CHUNK));
    },
  }, { highWaterMark: 0 });
}
