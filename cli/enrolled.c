/* SPDX-License-Identifier: Apache-2.0 */
/* Shows an enrolment. */
#include <string.h>

#include "cli/cli.h"
#include "conversation/template.h"
#include "providers/local/codes.h"

void cs_write_codes(struct cs_json_writer *writer, const struct cs_enrolment *enrolment)
{
    cs_json_write_array(writer, "recovery_codes");
    for (size_t i = 0; i < enrolment->codes_count; i++) {
        char shown[CS_RECOVERY_SHOWN_SIZE];

        cs_recovery_show(&enrolment->codes[i], shown);
        cs_json_write_string(writer, NULL, shown);
        cs_wipe(shown, sizeof shown);
    }
    cs_json_write_end(writer);
}

enum cs_err cs_app_names_read(const struct cs_options *options, const char *issuer,
                              struct cs_app_names *ret_names, struct cs_error *error)
{
    *ret_names =
        (struct cs_app_names){.issuer = issuer ? issuer : options->issuer, .label = options->label};
    /* Apps split issuer and label at the first colon; names of users and hosts have none. */
    if (strchr(ret_names->issuer, ':') != NULL)
        return cs_fail(error, CS_ERR_INPUT, "the issuer '%s' holds a colon, which no app reads",
                       ret_names->issuer);
    return cs_cli_host(&ret_names->host, error);
}

/* The otpauth URI; the factor's own label replaces that of the options. */
static enum cs_err app_uri(const struct cs_app_names *names, const struct cs_enrolment *enrolment,
                           struct cs_secret *ret_uri, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer issuer = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer label = {0};
    const struct cs_factor *factor = &enrolment->factor;
    struct cs_values values = {0};

    cs_values_set(&values, 'U', factor->user);
    cs_values_set(&values, 'H', names->host.nodename);
    cs_template_render(&issuer, names->issuer, "UH", &values, false);
    if (factor->label[0] != '\0')
        cs_buffer_text(&label, factor->label);
    else
        cs_template_render(&label, names->label, "UH", &values, false);
    if (issuer.failed || label.failed)
        return cs_fail_nomem(error);
    return cs_enrolment_uri(enrolment, issuer.text, label.text, ret_uri, error);
}

enum cs_err cs_enrolment_texts(const struct cs_app_names *names,
                               const struct cs_enrolment *enrolment, struct cs_secret *ret_uri,
                               struct cs_secret *ret_key, struct cs_error *error)
{
    enum cs_err result = app_uri(names, enrolment, ret_uri, error);

    if (result == CS_OK && cs_enrolment_secret(enrolment, ret_key) != CS_OK)
        result = cs_fail_nomem(error);
    return result;
}

enum cs_err cs_write_enrolment(struct cs_json_writer *writer, const struct cs_app_names *names,
                               const struct cs_enrolment *enrolment, struct cs_error *error)
{
    const struct cs_factor *factor = &enrolment->factor;
    CS_AUTO(cs_secret_free) struct cs_secret key = {0};
    CS_AUTO(cs_secret_free) struct cs_secret uri = {0};
    enum cs_err result = cs_enrolment_texts(names, enrolment, &uri, &key, error);

    if (result != CS_OK)
        return result;
    cs_json_write_string(writer, "user", factor->user);
    cs_json_write_integer(writer, "id", factor->id);
    cs_json_write_string(writer, "kind", cs_stored_kind_name(factor->kind));
    cs_json_write_string(writer, "label", factor->label);
    cs_json_write_string(writer, "algorithm", factor->algorithm);
    cs_json_write_integer(writer, "digits", factor->digits);
    if (factor->kind == CS_STORED_HOTP)
        cs_json_write_integer(writer, "counter", factor->last_step + 1);
    else
        cs_json_write_integer(writer, "period", factor->period);
    cs_json_write_string(writer, "secret", key.data);
    cs_json_write_string(writer, "uri", uri.data);
    cs_write_codes(writer, enrolment);
    return CS_OK;
}

void cs_print_codes(const struct cs_enrolment *enrolment)
{
    if (enrolment->codes_count == 0)
        return;
    (void)printf("Recovery codes of %s, each good once in place of a code or a security key:\n",
                 enrolment->factor.user);
    for (size_t i = 0; i < enrolment->codes_count; i++) {
        char shown[CS_RECOVERY_SHOWN_SIZE];

        cs_recovery_show(&enrolment->codes[i], shown);
        (void)printf("  %s\n", shown);
        cs_wipe(shown, sizeof shown);
    }
}
