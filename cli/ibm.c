/* SPDX-License-Identifier: Apache-2.0 */
/* Where the settings act differently from IBM's gateway with the same file and line. */
#include <string.h>

#include "cli/cli.h"

static bool always(const struct cs_cli_line *line)
{
    (void)line;
    return true;
}

static bool uses_gecos(const struct cs_cli_line *line)
{
    const struct cs_mapping *mapping = &line->options.mapping;

    return (mapping->gecos_field != 0 || mapping->gecos_match != NULL) && !mapping->gecos_trusted;
}

static bool lets_in_unreachable(const struct cs_cli_line *line)
{
    return line->options.failmode_insecure;
}

static bool has_password(const struct cs_cli_line *line)
{
    return strncmp(line->options.auth_method, "password", 8) == 0;
}

static bool pushes(const struct cs_cli_line *line)
{
    return strstr(line->options.auth_method, "device") != NULL ||
           line->options.method.add_devices_to_choice;
}

static bool traces(const struct cs_cli_line *line)
{
    return cs_options_provider_text(&line->options, "verify", "trace-file") != NULL;
}

static bool exempts(const struct cs_cli_line *line)
{
    return line->options.exempt_group != NULL || line->options.two_factor_group != NULL;
}

static bool accepts_missing(const struct cs_cli_line *line)
{
    return line->options.method.accept_on_missing_auth_method;
}

static bool sets_variable(const struct cs_cli_line *line)
{
    return line->options.user_env != NULL;
}

/* docs/ibm-verify.md gives the reasons, in the same order. */
static const struct {
    const char *what;
    bool (*applies)(const struct cs_cli_line *line);
    const char *text;
} differences[] = {
    {"obf-client-secret", always,
     "an obfuscated secret cannot be read; client-secret or client-secret-file is"},
    {"TLS", always,
     "the server's certificate and name are always verified, not only where "
     "/etc/pam_ibm_auth.pem exists"},
    {"protocol", always, "http is accepted only for this machine"},
    {"ibm-authd", always,
     "IBM's daemon is not used: the broker keeps the token and the connections"},
    {"trace-file", traces,
     "is written by the account countersign, with secrets blanked; that account must be able to "
     "write to its folder"},
    {"gecos_trusted", uses_gecos,
     "must be set, or the GECOS text of an account in /etc/passwd does not count, because its user "
     "may be able to change it"},
    {"mapping", always,
     "an account without the field or match is refused; the UNIX name is not "
     "used in its place"},
    {"unknown user", always, "is refused like a wrong answer, with the same prompts"},
    {"several users", always, "several users of that name count as none"},
    {"401", always,
     "a client that the tenant does not accept refuses every login, also with "
     "failmode_insecure"},
    {"failmode_insecure", lets_in_unreachable,
     "lets in only users who have proven a first factor, and only if the server does not answer at "
     "all; never on TLS errors, 401 or 500"},
    {"retry", always, "is the number of further tries after the first"},
    {"password_retry", has_password,
     "is 0: a wrong password ends the login, as in the product; "
     "more can be allowed"},
    {"PAM_AUTHTOK", has_password,
     "a password of an earlier module that is not the Verify password "
     "is asked for again with ask_password_on_mismatch"},
    {"denied request", pushes, "ends the login; none is sent after it without being asked for"},
    {"poll_timeout", pushes, "is 60 seconds unless it is set"},
    {"exempt_group", exempts,
     "compares by group id; a group that cannot be resolved exempts "
     "nobody, exempt_group wins over 2fa_group, and the password of a plan is asked all the same"},
    {"accept_on_missing_auth_method", accepts_missing,
     "never lets in an account or user that "
     "does not exist"},
    {"user_env", sets_variable,
     "a name that does not begin with COUNTERSIGN_ must stand on the "
     "PAM line"},
    {"id", always,
     "that is on the line and not in the file refuses every login; so does a line without id= if "
     "the file has instances and none is pam_ibm_auth"},
    {"additional-args", always, "that are not inside an instance in \"pam\" refuse every login"},
    {"unknown argument", always, "is a warning in the log that says what was meant"},
};

void cs_print_ibm_differences(const struct cs_cli_line *line, struct cs_json_writer *writer)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(differences); i++) {
        if (differences[i].applies(line))
            cs_print_note(writer, differences[i].what, "difference", differences[i].text);
    }
}
