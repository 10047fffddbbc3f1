// SPDX-License-Identifier: Apache-2.0
// Where the provider keeps clients, requests and tokens: in memory, within reach of the test.

export class Storage {
  models = new Map(); // of a Map from id to payload

  // What the provider asks for: an adapter for each kind of thing. Nothing is forgotten: the provider itself looks at
  // `exp`, and says expired_token only about what it still knows.
  adapter(kind) {
    if (!this.models.has(kind)) this.models.set(kind, new Map());
    const kept = this.models.get(kind);
    const by = async (member, value) => [...kept.values()].find((payload) => payload[member] === value);
    return {
      find: async (id) => kept.get(id),
      findByUid: (uid) => by("uid", uid),
      findByUserCode: (code) => by("userCode", code),
      upsert: async (id, payload) => { kept.set(id, payload); },
      destroy: async (id) => { kept.delete(id); },
      consume: async (id) => { kept.get(id).consumed = Math.floor(Date.now() / 1000); },
      revokeByGrantId: async (grant) => this.revoke(grant),
    };
  }

  revoke(grant) {
    for (const kept of this.models.values()) {
      for (const [id, payload] of kept) {
        if (payload.grantId === grant) kept.delete(id);
      }
    }
  }

  get(kind, id) {
    const payload = this.models.get(kind)?.get(id);
    if (!payload) throw new Error(`no ${kind} ${id}`);
    return payload;
  }
}
