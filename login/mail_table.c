/* SPDX-License-Identifier: Apache-2.0 */
/* The options about mail to those whose factors have changed. */
#include "login/options.h"
#include "net/mail.h"
#include "net/mail_address.h"

#define AT(member) offsetof(struct cs_options, mail.member)

static enum cs_err check_server(const struct cs_setting *row, const char *value,
                                struct cs_error *error)
{
    (void)row;
    return cs_mail_server_check(value, error);
}

static enum cs_err check_sender(const struct cs_setting *row, const char *value,
                                struct cs_error *error)
{
    (void)row;
    return cs_mail_address_check(value, false, error);
}

static enum cs_err check_person(const struct cs_setting *row, const char *value,
                                struct cs_error *error)
{
    (void)row;
    return cs_mail_address_check(value, true, error);
}

const struct cs_setting cs_mail_rows[] = {
    {.name = "mail_server",
     .type = CS_SETTING_STRING,
     .where = CS_FROM_FILE,
     .offset = AT(server),
     .type_name = "server",
     .check = check_server,
     .help = "smtp://HOST[:PORT] or smtps://HOST[:PORT], as in smtp://localhost: the server that "
             "gets a mail to each user whose factors change at a login (self_enroll). It gets one "
             "without a password. By default nobody is told."},
    {.name = "mail_starttls",
     .type = CS_SETTING_FLAG,
     .where = CS_FROM_FILE,
     .offset = AT(starttls),
     .fallback = "no",
     .help = "With smtp://: sends nothing without TLS (STARTTLS) and a certificate that is "
             "trusted. Without it nothing is encrypted on the way to that server."},
    {.name = "mail_ca_file",
     .type = CS_SETTING_PATH,
     .where = CS_FROM_FILE,
     .offset = AT(ca_file),
     .help = "The certificates (PEM) that the mail server's must be signed by, in place of the "
             "system's."},
    {.name = "mail_from",
     .type = CS_SETTING_STRING,
     .where = CS_FROM_FILE,
     .offset = AT(from),
     .type_name = "address",
     .fallback = "countersign@%h",
     .check = check_sender,
     .help = "The sender of these mails, who also gets them back if they cannot be delivered; %h "
             "is this host."},
    {.name = "mail_to",
     .type = CS_SETTING_STRING,
     .where = CS_FROM_FILE,
     .offset = AT(to),
     .type_name = "address",
     .fallback = "%a",
     .check = check_person,
     .help = "Where they go: %a is the account's name, %u the identity, %h this host. "
             "What has no at sign then gets the mail server's name behind one: alice@localhost, "
             "to whom that server's aliases apply."},
    {0},
};
