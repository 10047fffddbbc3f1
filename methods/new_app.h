/* SPDX-License-Identifier: Apache-2.0 */
/* Setting up an authenticator app: the steps that self_enroll and `countersign self` share. */
#ifndef CS_METHODS_NEW_APP_H
#define CS_METHODS_NEW_APP_H

#include "methods/method.h"
#include "providers/enrolling.h"

/* A question that is repeated until its answer is right, until the tries are used up, or until
 * nothing is typed. */
struct cs_app_question {
    enum cs_text key; /* asks; after the first time below a text that says why */
    struct cs_values values;
    enum cs_reason spent; /* when the tries are used up */
    /* *ret_wrong: why it is to be asked again; CS_REASON_NONE: it is not. */
    enum cs_err (*judge)(struct cs_method_login *login, void *context,
                         const struct cs_secret *answer, enum cs_reason *ret_wrong,
                         struct cs_error *error);
    void *context;
};

enum cs_app_asked {
    CS_APP_DECLINED, /* nothing was typed; or junk, and sshd refuses the account */
    CS_APP_RIGHT,
    CS_APP_SPENT, /* the login's reason is set */
};

enum cs_err cs_app_ask(struct cs_method_login *login, struct cs_app_question *question,
                       enum cs_app_asked *ret_asked, struct cs_error *error) CS_MUST_USE;

/* Makes a key. The user is one that was found. */
enum cs_err cs_app_begin(const struct cs_method_login *login, struct cs_enrolling *enrolling,
                         struct cs_error *error) CS_MUST_USE;

/* Shows the key as text and asks for the first code. */
enum cs_err cs_app_confirm(struct cs_method_login *login, struct cs_enrolling *enrolling,
                           enum cs_app_asked *ret_asked, struct cs_error *error) CS_MUST_USE;

/* Appends the recovery codes, two in a line, each line ending in a newline. */
void cs_app_add_codes(const struct cs_enrolling *enrolling, struct cs_buffer *out);

#endif
