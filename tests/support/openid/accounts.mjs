// SPDX-License-Identifier: Apache-2.0
// The accounts of the provider: which there are, their claims, and the codes that only they know.

export class Accounts {
  // known: {"name": {claim: value}}; codes: {"name": "user code"}, or null if none is needed.
  constructor(known, codes, errors) {
    this.known = known;
    this.codes = codes;
    this.errors = errors;
  }

  find(name) {
    if (!Object.hasOwn(this.known, name)) return undefined;
    return { accountId: name, claims: () => ({ sub: name, ...this.known[name] }) };
  }

  checkUserCode(account, code) {
    if (this.codes === null) return;
    if (code === undefined) throw new this.errors.MissingUserCode("a user code is needed");
    if (this.codes[account.accountId] !== code) throw new this.errors.InvalidUserCode("the user code is wrong");
  }
}
