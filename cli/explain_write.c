/* SPDX-License-Identifier: Apache-2.0 */
/* An explanation for programs. The names of its keys stay. */
#include "cli/explain.h"

const char *cs_explain_kind(enum cs_factor_kind kind)
{
    const struct cs_method *method = cs_method_of(kind);

    return method != NULL ? method->name : "password";
}

const char *cs_explain_membership(enum cs_membership membership)
{
    static const char *const words[] = {
        [CS_MEMBERSHIP_NONE] = "no",
        [CS_MEMBERSHIP_UNRESOLVED] = "not known",
        [CS_MEMBERSHIP_LISTED] = "listed only",
        [CS_MEMBERSHIP_MEMBER] = "yes",
    };

    return words[membership];
}

static void write_options(struct cs_json_writer *writer, const struct cs_explanation *explanation)
{
    bool there = true;

    cs_json_write_array(writer, "options");
    for (size_t place = 0; there; place++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer value = {0}, from = {0};
        struct cs_option option;
        bool set = false;

        there = cs_explain_option(explanation, place, &option, &value, &from, &set);
        if (!there || option.row->where == 0 || option.row->scope == CS_SCOPE_TOOL)
            continue;
        cs_json_write_object(writer, NULL);
        cs_json_write_string(writer, "name", option.row->name);
        cs_json_write_string(writer, "section", option.kind ? option.kind->name : NULL);
        cs_json_write_string(writer, "value", value.text);
        cs_json_write_string(writer, "from", set ? from.text : NULL);
        cs_json_write_end(writer);
    }
    cs_json_write_end(writer);
}

static void write_group(struct cs_json_writer *writer, const char *option, const char *groups,
                        enum cs_membership membership)
{
    cs_json_write_object(writer, option);
    cs_json_write_string(writer, "groups", groups);
    cs_json_write_string(writer, "member",
                         groups != NULL ? cs_explain_membership(membership) : NULL);
    cs_json_write_end(writer);
}

static void write_account(struct cs_json_writer *writer, const struct cs_explanation *explanation)
{
    const struct cs_account *account = &explanation->account;
    const struct cs_options *options = &explanation->line.options;

    cs_json_write_object(writer, "account");
    cs_json_write_bool(writer, "known", account->known);
    cs_json_write_string(writer, "name", account->known ? account->name : NULL);
    if (account->known)
        cs_json_write_integer(writer, "uid", account->uid);
    else
        cs_json_write_null(writer, "uid");
    cs_json_write_string(writer, "problem",
                         explanation->unresolved.code ? explanation->unresolved.text : NULL);
    cs_json_write_end(writer);
    write_group(writer, "exempt_group", options->exempt_group, explanation->groups.exempt);
    write_group(writer, "2fa_group", options->two_factor_group, explanation->groups.asked);
}

static void write_mapping(struct cs_json_writer *writer, const struct cs_explanation *explanation)
{
    const struct cs_map_trace *trace = &explanation->trace;

    cs_json_write_object(writer, "mapping");
    cs_json_write_array(writer, "steps");
    for (size_t i = 0; i < trace->count; i++) {
        cs_json_write_object(writer, NULL);
        cs_json_write_string(writer, "what", trace->steps[i].what);
        cs_json_write_string(writer, "value", trace->steps[i].value);
        if (trace->steps[i].line != 0)
            cs_json_write_integer(writer, "line", trace->steps[i].line);
        cs_json_write_end(writer);
    }
    cs_json_write_end(writer);
    cs_json_write_string(writer, "identity",
                         explanation->identity[0] ? explanation->identity : NULL);
    cs_json_write_string(writer, "problem",
                         explanation->unmapped.code ? explanation->unmapped.text : NULL);
    cs_json_write_end(writer);
}

static void write_stored(struct cs_json_writer *writer, const struct cs_explanation *explanation)
{
    if (!explanation->stored_read) {
        cs_json_write_null(writer, "stored");
        return;
    }
    cs_json_write_object(writer, "stored");
    for (size_t i = 0; i < CS_USER_THINGS; i++)
        cs_json_write_integer(writer, cs_user_thing_name((enum cs_user_thing)i),
                              explanation->stored.counts[i]);
    cs_json_write_end(writer);
}

/* ---- the logins ---- */

static void write_step(struct cs_json_writer *writer, const struct cs_step *step)
{
    static const char *const kinds[] = {[CS_STEP_ASK] = "ask",
                                        [CS_STEP_TELL] = "tell",
                                        [CS_STEP_SEND] = "send",
                                        [CS_STEP_CALL] = "call"};

    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "step", kinds[step->kind]);
    switch (step->kind) {
    case CS_STEP_ASK:
        cs_json_write_string(writer, "prompt", step->text);
        cs_json_write_bool(writer, "echo", step->echo);
        cs_json_write_string(writer, "typed", step->what);
        break;
    case CS_STEP_TELL:
        cs_json_write_string(writer, "text", step->text);
        break;
    case CS_STEP_SEND:
        cs_json_write_string(writer, "kind", step->what);
        cs_json_write_string(writer, "to", step->text[0] ? step->text : NULL);
        break;
    default:
        cs_json_write_string(writer, "call", step->what);
        cs_json_write_string(writer, "about", step->text);
    }
    cs_json_write_end(writer);
}

static void write_login(struct cs_json_writer *writer, const struct cs_explained_login *login)
{
    const struct cs_rehearsed *seen = &login->seen;

    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "answers", cs_way_name(login->way));
    if (seen->has_menu)
        cs_json_write_integer(writer, "choice", login->choice);
    else
        cs_json_write_null(writer, "choice");
    cs_json_write_bool(writer, "password_alone", login->alone);
    cs_json_write_array(writer, "steps");
    for (size_t i = 0; i < seen->count; i++)
        write_step(writer, &seen->steps[i]);
    cs_json_write_end(writer);
    cs_json_write_string(writer, "language", seen->language[0] ? seen->language : "en");
    cs_json_write_string(writer, "verdict", seen->verdict);
    cs_json_write_string(writer, "reason", seen->reason);
    cs_json_write_string(writer, "last", seen->last);
    cs_json_write_bool(writer, "granted", seen->granted);
    cs_json_write_string(writer, "code", seen->code);
    cs_json_write_array(writer, "notes");
    for (size_t i = 0; i < seen->notes.count; i++)
        cs_json_write_string(writer, NULL, seen->notes.items[i]);
    cs_json_write_end(writer);
    cs_json_write_end(writer);
}

static void write_case(struct cs_json_writer *writer, const struct cs_explained_case *of)
{
    cs_json_write_object(writer, NULL);
    cs_json_write_bool(writer, "assumed", !of->told);
    cs_json_write_bool(writer, "known",
                       of->told ? of->count > 0 && of->logins[0].seen.found : !of->unknown);
    cs_json_write_array(writer, "has");
    for (size_t i = 0; i < of->has_count; i++) {
        cs_json_write_object(writer, NULL);
        cs_json_write_string(writer, "kind", cs_explain_kind(of->has[i].kind));
        cs_json_write_string(writer, "name", of->has[i].name[0] ? of->has[i].name : NULL);
        cs_json_write_end(writer);
    }
    cs_json_write_end(writer);
    cs_json_write_array(writer, "logins");
    for (size_t i = 0; i < of->count; i++)
        write_login(writer, &of->logins[i]);
    cs_json_write_end(writer);
    cs_json_write_end(writer);
}

enum cs_err cs_explain_write(struct cs_json_writer *writer, void *context, struct cs_error *error)
{
    const struct cs_explanation *explanation = context;
    const struct cs_options *options = &explanation->line.options;

    (void)error;
    cs_json_write_string(writer, "user", explanation->request.user);
    cs_json_write_string(writer, "service", explanation->request.service);
    cs_json_write_string(writer, "from", explanation->request.rhost);
    cs_json_write_bool(writer, "from_assumed", explanation->address_assumed);
    cs_json_write_string(writer, "key", explanation->key);
    cs_json_write_bool(writer, "stack_first_factor", options->stack_first_factor);
    write_options(writer, explanation);
    write_account(writer, explanation);
    write_mapping(writer, explanation);
    cs_json_write_string(writer, "auth_method", options->auth_method);
    cs_json_write_string(writer, "provider", options->provider);
    write_stored(writer, explanation);
    cs_json_write_array(writer, "cases");
    for (size_t i = 0; i < explanation->count; i++)
        write_case(writer, &explanation->cases[i]);
    cs_json_write_end(writer);
    return CS_OK;
}
