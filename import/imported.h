/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Factors that people bring from another program: what its files say, in one form. The readers
 * (one file each) are functions of a text; nothing here looks up an account or touches the store.
 */
#ifndef CS_IMPORT_IMPORTED_H
#define CS_IMPORT_IMPORTED_H

#include "base/strlist.h"
#include "store/factor.h"
#include "store/recovery.h"

enum {
    CS_IMPORT_SECRET_MIN = 10,  /* bytes: what Google's program made until 2013 */
    CS_IMPORT_SECRET_GOOD = 16, /* RFC 4226 section 4, R6 */
    CS_IMPORT_SECRET_MAX = 128,
    CS_IMPORT_PERIOD_MAX = 3600,
    CS_IMPORT_ROWS_MAX = 1000000,
    CS_IMPORT_FAULTS_MAX = 10000, /* that are kept; more are counted */
};

/* What became of a row. */
enum cs_import_outcome {
    CS_IMPORT_STORED,
    CS_IMPORT_TWICE,   /* an earlier row of the same import is the same factor */
    CS_IMPORT_KNOWN,   /* the user has had this very factor before */
    CS_IMPORT_HAS_ONE, /* the user has had another one */
};

/* A factor: CS_STORED_TOTP or CS_STORED_HOTP. */
struct cs_imported {
    size_t source, line;     /* where it stands; line 0: the source has no other */
    struct cs_factor factor; /* user, label, secret, algorithm, digits, period, last_step, drift */
    bool from_label;         /* the user's name is what a label says, so it may have "@HOST" */
    struct cs_secret codes[CS_RECOVERY_CODES]; /* emergency codes */
    size_t codes_count;
    unsigned window;        /* how many codes were accepted at once; 0: the file does not say */
    struct cs_strlist lost; /* what is not taken over, or must be known: a sentence each */
    size_t number;          /* its place among all rows */
    enum cs_import_outcome outcome;
    bool first_of_user; /* of those that were stored */
    bool codes_added;   /* there were no recovery codes before */
    bool failed;        /* memory ran out; sticky */
};

void cs_imported_free(struct cs_imported **imported); /* wipes */

/* Why a line brings nothing, or what somebody should know of it. */
struct cs_import_remark {
    size_t source, line;
    char *text; /* owned */
};

struct cs_import_remarks {
    struct cs_import_remark *items;
    size_t count, room;
    size_t total; /* also those that were not kept */
};

struct cs_imports {
    struct cs_imported **rows; /* owned; in the order in which they came */
    size_t count, room;
    struct cs_import_remarks faults, notes;
};

void cs_imports_clear(struct cs_imports *imports);

/* A file, and how it is to be read. Borrowed. */
struct cs_import_source {
    size_t number;     /* from 0 */
    char *text;        /* NUL-terminated, without another NUL; readers may cut it up */
    const char *user;  /* NULL: the text says whose it is */
    const char *label; /* for formats without labels */
    int64_t now;       /* seconds since 1970 */
    bool hex;          /* otpauth: secrets are hexadecimal */
    bool padded;       /* otplib repeated short keys up to the length of the hash */
};

/* Reads a source: adds rows, and a fault for each line that brings none. Only lack of memory and a
 * limit are errors. */
typedef enum cs_err cs_import_reader(const struct cs_import_source *source,
                                     struct cs_imports *imports, struct cs_error *error);

/* ~/.google_authenticator: one factor. */
cs_import_reader cs_import_google CS_MUST_USE;
/* pam_oath's users.oath. */
cs_import_reader cs_import_oath CS_MUST_USE;
/* URIs, one a line: otpauth:// and otpauth-migration://; a user's name may stand before each. */
cs_import_reader cs_import_otpauth CS_MUST_USE;

/* A Portable Symmetric Key Container (RFC 6030) without encryption. */
cs_import_reader cs_import_pskc CS_MUST_USE;

/* ---- for readers ---- */

/* Hands the text's lines to a reader, which may cut them up; from 1. */
typedef enum cs_err cs_import_line_reader(const struct cs_import_source *source, size_t line,
                                          char *text, struct cs_imports *imports,
                                          struct cs_error *error);
enum cs_err cs_import_lines(const struct cs_import_source *source, cs_import_line_reader *read_line,
                            struct cs_imports *imports, struct cs_error *error) CS_MUST_USE;

/* A row with the defaults of all formats (SHA-1, 6 digits, 30 s, nothing spent), not added yet. */
struct cs_imported *cs_imported_new(const struct cs_import_source *source, size_t line) CS_MUST_USE;

/* Checks what must hold whatever the format is (length of the secret, digits, period, name), and
 * adds the row, or a fault. Takes `*row` in any case. */
enum cs_err cs_imports_add(struct cs_imports *imports, struct cs_imported **row,
                           struct cs_error *error) CS_MUST_USE;

enum cs_err cs_imports_fault(struct cs_imports *imports, const struct cs_import_source *source,
                             size_t line, const char *format, ...) CS_PRINTF(4, 5) CS_MUST_USE;

/* The same about a row, or a note. */
enum cs_import_sort { CS_IMPORT_FAULT, CS_IMPORT_NOTE };
enum cs_err cs_imports_remark(struct cs_imports *imports, const struct cs_imported *row,
                              enum cs_import_sort sort, const char *format, ...)
    CS_PRINTF(4, 5) CS_MUST_USE;

/* Says what is lost. A failure shows when the row is added. */
void cs_imported_lose(struct cs_imported *row, const char *format, ...) CS_PRINTF(2, 3);

/* Sets a user's name or a label; false if it is too long. */
bool cs_imported_user(struct cs_imported *row, const char *user, size_t length) CS_MUST_USE;
void cs_imported_label(struct cs_imported *row, const char *label, size_t length);

/* A decimal number up to `most`; false for anything else. */
bool cs_import_number(const char *text, int64_t most, int64_t *ret_number) CS_MUST_USE;

/* Hexadecimal digits, any case. */
bool cs_import_hex(const char *text, struct cs_secret *ret_data) CS_MUST_USE;

/* Decodes base64 of either alphabet, with or without padding, in place; a blank is a '+' that was
 * lost on the way. */
bool cs_import_base64(char *text, size_t *ret_length) CS_MUST_USE;

/* Undoes percent-encoding in place, `plus` also that of blanks; false if a "%XX" is none, or hides
 * a NUL. */
bool cs_import_percent(char *text, bool plus) CS_MUST_USE;

/* Whether they are the same but for the case of ASCII letters; `lower` has none in upper case. */
bool cs_import_same(const char *text, const char *lower);

/* "SHA1", "sha-256", "HmacSHA512" to our names; NULL for others. */
const char *cs_import_algorithm(const char *text);

/* Repeats a key up to the length of its hash, as otplib 12 does. */
enum cs_err cs_import_pad(struct cs_factor *factor) CS_MUST_USE;

#endif
