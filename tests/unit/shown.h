/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that a login can show in a language, with the values that `countersign prompts` shows.
 * Any error fails the test. */
#ifndef CS_TESTS_UNIT_SHOWN_H
#define CS_TESTS_UNIT_SHOWN_H

#include "tests/unit/unit.h"

#include "conversation/phrasebook.h"

/* What `key` is shown with; the texts are constants. */
void fill_sample(struct cs_values *values, enum cs_text key);

/* Is given a whole prompt or notice. */
typedef void look_fn(const char *language, const char *text);

/* Calls `look` for each text of the language (""; English), each prompt that waits for Enter, each
 * page of menus, and a notice folded into a prompt. */
void each_shown(const char *language, look_fn *look);

#endif
