/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings as tables: each row describes one member of a struct, whichever struct that is. Readers,
 * lists for people, copies and comparisons walk the rows, so that a setting is one row and one
 * member. What is peculiar to a setting (a language, a template) is a function in its row.
 *
 * A struct of settings borrows its texts, and is copied by assignment, unless a comment says
 * otherwise.
 */
#ifndef CS_SETTINGS_SETTING_H
#define CS_SETTINGS_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

enum cs_setting_type {
    CS_SETTING_FLAG,   /* bool */
    CS_SETTING_NUMBER, /* unsigned, between min and max */
    CS_SETTING_SIZE,   /* int64_t, the same */
    CS_SETTING_CHOICE, /* unsigned: the place in `values` */
    CS_SETTING_NAME,   /* const char *: a name of the registry behind `name_of`, its own text */
    CS_SETTING_LIST,   /* const char *: comma-separated; in JSON also a list of strings */
    CS_SETTING_PATH,   /* const char *: absolute */
    CS_SETTING_STRING, /* const char * */
};

enum cs_setting_scope {
    CS_SCOPE_LOGIN,  /* one login; may differ between services */
    CS_SCOPE_MODULE, /* read by the PAM module itself, before there is a broker */
    CS_SCOPE_BROKER, /* the whole broker, from its start on */
    CS_SCOPE_TOOL,   /* the command-line tool alone */
};

/* Where a setting may be written. */
enum {
    CS_FROM_PAM = 1,     /* the PAM line */
    CS_FROM_FILE = 2,    /* the top level of our file, and its services */
    CS_FROM_SECTION = 4, /* the section of our file that a provider has for itself */
    CS_FROM_IBM_API = 8, /* sections of a file of IBM's gateway */
    CS_FROM_IBM_PAM = 16,
};

/* Which defaults are in force. */
enum cs_profile {
    CS_PROFILE_OWN,
    CS_PROFILE_IBM, /* chosen by loading a file of IBM's gateway */
};

/* What an empty value means of a list, path or string. */
enum cs_setting_empty {
    CS_EMPTY_REFUSED,
    CS_EMPTY_UNSET, /* as if the setting were not there */
    CS_EMPTY_KEPT,  /* a value as any other */
};

/* What must not be seen by others, nor appear in a message. */
enum cs_setting_secrecy {
    CS_SECRECY_NONE,
    CS_SECRECY_PASSWORD, /* of a URL with a user in it */
    CS_SECRECY_ALWAYS,
};

/* An extra file: one that an option names, and that is checked whenever the configuration is. */
enum cs_setting_extra_file {
    CS_EXTRA_FILE_NONE,
    CS_EXTRA_FILE_SECRET,  /* a secret on one line; it becomes the member at `content` */
    CS_EXTRA_FILE_PEM,     /* the same with a key or certificates in PEM */
    CS_EXTRA_FILE_TRUSTED, /* a file of root's, or a folder */
    CS_EXTRA_FILE_MAP,     /* accounts and identities (mapping/map_file.h), in a file of root's */
};

/* A word that is written by mistake, and what is meant. */
struct cs_setting_mistake {
    const char *written, *meant;
};

enum { CS_SETTING_VALUES_MAX = 5, CS_SETTING_TEXT_MAX = 1000 };

#define CS_SETTING_UNBOUNDED INT64_MAX     /* for `max` */
#define CS_SETTING_NOT_STORED ((size_t)-1) /* for `offset`: the value is checked, and dropped */

/* The zero of every column is its usual value; strings and tables are static. A table of rows ends
 * with one that has no name. */
struct cs_setting {
    const char *name;    /* hyphens and underscores are the same in it */
    const char *alias;   /* or NULL */
    const char *inverse; /* a name that says the opposite of a flag, or NULL */
    enum cs_setting_type type;
    enum cs_setting_scope scope;
    unsigned where; /* CS_FROM_...; 0: nowhere, the program fills it */
    size_t offset;
    bool by_login; /* of a provider: each login has its own; else the provider is opened with it */
    const char *fallback; /* default, in the form it is written; NULL: none */
    const char *ibm;      /* the default in profile ibm; NULL: the same */
    int64_t min, max;     /* of numbers; of texts `max` bytes, 0: CS_SETTING_TEXT_MAX */
    const char *values[CS_SETTING_VALUES_MAX + 1]; /* of CS_SETTING_CHOICE; ends with NULL */
    const char *(*name_of)(size_t row);            /* of CS_SETTING_NAME; NULL behind the last */
    const char *(*other_name)(const char *value);  /* the name that a further spelling means */
    const struct cs_setting_mistake *mistakes;     /* for values; ends with an empty row */
    enum cs_setting_empty empty;
    enum cs_setting_secrecy secrecy;
    enum cs_setting_extra_file extra_file;
    size_t content;          /* for CS_EXTRA_FILE_SECRET and _PEM: the offset of its row */
    const char *ibm_instead; /* in profile ibm a file that takes its place where it exists */
    const char *no_effect;   /* why it does nothing; then it is read, and warned of */
    const char *type_name;   /* for people, where the usual one says too little */
    const char *help;        /* one or more sentences */

    /* Judges the value in place of the type's own rule. The error does not name the setting. */
    enum cs_err (*check)(const struct cs_setting *row, const char *value, struct cs_error *error);
    /* What our own file must obey as well; on a PAM line and in a file of IBM's a warning. */
    enum cs_err (*check_strictly)(const struct cs_setting *row, const char *value,
                                  struct cs_error *error);
    /* Stores a value that `check` has accepted; NULL: as the type says. `target` is the struct. */
    void (*store)(const struct cs_setting *row, const char *value, void *target);
    /* Adds a name of a JSON list to the written form of a list; false: it cannot be one. NULL: any
     * name without a comma. */
    bool (*add)(struct cs_buffer *list, const char *name);
};

/* ---- tables ---- */

/* Whether the `length` bytes at `name` are a name or alias of the row. */
bool cs_setting_is_called(const struct cs_setting *row, const char *name, size_t length);

/* The row with that name or alias which may be written in one of the places `where` (CS_FROM_...);
 * NULL: there is none. *ret_inverted (may be NULL): the name says the opposite. */
const struct cs_setting *cs_setting_find(const struct cs_setting *rows, unsigned where,
                                         const char *name, size_t length, bool *ret_inverted);

/* The allowed value in that place, of choices and names; NULL behind the last. */
const char *cs_setting_value(const struct cs_setting *row, size_t place);

const char *cs_setting_default(const struct cs_setting *row, enum cs_profile profile);

/* For people: "flag", "number"; "login", "module", "broker", "tool". */
const char *cs_setting_type_name(const struct cs_setting *row);
const char *cs_setting_scope_name(const struct cs_setting *row);

/* Whether that value of it is a secret. */
bool cs_setting_hides(const struct cs_setting *row, const char *value);

/* ---- setting ---- */

/* Sets every member that has a default. */
void cs_settings_defaults(const struct cs_setting *rows, enum cs_profile profile, void *target);

/*
 * Sets one member of the struct `target` from its written form, which it borrows; NULL: only tries
 * whether the row takes it. An empty word is yes for a flag. CS_ERR_CONFIG: "NAME: what is wrong;
 * what was expected", without the value where that is a secret.
 */
enum cs_err cs_setting_set(const struct cs_setting *row, const char *value, void *target,
                           struct cs_error *error) CS_MUST_USE;

/* Makes a flag that was set the opposite; for names that say the opposite. */
void cs_setting_invert(const struct cs_setting *row, void *target);

/* ---- structs ---- */

/* Sets `target` to a copy of `source` that owns its texts; both have `size` bytes. Members that are
 * `by_login` stay zero: one login's must not pass for those of others. False when memory ran out:
 * nothing is left to release. */
bool cs_settings_copy(const struct cs_setting *rows, const void *source, void *target,
                      size_t size) CS_MUST_USE;

/* Wipes and releases the texts of a copy, and sets it to zeros. */
void cs_settings_clear(const struct cs_setting *rows, void *target, size_t size);

/* Whether two structs open the same: compares every member that is not `by_login`, secrets in a
 * time that does not depend on where they differ. */
bool cs_settings_equal(const struct cs_setting *rows, const void *a, const void *b);

/* The member of a text; NULL: nothing is set, or the row is no text. */
const char *cs_setting_text(const struct cs_setting *row, const void *source);

#endif
