/* SPDX-License-Identifier: Apache-2.0 */
/* The first step of plans that begin with a password. */
#ifndef CS_METHODS_PASSWORD_H
#define CS_METHODS_PASSWORD_H

#include "methods/method.h"

/* Asks for the password, or takes the application's PAM_AUTHTOK. CS_VERDICT_ALLOW: it was accepted
 * and is in login->result.authtok. */
enum cs_verdict cs_ask_password(struct cs_method_login *login);

/* Asks for password and TOTP code in one line. With `device_instead` the password may come without
 * a code; *ret_password_only says that it did, and the caller goes on with a device. */
enum cs_verdict cs_ask_password_and_totp(struct cs_method_login *login, bool device_instead,
                                         bool *ret_password_only);

/* The two parts of such a line. An empty part counts as a part. */
struct cs_combined {
    struct cs_secret password, code;
};

void cs_combined_clear(struct cs_combined *combined);

/* Splits `line`. The code stands before the first separator, or with `password_first` after the
 * last one; the password may contain separators. If another separator, further from that end,
 * leaves 6 to 8 digits there, it is that one: the code may contain separators as well. For the
 * separator ":", a full-width colon is taken in a line that has none. Without a separator there is
 * no code. With `digits_only` the part in the code's place is a code only if it is 6 to 8 digits.
 * Sets *ret_has_code. */
enum cs_err cs_combined_split(const struct cs_secret *line, const char *separator,
                              bool password_first, bool digits_only,
                              struct cs_combined *ret_combined, bool *ret_has_code,
                              struct cs_error *error) CS_MUST_USE;

#endif
