/* SPDX-License-Identifier: Apache-2.0 */
/* Checks for single options: functions for the columns of struct cs_setting. */
#ifndef CS_LOGIN_OPTION_CHECKS_H
#define CS_LOGIN_OPTION_CHECKS_H

#include "conversation/texts.h"
#include "settings/setting.h"

/* Names of groups. */
enum cs_err cs_check_groups(const struct cs_setting *row, const char *value,
                            struct cs_error *error) CS_MUST_USE;

/* A day such as 2027-01-31. */
enum cs_err cs_check_date(const struct cs_setting *row, const char *value,
                          struct cs_error *error) CS_MUST_USE;

/* Names of accounts for allow_service_accounts. */
enum cs_err cs_check_account_names(const struct cs_setting *row, const char *value,
                                   struct cs_error *error) CS_MUST_USE;

/* A language such as fr or pt_BR. */
enum cs_err cs_check_language(const struct cs_setting *row, const char *value,
                              struct cs_error *error) CS_MUST_USE;

/* The name of an environment variable. */
enum cs_err cs_check_variable(const struct cs_setting *row, const char *value,
                              struct cs_error *error) CS_MUST_USE;

/* A template: what must hold everywhere, what must also hold in our own file, and where to store
 * it. */
enum cs_err cs_check_template(const struct cs_setting *row, const char *value,
                              struct cs_error *error) CS_MUST_USE;
enum cs_err cs_check_letters(const struct cs_setting *row, const char *value,
                             struct cs_error *error) CS_MUST_USE;
void cs_store_text(const struct cs_setting *row, const char *value, void *options);

/* Which text the row sets; false: it does not set a text. */
bool cs_option_is_text(const struct cs_setting *row, enum cs_text *ret_text);

#endif
