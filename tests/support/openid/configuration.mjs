// SPDX-License-Identifier: Apache-2.0
// The configuration of the provider, from the settings that oidc_provider.py sends.
import { createPrivateKey, generateKeyPairSync } from "node:crypto";

const KEYS = {
  RS256: ["rsa", { modulusLength: 2048 }],
  PS256: ["rsa", { modulusLength: 2048 }],
  ES256: ["ec", { namedCurve: "P-256" }],
  EdDSA: ["ed25519", {}],
};

// By way of PEM: Node 20 locks a new key to write it as a JWK, and if it then collects the job that made the key, the
// job waits for that lock, and so for ever.
export function makeKey(algorithm) {
  const [type, options] = KEYS[algorithm];
  const { privateKey } = generateKeyPairSync(type, {
    ...options,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  return { ...createPrivateKey(privateKey).export({ format: "jwk" }), use: "sig" };
}

export function makeConfiguration(settings, storage, accounts, notice) {
  return {
    adapter: (kind) => storage.adapter(kind),
    jwks: { keys: [makeKey(settings.algorithm)] },
    scopes: ["openid", "profile", "email", "offline_access"],
    claims: {
      openid: ["sub", "acr", "amr", "auth_time"],
      profile: ["preferred_username", "name"],
      email: ["email"],
    },
    conformIdTokenClaims: settings.userinfo_only,
    acrValues: settings.acr_values,
    clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt", "tls_client_auth", "none"],
    enabledJWA: {
      idTokenSigningAlgValues: Object.keys(KEYS),
      clientAuthSigningAlgValues: Object.keys(KEYS),
    },
    findAccount: (ctx, name) => accounts.find(name),
    pkce: { required: () => false },
    ttl: {
      BackchannelAuthenticationRequest: (ctx) => {
        const asked = Number(ctx?.oidc?.params?.requested_expiry ?? settings.ttl);
        return Math.min(settings.maximum_ttl, asked);
      },
      DeviceCode: settings.ttl,
      AccessToken: 600,
      IdToken: 600,
      Grant: 600,
      RefreshToken: 600,
    },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true },
      clientCredentials: { enabled: settings.client_credentials },
      deviceFlow: { enabled: true, charset: "base-20", mask: "****-****" },
      ciba: {
        enabled: true,
        deliveryModes: ["poll"],
        processLoginHint: (ctx, hint) => hint,
        processLoginHintToken: () => undefined,
        validateRequestContext: () => {},
        verifyUserCode: (ctx, account, code) => accounts.checkUserCode(account, code),
        triggerAuthenticationDevice: async (ctx, request) => notice(request),
      },
      mTLS: {
        enabled: true,
        tlsClientAuth: true,
        getCertificate: (ctx) => {
          const peer = ctx.socket.getPeerX509Certificate?.();
          return peer ? peer.toString() : undefined;
        },
        certificateAuthorized: (ctx) => ctx.socket.authorized,
        certificateSubjectMatches: (ctx, property, expected) => property === "tls_client_auth_subject_dn"
          && ctx.socket.getPeerX509Certificate().subject === expected,
      },
    },
  };
}
