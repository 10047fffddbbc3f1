/* SPDX-License-Identifier: Apache-2.0 */
/* Words that machine translation of IBM's pages has garbled, and that administrators copy. */
#ifndef CS_LOGIN_IBM_WORDS_H
#define CS_LOGIN_IBM_WORDS_H

#include "settings/setting.h"

extern const struct cs_setting_mistake cs_ibm_argument_mistakes[]; /* names of arguments */
extern const struct cs_setting_mistake cs_ibm_method_mistakes[];   /* values of auth_method */

#endif
