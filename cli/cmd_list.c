/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/clock.h"
#include "base/sanitise.h"
#include "cli/cli.h"
#include "store/password.h"
#include "store/throttle.h"

struct listing {
    const char *user;
    struct cs_factors factors;
    unsigned recovery_left, failures;
    bool has_password;
    int64_t password_changed;
};

/* Those after a proven first factor, of codes and of passwords. */
static enum cs_err read_failures(const struct cs_transaction *transaction, const char *user,
                                 unsigned *ret_failures, struct cs_error *error)
{
    int64_t now = cs_clock_seconds();
    unsigned codes = 0, passwords = 0;
    enum cs_err result =
        cs_throttle_count(transaction, CS_THROTTLE_USER_PROVEN, user, now, &codes, error);

    if (result == CS_OK)
        result = cs_throttle_count(transaction, CS_THROTTLE_PASSWORD_PROVEN, user, now, &passwords,
                                   error);
    *ret_failures = codes + passwords;
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
    cs_json_write_string(writer, "app_id", factor->app_id);
    if (factor->last_step < 0)
        cs_json_write_string(writer, "counter", NULL);
    else
        cs_json_write_integer(writer, "counter", factor->last_step);
    cs_json_write_bool(writer, "suspect", factor->suspect);
}

static int write_json(const struct listing *listing)
{
    struct cs_json_writer *writer = cs_json_writer_new();

    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "user", listing->user);
    cs_json_write_array(writer, "factors");
    for (size_t i = 0; i < listing->factors.count; i++) {
        const struct cs_factor *factor = &listing->factors.items[i];
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
    cs_json_write_end(writer);
    cs_write_password(writer, listing->has_password ? &listing->password_changed : NULL);
    cs_json_write_integer(writer, "recovery_codes_left", listing->recovery_left);
    cs_json_write_integer(writer, "failed_tries", listing->failures);
    cs_json_write_end(writer);
    return cs_print_json(&writer, CS_JSON_FORMATTED);
}

/* Whoever may choose a label or an argument chooses nothing else of what a terminal shows. */
static void print_clean(const char *before, const char *text, const char *after)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};

    cs_sanitise(&clean, text, strlen(text));
    (void)printf("%s%s%s", before, clean.text ? clean.text : "", after);
}

static void print_factor(const struct cs_factor *factor)
{
    char created[CS_TIME_SIZE];

    cs_format_time(factor->created, created);
    (void)printf("%lld  %s  ", (long long)factor->id, cs_stored_kind_name(factor->kind));
    if (factor->kind == CS_STORED_U2F)
        print_clean("", factor->app_id, "");
    else
        (void)printf("%s  %u digits  %u s", factor->algorithm, factor->digits, factor->period);
    (void)printf("  since %s%s", created,
                 factor->suspect ? "  SUSPECT: its counter went back" : "");
    print_clean(factor->label[0] ? "  " : "", factor->label, "\n");
}

static int write_text(const struct listing *listing)
{
    for (size_t i = 0; i < listing->factors.count; i++)
        print_factor(&listing->factors.items[i]);
    if (listing->factors.count == 0)
        print_clean("", listing->user, " has no factor\n");
    if (listing->has_password) {
        char changed[CS_TIME_SIZE];

        cs_format_time(listing->password_changed, changed);
        (void)printf("password  since %s\n", changed);
    }
    (void)printf("recovery codes left: %u\nfailed tries: %u\n", listing->recovery_left,
                 listing->failures);
    return CS_EXIT_OK;
}

int cs_cmd_list(struct cs_cli *cli, int argc, char **argv)
{
    struct listing listing = {.user = cs_one_user(argc, argv)};
    struct cs_error error = {0};

    if (listing.user == NULL)
        return CS_EXIT_USAGE;
    if (cs_cli_in_store(cli, read_listing, &listing, &error) != CS_OK)
        return cs_complain(&error);
    return cli->json ? write_json(&listing) : write_text(&listing);
}
