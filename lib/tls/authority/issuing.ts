/**
 * Issuing: to who asks, to who asks again, and to authorities below.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import type { Certificate } from "../certificate.ts";
import type { AlternativeName } from "./alternative_names.ts";
import { readConstraints } from "./constraints.ts";
import { Issued } from "./issued.ts";
import { Issuer } from "./issuer.ts";
import { keyType, kindOf } from "./key_type.ts";
import { checkUrls } from "./leaf.ts";
import { plainSerial } from "./ledger.ts";
import type {
  AuthorityUrls,
  IntermediateOptions,
  IssueOptions,
  RenewOptions,
} from "./options.ts";
import { PrivateKey } from "./private_key.ts";
import { isRsa, leafKind, type ValidityOptions } from "./profile.ts";
import { alternativeNames, listed } from "./request.ts";
import { checkNamed } from "./request_order.ts";
import { checkedSettings, keep, pathLengthOf } from "./state.ts";
import { writeSubject } from "./subject.ts";

const DAY = 86_400_000;

/** Issues a certificate with its key; see `Authority.issue`. */
export async function issueLeaf(
  issuer: Issuer,
  options: IssueOptions,
): Promise<Issued> {
  const verb = "issue a certificate";
  const kind = leafKind(options.kind ?? "server", verb);
  const names = alternativeNames(options, verb);
  const subject = writeSubject(options, verb);
  checkNamed(kind, names, subject, verb);
  const urls = options.urls && checkUrls(options.urls, verb);
  const type = keyType(
    options.keyType ?? issuer.settings.leafKeyType ?? "P-256",
    verb,
  );
  const key = options.key ?? await PrivateKey.generate(type);
  const certificate = await issuer.leaf({
    verb,
    kind,
    names,
    subject,
    publicKey: key.publicKey,
    rsa: isRsa(key.type),
    times: options,
    urls,
    mustStaple: options.mustStaple ?? false,
    requested: false,
  });
  return new Issued(certificate, issuer.between, key);
}

/** Issues a certificate in another's place; see `Authority.renew`. */
export async function renewLeaf(
  issuer: Issuer,
  which: string | { readonly serial: string },
  options: RenewOptions,
): Promise<Issued> {
  const { store } = issuer;
  const verb = "renew a certificate";
  await store.refresh();
  const record = store.ledger.find(plainSerial(which), "renew");
  const { kind, serial, certificate: old } = record;
  if (record.requested || kind === "authority") {
    throw new NetError("its key is not ours to make anew", {
      code: "requested",
      op: "renew",
      target: serial,
      hint: "authority.sign(newRequest, { renews: serial })",
    });
  }
  const key = options.key ??
    await PrivateKey.generate(kindOf(old.key) ?? "P-256");
  const certificate = await issuer.leaf({
    verb,
    kind,
    names: old.names as readonly AlternativeName[],
    subject: old.subject.der,
    publicKey: key.publicKey,
    rsa: isRsa(key.type),
    times: options,
    usualDays: daysOf(old),
    urls: options.urls ? checkUrls(options.urls, verb) : urlsOf(old),
    mustStaple: old.mustStaple,
    renews: serial,
    requested: false,
  });
  return new Issued(certificate, issuer.between, key);
}

/** Where another says that one may ask. */
function urlsOf(old: Certificate): AuthorityUrls {
  const { crlUrls: [crl], ocspUrls: [ocsp], issuerUrls: [issuer] } = old;
  return { crl, ocsp, issuer };
}

/** How many days another holds. */
function daysOf({ notBefore, notAfter }: Certificate): number {
  return (notAfter.getTime() - notBefore.getTime() + 1000) / DAY;
}

/** Makes an authority below; see `Authority.intermediate`. */
export async function issueAuthority(
  issuer: Issuer,
  options: IntermediateOptions,
): Promise<Issuer> {
  const verb = "make an intermediate authority";
  const settings = checkedSettings(options, verb);
  // The name is wanted, which plain JavaScript does not know.
  const subject = writeSubject({ ...options, name: options.name ?? "" }, verb);
  const constraints = readConstraints(
    listed("permitted", options.permitted, verb),
    listed("excluded", options.excluded, verb),
    verb,
  );
  const pathLength = pathLengthOf(options.pathLength ?? 0, verb);
  const type = keyType(options.keyType ?? issuer.key.type, verb);
  const key = await PrivateKey.generate(type);
  const certificate = await issuer.authority({
    verb,
    subject,
    name: options.name,
    publicKey: key.publicKey,
    times: options,
    pathLength,
    constraints,
  });
  return await keep([certificate, ...issuer.chain], key, settings, options);
}

/** Gives an authority below a later end; see `Authority.renewIntermediate`. */
export async function renewAuthority(
  issuer: Issuer,
  below: Issuer | undefined,
  options: ValidityOptions,
): Promise<Issuer> {
  const verb = "renew an intermediate authority";
  if (below === undefined) {
    throw new TypeError(
      `Cannot ${verb} as 'below' must be an authority, as open(folder) gives it`,
    );
  }
  const { ledger } = issuer.store;
  await issuer.store.refresh();
  let old = ledger.find(below.certificate.serial, "renew");
  // A renewal that was cut short is in the book, but not where it is used.
  while (old.renewedBy !== undefined) old = ledger.find(old.renewedBy, "renew");
  if (old.revoked !== undefined) {
    throw new NetError(`it was revoked: ${old.revoked.reason}`, {
      code: "revoked",
      op: "renew",
      target: below.certificate.serial,
      hint: "authority.intermediate({ name }) makes another, with a new key",
    });
  }
  const certificate = await issuer.sameAuthority(old, {
    verb,
    times: options,
    usualDays: daysOf(old.certificate),
  });
  const chain = [certificate, ...issuer.chain];
  await below.store.keepChain(chain.map((one) => one.toPem()).join(""));
  return new Issuer(chain, below.key, below.store, below.settings);
}
