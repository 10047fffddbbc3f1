/* SPDX-License-Identifier: Apache-2.0 */
/* What `enroll totp` and `enroll hotp` have in common. */
#ifndef CS_CLI_ENROL_DEVICE_H
#define CS_CLI_ENROL_DEVICE_H

#include "cli/cli.h"
#include "cli/verb.h"

struct cs_enrol_wishes {
    struct cs_enrolment_choice choice; /* its secret comes from standard input */
    const char *secret;                /* the value of --secret, or NULL: a fresh one */
    const char *issuer;                /* in place of the options'; may be NULL */
    bool add, no_confirm;
    bool light; /* the ink of a terminal without colours is lighter than its ground */
};

/* Reads digits and nothing else; false if the number is not 0 to `most`. */
bool cs_enrol_number(const char *text, int64_t most, int64_t *ret_number);

/* The same for 1 and more, to a bound that no option reaches. */
bool cs_enrol_positive(const char *text, unsigned *ret_number);

/* What holds for the options of both. Returns CS_EXIT_OK, or CS_EXIT_USAGE after complaining. */
int cs_enrol_check(const struct cs_cli *cli, const struct cs_enrol_wishes *wishes);

/* From the secret to the factor; returns an exit status. */
int cs_enrol_device(struct cs_cli *cli, struct cs_enrol_wishes *wishes);

#endif
