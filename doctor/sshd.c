/* SPDX-License-Identifier: Apache-2.0 */
/* sshd's settings: for nobody in particular, for somebody in each Match block, and for the user who
 * was named. */
#include <string.h>

#include "base/buffer.h"
#include "doctor/accounts.h"
#include "doctor/root.h"
#include "doctor/sshd_case.h"
#include "doctor/sshd_service.h"

enum { BLOCKS_MAX = 32, OTHERS_MAY_WRITE = 0022 };

struct look {
    const struct cs_doctor *doctor;
    struct cs_findings *all;
    struct cs_sshd_text text;
    struct cs_accounts accounts;
    struct cs_buffer service; /* of PAM, for sshd */
    struct cs_sshd_stack stack;
    struct cs_options options;
};

static void clear(struct look *look)
{
    cs_sshd_text_clear(&look->text);
    cs_accounts_clear(&look->accounts);
    cs_buffer_free(&look->service);
    cs_sshd_stack_clear(&look->stack);
}

/* ---- one connection ---- */

/* False: sshd could not be asked, and a finding says so. */
static enum cs_err judge(struct look *look, const struct cs_sshd_connection *connection,
                         struct cs_sshd_view *view, struct cs_error *error)
{
    const struct cs_sshd_case found = {.doctor = look->doctor,
                                       .text = &look->text,
                                       .view = view,
                                       .options = &look->options,
                                       .stack = &look->stack,
                                       .service = look->service.text,
                                       .all = look->all};
    struct cs_place place = {0};
    struct cs_error said = {0};
    enum cs_err result = cs_sshd_ask(&look->text, connection, view, &place, &said);

    if (result == CS_ERR_UNAVAILABLE && cs_sshd_judge_refusal(&look->text, said.text, look->all))
        return CS_ERR_CONFIG;
    if (result == CS_ERR_CONFIG || result == CS_ERR_UNAVAILABLE) {
        cs_findings_add(look->all, CS_FINDING_WRONG,
                        result == CS_ERR_CONFIG ? "sshd-config-broken" : "sshd-refuses", place,
                        "repair it; 'sshd -t' says when sshd is content",
                        "sshd does not start with this: %s", said.text);
        return CS_ERR_CONFIG;
    }
    if (result != CS_OK)
        return cs_fail(error, result, "%s", said.text);
    cs_sshd_judge_service(&found);
    if (look->stack.named)
        cs_sshd_judge(&found);
    return CS_OK;
}

/* ---- everybody, and the blocks ---- */

static enum cs_err judge_block(struct look *look, size_t block, struct cs_error *error)
{
    const struct cs_sshd_block *match = &look->text.blocks[block - 1];
    CS_AUTO(cs_sshd_connection_clear) struct cs_sshd_connection connection = {0};
    CS_AUTO(cs_sshd_view_clear) struct cs_sshd_view view = {0};
    enum cs_sshd_reach reach;

    if (cs_sshd_connection_any(&connection) != CS_OK ||
        cs_sshd_match_example(match->criteria, &look->accounts, &connection, &reach) != CS_OK)
        return cs_fail_nomem(error);
    if (reach == CS_SSHD_UNKNOWN) {
        cs_findings_add(look->all, CS_FINDING_FINE, "sshd-match-nobody",
                        (struct cs_place){match->path, match->line}, NULL,
                        "no local account meets 'Match %s', so this block was not tried",
                        match->criteria);
        return CS_OK;
    }
    view = (struct cs_sshd_view){.block = block, .reach = reach, .user = connection.user};
    return judge(look, &connection, &view, error);
}

static enum cs_err judge_user(struct look *look, struct cs_error *error)
{
    CS_AUTO(cs_sshd_connection_clear) struct cs_sshd_connection connection = {0};
    CS_AUTO(cs_sshd_view_clear) struct cs_sshd_view view = {.user = look->doctor->user};
    struct cs_sshd_connection *whom = &connection;
    enum cs_err result;

    if (look->doctor->user == NULL && look->doctor->from == NULL)
        return CS_OK;
    if (cs_sshd_connection_any(whom) != CS_OK)
        return cs_fail_nomem(error);
    if (look->doctor->user != NULL) {
        cs_string_free(&whom->user);
        whom->user = strdup(look->doctor->user);
    }
    if (look->doctor->from != NULL) {
        cs_string_free(&whom->address);
        whom->address = strdup(look->doctor->from);
    }
    if (whom->user == NULL || whom->address == NULL)
        return cs_fail_nomem(error);
    result = judge(look, whom, &view, error);
    if (result == CS_OK)
        cs_findings_add(look->all, CS_FINDING_FINE, "sshd-for-user", (struct cs_place){0}, NULL,
                        "sshd lets %s log in from %s with: %s", whom->user, whom->address,
                        cs_sshd_value(&view, "authenticationmethods"));
    return result;
}

/* ---- the files ---- */

static void judge_modes(const struct look *look)
{
    for (size_t i = 0; i < look->text.source_count; i++) {
        const char *path = look->text.sources[i].path;
        struct stat status;

        if (cs_root_stat(look->doctor->root, path, &status) == 0 &&
            (status.st_uid != 0 || (status.st_mode & OTHERS_MAY_WRITE) != 0))
            cs_findings_add(look->all, CS_FINDING_WRONG, "sshd-file-mode",
                            (struct cs_place){path, 0}, "chown root:root and chmod 0644",
                            "somebody other than root can change how sshd lets people in");
    }
}

static bool is_read(const struct look *look, const char *path)
{
    for (size_t i = 0; i < look->text.source_count; i++) {
        if (strcmp(look->text.sources[i].path, path) == 0)
            return true;
    }
    return false;
}

/* The first line of a file that sets what a second factor needs; 0: none. */
static unsigned find_setting(const char *root, const char *path)
{
    static const char *const telling[] = {"authenticationmethods", "kbdinteractiveauthentication",
                                          "challengeresponseauthentication", "usepam"};
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};
    unsigned number = 0;

    if (cs_root_read(root, path, &content, NULL) != CS_OK)
        return 0;
    for (const char *next = content.data; next != NULL;) {
        const char *newline = strchr(next, '\n');

        number++;
        next += strspn(next, " \t");
        for (size_t i = 0; i < CS_ARRAY_SIZE(telling); i++) {
            if (strncasecmp(next, telling[i], strlen(telling[i])) == 0)
                return number;
        }
        next = newline != NULL ? newline + 1 : NULL;
    }
    return 0;
}

/* A setting that somebody wrote and sshd never reads. */
static enum cs_err judge_unread(const struct look *look, struct cs_error *error)
{
    static const char folder[] = "/etc/ssh/sshd_config.d";
    CS_AUTO(cs_strlist_free) struct cs_strlist names = {0};

    if (cs_root_list(look->doctor->root, folder, &names) != CS_OK)
        return cs_fail_nomem(error);
    for (size_t i = 0; i < names.count; i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer path = {0};
        unsigned line;

        cs_buffer_printf(&path, "%s/%s", folder, names.items[i]);
        if (path.failed)
            return cs_fail_nomem(error);
        line = is_read(look, path.text) ? 0 : find_setting(look->doctor->root, path.text);
        if (line != 0)
            cs_findings_add(look->all, CS_FINDING_RISKY, "sshd-file-unread",
                            (struct cs_place){path.text, line},
                            "name it *.conf, and begin sshd_config with 'Include "
                            "/etc/ssh/sshd_config.d/*.conf'; or remove it",
                            "sshd does not read this file");
    }
    return CS_OK;
}

/* ---- everything ---- */

static enum cs_err find_reaches(struct look *look, struct cs_error *error)
{
    for (size_t i = 0; i < look->text.block_count; i++) {
        struct cs_sshd_block *block = &look->text.blocks[i];
        CS_AUTO(cs_sshd_connection_clear) struct cs_sshd_connection connection = {0};
        enum cs_sshd_reach reach;

        if (cs_sshd_connection_any(&connection) != CS_OK ||
            cs_sshd_match_example(block->criteria, &look->accounts, &connection, &reach) != CS_OK)
            return cs_fail_nomem(error);
        block->everybody = reach == CS_SSHD_EVERYBODY;
    }
    return CS_OK;
}

static enum cs_err prepare(struct look *look, struct cs_error *error)
{
    const struct cs_doctor *doctor = look->doctor;
    enum cs_err result = cs_sshd_text_read(doctor->root, &look->text, error);

    if (result == CS_OK)
        result = cs_accounts_read(doctor->root, &look->accounts, error);
    if (result == CS_OK)
        result = find_reaches(look, error);
    cs_sshd_service(&look->text, &look->service);
    if (look->service.failed)
        return cs_fail_nomem(error);
    if (result == CS_OK)
        result = cs_sshd_stack_read(doctor->root, look->service.text, &look->stack, error);
    cs_options_defaults(CS_PROFILE_OWN, &look->options);
    /* Mistakes on the line are reported elsewhere. */
    if (result == CS_OK && doctor->config != NULL)
        cs_ignore(cs_config_line(doctor->config, look->service.text, &look->stack.arguments,
                                 &look->options, NULL, NULL));
    return result;
}

/* Nobody in particular is asked for by name: without -C, OpenSSH 9.2 refuses a file that has a
 * Match LocalPort. */
static enum cs_err judge_anybody(struct look *look, struct cs_error *error)
{
    CS_AUTO(cs_sshd_connection_clear) struct cs_sshd_connection connection = {0};
    CS_AUTO(cs_sshd_view_clear) struct cs_sshd_view view = {0};

    if (cs_sshd_connection_any(&connection) != CS_OK)
        return cs_fail_nomem(error);
    return judge(look, &connection, &view, error);
}

/* Each block is a run of sshd: there must be an end. */
static void report_rest(const struct look *look)
{
    const struct cs_sshd_block *first = &look->text.blocks[BLOCKS_MAX];

    cs_findings_add(look->all, CS_FINDING_RISKY, "sshd-many-blocks",
                    (struct cs_place){first->path, first->line},
                    "put blocks that say the same together, or look at those from here on by "
                    "--user and --from",
                    "there are %zu Match blocks, and doctor tries the first %d: from this one on "
                    "they were not looked at",
                    look->text.block_count, BLOCKS_MAX);
}

static enum cs_err look_at(struct look *look, struct cs_error *error)
{
    enum cs_err result;

    judge_modes(look);
    result = judge_unread(look, error);
    if (result == CS_OK)
        result = judge_anybody(look, error);
    for (size_t i = 1; i <= look->text.block_count && i <= BLOCKS_MAX && result == CS_OK; i++)
        result = judge_block(look, i, error);
    if (look->text.block_count > BLOCKS_MAX)
        report_rest(look);
    if (result == CS_OK)
        result = judge_user(look, error);
    return result == CS_ERR_CONFIG ? CS_OK : result; /* it is a finding already */
}

enum cs_err cs_doctor_sshd(const struct cs_doctor *doctor, struct cs_findings *all,
                           struct cs_error *error)
{
    CS_AUTO(clear) struct look look = {.doctor = doctor, .all = all};
    enum cs_err result = prepare(&look, error);

    if (result == CS_ERR_NOT_FOUND) {
        cs_findings_add(all, CS_FINDING_FINE, "sshd-none", (struct cs_place){cs_sshd_config, 0},
                        NULL, "there is no sshd here");
        return CS_OK;
    }
    if (result != CS_OK)
        return result;
    return look_at(&look, error);
}
