/* SPDX-License-Identifier: Apache-2.0 */
/* A letter: a page of HTML for one user, from a template with {{name}} where a value goes. */
#ifndef CS_CLI_LETTER_H
#define CS_CLI_LETTER_H

#include "cli/cli.h"
#include "conversation/phrasebook.h"

/* The built-in template. */
extern const char cs_letter_default[];

/* Whether every {{name}} in it exists, and the secret is there; `path` is for errors. */
enum cs_err cs_letter_check(const char *template, const char *path,
                            struct cs_error *error) CS_MUST_USE;

/* What a letter is about; all borrowed. */
struct cs_letter {
    const char *template;
    const struct cs_phrasebook *book; /* the user's language; its values are set by this */
    const struct cs_app_names *names;
    const struct cs_enrolment *enrolment;
    const char *until; /* or NULL */
};

/* Appends the page, and the picture of the code alone. */
enum cs_err cs_letter_render(const struct cs_letter *letter, struct cs_buffer *ret_page,
                             struct cs_buffer *ret_picture, struct cs_error *error) CS_MUST_USE;

#endif
