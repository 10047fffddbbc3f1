/* SPDX-License-Identifier: Apache-2.0 */
/* The control field of a PAM line: what becomes of each value that a module can return. As
 * _pam_parse_control in libpam/pam_misc.c and the keywords in libpam/pam_handlers.c. */
#ifndef CS_DOCTOR_PAM_CONTROL_H
#define CS_DOCTOR_PAM_CONTROL_H

#include <stdbool.h>

enum { CS_PAM_CODES = 32 }; /* the values that modules return: 0 to 31 */

/* Positive ones are jumps over so many modules. */
enum cs_pam_action {
    CS_PAM_IGNORE = 0,
    CS_PAM_OK = -1,
    CS_PAM_DONE = -2,
    CS_PAM_BAD = -3,
    CS_PAM_DIE = -4,
    CS_PAM_RESET = -5,
    CS_PAM_UNDEFINED = -6,
};

void cs_pam_control_clear(int actions[CS_PAM_CODES]);

/* Gives every value without an action this one. */
void cs_pam_control_default(int actions[CS_PAM_CODES], int action);

/* Reads one word: a keyword, or pairs as they stand in brackets. False: libpam does not understand
 * it, and takes every value, even success, as a failure. */
bool cs_pam_control_read(int actions[CS_PAM_CODES], const char *word);

/* The name of a value, as in brackets: "auth_err". */
const char *cs_pam_code_word(int code);

#endif
