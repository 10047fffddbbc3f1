/* SPDX-License-Identifier: Apache-2.0 */
/* How this side speaks with the person at the key: on the terminal, through another askpass, on
 * standard error, through PuTTY. Who asks for a touch or for a key's PIN sees nothing else of them.
 */
#ifndef CS_TOUCH_PERSON_H
#define CS_TOUCH_PERSON_H

#include "base/error.h"
#include "base/secret.h"

struct cs_touch_person;

struct cs_touch_person_ops {
    /* Shows `text`, lines without a newline after the last one, at least until `told`. An error
     * means that nobody can have seen it. */
    enum cs_err (*tell)(struct cs_touch_person *person, const char *text, struct cs_error *error);
    /* What the text announced has happened, or will not. Also after an error, or without `tell`. */
    void (*told)(struct cs_touch_person *person);
    /*
     * Asks for a key's PIN, or another secret of this side, and shows nothing of what is typed;
     * also between `tell` and `told`. `text` is one line that ends like a prompt (": "). The secret
     * has no newline and may be empty. CS_ERR_CANNOT_ASK if there is no way to ask, and the error
     * says what helps; CS_ERR_CANCELLED if the person refuses to answer or nobody waits any more.
     */
    enum cs_err (*ask_secret)(struct cs_touch_person *person, const char *text,
                              struct cs_secret *ret_secret, struct cs_error *error);
};

/* Every person's struct starts with this. */
struct cs_touch_person {
    const struct cs_touch_person_ops *ops;
    int reader; /* for poll(2): readable or closed once nobody waits for the answer; -1: none */
};

#endif
