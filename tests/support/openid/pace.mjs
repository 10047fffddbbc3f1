// SPDX-License-Identifier: Apache-2.0
// The provider announces no interval and never says slow_down. With this in front of it, it does both.

// 100 ms of grace: a client that counts from the moment at which it sent is not early.
const GRACE = 100;

export function keepPace(provider, seconds) {
  const before = new Map();
  provider.use(async (ctx, next) => {
    await next();
    const { route, params } = ctx.oidc ?? {};
    if (["backchannel_authentication", "device_authorization"].includes(route) && ctx.status === 200) {
      ctx.body = { ...ctx.body, interval: seconds };
    }
    if (route !== "token" || ctx.body?.error !== "authorization_pending") return;
    const id = params.auth_req_id ?? params.device_code;
    const now = Date.now();
    if (before.has(id) && now - before.get(id) < seconds * 1000 - GRACE) ctx.body = { error: "slow_down" };
    before.set(id, now);
  });
}
