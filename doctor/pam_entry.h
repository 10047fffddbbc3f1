/* SPDX-License-Identifier: Apache-2.0 */
/* From the text of a PAM file to its entries; only pam_file.c and pam_entry.c use this. */
#ifndef CS_DOCTOR_PAM_ENTRY_H
#define CS_DOCTOR_PAM_ENTRY_H

#include "base/buffer.h"
#include "base/secret.h"
#include "doctor/pam_file.h"
#include "doctor/pam_line.h"

/* What is read, and for whom. */
struct cs_pam_parser {
    const struct cs_pam_source *source;
    const char *service; /* in lower case */
    struct cs_pam_service *all;
    unsigned includes;     /* within one another, all and the substacks among them */
    unsigned level;        /* of substacks */
    enum cs_pam_kind kind; /* that is wanted; CS_PAM_ANY: all */
    enum cs_pam_fault why; /* set when reading is given up, with the place */
    const char *path;
    unsigned line;
};

/* Adds the entries of a file. `known` is the service that all its lines are for, or NULL if each
 * begins with one. CS_ERR_CONFIG: libpam gives up, and the parser says why; what was read until
 * then stays. */
enum cs_err cs_pam_parse(struct cs_pam_parser *parser, const char *path,
                         const struct cs_secret *content, const char *known) CS_MUST_USE;

#endif
