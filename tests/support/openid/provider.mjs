// SPDX-License-Identifier: Apache-2.0
// usage: provider.mjs MODULES DESCRIPTOR (countersign/openid/oidc_provider.py)
// The npm package oidc-provider over TLS on loopback. Lines of JSON: the first one that comes in has the settings, each
// other one an order; each one on DESCRIPTOR tells of an event or answers an order (the package itself writes to the
// standard output). The end of the input ends it.
import { once } from "node:events";
import { readFileSync, writeSync } from "node:fs";
import https from "node:https";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

import "./older_node.mjs";
import { Accounts } from "./accounts.mjs";
import { makeConfiguration } from "./configuration.mjs";
import { Decisions } from "./decisions.mjs";
import { keepPace } from "./pace.mjs";
import { Storage } from "./storage.mjs";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (event) => writeSync(Number(process.argv[3]), `${JSON.stringify(event)}\n`);
const settings = JSON.parse((await lines.next()).value);
const { Provider, errors } = await import(pathToFileURL(`${process.argv[2]}/oidc-provider/lib/index.js`));

const server = https.createServer({
  key: readFileSync(settings.key), cert: readFileSync(settings.certificate), ca: readFileSync(settings.authority),
  requestCert: true, rejectUnauthorized: false, // a client without a certificate may come too
});

async function listen(port) {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server.address().port;
}

const port = await listen(settings.port);
const issuer = `https://127.0.0.1:${port}`;
const storage = new Storage();
const accounts = new Accounts(settings.accounts, settings.user_codes, errors);

function noticeCiba(request) {
  const { login_hint, binding_message, acr_values, requested_expiry, user_code, scope } = request.params;
  say({ event: "pending", kind: "ciba", client: request.clientId, auth_req_id: request.jti,
    login_hint, binding_message, acr_values, requested_expiry, user_code, scope });
}

const provider = new Provider(issuer, makeConfiguration(settings, storage, accounts, noticeCiba));
provider.on("server_error", (ctx, error) => console.error(error));
const clients = storage.adapter("Client");
for (const client of settings.clients) await clients.upsert(client.client_id, client);
provider.use(async (ctx, next) => { // the outermost: the test knows of a request before its client has the answer
  await next();
  say({ event: "answered", method: ctx.method, path: ctx.path, status: ctx.status });
});
if (settings.interval !== null) keepPace(provider, settings.interval);
provider.use(async (ctx, next) => {
  await next();
  if (ctx.oidc?.route === "device_authorization" && ctx.status === 200) {
    say({ event: "pending", kind: "device", client: ctx.oidc.client.clientId, user_code: ctx.body.user_code,
      scope: ctx.oidc.params.scope, acr_values: ctx.oidc.params.acr_values });
  }
});
server.on("request", provider.callback());

const orders = Object.assign(new Decisions(provider, errors, storage), {
  settle: async () => {}, // every event so far comes before its answer
  start: async () => { await listen(port); },
  stop: async () => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  },
});

say({ event: "ready", port });
for await (const line of lines) {
  const { number, order, ...what } = JSON.parse(line);
  try {
    await orders[order](what);
    say({ event: "done", number });
  } catch (wrong) {
    say({ event: "done", number, wrong: String(wrong) });
  }
}
process.exit(0);
