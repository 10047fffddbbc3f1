/* SPDX-License-Identifier: Apache-2.0 */
/* A sign-in with a browser. */
#ifndef CS_METHODS_BROWSER_H
#define CS_METHODS_BROWSER_H

#include "methods/method.h"

/* Whether the user may be shown a page to sign in on. Whoever starts a login can pass its code on
 * and talk somebody else into typing it (RFC 8628 section 5.4), so without a proven first factor
 * the administrator must have allowed it. */
bool cs_may_use_browser(const struct cs_method_login *login);

#endif
