/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/map.h"

#include <string.h>

#include "base/buffer.h"
#include "base/sanitise.h"
#include "base/strlist.h"
#include "mapping/gecos.h"
#include "mapping/pattern.h"

void cs_map_trace_free(struct cs_map_trace *trace)
{
    for (size_t i = 0; i < trace->count; i++)
        cs_string_free(&trace->steps[i].value);
    *trace = (struct cs_map_trace){0};
}

static enum cs_err note(struct cs_map_trace *trace, const char *what, const char *value,
                        struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};
    char *taken;

    if (trace == NULL || trace->count == CS_MAP_STEPS_MAX)
        return CS_OK;
    cs_sanitise(&clean, value, strlen(value));
    taken = cs_buffer_take(&clean);
    if (taken == NULL)
        return cs_fail_nomem(error);
    trace->steps[trace->count++] = (struct cs_map_step){.what = what, .value = taken};
    return CS_OK;
}

static enum cs_err note_line(struct cs_map_trace *trace, const char *value, unsigned line,
                             struct cs_error *error)
{
    size_t place = trace != NULL ? trace->count : 0;
    enum cs_err err = note(trace, "map_file", value, error);

    if (trace != NULL && trace->count > place)
        trace->steps[place].line = line;
    return err;
}

static bool uses_gecos(const struct cs_mapping *mapping)
{
    return mapping->gecos_match != NULL || mapping->gecos_field != 0;
}

bool cs_mapping_renames(const struct cs_mapping *mapping)
{
    return mapping->map_file != NULL || uses_gecos(mapping) ||
           (mapping->append != NULL && mapping->append[0] != '\0');
}

static const char *separator(const struct cs_mapping *mapping)
{
    return mapping->gecos_separator ? mapping->gecos_separator : ",";
}

static bool is_one_character(const char *text)
{
    unsigned long code = 0;
    size_t length = strlen(text);

    return length > 0 && cs_utf8_decode(text, length, &code) == length;
}

enum cs_err cs_mapping_check(const struct cs_mapping *mapping, struct cs_error *error)
{
    if ((mapping->gecos_match != NULL) != (mapping->gecos_replace != NULL))
        return cs_fail(error, CS_ERR_CONFIG, "%s also needs %s",
                       mapping->gecos_match ? "gecos_match" : "gecos_replace",
                       mapping->gecos_match ? "gecos_replace" : "gecos_match");
    if (mapping->gecos_field > CS_GECOS_FIELDS_MAX)
        return cs_fail(error, CS_ERR_CONFIG, "gecos_field is %u; fields are numbered from 1 to %d",
                       mapping->gecos_field, CS_GECOS_FIELDS_MAX);
    if (!is_one_character(separator(mapping)))
        return cs_fail(error, CS_ERR_CONFIG, "gecos_separator must be exactly one UTF-8 character");
    if (mapping->map_file != NULL && mapping->entries == NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "map_file: %s was not read; name it in the configuration file",
                       mapping->map_file);
    if (mapping->map_file == NULL && mapping->map_format != CS_MAP_COUNTERSIGN)
        return cs_fail(error, CS_ERR_CONFIG, "map_format also needs map_file");
    if (mapping->append != NULL && !cs_is_clean(mapping->append, strlen(mapping->append)))
        return cs_fail(error, CS_ERR_CONFIG,
                       "append contains control characters or bytes that are not UTF-8");
    if (mapping->gecos_match == NULL)
        return CS_OK;
    return cs_pattern_check(mapping->gecos_match, mapping->gecos_replace, error);
}

/* Whoever writes a GECOS text chooses who he is. Where people can is not ours to find out; the
 * texts name the ways that are open by default. */
static enum cs_err refuse_gecos(const struct cs_map_account *account, struct cs_error *error)
{
    if (account->local_files)
        return cs_fail(error, CS_ERR_TRUST,
                       "'%s' is in /etc/passwd, by name or by uid: users may change their GECOS "
                       "text, and with it who they are, with chfn (CHFN_RESTRICT in "
                       "/etc/login.defs forbids that) and through accountsservice (which does not "
                       "heed it); close both, then set gecos_trusted",
                       account->name);
    return cs_fail(error, CS_ERR_TRUST,
                   "'%s' comes from a directory, and in some of them (FreeIPA with its default "
                   "rules) users may change their GECOS text, and with it who they are; forbid "
                   "that there, then set gecos_trusted",
                   account->name);
}

static enum cs_err check_account(const struct cs_map_account *account, struct cs_error *error)
{
    size_t length = strlen(account->name);

    if (length == 0 || length >= CS_IDENTITY_SIZE || !cs_is_clean(account->name, length))
        return cs_fail(error, CS_ERR_INPUT,
                       "the account name is empty, is longer than %d bytes, or contains control "
                       "characters or bytes that are not UTF-8",
                       CS_IDENTITY_SIZE - 1);
    return CS_OK;
}

static enum cs_err check_gecos(const struct cs_mapping *mapping,
                               const struct cs_map_account *account, struct cs_error *error)
{
    if (!mapping->gecos_trusted)
        return refuse_gecos(account, error);
    if (account->gecos == NULL || *account->gecos == '\0')
        return cs_fail(error, CS_ERR_INPUT,
                       "the account has no GECOS text, but gecos_%s needs one; fill it in",
                       mapping->gecos_match ? "match" : "field");
    if (strnlen(account->gecos, CS_GECOS_BYTES + 1) > CS_GECOS_BYTES)
        return cs_fail(error, CS_ERR_INPUT, "the GECOS text is longer than %d bytes; shorten it",
                       CS_GECOS_BYTES);
    return CS_OK;
}

static enum cs_err replace(const struct cs_mapping *mapping, const char *gecos,
                           struct cs_buffer *out, struct cs_map_trace *trace,
                           struct cs_error *error)
{
    enum cs_err err = CS_OK;

    if (mapping->gecos_field != 0)
        err = note(trace, "note", "gecos_field is not used, because gecos_match is set", error);
    if (err != CS_OK)
        return err;
    if (!cs_is_clean(gecos, strlen(gecos)))
        return cs_fail(error, CS_ERR_INPUT,
                       "the GECOS text contains control characters or bytes that are not UTF-8, "
                       "which gecos_match does not accept; correct the account");
    return cs_pattern_replace(mapping->gecos_match, mapping->gecos_replace, gecos, out, error);
}

/* The name before `append`. */
static enum cs_err base_name(const struct cs_mapping *mapping, const struct cs_map_account *account,
                             struct cs_buffer *out, struct cs_map_trace *trace,
                             struct cs_error *error)
{
    const char *option = mapping->gecos_match ? "gecos_replace" : "gecos_field";
    enum cs_err err;

    if (!uses_gecos(mapping)) {
        cs_buffer_text(out, account->name);
        return out->failed ? cs_fail_nomem(error) : CS_OK;
    }
    err = check_gecos(mapping, account, error);
    if (err == CS_OK)
        err = note(trace, "gecos", account->gecos, error);
    if (err == CS_OK && mapping->gecos_match != NULL)
        err = replace(mapping, account->gecos, out, trace, error);
    else if (err == CS_OK)
        err = cs_gecos_field(account->gecos, separator(mapping), mapping->gecos_field, out, error);
    return err == CS_OK ? note(trace, option, out->text ? out->text : "", error) : err;
}

static enum cs_err check_result(const struct cs_buffer *name, struct cs_error *error)
{
    const char *text = name->text ? name->text : "";

    if (strspn(text, " ") == name->length)
        return cs_fail(error, CS_ERR_INPUT,
                       "the mapping gives this account an empty name; correct gecos_match, "
                       "gecos_replace or the account");
    if (!cs_is_clean(text, name->length))
        return cs_fail(error, CS_ERR_INPUT,
                       "the mapped name contains control characters, bytes that are not UTF-8 or "
                       "part of a character; correct the account or the settings");
    if (name->length >= CS_IDENTITY_SIZE)
        return cs_fail(error, CS_ERR_INPUT,
                       "the mapped name is longer than %d bytes; correct the "
                       "account or the settings",
                       CS_IDENTITY_SIZE - 1);
    return CS_OK;
}

static enum cs_err append(const struct cs_mapping *mapping, struct cs_buffer *name,
                          struct cs_map_trace *trace, struct cs_error *error)
{
    if (mapping->append == NULL || *mapping->append == '\0')
        return CS_OK;
    cs_buffer_text(name, mapping->append);
    return name->failed ? cs_fail_nomem(error) : note(trace, "append", name->text, error);
}

/* By everything but the identity file. */
static enum cs_err by_rules(const struct cs_mapping *mapping, const struct cs_map_account *account,
                            struct cs_buffer *name, struct cs_map_trace *trace,
                            struct cs_error *error)
{
    enum cs_err err = base_name(mapping, account, name, trace, error);

    /* Check before `append`: a suffix alone would be the same name for everybody. */
    if (err == CS_OK)
        err = check_result(name, error);
    return err == CS_OK ? append(mapping, name, trace, error) : err;
}

/* By the identity file, which has the last word about the accounts in it: nothing is appended. */
static enum cs_err by_file(const struct cs_mapping *mapping, const struct cs_map_account *account,
                           struct cs_buffer *name, struct cs_map_trace *trace,
                           struct cs_error *error)
{
    const struct cs_map_entry *entry = cs_map_file_find(mapping->entries, account->name);
    unsigned others = cs_map_file_others(mapping->entries);
    enum cs_err err;

    if (entry != NULL) {
        cs_buffer_text(name, entry->identity);
        return name->failed ? cs_fail_nomem(error)
                            : note_line(trace, entry->identity, entry->line, error);
    }
    if (others == 0)
        return cs_fail(error, CS_ERR_INPUT,
                       "%s has no line for this account; add '%s IDENTITY', or a last line with * "
                       "alone, which leaves all other accounts to gecos_* and append",
                       cs_map_file_name(mapping->entries), account->name);
    err = note_line(trace, "*", others, error);
    return err == CS_OK ? by_rules(mapping, account, name, trace, error) : err;
}

enum cs_err cs_map_identity(const struct cs_mapping *mapping, const struct cs_map_account *account,
                            char ret_identity[CS_IDENTITY_SIZE], struct cs_map_trace *ret_trace,
                            struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer name = {0};
    enum cs_err err;

    if (ret_trace != NULL)
        *ret_trace = (struct cs_map_trace){0};
    err = cs_mapping_check(mapping, error);
    if (err == CS_OK)
        err = check_account(account, error);
    if (err == CS_OK)
        err = note(ret_trace, "account", account->name, error);
    if (err == CS_OK)
        err = mapping->entries ? by_file(mapping, account, &name, ret_trace, error)
                               : by_rules(mapping, account, &name, ret_trace, error);
    if (err == CS_OK)
        err = check_result(&name, error);
    if (err == CS_OK)
        memcpy(ret_identity, name.text, name.length + 1);
    return err;
}
