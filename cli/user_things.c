/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/user_things.h"

#include <stdio.h>

void cs_say_things(const struct cs_user_tally *tally)
{
    static const char *const lines[CS_USER_THINGS] = {
        [CS_USER_TOTP] = "factors (TOTP)",
        [CS_USER_HOTP] = "factors (HOTP)",
        [CS_USER_U2F] = "security keys",
        [CS_USER_RECOVERY] = "recovery codes",
        [CS_USER_PASSWORD] = "password",
        [CS_USER_SUSPENSION] = "suspension",
        [CS_USER_LANGUAGE] = "language of prompts",
        [CS_USER_PENDING] = "registration of a security key that was begun",
        [CS_USER_TICKET] = "ticket for enrolling at a login",
        [CS_USER_TRIES] = "counters of tries",
        [CS_USER_PLACES] = "networks known from logins",
        [CS_USER_FORMER] = "note of a factor that was removed",
        [CS_USER_OWNER] = "uid of the account",
    };

    for (size_t i = 0; i < CS_USER_THINGS; i++) {
        if (tally->counts[i] > 0)
            (void)printf("  %s: %u\n", lines[i], tally->counts[i]);
    }
}

void cs_write_things(struct cs_json_writer *writer, const char *key,
                     const struct cs_user_tally *tally)
{
    cs_json_write_object(writer, key);
    for (size_t i = 0; i < CS_USER_THINGS; i++)
        cs_json_write_integer(writer, cs_user_thing_name((enum cs_user_thing)i), tally->counts[i]);
    cs_json_write_end(writer);
}
