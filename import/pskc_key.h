/* SPDX-License-Identifier: Apache-2.0 */
/* What the elements of a key say, in a Portable Symmetric Key Container (RFC 6030). */
#ifndef CS_IMPORT_PSKC_KEY_H
#define CS_IMPORT_PSKC_KEY_H

#include "import/imported.h"

struct cs_pskc_key {
    const struct cs_import_source *source;
    struct cs_imported *row; /* NULL outside of a key */
    const char *fault;       /* the first one of this key */
    enum cs_err result;      /* sticky */
};

void cs_pskc_fail(struct cs_pskc_key *key, const char *fault);

/* The name, as a constant, of an element that matters below that parent ("": none); else NULL. */
const char *cs_pskc_element(const char *parent, const char *name);

/* At the start of an element that matters: what its attributes say of the key ... */
void cs_pskc_begin(struct cs_pskc_key *key, const char *name, const char **attributes);

/* ... and at its end, what its text says, which may be changed. */
void cs_pskc_end(struct cs_pskc_key *key, const char *parent, const char *name, char *text);

#endif
