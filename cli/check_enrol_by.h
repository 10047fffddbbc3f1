/* SPDX-License-Identifier: Apache-2.0 */
/* What `check` and `doctor` say of enrol_by: until when it lets in, and whether it can. */
#ifndef CS_CLI_CHECK_ENROL_BY_H
#define CS_CLI_CHECK_ENROL_BY_H

#include "base/buffer.h"
#include "cli/check_sink.h"
#include "cli/pam_line.h"

/* Appends a warning about a service's options ("": those of all), if there is one. */
void cs_check_enrol_by_warn(const struct cs_options *options, const char *service,
                            struct cs_buffer *out);

/* A note for the options of all services, and for each service that has another date or group. */
void cs_check_enrol_by_note(const struct cs_cli_line *line, const struct cs_check_sink *sink);

/* Appends "12 more days (until 2027-01-31)". `days` as cs_policy_days_to_enrol says. */
void cs_enrol_by_text(const struct cs_options *options, unsigned days, struct cs_buffer *out);

#endif
