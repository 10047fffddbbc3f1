/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked in which order: what is proven when our module begins, what is asked twice, and
 * what its own acceptance is worth. */
#include <security/_pam_types.h>
#include <string.h>

#include "doctor/pam_look.h"
#include "doctor/pam_module.h"

enum { OURS = 1, PROVEN = 2, ASKED = 4 };

static bool proves(enum cs_pam_role role)
{
    return role == CS_PAM_ROLE_PASSWORD || role == CS_PAM_ROLE_FACTOR ||
           role == CS_PAM_ROLE_UNKNOWN;
}

/* What asks for a proof says yes or no. Success with a password that has expired is none. */
static uint32_t codes_of(const struct cs_pam_module *module)
{
    return proves(module->role)
               ? module->codes & ~(CS_PAM_MAY(PAM_IGNORE) | CS_PAM_MAY(PAM_NEW_AUTHTOK_REQD))
               : module->codes;
}

static void set_steps(struct cs_pam_look *look, uint32_t ours)
{
    for (size_t i = 0; i < look->auth.count; i++) {
        const struct cs_pam_module *module = cs_pam_module_of(look->auth.items[i]);
        bool is_ours = module->role == CS_PAM_ROLE_OURS;

        look->steps[i] =
            (struct cs_pam_step){.codes = is_ours ? ours : codes_of(module),
                                 .called = module->role == CS_PAM_ROLE_PASSWORD ? ASKED : 0,
                                 .granted = (uint8_t)(is_ours                ? OURS
                                                      : proves(module->role) ? PROVEN
                                                                             : 0)};
    }
}

static bool can(struct cs_pam_look *look, size_t to, uint8_t need, uint8_t never)
{
    const struct cs_pam_question question = {
        .steps = look->steps, .to = to, .need = need, .never = never};

    return cs_pam_walk(&look->auth, &question, NULL) != CS_PAM_NO;
}

/* stack_first_factor says that a line before ours proves something, and that the stack ends where
 * it does not: else a message is sent to the user although the password was wrong. */
static void look_first_factor(struct cs_pam_look *look, size_t place)
{
    const struct cs_pam_entry *entry = look->auth.items[place];

    if (!look->options.stack_first_factor || look->fragment)
        return;
    set_steps(look, CS_PAM_MAY(PAM_SUCCESS));
    if (!can(look, place, 0, PROVEN))
        return;
    if (can(look, CS_PAM_NOWHERE, OURS, PROVEN))
        cs_findings_add(look->all, CS_FINDING_WRONG, "pam-first-factor-missing",
                        cs_pam_place(entry),
                        "put 'auth requisite pam_unix.so' before it, or remove stack_first_factor",
                        "%s: stack_first_factor, but no line before this one has to prove anything",
                        look->name);
    else
        cs_findings_add(look->all, CS_FINDING_RISKY, "pam-first-factor-goes-on",
                        cs_pam_place(entry), "make the line that asks for the password requisite",
                        "%s: stack_first_factor, but this line is reached after a wrong password "
                        "too: whoever knows a name can make messages be sent",
                        look->name);
}

static const char *accepts_without_factor(const struct cs_pam_look *look)
{
    const struct cs_options *options = &look->options;

    if (options->auth_method != NULL && strncmp(options->auth_method, "password", 8) == 0)
        return NULL; /* its own password is asked all the same */
    if (options->method.accept_on_missing_auth_method &&
        options->missing_result == CS_MISSING_SUCCESS)
        return "accept_on_missing_auth_method";
    if (options->exempt_result != CS_EXEMPT_SUCCESS)
        return NULL;
    return options->exempt_group != NULL       ? "exempt_group"
           : options->two_factor_group != NULL ? "2fa_group"
                                               : NULL;
}

/* If our success alone suffices, an account that we let in without a factor shows nothing at all.
 * Over sshd the key may have come first: only a line that was meant to ask and is passed by tells
 * that it has not. */
static void look_acceptance(struct cs_pam_look *look, size_t place)
{
    const struct cs_pam_entry *entry = look->auth.items[place];
    const char *option = accepts_without_factor(look);
    bool others = false;

    if (option == NULL || look->fragment)
        return;
    for (size_t i = 0; i < look->auth.count; i++)
        others = others || proves(cs_pam_module_of(look->auth.items[i])->role);
    set_steps(look, CS_PAM_MAY(PAM_SUCCESS));
    if (!can(look, CS_PAM_NOWHERE, OURS, PROVEN))
        return;
    if (others || strcmp(look->name, look->sshd) != 0)
        cs_findings_add(look->all, CS_FINDING_WRONG, "pam-accepts-nothing", cs_pam_place(entry),
                        "make it requisite, with 'auth requisite pam_unix.so' before it",
                        "%s: %s lets accounts in without a factor, and this line alone lets in: "
                        "they show nothing at all",
                        look->name, option);
    else
        cs_findings_add(look->all, CS_FINDING_FINE, "pam-accepts-key", cs_pam_place(entry), NULL,
                        "%s: %s lets accounts in with what sshd has seen before, a key", look->name,
                        option);
}

static const char *provider_of(const struct cs_pam_entry *entry)
{
    const char *value = cs_options_line_value(&entry->arguments, "provider");

    return value != NULL ? value : "";
}

static void look_twice(struct cs_pam_look *look, size_t place)
{
    const struct cs_pam_entry *entry = look->auth.items[place];

    for (size_t i = 0; i < place; i++) {
        const struct cs_pam_entry *first = look->auth.items[i];

        if (!cs_pam_is_ours(first) || strcmp(provider_of(first), provider_of(entry)) != 0)
            continue;
        set_steps(look, CS_PAM_MAY(PAM_SUCCESS));
        if (can(look, place, OURS, 0))
            cs_findings_add(look->all, CS_FINDING_RISKY, "pam-two-lines", cs_pam_place(entry),
                            "remove one of the two lines",
                            "%s asks for a second factor twice: here and in %s:%u", look->name,
                            first->path, first->line);
        return;
    }
}

/* common-auth was left behind our line. sshd runs these lines after the key, so people are asked
 * for a password that they may not have. */
static void look_password_behind(struct cs_pam_look *look, size_t place)
{
    const struct cs_pam_entry *entry = look->auth.items[place];

    if (strcmp(look->name, look->sshd) != 0)
        return;
    set_steps(look, CS_PAM_MAY(PAM_SUCCESS));
    if (can(look, place, OURS, ASKED))
        cs_findings_add(look->all, CS_FINDING_RISKY, "pam-password-behind", cs_pam_place(entry),
                        "remove '@include common-auth' from the service's file, unless a password "
                        "shall be asked for too",
                        "%s asks for the UNIX password after the second factor (%s)", look->name,
                        cs_pam_file_name(entry));
}

static void look_asked_again(struct cs_pam_look *look, size_t place)
{
    const struct cs_pam_entry *entry = look->auth.items[place];

    if (!cs_pam_module_of(entry)->asks_anew || cs_pam_has_argument(entry, "use_first_pass") ||
        cs_pam_has_argument(entry, "try_first_pass"))
        return;
    set_steps(look, CS_PAM_MAY_ALL);
    if (can(look, place, ASKED, 0))
        cs_findings_add(look->all, CS_FINDING_RISKY, "pam-asked-twice", cs_pam_place(entry),
                        "add use_first_pass to it",
                        "%s asks for a password a second time: %s does not take the one that was "
                        "asked for before",
                        look->name, cs_pam_file_name(entry));
}

void cs_pam_look_asking(struct cs_pam_look *look)
{
    if (look->service.refused || !cs_pam_asks_us(look))
        return;
    for (size_t i = 0; i < look->auth.count; i++) {
        const struct cs_pam_entry *entry = look->auth.items[i];
        enum cs_pam_role role = cs_pam_module_of(entry)->role;

        if (role == CS_PAM_ROLE_OURS) {
            cs_pam_line_options(look, entry);
            look_first_factor(look, i);
            look_acceptance(look, i);
            look_twice(look, i);
        } else if (role == CS_PAM_ROLE_PASSWORD) {
            look_password_behind(look, i);
            look_asked_again(look, i);
        }
    }
}
