/* SPDX-License-Identifier: Apache-2.0 */
/* What `explain` found out about a login, in the order in which the login meets it. */
#ifndef CS_CLI_EXPLAIN_H
#define CS_CLI_EXPLAIN_H

#include "cli/pam_line.h"
#include "login/membership.h"
#include "login/rehearsal.h"
#include "store/user.h"
#include "json/write.h"

enum { CS_EXPLAINED_FACTORS_MAX = 10 };

/* One login, as it would go. */
struct cs_explained_login {
    enum cs_way way;
    unsigned choice; /* of the menu, if there is one */
    bool alone;      /* the password was typed alone where a code may come with it */
    struct cs_rehearsed seen;
};

/* All logins of a user who has this or that. */
struct cs_explained_case {
    bool told;    /* this is what the user has; else it is assumed */
    bool unknown; /* assumed: the provider does not know the user */
    struct cs_listed_factor has[CS_EXPLAINED_FACTORS_MAX];
    size_t has_count;
    struct cs_explained_login *logins;
    size_t count;
};

struct cs_explanation {
    struct cs_request request;
    bool address_assumed;
    const char *key; /* of --key; NULL: none */
    bool online;
    const char *config_path;
    struct cs_cli_line line;
    struct cs_error refused; /* why the settings are refused; CS_OK: they are not */
    struct cs_account account;
    struct cs_error unresolved; /* why the account was not found out */
    struct cs_memberships groups;
    struct cs_map_trace trace;
    char identity[CS_IDENTITY_SIZE];
    struct cs_error unmapped; /* why there is no identity */
    bool stored_read;
    struct cs_user_tally stored; /* what this machine's store has under the identity */
    struct cs_error unread;      /* why that was not read */
    struct cs_explained_case *cases;
    size_t count;
};

/* Rehearses every login that can differ. CS_ERR_NOMEM. Run it as the broker's account. */
enum cs_err cs_explain_logins(struct cs_explanation *explanation,
                              struct cs_error *error) CS_MUST_USE;
void cs_explain_clear_cases(struct cs_explanation *explanation);

/* For the members of struct cs_report. */
enum cs_err cs_explain_say(void *explanation, struct cs_error *error);
enum cs_err cs_explain_write(struct cs_json_writer *writer, void *explanation,
                             struct cs_error *error);

/* The option in that place of all options (cs_option_at), as it holds: its written form, "" if it
 * is not set, and where it comes from. False: behind the last. `ret_set`: it is no default. */
bool cs_explain_option(const struct cs_explanation *explanation, size_t place,
                       struct cs_option *ret_option, struct cs_buffer *ret_value,
                       struct cs_buffer *ret_from, bool *ret_set);

/* The kind of a factor, as in auth_method: "totp", "smsotp", ... */
const char *cs_explain_kind(enum cs_factor_kind kind);

/* "not a member", "member", ... */
const char *cs_explain_membership(enum cs_membership membership);

#endif
