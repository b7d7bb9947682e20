/**
 * Who asks: accounts are keys.
 *
 * @see RFC 8555 §7.3
 * @module
 */

import {
  isRecord,
  mustBeSignedBy,
  type PublicJwk,
  readPayload,
  readSignedRequest,
  type SignedRequest,
  thumbprint,
  token,
} from "./jws.ts";
import { AcmeProblem } from "./problem.ts";
import {
  type Account,
  accountDocument,
  type Answer,
  type Asked,
  mustOwn,
} from "./state.ts";

/** The accounts of an ACME server. */
export class Accounts {
  readonly #byId = new Map<string, Account>();
  readonly #byThumbprint = new Map<string, Account>();

  /** The account that signed, once its signature holds. */
  async signer(request: SignedRequest, origin: string): Promise<Account> {
    const { kid } = request.header;
    if (kid === undefined) {
      throw new AcmeProblem("malformed", "sign with kid: your account's URL");
    }
    const prefix = `${origin}/account/`;
    const account = kid.startsWith(prefix)
      ? this.#byId.get(kid.slice(prefix.length))
      : undefined;
    if (account === undefined) {
      throw new AcmeProblem(
        "accountDoesNotExist",
        `there is no account ${kid}`,
      );
    }
    await mustBeSignedBy(request, account.jwk);
    if (account.status !== "valid") {
      throw new AcmeProblem("unauthorized", "the account is deactivated");
    }
    return account;
  }

  /** Opens an account, or finds the one of this key (RFC 8555 §7.3). */
  async open(request: SignedRequest, url: string): Promise<Answer> {
    const { jwk } = request.header;
    if (jwk === undefined) {
      throw new AcmeProblem("malformed", "sign with jwk: the account's key");
    }
    await mustBeSignedBy(request, jwk);
    const payload = readPayload(request) ?? {};
    const print = await thumbprint(jwk);
    const known = this.#byThumbprint.get(print);
    if (known !== undefined) {
      return {
        location: `${url}/account/${known.id}`,
        body: accountDocument(known, url),
      };
    }
    if (payload.onlyReturnExisting === true) {
      throw new AcmeProblem("accountDoesNotExist", "no account has this key");
    }
    const account: Account = {
      id: token(),
      jwk,
      thumbprint: print,
      status: "valid",
      contact: contactOf(payload.contact) ?? [],
      orders: [],
    };
    this.#byId.set(account.id, account);
    this.#byThumbprint.set(print, account);
    return {
      status: 201,
      location: `${url}/account/${account.id}`,
      body: accountDocument(account, url),
    };
  }

  /** Shows an account, changed as asked (RFC 8555 §7.3.2). */
  show({ account, id, payload, url }: Asked): Answer {
    mustOwn(account.id === id);
    if (payload?.status === "deactivated") account.status = "deactivated";
    account.contact = contactOf(payload?.contact) ?? account.contact;
    return { body: accountDocument(account, url) };
  }

  /** Lists what an account ordered (RFC 8555 §7.1.2.1). */
  orders({ account, id, url }: Asked): Answer {
    mustOwn(account.id === id);
    return {
      body: { orders: account.orders.map((x) => `${url}/order/${x.id}`) },
    };
  }

  /** A new key for an account, signed by both (RFC 8555 §7.3.5). */
  async changeKey({ account, payload, request, url }: Asked): Promise<Answer> {
    const inner = readSignedRequest(payload);
    const { jwk } = inner.header;
    if (jwk === undefined || inner.header.url !== request.header.url) {
      throw new AcmeProblem(
        "malformed",
        "the inner request must have the new jwk and the same url",
      );
    }
    await mustBeSignedBy(inner, jwk);
    const change = readPayload(inner) ?? {};
    if (
      change.account !== `${url}/account/${account.id}` ||
      !isRecord(change.oldKey) ||
      await thumbprint(change.oldKey as PublicJwk) !== account.thumbprint
    ) {
      throw new AcmeProblem(
        "malformed",
        "the inner request must name the account and its old key",
      );
    }
    const print = await thumbprint(jwk);
    if (this.#byThumbprint.has(print)) {
      throw new AcmeProblem(
        "malformed",
        "another account has that key",
        {},
        409,
      );
    }
    this.#byThumbprint.delete(account.thumbprint);
    account.jwk = jwk;
    account.thumbprint = print;
    this.#byThumbprint.set(print, account);
    return { body: accountDocument(account, url) };
  }
}

function contactOf(value: unknown): string[] | undefined {
  return Array.isArray(value)
    ? value.filter((x) => typeof x === "string").slice(0, 10)
    : undefined;
}
