/* SPDX-License-Identifier: Apache-2.0 */
/* What sshd itself makes of its configuration: `sshd -T`, for one connection. */
#ifndef CS_DOCTOR_SSHD_ASK_H
#define CS_DOCTOR_SSHD_ASK_H

#include "doctor/sshd_match.h"
#include "doctor/sshd_text.h"

extern const char cs_sshd_program[];

/* The settings in force: "keyword value", each as sshd writes it. */
struct cs_sshd_view {
    struct cs_strlist settings;
    const char *user;         /* borrowed; NULL: nobody in particular */
    size_t block;             /* the Match block that it was asked for; 0: none */
    enum cs_sshd_reach reach; /* of that block */
};

/*
 * `connection` NULL: outside all Match blocks. Zero `ret_view` first, and release it with
 * cs_sshd_view_clear. CS_ERR_CONFIG: sshd refuses its configuration; the error is what it says,
 * with the files' own names, and *ret_place is where. CS_ERR_UNAVAILABLE: it refuses something else
 * of this machine.
 */
enum cs_err cs_sshd_ask(const struct cs_sshd_text *text,
                        const struct cs_sshd_connection *connection, struct cs_sshd_view *ret_view,
                        struct cs_place *ret_place, struct cs_error *error) CS_MUST_USE;

void cs_sshd_view_clear(struct cs_sshd_view *view);

/* The value of `keyword`, or "". OpenSSH 9.2 writes keywords in lower case, 10.6 as the manual
 * does. */
const char *cs_sshd_value(const struct cs_sshd_view *view, const char *keyword);

/* sshd's version, as in "OpenSSH_9.2"; false: it does not say. */
struct cs_sshd_version {
    unsigned major, minor;
};
bool cs_sshd_find_version(struct cs_sshd_version *ret_version);
bool cs_sshd_is_from(const struct cs_sshd_version *version, unsigned major, unsigned minor);

#endif
