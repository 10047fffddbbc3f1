// SPDX-License-Identifier: Apache-2.0
// oidc-provider is written for Node 22. What it uses that earlier releases of Node 20 do not have.

URL.parse ??= (text, base) => {
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
};
