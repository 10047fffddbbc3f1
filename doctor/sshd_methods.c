/* SPDX-License-Identifier: Apache-2.0 */
/* AuthenticationMethods: lists of methods, any one of which lets a user in. */
#include <string.h>
#include <strings.h>

#include "base/buffer.h"
#include "doctor/sshd_case.h"
#include "methods/plan.h"

static const char keyword[] = "authenticationmethods";

/* The setting that allows each method. */
static const char *const switches[][2] = {
    {"publickey", "pubkeyauthentication"},
    {"password", "passwordauthentication"},
    {"keyboard-interactive", "kbdinteractiveauthentication"},
    {"gssapi-with-mic", "gssapiauthentication"},
    {"hostbased", "hostbasedauthentication"},
};

/* One alternative: a list with commas. */
struct list {
    const char *text;
    size_t length;
};

/* The place of a method in the list, from 1; 0: it is not in there. `publickey:key` is one too. */
static unsigned position(const struct list *list, const char *method)
{
    size_t length = strlen(method);
    unsigned place = 1;

    for (const char *at = list->text; at < list->text + list->length; place++) {
        size_t word = strcspn(at, ", ");

        if (word >= length && strncmp(at, method, length) == 0 &&
            (word == length || at[length] == ':'))
            return place;
        at += word + 1;
    }
    return 0;
}

/* A code that is asked for where a password is expected: hidden, alone, and only once. */
static bool fits_password(const struct cs_sshd_case *found)
{
    const struct cs_plan *plan = cs_plan_find(found->options->auth_method);

    return plan != NULL && cs_plan_asks_once(plan) && !found->stack->proven &&
           (!found->options->method.otp_echo || plan->first != CS_FIRST_NONE);
}

/* ---- one list ---- */

/* In a Match block for some users or addresses somebody meant it. */
static void judge_way_around(const struct cs_sshd_case *found, const struct list *list)
{
    bool meant = cs_sshd_in_block(found, keyword) && found->view->reach != CS_SSHD_EVERYBODY;

    cs_findings_add(found->all, meant ? CS_FINDING_FINE : CS_FINDING_WRONG,
                    meant ? "sshd-exempt" : "sshd-way-around", cs_sshd_place(found, keyword),
                    meant ? NULL : "add ,keyboard-interactive to this list, or remove the list",
                    meant ? "'%.*s' lets in whom this Match block is about without asking PAM"
                          : "'%.*s' is a way in that never asks PAM for a second factor",
                    (int)list->length, list->text);
}

static void judge_password(const struct cs_sshd_case *found, const struct list *list, bool also)
{
    if (also)
        cs_findings_add(found->all, CS_FINDING_WRONG, "sshd-stack-twice",
                        cs_sshd_place(found, keyword),
                        "leave 'password' out and let the PAM stack ask for the password",
                        "'%.*s' runs the PAM stack twice, once for each of 'password' and "
                        "'keyboard-interactive': both steps would need a code",
                        (int)list->length, list->text);
    else if (!fits_password(found))
        cs_findings_add(found->all, CS_FINDING_WRONG, "sshd-password-method",
                        cs_sshd_place(found, keyword),
                        "put keyboard-interactive in place of password, or set one_answer for sshd",
                        "'%.*s': sshd's method 'password' can show no prompt: it gives the same "
                        "password to every hidden prompt and refuses a visible one",
                        (int)list->length, list->text);
}

static void judge_order(const struct cs_sshd_case *found, const struct list *list)
{
    unsigned code = position(list, "keyboard-interactive");
    unsigned key = position(list, "publickey");

    if (key > code)
        cs_findings_add(found->all, CS_FINDING_RISKY, "sshd-code-first",
                        cs_sshd_place(found, keyword), "write publickey,keyboard-interactive",
                        "'%.*s' asks for the code before the key: anybody may try codes, and "
                        "nothing can be sent to a phone, because nothing is proven yet",
                        (int)list->length, list->text);
    else if (key == 0 && position(list, "hostbased") == 0 &&
             position(list, "gssapi-with-mic") == 0 && !found->stack->proven &&
             !cs_plan_has_first(cs_plan_find(found->options->auth_method)))
        cs_findings_add(found->all, CS_FINDING_RISKY, "sshd-code-alone",
                        cs_sshd_place(found, keyword),
                        "write publickey,keyboard-interactive, or ask for a password first: in the "
                        "PAM stack, or with a plan such as password-then-totp",
                        "'%.*s' lets in with a code alone: neither sshd nor PAM asks for anything "
                        "before it",
                        (int)list->length, list->text);
}

/* Methods that are switched off. sshd passes over such a list, and refuses if none is left. */
static bool is_possible(const struct cs_sshd_case *found, const struct list *list, bool last)
{
    bool possible = true;

    for (size_t i = 0; i < CS_ARRAY_SIZE(switches); i++) {
        if (position(list, switches[i][0]) == 0 || cs_sshd_is(found, switches[i][1], "yes"))
            continue;
        possible = false;
        if (strcmp(switches[i][0], "keyboard-interactive") == 0)
            continue; /* has a finding of its own */
        cs_findings_add(found->all, last ? CS_FINDING_WRONG : CS_FINDING_RISKY, "sshd-method-off",
                        cs_sshd_place(found, switches[i][1]),
                        "switch the method on, or take it out of AuthenticationMethods",
                        "'%.*s' of AuthenticationMethods needs '%s', which is switched off here",
                        (int)list->length, list->text, switches[i][0]);
    }
    return possible;
}

static void judge_list(const struct cs_sshd_case *found, const struct list *list, bool last)
{
    bool code = position(list, "keyboard-interactive") != 0;
    bool password = position(list, "password") != 0;

    if (!is_possible(found, list, last))
        return;
    if (!code && !password)
        judge_way_around(found, list);
    if (password)
        judge_password(found, list, code);
    if (code)
        judge_order(found, list);
}

/* ---- no lists ---- */

/* No file, program or authority names a key: sshd accepts none, whatever is switched on. A list of
 * no files is "none" to OpenSSH 9.2, and is left out by 10.6. */
static bool knows_keys(const struct cs_sshd_case *found)
{
    const char *files = cs_sshd_value(found->view, "authorizedkeysfile");

    return (files[0] != '\0' && strcmp(files, "none") != 0) ||
           !cs_sshd_is(found, "authorizedkeyscommand", "none") ||
           !cs_sshd_is(found, "trustedusercakeys", "none");
}

/* A method that lets in by itself never comes to PAM's auth lines, where our module stands, whoever
 * wrote "any". */
static void judge_alone(const struct cs_sshd_case *found, const char *method)
{
    static const char remedy[] =
        "set AuthenticationMethods publickey,keyboard-interactive before every Match line";
    bool written = cs_sshd_in_block(found, keyword);
    bool meant = written && found->view->reach != CS_SSHD_EVERYBODY;

    cs_findings_add(found->all, meant ? CS_FINDING_FINE : CS_FINDING_WRONG,
                    meant ? "sshd-exempt" : "sshd-one-method", cs_sshd_place(found, keyword),
                    meant ? NULL : remedy,
                    meant ? "'%s' alone lets in whom this Match block is about, without asking PAM"
                          : "no list of AuthenticationMethods counts: '%s' alone lets in, and PAM "
                            "is not asked for a second factor",
                    method);
}

static void judge_any(const struct cs_sshd_case *found)
{
    struct list alone = {"keyboard-interactive", strlen("keyboard-interactive")};

    for (size_t i = 0; i < CS_ARRAY_SIZE(switches); i++) {
        const char *method = switches[i][0];

        if (strcmp(method, "password") == 0 || strcmp(method, "keyboard-interactive") == 0 ||
            !cs_sshd_is(found, switches[i][1], "yes") ||
            (strcmp(method, "publickey") == 0 && !knows_keys(found)))
            continue;
        judge_alone(found, method);
    }
    if (cs_sshd_is(found, "passwordauthentication", "yes") && !fits_password(found))
        cs_findings_add(
            found->all, CS_FINDING_RISKY, "sshd-password-offered",
            cs_sshd_place(found, "passwordauthentication"),
            "set PasswordAuthentication no: the PAM stack asks for passwords by "
            "keyboard-interactive",
            "sshd's method 'password' cannot show the prompt for a code, so it asks and "
            "then fails");
    if (cs_sshd_is(found, "kbdinteractiveauthentication", "yes"))
        judge_order(found, &alone);
}

void cs_sshd_judge_methods(const struct cs_sshd_case *found)
{
    const char *value = cs_sshd_value(found->view, keyword);
    unsigned lists = 1, index = 0;

    if (value[0] == '\0' || strcmp(value, "any") == 0) {
        judge_any(found);
        return;
    }
    for (const char *at = value; *at != '\0'; at++)
        lists += *at == ' ';
    for (const char *at = value; *at != '\0'; index++) {
        struct list list = {at, strcspn(at, " ")};

        judge_list(found, &list, lists == 1);
        at += list.length + (at[list.length] == ' ');
    }
}

bool cs_sshd_judge_refusal(const struct cs_sshd_text *text, const char *said,
                           struct cs_findings *all)
{
    static const char before[] = "Disabled method \"";
    const char *method = strstr(said, before);

    if (method == NULL)
        return false;
    method += strlen(before);
    for (size_t i = 0; i < CS_ARRAY_SIZE(switches); i++) {
        const struct cs_sshd_line *line = cs_sshd_text_find(text, 0, switches[i][1]);
        size_t length = strlen(switches[i][0]);

        if (strncmp(method, switches[i][0], length) != 0 || method[length] != '"')
            continue;
        cs_findings_add(all, CS_FINDING_WRONG,
                        strcmp(switches[i][0], "keyboard-interactive") == 0 ? "sshd-kbdint-off"
                                                                            : "sshd-method-off",
                        line != NULL ? (struct cs_place){line->path, line->line}
                                     : (struct cs_place){cs_sshd_config, 0},
                        "switch the method on in a file that sshd reads first",
                        "'%s' is switched off here, and AuthenticationMethods needs it: sshd does "
                        "not start",
                        switches[i][0]);
        return true;
    }
    return false;
}
