/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/clock.h"
#include "base/sanitise.h"
#include "cli/cli.h"
#include "cli/key_model.h"
#include "cli/list_all.h"
#include "cli/suspension.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "store/owner.h"
#include "store/password.h"
#include "store/suspension.h"
#include "store/throttle.h"

struct listing {
    const char *user;
    struct cs_factors factors;
    unsigned recovery_left, failures;
    bool has_password, suspended;
    int64_t password_changed, suspended_since;
    struct cs_uid owner, account; /* account: as it is now */
};

/* Of codes and of passwords, with a proven first factor and without one: each can delay the user.
 */
static enum cs_err read_failures(const struct cs_transaction *transaction, const char *user,
                                 unsigned *ret_failures, struct cs_error *error)
{
    static const enum cs_throttle_scope scopes[] = {
        CS_THROTTLE_USER_PROVEN, CS_THROTTLE_USER_UNPROVEN, CS_THROTTLE_PASSWORD_PROVEN,
        CS_THROTTLE_PASSWORD_UNPROVEN};
    int64_t now = cs_clock_seconds();
    enum cs_err result = CS_OK;

    *ret_failures = 0;
    for (size_t i = 0; i < CS_ARRAY_SIZE(scopes) && result == CS_OK; i++) {
        unsigned count = 0;

        result = cs_throttle_count(transaction, scopes[i], user, now, &count, error);
        *ret_failures += count;
    }
    return result;
}

static enum cs_err read_listing(const struct cs_transaction *transaction, void *context,
                                struct cs_error *error)
{
    struct listing *listing = context;
    const char *user = listing->user;
    enum cs_err result = cs_factor_list(transaction, user, CS_STORED_ANY, &listing->factors, error);

    if (result == CS_OK)
        result = cs_recovery_count(transaction, user, &listing->recovery_left, error);
    if (result == CS_OK)
        result = cs_password_changed(transaction, user, &listing->has_password,
                                     &listing->password_changed, error);
    if (result == CS_OK)
        result = cs_suspension_read(transaction, user, &listing->suspended,
                                    &listing->suspended_since, error);
    if (result == CS_OK)
        result = cs_owner_read(transaction, user, &listing->owner, error);
    return result == CS_OK ? read_failures(transaction, user, &listing->failures, error) : result;
}

static void write_totp(struct cs_json_writer *writer, const struct cs_factor *factor)
{
    char used[CS_TIME_SIZE];

    cs_format_time(factor->last_step * factor->period, used);
    cs_json_write_string(writer, "algorithm", factor->algorithm);
    cs_json_write_integer(writer, "digits", factor->digits);
    cs_json_write_integer(writer, "period", factor->period);
    cs_json_write_integer(writer, "drift", factor->drift);
    cs_json_write_string(writer, "last_used", factor->last_step < 0 ? NULL : used);
}

/* The counter is null before the first login. */
static void write_key(struct cs_json_writer *writer, const struct cs_factor *factor)
{
    char used[CS_TIME_SIZE];

    cs_format_time(factor->last_used, used);
    cs_json_write_string(writer, "app_id", factor->app_id);
    if (factor->last_step < 0)
        cs_json_write_string(writer, "counter", NULL);
    else
        cs_json_write_integer(writer, "counter", factor->last_step);
    cs_json_write_bool(writer, "suspect", factor->suspect);
    cs_write_key_model(writer, factor);
    cs_json_write_string(writer, "last_used", factor->last_used > 0 ? used : NULL);
}

static void write_factor(struct cs_json_writer *writer, const struct cs_factor *factor)
{
    char created[CS_TIME_SIZE];

    cs_format_time(factor->created, created);
    cs_json_write_object(writer, NULL);
    cs_json_write_integer(writer, "id", factor->id);
    cs_json_write_string(writer, "kind", cs_stored_kind_name(factor->kind));
    cs_json_write_string(writer, "label", factor->label);
    cs_json_write_string(writer, "created", created);
    if (factor->kind == CS_STORED_U2F)
        write_key(writer, factor);
    else
        write_totp(writer, factor);
    cs_json_write_end(writer);
}

/* What logins refuse as other-uid, unless uid_check is off. */
static bool is_others(const struct listing *listing)
{
    return listing->owner.known && listing->account.known &&
           listing->owner.value != listing->account.value;
}

static enum cs_err write(struct cs_json_writer *writer, void *context, struct cs_error *error)
{
    const struct listing *listing = context;

    (void)error;
    cs_json_write_string(writer, "user", listing->user);
    cs_json_write_array(writer, "factors");
    for (size_t i = 0; i < listing->factors.count; i++)
        write_factor(writer, &listing->factors.items[i]);
    cs_json_write_end(writer);
    cs_write_password(writer, listing->has_password ? &listing->password_changed : NULL);
    cs_json_write_integer(writer, "recovery_codes_left", listing->recovery_left);
    cs_json_write_integer(writer, "failed_tries", listing->failures);
    cs_write_suspension(writer, listing->suspended, listing->suspended_since);
    if (listing->owner.known)
        cs_json_write_integer(writer, "uid", listing->owner.value);
    else
        cs_json_write_null(writer, "uid");
    cs_json_write_bool(writer, "other_uid", is_others(listing));
    return CS_OK;
}

enum { SETTINGS_SIZE = CS_FACTOR_APP_ID_MAX + CS_KEY_MODEL_SIZE + CS_AAGUID_SIZE + 16 };

static void format_settings(const struct cs_factor *factor, char ret_text[SETTINGS_SIZE])
{
    char model[CS_KEY_MODEL_SIZE], aaguid[CS_AAGUID_SIZE];

    if (factor->kind != CS_STORED_U2F) {
        (void)snprintf(ret_text, SETTINGS_SIZE, "%s, %u digits, %u s", factor->algorithm,
                       factor->digits, factor->period);
        return;
    }
    cs_format_key_model(factor, model);
    cs_format_aaguid(factor, aaguid);
    (void)snprintf(ret_text, SETTINGS_SIZE, "%s, %s%s%s", factor->app_id, model,
                   aaguid[0] ? ", model " : "", aaguid);
}

static void add_factor(struct cs_table *table, const struct cs_factor *factor)
{
    char id[24], settings[SETTINGS_SIZE], created[CS_TIME_SIZE];

    (void)snprintf(id, sizeof id, "%lld", (long long)factor->id);
    format_settings(factor, settings);
    cs_format_time(factor->created, created);
    cs_table_add(table, id, cs_stored_kind_name(factor->kind), settings, created,
                 factor->suspect ? "SUSPECT" : "ok", factor->label);
}

static enum cs_err say_factors(const struct cs_factors *factors, struct cs_error *error)
{
    CS_AUTO(cs_table_clear) struct cs_table table = {.columns = 6, .numbers = 1};

    cs_table_add(&table, "ID", "KIND", "SETTINGS", "SINCE", "STATE", "LABEL");
    for (size_t i = 0; i < factors->count; i++)
        add_factor(&table, &factors->items[i]);
    return cs_table_print(&table, stdout, error);
}

static enum cs_err say(void *context, struct cs_error *error)
{
    const struct listing *listing = context;
    CS_AUTO(cs_buffer_free) struct cs_buffer user = {0};
    char changed[CS_TIME_SIZE];
    enum cs_err result = CS_OK;

    cs_sanitise(&user, listing->user, strlen(listing->user));
    if (listing->factors.count > 0)
        result = say_factors(&listing->factors, error);
    else
        (void)printf("%s has no factor\n", user.text ? user.text : "");
    if (result != CS_OK)
        return result;
    cs_format_time(listing->password_changed, changed);
    if (listing->has_password)
        (void)printf("password: since %s\n", changed);
    (void)printf("recovery codes left: %u\nfailed tries: %u\n", listing->recovery_left,
                 listing->failures);
    cs_format_time(listing->suspended_since, changed);
    if (listing->suspended)
        (void)printf("SUSPENDED since %s: nothing is accepted\n", changed);
    if (is_others(listing))
        (void)printf("OTHER UID: enrolled for the uid %u, and the account has %u: nothing is "
                     "accepted (reason other-uid)\n",
                     (unsigned)listing->owner.value, (unsigned)listing->account.value);
    return CS_OK;
}

static void clear_listing(struct listing *listing)
{
    cs_factors_clear(&listing->factors);
}

int cs_cmd_list(struct cs_cli *cli, const struct cs_words *words)
{
    static const struct cs_report report = {.say = say, .write = write};
    CS_AUTO(clear_listing)
    struct listing listing = {.user = words->operands[0], .account = cli->account.uid};

    if (words->operand_count == 0)
        return cs_list_all(cli);
    return cs_cli_do(cli, read_listing, &report, &listing);
}
