/* SPDX-License-Identifier: Apache-2.0 */
/* An explanation for people: one section for each thing that a login meets, in that order. */
#include <stdio.h>
#include <string.h>

#include "base/sanitise.h"
#include "cli/explain.h"
#include "cli/table.h"

enum { INDENT = 2, PROMPT_INDENT = 6, LINE_MAX = 160 };

static void section(const char *title)
{
    (void)printf("\n%s\n", title);
}

/* ---- options ---- */

static bool is_telling(const struct cs_option *option)
{
    return strcmp(option->row->name, "auth_method") == 0 ||
           strcmp(option->row->name, "provider") == 0;
}

static void add_option(const struct cs_option *option, const char *value, const char *from,
                       struct cs_table *table)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer name = {0};

    cs_buffer_printf(&name, "%s%s%s", option->kind ? option->kind->name : "",
                     option->kind ? "." : "", option->row->name);
    cs_table_add(table, name.text ? name.text : "", value, from);
}

static enum cs_err say_options(const struct cs_explanation *explanation, struct cs_error *error)
{
    CS_AUTO(cs_table_clear) struct cs_table table = {.columns = 3, .indent = INDENT};
    bool there = true;

    section("Options (all others have their defaults)");
    for (size_t place = 0; there; place++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer value = {0}, from = {0};
        struct cs_option option;
        bool set = false;

        there = cs_explain_option(explanation, place, &option, &value, &from, &set);
        if (there && option.row->where != 0 && (set || is_telling(&option)))
            add_option(&option, value.text ? value.text : "", from.text ? from.text : "", &table);
    }
    if (explanation->refused.code != CS_OK)
        cs_table_add(&table, "refused", explanation->refused.text, "");
    return cs_table_print(&table, stdout, error);
}

/* ---- who ---- */

static void add_group(struct cs_table *table, const char *option, const char *groups,
                      enum cs_membership membership, const char *absent)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    if (groups == NULL)
        return;
    cs_buffer_printf(&text, "%s: member: %s", groups, cs_explain_membership(membership));
    if (absent[0] != '\0')
        cs_buffer_printf(&text, "; there is no group '%s'", absent);
    cs_table_add(table, option, text.text ? text.text : "");
}

static enum cs_err say_account(const struct cs_explanation *explanation, struct cs_error *error)
{
    CS_AUTO(cs_table_clear) struct cs_table table = {.columns = 2, .indent = INDENT};
    const struct cs_account *account = &explanation->account;
    const struct cs_memberships *groups = &explanation->groups;
    char uid[24];

    section("Account");
    (void)snprintf(uid, sizeof uid, "%u", (unsigned)account->uid);
    if (explanation->unresolved.code != CS_OK)
        cs_table_add(&table, "problem", explanation->unresolved.text);
    else if (!account->known)
        cs_table_add(&table, "name", "this machine knows no such account");
    if (account->known) {
        cs_table_add(&table, "name", account->name);
        cs_table_add(&table, "uid", uid);
        add_group(&table, "exempt_group", explanation->line.options.exempt_group, groups->exempt,
                  groups->no_exempt);
        add_group(&table, "2fa_group", explanation->line.options.two_factor_group, groups->asked,
                  groups->no_asked);
    }
    return cs_table_print(&table, stdout, error);
}

static enum cs_err say_mapping(const struct cs_explanation *explanation, struct cs_error *error)
{
    CS_AUTO(cs_table_clear) struct cs_table table = {.columns = 2, .indent = INDENT};
    const struct cs_map_trace *trace = &explanation->trace;

    section("Identity at the provider");
    for (size_t i = 0; i < trace->count; i++)
        cs_table_add(&table, trace->steps[i].what, trace->steps[i].value);
    if (explanation->unmapped.code != CS_OK)
        cs_table_add(&table, "problem", explanation->unmapped.text);
    cs_table_add(&table, "identity", explanation->identity[0] ? explanation->identity : "none");
    return cs_table_print(&table, stdout, error);
}

static const char *proof(const struct cs_explanation *explanation)
{
    if (explanation->line.options.stack_first_factor)
        return "by the modules before this line (stack_first_factor)";
    return explanation->request.ssh_auth_info != NULL ? "by a key, in sshd"
                                                      : "by nothing before this login";
}

static enum cs_err say_provider(const struct cs_explanation *explanation, struct cs_error *error)
{
    CS_AUTO(cs_table_clear) struct cs_table table = {.columns = 2, .indent = INDENT};
    const struct cs_explained_case *first = &explanation->cases[0];

    section("Provider");
    cs_table_add(&table, "name", explanation->line.options.provider);
    cs_table_add(&table, "first factor proven", proof(explanation));
    if (!first->told)
        cs_table_add(&table, "what the user has",
                     "not asked: what follows says what happens in each case; --online asks");
    if (explanation->unread.code != CS_OK)
        cs_table_add(&table, "store", explanation->unread.text);
    for (size_t i = 0; explanation->stored_read && i < CS_USER_GIVEN; i++) {
        char count[16];

        (void)snprintf(count, sizeof count, "%u", explanation->stored.counts[i]);
        if (explanation->stored.counts[i] > 0)
            cs_table_add(&table, cs_user_thing_name((enum cs_user_thing)i), count);
    }
    return cs_table_print(&table, stdout, error);
}

/* ---- dialogues ---- */

/* Line by line; what only a program reads is cut. */
static void print_text(const char *text)
{
    while (*text != '\0') {
        CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};
        size_t length = strcspn(text, "\n");

        cs_sanitise(&clean, text, length);
        (void)printf("%*s| %.*s%s\n", PROMPT_INDENT, "", LINE_MAX, clean.text ? clean.text : "",
                     clean.length > LINE_MAX ? "..." : "");
        text += length + (text[length] == '\n');
    }
}

static void print_step(const struct cs_step *step)
{
    static const char *const calls[][2] = {{"find", "looks up the user"},
                                           {"list", "asks for the factors of"},
                                           {"check", "lets it check a"},
                                           {"send", "lets it send to"}};
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};

    if (step->kind == CS_STEP_ASK || step->kind == CS_STEP_TELL) {
        (void)printf("    %s%s\n", step->kind == CS_STEP_ASK ? "asks for: " : "says",
                     step->kind == CS_STEP_ASK ? step->what : "");
        print_text(step->text);
        if (step->kind == CS_STEP_ASK && !step->echo)
            (void)printf("%*s(what is typed is not shown)\n", PROMPT_INDENT, "");
        return;
    }
    cs_sanitise(&clean, step->text, strlen(step->text));
    if (step->kind == CS_STEP_SEND)
        (void)printf("    sends to the user: %s %s\n", step->what, clean.text ? clean.text : "");
    for (size_t i = 0; step->kind == CS_STEP_CALL && i < CS_ARRAY_SIZE(calls); i++) {
        if (strcmp(calls[i][0], step->what) == 0)
            (void)printf("    provider: %s %s\n", calls[i][1], clean.text ? clean.text : "");
    }
}

static void print_case_title(const struct cs_explained_case *of)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer title = {0};

    cs_buffer_text(&title, of->told      ? "As it is"
                           : of->unknown ? "If the provider does not know the user"
                           : of->has_count == 0
                               ? "If the user has nothing at the provider that is asked for"
                               : "If the user has at the provider:");
    for (size_t i = 0; !of->told && i < of->has_count; i++)
        cs_buffer_printf(&title, "%s %s%s%s", i > 0 ? "," : "", cs_explain_kind(of->has[i].kind),
                         of->has[i].name[0] ? " " : "", of->has[i].name);
    section(title.text ? title.text : "");
}

/* The right answers show the whole dialogue; the table says how the others end. */
static void print_dialogue(const struct cs_explained_login *login)
{
    const struct cs_rehearsed *seen = &login->seen;

    if (seen->has_menu)
        (void)printf("  choice %u (prompts in %s)\n", login->choice,
                     seen->language[0] ? seen->language : "en");
    else
        (void)printf("  %s (prompts in %s)\n", login->alone ? "the password alone" : "the dialogue",
                     seen->language[0] ? seen->language : "en");
    for (size_t i = 0; i < seen->count; i++)
        print_step(&seen->steps[i]);
    if (seen->count == 0)
        (void)printf("    asks nothing\n");
    for (size_t i = 0; i < seen->notes.count; i++)
        (void)printf("    log: %s\n", seen->notes.items[i]);
}

/* ---- outcomes ---- */

static const char *way_title(enum cs_way way)
{
    static const char *const titles[CS_WAYS] = {
        [CS_WAY_RIGHT] = "all as asked",      [CS_WAY_WRONG_PASSWORD] = "all wrong",
        [CS_WAY_WRONG_CODE] = "wrong codes",  [CS_WAY_RECOVERY] = "a recovery code",
        [CS_WAY_REFUSED] = "request refused", [CS_WAY_EXPIRED] = "no approval in time",
        [CS_WAY_NO_ANSWER] = "no answer",     [CS_WAY_AWAY] = "provider unreachable",
    };

    return titles[way];
}

static void add_outcome(const struct cs_explained_login *login, struct cs_table *table)
{
    const struct cs_rehearsed *seen = &login->seen;
    CS_AUTO(cs_buffer_free) struct cs_buffer way = {0}, sees = {0}, log = {0};
    const char *told = NULL;
    unsigned prompts = 0;

    for (size_t i = 0; i < seen->count; i++) {
        prompts += seen->steps[i].kind == CS_STEP_ASK;
        if (seen->steps[i].kind == CS_STEP_TELL)
            told = seen->steps[i].text;
    }
    cs_buffer_text(&way, way_title(login->way));
    if (seen->has_menu)
        cs_buffer_printf(&way, ", choice %u", login->choice);
    if (login->alone)
        cs_buffer_text(&way, ", password alone");
    cs_buffer_printf(&sees, "%u prompt%s, %s", prompts, prompts == 1 ? "" : "s",
                     seen->granted ? "let in" : "refused");
    if (told != NULL)
        cs_buffer_printf(&sees, ": %.*s", (int)strcspn(told, "\n"), told);
    cs_buffer_printf(&log, "%s, reason=%s", seen->verdict, seen->reason);
    cs_table_add(table, way.text ? way.text : "", sees.text ? sees.text : "",
                 log.text ? log.text : "", seen->code);
}

static enum cs_err say_case(const struct cs_explained_case *of, struct cs_error *error)
{
    CS_AUTO(cs_table_clear) struct cs_table table = {.columns = 4, .indent = INDENT};

    print_case_title(of);
    for (size_t i = 0; i < of->count; i++) {
        if (of->logins[i].way == CS_WAY_RIGHT)
            print_dialogue(&of->logins[i]);
    }
    (void)printf("\n");
    cs_table_add(&table, "ANSWERS", "THE PERSON SEES", "THE LOG SAYS", "PAM CODE");
    for (size_t i = 0; i < of->count; i++)
        add_outcome(&of->logins[i], &table);
    return cs_table_print(&table, stdout, error);
}

static void say_login(const struct cs_explanation *explanation)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer user = {0}, service = {0}, from = {0};
    const char *rhost = explanation->request.rhost ? explanation->request.rhost : "this machine";

    cs_sanitise(&user, explanation->request.user, strlen(explanation->request.user));
    cs_sanitise(&service, explanation->request.service, strlen(explanation->request.service));
    cs_sanitise(&from, rhost, strlen(rhost));
    (void)printf("A login of %s with %s from %s%s\n", user.text ? user.text : "",
                 service.text ? service.text : "", from.text ? from.text : "",
                 explanation->address_assumed ? " (assumed; see --from)" : "");
}

enum cs_err cs_explain_say(void *context, struct cs_error *error)
{
    const struct cs_explanation *explanation = context;
    enum cs_err result;

    say_login(explanation);
    result = say_options(explanation, error);
    if (result == CS_OK)
        result = say_account(explanation, error);
    if (result == CS_OK && explanation->account.known)
        result = say_mapping(explanation, error);
    if (result == CS_OK)
        result = say_provider(explanation, error);
    for (size_t i = 0; i < explanation->count && result == CS_OK; i++)
        result = say_case(&explanation->cases[i], error);
    return result;
}
