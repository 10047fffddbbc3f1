/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_sshd.h"

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "doctor/sshd_ask.h"
#include "login/policy.h"

static const char sshd_service[] = "sshd";

/* Whatever the settings are. */
static void tell(const struct cs_sshd_version *version, const struct cs_check_sink *sink)
{
    char what[64];

    if (!cs_sshd_is_from(version, 9, 8))
        return;
    (void)snprintf(what, sizeof what, "OpenSSH %u.%u", version->major, version->minor);
    sink->note(sink->context, what,
               "sshd shuts an address out for a while after a few logins from it failed, and "
               "with it everybody behind it; PerSourcePenaltyExemptList names networks that it "
               "does not (README, 'An office is shut out')");
}

static void check_live(const struct cs_options *options, const struct cs_sshd_version *version,
                       struct cs_buffer *out)
{
    const char *option = options->conversation == CS_CONVERSATION_LIVE ? "conversation"
                         : options->push_wait == CS_PUSH_LIVE          ? "push_wait"
                                                                       : NULL;

    if (option != NULL && !cs_sshd_is_from(version, 10, 3))
        cs_buffer_printf(out,
                         "%s=live, but OpenSSH %u.%u keeps text back until the next prompt, as "
                         "every sshd before 10.3 does; use %s or auto",
                         option, version->major, version->minor,
                         options->conversation == CS_CONVERSATION_LIVE ? "fold" : "enter");
}

/* Up to 9.4 the time that sshd adds grows with the time that the login takes, without a bound. */
static void check_silent(const struct cs_options *options, const struct cs_sshd_version *version,
                         struct cs_buffer *out)
{
    const struct cs_request request = {.service = (char[]){"sshd"}};

    if (cs_policy_wait_mode(options, &request) == CS_WAIT_SILENT && !cs_sshd_is_from(version, 9, 5))
        cs_buffer_printf(out,
                         "push_wait=silent%s, and OpenSSH %u.%u, as every sshd up to 9.4, makes a "
                         "login take up to twice as long as the user needs to approve; "
                         "push_wait=enter avoids that",
                         options->push_wait == CS_PUSH_AUTO ? " (the default of profile ibm)" : "",
                         version->major, version->minor);
}

static void (*const rules[])(const struct cs_options *, const struct cs_sshd_version *,
                             struct cs_buffer *) = {check_live, check_silent};

enum cs_err cs_check_sshd(const struct cs_cli_line *line, const struct cs_check_sink *sink,
                          struct cs_strlist *warnings)
{
    struct cs_sshd_version version;
    struct cs_options options;
    enum cs_err result = CS_OK;

    if (!cs_sshd_find_version(&version))
        return CS_OK;
    tell(&version, sink);
    /* Mistakes on the line are reported elsewhere. */
    if (cs_config_line(line->config, sshd_service, &line->arguments, &options, NULL, NULL) != CS_OK)
        return CS_OK;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rules) && result == CS_OK; i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

        rules[i](&options, &version, &text);
        if (text.failed)
            return CS_ERR_NOMEM;
        if (text.length > 0)
            result = cs_strlist_add(warnings, text.text, text.length);
    }
    return result;
}
