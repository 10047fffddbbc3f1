// SPDX-License-Identifier: Apache-2.0
// What the user's phone or browser, or an administrator, does to a request; `who` and `what` come from the test.

export class Decisions {
  constructor(provider, errors, storage) {
    this.provider = provider;
    this.errors = errors;
    this.storage = storage;
  }

  async #grant(clientId, accountId, scope) {
    const grant = new this.provider.Grant({ clientId, accountId });
    grant.addOIDCScope(scope);
    await grant.save();
    return grant;
  }

  // What the ID token says about how the user was recognised; what is null is left out.
  static #how({ acr, amr, auth_time }) {
    return { acr: acr ?? undefined, amr: amr ?? undefined, authTime: auth_time ?? undefined };
  }

  #request(id) {
    return this.provider.BackchannelAuthenticationRequest.find(id, { ignoreExpiration: true });
  }

  async approve({ id, sub, ...how }) {
    const request = await this.#request(id);
    request.accountId = sub ?? request.accountId;
    const grant = await this.#grant(request.clientId, request.accountId, request.scope);
    await this.provider.backchannelResult(request, grant, Decisions.#how(how));
  }

  async deny({ id }) {
    await this.provider.backchannelResult(await this.#request(id), new this.errors.AccessDenied());
  }

  async expire({ id }) {
    this.storage.get("BackchannelAuthenticationRequest", id).exp = Math.floor(Date.now() / 1000) - 1;
  }

  async #device(userCode) {
    const code = await this.provider.DeviceCode.findByUserCode(userCode.replaceAll("-", ""), { ignoreExpiration: true });
    if (!code) throw new Error(`no device code for ${userCode}`);
    return code;
  }

  async approve_device({ id, account, ...how }) {
    const code = await this.#device(id);
    const scope = code.params.scope ?? "openid";
    const grant = await this.#grant(code.clientId, account, scope);
    Object.assign(code, Decisions.#how(how), { accountId: account, scope, grantId: grant.jti });
    await code.save();
  }

  async deny_device({ id }) {
    const code = await this.#device(id);
    Object.assign(code, { error: "access_denied", errorDescription: "the user refused" });
    await code.save();
  }

  async expire_device({ id }) {
    this.storage.get("DeviceCode", (await this.#device(id)).jti).exp = Math.floor(Date.now() / 1000) - 1;
  }

  async revoke_client({ id }) {
    this.storage.models.get("Client").delete(id);
  }
}
