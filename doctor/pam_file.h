/* SPDX-License-Identifier: Apache-2.0 */
/* PAM's files as libpam reads them, with Debian's @include (patch 031_pam_include): which lines a
 * service has, in which order, and where they stand. As libpam/pam_handlers.c. */
#ifndef CS_DOCTOR_PAM_FILE_H
#define CS_DOCTOR_PAM_FILE_H

#include "base/strlist.h"
#include "doctor/pam_control.h"

enum { CS_PAM_LEVELS = 16, CS_PAM_ENTRIES_MAX = 2048 };

enum cs_pam_kind {
    CS_PAM_ANY = 0,
    CS_PAM_AUTH = 1,
    CS_PAM_SESSION = 2,
    CS_PAM_ACCOUNT = 4,
    CS_PAM_PASSWORD = 8,
};

/* What libpam makes of a line. */
enum cs_pam_handling {
    CS_PAM_CALL,      /* calls the module */
    CS_PAM_MUST_FAIL, /* calls nothing, and takes it for refused */
    CS_PAM_SUBSTACK,  /* the lines that follow, one level deeper, count as one */
};

/* What is wrong with a line. */
enum cs_pam_fault {
    CS_PAM_SOUND,
    CS_PAM_NO_KIND,
    CS_PAM_BAD_KIND,
    CS_PAM_NO_CONTROL,
    CS_PAM_BAD_CONTROL,
    CS_PAM_NO_MODULE,
    CS_PAM_NO_FILE_NAME,  /* include without a name: Debian's libpam crashes */
    CS_PAM_MISSING_FILE,  /* of an include */
    CS_PAM_TOO_DEEP,      /* an include, or it includes itself */
    CS_PAM_BROKEN_FILE,   /* an include of a file that is not read to its end */
    CS_PAM_NAMELESS,      /* a module whose path names none */
    CS_PAM_OPEN_LINE,     /* the file ends behind a \ */
    CS_PAM_ENDLESS_LINE,  /* libpam 1.5.2 reads it for ever */
    CS_PAM_MISSING_BELOW, /* @include of a file that does not exist, with every kind of line */
    CS_PAM_TOO_MANY,      /* lines, more than we look at */
};

struct cs_pam_entry {
    enum cs_pam_kind kind;
    enum cs_pam_handling handling;
    enum cs_pam_fault fault;
    unsigned level; /* of substacks */
    unsigned line;
    const char *path; /* as the machine names it; one of the service's `files` */
    int actions[CS_PAM_CODES];
    char *module; /* as it is written; of an include or substack the file; NULL: none is named */
    struct cs_strlist arguments;
    bool cut;   /* by a # in brackets */
    bool quiet; /* a - before the kind: nothing is logged if the module is missing */
    bool other; /* a line of the service "other" */
};

/* Where to read. */
struct cs_pam_source {
    const char *root;   /* "", or a folder that stands for / */
    const char *folder; /* instead of /etc/pam.d and /usr/lib/pam.d; NULL: those. Includes are read
                           from /etc/pam.d all the same, as with pam_start_confdir */
    bool newer;         /* as libpam 1.6 and later */
};

/* All lines of a service, of every kind, then those of "other". Zero is empty. */
struct cs_pam_service {
    struct cs_pam_entry *items;
    size_t count;
    struct cs_strlist files; /* that were read, this service's own first if there is one */
    bool own_file;           /* there is one */
    bool refused;            /* libpam refuses every login because of `why` in `at`:`line` */
    enum cs_pam_fault why;
    const char *at; /* one of `files`; NULL: no file was found */
    unsigned line;
};

/* Reads what libpam reads for `service`. CS_ERR_NOMEM only: what is wrong with the files is in the
 * result, which is released with cs_pam_service_clear in any case. */
enum cs_err cs_pam_service_read(const struct cs_pam_source *source, const char *service,
                                struct cs_pam_service *ret_service) CS_MUST_USE;
void cs_pam_service_clear(struct cs_pam_service *service);

/* The lines of one kind: the service's own, or those of "other" if it has none. Borrowed from the
 * service; at most CS_PAM_ENTRIES_MAX. */
struct cs_pam_stack {
    const struct cs_pam_entry *items[CS_PAM_ENTRIES_MAX];
    size_t count;
};
void cs_pam_stack_of(const struct cs_pam_service *service, enum cs_pam_kind kind,
                     struct cs_pam_stack *ret_stack);

/* The services that have a file, or lines in /etc/pam.conf if there is no folder; sorted. */
enum cs_err cs_pam_services(const struct cs_pam_source *source,
                            struct cs_strlist *ret_names) CS_MUST_USE;

#endif
