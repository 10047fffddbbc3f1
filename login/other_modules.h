/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments of other PAM modules, which administrators copy to our line. */
#ifndef CS_LOGIN_OTHER_MODULES_H
#define CS_LOGIN_OTHER_MODULES_H

#include "settings/setting.h"

/* The word, and what to do instead, as a clause that follows a semicolon. Ends with an empty row.
 * No word in it is an option of ours. */
extern const struct cs_setting_mistake cs_other_module_words[];

#endif
