/* SPDX-License-Identifier: Apache-2.0 */
/* After a backup is restored, whatever was spent since would be valid once more. All time-based
 * codes up to now are marked as spent. The store cannot know which recovery codes were used. The
 * log names the users who used one, but not the code, so all codes of these users are spent. It
 * also names the security keys that were found to be copied. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/reason.h"
#include "base/user_name.h"
#include "cli/restored.h"
#include "store/former.h"
#include "store/ticket.h"
#include "json/json.h"

enum {
    AUDIT_NAME_MAX = 160, /* bytes; a longer name is cut in the log (login/audit.c) */
    MET_MIN = 1024,
};

void cs_restored_clear(struct cs_restored *restored)
{
    cs_strlist_free(&restored->used);
    cs_strlist_free(&restored->met);
    cs_strlist_free(&restored->keys);
}

static int read_words(const struct cs_words *words, struct cs_restored *restored)
{
    *restored = (struct cs_restored){.log = words->options[CS_RESTORED_LOG],
                                     .spend = words->options[CS_RESTORED_SPEND] != NULL,
                                     .keep = words->options[CS_RESTORED_KEEP] != NULL};
    if ((restored->log != NULL) + restored->spend + restored->keep != 1)
        return cs_misuse(words->verb,
                         "one of the three options says what becomes of recovery codes");
    return CS_EXIT_OK;
}

/* ---- the log ---- */

/* What the broker says in a log line, if it begins with `start`, or NULL. Text that others log may
 * hold anything, so a line counts only if its first tag is the broker's. */
static char *find_own(char *line, const char *start)
{
    static const char program[] = "countersignd[";
    char *colon = strstr(line, ": ");
    char *tag = strstr(line, program);

    if (colon == NULL || tag == NULL || tag > colon || colon[-1] != ']' ||
        strspn(tag + strlen(program), "0123456789") != (size_t)(colon - 1 - tag) - strlen(program))
        return NULL;
    return strncmp(colon + 2, start, strlen(start)) == 0 ? colon + 2 : NULL;
}

/* The identity at the end of an audit line, without quotes and escapes, in place; NULL if there is
 * none. */
static char *take_identity(char *audit)
{
    static const char key[] = " identity=\"";
    char *found = NULL, *out, *in;

    /* Take the last match: text before it may say the same inside quotes, but escaped. */
    for (char *next = strstr(audit, key); next != NULL; next = strstr(next + 1, key))
        found = next + strlen(key);
    if (found == NULL)
        return NULL;
    for (in = out = found; *in != '"' && *in != '\0'; in++) {
        if (*in == '\\' && in[1] != '\0')
            in++;
        *out++ = *in;
    }
    *out = '\0';
    return found;
}

/* Whether the user got in with a factor or code of the local provider, and whether with a recovery
 * code, which is spent then. */
struct use {
    bool factor, recovery;
};

static void note_word(const char *word, size_t length, struct use *use)
{
    static const enum cs_reason factors[] = {CS_REASON_TOTP, CS_REASON_HOTP, CS_REASON_U2F,
                                             CS_REASON_RECOVERY_CODE, CS_REASON_SELF_ENROLLED};

    for (size_t i = 0; i < CS_ARRAY_SIZE(factors); i++) {
        const char *name = cs_reason_name(factors[i]);

        if (strlen(name) != length || strncmp(name, word, length) != 0)
            continue;
        use->factor = true;
        use->recovery = use->recovery || factors[i] == CS_REASON_RECOVERY_CODE;
    }
}

/* Words with commas between them, to the next blank. */
static void note_words(const char *audit, const char *key, struct use *use)
{
    const char *word = strstr(audit, key);

    for (word = word != NULL ? word + strlen(key) : ""; *word != '\0' && *word != ' ';) {
        size_t length = strcspn(word, ", \n");

        note_word(word, length, use);
        word += length + (word[length] == ',');
        if (length == 0)
            break;
    }
}

static enum cs_err add_used(struct cs_restored *restored, const char *user, size_t longest,
                            struct cs_error *error)
{
    if (user == NULL || cs_strlist_contains(&restored->used, user))
        return CS_OK;
    if (strlen(user) > longest)
        return cs_fail(error, CS_ERR_INPUT,
                       "%s: the name of somebody who used a recovery code is cut short there; use "
                       "--spend-codes; nothing was changed",
                       restored->log);
    return cs_strlist_add(&restored->used, user, strlen(user)) == CS_OK ? CS_OK
                                                                        : cs_fail_nomem(error);
}

static void drop_repeated(struct cs_strlist *names)
{
    size_t kept = 0;

    cs_strlist_sort(names);
    for (size_t i = 0; i < names->count; i++) {
        if (kept > 0 && strcmp(names->items[kept - 1], names->items[i]) == 0)
            free(names->items[i]);
        else
            names->items[kept++] = names->items[i];
    }
    names->count = kept;
}

/* A log may have millions of lines, of some thousand users. A name that was cut short is nobody's.
 */
static enum cs_err add_met(struct cs_restored *restored, const char *user, size_t longest,
                           struct cs_error *error)
{
    struct cs_strlist *met = &restored->met;

    if (user == NULL || strlen(user) > longest)
        return CS_OK;
    if (cs_strlist_add(met, user, strlen(user)) != CS_OK)
        return cs_fail_nomem(error);
    if (met->count >= restored->met_full) {
        drop_repeated(met);
        restored->met_full = 2 * met->count + MET_MIN;
    }
    return CS_OK;
}

static enum cs_err add_use(struct cs_restored *restored, const struct use *use, const char *user,
                           size_t longest, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    restored->logins = true;
    if (use->recovery)
        result = add_used(restored, user, longest, error);
    return result == CS_OK && use->factor ? add_met(restored, user, longest, error) : result;
}

/* Whatever became of the login. What was being judged when the broker was killed may be spent. */
static enum cs_err read_audit(struct cs_restored *restored, char *audit, struct cs_error *error)
{
    struct use use = {0};

    note_words(audit, " accepted=", &use);
    note_words(audit, " unsettled=", &use);
    return add_use(restored, &use, take_identity(audit), AUDIT_NAME_MAX, error);
}

/* The same in a record (login/audit_json.c). One that a crash cut off is no record. */
static enum cs_err read_record(struct cs_restored *restored, const char *text,
                               struct cs_error *error)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    const struct cs_json_value *record;
    const char *word;
    struct use use = {0};

    if (cs_json_parse("a record", text, strcspn(text, "\n"), CS_JSON_STRICT, &document, NULL) !=
        CS_OK)
        return CS_OK;
    record = cs_json_root(document);
    word = cs_json_string(cs_json_get(record, "unsettled"), NULL);
    note_word(word != NULL ? word : "", word != NULL ? strlen(word) : 0, &use);
    for (const struct cs_json_value *item = cs_json_first(cs_json_get(record, "accepted"));
         item != NULL; item = cs_json_next(item)) {
        word = cs_json_string(item, NULL);
        note_word(word != NULL ? word : "", word != NULL ? strlen(word) : 0, &use);
    }
    return add_use(restored, &use, cs_json_string(cs_json_get(record, "identity"), NULL),
                   CS_USER_NAME_MAX, error);
}

/* The alert of providers/local/u2f_answer.c. */
static enum cs_err read_alert(struct cs_restored *restored, const char *alert,
                              struct cs_error *error)
{
    static const char mark[] = "; factor ";
    const char *id = strstr(alert, mark);
    size_t digits = id != NULL ? strspn(id + strlen(mark), "0123456789") : 0;

    return digits == 0 || cs_strlist_add(&restored->keys, id + strlen(mark), digits) == CS_OK
               ? CS_OK
               : cs_fail_nomem(error);
}

static enum cs_err read_line(struct cs_restored *restored, char *line, size_t length,
                             struct cs_error *error)
{
    char *audit, *record, *alert;

    /* What a crash leaves in a file that was open. */
    for (size_t i = 0; i < length; i++)
        line[i] = line[i] != '\0' ? line[i] : ' ';
    audit = find_own(line, "login verdict=");
    record = find_own(line, "{\"record\":\"login\"");
    alert = find_own(line, "the counter of a security key went back, ");
    if (audit != NULL)
        return read_audit(restored, audit, error);
    if (record != NULL)
        return read_record(restored, record, error);
    return alert != NULL ? read_alert(restored, alert, error) : CS_OK;
}

/* Read as root: nobody else may read the log. */
static enum cs_err read_log(struct cs_restored *restored, struct cs_error *error)
{
    CS_AUTO(cs_string_free) char *line = NULL;
    bool input = strcmp(restored->log, "-") == 0;
    FILE *file = input ? stdin : fopen(restored->log, "re");
    enum cs_err result = CS_OK;
    ssize_t length;
    size_t size = 0;

    if (file == NULL)
        return cs_fail_errno(error, "%s: cannot open", restored->log);
    errno = 0;
    while (result == CS_OK && (length = getline(&line, &size, file)) >= 0)
        result = read_line(restored, line, (size_t)length, error);
    if (result == CS_OK && !feof(file))
        result = cs_fail_errno(error, "%s: cannot read; nothing was changed", restored->log);
    if (!input)
        (void)fclose(file);
    if (result == CS_OK && !restored->logins)
        result = cs_fail(error, CS_ERR_INPUT,
                         "%s: no login in the form that syslog and journalctl give it; use "
                         "--spend-codes, or --keep-codes if nobody logged in since the backup; "
                         "nothing was changed",
                         restored->log);
    return result;
}

/* ---- the store ---- */

static enum cs_err suspect_keys(const struct cs_transaction *transaction,
                                struct cs_restored *restored, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    for (size_t i = 0; i < restored->keys.count && result == CS_OK; i++) {
        bool marked = false;

        result = cs_factor_suspect(transaction, strtoll(restored->keys.items[i], NULL, 10), &marked,
                                   error);
        restored->copied += marked;
    }
    return result;
}

/* Of those whom the log shows with a factor, and who have none now. */
static enum cs_err note_former(const struct cs_transaction *transaction,
                               struct cs_restored *restored, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    drop_repeated(&restored->met);
    for (size_t i = 0; i < restored->met.count && result == CS_OK; i++) {
        const char *user = restored->met.items[i];
        enum cs_past past = CS_PAST_FACTOR;

        result = cs_past_find(transaction, user, &past, error);
        if (result != CS_OK || past != CS_PAST_NONE)
            continue;
        result = cs_former_note(transaction, user, error);
        restored->former++;
    }
    return result;
}

enum cs_err cs_restored_spend(const struct cs_transaction *transaction, void *context,
                              struct cs_error *error)
{
    struct cs_restored *restored = context;
    enum cs_err result =
        cs_factor_spend_all(transaction, cs_clock_seconds(), &restored->factors, error);

    if (result == CS_OK)
        result = cs_factor_count_hotp(transaction, &restored->counters, error);
    if (result == CS_OK)
        result = cs_ticket_remove_all(transaction, error);
    if (result == CS_OK && restored->spend)
        result = cs_recovery_spend_all(transaction, &restored->users, error);
    for (size_t i = 0; i < restored->used.count && result == CS_OK; i++) {
        const char *user = restored->used.items[i];
        unsigned left = 0;

        result = cs_recovery_count(transaction, user, &left, error);
        if (result == CS_OK)
            result = cs_recovery_replace(transaction, user, NULL, 0, error);
        restored->users += left > 0;
        if (result == CS_OK)
            result = cs_cli_act_user(restored->act, user, error);
    }
    if (result == CS_OK)
        result = note_former(transaction, restored, error);
    return result == CS_OK ? suspect_keys(transaction, restored, error) : result;
}

void cs_restored_say(const struct cs_restored *restored, bool compared)
{
    (void)printf("TOTP factors whose codes up to now are spent: %u\n"
                 "users whose recovery codes are spent: %u\n",
                 restored->factors, restored->users);
    for (size_t i = 0; i < restored->used.count; i++)
        (void)printf("  %s: give new ones with 'countersign recovery'\n", restored->used.items[i]);
    if (restored->counters > 0 && !compared)
        (void)printf("HOTP factors whose codes since the backup are good again until their users "
                     "have logged in: %u\n",
                     restored->counters);
    if (restored->former > 0)
        (void)printf("users who had a factor since the backup, and have none now: %u; enrol them "
                     "anew, as no login does so without 'countersign ticket --again'\n",
                     restored->former);
    if (restored->copied > 0)
        (void)printf("security keys that may have been copied and are no longer accepted: %u\n",
                     restored->copied);
    (void)printf(
        "Factors that were removed and passwords that were changed since the backup are as "
        "they were in it; remove and change them again.\n");
}

int cs_restored_read(const struct cs_cli *cli, const struct cs_words *words,
                     struct cs_restored *ret_restored)
{
    struct cs_error error = {0};
    int status = read_words(words, ret_restored);

    if (status != CS_EXIT_OK)
        return status;
    ret_restored->act = cli->act;
    cs_cli_act_detail(cli->act, ret_restored->spend  ? "spend-codes"
                                : ret_restored->keep ? "keep-codes"
                                                     : "log");
    return ret_restored->log == NULL || read_log(ret_restored, &error) == CS_OK
               ? CS_EXIT_OK
               : cs_complain(&error);
}
