/* SPDX-License-Identifier: Apache-2.0 */
/* What the elements of a key say, in a Portable Symmetric Key Container (RFC 6030). */
#ifndef CS_IMPORT_PSKC_KEY_H
#define CS_IMPORT_PSKC_KEY_H

#include "import/imported.h"

struct cs_pskc_key {
    const struct cs_import_source *source;
    struct cs_imported *row; /* NULL outside of a key */
    const char *fault;       /* the first one of this key */
    struct cs_strlist lost;  /* names of elements that are not taken over, each once */
    int64_t counter;         /* the next one; -1: none is given */
    bool timed;              /* it has an interval or a drift */
    bool limited, for_codes; /* a policy says what it is for; codes are among it */
    enum cs_err result;      /* sticky */
};

void cs_pskc_key_free(struct cs_pskc_key *key);

/* Before what a key says; takes the row. */
void cs_pskc_key_begin(struct cs_pskc_key *key, struct cs_imported **row);

void cs_pskc_fail(struct cs_pskc_key *key, const char *fault);

/* The name, as a constant, of an element that matters below that parent ("": none); else NULL. */
const char *cs_pskc_element(const char *parent, const char *name);

/* The value of an attribute; NULL: there is none. */
const char *cs_pskc_attribute(const char **attributes, const char *name);

/* Adds a name, unless it is there. */
enum cs_err cs_pskc_name(struct cs_strlist *names, const char *name) CS_MUST_USE;

/* At the start of an element of a key that does not matter, in one that does. */
void cs_pskc_unknown(struct cs_pskc_key *key, const char *parent, const char *name);

/* At the start of an element that matters: what its attributes say of the key ... */
void cs_pskc_begin(struct cs_pskc_key *key, const char *name, const char **attributes);

/* ... and at its end, what its text says, which may be changed. */
void cs_pskc_end(struct cs_pskc_key *key, const char *parent, const char *name, char *text);

/* After all of them: what only the whole key shows. `device`: names of what its device has and is
 * not taken over. */
void cs_pskc_settle(struct cs_pskc_key *key, const struct cs_strlist *device);

#endif
