/* SPDX-License-Identifier: Apache-2.0 */
/* pam_u2f's file of security keys (its authfile): one line per user, the name and then credentials,
 * separated by colons. Text in, keys out; nothing here is trusted or stored. */
#ifndef CS_CLI_PAM_U2F_H
#define CS_CLI_PAM_U2F_H

#include <stdbool.h>
#include <stddef.h>

#include "u2f/message.h"

struct cs_pam_u2f_line {
    size_t number;    /* in the file, from 1 */
    const char *user; /* as written, perhaps empty; within the text */
    char *keys;       /* the credentials, for strsep; NULL without a colon; within the text */
    bool superseded;  /* by a later line of this user: pam_u2f uses only the last one */
};

struct cs_pam_u2f_lines {
    struct cs_pam_u2f_line *items;
    size_t count;
};

/* Reads the whole file ("-": standard input) into `*ret_text`, which the caller frees. CS_ERR_LIMIT
 * beyond 16 MiB; CS_ERR_INPUT if it is not text. */
enum cs_err cs_pam_u2f_read_file(const char *path, char **ret_text,
                                 struct cs_error *error) CS_MUST_USE;

/* Splits `text` into lines, in place; it must outlive them. Empty lines and those starting with '#'
 * are left out, and so are blanks at a line's end, which pam_u2f does not mind. CS_ERR_LIMIT beyond
 * a million lines; CS_ERR_INPUT if it is the private key of an OpenSSH security key, which pam_u2f
 * reads with its option sshformat. */
enum cs_err cs_pam_u2f_split(char *text, struct cs_pam_u2f_lines *ret_lines,
                             struct cs_error *error) CS_MUST_USE;

void cs_pam_u2f_lines_clear(struct cs_pam_u2f_lines *lines);

/* Whether the credentials of a line run on into another line, whose start is glued to one of them:
 * pamu2fcfg ends its output without a newline. Nothing tells for sure whose those keys are. Returns
 * what is glued there (the other user's name) within `keys`, up to a colon; NULL: nothing is. */
const char *cs_pam_u2f_glued(const char *keys);

struct cs_pam_u2f_key {
    struct cs_u2f_public_key public_key;
    struct cs_u2f_handle handle;
    bool fido2;    /* of the newer form: it belongs to pam_u2f's origin, not to its appid */
    bool verifies; /* demands a PIN or a fingerprint, too */
    bool touched;  /* demands a touch */
};

/* Reads one credential: "HANDLE,KEY" as pam_u2f wrote it until 1.0 (U2F, key in hexadecimal), or
 * "HANDLE,KEY,TYPE,OPTIONS" as it does since (FIDO2, key in base64). CS_ERR_INPUT, with the reason,
 * if it is damaged, or of a kind that no login can be asked for. */
enum cs_err cs_pam_u2f_read_key(const char *text, struct cs_pam_u2f_key *ret_key,
                                struct cs_error *error) CS_MUST_USE;

#endif
