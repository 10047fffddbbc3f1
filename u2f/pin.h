/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the person beside a key for its PIN. It goes to the key, encrypted, and nowhere else. */
#ifndef CS_U2F_PIN_H
#define CS_U2F_PIN_H

#include "base/secret.h"

/* Bytes of UTF-8: CTAP 2.1, section 6.5.1. */
enum { CS_U2F_PIN_MIN = 4, CS_U2F_PIN_MAX = 63 };

/* Tries that a login leaves to the key's owner. Whoever is at the machine can type wrong PINs into
 * a login, and at the last one the key blocks itself for good. A right one elsewhere restores them
 * all. Three, because a key takes that many in a row until it is pulled out (CTAP 2.1, 6.5.5):
 * logins at the same moment that all find four left cannot use up more. */
enum { CS_U2F_PIN_TRIES_KEPT = 3 };

/* What helps where a PIN is demanded and the key has none; base/reason_rows.inc and the man pages
 * say the same. */
#define CS_U2F_PIN_REMEDY "set a PIN with the key maker's program, a browser or fido2-token(1)"

enum cs_u2f_pin_state { CS_U2F_PIN_ASK, CS_U2F_PIN_WRONG };

struct cs_u2f_pin_asker {
    /* Asks once; `tries_left` is -1 if unknown. An empty PIN means that there is none. An error
     * ends the wait for the key; CS_ERR_CANNOT_ASK only if the key would not sign without. */
    enum cs_err (*ask)(void *context, enum cs_u2f_pin_state state, int tries_left,
                       struct cs_secret *ret_pin, struct cs_error *error);
    void *context;
};

#endif
