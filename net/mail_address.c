/* SPDX-License-Identifier: Apache-2.0 */
#include "net/mail_address.h"

#include <arpa/inet.h>
#include <string.h>

enum { LOCAL_BYTES_MAX = 64, LABEL_BYTES_MAX = 63, LITERAL_SIZE = 64 };

#define ALPHANUMERIC "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static const char local_bytes[] = ALPHANUMERIC "._-+='";
static const char account_bytes[] = ALPHANUMERIC "._-";
static const char identity_bytes[] = ALPHANUMERIC "._-+='@";
static const char label_bytes[] = ALPHANUMERIC "-";

/* A dot-string of RFC 5321, and none that a program behind the server could take for an option. */
static bool is_local(const char *text, size_t length)
{
    if (length == 0 || length > LOCAL_BYTES_MAX || strspn(text, local_bytes) != length ||
        text[0] == '-' || text[0] == '.' || text[length - 1] == '.')
        return false;
    for (size_t i = 1; i < length; i++) {
        if (text[i] == '.' && text[i - 1] == '.')
            return false;
    }
    return true;
}

/* RFC 5321 section 4.1.3. */
static bool is_literal(const char *text)
{
    static const char six[] = "IPv6:";
    size_t length = strlen(text);
    char address[LITERAL_SIZE];
    struct in6_addr parsed;

    if (length < 3 || length - 2 >= sizeof address || text[0] != '[' || text[length - 1] != ']')
        return false;
    memcpy(address, text + 1, length - 2);
    address[length - 2] = '\0';
    if (strncmp(address, six, strlen(six)) == 0)
        return inet_pton(AF_INET6, address + strlen(six), &parsed) == 1;
    return inet_pton(AF_INET, address, &parsed) == 1;
}

static bool is_host(const char *text)
{
    for (;;) {
        size_t length = strspn(text, label_bytes);

        if (length == 0 || length > LABEL_BYTES_MAX || text[0] == '-' || text[length - 1] == '-')
            return false;
        if (text[length] == '\0')
            return true;
        if (text[length] != '.')
            return false;
        text += length + 1;
    }
}

bool cs_mail_is_address(const char *text)
{
    size_t local = strcspn(text, "@");

    return strlen(text) <= CS_MAIL_ADDRESS_MAX && text[local] == '@' && is_local(text, local) &&
           (is_host(text + local + 1) || is_literal(text + local + 1));
}

/* ---- templates ---- */

static enum cs_err refuse_name(struct cs_error *error, const char *what, const char *name)
{
    return cs_fail(error, CS_ERR_INPUT, "%s '%s' cannot be a part of an address of mail", what,
                   name);
}

static enum cs_err write_name(const struct cs_mail_names *names, char letter,
                              struct cs_buffer *address, struct cs_error *error)
{
    const char *name = letter == 'a' ? names->account : names->identity;
    const char *what = letter == 'a' ? "the account's name" : "the identity";

    if (letter == 'h') {
        cs_buffer_text(address, names->host);
        return CS_OK;
    }
    if (letter != 'a' && letter != 'u')
        return cs_fail(error, CS_ERR_CONFIG, "only %%a, %%u and %%h are known");
    if (name[0] == '\0' || name[0] == '-' || name[0] == '.' ||
        name[strspn(name, letter == 'a' ? account_bytes : identity_bytes)] != '\0')
        return refuse_name(error, what, name);
    cs_buffer_text(address, name);
    return CS_OK;
}

static enum cs_err write_parts(const char *text, const struct cs_mail_names *names,
                               struct cs_buffer *address, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    for (const char *at = text; *at != '\0' && result == CS_OK; at++) {
        if (*at == '%')
            result = write_name(names, *++at, address, error);
        else
            cs_buffer_add(address, at, 1);
        if (*at == '\0')
            break;
    }
    return result;
}

enum cs_err cs_mail_address_write(const char *text, const struct cs_mail_names *names,
                                  struct cs_buffer *ret_address, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer address = {0};
    enum cs_err result = write_parts(text, names, &address, error);

    if (result != CS_OK)
        return result;
    cs_buffer_text(&address, "");
    if (!address.failed && strchr(address.text, '@') == NULL && names->server != NULL)
        cs_buffer_printf(&address, "@%s", names->server);
    if (address.failed)
        return cs_fail_nomem(error);
    if (!cs_mail_is_address(address.text))
        return cs_fail(error, CS_ERR_INPUT, "'%s' is no address of mail", address.text);
    cs_buffer_append(ret_address, &address);
    return ret_address->failed ? cs_fail_nomem(error) : CS_OK;
}

enum cs_err cs_mail_address_check(const char *text, bool person, struct cs_error *error)
{
    const struct cs_mail_names plain = {"alice", "alice", "host.example.com", "mail.example.com"};
    const struct cs_mail_names address = {"alice", "alice@example.com", "host.example.com", NULL};
    CS_AUTO(cs_buffer_free) struct cs_buffer written = {0};
    bool named = strstr(text, "%a") != NULL || strstr(text, "%u") != NULL;

    if (named == person && (cs_mail_address_write(text, &plain, &written, NULL) == CS_OK ||
                            cs_mail_address_write(text, &address, &written, NULL) == CS_OK))
        return CS_OK;
    if (person)
        return cs_fail(error, CS_ERR_CONFIG,
                       "'%s' is no address with %%a (the account's name) or %%u (the identity) in "
                       "it, as in %%a@example.com; %%h is this machine",
                       text);
    return cs_fail(error, CS_ERR_CONFIG,
                   "'%s' is no address such as countersign@example.com or countersign@%%h", text);
}
