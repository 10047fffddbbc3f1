/* SPDX-License-Identifier: Apache-2.0 */
/* A method that asks for a choice and allows anybody who makes one; for transcripts of menus. */
#include <stdio.h>
#include <syslog.h>

#include "conversation/menu.h"
#include "methods/method.h"

enum { ENTRIES = 25 };

static void fill(struct cs_menu_entry *entries, char names[ENTRIES][32])
{
    static const enum cs_text texts[] = {CS_TEXT_TOTP,
                                         CS_TEXT_SMS,
                                         CS_TEXT_EMAIL,
                                         CS_TEXT_VOICE,
                                         CS_TEXT_DEVICE_PRESENCE,
                                         CS_TEXT_DEVICE_BIOMETRIC};
    static const char *const formats[] = {"App %zu",       "+1555123%04zu", "u%zu@example.com",
                                          "+1555765%04zu", "Phone %zu",     "Tablet %zu"};

    for (size_t i = 0; i < ENTRIES; i++) {
        size_t kind = i % CS_ARRAY_SIZE(texts);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        (void)snprintf(names[i], sizeof names[i], formats[kind], i + 1);
#pragma GCC diagnostic pop
        entries[i] = (struct cs_menu_entry){.text = texts[kind],
                                            .name = names[i],
                                            .is_address = kind >= 1 && kind <= 3,
                                            .takes_code = kind == 0};
    }
}

static enum cs_verdict run_menu(struct cs_method_login *login, size_t count)
{
    struct cs_menu_entry entries[ENTRIES];
    char names[ENTRIES][32];
    const struct cs_menu menu = {entries, count};
    struct cs_choice choice = {0};
    struct cs_error error = {0};
    const char *identity = NULL;
    enum cs_err result;

    fill(entries, names);
    result = cs_menu_ask(login->given->channel, login->given->book, &menu,
                         1 + login->given->options->retry, &login->state.odd, &choice, &error);
    if (result == CS_OK)
        result = login->calls->identify(login->context, &identity, &error);
    cs_secret_free(&choice.code);
    cs_log(login->given->log, LOG_INFO, "pretend: choice kind %d entry %zu: %s", (int)choice.kind,
           choice.index + 1, error.text);
    if (result != CS_OK)
        return CS_VERDICT_ABORTED;
    if (choice.kind == CS_CHOICE_NONE)
        return CS_VERDICT_MAX_TRIES;
    return choice.kind == CS_CHOICE_JUNK ? CS_VERDICT_DENY : CS_VERDICT_ALLOW;
}

static enum cs_verdict run_3(struct cs_method_login *login, const struct cs_method *method,
                             const struct cs_listed_factor *factor)
{
    (void)method;
    (void)factor;
    return run_menu(login, 3);
}

static enum cs_verdict run_12(struct cs_method_login *login, const struct cs_method *method,
                              const struct cs_listed_factor *factor)
{
    (void)method;
    (void)factor;
    return run_menu(login, 12);
}

static enum cs_verdict run_25(struct cs_method_login *login, const struct cs_method *method,
                              const struct cs_listed_factor *factor)
{
    (void)method;
    (void)factor;
    return run_menu(login, 25);
}

extern const struct cs_method cs_method_pretend_menu_3, cs_method_pretend_menu_12,
    cs_method_pretend_menu_25;
const struct cs_method cs_method_pretend_menu_3 = {.name = "pretend-menu-3", .run = run_3};
const struct cs_method cs_method_pretend_menu_12 = {.name = "pretend-menu-12", .run = run_12};
const struct cs_method cs_method_pretend_menu_25 = {.name = "pretend-menu-25", .run = run_25};
