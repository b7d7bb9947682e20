/**
 * A certificate authority of one's own.
 *
 * @see RFC 5280
 * @module
 */

import { card } from "../../inspect/card.ts";
import type { Certificate } from "../certificate.ts";
import type { RevocationReason } from "../certificates/crl_entries.ts";
import { writePkcs12 } from "../pkcs12.ts";
import { inspectCanvas, type Issued, Signed } from "./issued.ts";
import type { Issuer } from "./issuer.ts";
import {
  issueAuthority,
  issueLeaf,
  renewAuthority,
  renewLeaf,
} from "./issuing.ts";
import type { KeyType } from "./key_type.ts";
import type { IssueRecord } from "./ledger.ts";
import type { OcspHandler } from "./ocsp_responder.ts";
import type {
  IntermediateOptions,
  IssueOptions,
  ListOptions,
  Pkcs12Options,
  RenewOptions,
  ResponderOptions,
  SignOptions,
} from "./options.ts";
import type { ValidityOptions } from "./profile.ts";
import { due, type Renewal, type RenewalOptions, watch } from "./renewals.ts";
import { readRequest } from "./request.ts";
import { requestOrder } from "./request_order.ts";
import type { SignedList } from "./revocation_list.ts";
import { listRevoked, responderOf, revokeIn } from "./revoking.ts";
import {
  type InstallOptions,
  type TrustInstructions,
  trustInstructions,
} from "./trust_store.ts";

/**
 * A certificate authority: it issues certificates, keeps book of them, and tells
 * who asks which of them are revoked. `create` and `open` give it out.
 *
 * @see RFC 5280, RFC 6960
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const root = await net.tls.authority.create({ name: "Lab Root" });
 * const ca = await root.intermediate({ name: "Lab CA", permitted: ["lab.example"] });
 * const site = await ca.issue({ hosts: ["www.lab.example"] });
 * assert.equal(site.chain[0], ca.certificate);
 * await assert.rejects(ca.issue({ hosts: ["example.org"] }), RangeError);
 * await ca.revoke(site.serial, "keyCompromise");
 * assert.equal((await ca.crl()).size, 1);
 * ```
 */
export class Authority {
  /** What it is called. */
  readonly name: string;
  /** Its own certificate. */
  readonly certificate: Certificate;
  /** Its own certificate first, the root last. */
  readonly chain: readonly Certificate[];
  /**
   * Answers OCSP over HTTP: `Deno.serve(ca.ocsp)`, or as a route's handler
   * `({ request }) => ca.ocsp(request)`. It signs with the authority's own key;
   * {@linkcode Authority.responder} is for others.
   */
  declare readonly ocsp: OcspHandler;
  readonly #issuer: Issuer;

  /**
   * Takes what signs and keeps book; `create` and `open` make it.
   *
   * @param issuer It.
   */
  constructor(issuer: Issuer) {
    this.#issuer = issuer;
    this.chain = issuer.chain;
    this.certificate = issuer.certificate;
    const { subject } = this.certificate;
    this.name = subject.commonName ?? `${subject}`;
    Object.defineProperty(this, "ocsp", { value: this.responder() });
  }

  /** The root: what those who are to trust it need. */
  get root(): Certificate {
    return this.chain.at(-1)!;
  }

  /** The root in PEM, as `caCerts: [ca.pem]` and `curl --cacert` take it. */
  get pem(): string {
    return this.root.toPem();
  }

  /** The folder with its state; nothing if all is in memory. */
  get folder(): string | undefined {
    return this.#issuer.store.folder;
  }

  /** The kind of its own key. */
  get keyType(): KeyType {
    return this.#issuer.key.type;
  }

  /**
   * Issues a certificate, with a new key unless there is one.
   *
   * A server's has its names as alternative names alone, as browsers look
   * nowhere else, and an empty subject unless `name` is given.
   *
   * @param options For whom, and what for.
   * @returns Certificate, chain and key.
   * @throws {TypeError} If a name is none, or there is none.
   * @throws {RangeError} If it would hold too long, or is for names that this
   * authority may not issue for.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const ca = await net.tls.authority.create({ name: "Lab CA" });
   * const site = await ca.issue({ hosts: ["bücher.lab", "*.lab.example", "::1"] });
   * assert.deepEqual(
   *   site.certificate.names.map(({ value }) => value),
   *   ["xn--bcher-kva.lab", "*.lab.example", "::1"],
   * );
   * const ada = await ca.issue({ kind: "client", name: "Ada", days: 30 });
   * assert.deepEqual(ada.certificate.extendedKeyUsage, ["clientAuth"]);
   * ```
   */
  issue(options: IssueOptions): Promise<Issued> {
    return issueLeaf(this.#issuer, options);
  }

  /**
   * Signs a request, after a check that who made it has the key. Of what it
   * asks, only what `take` names is taken over, and checked as our own wishes
   * are; a request to be an authority never is.
   *
   * @param csr The request, PEM or DER.
   * @param options What it is for, and what is taken over.
   * @returns Certificate and chain.
   * @throws {DecodeError} If it is none, or not signed with its own key.
   * @throws {TypeError} If it asks for what cannot be.
   * @throws {RangeError} If its key is too weak, or it would hold too long.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const ca = await net.tls.authority.create({ name: "Lab CA" });
   * const { pem } = await net.tls.authority.request({ hosts: ["asked.lab"] });
   * const signed = await ca.sign(pem, { hosts: ["given.lab"] });
   * assert.equal(signed.certificate.names[0]?.value, "given.lab");
   * ```
   */
  async sign(
    csr: string | Uint8Array,
    options: SignOptions = {},
  ): Promise<Signed> {
    const order = requestOrder(await readRequest(csr), options);
    const certificate = await this.#issuer.leaf(order);
    return new Signed(certificate, this.#issuer.between);
  }

  /**
   * Makes an authority below this one.
   *
   * Where names are permitted, nothing else is: RFC 5280 would leave kinds of
   * names free of which no permission speaks.
   *
   * @param options What it is called, what it may issue, and where it is kept.
   * @returns The authority.
   * @throws {RangeError} If no authority may be below this one, or not so many.
   * @throws {TypeError} If a constraint is none.
   * @see RFC 5280 §4.2.1.9 and §4.2.1.10
   */
  async intermediate(options: IntermediateOptions): Promise<Authority> {
    return new Authority(await issueAuthority(this.#issuer, options));
  }

  /**
   * Gives an authority below this one a certificate with a later end, for the
   * same name, key and constraints: what it issued goes on to hold.
   *
   * @param below The authority; its folder has the new certificate afterwards.
   * @param options Until when. @default {as long as the old one, at most as this}
   * @returns The authority with its new certificate.
   * @throws {TypeError} If it is no authority.
   * @throws {RangeError} If it would hold longer than this one.
   * @throws {NetError} `"not-found"` if this one did not make it, or `"revoked"`.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const root = await net.tls.authority.create({ name: "Lab Root" });
   * const old = await root.intermediate({ name: "Lab CA", days: 30 });
   * const ca = await root.renewIntermediate(old, { days: 1825 });
   * assert.equal(ca.certificate.daysLeft(), 1824);
   * ```
   */
  async renewIntermediate(
    below: Authority,
    options: ValidityOptions = {},
  ): Promise<Authority> {
    // A folder's name or a certificate has no key to go on with.
    const issuer = below instanceof Authority ? below.#issuer : undefined;
    return new Authority(await renewAuthority(this.#issuer, issuer, options));
  }

  /**
   * Lists what was issued, by other processes that use the folder too.
   *
   * @returns A record of each, in order.
   * @throws {NetError} `"damaged"` if the index cannot be read.
   */
  async issued(): Promise<readonly IssueRecord[]> {
    const { store } = this.#issuer;
    await store.refresh();
    return store.ledger.records;
  }

  /**
   * Revokes a certificate. To revoke it again changes nothing, unless it was
   * only on hold; `"removeFromCRL"` ends a hold.
   *
   * @param which Its serial number, or itself.
   * @param reason Why. @default {"unspecified"}
   * @returns What is known of it now.
   * @throws {NetError} `"not-found"` if this authority did not issue it.
   * @throws {TypeError} If there is no such reason.
   * @see RFC 5280 §5.3.1
   */
  revoke(
    which: string | { readonly serial: string },
    reason: RevocationReason = "unspecified",
  ): Promise<IssueRecord> {
    return revokeIn(this.#issuer.store, which, reason);
  }

  /**
   * Issues a certificate in the place of another: same names, same kind, same
   * addresses to ask at, as long (but not longer than this authority holds),
   * with a new key.
   *
   * @param which The other's serial number, or itself.
   * @param options A key, or another time.
   * @returns The new one.
   * @throws {NetError} `"not-found"`, `"renewed"` if that has been done, or
   * `"requested"` if the key is somebody else's.
   */
  renew(
    which: string | { readonly serial: string },
    options: RenewOptions = {},
  ): Promise<Issued> {
    return renewLeaf(this.#issuer, which, options);
  }

  /**
   * Watches over what was issued: a loop over it is told of each certificate
   * that is about to end, and again at each look until it is renewed.
   *
   * @param options How early, how often, until when.
   * @returns What has to be renewed.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const ca = await net.tls.authority.create({ name: "Lab CA" });
   * const old = await ca.issue({ hosts: ["box.lab"], days: 3 });
   * for await (const due of ca.renewals({ days: 30 })) {
   *   const fresh = await due.renew({ days: 90 });
   *   assert.equal(fresh.certificate.names[0]?.value, "box.lab");
   *   break;
   * }
   * const [record] = await ca.issued();
   * assert.equal(record?.serial, old.serial);
   * assert.ok(record?.renewedBy);
   * ```
   */
  renewals(
    options: RenewalOptions = {},
  ): AsyncGenerator<Renewal, undefined, void> {
    return watch(this, options);
  }

  /**
   * Lists what ends within some days and is neither revoked nor renewed.
   *
   * @param days How many. @default {30}
   * @returns The most urgent first.
   */
  expiring(days = 30): Promise<Renewal[]> {
    return due(this, days);
  }

  /**
   * Makes a revocation list, with a number greater than any before.
   *
   * @param options How long it holds.
   * @returns The list, signed.
   * @throws {RangeError} If it would hold no time at all.
   * @see RFC 5280 §5
   */
  crl(options: ListOptions = {}): Promise<SignedList> {
    return listRevoked(this.#issuer, options);
  }

  /**
   * Makes an OCSP responder for what this authority issued.
   *
   * @param options Who signs the answers, and how long they hold.
   * @returns A handler for `Deno.serve` and the like.
   * @throws {RangeError} If they would hold no time at all, or who signs may not.
   * @see RFC 6960 appendix A
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const ca = await net.tls.authority.create({ name: "Lab CA" });
   * const signer = await ca.issue({ kind: "ocsp", name: "Lab OCSP" });
   * const answer = ca.responder({ signer, validity: 3_600_000 });
   * const response = await answer(new Request("http://ocsp.lab/", { method: "POST", body: "?" }));
   * // ENUMERATED 1: the request is malformed.
   * assert.equal((await response.bytes()).toHex(), "30030a0101");
   * ```
   */
  responder(options: ResponderOptions = {}): OcspHandler {
    return responderOf(this.#issuer, options);
  }

  /**
   * Packs a certificate, its chain and its key for browsers and devices, as
   * they import it: a file with the ending `.p12` or `.pfx`.
   *
   * @param issued What to pack.
   * @param options The password, and for whom.
   * @returns The octets of the file.
   * @throws {TypeError} If there is no password.
   * @see RFC 7292
   */
  pkcs12(
    issued: Issued,
    options: Pkcs12Options,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { certificate, chain } = issued;
    // That a password is wanted is said where it is used.
    const { name, password, legacy = false } = options ?? {} as Pkcs12Options;
    return writePkcs12({
      key: issued.privateKey.toPkcs8(),
      certificates: [certificate, ...chain, this.root].map(({ der }) => der),
      name: name ?? certificate.subject.commonName ??
        certificate.names[0]?.value ?? certificate.serial,
      password,
      legacy,
    });
  }

  /**
   * Says how systems and programs come to trust the root; nothing is run.
   *
   * @param options Where the root's PEM is, and for which stores.
   * @returns The steps, this system's first.
   * @throws {TypeError} If a store is not known.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const ca = await net.tls.authority.create({ name: "Lab CA" });
   * const { steps } = ca.install({ stores: ["fedora"], file: "/tmp/lab.pem" });
   * assert.deepEqual(steps[0]?.commands, [["trust", "anchor", "--store", "/tmp/lab.pem"]]);
   * ```
   */
  install(options: InstallOptions = {}): TrustInstructions {
    return trustInstructions(this.root, options);
  }

  /** What it is, without its key. */
  toJSON(): Record<string, unknown> {
    const { name, keyType, folder, certificate } = this;
    return { name, keyType, folder, certificate };
  }

  /** What it is, as a card without its key. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: unknown,
  ): string {
    const { certificate, chain, keyType, folder } = this;
    const { records } = this.#issuer.store.ledger;
    const revoked = records.filter((one) => one.revoked !== undefined).length;
    const above = chain.slice(1).map(({ subject }) => `${subject}`);
    return card(`Authority ${this.name}`, [
      ["key", keyType],
      ["below", above.join(" < ") || "nobody: it is a root"],
      ["until", certificate.notAfter.toISOString().slice(0, 10)],
      ["issued", `${records.length}`, "number"],
      ["revoked", `${revoked}`, revoked > 0 ? "warn" : "number"],
      ["state", folder ?? "in memory"],
    ], inspectCanvas(options));
  }
}
